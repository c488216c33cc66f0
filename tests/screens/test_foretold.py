"""What the hall foretells, on the clerk's screen and on the overview."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.screens.frame import frame, until_seen
from tests.screens.test_overview import overview
from tests.screens.test_window import window_screen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.config import SETTINGS_FILE
from yichuang.queue.service import Hall


async def tax_minutes(hall: Hall) -> int:
    """What somebody is told who takes a tax number now."""
    wait = (await hall.forecast()).line("tax")
    assert wait is not None
    return wait.minutes


async def busy(hall: Hall) -> None:
    """One window, and six who wait for it."""
    await hall.open_window(3)
    for _each in range(6):
        await hall.issue(category="tax")


async def test_the_clerk_sees_the_waits_that_visitors_are_told(hall: Hall) -> None:
    await busy(hall)
    minutes = await tax_minutes(hall)
    assert minutes > 1
    async with window_screen(hall) as pilot:
        rows = await until_seen(pilot, f"{minutes} 分")
        assert any(re.search(rf"纳税服务 +6  D001 +0 分 +{minutes} 分", row) for row in rows)


async def test_the_supervisor_sees_them_too(hall: Hall) -> None:
    await busy(hall)
    minutes = await tax_minutes(hall)
    async with overview(hall) as pilot:
        rows = await until_seen(pilot, f"{minutes} 分")
        assert any(re.search(rf"D 纳税服务 +6 +0  D001 +0 分 +{minutes} 分", row) for row in rows)


@pytest.fixture
async def silent_hall(tmp_path: Path, clock: FixedClock) -> Path:
    """The folder of a hall that does not foretell."""
    folder = tmp_path / "silent"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^\[forecast\]\n.*?(?=^\[)", "", text)
    path.write_text(f"{text}\n[forecast]\nenabled = false\n", encoding="utf-8")
    return folder


async def test_a_hall_that_does_not_foretell_has_no_column(
    silent_hall: Path, clock: FixedClock
) -> None:
    async with open_hall(silent_hall, clock=clock) as hall:
        await busy(hall)
        async with window_screen(hall) as pilot:
            assert not any("预计" in row for row in frame(pilot.app))
        async with overview(hall) as pilot:
            assert not any("预计" in row for row in frame(pilot.app))
