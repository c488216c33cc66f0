"""What the screens and `status` show, read from one moment of the memory. No personal data in any of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.config import CategorySettings, WindowSettings
from yichuang.errors import UnknownFormerTicket, UnknownTicket
from yichuang.queue.desk import business_date, clock_behind, find_ticket, hall_time, placed
from yichuang.queue.dispatch import Duty
from yichuang.queue.dispatch.reason import call_sentence
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.item import Item
from yichuang.queue.ports import CallShown, LineCount, PastVisit, Records
from yichuang.queue.rate import awaiting_rating
from yichuang.queue.rating import Rating
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.ticket_code import is_code_of, read_ticket_code
from yichuang.queue.undo import can_undo
from yichuang.queue.window import Surge, Window, WindowState

LIST_LENGTH = 50
"""The longest list of tickets that a screen is given."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A category's lines taken together."""

    category: CategorySettings
    waiting: int = 0
    priority: int = 0
    """How many of them are of the classes in front."""
    head: str = ""
    """The number that stands first: the priority line's, else the ordinary line's."""
    oldest: datetime | None = None
    """When the longest-waiting ticket was issued; None when nobody waits."""


@dataclass(frozen=True, slots=True)
class WindowView:
    """Everything on one clerk's screen."""

    at: datetime
    settings: WindowSettings
    window: Window
    ticket: Ticket | None
    item: Item | None
    why: str
    """Why its ticket was called, as one sentence; empty without a ticket."""
    pass_in: int
    """Seconds until its called ticket may be called again so that it counts, or be passed."""
    duty: Duty
    """What it serves now."""
    surge: Surge | None
    own: tuple[LineView, ...]
    help: tuple[LineView, ...]
    waiting: tuple[Ticket, ...]
    """Tickets that this window may call, in order of place."""
    held: tuple[Ticket, ...]
    passed: tuple[Ticket, ...]
    can_undo: bool
    """Whether the window's last step could be taken back at `at`."""


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window in the overview."""

    settings: WindowSettings
    window: Window
    duty: Duty
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All windows and lines."""

    at: datetime
    business_date: date
    windows: tuple[WindowLine, ...]
    lines: tuple[LineView, ...]
    surge: Surge | None
    waiting: int
    issued: int
    finished: int
    clock_behind: timedelta | None
    """How far the machine's clock is behind the journal; None when it is not."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the waiting crowd sees: numbers and windows only."""

    at: datetime
    calls: tuple[CallShown, ...]
    paused: tuple[int, ...]
    waiting: int
    notice: str
    """The newest live notice, else that of hall.toml."""
    complaint_phone: str
    is_broadcast: bool = False
    """Whether the notice was broadcast by a supervisor: a board marks it."""


class Standing(NamedTuple):
    """How one ticket stands, for whoever holds its code or its visitor's card."""

    ticket: Ticket
    is_today: bool
    """Whether it is of the present business date; of another one it says nothing any more."""
    rating: Rating | None
    """What its visitor thought; None when it was not rated."""


class Rated(NamedTuple):
    """The ticket that a window finished last, with what its visitor thought."""

    ticket: Ticket
    rating: Rating | None
    awaited: float
    """For so many seconds more the window's rating pad takes a press; 0 when it takes none."""


def today(records: Records, rules: HallRules, now: datetime) -> date:
    """The hall's business date at `now`."""
    return business_date(records.latest(), rules, now)


def view_window(records: Records, rules: HallRules, now: datetime, number: int) -> WindowView:
    """One clerk's screen; raises UnknownWindow."""
    settings = rules.window(number)
    latest = records.latest()
    on, time = business_date(latest, rules, now), hall_time(latest, now)
    lines = _lines(records, rules, on, now)
    ticket = records.current(number)
    window, surge = records.window(number), records.surge()
    duty = rules.duty(window, surge)
    return WindowView(
        at=time,
        settings=settings,
        window=window,
        ticket=ticket,
        item=records.item(ticket.item) if ticket and ticket.item else None,
        why=why_called(records, rules, ticket) if ticket else "",
        pass_in=rules.seconds_to_next_count(ticket, now) if ticket else 0,
        duty=duty,
        surge=surge,
        own=tuple(lines[code] for code in duty.own),
        help=tuple(lines[code] for code in duty.helps),
        waiting=tuple(records.waiting_at(duty, on, LIST_LENGTH)),
        held=tuple(records.in_state(on, TicketState.HELD, LIST_LENGTH)),
        passed=tuple(records.in_state(on, TicketState.PASSED, LIST_LENGTH)),
        can_undo=can_undo(records, number, now, on),
    )


