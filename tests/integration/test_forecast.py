"""Expected waits on whole simulated days, and over a real file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.forecast import MOST, NAIVE, Cases, play, settings_of
from tests.halls import PRINTER, memory_hall, small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.queue.forecast import forecast as making
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
