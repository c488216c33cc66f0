"""The three kinds of hold, and how each comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.fair_hall import call, fair_hall, give, pass_over, ticket_of
from yichuang.clock import FixedClock
from yichuang.errors import IllegalMove, KeptElsewhere, NothingToUndo
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, PriorityClass, TicketState


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """Windows 1, 2 and 3 are open; A001 to A004 wait."""
    hall = await fair_hall(clock, 1, 2, 3)
    for _each in range(4):
        await give(hall)
    return hall


async def _hold(hall: Hall, window: int, kind: str) -> str:
    number = await call(hall, window)
    await hall.start(window)
    held = ticket_of(await hall.hold(window, kind=kind, reason="缺材料"))
    assert (held.state, held.hold, held.reason) == (TicketState.HELD, HoldKind(kind), "缺材料")
    assert (held.target_window, held.ended_at) == (None, None)
    return number


@pytest.mark.parametrize(("kind", "target"), [("free", None), ("kept", 1), ("outside", 1)])
async def test_a_woken_ticket_comes_back(hall: Hall, kind: str, target: int | None) -> None:
    """不持件: to any window of its category; 持件 and 等待: to its window. Before all who wait there."""
    number = await _hold(hall, 1, kind)
    woken = ticket_of(await hall.wake(number, actor="导引台"))
    assert (woken.state, woken.target_window, woken.hold) == (TicketState.WAITING, target, None)
    assert (woken.priority_class, woken.reason) == (PriorityClass.TRANSFERRED, None)
    assert woken.line_order == woken.issue_order
    assert await call(hall, 3) == ("A001" if target is None else "A002")
    assert await call(hall, 1) == ("A002" if target is None else "A001")


@pytest.mark.parametrize("kind", HoldKind)
async def test_the_window_takes_it_back_itself(hall: Hall, kind: str) -> None:
    number = await _hold(hall, 1, kind)
    assert await call(hall, 1) == "A002"
    back = ticket_of(await hall.resume(1, number))
    assert (back.target_window, back.hold) == (1, None)
    await hall.start(1)
    await hall.finish(1)
    assert await call(hall, 1) == number


@pytest.mark.parametrize("kind", HoldKind)
async def test_another_window_takes_only_what_is_not_kept(hall: Hall, kind: HoldKind) -> None:
    number = await _hold(hall, 1, kind)
    if kind is HoldKind.FREE:
        assert ticket_of(await hall.resume(3, number)).target_window == 3
        return
    with pytest.raises(KeptElsewhere) as refused:
        await hall.resume(3, number)
    assert kind.label in refused.value.message
    assert "1" in refused.value.hint
    assert (await hall.ticket(number)).state is TicketState.HELD


@pytest.mark.parametrize("kind", [HoldKind.KEPT, HoldKind.OUTSIDE])
async def test_a_closed_window_keeps_nobody(hall: Hall, kind: HoldKind) -> None:
    number = await _hold(hall, 1, kind)
    await hall.close_window(1)
    assert ticket_of(await hall.resume(3, number)).target_window == 3
    await call(hall, 3)
    await hall.hold(3, kind=kind)
    await hall.close_window(3)
    assert ticket_of(await hall.wake(number)).target_window is None


async def test_a_paused_window_still_keeps(hall: Hall) -> None:
    number = await _hold(hall, 1, "kept")
    await hall.pause_window(1, reason="用餐")
    with pytest.raises(KeptElsewhere):
        await hall.resume(3, number)
    assert ticket_of(await hall.wake(number)).target_window == 1


async def test_a_woken_ticket_can_be_missed(hall: Hall) -> None:
    """The wait outside was long: it is passed as any other, and comes back in its own class."""
    number = await _hold(hall, 1, "outside")
    await hall.wake(number)
    assert await call(hall, 1) == number
    await pass_over(hall, 1)
    back = ticket_of(await hall.reinstate(number))
    assert (back.priority_class, back.target_window, back.ahead) == (
        PriorityClass.ORDINARY, None, 3,
    )  # fmt: skip


async def test_a_called_ticket_is_held_too(hall: Hall) -> None:
    number = await call(hall, 1)
    await hall.hold(1)
    held = await hall.ticket(number)
    assert (held.hold, held.window, held.reason) == (HoldKind.FREE, 1, None)
    with pytest.raises(IllegalMove):
        await hall.call(1, number)


async def test_waking_from_elsewhere_leaves_the_windows_undo_alone(
    hall: Hall, clock: FixedClock
) -> None:
    """A clerk who has just called the wrong number takes that back, whatever the guide desk did meanwhile."""
    number = await _hold(hall, 1, "kept")
    wrong = await call(hall, 1)
    clock.advance(timedelta(seconds=5))
    await hall.wake(number, actor="导引台")
    assert (await hall.window_view(1)).can_undo
    await hall.undo(1)
    assert (await hall.ticket(wrong)).state is TicketState.WAITING
    step = (await hall.history(number))[-1]
    assert (step.event.window, step.event.data["to_window"]) == (None, 1)
    # Taking it back oneself is a step of the window, and cannot be undone.
    assert await call(hall, 1) == number
    await hall.hold(1)
    await hall.resume(1, number)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)


@pytest.mark.parametrize("kind", HoldKind)
async def test_nobody_is_held_over_night(hall: Hall, clock: FixedClock, kind: HoldKind) -> None:
    number = await _hold(hall, 1, kind)
    day = (await hall.ticket(number)).business_date
    clock.advance(timedelta(days=1))
    await give(hall)
    held = await hall.store.read(lambda records: records.numbered(number, day))
    assert held is not None
    assert (held.state, held.hold, held.reason) == (TicketState.PASSED, None, "日终")
