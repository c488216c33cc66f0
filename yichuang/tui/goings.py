"""Messages about who sits at a terminal: landing after signing in, going home, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from textual.message import Message

from yichuang.errors import YichuangError
from yichuang.queue.personnel.people import SignedIn
from yichuang.tui.places import Landing
from yichuang.tui.session import News, Session


class SignOutWhy(StrEnum):
    """Why somebody is signed out, for the journal."""

    ASKED = "asked"
    IDLE = "idle"
    """No key for as long as the role allows."""
    ELSEWHERE = "elsewhere"
    """The same person needed the place for another terminal."""
    DISMISSED = "dismissed"
    """The person works here no more."""
    PIN_RESET = "pin_reset"
    """Somebody else gave the person a new PIN."""
    PIN_KEPT = "pin_kept"
    """The PIN was somebody else's, and another one was not chosen."""


class Farewell(NamedTuple):
    """How somebody was signed out."""

    why: SignOutWhy
    said: str = ""
    """What the next sign-in screen says, in the user's language; empty when there is none."""


class Other(NamedTuple):
    """Another terminal of the same person."""

    origin: str
    since: str
    """The time, in the hall's zone."""


class Welcome(Protocol):
    """What lets a person in and out, around the screens."""

    def in_the_way(self) -> Other | None:
        """The terminal that would have to be closed, when the person has as many as one may."""
        ...

    async def begin(self) -> None:
        """Let the person in, closing what is in the way; raises SignInRefused."""
        ...


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who sits at a terminal when its screens begin."""

    session: Session
    welcome: Welcome | None = None
    """What lets the person in at the place "arrive"; who is not asked for a name has none."""
    wanted: Landing | None = None
    """Where the person wants to go, instead of where the roles say."""


class Proved(Message):
    """The badge number and PIN were right."""

    def __init__(self, signed_in: SignedIn) -> None:
        super().__init__()
        self.signed_in = signed_in


class Landed(Message):
    """Show this place first from now on; `error` is what hindered another one."""

    def __init__(self, landing: Landing, error: YichuangError | None = None) -> None:
        super().__init__()
        self.landing = landing
        self.error = error


class StandAt(Message):
    """The person went on duty at a window: show it."""

    def __init__(self, window: int) -> None:
        super().__init__()
        self.window = window


class GoHome(Message):
    """Show where the person's work is now, such as the choice of a post."""


class Told(Message):
    """Others did something about whoever sits here."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news


class SignOut(Message):
    """Sign the person out, and end these screens."""

    def __init__(self, farewell: Farewell) -> None:
        super().__init__()
        self.farewell = farewell
