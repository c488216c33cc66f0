"""Ratings: one for each finished ticket, and from a pad only while it waits for one (L01, L04, L05)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.halls import MORNING, memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import AlreadyRated, NothingToRate, UnknownTicket, UnknownWindow
from yichuang.queue.event import EventKind
from yichuang.queue.rating import Grade, Rating, RatingChannel
from yichuang.queue.service import Hall

pytestmark = pytest.mark.usefixtures("open_windows")

PAD = RatingChannel.PAD


async def served(hall: Hall, window: int = 1) -> str:
    """The window serves whoever is next; the number."""
    await hall.call_next(window)
    await hall.start(window)
    ticket = (await hall.finish(window)).ticket
    assert ticket is not None
    return ticket.number


async def rating(hall: Hall, number: str) -> Rating | None:
    ticket = await hall.ticket(number)
    return await hall.store.read(lambda records: records.rating_of(ticket.id))


async def is_refused(hall: Hall, window: int = 1) -> None:
    """The window's pad rates nothing now."""
    with pytest.raises(NothingToRate):
        await hall.rate(Grade.SATISFIED, PAD, window=window)
    assert await hall.devices.awaiting_rating(window) is None


async def test_a_finished_ticket_is_rated(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    number = await issue()
    await served(hall)
    clock.advance(timedelta(seconds=29))
    waiting = await hall.devices.awaiting_rating(1)
    assert waiting is not None
    assert waiting.number == number
    done = await hall.rate(Grade.VERY_DISSATISFIED, PAD, window=1, actor="pad")
    assert done.ticket is not None
    assert await rating(hall, number) == Rating(
        done.ticket.id, Grade.VERY_DISSATISFIED, PAD, 1, clock.now()
    )
    last = (await hall.history(number))[-1]
    assert (last.event.kind, last.actor) == (EventKind.TICKET_RATED, "pad")
    assert last.event.data["grade"] == "very_dissatisfied"
    assert last.event.data["channel"] == "pad"


async def test_the_first_press_wins(hall: Hall, issue: Issue) -> None:
    number = await issue()
    await served(hall)
    await hall.rate(Grade.SATISFIED, PAD, window=1)
    for again in (
        hall.rate(Grade.DISSATISFIED, PAD, window=1),
        hall.rate(Grade.DISSATISFIED, RatingChannel.STAFF, number=number),
    ):
        with pytest.raises(AlreadyRated):
            await again
    kept = await rating(hall, number)
    assert kept is not None
    assert kept.grade is Grade.SATISFIED


@pytest.mark.parametrize("seconds", [30, 30.001, 3600, 86_400])
async def test_a_pad_is_heard_for_half_a_minute(
    hall: Hall, issue: Issue, clock: FixedClock, seconds: float
) -> None:
    await issue()
    await served(hall)
    clock.advance(timedelta(seconds=seconds))
    if seconds <= 30:
        await hall.rate(Grade.SATISFIED, PAD, window=1)
    else:
        await is_refused(hall)


async def test_the_hall_says_how_long(clock: FixedClock) -> None:
    async with memory_hall(clock, small_settings("[rating]\nseconds = 5\n")) as hall:
        await hall.open_window(1)
        await hall.issue(category="tax")
        await served(hall)
        clock.advance(timedelta(seconds=6))
        await is_refused(hall)


async def test_only_where_it_was_finished(hall: Hall, issue: Issue) -> None:
    await issue()
    await is_refused(hall)
    await served(hall)
    await is_refused(hall, 2)
    with pytest.raises(UnknownWindow):
        await hall.rate(Grade.SATISFIED, PAD, window=99)


async def test_not_before_it_is_finished(hall: Hall, issue: Issue) -> None:
    number = await issue()
    await is_refused(hall)
    await hall.call_next(1)
    await is_refused(hall)
    await hall.start(1)
    await is_refused(hall)
    with pytest.raises(NothingToRate):
        await hall.rate(Grade.SATISFIED, RatingChannel.STAFF, number=number)


async def test_who_did_not_come_rates_nothing(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await is_refused(hall)
    await hall.call_next(1)
    await hall.hold(1)
    await is_refused(hall)


async def test_the_next_who_is_served_ends_it(hall: Hall, issue: Issue) -> None:
    """One who is only called is not at the counter yet: whoever leaves may still press."""
    await issue("tax", 2)
    first = await served(hall)
    await hall.call_next(1)
    waiting = await hall.devices.awaiting_rating(1)
    assert waiting is not None
    assert waiting.number == first
    await hall.start(1)
    await is_refused(hall)


async def test_the_latest_is_rated(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    first, second = await served(hall), await served(hall)
    await hall.rate(Grade.SATISFIED, PAD, window=1)
    assert await rating(hall, first) is None
    assert await rating(hall, second) is not None


async def test_a_finish_that_is_undone(hall: Hall, issue: Issue) -> None:
    """The visitor is served again: no rating is taken until that ends, and then none twice."""
    number = await issue()
    await served(hall)
    await hall.undo(1)
    await is_refused(hall)
    await hall.finish(1)
    await hall.rate(Grade.SATISFIED, PAD, window=1)
    await hall.undo(1)
    await is_refused(hall)
    await hall.finish(1)
    with pytest.raises(AlreadyRated):
        await hall.rate(Grade.DISSATISFIED, PAD, window=1)
    kept = await rating(hall, number)
    assert kept is not None
    assert kept.grade is Grade.SATISFIED


async def test_a_visit_with_more_stops_is_rated_at_its_last(hall: Hall) -> None:
    await hall.issue(category="tax", route=("police",))
    number = await served(hall)
    await is_refused(hall)
    with pytest.raises(NothingToRate):
        await hall.rate(Grade.SATISFIED, RatingChannel.STAFF, number=number)
    await served(hall, 2)
    # The first window's pad is not the one before the visitor any more.
    await is_refused(hall, 1)
    done = await hall.rate(Grade.SATISFIED, PAD, window=2)
    assert done.ticket is not None
    assert (done.ticket.number, done.ticket.window) == (number, 2)


@pytest.mark.parametrize("channel", list(RatingChannel))
async def test_by_number_it_may_come_late(
    hall: Hall, issue: Issue, clock: FixedClock, channel: RatingChannel
) -> None:
    number = await issue()
    await served(hall)
    clock.advance(timedelta(hours=3))
    await hall.rate(Grade.BASICALLY_SATISFIED, channel, number=number.lower())
    kept = await rating(hall, number)
    assert kept is not None
    assert (kept.channel, kept.window) == (channel, 1)
    with pytest.raises(UnknownTicket):
        await hall.rate(Grade.SATISFIED, channel, number="A999")


async def test_exactly_one_of_window_and_number(hall: Hall) -> None:
    with pytest.raises(TypeError):
        await hall.rate(Grade.SATISFIED, PAD)
    with pytest.raises(TypeError):
        await hall.rate(Grade.SATISFIED, PAD, window=1, number="A001")


@pytest.mark.parametrize("step", [timedelta(seconds=-1), timedelta(hours=-2), timedelta(days=-3)])
async def test_a_clock_that_is_put_back_takes_nobodys_rating(
    hall: Hall, issue: Issue, clock: FixedClock, step: timedelta
) -> None:
    number = await issue()
    clock.advance(timedelta(minutes=5))
    await served(hall)
    clock.advance(step)
    await hall.rate(Grade.SATISFIED, PAD, window=1)
    assert await rating(hall, number) is not None


async def test_a_clock_that_leaps_ahead_ends_the_wait(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    await issue()
    await served(hall)
    clock.at = MORNING + timedelta(days=400)
    await is_refused(hall)


async def test_rating_is_no_step_of_the_clerk(hall: Hall, issue: Issue) -> None:
    number = await issue()
    await served(hall)
    await hall.rate(Grade.SATISFIED, PAD, window=1)
    undone = (await hall.undo(1)).ticket
    assert undone is not None
    assert undone.number == number
