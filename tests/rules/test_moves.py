"""Every move from every state, through the real commands, against the one table of legal moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from yichuang.clock import FixedClock
from yichuang.errors import IllegalMove, NothingToUndo, QueueRefusal, UnknownTicket, WindowIdle
from yichuang.queue.service import Hall
from yichuang.queue.ticket import MOVES, Move, TicketState, legal_labels, legal_moves

NUMBER = "A001"


async def _called(hall: Hall) -> None:
    await hall.call(1, NUMBER)


async def _serving(hall: Hall) -> None:
    await hall.call(1, NUMBER)
    await hall.start(1)


async def _held(hall: Hall) -> None:
    await _serving(hall)
    await hall.hold(1)


async def _passed(hall: Hall) -> None:
    await _called(hall)
    await hall.pass_(1, reason="未到")


async def _finished(hall: Hall) -> None:
    await _serving(hall)
    await hall.finish(1)


async def _cancelled(hall: Hall) -> None:
    await hall.cancel(NUMBER)


async def _waiting(hall: Hall) -> None:
    assert (await hall.ticket(NUMBER)).state is TicketState.WAITING


REACH: dict[TicketState, Callable[[Hall], Awaitable[None]]] = {
    TicketState.WAITING: _waiting,
    TicketState.CALLED: _called,
    TicketState.SERVING: _serving,
    TicketState.HELD: _held,
    TicketState.PASSED: _passed,
    TicketState.FINISHED: _finished,
    TicketState.CANCELLED: _cancelled,
}

BY_NUMBER: dict[Move, Callable[[Hall], Awaitable[object]]] = {
    Move.CALL: lambda hall: hall.call(3, NUMBER),
    Move.REINSTATE: lambda hall: hall.reinstate(NUMBER),
    Move.RESUME: lambda hall: hall.resume(2, NUMBER),
    Move.CANCEL: lambda hall: hall.cancel(NUMBER),
}

AT_WINDOW: dict[Move, Callable[[Hall], Awaitable[object]]] = {
    Move.RECALL: lambda hall: hall.recall(1),
    Move.START: lambda hall: hall.start(1),
    Move.FINISH: lambda hall: hall.finish(1),
    Move.PASS: lambda hall: hall.pass_(1, reason="未到"),
    Move.HOLD: lambda hall: hall.hold(1),
    Move.TRANSFER: lambda hall: hall.transfer(1, to_category="police"),
}

UNDO = {
    TicketState.CALLED: Move.UNDO_CALL,
    TicketState.FINISHED: Move.UNDO_FINISH,
    TicketState.PASSED: Move.UNDO_PASS,
}


@pytest.fixture
async def moving(hall: Hall, open_windows: None) -> Hall:
    """Three open windows, and one ticket that waits."""
    await hall.issue(category="tax")
    return hall


def _pairs(
    moves: dict[Move, Callable[[Hall], Awaitable[object]]],
) -> list[tuple[Move, TicketState]]:
    return [(move, state) for move in moves for state in TicketState]


@pytest.mark.parametrize(("move", "state"), _pairs(BY_NUMBER))
async def test_moves_by_number(moving: Hall, move: Move, state: TicketState) -> None:
    await REACH[state](moving)
    sources, target = MOVES[move]
    if state in sources:
        await BY_NUMBER[move](moving)
        assert (await moving.ticket(NUMBER)).state is target
        return
    with pytest.raises(IllegalMove) as refused:
        await BY_NUMBER[move](moving)
    assert NUMBER in refused.value.message
    assert state.label in refused.value.message
    assert move.label in refused.value.message
    assert legal_labels(state) in refused.value.hint
    assert (await moving.ticket(NUMBER)).state is state


@pytest.mark.parametrize(("move", "state"), _pairs(AT_WINDOW))
async def test_moves_at_a_window(moving: Hall, move: Move, state: TicketState) -> None:
    """A window without the ticket has nothing to move; with it, the table decides."""
    await REACH[state](moving)
    sources, target = MOVES[move]
    if state in sources:
        await AT_WINDOW[move](moving)
        assert (await moving.ticket(NUMBER)).state is target
        return
    in_hand = state in (TicketState.CALLED, TicketState.SERVING)
    with pytest.raises(IllegalMove if in_hand else WindowIdle) as refused:
        await AT_WINDOW[move](moving)
    assert refused.value.hint
    assert (await moving.ticket(NUMBER)).state is state


@pytest.mark.parametrize("state", TicketState)
async def test_what_undo_takes_back(moving: Hall, state: TicketState) -> None:
    await REACH[state](moving)
    if state in UNDO:
        await moving.undo(1)
        assert (await moving.ticket(NUMBER)).state is MOVES[UNDO[state]][1]
        return
    with pytest.raises(NothingToUndo):
        await moving.undo(1)
    assert (await moving.ticket(NUMBER)).state is state


@pytest.mark.parametrize("state", TicketState)
async def test_the_end_of_the_day(moving: Hall, clock: FixedClock, state: TicketState) -> None:
    """Who stood in line is passed by the system; who was being served counts as finished."""
    await REACH[state](moving)
    clock.advance(timedelta(days=1))
    await moving.issue(category="police")
    end = Move.END_DAY_SERVED if state is TicketState.SERVING else Move.END_DAY
    sources, target = MOVES[end]
    day = (clock.now() - timedelta(days=1)).date()
    (ticket,) = await moving.store.read(lambda records: records.in_state(day, None, 9))
    assert ticket.state is (target if state in sources else state)
    assert (ticket.reason == "日终") == (state in sources)
    current = await moving.store.read(lambda records: records.current(1))
    assert current is None
    with pytest.raises(UnknownTicket):
        await moving.ticket(NUMBER)


def test_every_move_is_tried() -> None:
    undo = {Move.UNDO_CALL, Move.UNDO_FINISH, Move.UNDO_PASS}
    assert (
        set(BY_NUMBER) | set(AT_WINDOW) | undo | {Move.END_DAY, Move.END_DAY_SERVED}
        == set(Move)
        == set(MOVES)
    )
    assert set(REACH) == set(TicketState)


def test_no_state_is_a_trap() -> None:
    """Every state can be reached, and every state but the two ends leads on for a person."""
    assert {target for _sources, target in MOVES.values()} == set(TicketState)
    ends = {state for state in TicketState if not legal_moves(state)}
    assert ends == {TicketState.FINISHED, TicketState.CANCELLED}


ALWAYS_REFUSED: dict[str, Callable[[Hall], Awaitable[object]]] = {
    "unknown_window": lambda hall: hall.call_next(77),
    "window_closed": lambda hall: hall.close_window(3),
    "window_already_open": lambda hall: hall.open_window(1),
    "window_not_paused": lambda hall: hall.resume_window(1),
    "window_idle": lambda hall: hall.start(1),
    "nothing_waiting": lambda hall: hall.call_next(1),
    "unknown_ticket": lambda hall: hall.cancel("A077"),
    "unknown_category": lambda hall: hall.issue(category="nowhere"),
    "category_unserved": lambda hall: hall.issue(category="unserved"),
    "unknown_item": lambda hall: hall.issue(category="tax", item="X1"),
    "unknown_class": lambda hall: hall.issue(category="tax", priority_class="vip"),
    "unknown_printer": lambda hall: hall.issue(category="tax", printer="none"),
    "no_printer": lambda hall: hall.reprint("A001"),
    "reason_missing": lambda hall: hall.pass_(1, reason=" "),
    "nothing_to_undo": lambda hall: hall.undo(1),
}


@pytest.mark.parametrize("code", ALWAYS_REFUSED)
async def test_refusals_say_what_to_do_and_change_nothing(hall: Hall, code: str) -> None:
    await hall.open_window(1)
    before = await hall.entries(0)
    with pytest.raises(QueueRefusal) as refused:
        await ALWAYS_REFUSED[code](hall)
    error = refused.value
    assert error.code == code
    assert error.exit_status == 3
    assert error.as_json() == {"code": code, "message": error.message, "hint": error.hint}
    for text in (error.message, error.hint):
        assert text
        assert "{" not in text
        assert "None" not in text
    assert await hall.entries(0) == before
