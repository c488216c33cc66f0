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


async def _void(hall: Hall) -> None:
    for _each in range(2):
        await _passed(hall)
        await hall.reinstate(NUMBER)
    await _called(hall)
    await hall.pass_(1, reason="未到")


async def _unpin(hall: Hall) -> None:
    if (await hall.ticket(NUMBER)).state is TicketState.WAITING:
        await hall.pin(NUMBER, reason="急事", actor="主任")
    await hall.unpin(NUMBER)


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
    TicketState.VOID: _void,
}

BY_NUMBER: dict[Move, Callable[[Hall], Awaitable[object]]] = {
    Move.CALL: lambda hall: hall.call(3, NUMBER),
    Move.REINSTATE: lambda hall: hall.reinstate(NUMBER),
    Move.RESUME: lambda hall: hall.resume(2, NUMBER),
    Move.CANCEL: lambda hall: hall.cancel(NUMBER),
    Move.PIN: lambda hall: hall.pin(NUMBER, reason="急事", actor="主任"),
    Move.UNPIN: _unpin,
    Move.REROUTE: lambda hall: hall.reroute(NUMBER, to_category="police"),
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
    TicketState.VOID: Move.UNDO_PASS,
}


async def _on_a_route(hall: Hall) -> None:
    await hall.cancel(NUMBER)
    await hall.issue(category="tax", route=("police",))
    await hall.call(1, "A002")
    await hall.start(1)
    await hall.finish(1)


async def _late(hall: Hall) -> None:
    await _passed(hall)
    await hall.call(3, NUMBER)


BY_RULE: dict[Move, tuple[str, Callable[[Hall], Awaitable[object]]]] = {
    Move.FORWARD: ("A002", _on_a_route),
    Move.UNDO_FORWARD: ("A002", lambda hall: _then(_on_a_route(hall), lambda: hall.undo(1))),
    Move.LATE_CALL: (NUMBER, _late),
    Move.UNDO_LATE_CALL: (NUMBER, lambda hall: _then(_late(hall), lambda: hall.undo(3))),
    Move.VOID: (NUMBER, _void),
}
"""Moves that follow from what was done before, and the ticket that makes them."""


async def _then(first: Awaitable[object], second: Callable[[], Awaitable[object]]) -> None:
    await first
    await second()


@pytest.fixture
async def moving(hall: Hall, open_windows: None) -> Hall:
    """Three open windows, and one ticket that waits."""
    await hall.issue(category="tax")
    return hall


def _pairs(
    moves: dict[Move, Callable[[Hall], Awaitable[object]]],
) -> list[tuple[Move, TicketState]]:
    """Every pair but one: to call a passed ticket is a move of its own, `LATE_CALL`."""
    pairs = [(move, state) for move in moves for state in TicketState]
    return [pair for pair in pairs if pair != (Move.CALL, TicketState.PASSED)]


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


@pytest.mark.parametrize("move", BY_RULE)
async def test_moves_by_rule(moving: Hall, move: Move) -> None:
    number, make = BY_RULE[move]
    await make(moving)
    assert (await moving.ticket(number)).state is MOVES[move][1]


@pytest.mark.parametrize("state", TicketState)
async def test_an_outage_sends_everybody_home(moving: Hall, state: TicketState) -> None:
    await REACH[state](moving)
    await moving.close_day(outage=True, reason="停电")
    sources, target = MOVES[Move.OUTAGE]
    ticket = await moving.ticket(NUMBER)
    assert ticket.state is (target if state in sources else state)
    assert (ticket.valid_on is not None) == (state in sources)


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
    ends = {Move.END_DAY, Move.END_DAY_SERVED, Move.OUTAGE}
    assert set(BY_NUMBER) | set(AT_WINDOW) | set(BY_RULE) | undo | ends == set(Move) == set(MOVES)
    assert set(REACH) == set(TicketState)


def test_no_state_is_a_trap() -> None:
    """Every state can be reached, and every state but the three ends leads on for a person."""
    assert {target for _sources, target in MOVES.values()} == set(TicketState)
    ends = {state for state in TicketState if not legal_moves(state)}
    assert ends == {TicketState.FINISHED, TicketState.CANCELLED, TicketState.VOID}


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
    "unknown_item": lambda hall: hall.issue(category="tax", items=("X1",)),
    "nothing_asked": lambda hall: hall.issue(),
    "too_many_items": lambda hall: hall.issue(items=tuple("abcdef")),
    "route_repeats": lambda hall: hall.issue(category="tax", route=("tax",)),
    "unknown_group": lambda hall: hall.issue(category="tax", group="vip"),
    "need_unserved": lambda hall: hall.issue(category="tax", need="手语"),
    "target_closed": lambda hall: hall.issue(category="tax", window=2),
    "unknown_slip": lambda hall: hall.issue(slip="A001"),
    "supervisor_missing": lambda hall: hall.pin("A001", reason="急事"),
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
