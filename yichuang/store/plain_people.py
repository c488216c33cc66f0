"""People as plain Python data, beside `plain`."""

from __future__ import annotations

from datetime import date, datetime

from yichuang.errors import StoreError
from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.people.whereabouts import WhereaboutsKept
from yichuang.store.plain_appointments import PlainAppointments


class PlainPeople(PlainAppointments):
    """Staff and what belongs to them (`yichuang.queue.people.ports.PeopleMemory`)."""

    def __init__(self) -> None:
        super().__init__()
        self._staff: dict[str, Staff] = {}
        self._pins: dict[str, Pin] = {}
        self._keys: dict[str, SshKey] = {}
        self._posts: dict[int, Post] = {}
        self._duties: dict[int, OnDuty] = {}
        self._whereabouts: dict[str, WhereaboutsKept] = {}
        self._allowances: dict[tuple[str, date], str] = {}

    def staff(self) -> list[Staff]:
        """Everybody who works or worked here, by badge number."""
        return [self._staff[badge] for badge in sorted(self._staff)]

    def staff_member(self, badge: str) -> Staff | None:
        """Whoever has that badge number."""
        return self._staff.get(badge)

    def save_staff(self, person: Staff) -> None:
        """Keep a new or changed person; the PIN stays."""
        self._set(self._staff, person.badge, person)

    def pin(self, badge: str) -> Pin | None:
        """What is kept of that one's PIN; None for an unknown badge number."""
        return self._pins.get(badge, Pin("")) if badge in self._staff else None

    def save_pin(self, badge: str, pin: Pin) -> None:
        """Keep a PIN's hash and how it was met; raises StoreError for an unknown badge number."""
        self._expect(badge)
        self._set(self._pins, badge, pin)

    def ssh_keys(self) -> list[SshKey]:
        """Every key that is let in, in the order in which they were added."""
        return list(self._keys.values())

    def ssh_key(self, key: str) -> SshKey | None:
        """Whose that key is."""
        return self._keys.get(key)

    def add_ssh_key(self, key: SshKey, at: datetime) -> None:
        """Let a key in, in place of what it was before."""
        if key.badge is not None:
            self._expect(key.badge)
        if (key.badge is None) == (key.post is None):
            raise StoreError(detail="a key is a person's or a post's")
        self._set(self._keys, key.key, key._replace(added_at=at))

    def remove_ssh_key(self, key: str) -> bool:
        """Let a key in no more; whether it was."""
        was = key in self._keys
        if was:
            self._drop(self._keys, key)
        return was

    def posts(self) -> list[Post]:
        """The posts that were named, by window."""
        return [self._posts[window] for window in sorted(self._posts)]

    def save_post(self, post: Post) -> None:
        """Keep whose post a window is."""
        for badge in (post.a, *post.b):
            if badge is not None:
                self._expect(badge)
        if post.a is None and not post.b:
            if post.window in self._posts:
                self._drop(self._posts, post.window)
        else:
            self._set(self._posts, post.window, post)

    def on_duty(self, window: int) -> OnDuty | None:
        """Who is signed in at the window."""
        return self._duties.get(window)

    def all_on_duty(self) -> list[OnDuty]:
        """Everybody who is signed in at a window, by window."""
        return [self._duties[window] for window in sorted(self._duties)]

    def save_on_duty(self, window: int, duty: OnDuty | None) -> None:
        """Somebody is signed in at a window, or nobody is; raises StoreError for one person at two."""
        if duty is None:
            if window in self._duties:
                self._drop(self._duties, window)
            return
        self._expect(duty.badge)
        if any(each.badge == duty.badge and each.window != window for each in self.all_on_duty()):
            raise StoreError(detail=f"at two windows: {duty.badge}")
        self._set(self._duties, window, duty)

    def whereabouts(self) -> list[WhereaboutsKept]:
        """Where those are who ever said so, by badge number."""
        return [self._whereabouts[badge] for badge in sorted(self._whereabouts)]

    def save_whereabouts(self, kept: WhereaboutsKept) -> None:
        """Keep where somebody is."""
        self._expect(kept.badge)
        self._set(self._whereabouts, kept.badge, kept)

    def allowance(self, badge: str, on: date) -> str | None:
        """Why somebody may serve that day without qualification; None when nobody allowed it."""
        return self._allowances.get((badge, on))

    def allow(self, badge: str, on: date, by: str, reason: str) -> None:
        """Keep that somebody may serve that day without qualification."""
        del by
        self._expect(badge)
        self._set(self._allowances, (badge, on), reason)

    def _expect(self, badge: str) -> None:
        if badge not in self._staff:
            raise StoreError(detail=f"no such badge number: {badge}")
