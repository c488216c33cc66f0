"""Screens that are up while the hall goes by other settings: they show what there is now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.frame import until_gone, until_seen
from yichuang.bootstrap.settings_file import SettingsFile
from yichuang.config.edit import Add, Edit, Put, Remove, Spot, edited
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for

CATEGORY = Spot("category", "tax", ("name",))
HALL = Spot("hall", path=("name",))


async def change(hall: Hall, folder: Path, *edits: Edit) -> None:
    """Edit hall.toml, as the administration screen of another terminal does."""
    file = SettingsFile(hall, folder)
    found = await file.read()
    await file.keep(hall, edited(found.text, edits), was=found.hash, reason="why")


@asynccontextmanager
async def showing(
    hall: Hall, place: str, window: int | None = None
) -> AsyncIterator[Pilot[Restart]]:
    """One screen, up and loaded."""
    app = HallApp(hall, lambda name, number: screen_for(hall, name, number), place, window)
    async with app.run_test(size=(100, 30)) as pilot:
        await until_seen(pilot, "郑陆镇为民服务中心" if place != "board" else "09:30")
        yield pilot


@pytest.mark.parametrize(
    "place", ["menu", "overview", "guide", "kiosk", "board", "devices", "plan"]
)
async def test_the_hall_s_new_name_is_shown(hall: Hall, hall_folder: Path, place: str) -> None:
    async with showing(hall, place) as pilot:
        await change(hall, hall_folder, Put(HALL, "横林镇为民服务中心"))
        await until_seen(pilot, "横林镇为民服务中心")


async def test_a_category_s_new_name_is_shown_where_people_wait(
    hall: Hall, hall_folder: Path
) -> None:
    await hall.issue(category="tax")
    async with showing(hall, "window", 5) as pilot:
        await until_seen(pilot, "纳税服务")
        await change(hall, hall_folder, Put(CATEGORY, "税费业务"))
        await until_seen(pilot, "税费业务")
        await until_gone(pilot, "纳税服务")


async def test_a_window_s_screen_says_that_the_window_is_gone(
    hall: Hall, hall_folder: Path
) -> None:
    async with showing(hall, "window", 8) as pilot:
        await change(hall, hall_folder, Remove("window", 8))
        await until_seen(pilot, "没有 8 号窗口")
        # It is there again: so is its screen.
        await change(
            hall, hall_folder, Add("window", {"number": 8, "categories": ["tax"], "name": "新窗口"})
        )
        await until_seen(pilot, "8 号窗口 新窗口")
        assert pilot.app.is_running


async def test_a_new_window_is_on_the_overview(hall: Hall, hall_folder: Path) -> None:
    async with showing(hall, "overview") as pilot:
        await change(hall, hall_folder, Add("window", {"number": 99, "categories": ["tax"]}))
        await until_seen(pilot, "99")
