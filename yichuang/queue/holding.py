"""A ticket put aside, in the three ways that halls know, and how it comes back."""

from __future__ import annotations

from typing import Any

from yichuang.errors import KeptElsewhere
from yichuang.queue.calling import busy_window, leave, open_window, sent_on
from yichuang.queue.command import Hold, Resume, WakeTicket
from yichuang.queue.desk import Desk, Done, because
from yichuang.queue.event import EventKind
from yichuang.queue.ticket import HoldKind, Move, Ticket
from yichuang.text import one_line


def hold(desk: Desk, command: Hold) -> Done:
    """Put the window's ticket aside."""
    reason = one_line(command.reason or "") or None
    window, before = busy_window(desk, command.window, command.ticket)
    before = before._replace(hold=command.kind)
    return leave(desk, window, before, Move.HOLD, EventKind.TICKET_HELD, reason)


def resume(desk: Desk, command: Resume) -> Done:
    """Take a held ticket back to this window, which calls it before all others.

    Raises KeptElsewhere when its papers are at another window that is on duty.
    """
    window = open_window(desk, command.window)
    before = desk.numbered(command.number)
    before.moved(Move.RESUME)
    owner = _owner(desk, before)
    if owner not in (None, command.window):
        kind = before.hold.label if before.hold else ""
        raise KeptElsewhere(number=before.number, owner=owner, kind=kind)
    ticket = _back(desk, before, command.window, by=command.window)
    return Done(ticket=ticket, window=window)


def wake(desk: Desk, command: WakeTicket) -> Done:
    """A held ticket comes back, to its window if that keeps it, else to any of its category."""
    before = desk.numbered(command.number)
    before.moved(Move.RESUME)
    owner = _owner(desk, before)
    return Done(ticket=_back(desk, before, owner, **because(command.reason)))


def _owner(desk: Desk, ticket: Ticket) -> int | None:
    """The window that must have it back; None for any, also when that window is closed."""
    if ticket.hold is HoldKind.FREE or ticket.window is None:
        return None
    return ticket.window if desk.is_on_duty(ticket.window) else None


def _back(
    desk: Desk, before: Ticket, target: int | None, by: int | None = None, **facts: Any
) -> Ticket:
    state = before.moved(Move.RESUME)
    ticket = sent_on(desk, before, state, before.category, target)
    desk.memory.save_ticket(ticket)
    # Only what the clerk did is a step of the window: a ticket woken from elsewhere leaves its undo alone.
    desk.record(
        EventKind.TICKET_RESUMED,
        ticket=ticket.id,
        window=by,
        number=ticket.number,
        to_window=target if by is None else None,
        **facts,
    )
    return desk.placed(ticket)
