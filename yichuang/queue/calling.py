"""What a clerk does with tickets at a window: call, recall, start, finish, pass, transfer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from yichuang.clock import elapsed
from yichuang.errors import (
    NothingWaiting,
    NotServedHere,
    NotYours,
    ReasonMissing,
    SameWindow,
    StaleView,
    WindowBusy,
    WindowClosed,
    WindowIdle,
    WindowPaused,
)
from yichuang.queue.command import CallChosen, CallNext, Finish, Pass, Recall, Start, Transfer
from yichuang.queue.desk import Desk, Done
from yichuang.queue.dispatch import CallRule, Choice, Duty, Turn, contenders
from yichuang.queue.event import EventKind
from yichuang.queue.issuing import refuse_closed_target, refuse_duplicate, served_category
from yichuang.queue.late import refuse_too_late
from yichuang.queue.numbering import tidy_number
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState
from yichuang.queue.window import Window, WindowState
from yichuang.text import one_line

AT_ONCE = timedelta(minutes=2)
"""So long another window has the first chance at a ticket that this one passed or sent on."""

_DROPPED = (TicketState.PASSED.value, TicketState.WAITING.value)
"""How a call ended when the window passed the ticket or sent it on to others."""


class _Next(NamedTuple):
    """What is called, and why."""

    choice: Choice
    rule: CallRule
    why: Mapping[str, Any]


def call_next(desk: Desk, command: CallNext) -> Done:
    """Call the ticket that the hall's policy chooses; raises NothingWaiting when no line has one."""
    window = ready_window(desk, command.window)
    found = _next(desk, desk.duty(window))
    ticket = desk.memory.ticket(found.choice.head.id) if found else None
    if found is None or ticket is None:
        raise NothingWaiting(window=command.window)
    return _call(desk, ticket, window, found.rule, found.why)


def _next(desk: Desk, duty: Duty) -> _Next | None:
    """The head that is next here; one that this window dropped by its last call comes last.

    A window that passed a ticket or sent it on is not offered it again at once (DESIGN 5). It has it back
    when nobody else is free to call it, or nobody did for two minutes: nobody is forgotten.
    """
    dropped = _dropped(desk, duty.window)
    found = _choose(desk, duty, dropped)
    if found is None and dropped is not None and not _others_may_call(desk, duty, dropped):
        found = _choose(desk, duty, None)
    return found


def _others_may_call(desk: Desk, duty: Duty, ticket_id: int) -> bool:
    ticket = desk.memory.ticket(ticket_id)
    if ticket is None or ticket.target_window is not None:
        return False
    windows = desk.memory.windows()
    busy = {each.window for each in desk.memory.active()}
    free = {each.number for each in windows if each.state is WindowState.OPEN} - busy
    return any(
        other.window in free
        and other.may_call(ticket.category, ticket.need)
        and _dropped(desk, other.window) != ticket_id
        for other in desk.rules.duties(windows, desk.memory.surge())
        if other.window != duty.window
    )


def _dropped(desk: Desk, window: int) -> int | None:
    """The ticket that the window passed or sent on by its last call."""
    last = desk.memory.last_call(window)
    if last is None or last.ending not in _DROPPED or last.ended_at is None:
        return None
    return last.ticket if abs(desk.now - last.ended_at) < AT_ONCE else None


def _choose(desk: Desk, duty: Duty, without: int | None) -> _Next | None:
    memory, policy = desk.memory, desk.rules.policy
    heads = memory.heads(duty, desk.now, without)
    if not heads:
        return None
    candidates, causes = contenders(
        heads, duty, desk.now, desk.rules.settings.dispatch, memory.line_lengths
    )
    looks_back = policy.looks_back
    recent = memory.recent_classes(duty.window, desk.today, looks_back) if looks_back else ()
    choice = policy.choose(candidates, Turn(desk.now, recent, duty.is_green))
    head = choice.head
    why = {**choice.why, "lines": len(candidates)}
    if head.target_window is not None:
        return _Next(choice, CallRule.DIRECTED, why)
    if head.category in duty.own:
        return _Next(choice, CallRule.OWN, why)
    return _Next(choice, CallRule.HELP, {**why, "help": causes[head.category].value})


