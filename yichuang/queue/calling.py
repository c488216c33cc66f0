"""What a clerk does with tickets at a window: call, recall, start, finish, pass, hold, transfer."""

from __future__ import annotations

from yichuang.errors import (
    NothingWaiting,
    NotServedHere,
    NotYours,
    ReasonMissing,
    SameWindow,
    StaleView,
    TargetClosed,
    WindowBusy,
    WindowClosed,
    WindowIdle,
    WindowPaused,
)
from yichuang.queue.command import (
    CallChosen,
    CallNext,
    Finish,
    Hold,
    Pass,
    Recall,
    Resume,
    Start,
    Transfer,
)
from yichuang.queue.desk import Desk, Done
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import EventKind
from yichuang.queue.numbering import tidy_number
from yichuang.queue.ticket import Move, Ticket, TicketState
from yichuang.queue.window import Window, WindowState
from yichuang.text import one_line


def call_next(desk: Desk, command: CallNext) -> Done:
    """Call the ticket that the hall's policy chooses; raises NothingWaiting when no line has one."""
    settings = desk.rules.window(command.window)
    window = ready_window(desk, command.window)
    heads = desk.memory.heads(command.window, settings.serves)
    choice = desk.rules.policy.choose(heads, settings, desk.now)
    if choice is None:
        raise NothingWaiting(window=command.window)
    ticket = desk.memory.ticket(choice.head.id)
    if ticket is None:  # pragma: no cover - a head is a ticket of this very transaction
        raise NothingWaiting(window=command.window)
    return _call(desk, ticket, window, choice.rule)


def call_chosen(desk: Desk, command: CallChosen) -> Done:
    """Call one ticket out of order; the journal keeps who did so (A05)."""
    settings = desk.rules.window(command.window)
    window = ready_window(desk, command.window)
    ticket = desk.numbered(command.number)
    ticket.moved(Move.CALL)
    owner = ticket.target_window
    if owner not in (None, command.window):
        raise NotYours(number=ticket.number, owner=owner)
    if owner is None and ticket.category not in settings.serves:
        category = desk.rules.category(ticket.category)
        raise NotServedHere(window=command.window, category=category, number=ticket.number)
    return _call(desk, ticket, window, CallRule.CHOSEN)


def _call(desk: Desk, before: Ticket, window: Window, rule: CallRule) -> Done:
    call = desk.memory.open_call(before.id, window.number, desk.now, rule)
    ticket = before._replace(
        state=before.moved(Move.CALL),
        call=call,
        window=window.number,
        first_called_at=before.first_called_at or desk.now,
        called_at=desk.now,
        started_at=None,
        calls=before.calls + 1,
        ahead=0,
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_CALLED,
        ticket=ticket.id,
        window=window.number,
        number=ticket.number,
        rule=rule.value,
        former_call=before.call,
    )
    return Done(ticket=ticket, window=window)


def recall(desk: Desk, command: Recall) -> Done:
    """Announce the called ticket again; its first call time stays (requirements 4.6)."""
    window, before = busy_window(desk, command.window, command.ticket)
    ticket = before._replace(state=before.moved(Move.RECALL), calls=before.calls + 1)
    desk.memory.count_recall(_call_of(before))
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_RECALLED, ticket=ticket.id, window=window.number, number=ticket.number
    )
    return Done(ticket=ticket, window=window)


def start(desk: Desk, command: Start) -> Done:
    """The visitor came: serving begins."""
    window, before = busy_window(desk, command.window, command.ticket)
    ticket = before._replace(state=before.moved(Move.START), started_at=desk.now)
    desk.memory.start_call(_call_of(before), desk.now)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_STARTED, ticket=ticket.id, window=window.number, number=ticket.number
    )
    return Done(ticket=ticket, window=window)


def finish(desk: Desk, command: Finish) -> Done:
    """The work is done."""
    return _leave(desk, command, Move.FINISH, EventKind.TICKET_FINISHED)


def pass_ticket(desk: Desk, command: Pass) -> Done:
    """The called visitor did not come; a reason is required (requirements 4.5)."""
    reason = one_line(command.reason)
    if not reason:
        raise ReasonMissing(move=Move.PASS)
    return _leave(desk, command, Move.PASS, EventKind.TICKET_PASSED, reason)