def why_called(records: Records, rules: HallRules, ticket: Ticket) -> str:
    """Why the ticket was called last, as one sentence; empty when it never was."""
    calls = [
        entry for entry in records.history(ticket.id) if entry.event.kind is EventKind.TICKET_CALLED
    ]
    if not calls:
        return ""
    last = calls[-1]
    category = rules.categories.get(ticket.category)
    return call_sentence(
        last.event.data,
        window=last.event.window or 0,
        actor=last.actor,
        category=category.label if category else ticket.category,
    )


def view_overview(records: Records, rules: HallRules, now: datetime) -> Overview:
    """All windows and lines."""
    latest = records.latest()
    on = business_date(latest, rules, now)
    windows = {window.number: window for window in records.windows()}
    tickets = {ticket.window: ticket for ticket in records.active()}
    lines = _lines(records, rules, on, now)
    counts = records.state_counts(on)
    surge = records.surge()
    return Overview(
        at=now,
        business_date=on,
        windows=tuple(
            _window_line(rules, settings, windows.get(number), surge, tickets.get(number))
            for number, settings in sorted(rules.windows.items())
        ),
        lines=tuple(lines.values()),
        surge=surge,
        waiting=sum(line.waiting for line in lines.values()),
        issued=sum(counts.values()),
        finished=counts.get(TicketState.FINISHED, 0),
        clock_behind=clock_behind(latest, now),
    )


def _window_line(
    rules: HallRules,
    settings: WindowSettings,
    window: Window | None,
    surge: Surge | None,
    ticket: Ticket | None,
) -> WindowLine:
    window = window or Window(settings.number, WindowState.CLOSED)
    return WindowLine(settings, window, rules.duty(window, surge), ticket)


def view_board(records: Records, rules: HallRules, now: datetime, calls: int = 12) -> Board:
    """What the waiting crowd sees."""
    latest = records.latest()
    on = business_date(latest, rules, now)
    broadcast = next((each for each in records.notices(hall_time(latest, now)) if each.shown), None)
    paused = [each.number for each in records.windows() if each.state is WindowState.PAUSED]
    return Board(
        at=now,
        calls=tuple(records.recent_calls(on, calls)),
        paused=tuple(number for number in paused if number in rules.windows),
        waiting=sum(line.waiting for line in records.lines(on, now)),
        notice=broadcast.text if broadcast else rules.settings.hall.notice,
        is_broadcast=broadcast is not None,
        complaint_phone=rules.settings.hall.complaint_phone,
    )


def view_lines(records: Records, rules: HallRules, now: datetime) -> tuple[LineView, ...]:
    """Every category with its lines, in the hall's order: the kiosk's menu."""
    return tuple(_lines(records, rules, today(records, rules, now), now).values())


def view_ticket(
    records: Records, rules: HallRules, now: datetime, number: str, on: date | None = None
) -> Ticket:
    """The ticket of that number on a business date, today's when none is named; raises UnknownTicket.

    Today's comes with how many are ahead of it.
    """
    latest = records.latest()
    current = business_date(latest, rules, now)
    found = _found(records, number, on, current)
    if found.business_date != current:
        return found
    return placed(records, rules, hall_time(latest, now), found)


def _found(records: Records, number: str, on: date | None, current: date) -> Ticket:
    try:
        return find_ticket(records, number, on or current)
    except UnknownTicket as error:
        if on in (None, current):
            raise
        raise UnknownFormerTicket(number=error.facts["number"], date=on) from None


