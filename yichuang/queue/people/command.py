"""What is asked about people: staff, PINs, keys, posts, whereabouts, signing in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yichuang.queue.people.sheet import SheetKind
from yichuang.queue.people.staff import SshKey, Staff
from yichuang.queue.people.whereabouts import Whereabouts


class SaveStaff(NamedTuple):
    """Add people, or change them by badge number: all of them, or none."""

    staff: Sequence[Staff]
    source: str = ""
    """Where they come from, for an import."""
    over: Mapping[str, Staff] | None = None
    """Whom the asker saw before changing them, by badge number; None to change whatever is there."""


class SetPin(NamedTuple):
    """Give somebody a PIN; only its hash is told."""

    badge: str
    hash: str
    reason: str = ""
    """Why somebody else's is reset; needed for that."""


class AddKey(NamedTuple):
    """Let public keys in, all or none."""

    keys: tuple[SshKey, ...]


class RemoveKey(NamedTuple):
    """Let a public key in no more."""

    key: str


class NamePost(NamedTuple):
    """Say whose post a window is, and who stands in (H01)."""

    window: int
    a: str | None
    b: tuple[str, ...] = ()


class AllowUnqualified(NamedTuple):
    """Let somebody serve today who has not passed the training yet (H07); a supervisor answers for it."""

    badge: str
    reason: str


class TakePost(NamedTuple):
    """Sign in at a window."""

    window: int
    badge: str
    take_over: bool = False
    """Also when somebody else is signed in there, who is then signed out: after a question."""


class LeavePost(NamedTuple):
    """Sign out at a window."""

    window: int
    badge: str
    to: str | None = None
    """Who steps in: the post is handed over to that one."""
    reason: str = ""
    """Why, when a supervisor takes somebody off a post."""


class SetWhereabouts(NamedTuple):
    """Say where somebody is."""

    badge: str
    state: Whereabouts
    note: str = ""


class NoteSignIn(NamedTuple):
    """Somebody signed in at a terminal."""

    badge: str
    origin: str
    by_key: bool = False


class NoteSignOut(NamedTuple):
    """Somebody signed out, or the line was cut."""

    badge: str
    origin: str
    why: str


class NoteWrongPin(NamedTuple):
    """Somebody gave a wrong PIN."""

    badge: str
    origin: str


class PrintSheet(NamedTuple):
    """Print a sheet about people on a ticket printer."""

    kind: SheetKind
    window: int | None = None
    """Whose sign it is."""
    printer: str | None = None
    """A printer's name; the window's, else the first one when None."""


PeopleCommand = (
    SaveStaff
    | SetPin
    | AddKey
    | RemoveKey
    | NamePost
    | AllowUnqualified
    | TakePost
    | LeavePost
    | SetWhereabouts
    | NoteSignIn
    | NoteSignOut
    | NoteWrongPin
    | PrintSheet
)
