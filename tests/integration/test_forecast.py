"""Expected waits on whole simulated days, and over a real file."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.forecast import MOST, NAIVE, Cases, play, settings_of
from tests.halls import PRINTER, memory_hall, small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.errors import StoreError
from yichuang.queue.forecast import forecast as making
from yichuang.queue.forecast import foretelling
from yichuang.queue.forecast.forecast import Forecast
from yichuang.queue.service import Hall


@pytest.mark.parametrize("policy", ["fifo", "alternating", "accumulating"])
async def test_on_town_days_the_forecast_beats_the_naive_one_and_nine_in_ten_wait_less(
    policy: str,
) -> None:
    """The seeds are fixed and so is everything that follows from them: no luck is involved."""
    found = Cases()
    for seed in (1, 2):
        found.cases += (await play(settings_of("town", policy), "town", seed, 1)).cases
    assert len(found.cases) > 500
    assert found.error() <= MOST * min(found.error(which) for which in range(len(NAIVE)))
    assert 0.85 <= found.covered <= 0.95


async def _some_visitors(hall: Hall) -> Forecast:
    await hall.open_window(3)
    for place in range(12):
        await hall.issue(
            category="tax" if place % 3 else "police",
            priority_class="priority" if place == 7 else "ordinary",
        )
    for _each in range(3):
        await hall.call_next(3)
        await hall.start(3)
        await hall.finish(3)
    return await hall.forecast()


async def test_both_memories_foretell_the_same(tmp_path: Path, clock: FixedClock) -> None:
    settings = small_settings(PRINTER)
    async with await sqlite_hall(tmp_path, clock, settings) as hall:
        on_disk = await _some_visitors(hall)
        told = await hall.store.read(lambda records: records.told(99))
    async with memory_hall(clock, settings) as hall:
        plain = await _some_visitors(hall)
        assert await hall.store.read(lambda records: records.told(99)) == told
    assert len(told) == 3
    assert on_disk.waits == plain.waits
    assert on_disk.line("tax") == plain.line("tax")


async def test_many_who_ask_at_once_share_one_forecast(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Forecast] = []
    foresee = making.foresee

    def counted(*arguments: Any) -> Forecast:
        made.append(foresee(*arguments))
        return made[-1]

    monkeypatch.setattr(making, "foresee", counted)
    monkeypatch.setattr(foretelling, "PATIENCE", 60.0)
    async with await sqlite_hall(tmp_path, clock, small_settings(PRINTER)) as hall:
        await hall.open_window(1)
        done = await asyncio.gather(*(hall.issue(category="tax") for _each in range(4)))
        told = sorted(each.expected for each in done if each.expected)
        assert told == [made[0].newcomer("tax", more=more) for more in range(4)]
        assert told[0] == made[0].line("tax")
        assert told[0].median < told[3].median
        forecasts = await asyncio.gather(*(hall.forecast() for _each in range(9)))
        assert len(set(map(id, forecasts))) == 1
    assert len(made) == 1


class Slow:
    """Forecasts that are not ready until they may be."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun = threading.Event()
        self.made: list[Forecast] = []
        self._foresee = making.foresee

    def __call__(self, *arguments: Any) -> Forecast:
        """As ever, but later."""
        self.begun.set()
        assert self.may_end.wait(60)
        self.made.append(self._foresee(*arguments))
        return self.made[-1]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Slow forecasts, for which no ticket has patience."""
    found = Slow()
    monkeypatch.setattr(making, "foresee", found)
    monkeypatch.setattr(foretelling, "PATIENCE", 0.0)
    yield found
    found.may_end.set()


async def test_no_ticket_and_no_reading_waits_for_a_slow_forecast(
    tmp_path: Path, clock: FixedClock, slow: Slow
) -> None:
    async with await sqlite_hall(tmp_path, clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        first = await hall.issue(category="police")
        assert first.ticket is not None
        assert first.expected is None
        assert await asyncio.to_thread(slow.begun.wait, 60)
        assert (await hall.board()).waiting == 1, "the reader is free while a forecast is made"
        sharing = [asyncio.create_task(hall.forecast()) for _each in range(3)]
        assert (await hall.issue(category="police")).expected is None
        slow.may_end.set()
        assert {id(each) for each in await asyncio.gather(*sharing)} == {id(slow.made[0])}
        assert len(slow.made) == 1
        told = (await hall.issue(category="police")).expected
        assert told == slow.made[0].newcomer("police", more=2), "both came since it was begun"


async def test_an_old_forecast_serves_until_a_slow_one_is_ready(
    clock: FixedClock, slow: Slow
) -> None:
    slow.may_end.set()
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        kept = await hall.forecast()
        slow.may_end.clear()
        clock.advance(timedelta(minutes=2))
        done = await hall.issue(category="police")
        assert done.expected == kept.newcomer("police")
        clock.advance(timedelta(minutes=5))
        assert (await hall.issue(category="police")).expected is None, "that one is too old"
        slow.may_end.set()
        assert await hall.forecast() is slow.made[-1]


async def test_closing_the_hall_ends_a_forecast(
    tmp_path: Path, clock: FixedClock, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    hall = await sqlite_hall(tmp_path, clock, small_settings(PRINTER))
    await hall.open_window(2)
    assert (await hall.issue(category="police")).expected is None
    waiting = asyncio.create_task(hall.forecast())
    assert await asyncio.to_thread(slow.begun.wait, 60)
    with caplog.at_level(logging.WARNING):
        await hall.close()
        slow.may_end.set()
        with pytest.raises(StoreError, match="closed"):
            await waiting
        with pytest.raises(StoreError):
            await hall.forecast()
        gc.collect()
    assert not caplog.records


async def test_a_forecast_that_fails_when_nobody_waits_is_noted(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: Any) -> Forecast:
        raise ArithmeticError("broken")

    monkeypatch.setattr(making, "foresee", broken)
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        assert (await hall.issue(category="police")).expected is None
        with pytest.raises(ArithmeticError):
            await hall.forecast()
        gc.collect()
    assert {each.getMessage() for each in caplog.records} == {"no forecast"}