def call_chosen(desk: Desk, command: CallChosen) -> Done:
    """Call one ticket out of order; the journal keeps who did so, and why when a reason is given (A05).

    A passed ticket whose visitor comes a little late is called directly, too, while not more than
    `late_numbers` of its category were called since.
    """
    reason = one_line(command.reason or "")
    window = ready_window(desk, command.window)
    ticket = desk.numbered(command.number)
    is_late = ticket.state is TicketState.PASSED
    ticket.moved(Move.LATE_CALL if is_late else Move.CALL)
    owner = ticket.target_window
    if owner not in (None, command.window):
        raise NotYours(number=ticket.number, owner=owner)
    if owner is None and not desk.duty(window).may_call(ticket.category, ticket.need):
        category = desk.rules.category(ticket.category)
        raise NotServedHere(window=command.window, category=category, number=ticket.number)
    if not is_late:
        return _call(desk, ticket, window, CallRule.CHOSEN, {}, reason)
    refuse_too_late(desk.memory, desk.rules.settings.missed, ticket)
    refuse_duplicate(desk, ticket.person, desk.rules.category(ticket.category))
    ticket = ticket._replace(reinstated=ticket.reinstated + 1, ended_at=None)
    return _call(desk, ticket, window, CallRule.LATE, {}, reason)


def _call(
    desk: Desk,
    before: Ticket,
    window: Window,
    rule: CallRule,
    why: Mapping[str, Any],
    reason: str = "",
) -> Done:
    state = before.moved(Move.LATE_CALL if rule is CallRule.LATE else Move.CALL)
    call = desk.memory.open_call(before, window.number, desk.now, rule)
    ticket = before._replace(
        state=state,
        call=call,
        window=window.number,
        first_called_at=before.first_called_at or desk.now,
        called_at=desk.now,
        started_at=None,
        calls=before.calls + 1,
        counted=1,
        counted_at=desk.now,
        ahead=0,
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_CALLED,
        ticket=ticket.id,
        window=window.number,
        number=ticket.number,
        category=ticket.category,
        rule=rule.value,
        why=dict(why),
        waited=round(elapsed(before.since, desk.now).total_seconds()),
        former_call=before.call,
        **{"class": before.priority_class.value, **({"reason": reason} if reason else {})},
    )
    return Done(ticket=ticket, window=window)


def recall(desk: Desk, command: Recall) -> Done:
    """Announce the called ticket again; its first call time stays (requirements 4.6).

    Announcements that follow one another too soon are made, and count as one towards a pass.
    """
    window, before = busy_window(desk, command.window, command.ticket)
    ticket = before._replace(state=before.moved(Move.RECALL), calls=before.calls + 1)
    if desk.rules.seconds_to_next_count(before, desk.now) == 0:
        ticket = ticket._replace(counted=before.counted + 1, counted_at=desk.now)
    desk.memory.count_recall(_call_of(before), ticket.counted, ticket.counted_at or desk.now)
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
    """The work is done here; a ticket on a joint route goes on to its next stop with its number."""
    window, before = busy_window(desk, command.window, command.ticket)
    if not before.route:
        return leave(desk, window, before, Move.FINISH, EventKind.TICKET_FINISHED)
    before.moved(Move.FINISH)
    state = before.moved(Move.FORWARD)
    category, _mark, back_to = before.route[0].partition("@")
    target = int(back_to) if back_to else None
    if target is not None and not desk.is_on_duty(target):
        target = None
    ticket = sent_on(desk, before._replace(route=before.route[1:]), state, category, target)
    desk.memory.end_call(_call_of(before), desk.now, TicketState.FINISHED)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_FORWARDED,
        ticket=ticket.id,
        window=window.number,
        number=ticket.number,
        to_category=category,
        to_window=target,
        call=before.call,
        former=place_facts(before) | {"route": list(before.route)},
    )
    return Done(ticket=desk.placed(ticket), window=window)