def view_standing(
    records: Records, rules: HallRules, now: datetime, ticket_id: int
) -> Standing | None:
    """How the ticket of that id stands, of whatever day; None when there is none."""
    ticket = records.ticket(ticket_id)
    if ticket is None:
        return None
    latest = records.latest()
    is_today = ticket.business_date == business_date(latest, rules, now)
    if is_today:
        ticket = placed(records, rules, hall_time(latest, now), ticket)
    return Standing(ticket, is_today, records.rating_of(ticket_id))


def view_scanned(
    records: Records, rules: HallRules, now: datetime, scanned: str
) -> Standing | None:
    """How the ticket stands whose code was scanned; None for any other code, another hall's among them."""
    ticket_id = read_ticket_code(scanned)
    found = view_standing(records, rules, now, ticket_id) if ticket_id is not None else None
    return found if found is not None and is_code_of(found.ticket, scanned) else None


def view_rated(records: Records, rules: HallRules, now: datetime, window: int) -> Rated | None:
    """The ticket that the window finished last today, while none is served there; raises UnknownWindow."""
    latest = records.latest()
    time, last = hall_time(latest, now), records.last_call(window, ended=True)
    if last is None or last.ended_at is None or records.current(window) is not None:
        return None
    ticket = records.ticket(last.ticket)
    if ticket is None or ticket.business_date != business_date(latest, rules, now):
        return None
    if (ticket.state, ticket.window) != (TicketState.FINISHED, window):
        return None
    awaited = 0.0
    if awaiting_rating(records, rules, time, window) is not None:
        past = elapsed(last.ended_at, time).total_seconds()
        awaited = max(0.0, rules.settings.rating.seconds - past)
    return Rated(ticket, records.rating_of(ticket.id), awaited)


def view_open_of(
    records: Records, rules: HallRules, now: datetime, person: str
) -> tuple[Standing, ...]:
    """The open tickets that a person, a keyed hash, has today: at most one a category."""
    on = today(records, rules, now)
    found = (records.open_ticket_of(person, code, on) for code in rules.categories)
    standings = (view_standing(records, rules, now, each.id) for each in found if each is not None)
    return tuple(each for each in standings if each is not None)


def view_tickets(
    records: Records, rules: HallRules, now: datetime, state: TicketState | None, limit: int
) -> list[Ticket]:
    """Today's tickets: those that wait in order of class and place, others newest first."""
    latest = records.latest()
    on, time = business_date(latest, rules, now), hall_time(latest, now)
    if state is TicketState.WAITING:
        return [placed(records, rules, time, each) for each in records.waiting(on, limit)]
    return [placed(records, rules, time, each) for each in records.in_state(on, state, limit)]


def view_history(
    records: Records, rules: HallRules, now: datetime, number: str, on: date | None = None
) -> list[Entry]:
    """The journal entries of a ticket, today's when no date is named; raises UnknownTicket."""
    return records.history(_found(records, number, on, today(records, rules, now)).id)


def view_why(
    records: Records, rules: HallRules, now: datetime, number: str, on: date | None = None
) -> str:
    """Why a ticket was called last, today's when no date is named; raises UnknownTicket."""
    ticket = _found(records, number, on, today(records, rules, now))
    return why_called(records, rules, ticket)


def view_past(
    records: Records, rules: HallRules, now: datetime, back: timedelta
) -> list[PastVisit]:
    """The visits of the business dates before today, as far back as asked."""
    on = today(records, rules, now)
    return records.past_visits(on - back, on)


def _lines(records: Records, rules: HallRules, on: date, at: datetime) -> dict[str, LineView]:
    counts: dict[str, list[LineCount]] = {}
    for line in records.lines(on, at):
        counts.setdefault(line.category, []).append(line)
    return {
        code: _together(category, counts.get(code, []))
        for code, category in rules.categories.items()
    }


def _together(category: CategorySettings, lines: list[LineCount]) -> LineView:
    if not lines:
        return LineView(category)
    in_front = sorted(lines, key=lambda line: line.priority_class.rank)
    return LineView(
        category,
        waiting=sum(line.waiting for line in lines),
        priority=sum(
            line.waiting for line in lines if line.priority_class is not PriorityClass.ORDINARY
        ),
        head=next((line.head for line in in_front if line.head), ""),
        oldest=min(line.oldest for line in lines),
    )
