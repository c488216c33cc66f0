"""Taking back a slipped key: the window's last call, finish or pass, as an event of its own."""

from __future__ import annotations

from collections.abc import Callable

from yichuang.clock import elapsed
from yichuang.errors import NothingToUndo, UndoTooLate
from yichuang.queue.calling import idle_window, open_window
from yichuang.queue.command import Undo
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.rules import UNDO_WITHIN
from yichuang.queue.ticket import Move, Ticket


def undo(desk: Desk, command: Undo) -> Done:
    """Take back the window's last step within 30 seconds.

    Raises NothingToUndo, UndoTooLate, or IllegalMove when the ticket went on elsewhere meanwhile.
    A past business date is never reopened.
    """
    window = open_window(desk, command.window)
    step = desk.memory.last_step(command.window)
    take_back = _TAKE_BACK.get(step.event.kind) if step else None
    if step is None or take_back is None or step.event.ticket is None:
        raise NothingToUndo(window=command.window)
    if elapsed(step.at, desk.now) > UNDO_WITHIN:
        raise UndoTooLate(window=command.window, seconds=int(UNDO_WITHIN.total_seconds()))
    ticket = desk.memory.ticket(step.event.ticket)
    if ticket is None or ticket.call is None or ticket.business_date < desk.today:
        raise NothingToUndo(window=command.window)
    return Done(ticket=take_back(desk, step, ticket), window=window)


def _undo_call(desk: Desk, step: Entry, before: Ticket) -> Ticket:
    ticket = before._replace(
        state=before.moved(Move.UNDO_CALL),
        call=step.event.data["former_call"],
        window=None,
        first_called_at=None if before.calls == 1 else before.first_called_at,
        called_at=None,
        started_at=None,
        calls=before.calls - 1,
    )
    if before.call is not None:
        desk.memory.end_call(before.call, desk.now, "undone")
    return _keep(desk, ticket, EventKind.CALL_UNDONE, before.window)


def _undo_ending(move: Move, kind: EventKind) -> Callable[[Desk, Entry, Ticket], Ticket]:
    def take_back(desk: Desk, step: Entry, before: Ticket) -> Ticket:
        state = before.moved(move)
        window = step.event.window
        if window is None or before.window != window:
            # It came back into line meanwhile, and another window passed it.
            raise NothingToUndo(window=window)
        idle_window(desk, window)
        ticket = before._replace(state=state, ended_at=None, reason=None)
        if before.call is not None:
            desk.memory.reopen_call(before.call)
        return _keep(desk, ticket, kind, before.window)

    return take_back


def _keep(desk: Desk, ticket: Ticket, kind: EventKind, window: int | None) -> Ticket:
    desk.memory.save_ticket(ticket)
    desk.record(kind, ticket=ticket.id, window=window, number=ticket.number)
    return ticket


_TAKE_BACK: dict[EventKind, Callable[[Desk, Entry, Ticket], Ticket]] = {
    EventKind.TICKET_CALLED: _undo_call,
    EventKind.TICKET_FINISHED: _undo_ending(Move.UNDO_FINISH, EventKind.FINISH_UNDONE),
    EventKind.TICKET_PASSED: _undo_ending(Move.UNDO_PASS, EventKind.PASS_UNDONE),
}
