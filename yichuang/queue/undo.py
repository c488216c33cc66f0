"""Taking back a slipped key: the window's last call, finish or pass, as an event of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from yichuang.errors import NothingToUndo, QueueRefusal, UndoTooLate
from yichuang.queue.calling import back_in_place, idle_window, open_window
from yichuang.queue.command import Undo
from yichuang.queue.desk import Desk, Done
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.issuing import refuse_duplicate
from yichuang.queue.ports import Records
from yichuang.queue.rules import UNDO_WITHIN
from yichuang.queue.ticket import Move, Ticket

_UNDONE = {
    EventKind.TICKET_CALLED: (Move.UNDO_CALL, EventKind.CALL_UNDONE),
    EventKind.TICKET_FINISHED: (Move.UNDO_FINISH, EventKind.FINISH_UNDONE),
    EventKind.TICKET_FORWARDED: (Move.UNDO_FORWARD, EventKind.FINISH_UNDONE),
    EventKind.TICKET_PASSED: (Move.UNDO_PASS, EventKind.PASS_UNDONE),
    EventKind.TICKET_VOIDED: (Move.UNDO_PASS, EventKind.PASS_UNDONE),
}
"""The steps that can be taken back: by which move, and as which event."""


def undo(desk: Desk, command: Undo) -> Done:
    """Take back the window's last step within 30 seconds.

    Raises NothingToUndo, UndoTooLate, or IllegalMove when the ticket went on elsewhere meanwhile.
    A past business date is never reopened.
    """
    window = open_window(desk, command.window)
    step, before = undoable_step(desk.memory, command.window, desk.now, desk.today)
    move, kind = _UNDONE[step.event.kind]
    data = step.event.data
    if move in (Move.UNDO_PASS, Move.UNDO_FINISH):
        refuse_duplicate(desk, before.person, desk.rules.category(before.category))
    if move is Move.UNDO_CALL:
        ticket = _uncalled(desk, before, data)
    else:
        ticket = _back_at_the_window(desk, before, move, command.window)
        if move is Move.UNDO_FORWARD:
            route = tuple(data["former"]["route"])
            ticket = back_in_place(ticket, data["former"])._replace(route=route)
    desk.memory.save_ticket(ticket)
    desk.record(kind, ticket=ticket.id, window=command.window, number=ticket.number)
    # Read again: where it is, and since when, stands with the call that was reopened.
    return Done(ticket=desk.memory.ticket(ticket.id), window=window)


def undoable_step(
    records: Records, window: int, now: datetime, today: date
) -> tuple[Entry, Ticket]:
    """The window's last step and its ticket, when the step can be taken back at `now`.

    Raises NothingToUndo, UndoTooLate or IllegalMove.
    """
    step = records.last_step(window)
    if step is None or step.event.kind not in _UNDONE or step.event.ticket is None:
        raise NothingToUndo(window=window)
    if abs(now - step.at) > UNDO_WITHIN:  # a clock put back must not keep a step open for hours
        raise UndoTooLate(window=window, seconds=int(UNDO_WITHIN.total_seconds()))
    ticket = records.ticket(step.event.ticket)
    if ticket is None or ticket.call is None or ticket.business_date < today:
        raise NothingToUndo(window=window)
    ticket.moved(_UNDONE[step.event.kind][0])
    went_on = "call" in step.event.data and step.event.data["call"] != ticket.call
    if went_on or ticket.window not in (None, window):
        # It came back into line meanwhile, and another window passed it.
        raise NothingToUndo(window=window)
    return step, ticket


def can_undo(records: Records, window: int, now: datetime, today: date) -> bool:
    """Whether the window's last step can be taken back at `now`."""
    try:
        undoable_step(records, window, now, today)
    except QueueRefusal:
        return False
    return True


def _uncalled(desk: Desk, before: Ticket, data: Mapping[str, Any]) -> Ticket:
    is_late = data["rule"] == CallRule.LATE.value
    if before.call is not None:
        desk.memory.end_call(before.call, desk.now, "undone")
    ticket = before._replace(
        state=before.moved(Move.UNDO_LATE_CALL if is_late else Move.UNDO_CALL),
        call=data["former_call"],
        window=None,
        first_called_at=None if before.calls == 1 else before.first_called_at,
        called_at=None,
        started_at=None,
        calls=before.calls - 1,
        counted=0,
        counted_at=None,
    )
    if is_late:
        return ticket._replace(ended_at=desk.now, reinstated=before.reinstated - 1)
    return desk.in_reach(ticket)


def _back_at_the_window(desk: Desk, before: Ticket, move: Move, window: int) -> Ticket:
    idle_window(desk, window)
    if before.call is not None:
        desk.memory.reopen_call(before.call)
    return before._replace(state=before.moved(move), ended_at=None, reason=None)
