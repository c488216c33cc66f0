"""Taking back a slipped key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.halls import MORNING
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import (
    DuplicateTicket,
    IllegalMove,
    NothingToUndo,
    UndoTooLate,
    WindowClosed,
)
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState

pytestmark = pytest.mark.usefixtures("open_windows")


async def test_a_call_taken_back_never_was(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    before = await hall.ticket("A001")
    await hall.call_next(1)
    undone = (await hall.undo(1)).ticket
    assert undone is not None
    assert await hall.ticket("A001") == before
    assert (await hall.board()).calls == ()
    called = (await hall.call_next(3)).ticket
    assert called is not None
    assert called.number == "A001"
    kinds = [entry.event.kind for entry in await hall.history("A001")]
    assert EventKind.CALL_UNDONE in kinds


async def test_a_second_call_taken_back_keeps_the_first(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A001")
    clock.advance(timedelta(minutes=1))
    await hall.call_next(3)
    await hall.undo(3)
    ticket = await hall.ticket("A001")
    assert (ticket.state, ticket.calls, ticket.first_called_at) == (
        TicketState.WAITING, 1, MORNING,
    )  # fmt: skip


async def test_a_call_of_the_directed_taken_back_stays_directed(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.transfer(1, to_window=2)
    await hall.call_next(2)
    await hall.undo(2)
    assert (await hall.ticket("A001")).target_window == 2


async def test_a_finish_taken_back_goes_on(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    await issue()
    await hall.call_next(1)
    await hall.start(1)
    clock.advance(timedelta(seconds=30))
    await hall.finish(1)
    await hall.undo(1)
    ticket = await hall.ticket("A001")
    assert (ticket.state, ticket.window, ticket.started_at, ticket.ended_at) == (
        TicketState.SERVING, 1, MORNING, None,
    )  # fmt: skip
    await hall.finish(1)


async def test_a_pass_taken_back_is_called_still(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.undo(1)
    ticket = await hall.ticket("A001")
    assert (ticket.state, ticket.reason, ticket.calls) == (TicketState.CALLED, None, 1)
    await hall.start(1)


@pytest.mark.parametrize(
    ("seconds", "late"),
    [(0, False), (30, False), (31, True), (-30, False), (-31, True), (-7200, True)],
)
async def test_thirty_seconds(
    hall: Hall, issue: Issue, clock: FixedClock, seconds: int, late: bool
) -> None:
    """Either way: a clock that was put back does not keep a step open until it has caught up."""
    await issue()
    await hall.call_next(1)
    clock.advance(timedelta(seconds=seconds))
    if late:
        with pytest.raises(UndoTooLate) as refused:
            await hall.undo(1)
        assert "30" in refused.value.message
        assert (await hall.ticket("A001")).state is TicketState.CALLED
    else:
        await hall.undo(1)


async def test_only_the_last_step_and_only_once(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    await hall.call_next(1)
    await hall.recall(1)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    await hall.pass_(1, reason="未到")
    await hall.undo(1)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    await hall.hold(1)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.pause_window(1, reason="用餐")
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    await hall.resume_window(1)
    await hall.close_window(1)
    with pytest.raises(WindowClosed):
        await hall.undo(1)


async def test_what_others_did_meanwhile_stands(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A001")
    with pytest.raises(IllegalMove):
        await hall.undo(1)
    await hall.call_next(3)
    with pytest.raises(IllegalMove):
        await hall.undo(1)
    assert (await hall.ticket("A001")).window == 3


async def test_another_windows_pass_is_not_taken_back(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A001")
    await hall.call_next(3)
    await hall.pass_(3, reason="走开了")
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    assert (await hall.ticket("A001")).state is TicketState.PASSED
    await hall.undo(3)
    assert (await hall.ticket("A001")).window == 3


async def test_a_cancelled_call_is_not_taken_back(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.cancel("A001")
    with pytest.raises(NothingToUndo):
        await hall.undo(1)


@pytest.mark.parametrize("step", ["finish", "pass"])
async def test_an_undo_gives_nobody_a_second_ticket(hall: Hall, step: str) -> None:
    """One open ticket a person and category, also when the first was over by mistake (4.2)."""
    await hall.issue(category="tax", person="hash")
    await hall.call_next(1)
    if step == "finish":
        await hall.start(1)
        await hall.finish(1)
    else:
        await hall.pass_(1, reason="未到")
    await hall.issue(category="police", person="hash")
    await hall.issue(category="tax", person="hash")
    before = await hall.ticket("A001")
    with pytest.raises(DuplicateTicket) as refused:
        await hall.undo(1)
    assert "A002" in refused.value.message
    assert await hall.ticket("A001") == before
    assert (await hall.window_view(1)).ticket is None
    await hall.cancel("A002")
    undone = (await hall.undo(1)).ticket
    assert undone is not None
    assert undone.state is (TicketState.SERVING if step == "finish" else TicketState.CALLED)


async def test_a_call_is_taken_back_beside_the_persons_other_ticket(hall: Hall) -> None:
    """It is one ticket before and after; only one that was over would be a second."""
    await hall.issue(category="tax", person="hash")
    await hall.issue(category="police", person="hash")
    await hall.call_next(1)
    undone = (await hall.undo(1)).ticket
    assert undone is not None
    assert undone.state is TicketState.WAITING
