"""What the rules need of a hall's memory. SQLite keeps it in `store`; a plain one serves simulations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar

from yichuang.queue.announcement import AnnouncementKept, AnnouncementState
from yichuang.queue.appointment.ports import AppointmentMemory, AppointmentRecords
from yichuang.queue.device import DeviceHealth, DeviceStatus
from yichuang.queue.dispatch import CallRule, Duty, Head
from yichuang.queue.document import TicketDocument
from yichuang.queue.event import Entry, Event
from yichuang.queue.item import Item
from yichuang.queue.oversight.ports import SupervisionMemory, SupervisionRecords
from yichuang.queue.people.ports import PeopleMemory, PeopleRecords
from yichuang.queue.printing import PrintJob, PrintOutbox
from yichuang.queue.rating import Rating
from yichuang.queue.revision.ports import RevisionMemory, RevisionRecords
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import Closing, Surge, Window

Result = TypeVar("Result")


class Latest(NamedTuple):
    """The journal's last row: the hall's own present."""

    seq: int
    at: datetime
    business_date: date


class LastCall(NamedTuple):
    """A window's latest call."""

    ticket: int
    """The ticket's id."""
    ending: str | None
    """How it ended; None while it lasts."""
    ended_at: datetime | None = None


class PastVisit(NamedTuple):
    """What one ticket was for one category: all its calls there, or that it waited and was never called."""

    on: date
    category: str
    issued_at: datetime
    seconds: float | None
    """How long it kept windows busy, all its calls together; None for who was never called."""


class EndedCall(NamedTuple):
    """A visit to a window that is over: what forecasts learn from."""

    ticket: int
    """The ticket's id."""
    window: int
    category: str
    item: str | None
    """The code of the ticket's first item."""
    priority_class: PriorityClass
    """The class of the line that it was called from."""
    since: datetime
    """From when on its ticket counted as waiting."""
    called_at: datetime
    ended_at: datetime


class Told(NamedTuple):
    """What a visitor was told of the wait, and how long it was."""

    median: float
    """Seconds."""
    spread: float
    """Seconds from the median to the 90 % figure, before its width was calibrated."""
    waited: float
    """Seconds from the issue to the first call."""


class LineCount(NamedTuple):
    """One (category, class) line, directed tickets included."""

    category: str
    priority_class: PriorityClass
    waiting: int
    head: str
    """The number that any window may call first; empty when all are directed to one window."""
    oldest: datetime
    """Since when the longest-waiting ticket counts as waiting."""


class CallShown(NamedTuple):
    """A call as a board shows it."""

    number: str
    window: int
    called_at: datetime
    times: int
    """1 for a first call, more after recalls."""
    is_active: bool
    """Whether the ticket is still called or being served there."""


