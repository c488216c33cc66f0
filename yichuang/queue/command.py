"""What people ask of the hall: one frozen dataclass a command, in the imperative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yichuang.queue.item import Item
from yichuang.queue.ticket import PriorityClass


class Command:
    """Something that a person asks the hall to do."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class IssueTicket(Command):
    """Give a visitor a number."""

    category: str
    item: str | None = None
    """An item's code."""
    priority_class: PriorityClass = PriorityClass.ORDINARY
    on_paper: bool = True
    printer: str | None = None
    """A printer's name; the first one when None."""


@dataclass(frozen=True, slots=True)
class ReprintTicket(Command):
    """Print a ticket once more, marked 补打."""

    number: str
    printer: str | None = None


@dataclass(frozen=True, slots=True)
class CancelTicket(Command):
    """Take a ticket out for good."""

    number: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReinstateTicket(Command):
    """Bring a passed ticket back into its line."""

    number: str


@dataclass(frozen=True, slots=True)
class OpenWindow(Command):
    """Begin duty at a window."""

    window: int


@dataclass(frozen=True, slots=True)
class PauseWindow(Command):
    """Stop calling for a while, with a reason."""

    window: int
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeWindow(Command):
    """End a pause."""

    window: int


@dataclass(frozen=True, slots=True)
class CloseWindow(Command):
    """End duty at a window."""

    window: int


@dataclass(frozen=True, slots=True)
class CallNext(Command):
    """Call the ticket whose turn it is."""

    window: int


@dataclass(frozen=True, slots=True)
class CallChosen(Command):
    """Call one ticket out of order."""

    window: int
    number: str


@dataclass(frozen=True, slots=True)
class Recall(Command):
    """Announce the called ticket again."""

    window: int
    ticket: str | None = None
    """The number that the clerk sees, here as in the steps below: another one is left alone."""


@dataclass(frozen=True, slots=True)
class Start(Command):
    """The visitor came: begin to serve."""

    window: int
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Finish(Command):
    """The window has done its work for the ticket."""

    window: int
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Pass(Command):
    """The called visitor did not come."""

    window: int
    reason: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Hold(Command):
    """Put the window's ticket aside."""

    window: int
    reason: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Take a held ticket back: the window calls it next."""

    window: int
    number: str


@dataclass(frozen=True, slots=True)
class Transfer(Command):
    """Send the window's ticket to a window or to a category; exactly one of the two is given."""

    window: int
    to_window: int | None = None
    to_category: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Take back the window's last step: a call, a finish or a pass."""

    window: int


@dataclass(frozen=True, slots=True)
class ImportItems(Command):
    """Add or update items."""

    items: Sequence[Item]
    source: str
    """Where they come from, for the journal."""
