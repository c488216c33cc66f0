"""Taking back a slipped key: the window's last call, finish or pass, as an event of its own."""

from __future__ import annotations

from datetime import date, datetime

from yichuang.clock import elapsed
from yichuang.errors import NothingToUndo, QueueRefusal, UndoTooLate
from yichuang.queue.calling import idle_window, open_window
from yichuang.queue.command import Undo
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.ports import Records
from yichuang.queue.rules import UNDO_WITHIN
from yichuang.queue.ticket import Move, Ticket

_UNDONE = {
    EventKind.TICKET_CALLED: (Move.UNDO_CALL, EventKind.CALL_UNDONE),
    EventKind.TICKET_FINISHED: (Move.UNDO_FINISH, EventKind.FINISH_UNDONE),
    EventKind.TICKET_PASSED: (Move.UNDO_PASS, EventKind.PASS_UNDONE),
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
    if move is Move.UNDO_CALL:
        ticket = _uncalled(desk, before, step.event.data["former_call"])
    else:
        ticket = _back_at_the_window(desk, before, move, command.window)
    desk.memory.save_ticket(ticket)
    desk.record(kind, ticket=ticket.id, window=command.window, number=ticket.number)
    return Done(ticket=ticket, window=window)


def undoable_step(
    records: Records, window: int, now: datetime, today: date
) -> tuple[Entry, Ticket]:
    """The window's last step and its ticket, when the step can be taken back at `now`.

    Raises NothingToUndo, UndoTooLate or IllegalMove.
    """
    step = records.last_step(window)
    if step is None or step.event.kind not in _UNDONE or step.event.ticket is None:
        raise NothingToUndo(window=window)
    if elapsed(step.at, now) > UNDO_WITHIN:
        raise UndoTooLate(window=window, seconds=int(UNDO_WITHIN.total_seconds()))
    ticket = records.ticket(step.event.ticket)
    if ticket is None or ticket.call is None or ticket.business_date < today:
        raise NothingToUndo(window=window)
    ticket.moved(_UNDONE[step.event.kind][0])
    if ticket.window != window:
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


def _uncalled(desk: Desk, before: Ticket, former_call: int | None) -> Ticket:
    if before.call is not None:
        desk.memory.end_call(before.call, desk.now, "undone")
    return before._replace(
        state=before.moved(Move.UNDO_CALL),
        call=former_call,
        window=None,
        first_called_at=None if before.calls == 1 else before.first_called_at,
        called_at=None,
        started_at=None,
        calls=before.calls - 1,
    )


def _back_at_the_window(desk: Desk, before: Ticket, move: Move, window: int) -> Ticket:
    idle_window(desk, window)
    if before.call is not None:
        desk.memory.reopen_call(before.call)
    return before._replace(state=before.moved(move), ended_at=None, reason=None)