class Records(AppointmentRecords, PeopleRecords, SupervisionRecords, RevisionRecords, Protocol):
    """Reading a hall's memory, as it was at one moment."""

    def latest(self) -> Latest | None:
        """The journal's last row; None in a hall where nothing has happened."""
        ...

    def window(self, number: int) -> Window:
        """The window's duty; closed when it was never opened."""
        ...

    def windows(self) -> list[Window]:
        """Every window that was ever opened, by number."""
        ...

    def reassigned(self) -> list[Window]:
        """The windows that serve something else than hall.toml says, by number."""
        ...

    def current(self, window: int) -> Ticket | None:
        """The ticket that is called to, or served at, the window."""
        ...

    def active(self) -> list[Ticket]:
        """Every called or serving ticket, by window."""
        ...

    def ticket(self, ticket_id: int) -> Ticket | None:
        """The ticket with that id."""
        ...

    def numbered(self, number: str, on: date) -> Ticket | None:
        """The ticket with that number on that business date."""
        ...

    def heads(self, duty: Duty, at: datetime, without: int | None = None) -> Sequence[Head]:
        """The heads of the lines that the window may call at that time, unordered.

        One for each class directed to the window, and one for each (category, class, need) that it serves;
        an appointment only from its slot on. `without` is the id of a ticket to look past.
        """
        ...

    def line_lengths(
        self, categories: Sequence[str], limit: int, at: datetime
    ) -> Mapping[str, int]:
        """How many wait undirected in each category, appointments only when due, up to a limit."""
        ...

    def recent_classes(self, window: int, on: date, limit: int) -> list[PriorityClass]:
        """The classes of the window's latest calls of a date, undone ones left out, the newest first."""
        ...

    def last_call(self, window: int, *, ended: bool = False) -> LastCall | None:
        """The window's latest call, or the latest that has ended; undone ones left out."""
        ...

    def calls_since(self, call: int, category: str, limit: int) -> int:
        """How many calls of a category followed that call, undone ones left out, up to a limit."""
        ...

    def ahead_of(self, ticket: Ticket, needs: Sequence[str], at: datetime) -> int:
        """How many waiting tickets of its category go before it, counted as if nobody else came.

        Those before it in its class and all in classes before, of the `needs` that share its line;
        appointments only when due. Of a directed ticket: those before it that wait for the same window.
        """
        ...

    def lines(self, on: date, at: datetime) -> list[LineCount]:
        """The lines that are not empty; an appointment that is not due at `at` heads none."""
        ...

    def waiting(self, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets in order of class and place, `limit` at most."""
        ...

    def waiting_at(self, duty: Duty, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of class and place."""
        ...

    def in_state(self, on: date, state: TicketState | None, limit: int | None) -> list[Ticket]:
        """The tickets of a business date, newest first; of all states when `state` is None."""
        ...

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        ...

    def nth_waiting(
        self, of: Ticket, needs: Sequence[str], nth: int, at: datetime
    ) -> Ticket | None:
        """The nth (from 1) undirected ticket of the category and class of `of`, or the last; None if none.

        Only those with one of the `needs`, and no appointments that are not due.
        """
        ...

    def open_ticket_of(self, person: str, category: str, on: date) -> Ticket | None:
        """The waiting, called, serving or held ticket of a person in a category."""
        ...

    def last_from(self, origin: str, on: date) -> Ticket | None:
        """The newest ticket that was taken at a kiosk."""
        ...

    def slip(self, number: str, on: date) -> Ticket | None:
        """The ticket of that number which is good as a priority slip on a date and was not used.

        It is good from the outage on, should the hall open again that day, to the end of its date.
        """
        ...

    def closing(self, on: date) -> Closing | None:
        """Whether that business date was closed by hand."""
        ...

    def standing(self, on: date) -> set[tuple[int | None, str, str]]:
        """Where people wait: every (window they are directed to, category, need)."""
        ...

    def surge(self) -> Surge | None:
        """Surge mode, while it lasts."""
        ...

    def last_step(self, window: int) -> Entry | None:
        """The last journal entry of what was done at the window: a re-assignment is done elsewhere."""
        ...

    def history(self, ticket_id: int) -> list[Entry]:
        """The ticket's journal entries, in order."""
        ...

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Journal entries behind row `after`, in order."""
        ...

    def recent_calls(self, on: date, limit: int) -> list[CallShown]:
        """The latest calls of a business date, undone ones left out, newest first."""
        ...

    def past_visits(self, since: date, until: date) -> list[PastVisit]:
        """The visits of the business dates from `since` to before `until`, in order of their first calls.

        Then those who were never called. Left out are undone calls, and tickets that were cancelled without
        a call.
        """
        ...

    def ended_calls(self, limit: int) -> list[EndedCall]:
        """The latest calls that have ended, undone ones left out, the newest first."""
        ...

    def issued_since(self, on: date, at: datetime) -> Mapping[tuple[str, PriorityClass], int]:
        """How many tickets of a date were issued from `at` on, by category and class; the newest 2,000."""
        ...

    def told(self, tickets: int) -> list[Told]:
        """What was told to those of the newest `tickets` that were told a wait and were called."""
        ...

    def item(self, code: str) -> Item | None:
        """The item with that code."""
        ...

    def items(self, *, retired: bool = False) -> list[Item]:
        """All items that are offered, with `retired` the others too, in the order of the catalogue."""
        ...

    def print_job(self, job: int) -> PrintJob | None:
        """The print job with that id."""
        ...

    def last_print_job(self, ticket: int) -> int | None:
        """The newest print job of a ticket."""
        ...

    def print_jobs(self, limit: int) -> list[PrintJob]:
        """The latest print jobs, newest first."""
        ...

    def printers_with_jobs(self) -> set[str]:
        """The printers with jobs that are queued or being sent, whether the hall still has them or not."""
        ...

    def rating_of(self, ticket: int) -> Rating | None:
        """How the ticket with that id was rated."""
        ...

    def devices(self) -> list[DeviceStatus]:
        """Every device that was ever worked or muted, by name; unknown when nobody works it now."""
        ...

    def last_announced(self) -> int:
        """The journal row of the latest announcement that was concluded; 0 for none."""
        ...

    def announcements(self, limit: int) -> list[AnnouncementKept]:
        """The latest announcements that were concluded, newest first."""
        ...


class Memory(Records, AppointmentMemory, PeopleMemory, SupervisionMemory, RevisionMemory, Protocol):
    """Reading and changing a hall's memory inside one transaction."""

    def record(self, event: Event, *, at: datetime, business_date: date, actor: str) -> int:
        """Append an event to the journal; returns its row number."""
        ...

    def next_serial(self, letter: str, on: date) -> int:
        """Take the next count behind a letter on a date; never the same one twice.

        By letter and not by category: numbers stay unique when letters are changed at midday.
        """
        ...

    def add_ticket(self, ticket: Ticket) -> int:
        """Keep a new ticket (its `id` is ignored); returns the id it got."""
        ...

    def save_ticket(self, ticket: Ticket) -> None:
        """Keep a changed ticket."""
        ...

    def open_call(self, ticket: Ticket, window: int, at: datetime, rule: CallRule) -> int:
        """Begin a call of a ticket, as it stood in line, to a window; returns the call's id.

        Memory itself refuses a second open call of the ticket or the window.
        """
        ...

    def count_recall(self, call: int, counted: int, at: datetime) -> None:
        """Count one more announcement, and keep how many of them counted and when the last did."""
        ...

    def start_call(self, call: int, at: datetime) -> None:
        """Note that the visitor came."""
        ...

    def end_call(self, call: int, at: datetime, ending: str) -> None:
        """End a call; `ending` is the ticket's new state, or `undone`."""
        ...

    def reopen_call(self, call: int) -> None:
        """Take back the end of a call."""
        ...

    def save_window(self, window: Window) -> None:
        """Keep a window's changed duty."""
        ...

    def save_closing(self, on: date, closing: Closing | None) -> None:
        """Close a business date, or take that back."""
        ...

    def save_surge(self, surge: Surge | None) -> None:
        """Begin or end surge mode."""
        ...

    def forget_persons(self, before: date) -> int:
        """Clear whose the tickets of earlier business dates were; returns how many."""
        ...

    def release_directed(self, window: int) -> list[str]:
        """Make the tickets that wait for this window callable by others; returns their numbers."""
        ...

    def open_tickets_before(self, on: date) -> list[Ticket]:
        """The tickets of business dates before `on` that have not ended, in order of issue."""
        ...

    def add_print_job(
        self, printer: str, ticket: int | None, document: TicketDocument, at: datetime
    ) -> int:
        """Queue a ticket, or a test page, for a printer; returns the job's id."""
        ...

    def requeue_print_job(self, job: int, at: datetime) -> None:
        """Queue a failed job once more at its printer."""
        ...

    def give_up_queued(self, printer: str, at: datetime) -> None:
        """Let what is queued for a printer fail as stale; surely nothing of it was printed."""
        ...

    def add_rating(self, rating: Rating) -> None:
        """Keep a rating; memory itself refuses a second one of the ticket."""
        ...

    def note_device(self, device: str, owner: str, health: DeviceHealth, at: datetime) -> bool:
        """Keep how a device is; whether anything was new. Only the lease's owner is heard."""
        ...

    def mute(self, device: str, *, on: bool, at: datetime) -> bool:
        """Mute a device or let it be heard; whether that was new."""
        ...

    def conclude_announcement(self, seq: int, state: AnnouncementState, at: datetime) -> None:
        """Keep what became of the announcement of a journal row, in place of an earlier word on it."""
        ...

    def replace_items(self, items: Collection[Item]) -> tuple[int, int]:
        """Add or update items by code; returns how many were new and how many changed."""
        ...


class Store(PrintOutbox, Protocol):
    """A hall's memory as the service uses it."""

    async def transact(self, work: Callable[[Memory], Result]) -> Result:
        """Run `work` in one transaction: all of it is kept, or nothing. Raises StoreError."""
        ...

    async def read(self, look: Callable[[Records], Result]) -> Result:
        """Run `look` on one moment of the memory."""
        ...

    async def close(self) -> None:
        """Let the file go."""
        ...
