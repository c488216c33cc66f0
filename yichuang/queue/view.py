"""What the screens and `status` show, read from one moment of the memory. No personal data in any of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yichuang.config import CategorySettings, WindowSettings
from yichuang.queue.desk import business_date, clock_behind
from yichuang.queue.item import Item
from yichuang.queue.ports import CallShown, LineCount, Records
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.undo import can_undo
from yichuang.queue.window import Window, WindowState

LIST_LENGTH = 50
"""The longest list of tickets that a screen is given."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A category's lines taken together."""

    category: CategorySettings
    waiting: int = 0
    priority: int = 0
    """How many of them are of the priority class."""
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
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All windows and lines."""

    at: datetime
    business_date: date
    windows: tuple[WindowLine, ...]
    lines: tuple[LineView, ...]
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
    complaint_phone: str


def today(records: Records, rules: HallRules, now: datetime) -> date:
    """The hall's business date at `now`."""
    return business_date(records.latest(), rules, now)


def view_window(records: Records, rules: HallRules, now: datetime, number: int) -> WindowView:
    """One clerk's screen; raises UnknownWindow."""
    settings = rules.window(number)
    on = today(records, rules, now)
    lines = _lines(records, rules, on)
    ticket = records.current(number)
    return WindowView(
        at=now,
        settings=settings,
        window=records.window(number),
        ticket=ticket,
        item=records.item(ticket.item) if ticket and ticket.item else None,
        own=tuple(lines[code] for code in settings.categories),
        help=tuple(lines[code] for code in settings.helps),
        waiting=tuple(records.waiting_at(number, settings.serves, on, LIST_LENGTH)),
        held=tuple(records.in_state(on, TicketState.HELD, LIST_LENGTH)),
        passed=tuple(records.in_state(on, TicketState.PASSED, LIST_LENGTH)),
        can_undo=can_undo(records, number, now, on),
    )


def view_overview(records: Records, rules: HallRules, now: datetime) -> Overview:
    """All windows and lines."""
    latest = records.latest()
    on = business_date(latest, rules, now)
    windows = {window.number: window for window in records.windows()}
    tickets = {ticket.window: ticket for ticket in records.active()}
    lines = _lines(records, rules, on)
    counts = records.state_counts(on)
    return Overview(
        at=now,
        business_date=on,
        windows=tuple(
            WindowLine(
                settings=settings,
                window=windows.get(number) or Window(number, WindowState.CLOSED),
                ticket=tickets.get(number),
            )
            for number, settings in sorted(rules.windows.items())
        ),
        lines=tuple(lines.values()),
        waiting=sum(line.waiting for line in lines.values()),
        issued=sum(counts.values()),
        finished=counts.get(TicketState.FINISHED, 0),
        clock_behind=clock_behind(latest, now),
    )


def view_board(records: Records, rules: HallRules, now: datetime, calls: int = 12) -> Board:
    """What the waiting crowd sees."""
    on = today(records, rules, now)
    paused = [each.number for each in records.windows() if each.state is WindowState.PAUSED]
    return Board(
        at=now,
        calls=tuple(records.recent_calls(on, calls)),
        paused=tuple(number for number in paused if number in rules.windows),
        waiting=sum(line.waiting for line in records.lines(on)),
        notice=rules.settings.hall.notice,
        complaint_phone=rules.settings.hall.complaint_phone,
    )


def view_lines(records: Records, rules: HallRules, now: datetime) -> tuple[LineView, ...]:
    """Every category with its lines, in the hall's order: the kiosk's menu."""
    return tuple(_lines(records, rules, today(records, rules, now)).values())


def _lines(records: Records, rules: HallRules, on: date) -> dict[str, LineView]:
    counts: dict[str, list[LineCount]] = {}
    for line in records.lines(on):
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
            line.waiting for line in lines if line.priority_class is PriorityClass.PRIORITY
        ),
        head=next((line.head for line in in_front if line.head), ""),
        oldest=min(line.oldest for line in lines),
    )
