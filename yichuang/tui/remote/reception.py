"""What the SSH server asks of the hall: who a key belongs to, and which app a connection is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from textual.app import App


class Why(StrEnum):
    """Why a connection ended."""

    FINISHED = "finished"
    """The visit had no further app: the user left."""
    GONE = "gone"
    """The client closed, or was silent too long."""
    REFUSED = "refused"
    """A limit: too many screens of this person."""
    NOT_SIGNED_IN = "not_signed_in"
    """Nobody signed in for `sign_in_seconds`."""
    FAULT = "fault"
    """A fault of the program; it is in the log."""
    ENDED = "ended"
    """Somebody here ended it (`Attendance.end`)."""
    STOPPED = "stopped"
    """The server stops."""


class Entrant(NamedTuple):
    """Somebody, or an unattended screen, that a key let in."""

    name: str
    """A badge number, or the name of a post such as kiosk2: for limits and the log."""
    is_staff: bool
    """Whether it is a person; else it is an unattended screen."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal at the other end."""

    kind: str
    """Its TERM, such as xterm-256color."""
    columns: int
    rows: int
    has_colour: bool
    """Whether it shows the 16 ANSI colours; a vt100 does not."""
    is_ascii: bool
    """Whether lines are drawn in plain ASCII there."""
    language: str | None
    """The language its environment asks for (LANG, LC_ALL): zh_CN or en; None when it says nothing."""
    origin: str
    """Where it stands: the address of the client."""


class Visit(Protocol):
    """One connection's screens, from the first to the last."""

    entrant: Entrant | None
    """Who it is; None until somebody has signed in."""
    entered: int
    """How often somebody was let in at this terminal."""

    def next_app(self) -> App[Any] | None:
        """The app to run now: the sign-in screen, then the person's screens; None ends the connection.

        Asked for again each time the former app has ended, for any reason but its crash.
        """
        ...

    @property
    def has_mouse(self) -> bool:
        """Whether clicks are reported: on an unattended screen with a touch panel, and nowhere else."""
        ...

    async def left(self, why: Why) -> None:
        """The connection is over, for the journal. Called once, whatever happened."""
        ...


class Reception(Protocol):
    """Who may come in."""

    async def recognise(self, key: str, origin: str) -> Entrant | None:
        """Whose public key (one line, as OpenSSH writes it, without a comment) that is; None if nobody's."""
        ...

    def receive(self, entrant: Entrant | None, terminal: Terminal) -> Visit:
        """Begin a visit; without an entrant it begins at the sign-in screen."""
        ...
