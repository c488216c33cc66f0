"""People as a hall's users meet them: `hall.people`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from yichuang.clock import Clock
from yichuang.config import StaffSettings
from yichuang.errors import (
    OwnPin,
    PinUnchanged,
    SignInLocked,
    SignInRefused,
    TooManySignIns,
    UnknownStaff,
)
from yichuang.language import _
from yichuang.queue.command import Command
from yichuang.queue.desk import Done
from yichuang.queue.people import command as commands
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.role import Role
from yichuang.queue.people.sheet import SheetKind, WhereaboutsSheet, WindowSheet
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.keys import read_key
from yichuang.queue.personnel.pin import check_pin, draw_pin, hash_pin, is_pin, tidy_pin
from yichuang.queue.personnel.sheet import view_whereabouts_sheet, view_window_sheet
from yichuang.queue.personnel.sign_in import after_wrong_pin
from yichuang.queue.personnel.staff_import import read_staff
from yichuang.queue.personnel.view import (
    PersonView,
    PostView,
    view_people,
    view_person,
    view_posts_of,
    view_stand_in,
)
from yichuang.queue.ports import Result, Store
from yichuang.queue.rules import HallRules
from yichuang.text import one_line

FIRST_BADGE = "admin"
"""The badge number of the administrator that a new hall has."""

_A_MINUTE = timedelta(minutes=1)
_MOST_ORIGINS = 1000


class SignedIn(NamedTuple):
    """Somebody whom the hall let in."""

    staff: Staff
    must_change: bool
    """The PIN was given by somebody else: another one is to be chosen before anything else."""


class _Hall(Protocol):
    """What is needed of a `yichuang.queue.service.Hall`."""

    store: Store
    clock: Clock
    who: Actor

    @property
    def rules(self) -> HallRules: ...

    @property
    def secret(self) -> bytes: ...

    async def do(self, command: Command, actor: str = "") -> Done: ...

    async def look(self, view: Callable[..., Result], *arguments: Any) -> Result: ...


class _Tries:
    """Who tried wrong PINs of late, by where they came from; and one try at a time."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self._wrong: dict[str, deque[datetime]] = {}
        self._strangers: dict[str, Pin] = {}
        """What was tried under badge numbers that nobody has: they lock as others do, and tell nothing."""

    def expect_patience(self, origin: str, most: int, now: datetime) -> None:
        """Raises TooManySignIns for an address with too many wrong PINs in the last minute."""
        tries = self._wrong.get(origin)
        if not origin or tries is None:
            return
        while tries and not timedelta(0) <= now - tries[0] < _A_MINUTE:
            tries.popleft()
        if len(tries) >= most:
            raise TooManySignIns(
                seconds=max(1, round((tries[0] + _A_MINUTE - now).total_seconds()))
            )

    def stranger(self, badge: str) -> Pin:
        """What is kept of a badge number that nobody has."""
        return self._strangers.get(badge, Pin(""))

    def note_stranger(self, badge: str, limits: StaffSettings, now: datetime) -> None:
        """Count a wrong PIN for a badge number that nobody has."""
        while len(self._strangers) >= _MOST_ORIGINS and badge not in self._strangers:
            self._strangers.pop(next(iter(self._strangers)))
        self._strangers[badge] = after_wrong_pin(self.stranger(badge), limits, now)

    def note(self, origin: str, now: datetime) -> None:
        """Count a wrong one."""
        while len(self._wrong) >= _MOST_ORIGINS and origin not in self._wrong:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong.setdefault(origin, deque(maxlen=1000)).append(now)


