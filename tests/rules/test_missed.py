"""Missed calls: when a ticket may be passed, how it comes back, and when it is void (requirements 4.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.fair_hall import (
    call,
    fair_hall,
    fair_settings,
    give,
    pass_over,
    serve,
    served,
    ticket_of,
)
from yichuang.clock import FixedClock
from yichuang.errors import (
    DuplicateTicket,
    IllegalMove,
    NothingToUndo,
    PassTooSoon,
    ReturnsExhausted,
    TooLate,
)
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState

STRICT = "calls = 3\ngap_seconds = 20"
EASY = "calls = 1\ngap_seconds = 0\n"


@pytest.fixture
async def strict(clock: FixedClock) -> Hall:
    """Three calls, 20 seconds apart; A001 is called."""
    hall = await fair_hall(clock, 1, 3, missed=STRICT)
    await give(hall)
    await call(hall, 1)
    return hall


async def _refused(hall: Hall) -> tuple[int, int]:
    with pytest.raises(PassTooSoon) as refused:
        await pass_over(hall, 1)
    facts = refused.value.facts
    assert str(facts["called"]) in refused.value.message
    assert (await hall.window_view(1)).pass_in == facts["seconds"]
    return facts["called"], facts["seconds"]


async def test_three_calls_and_twenty_seconds_after_each(strict: Hall, clock: FixedClock) -> None:
    assert await _refused(strict) == (1, 20)
    for count in (2, 3):
        clock.advance(timedelta(seconds=20))
        assert await _refused(strict) == (count - 1, 0)
        await strict.recall(1)
        assert await _refused(strict) == (count, 20)
    clock.advance(timedelta(seconds=19.5))
    assert await _refused(strict) == (3, 1)
    clock.advance(timedelta(seconds=0.5))
    await pass_over(strict, 1)
    ticket = await strict.ticket("A001")
    assert (ticket.state, ticket.calls) == (TicketState.PASSED, 3)


async def test_calls_too_soon_are_made_and_not_counted(strict: Hall, clock: FixedClock) -> None:
    for _each in range(5):
        clock.advance(timedelta(seconds=4))
        await strict.recall(1)
    ticket = await strict.ticket("A001")
    # The fifth recall lay 20 s behind the call.
    assert (ticket.calls, ticket.counted) == (6, 2)
    assert await _refused(strict) == (2, 20)


async def test_a_clock_put_back_does_not_keep_the_window(strict: Hall, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=-5))
    for _each in range(2):
        await strict.recall(1)
        clock.advance(timedelta(seconds=20))
    await pass_over(strict, 1)


async def test_every_visit_to_a_window_counts_anew(strict: Hall, clock: FixedClock) -> None:
    await strict.transfer(1, to_window=3)
    clock.advance(timedelta(seconds=60))
    ticket = ticket_of(await strict.call_next(3))
    assert (ticket.calls, ticket.counted) == (2, 1)
    with pytest.raises(PassTooSoon):
        await pass_over(strict, 3)


@pytest.mark.parametrize("returns", [0, 1, 2])
async def test_so_many_returns_then_void(clock: FixedClock, returns: int) -> None:
    hall = await fair_hall(clock, 1, missed=f"{EASY}returns = {returns}")
    await give(hall)
    for times in range(1, returns + 1):
        await call(hall, 1)
        await pass_over(hall, 1)
        assert ticket_of(await hall.reinstate("A001")).reinstated == times
    await call(hall, 1)
    await pass_over(hall, 1)
    ticket = await hall.ticket("A001")
    assert (ticket.state, ticket.reason) == (TicketState.VOID, "未到")
    assert ticket.ended_at is not None
    for step in (hall.reinstate("A001"), hall.call(1, "A001"), hall.cancel("A001")):
        with pytest.raises(IllegalMove):
            await step


async def test_void_at_once(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, missed=f"{EASY}void_at_once = true")
    await give(hall)
    await call(hall, 1)
    await pass_over(hall, 1)
    assert (await hall.ticket("A001")).state is TicketState.VOID
    await hall.undo(1)
    ticket = await hall.ticket("A001")
    assert (ticket.state, ticket.window, ticket.reason) == (TicketState.CALLED, 1, None)
    await hall.start(1)


async def test_a_missed_call_spends_the_place_in_front(clock: FixedClock) -> None:
    """What was put in front by a person, or by having been served, comes back in its own class."""
    hall = await fair_hall(clock, 1, 3)
    for _each in range(5):
        await give(hall)
    await hall.pin("A005", reason="急事", actor="主任")
    assert await call(hall, 1) == "A005"
    await pass_over(hall, 1)
    back = ticket_of(await hall.reinstate("A005"))
    assert (back.priority_class, back.ahead) == (PriorityClass.ORDINARY, 4)
    green = await give(hall, priority_class="priority")
    assert await call(hall, 3) == green
    await pass_over(hall, 3)
    back = ticket_of(await hall.reinstate(green))
    assert (back.priority_class, back.ahead) == (PriorityClass.PRIORITY, 0)


# --- a late visitor -------------------------------------------------------------------------------


async def _late(clock: FixedClock, numbers: int, between: int) -> Hall:
    hall = await fair_hall(clock, 1, 2, 3, missed=f"{EASY}late_numbers = {numbers}")
    await give(hall)
    for _each in range(between + 1):
        await give(hall)
        await give(hall, category="police")
    await call(hall, 1)
    await pass_over(hall, 1)
    for _each in range(between):
        await serve(hall, 1)
        await serve(hall, 2)
    return hall


@pytest.mark.parametrize(("numbers", "between"), [(3, 0), (3, 3), (1, 1)])
async def test_within_some_numbers_the_late_are_called_directly(
    clock: FixedClock, numbers: int, between: int
) -> None:
    hall = await _late(clock, numbers, between)
    assert (await hall.window_view(3)).passed[0].number == "A001"
    late = ticket_of(await hall.call(3, "A001", actor="1003"))
    assert (late.state, late.window, late.reinstated) == (TicketState.CALLED, 3, 1)
    assert late.ended_at is None
    step = (await hall.history("A001"))[-1]
    assert (step.event.data["rule"], step.actor) == ("late", "1003")
    await hall.start(3)
    await hall.finish(3)


@pytest.mark.parametrize(("numbers", "between"), [(3, 4), (1, 2), (0, 0)])
async def test_then_it_is_too_late(clock: FixedClock, numbers: int, between: int) -> None:
    """Only calls of its own category count."""
    hall = await _late(clock, numbers, between)
    with pytest.raises(TooLate):
        await hall.call(3, "A001")
    assert (await hall.ticket("A001")).state is TicketState.PASSED
    await hall.reinstate("A001")


async def test_a_late_call_is_a_return(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, missed=f"{EASY}returns = 1")
    await give(hall)
    await call(hall, 1)
    await pass_over(hall, 1)
    await hall.call(1, "A001")
    await pass_over(hall, 1)
    assert (await hall.ticket("A001")).state is TicketState.VOID


async def test_a_late_call_taken_back(clock: FixedClock) -> None:
    hall = await _late(clock, 3, 1)
    before = await hall.ticket("A001")
    await hall.call(3, "A001")
    undone = ticket_of(await hall.undo(3))
    after = await hall.ticket("A001")
    assert undone == after
    assert (after.state, after.reinstated, after.window, after.call) == (
        TicketState.PASSED, 0, 1, before.call,
    )  # fmt: skip
    assert (after.reason, after.calls) == (before.reason, before.calls)
    await hall.reinstate("A001")


async def test_two_windows_and_one_missed_ticket(clock: FixedClock) -> None:
    """Each takes back only its own pass, and not once the ticket went on."""
    hall = await _late(clock, 3, 0)
    await hall.call(3, "A001")
    with pytest.raises(IllegalMove):
        await hall.undo(1)
    await pass_over(hall, 3)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    await hall.undo(3)
    assert (await hall.ticket("A001")).window == 3


async def test_returns_are_counted(clock: FixedClock) -> None:
    """Taken back, a pass is no return; when `returns` is lowered at midday the count decides."""
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    await call(hall, 1)
    await pass_over(hall, 1)
    await hall.undo(1)
    await pass_over(hall, 1)
    assert ticket_of(await hall.reinstate("A001")).reinstated == 1
    await call(hall, 3)
    await pass_over(hall, 3)
    later = Hall(fair_settings(missed=f"{EASY}returns = 1"), hall.store, clock)
    for step in (later.reinstate("A001"), later.call(3, "A001")):
        with pytest.raises(ReturnsExhausted) as refused:
            await step
        assert "1" in refused.value.message
    await hall.reinstate("A001")


async def test_put_back_behind_those_of_another_need(clock: FixedClock) -> None:
    """Behind so many who are called before it, whatever they ask for, not only of its own line."""
    hall = await fair_hall(clock, 1, missed=f"{EASY}put_back = 2")
    await give(hall)
    for need in ("手语", "手语", "", "手语"):
        clock.advance(timedelta(minutes=1))
        await give(hall, need=need)
    await call(hall, 1)
    await pass_over(hall, 1)
    back = ticket_of(await hall.reinstate("A001"))
    assert back.ahead == 2
    assert await served(hall, 1) == ["A002", "A003", "A001", "A004", "A005"]


async def test_nobody_comes_back_beside_a_new_ticket(clock: FixedClock) -> None:
    """One open ticket a person and category, also when the first was missed (requirements 4.2)."""
    hall = await fair_hall(clock, 1, 3)
    await give(hall, person="hash")
    await call(hall, 1)
    await pass_over(hall, 1)
    await give(hall, person="hash")
    for step in (hall.reinstate("A001"), hall.call(3, "A001")):
        with pytest.raises(DuplicateTicket) as refused:
            await step
        assert "A002" in refused.value.message
    await hall.cancel("A002")
    await hall.reinstate("A001")
