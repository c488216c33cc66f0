"""What people ask of the hall: one named tuple a command, in the imperative."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from yichuang.queue.appointment import Channel
from yichuang.queue.device import DeviceHealth
from yichuang.queue.item import Item
from yichuang.queue.oversight.command import SupervisionCommand
from yichuang.queue.people.command import PeopleCommand
from yichuang.queue.person import Visitor
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.revision.command import RevisionCommand
from yichuang.queue.ticket import HoldKind, PriorityClass
from yichuang.queue.wait import Wait


class IssueTicket(NamedTuple):
    """Give a visitor a number."""

    category: str | None = None
    """A category's code; None for that of the first item, or of the slip."""
    items: tuple[str, ...] = ()
    """The items' codes, five at most; those of other categories make a joint route (联办)."""
    priority_class: PriorityClass = PriorityClass.ORDINARY
    group: str | None = None
    """Why it is of the priority class: a group's code."""
    need: str = ""
    """A skill, or a special kind of window, that the visitor asks for."""
    window: int | None = None
    """The only window that may call it."""
    route: tuple[str, ...] = ()
    """Further categories to visit, behind those of the items."""
    person: str | None = None
    """The keyed hash of the visitor's ID number."""
    origin: str = ""
    """The kiosk where the visitor takes it; empty when a person issues it."""
    slip: str | None = None
    """The number on a priority slip that is valid today."""
    expected: Wait | None = None
    """What the visitor is told of the wait."""
    on_paper: bool = True
    printer: str | None = None
    """A printer's name; the first one when None."""


class ReprintTicket(NamedTuple):
    """Print a ticket once more, marked 补打."""

    number: str
    printer: str | None = None
    window: int | None = None
    """The window that asks for it, whose printer is then taken."""
    reason: str = ""
    """Why, when a supervisor does it; here as in the commands below."""


class RetryPrint(NamedTuple):
    """Queue a print job again of which surely nothing was printed."""

    job: int
    reason: str = ""


class CancelTicket(NamedTuple):
    """Take a ticket out for good."""

    number: str
    reason: str | None = None


class PinTicket(NamedTuple):
    """Put a waiting ticket before all others; a supervisor's act, with a reason."""

    number: str
    reason: str


class UnpinTicket(NamedTuple):
    """Give a pinned ticket its former place."""

    number: str
    reason: str = ""


class RerouteTicket(NamedTuple):
    """Send a waiting ticket to another line; exactly one of the two is given."""

    number: str
    to_category: str | None = None
    to_window: int | None = None
    reason: str = ""


class WakeTicket(NamedTuple):
    """A held ticket comes back, as the entrance or anyone may see to."""

    number: str
    reason: str = ""


class ReinstateTicket(NamedTuple):
    """Bring a passed ticket back into its line."""

    number: str
    reason: str = ""


class BookAppointment(NamedTuple):
    """Take a place in a slot of a coming day."""

    start: datetime
    """The start of the slot, an aware time."""
    visitor: Visitor
    category: str | None = None
    """A category's code; None for that of the first item."""
    items: tuple[str, ...] = ()
    channel: Channel = Channel.ON_SITE
    codes: tuple[str, ...] = ()
    """Codes for the booking, drawn by chance: the first that is free is taken."""
    reference: str | None = None
    """Its name in the system that it was imported from."""


class CancelAppointment(NamedTuple):
    """Give a booked place back."""

    code: str
    reason: str | None = None
    force: bool = False
    """The guide desk does so though it is late; needs a reason."""


class CheckIn(NamedTuple):
    """The visitor of an appointment has come; by code, or by person."""

    code: str | None = None
    person: str | None = None
    """The keyed hash of the visitor's ID number."""
    origin: str = ""
    """The kiosk where the visitor does so; empty when a person does."""
    on_paper: bool = True
    printer: str | None = None


class ImportedBooking(NamedTuple):
    """One line of a file of bookings."""

    line: int
    booking: BookAppointment


class ImportAppointments(NamedTuple):
    """Take over bookings that were made online: all of them, or none."""

    bookings: Sequence[ImportedBooking]
    source: str
    """Where they come from, for the journal."""


class NoteAbsences(NamedTuple):
    """Note whose appointments are over though nobody came."""


class OpenWindow(NamedTuple):
    """Begin duty at a window."""

    window: int
    reason: str = ""


class PauseWindow(NamedTuple):
    """Stop calling for a while, with a reason."""

    window: int
    reason: str


class ResumeWindow(NamedTuple):
    """End a pause."""

    window: int
    reason: str = ""


class CloseWindow(NamedTuple):
    """End duty at a window."""

    window: int
    reason: str = ""


class AssignWindow(NamedTuple):
    """Give a window other categories from its next call on."""

    window: int
    categories: tuple[str, ...] | None
    """Its own categories; None for those of hall.toml again."""
    helps: tuple[str, ...] = ()
    reason: str = ""


class SetSurge(NamedTuple):
    """Begin or end surge mode: every window helps with every category."""

    on: bool
    reason: str = ""


class CloseDay(NamedTuple):
    """End the business day by hand."""

    outage: bool = False
    """The hall had to stop: who was not served gets a priority slip for the next working day."""
    reason: str = ""


class CallNext(NamedTuple):
    """Call the ticket whose turn it is."""

    window: int


class CallChosen(NamedTuple):
    """Call one ticket out of order."""

    window: int
    number: str
    reason: str | None = None
    """Why, for whoever waits longer for it (A05)."""


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
    kind: HoldKind = HoldKind.FREE
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
    and_back: bool = False
    """Whether it comes back to this window, and so to the same clerk, when that is done."""
    ticket: str | None = None


class Undo(NamedTuple):
    """Take back the window's last step: a call, a finish or a pass."""

    window: int


class RateTicket(NamedTuple):
    """A visitor rates; exactly one of the window and the number is given."""

    grade: Grade
    channel: RatingChannel
    window: int | None = None
    number: str | None = None


class NoteDevice(NamedTuple):
    """Whoever works a device says how it is; only the lease's owner is heard."""

    device: str
    owner: str
    health: DeviceHealth


class TestDevice(NamedTuple):
    """Let a device show what it can: a test page, a test call."""

    device: str


class MuteDevice(NamedTuple):
    """Let a voice or a display be silent, or not any more."""

    device: str
    on: bool
    reason: str = ""


class ImportItems(NamedTuple):
    """Add or update items."""

    items: Sequence[Item]
    source: str
    """Where they come from, for the journal."""


Command = (
    IssueTicket
    | ReprintTicket
    | RetryPrint
    | CancelTicket
    | PinTicket
    | UnpinTicket
    | RerouteTicket
    | WakeTicket
    | ReinstateTicket
    | BookAppointment
    | CancelAppointment
    | CheckIn
    | ImportAppointments
    | NoteAbsences
    | AssignWindow
    | SetSurge
    | CloseDay
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
    | RateTicket
    | NoteDevice
    | TestDevice
    | MuteDevice
    | ImportItems
    | RevisionCommand
    | PeopleCommand
    | SupervisionCommand
)
"""Everything that can be asked of the hall."""
