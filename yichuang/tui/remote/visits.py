"""Who comes to a hall's screens from afar, and which app each is shown: `Reception` over a hall.

The same serves a terminal of the hall's own machine where names are asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from yichuang.errors import InvalidKey, UnknownStaff, YichuangError
from yichuang.language import _, use_language
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import NOTHING_MORE, Means, screen_for
from yichuang.tui.goings import Farewell, Other, SignOut, SignOutWhy, Sitting
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.places import Landing
from yichuang.tui.remote.patience import Patience
from yichuang.tui.remote.reception import Entrant, Reception, Terminal, Visit, Why
from yichuang.tui.session import Rosters, Session
from yichuang.tui.sign_in_app import SignInApp
from yichuang.tui.theme import DEFAULT, PLAIN

logger = logging.getLogger(__name__)

KIOSK = "kiosk"


@dataclass(eq=False, frozen=True, slots=True)
class Inside:
    """Somebody who is signed in at a terminal of this process."""

    badge: str
    origin: str
    since: datetime
    expel: Callable[[Farewell], None]
    """Signs that one out there."""


class Sessions:
    """Who is signed in at the terminals of this process, longest first."""

    def __init__(self) -> None:
        self._inside: list[Inside] = []

    @property
    def everybody(self) -> tuple[Inside, ...]:
        """All of them."""
        return tuple(self._inside)

    def of(self, badge: str) -> list[Inside]:
        """The terminals of one person."""
        return [each for each in self._inside if each.badge == badge]

    def begin(self, inside: Inside) -> None:
        """Somebody is in."""
        self._inside.append(inside)

    def end(self, inside: Inside) -> None:
        """Somebody is out; a second time it means nothing."""
        if inside in self._inside:
            self._inside.remove(inside)


class Visits(Reception):
    """Lets people and unattended screens in, and shows them the hall."""

    def __init__(
        self,
        hall: Hall,
        means: Means = NOTHING_MORE,
        *,
        sessions: Sessions | None = None,
        stays: bool = False,
        theme: str | None = None,
    ) -> None:
        """`hall` is in its own machine's hands.

        `stays` is for a terminal that waits for the next person when one has signed out; `theme` is for
        all terminals, in place of what each can show.
        """
        self.hall = hall
        self.means = means
        self.sessions = sessions or Sessions()
        self.rosters = Rosters(hall)
        self.stays = stays
        self.theme = theme

    async def recognise(self, key: str, origin: str) -> Entrant | None:
        """Whose key that is; nobody's when the person works here no more."""
        try:
            known = await self.hall.people.key(key)
            if known is None:
                return None
            if known.badge is None:
                return Entrant(known.post, is_staff=False) if known.post else None
            person = await self.hall.people.member(known.badge)
        except (InvalidKey, UnknownStaff):
            return None
        return Entrant(person.badge, is_staff=True) if person.active else None

    def receive(
        self, entrant: Entrant | None, terminal: Terminal, wanted: Landing | None = None
    ) -> Visit:
        """Begin a visit; `wanted` is a screen that the person asked for."""
        if entrant is not None and not entrant.is_staff:
            return PostVisit(self, entrant, terminal)
        return PersonVisit(self, entrant, terminal, wanted)


class _Terminal:
    """What every visit remembers of its terminal: the language and the theme chosen there."""

    def __init__(self, visits: Visits, terminal: Terminal) -> None:
        self.visits = visits
        self.terminal = terminal
        self.language = terminal.language or visits.hall.settings.hall.language
        self.theme = visits.theme or (PLAIN if terminal.is_ascii else DEFAULT)

    def restart(self, app: HallApp) -> bool:
        """Whether the app ended only to speak another language."""
        result = app.return_value
        if not isinstance(result, Restart):
            return False
        self.language, self.theme = result.language, result.theme
        return True


