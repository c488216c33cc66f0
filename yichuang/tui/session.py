"""Who sits at a terminal, what that one may do there, and what others did about it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol, runtime_checkable

from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.people.actor import ActorKind
from yichuang.queue.people.post import OnDuty
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.permission import MAY, may_ask
from yichuang.queue.personnel.roster import Roster, view_roster
from yichuang.queue.service import Hall
from yichuang.tui.places import may_visit

Need = type[Any] | Role
"""What somebody needs for a key: to be allowed a kind of command, or a role."""


class Rosters:
    """The hall's roster, read once after each change however many screens ask for it."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._turn = asyncio.Lock()
        self._mark = -1
        self._roster: Roster | None = None
        self._about: set[str] = set()

    async def read(self, badge: str = "") -> Roster:
        """The roster as it is now, with what is to be known of one person."""
        async with self._turn:
            if badge not in self._about:
                self._about.add(badge)
                self._roster = None
            # Taken first: what is committed during the reading is then read again.
            mark = self._hall.store.mark()
            if self._roster is None or mark != self._mark:
                self._roster = await self._hall.look(view_roster, frozenset(self._about))
                self._mark = mark
            return self._roster


class PostLost(NamedTuple):
    """Somebody is at the window no more, by another one's doing."""

    window: int
    by: OnDuty | None
    """Who is there now."""
    name: str
    """That one's name."""


class PostGained(NamedTuple):
    """Somebody was given a window, by another one or at another terminal."""

    window: int
    former: int | None
    """The window where that one was before."""


class Dismissed(NamedTuple):
    """Somebody works here no more."""

    badge: str


class PinReset(NamedTuple):
    """Somebody else gave the person a new PIN: whoever came in with the former one must show the new one."""


class RolesLost(NamedTuple):
    """Somebody may do less than before: the present screen may be for others."""

    roles: tuple[Role, ...]
    """What that one is still."""


class Urged(NamedTuple):
    """Somebody was given something to see to, or has not answered it in time."""

    items: tuple[SupervisionItem, ...]


News = PostLost | PostGained | Dismissed | PinReset | RolesLost | Urged


class Session:
    """Who sits at one terminal: a person, an unattended screen, or whoever is at the hall's own machine."""

    def __init__(self, hall: Hall, rosters: Rosters | None = None) -> None:
        """`hall` is the hall in that one's hands (`Hall.acting`)."""
        self.hall = hall
        self.rosters = rosters or Rosters(hall)
        self.staff: Staff | None = None
        """The person, as last read; None for all others, and before the first reading."""
        self.duty: OnDuty | None = None
        """The window where the person is signed in."""
        self._turn = asyncio.Lock()
        self._is_known = False
        self._reset: int | None = None
        self._items: tuple[SupervisionItem, ...] = ()
        self._told: set[tuple[int, bool]] = set()
        """Of which items it was told, and whether as overdue."""

    @property
    def badge(self) -> str:
        """The person's badge number; empty where nobody has signed in."""
        return self.hall.who.name if self.is_person else ""

    @property
    def label(self) -> str:
        """Badge number and name of whoever has signed in; empty for all others."""
        return f"{self.staff.badge} {self.staff.name}" if self.staff else ""

    @property
    def is_person(self) -> bool:
        """Whether somebody has signed in."""
        return self.hall.who.kind is ActorKind.STAFF

    @property
    def is_post(self) -> bool:
        """Whether this is an unattended screen."""
        return self.hall.who.kind is ActorKind.POST

    @property
    def is_host(self) -> bool:
        """Whether this is the hall's own machine, where nobody has signed in and everything is allowed."""
        return self.hall.who.kind is ActorKind.HOST

    def may(self, *needs: Need) -> bool:
        """Whether at least one of these is allowed here; the hall checks each command once more."""
        if self.is_host or not needs:
            return True
        if not self.is_person:
            return any(Role.VISITOR in _roles(each) for each in needs)
        person = self.staff
        return person is not None and any(
            person.may(each) if isinstance(each, Role) else may_ask(person, each) for each in needs
        )

    def may_visit(self, place: str) -> bool:
        """Whether a screen is for this one's roles."""
        if self.is_host:
            return True
        return self.staff is not None and may_visit(self.staff, place)

    async def renew(self) -> News | None:
        """Read who it is again, and give what others did about it."""
        if not self.is_person:
            return None
        async with self._turn:
            return await self._renew()

    def tell_later(self, news: Urged) -> None:
        """It could not be said now: the next reading gives it again."""
        for each in news.items:
            self._told -= {(each.id, False), (each.id, True)}

    def urged(self) -> Urged | None:
        """What this one is to be told of now: each item once, and once more when its time is over."""
        now, found = self.hall.clock.now(), []
        for item in self._items:
            is_overdue = item.is_overdue(now)
            is_own = item.opened_by == self.badge and not is_overdue
            if not is_own and (item.id, is_overdue) not in self._told:
                found.append(item)
            self._told.add((item.id, is_overdue))
        return Urged(tuple(found)) if found else None

    async def _renew(self) -> News | None:
        roster = await self.rosters.read(self.badge)
        self._items = roster.urged.get(self.badge, ())
        was_known, self._is_known = self._is_known, True
        former, self.duty = self.duty, roster.duty_of(self.badge)
        before, self.staff = self.staff, roster.staff.get(self.badge)
        if self.staff is None or not self.staff.active:
            return Dismissed(self.badge)
        known, self._reset = self._reset, roster.resets.get(self.badge)
        if was_known and self._reset not in (None, known):
            return PinReset()
        if before is not None and not set(before.roles) <= set(self.staff.roles):
            return RolesLost(self.staff.roles)
        if not was_known or _window(former) == _window(self.duty):
            return None
        if self.duty is not None:
            return PostGained(self.duty.window, _window(former))
        if former is None:
            return None
        by = roster.duties.get(former.window)
        return PostLost(former.window, by, roster.name_of(by.badge) if by else "")

    @asynccontextmanager
    async def own_act(self) -> AsyncIterator[None]:
        """What is done in this block about the post is the person's own doing, and no news."""
        async with self._turn:
            try:
                yield
            finally:
                await self._renew()


def _window(duty: OnDuty | None) -> int | None:
    return duty.window if duty else None


def _roles(need: Need) -> frozenset[Role]:
    return frozenset({need}) if isinstance(need, Role) else MAY[need]


@runtime_checkable
class HasSession(Protocol):
    """An app that knows who sits before it."""

    session: Session
