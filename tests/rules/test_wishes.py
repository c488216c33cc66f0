"""What a ticket asks for, when no window can give it any more: nobody waits for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.halls import memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import NeedUnserved, NothingWaiting
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket

SIGNS = '[[window]]\nnumber = 4\ncategories = ["tax"]\nskills = ["手语"]\n'


@pytest.fixture
async def hall(clock: FixedClock) -> AsyncIterator[Hall]:
    """All windows open; window 4 alone knows sign language, for tax."""
    async with memory_hall(clock, small_settings(SIGNS)) as hall:
        for window in (1, 2, 3, 4):
            await hall.open_window(window)
        yield hall


async def signing(hall: Hall) -> Ticket:
    """A ticket for tax that asks for sign language."""
    done = await hall.issue(category="tax", need="手语")
    assert done.ticket is not None
    return done.ticket


async def test_a_wish_is_kept_while_somebody_can_meet_it(hall: Hall) -> None:
    ticket = await signing(hall)
    for window in (1, 3):
        with pytest.raises(NothingWaiting):
            await hall.call_next(window)
    called = (await hall.call_next(4)).ticket
    assert called is not None
    assert (called.number, called.need) == (ticket.number, "手语")


async def test_a_wish_that_nobody_meets_is_refused_at_once(hall: Hall) -> None:
    with pytest.raises(NeedUnserved):
        await hall.issue(category="police", need="手语")


async def test_a_transfer_to_where_nobody_signs_drops_the_wish(hall: Hall) -> None:
    ticket = await signing(hall)
    await hall.call_next(4)
    await hall.start(4)
    sent = (await hall.transfer(4, to_category="police")).ticket
    assert sent is not None
    assert sent.need == ""
    assert (await hall.call_next(2)).ticket == (await hall.ticket(ticket.number))


async def test_a_reroute_does_so_too(hall: Hall) -> None:
    ticket = await signing(hall)
    sent = (await hall.reroute(ticket.number, to_category="police")).ticket
    assert sent is not None
    assert sent.need == ""


async def test_a_re_assignment_lets_who_waits_wait_in_the_plain_line(hall: Hall) -> None:
    ticket = await signing(hall)
    await hall.assign_window(4, categories=["police"], helps=["police"])
    last = (await hall.entries(0))[-1]
    assert last.event.kind is EventKind.WINDOW_ASSIGNED
    assert last.event.data["unmet"] == [ticket.number]
    called = (await hall.call_next(1)).ticket
    assert called is not None
    assert called.number == ticket.number


async def test_a_ticket_that_comes_back_later_finds_the_plain_line(hall: Hall) -> None:
    ticket = await signing(hall)
    await hall.call_next(4)
    await hall.pass_(4, reason="未到")
    await hall.assign_window(4, categories=["police"])
    back = (await hall.reinstate(ticket.number)).ticket
    assert back is not None
    assert back.need == ""


async def test_a_surge_promises_nothing_that_ends_with_it(hall: Hall) -> None:
    await hall.set_surge(True, reason="排长队")
    with pytest.raises(NeedUnserved):
        await hall.issue(category="police", need="手语")


async def test_a_surge_ends_with_its_day(hall: Hall, clock: FixedClock) -> None:
    await hall.set_surge(True, reason="排长队")
    clock.advance(timedelta(days=1))
    await hall.issue(category="tax")
    assert (await hall.overview()).surge is None
    kinds = [entry.event.kind for entry in await hall.entries(0)]
    assert kinds.index(EventKind.SURGE_ENDED) < kinds.index(EventKind.DAY_TURNED)
