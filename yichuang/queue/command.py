"""What people ask of the hall: one named tuple a command, in the imperative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from yichuang.queue.item import Item
from yichuang.queue.ticket import PriorityClass


class IssueTicket(NamedTuple):
    """Give a visitor a number."""

    category: str
    item: str | None = None
    """An item's code."""
    priority_class: PriorityClass = PriorityClass.ORDINARY
    on_paper: bool = True
    printer: str | None = None
    """A printer's name; the first one when None."""


class ReprintTicket(NamedTuple):
    """Print a ticket once more, marked 补打."""

    number: str
    printer: str | None = None


class CancelTicket(NamedTuple):
    """Take a ticket out for good."""

    number: str
    reason: str | None = None


class ReinstateTicket(NamedTuple):
    """Bring a passed ticket back into its line."""

    number: str


class OpenWindow(NamedTuple):
    """Begin duty at a window."""

    window: int


class PauseWindow(NamedTuple):
    """Stop calling for a while, with a reason."""

    window: int
    reason: str


class ResumeWindow(NamedTuple):
    """End a pause."""

    window: int


class CloseWindow(NamedTuple):
    """End duty at a window."""

    window: int


class CallNext(NamedTuple):
    """Call the ticket whose turn it is."""

    window: int


class CallChosen(NamedTuple):
    """Call one ticket out of order."""

    window: int
    number: str


class Recall(NamedTuple):
    """Announce the called ticket again."""

    window: int
    ticket: str | None = None
    """The number that the clerk sees, here as in the steps below: another one is left alone."""


class Start(NamedTuple):
    """The visitor came: begin to serve."""

    window: int
    ticket: str | None = None


class Finish(NamedTuple):
    """The window has done its work for the ticket."""

    window: int
    ticket: str | None = None


class Pass(NamedTuple):
    """The called visitor did not come."""

    window: int
    reason: str
    ticket: str | None = None


class Hold(NamedTuple):
    """Put the window's ticket aside."""

    window: int
    reason: str | None = None
    ticket: str | None = None


class Resume(NamedTuple):
    """Take a held ticket back: the window calls it next."""

    window: int
    number: str


class Transfer(NamedTuple):
    """Send the window's ticket to a window or to a category; exactly one of the two is given."""

    window: int
    to_window: int | None = None
    to_category: str | None = None
    ticket: str | None = None


class Undo(NamedTuple):
    """Take back the window's last step: a call, a finish or a pass."""

    window: int


class ImportItems(NamedTuple):
    """Add or update items."""

    items: Sequence[Item]
    source: str
    """Where they come from, for the journal."""


Command = (
    IssueTicket
    | ReprintTicket
    | CancelTicket
    | ReinstateTicket
    | OpenWindow
    | PauseWindow
    | ResumeWindow
    | CloseWindow
    | CallNext
    | CallChosen
    | Recall
    | Start
    | Finish
    | Pass
    | Hold
    | Resume
    | Transfer
    | Undo
    | ImportItems
)
"""Everything that can be asked of the hall."""