def hold(desk: Desk, command: Hold) -> Done:
    """Put the ticket aside; `resume` brings it back."""
    reason = one_line(command.reason or "") or None
    return _leave(desk, command, Move.HOLD, EventKind.TICKET_HELD, reason)


def _leave(
    desk: Desk,
    command: Finish | Pass | Hold,
    move: Move,
    kind: EventKind,
    reason: str | None = None,
) -> Done:
    window, before = busy_window(desk, command.window, command.ticket)
    state = before.moved(move)
    ended = None if state is TicketState.HELD else desk.now
    ticket = before._replace(state=state, ended_at=ended, reason=reason, target_window=None)
    desk.memory.end_call(_call_of(before), desk.now, state)
    desk.memory.save_ticket(ticket)
    facts = {"reason": reason} if reason else {}
    desk.record(kind, ticket=ticket.id, window=window.number, number=ticket.number, **facts)
    return Done(ticket=ticket, window=window)


def resume(desk: Desk, command: Resume) -> Done:
    """Take a held ticket back into line for this window, which calls it before all others."""
    window = open_window(desk, command.window)
    before = desk.numbered(command.number)
    ticket = before._replace(
        state=before.moved(Move.RESUME),
        window=None,
        called_at=None,
        started_at=None,
        target_window=command.window,
        reason=None,
        line_entry=desk.next_seq,
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_RESUMED, ticket=ticket.id, window=command.window, number=ticket.number
    )
    return Done(ticket=ticket._replace(ahead=desk.memory.ahead_of(ticket)), window=window)


def transfer(desk: Desk, command: Transfer) -> Done:
    """Send the ticket on; it keeps its number and its place by first issue time (DESIGN 5)."""
    window, before = busy_window(desk, command.window, command.ticket)
    state = before.moved(Move.TRANSFER)
    category, target = before.category, command.to_window
    if target is not None:
        if target == command.window:
            raise SameWindow(number=before.number, window=target)
        desk.rules.window(target)
        if desk.memory.window(target).state is WindowState.CLOSED:
            raise TargetClosed(window=target)
    else:
        category = desk.rules.served_category(command.to_category or "").code
    ticket = before._replace(
        state=state,
        category=category,
        window=None,
        called_at=None,
        started_at=None,
        target_window=target,
        line_entry=desk.next_seq,
    )
    desk.memory.end_call(_call_of(before), desk.now, state)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_TRANSFERRED,
        ticket=ticket.id,
        window=command.window,
        number=ticket.number,
        to_window=target,
        to_category=None if target else category,
    )
    return Done(ticket=ticket._replace(ahead=desk.memory.ahead_of(ticket)), window=window)


def open_window(desk: Desk, number: int) -> Window:
    """A window on duty, paused or not; raises UnknownWindow or WindowClosed."""
    desk.rules.window(number)
    window = desk.memory.window(number)
    if window.state is WindowState.CLOSED:
        raise WindowClosed(window=number)
    return window


def ready_window(desk: Desk, number: int) -> Window:
    """A window that may call now: open, not paused, without a ticket."""
    window = open_window(desk, number)
    if window.state is WindowState.PAUSED:
        raise WindowPaused(window=number)
    idle_window(desk, number)
    return window


def idle_window(desk: Desk, number: int) -> None:
    """Raises WindowBusy while the window has a ticket."""
    held_up = desk.memory.current(number)
    if held_up is not None:
        raise WindowBusy(window=number, number=held_up.number, state=held_up.state)


def busy_window(desk: Desk, number: int, shown: str | None = None) -> tuple[Window, Ticket]:
    """A window and the ticket it has, which is `shown` when that is given.

    Raises UnknownWindow, WindowClosed, WindowIdle or StaleView.
    """
    window = open_window(desk, number)
    ticket = desk.memory.current(number)
    present = ticket.number if ticket else None
    if shown is not None and tidy_number(shown) != present:
        raise StaleView(window=number, shown=shown, number=present)
    if ticket is None:
        raise WindowIdle(window=number)
    return window, ticket


def _call_of(ticket: Ticket) -> int:
    if ticket.call is None:  # pragma: no cover - memory gives a current ticket only with its call
        raise AssertionError(ticket)
    return ticket.call
