"""What the entrance and a supervisor do with a ticket: cancel, reinstate, re-route, pin."""

from __future__ import annotations

from yichuang.errors import (
    AlreadyPinned,
    NotPinned,
    ReasonMissing,
    ReturnsExhausted,
    SupervisorMissing,
)
from yichuang.queue.calling import back_in_place, place_facts
from yichuang.queue.command import (
    CancelTicket,
    PinTicket,
    ReinstateTicket,
    RerouteTicket,
    UnpinTicket,
)
from yichuang.queue.desk import Desk, Done, because
from yichuang.queue.event import EventKind
from yichuang.queue.issuing import (
    refuse_closed_day,
    refuse_closed_target,
    refuse_duplicate,
    served_category,
)
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState
from yichuang.text import one_line


def cancel_ticket(desk: Desk, command: CancelTicket) -> Done:
    """End a ticket that was not served; its number is not given again."""
    before = desk.numbered(command.number)
    state = before.moved(Move.CANCEL)
    if before.state is TicketState.CALLED and before.call is not None:
        desk.memory.end_call(before.call, desk.now, state)
    reason = one_line(command.reason or "") or None
    ticket = before._replace(
        state=state, ended_at=desk.now, reason=reason, target_window=None, hold=None
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_CANCELLED,
        ticket=ticket.id,
        window=before.window if before.state is TicketState.CALLED else None,
        number=ticket.number,
        reason=reason,
        former=before.state.value,
    )
    return Done(ticket=ticket)


def reinstate_ticket(desk: Desk, command: ReinstateTicket) -> Done:
    """Bring a passed ticket back behind `put_back` others of its line (requirements 4.5, 4.11).

    A missed call spends a place in front: it comes back in the class that it was issued in.
    """
    before = desk.numbered(command.number)
    state = before.moved(Move.REINSTATE)
    refuse_closed_day(desk)
    missed = desk.rules.settings.missed
    if before.reinstated >= missed.returns:
        raise ReturnsExhausted(number=before.number, times=before.reinstated)
    refuse_duplicate(desk, before.person, desk.rules.category(before.category))
    ticket = _behind_others(desk, desk.in_reach(before), missed.put_back)._replace(
        state=state,
        window=None,
        called_at=None,
        started_at=None,
        ended_at=None,
        reason=None,
        reinstated=before.reinstated + 1,
        line_entry=desk.next_seq,
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_REINSTATED,
        ticket=ticket.id,
        number=ticket.number,
        **because(command.reason),
    )
    return Done(ticket=desk.placed(ticket))


def _behind_others(desk: Desk, before: Ticket, others: int) -> Ticket:
    order = before.issue_order
    if before.issued_class is PriorityClass.APPOINTMENT and before.not_before is not None:
        order = int(before.not_before.timestamp())
    ticket = before._replace(priority_class=before.issued_class)
    needs = desk.rules.rivals(ticket.need)
    behind = desk.memory.nth_waiting(ticket, needs, others, desk.now) if others else None
    if ticket.priority_class is before.priority_class:
        order = max(order, before.line_order)
    if behind is None:
        return ticket._replace(line_order=order)
    return ticket._replace(
        line_order=max(order, behind.line_order), since=max(ticket.since, behind.since)
    )


def reroute_ticket(desk: Desk, command: RerouteTicket) -> Done:
    """Send a waiting ticket to the line of another category, or of one window, in its own class."""
    before = desk.numbered(command.number)
    state = before.moved(Move.REROUTE)
    category, target = before.category, command.to_window
    if target is not None:
        refuse_closed_target(desk, target)
    else:
        chosen = served_category(desk, command.to_category or "")
        category = chosen.code
        if category != before.category:
            refuse_duplicate(desk, before.person, chosen)
    ticket = before._replace(
        state=state,
        category=category,
        target_window=target,
        route=tuple(stop for stop in before.route if stop != category),
        line_entry=desk.next_seq,
    )
    ticket = desk.in_reach(ticket)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_REROUTED,
        ticket=ticket.id,
        number=ticket.number,
        to_category=category,
        to_window=target,
        former=place_facts(before),
        **because(command.reason),
    )
    return Done(ticket=desk.placed(ticket))


def pin_ticket(desk: Desk, command: PinTicket) -> Done:
    """A supervisor puts a waiting ticket before all others, with a reason (requirements 4.4)."""
    reason = one_line(command.reason)
    if not desk.actor:
        raise SupervisorMissing
    if not reason:
        raise ReasonMissing(move=Move.PIN)
    before = desk.numbered(command.number)
    state = before.moved(Move.PIN)
    if before.priority_class is PriorityClass.PINNED:
        raise AlreadyPinned(number=before.number)
    ticket = before._replace(
        state=state,
        priority_class=PriorityClass.PINNED,
        line_order=desk.next_seq,
        line_entry=desk.next_seq,
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_PINNED,
        ticket=ticket.id,
        number=ticket.number,
        reason=reason,
        former=place_facts(before),
    )
    return Done(ticket=desk.placed(ticket))


def unpin_ticket(desk: Desk, command: UnpinTicket) -> Done:
    """Give a pinned ticket the place that it had."""
    before = desk.numbered(command.number)
    state = before.moved(Move.UNPIN)
    if before.priority_class is not PriorityClass.PINNED:
        raise NotPinned(number=before.number, class_label=before.priority_class.label)
    pins = [
        entry
        for entry in desk.memory.history(before.id)
        if entry.event.kind is EventKind.TICKET_PINNED
    ]
    former = back_in_place(before, pins[-1].event.data["former"])
    ticket = former._replace(
        state=state, category=before.category, target_window=before.target_window
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_UNPINNED,
        ticket=ticket.id,
        number=ticket.number,
        **because(command.reason),
    )
    return Done(ticket=desk.placed(ticket))