class PostVisit:
    """An unattended screen: a kiosk, a board. It is never left by a key."""

    def __init__(self, visits: Visits, entrant: Entrant, terminal: Terminal) -> None:
        self.entrant: Entrant | None = entrant
        self.entered = 0
        self._terminal = _Terminal(visits, terminal)
        self._place, _colon, self._name = entrant.name.partition(":")
        self._app: HallApp | None = None

    @property
    def has_mouse(self) -> bool:
        """A kiosk may have a touch panel."""
        return self._place == KIOSK

    def next_app(self) -> HallApp | None:
        """The post's screen."""
        here, app = self._terminal, self._app
        if app is not None and not here.restart(app):
            return None
        use_language(here.language)
        visits = here.visits
        actor = Actor(ActorKind.POST, self._name or self._place, here.terminal.origin)
        hall = visits.hall.acting(actor)
        means = replace(visits.means, papers=None, kiosk=self._name or None)

        def open_place(place: str, window: int | None) -> HallScreen:
            return screen_for(hall, place, window, means)

        self._app = HallApp(hall, open_place, self._place, language=here.language, theme=here.theme)
        return self._app

    async def left(self, why: Why) -> None:
        """Nobody was there."""


class PersonVisit:
    """Somebody who signs in by PIN, or whose key was proved; then that one's screens."""

    def __init__(
        self,
        visits: Visits,
        entrant: Entrant | None,
        terminal: Terminal,
        wanted: Landing | None = None,
    ) -> None:
        self.entrant = entrant
        self.entered = 0
        self._terminal = _Terminal(visits, terminal)
        self._visits = visits
        self._wanted = wanted
        self._app: HallApp | None = None
        self._sitting: Sitting | None = None
        self._inside: Inside | None = None
        self._farewell: Farewell | None = None
        self._signed_in = ""
        """The badge number for which a sign-in is journaled, and no sign-out yet."""
        self._unsaid: list[tuple[str, str]] = []
        """Sign-outs that are still to be journaled: badge number and why."""

    @property
    def has_mouse(self) -> bool:
        """Each move of a mouse would cost bytes."""
        return False

    @property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return self._visits.hall.settings.zone

    @property
    def _origin(self) -> str:
        return self._terminal.terminal.origin

    # --- one app after the other --------------------------------------------------------------

    def next_app(self) -> HallApp | None:
        """The sign-in screen, then the person's screens; after a sign-out that was not asked for, again."""
        app, self._app = self._app, None
        use_language(self._terminal.language)
        if self._farewell is not None:
            self._app = self._after(self._farewell)
        elif app is None:
            if self.entrant is not None:
                self._app = self._begin(self.entrant.name, by_key=True)
            else:
                self._app = self._ask()
        elif self._terminal.restart(app):
            use_language(self._terminal.language)
            self._app = self._again(app)
        elif isinstance(app, SignInApp):
            if app.signed_in is not None:
                self._signed_in = app.signed_in.staff.badge
                self._app = self._begin(self._signed_in, by_key=False)
        else:
            self._app = self._after(app.farewell)
        return self._app

    def _again(self, app: HallApp) -> HallApp:
        if isinstance(app, SignInApp) or self._sitting is None:
            return self._ask()
        # The app's own: before it has landed somebody, the welcome is still to come.
        return self._screens(app.sitting, app.place, app.window)

    def _after(self, farewell: Farewell | None) -> HallApp | None:
        """Whoever was signed out by something else than his own wish is told so, and may come back."""
        self._sign_out(farewell.why if farewell else SignOutWhy.ASKED)
        self._farewell = None
        said = farewell.said if farewell else ""
        return self._ask(said) if said or self._visits.stays else None

    def _ask(self, said: str = "") -> SignInApp:
        visits, here = self._visits, self._terminal
        return SignInApp(
            visits.hall.acting(Actor(ActorKind.POST, "sign-in", self._origin)),
            self._origin,
            said=said,
            begin=self._say,
            language=here.language,
            theme=here.theme,
        )

    def _begin(self, badge: str, *, by_key: bool) -> HallApp:
        hall = self._visits.hall.acting(Actor(ActorKind.STAFF, badge, self._origin))
        welcome = _Welcome(self, badge, by_key=by_key)
        session = Session(hall, self._visits.rosters)
        self._sitting = Sitting(session)
        wanted, self._wanted = self._wanted, None
        return self._screens(Sitting(session, welcome, wanted), "arrive")

    def _screens(self, sitting: Sitting, place: str, window: int | None = None) -> HallApp:
        hall, means, here = sitting.session.hall, self._visits.means, self._terminal

        def open_place(place: str, window: int | None) -> HallScreen:
            return screen_for(hall, place, window, means)

        return HallApp(
            hall,
            open_place,
            place,
            window,
            language=here.language,
            theme=here.theme,
            sitting=sitting,
        )

    # --- in and out ---------------------------------------------------------------------------

    def in_the_way(self, badge: str) -> Inside | None:
        """The oldest terminal of a person who has as many as one may have."""
        others = self._visits.sessions.of(badge)
        most = self._visits.hall.settings.remote.most_per_person
        return others[0] if len(others) >= most else None

    async def let_in(self, badge: str, *, by_key: bool) -> None:
        """Note who is in, and close what is in the way; raises SignInRefused. Once in, one is in."""
        if self._inside is not None:
            return
        hall = self._visits.hall
        if by_key:
            await hall.people.sign_in_by_key(badge, self._origin)
        self._signed_in = badge
        while (other := self.in_the_way(badge)) is not None:
            text = _("您在 {origin} 登录了，这里已经退出").format(origin=self._origin or "-")
            self._visits.sessions.end(other)
            other.expel(Farewell(SignOutWhy.ELSEWHERE, text))
        self._inside = Inside(badge, self._origin, hall.clock.now(), self._expel)
        self._visits.sessions.begin(self._inside)
        self.entered += 1
        self.entrant = Entrant(badge, is_staff=True)

    def _expel(self, farewell: Farewell) -> None:
        self._forget()
        self._farewell = farewell
        if self._app is not None:
            self._app.post_message(SignOut(farewell))

    def _forget(self) -> None:
        self.entrant = None
        if self._inside is not None:
            self._visits.sessions.end(self._inside)
            self._inside = None

    def _sign_out(self, why: str) -> None:
        self._forget()
        if self._signed_in:
            self._unsaid.append((self._signed_in, why))
            self._signed_in = ""

    async def _say(self) -> None:
        """Journal who has signed out."""
        while self._unsaid:
            badge, why = self._unsaid.pop(0)
            await self._visits.hall.people.sign_out(badge, self._origin, why)

    async def left(self, why: Why) -> None:
        """The connection is over; the post at a window stays taken."""
        if isinstance(self._app, SignInApp) and self._app.signed_in is not None:
            self._signed_in = self._app.signed_in.staff.badge
        self._sign_out(why.value)
        try:
            await self._say()
        except YichuangError:
            logger.exception("leaving was not noted")


