"""What the rules of people need of a hall's memory: a part of `yichuang.queue.ports`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.people.whereabouts import WhereaboutsKept


class PeopleRecords(Protocol):
    """Reading about people."""

    def staff(self) -> list[Staff]:
        """Everybody who works or worked here, by badge number."""
        ...

    def staff_member(self, badge: str) -> Staff | None:
        """Whoever has that badge number."""
        ...

    def pin(self, badge: str) -> Pin | None:
        """What is kept of that one's PIN; None for an unknown badge number."""
        ...

    def ssh_keys(self) -> list[SshKey]:
        """Every key that is let in, in the order in which they were added."""
        ...

    def ssh_key(self, key: str) -> SshKey | None:
        """Whose that key is."""
        ...

    def posts(self) -> list[Post]:
        """The posts that were named, by window."""
        ...

    def on_duty(self, window: int) -> OnDuty | None:
        """Who is signed in at the window."""
        ...

    def all_on_duty(self) -> list[OnDuty]:
        """Everybody who is signed in at a window, by window."""
        ...

    def whereabouts(self) -> list[WhereaboutsKept]:
        """Where those are who ever said so, by badge number."""
        ...

    def allowance(self, badge: str, on: date) -> str | None:
        """Why somebody may serve that day without qualification; None when nobody allowed it."""
        ...


class PeopleMemory(PeopleRecords, Protocol):
    """Changing what is known of people."""

    def save_staff(self, person: Staff) -> None:
        """Keep a new or changed person; the PIN stays."""
        ...

    def save_pin(self, badge: str, pin: Pin) -> None:
        """Keep a PIN's hash and how it was met; raises StoreError for an unknown badge number."""
        ...

    def add_ssh_key(self, key: SshKey, at: datetime) -> None:
        """Let a key in, in place of what it was before."""
        ...

    def remove_ssh_key(self, key: str) -> bool:
        """Let a key in no more; whether it was."""
        ...

    def save_post(self, post: Post) -> None:
        """Keep whose post a window is."""
        ...

    def save_on_duty(self, window: int, duty: OnDuty | None) -> None:
        """Somebody is signed in at a window, or nobody is any more."""
        ...

    def save_whereabouts(self, kept: WhereaboutsKept) -> None:
        """Keep where somebody is."""
        ...

    def allow(self, badge: str, on: date, by: str, reason: str) -> None:
        """Keep that somebody may serve that day without qualification."""
        ...
