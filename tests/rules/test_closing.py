"""A hall that was closed by hand, and one whose hall.toml was edited while people wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.halls import PRINTER, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import DayIsClosed
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass
from yichuang.store.memory import InMemoryStore

MORE = '[[window]]\nnumber = 4\ncategories = ["tax"]\nskills = ["手语"]\n'


@pytest.fixture
async def hall(clock: FixedClock) -> AsyncIterator[Hall]:
    """Three windows open, with a printer."""
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        for window in (1, 2, 3):
            await hall.open_window(window)
        yield hall


@pytest.mark.parametrize("outage", [False, True])
async def test_a_kiosk_gives_no_number_that_nobody_would_call(hall: Hall, outage: bool) -> None:
    await hall.close_day(outage=outage, reason="停电" if outage else "")
    with pytest.raises(DayIsClosed) as refused:
        await hall.issue(category="tax", origin="kiosk")
    assert ("停电" in refused.value.message) is outage
    await hall.issue(category="tax")  # a person at the desk knows what they do
    await hall.open_window(1)
    assert (await hall.issue(category="tax", origin="kiosk")).ticket is not None


async def test_a_missed_number_does_not_come_back_into_a_closed_hall(hall: Hall) -> None:
    await hall.issue(category="tax")
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.close_day()
    with pytest.raises(DayIsClosed):
        await hall.reinstate("A001")


async def test_a_slip_is_good_as_soon_as_the_hall_works_again(hall: Hall) -> None:
    await hall.issue(category="tax")
    await hall.close_day(outage=True, reason="停电一小时")
    await hall.open_window(1)
    done = await hall.issue(slip="A001")
    assert done.ticket is not None
    assert done.ticket.priority_class is PriorityClass.PRIORITY


async def test_a_group_means_priority(hall: Hall) -> None:
    done = await hall.issue(category="tax", group="elderly")
    assert done.ticket is not None
    assert done.ticket.priority_class is PriorityClass.PRIORITY


async def test_an_edited_hall_leaves_nobody_behind(clock: FixedClock) -> None:
    store = InMemoryStore(clock)
    before = Hall(small_settings(MORE), store, clock)
    for window in (1, 3, 4):
        await before.open_window(window)
    await before.issue(category="tax", need="手语")
    await before.issue(category="tax", window=4)
    after = Hall(small_settings(), store, clock)
    await after.settle()
    assert [entry.event.kind for entry in await after.entries(0)][-1] is EventKind.LINES_SETTLED
    called = [(await after.call_next(window)).ticket for window in (1, 3)]
    assert [ticket.number for ticket in called if ticket] == ["A001", "A002"]
    rows = len(await after.entries(0))
    await after.settle()
    assert len(await after.entries(0)) == rows