class _Welcome:
    """Lets one person in."""

    def __init__(self, visit: PersonVisit, badge: str, *, by_key: bool) -> None:
        self._visit = visit
        self._badge = badge
        self._by_key = by_key

    def in_the_way(self) -> Other | None:
        """The terminal that would be closed."""
        other = self._visit.in_the_way(self._badge)
        if other is None:
            return None
        return Other(other.origin, f"{other.since.astimezone(self._visit.zone):%H:%M}")

    async def begin(self) -> None:
        """Let in."""
        await self._visit.let_in(self._badge, by_key=self._by_key)


END_SECONDS = 5.0
"""How long an app may take to end when the line is cut."""


async def attend(visit: Visit, hang_up: asyncio.Event, sign_in_seconds: float | None = None) -> Why:
    """Show a visit's screens on this process's own terminal, from the first to the last.

    When `hang_up` is set, the terminal is gone. Nobody may stand before the sign-in screen for longer than
    `sign_in_seconds`; at a terminal of the hall's own machine there is no such limit.
    """
    why = Why.FAULT
    gone = asyncio.ensure_future(hang_up.wait())
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    patience = Patience(visit, sign_in_seconds, lambda: lost.set_result(None))
    try:
        while not hang_up.is_set() and not lost.done():
            entered, app = visit.entered, visit.next_app()
            if app is None:
                break
            patience.begin()
            task = asyncio.ensure_future(app.run_async(mouse=visit.has_mouse))
            either: set[asyncio.Future[Any]] = {task, gone, lost}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                app.exit()
                await asyncio.wait({task}, timeout=END_SECONDS)
            if isinstance(app, HallApp) and app.failure is not None:
                raise app.failure
            if visit.entered != entered:
                patience.forget()  # who was in and is out again has the whole time once more
        why = Why.GONE if hang_up.is_set() else Why.FINISHED
        if lost.done():
            why = Why.NOT_SIGNED_IN
        return why
    finally:
        patience.forget()
        gone.cancel()
        await visit.left(why)