class People:
    """The staff of one hall: signing in, posts, whereabouts, and what administrators keep of them."""

    def __init__(self, hall: _Hall, host: _Hall | None = None, tries: _Tries | None = None) -> None:
        """`host` is the hall in its own machine's hands: it notes who signs in."""
        self._hall = hall
        self._host = host or hall
        self._tries = tries or _Tries()

    def through(self, hall: _Hall) -> People:
        """The same people, asked about by somebody."""
        return People(hall, self._host, self._tries)

    # --- signing in ---------------------------------------------------------------------------

    async def sign_in(self, badge: str, pin: str, origin: str = "") -> SignedIn:
        """Let somebody in by PIN; raises SignInRefused, SignInLocked or TooManySignIns."""
        kept, person = await self._prove(one_line(badge), pin, origin)
        await self._host.do(commands.NoteSignIn(person.badge, origin), actor=person.badge)
        return SignedIn(person, kept.is_temporary)

    async def _prove(self, badge: str, pin: str, origin: str) -> tuple[Pin, Staff]:
        """Whose PIN that is.

        One at a time: a thousand guesses at once must meet the lock that the first five bring about.
        """
        limits = self._hall.rules.settings.staff
        async with self._tries.turn:
            now = self._hall.clock.now()
            self._tries.expect_patience(origin, limits.wrong_a_minute, now)
            kept, person = await self._kept(badge)
            known = self._tries.stranger(badge) if kept is None else kept
            if known.locked_until is not None and now < known.locked_until:
                raise SignInLocked(seconds=round((known.locked_until - now).total_seconds()) or 1)
            is_right = await asyncio.to_thread(
                is_pin, known.hash, self._hall.secret, badge, tidy_pin(pin)
            )
            if not is_right or kept is None or person is None or not person.active:
                self._tries.note(origin, now)
                if kept is None:
                    self._tries.note_stranger(badge, limits, now)
                elif not is_right:
                    await self._host.do(commands.NoteWrongPin(badge, origin))
                raise SignInRefused
            return kept, person

    async def sign_in_by_key(self, badge: str, origin: str = "") -> SignedIn:
        """Note that somebody's key was proved; raises SignInRefused for who works here no more."""
        kept, person = await self._kept(badge)
        if kept is None or person is None or not person.active:
            raise SignInRefused
        await self._host.do(commands.NoteSignIn(badge, origin, by_key=True), actor=badge)
        return SignedIn(person, must_change=False)

    async def sign_out(self, badge: str, origin: str, why: str) -> None:
        """Note that somebody left; the post at a window stays taken until it is left."""
        await self._host.do(commands.NoteSignOut(badge, origin, why), actor=badge)

    async def key(self, key: str) -> SshKey | None:
        """Whose that key is, if it is let in; raises InvalidKey."""
        plain, _comment = read_key(key)
        return await self._hall.store.read(lambda records: records.ssh_key(plain))

    async def _kept(self, badge: str) -> tuple[Pin | None, Staff | None]:
        return await self._hall.store.read(
            lambda records: (records.pin(badge), records.staff_member(badge))
        )

    # --- PINs and keys ------------------------------------------------------------------------

    async def change_pin(self, badge: str, former: str, pin: str, origin: str = "") -> Done:
        """Choose another PIN for oneself; raises SignInRefused, SignInLocked, WeakPin or PinUnchanged."""
        pin = tidy_pin(pin)
        check_pin(pin, self._hall.rules.settings.staff.least_pin)
        if pin == tidy_pin(former):
            raise PinUnchanged
        await self._prove(one_line(badge), former, origin)
        return await self._set_pin(badge, pin)

    async def reset_pin(self, badge: str, *, reason: str, actor: str = "") -> str:
        """Give somebody a PIN until the next sign-in; it is told here and nowhere else.

        Raises OwnPin for whoever asks it about himself: a terminal that was left alone must not be enough.
        """
        if self._hall.who.kind is ActorKind.STAFF and self._hall.who.name == badge:
            raise OwnPin
        pin = draw_pin(self._hall.rules.settings.staff.least_pin)
        await self._set_pin(badge, pin, reason, actor)
        return pin

    async def _set_pin(self, badge: str, pin: str, reason: str = "", actor: str = "") -> Done:
        hashed = await asyncio.to_thread(hash_pin, self._hall.secret, badge, pin)
        return await self._hall.do(commands.SetPin(badge, hashed, reason), actor)

    async def keys(self) -> list[SshKey]:
        """Every public key that is let in."""
        return await self._hall.store.read(lambda records: records.ssh_keys())

    async def add_key(
        self, *lines: str, badge: str | None = None, post: str | None = None, actor: str = ""
    ) -> Done:
        """Let in the keys of .pub lines, all or none, for a person or for a post.

        Raises InvalidKey, or KeyTaken for one that is somebody else's.
        """
        if (badge is None) == (post is None):
            raise TypeError("give exactly one of badge and post")
        read = [read_key(line) for line in lines]
        keys = tuple(SshKey(key, badge, post, comment) for key, comment in read)
        return await self._hall.do(commands.AddKey(keys), actor)

    async def remove_key(self, key: str, *, actor: str = "") -> Done:
        """Let a key in no more; raises UnknownKey."""
        return await self._hall.do(commands.RemoveKey(key), actor)

    # --- staff --------------------------------------------------------------------------------

    async def staff(self) -> list[Staff]:
        """Everybody who works or worked here, by badge number."""
        return await self._hall.store.read(lambda records: records.staff())

    async def member(self, badge: str) -> Staff:
        """Whoever has that badge number; raises UnknownStaff."""
        found = await self._hall.store.read(lambda records: records.staff_member(badge))
        if found is None:
            raise UnknownStaff(badge=badge)
        return found

    async def save(
        self,
        *people: Staff,
        over: Iterable[Staff] | None = None,
        actor: str = "",
        source: str = "",
    ) -> Done:
        """Add or change people; raises InvalidStaff or LastAdministrator.

        `over` are those among them who were seen before, as they were; StaffChangedSince when they are not
        so any more, or when there is one who was not seen. Where it is empty all are to be new: BadgeTaken
        for one who is not. None changes whatever is there.
        """
        seen = None if over is None else {each.badge: each for each in over}
        return await self._hall.do(commands.SaveStaff(people, source, seen), actor)

    async def import_staff(self, data: bytes, *, source: str, actor: str = "") -> Done:
        """Take over a CSV file of staff, all or none; raises InvalidStaff. Nobody gets a PIN by it."""
        known = {each.badge: each for each in await self.staff()}
        people = read_staff(data, known)
        return await self.save(*people, over=known.values(), actor=actor, source=source)

    async def first_administrator(self) -> tuple[str, str] | None:
        """Make an administrator where nobody is one: badge number and PIN, told this once."""
        if any(each.may(Role.ADMINISTRATOR) for each in await self.staff()):
            return None
        known = {each.badge for each in await self.staff()}
        free = (f"{FIRST_BADGE}{count or ''}" for count in range(len(known) + 1))
        badge = next(each for each in free if each not in known)
        await self.save(Staff(badge, Role.ADMINISTRATOR.label, (Role.ADMINISTRATOR,)))
        return badge, await self.reset_pin(badge, reason=_("首次启动"))

    # --- sheets -------------------------------------------------------------------------------

    async def whereabouts_sheet(self) -> WhereaboutsSheet:
        """The whereabouts board as a sheet to hang up (H03)."""
        return await self._hall.look(view_whereabouts_sheet)

    async def window_sheet(self, window: int) -> WindowSheet:
        """A window's sign (B14); raises UnknownWindow."""
        return await self._hall.look(view_window_sheet, window)

    async def print_sheet(
        self,
        kind: SheetKind,
        *,
        window: int | None = None,
        printer: str | None = None,
        actor: str = "",
    ) -> Done:
        """Queue a sheet on a ticket printer; raises NeverPrinted, UnknownPrinter, UnknownWindow."""
        return await self._hall.do(commands.PrintSheet(kind, window, printer), actor)

    # --- posts and whereabouts ----------------------------------------------------------------

    async def posts(self) -> list[Post]:
        """The posts that were named, by window."""
        return await self._hall.store.read(lambda records: records.posts())

    async def on_duty(self, window: int) -> OnDuty | None:
        """Who is signed in at the window."""
        return await self._hall.store.read(lambda records: records.on_duty(window))

    async def name_post(
        self, window: int, a: str | None, b: Sequence[str] = (), *, actor: str = ""
    ) -> Done:
        """Say whose post a window is, and who stands in (H01)."""
        return await self._hall.do(commands.NamePost(window, a, tuple(b)), actor)

    async def allow_unqualified(self, badge: str, *, reason: str, actor: str = "") -> Done:
        """Let somebody serve today who has not passed the training yet (H07)."""
        return await self._hall.do(commands.AllowUnqualified(badge, reason), actor)

    async def take_post(self, window: int, badge: str, *, take_over: bool = False) -> Done:
        """Sign in at a window; raises PostTaken unless it is taken over, NotQualified, BusyElsewhere."""
        return await self._hall.do(commands.TakePost(window, badge, take_over), badge)

    async def leave_post(
        self, window: int, badge: str, *, to: str | None = None, actor: str = ""
    ) -> Done:
        """Sign out at a window, or hand it over to who steps in."""
        return await self._hall.do(commands.LeavePost(window, badge, to), actor or badge)

    async def set_whereabouts(
        self, badge: str, state: Whereabouts, note: str = "", *, actor: str = ""
    ) -> Done:
        """Say where somebody is."""
        return await self._hall.do(commands.SetWhereabouts(badge, state, note), actor or badge)

    async def everybody(self) -> tuple[PersonView, ...]:
        """Who works here, with where they are: the whereabouts board."""
        return await self._hall.look(view_people)

    async def person(self, badge: str) -> PersonView:
        """One person with where that one is; raises UnknownStaff."""
        return await self._hall.look(view_person, badge)

    async def posts_of(self, badge: str) -> tuple[PostView, ...]:
        """Every window as a clerk chooses among them, one's own first."""
        return await self._hall.look(view_posts_of, badge)

    async def stand_in(self, window: int) -> PersonView | None:
        """Who is proposed to step in at a window."""
        return await self._hall.look(view_stand_in, window)
