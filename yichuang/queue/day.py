"""The end of a business day by hand: the usual one, and one that an outage forces."""

from __future__ import annotations

from yichuang.errors import ReasonMissing, WindowBusy
from yichuang.language import N_
from yichuang.queue.appointment import Appointment, AppointmentState
from yichuang.queue.command import CloseDay
from yichuang.queue.desk import Desk, Done, close_windows, end_surge, note_absences
from yichuang.queue.event import EventKind
from yichuang.queue.paper import ticket_document
from yichuang.queue.ticket import Move, Ticket, TicketState
from yichuang.queue.window import Closing
from yichuang.text import one_line

CLOSED = N_("收工")
"""Why the tickets that still waited were passed."""

_LEFT = (TicketState.WAITING, TicketState.HELD)
_SENT_HOME = (*_LEFT, TicketState.CALLED, TicketState.SERVING)


def close_day(desk: Desk, command: CloseDay) -> Done:
    """End the day: what waits is passed; after an outage it gets a priority slip instead.

    Raises WindowBusy while somebody is called or served, unless it is an outage. The slips are good on the
    next working day; a number of today is then given the priority class without queuing again
    (requirements 4.10: 二次通行卡).
    """
    reason = one_line(command.reason)
    if command.outage and not reason:
        raise ReasonMissing(move=EventKind.DAY_CLOSED)
    busy = desk.memory.active()
    if busy and not command.outage:
        raise WindowBusy(window=busy[0].window, number=busy[0].number, state=busy[0].state)
    states = _SENT_HOME if command.outage else _LEFT
    left = [each for state in states for each in desk.memory.in_state(desk.today, state, None)]
    left.sort(key=lambda ticket: ticket.id)
    ended = tuple(
        _sent_home(desk, each, reason) if command.outage else _passed(desk, each) for each in left
    )
    close_windows(desk)
    released = _release_bookings(desk, reason) if command.outage else ()
    note_absences(desk)
    desk.memory.save_closing(desk.today, Closing(desk.now, reason if command.outage else ""))
    end_surge(desk)
    desk.record(
        EventKind.DAY_CLOSED,
        outage=command.outage,
        reason=reason,
        ended=[ticket.number for ticket in ended],
    )
    return Done(tickets=ended, appointments=released)


def _release_bookings(desk: Desk, reason: str) -> tuple[Appointment, ...]:
    """Who had an appointment for later that day has not missed it: the hall has, and must tell them."""
    released = tuple(
        each._replace(state=AppointmentState.CANCELLED, ended_at=desk.now, reason=reason)
        for each in desk.memory.appointments_between(desk.today, desk.today)
        if each.state is AppointmentState.BOOKED
    )
    for each in released:
        desk.memory.save_appointment(each)
        desk.record(
            EventKind.APPOINTMENT_CANCELLED,
            appointment=each.id,
            start=each.start.isoformat(),
            reason=reason,
        )
    return released


def _passed(desk: Desk, before: Ticket) -> Ticket:
    ticket = before._replace(
        state=before.moved(Move.END_DAY),
        ended_at=desk.now,
        reason=CLOSED,
        target_window=None,
        hold=None,
    )
    desk.memory.save_ticket(ticket)
    desk.record(EventKind.TICKET_PASSED, ticket=ticket.id, number=ticket.number, reason=CLOSED)
    return ticket


def _sent_home(desk: Desk, before: Ticket, reason: str) -> Ticket:
    state = before.moved(Move.OUTAGE)
    if before.call is not None and before.state in (TicketState.CALLED, TicketState.SERVING):
        desk.memory.end_call(before.call, desk.now, state)
    ticket = before._replace(
        state=state,
        ended_at=desk.now,
        reason=reason,
        target_window=None,
        hold=None,
        ahead=0,
        valid_on=desk.rules.hours.working_days.next(desk.today),
    )
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_VOIDED,
        ticket=ticket.id,
        number=ticket.number,
        reason=reason,
        valid_on=ticket.valid_on.isoformat() if ticket.valid_on else None,
    )
    printer = desk.rules.printer(None)
    if printer is not None:
        document = ticket_document(desk, ticket, desk.items_of(ticket))
        desk.memory.add_print_job(printer, ticket.id, document, desk.now)
    return ticket
