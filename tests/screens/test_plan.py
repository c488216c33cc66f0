"""The supervisor's plan of windows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_seen
from yichuang.clock import FixedClock
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.screens.plan import PlanScreen


@asynccontextmanager
async def plan(
    hall: Hall, size: tuple[int, int] = (80, 24), language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The plan, up and loaded."""
    app = HallApp(hall, lambda _place, _window: PlanScreen(hall), "plan", language=language)
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "10:00-11:00")
        await pilot.pause()
        yield pilot


def hour(pilot: Pilot[Restart], begins: str) -> list[str]:
    """The words of an hour's row."""
    row = next(row for row in frame(pilot.app) if row.startswith(f" {begins}"))
    return row.split()


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_a_new_hall_is_planned_by_its_level(hall: Hall, size: tuple[int, int]) -> None:
    async with plan(hall, size) as pilot:
        assert_frame(f"plan-{size[0]}x{size[1]}", frame(pilot.app))


async def test_keys_change_the_promise_and_the_windows(hall: Hall) -> None:
    async with plan(hall) as pilot:
        assert hour(pilot, "10:00")[2:5] == ["11", "+3", "0%"]
        for _each in range(3):
            await pilot.press("plus")
        await until_seen(pilot, "（现有 8 个）")
        assert hour(pilot, "10:00")[2:4] == ["11", "-"]
        await pilot.press("1")
        await until_seen(pilot, "20 分钟")
        await pilot.press("2")
        await until_seen(pilot, "95%")
        await pilot.press("0")
        rows = await until_seen(pilot, "开 8 个窗口")
        assert not any("现有 8 个" in row for row in rows)


async def test_fewer_windows_than_one_there_are_never(hall: Hall) -> None:
    async with plan(hall) as pilot:
        for _each in range(12):
            await pilot.press("minus")
        await until_seen(pilot, "开 1 个窗口")


async def test_the_own_past_is_what_counts(hall: Hall, clock: FixedClock) -> None:
    for _day in range(3):
        await hall.open_window(6)
        for _each in range(20):
            await hall.issue(category="tax")
        for _each in range(20):
            await hall.call_next(6)
            await hall.start(6)
            clock.advance(timedelta(minutes=2))
            await hall.finish(6)
        await hall.close_window(6)
        clock.advance(timedelta(days=1) - timedelta(minutes=40))
    app = HallApp(hall, lambda _place, _window: PlanScreen(hall), "plan")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "最近 3 个有人来的日子，平均每天 20 人次")
        assert hour(pilot, "09:00")[1] == "20"


async def test_in_english(hall: Hall) -> None:
    async with plan(hall, language="en") as pilot:
        assert hour(pilot, "10:00")[2] == "11"