def pass_ticket(desk: Desk, command: Pass) -> Done:
    """The called visitor did not come; a reason is required (requirements 4.5).

    Not before the ticket was called often enough, the calls far enough apart. One that came back as
    often as the hall allows, or any where passing is final, is void.
    """
    reason = one_line(command.reason)
    if not reason:
        raise ReasonMissing(move=Move.PASS)
    window, before = busy_window(desk, command.window, command.ticket)
    before.moved(Move.PASS)
    missed = desk.rules.settings.missed
    refusal = desk.rules.pass_too_soon(before, desk.now)
    if refusal is not None:
        raise refusal
    if missed.void_at_once or before.reinstated >= missed.returns:
        return leave(desk, window, before, Move.VOID, EventKind.TICKET_VOIDED, reason)
    return leave(desk, window, before, Move.PASS, EventKind.TICKET_PASSED, reason)


def leave(
    desk: Desk,
    window: Window,
    before: Ticket,
    move: Move,
    kind: EventKind,
    reason: str | None = None,
) -> Done:
    """The ticket leaves the window."""
    state = before.moved(move)
    ended = None if state is TicketState.HELD else desk.now
    ticket = before._replace(state=state, ended_at=ended, reason=reason, target_window=None)
    desk.memory.end_call(_call_of(before), desk.now, state)
    desk.memory.save_ticket(ticket)
    facts: dict[str, Any] = {"reason": reason} if reason else {}
    if ticket.hold is not None:
        facts["hold"] = ticket.hold.value
    desk.record(kind, ticket=ticket.id, window=window.number, number=ticket.number, **facts)
    return Done(ticket=ticket, window=window)


def transfer(desk: Desk, command: Transfer) -> Done:
    """Send the ticket on; it keeps its number and its first issue time (DESIGN 5)."""
    window, before = busy_window(desk, command.window, command.ticket)
    state = before.moved(Move.TRANSFER)
    category, target = before.category, command.to_window
    if target is not None:
        if target == command.window:
            raise SameWindow(number=before.number, window=target)
        refuse_closed_target(desk, target)
    else:
        chosen = served_category(desk, command.to_category or "")
        category = chosen.code
    route = tuple(stop for stop in before.route if stop != category)
    if command.and_back:
        route = (f"{before.category}@{command.window}", *route)
    ticket = sent_on(desk, before._replace(route=route), state, category, target)
    desk.memory.end_call(_call_of(before), desk.now, state)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_TRANSFERRED,
        ticket=ticket.id,
        window=command.window,
        number=ticket.number,
        to_window=target,
        to_category=None if target else category,
        and_back=command.and_back,
    )
    return Done(ticket=desk.placed(ticket), window=window)


def sent_on(
    desk: Desk, before: Ticket, state: TicketState, category: str, target: int | None
) -> Ticket:
    """The ticket in the line of those who were served elsewhere, by its first issue."""
    return desk.in_reach(
        before._replace(
            state=state,
            category=category,
            priority_class=PriorityClass.TRANSFERRED,
            window=None,
            called_at=None,
            started_at=None,
            target_window=target,
            line_order=before.issue_order,
            line_entry=desk.next_seq,
            hold=None,
            reason=None,
        )
    )


def place_facts(ticket: Ticket) -> dict[str, Any]:
    """A ticket's place, for the journal: what an undo gives back."""
    return {
        "category": ticket.category,
        "class": ticket.priority_class.value,
        "line_order": ticket.line_order,
        "line_entry": ticket.line_entry,
        "target_window": ticket.target_window,
    }


def back_in_place(ticket: Ticket, facts: Mapping[str, Any]) -> Ticket:
    """The ticket at the place that `place_facts` told."""
    return ticket._replace(
        category=facts["category"],
        priority_class=PriorityClass(facts["class"]),
        line_order=facts["line_order"],
        line_entry=facts["line_entry"],
        target_window=facts["target_window"],
    )


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
    assert ticket.call is not None, "memory gives a current ticket only with its call"
    return ticket.call
