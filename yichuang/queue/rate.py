"""Taking a rating: only for a finished ticket, once, and from a pad only while it waits for one."""

from __future__ import annotations

from datetime import datetime, timedelta

from yichuang.clock import elapsed
from yichuang.errors import AlreadyRated, NothingToRate
from yichuang.queue.command import RateTicket
from yichuang.queue.desk import Desk, Done, hall_time
from yichuang.queue.event import EventKind
from yichuang.queue.ports import Records
from yichuang.queue.rating import Rating
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket, TicketState


def rate_ticket(desk: Desk, command: RateTicket) -> Done:
    """Keep a rating; raises NothingToRate, AlreadyRated or UnknownTicket.

    By window it is of the ticket that finished there last, for `[rating] seconds` at most and until the
    next one is served; by number it is of that ticket of today.
    """
    if command.number is not None:
        ticket = desk.numbered(command.number)
        if ticket.state is not TicketState.FINISHED:
            raise NothingToRate(window=ticket.window or "-")
    else:
        found = awaiting_rating(desk.memory, desk.rules, desk.now, command.window or 0)
        if found is None:
            raise NothingToRate(window=command.window)
        ticket = found
    if desk.memory.rating_of(ticket.id) is not None:
        raise AlreadyRated(number=ticket.number)
    rating = Rating(ticket.id, command.grade, command.channel, ticket.window, desk.now)
    desk.memory.add_rating(rating)
    # Without the window: a rating is no step of the clerk's, who may still undo the finish.
    desk.record(
        EventKind.TICKET_RATED,
        ticket=ticket.id,
        number=ticket.number,
        at_window=ticket.window,
        grade=rating.grade.value,
        channel=rating.channel.value,
    )
    return Done(ticket=ticket)


def awaiting_rating(
    records: Records, rules: HallRules, time: datetime, window: int
) -> Ticket | None:
    """The ticket that a pad at the window would rate at the hall's `time`, rated already or not."""
    rules.window(window)
    current, last = records.current(window), records.last_call(window, ended=True)
    if last is None or last.ended_at is None or last.ending != TicketState.FINISHED:
        return None
    if current is not None and current.state is TicketState.SERVING:
        return None
    ticket = records.ticket(last.ticket)
    if ticket is None or (ticket.state, ticket.window) != (TicketState.FINISHED, window):
        return None  # on a joint route it went on, and is rated where it ended
    within = timedelta(seconds=rules.settings.rating.seconds)
    return ticket if elapsed(last.ended_at, time) <= within else None


def view_awaiting(records: Records, rules: HallRules, now: datetime, window: int) -> Ticket | None:
    """`awaiting_rating` as it is now; raises UnknownWindow."""
    return awaiting_rating(records, rules, hall_time(records.latest(), now), window)
