"""A hall in a fresh folder, with a clock that stands still."""

from __future__ import annotations

import os

# Textual reads its switches when it is imported: before anything else here imports it.
from yichuang.tui.terminal import prepare_environment

for _name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
    os.environ.pop(_name, None)
prepare_environment()

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.language import use_language
from yichuang.queue.service import Hall
from yichuang.queue.wait import Wait
from yichuang.tui.app import HallApp

MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""A Monday, 9:30 in Shanghai."""


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Every test begins in Chinese."""
    use_language("zh_CN")
    yield
    use_language("zh_CN")


@pytest.fixture(autouse=True)
def no_typed_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests press keys as fast as a scanner: each is a hand's, unless a test says otherwise."""
    monkeypatch.setattr(HallApp, "SCAN_GAP", 0.0)


@pytest.fixture
def clock() -> FixedClock:
    """The hall's clock."""
    return FixedClock(MORNING)


@pytest.fixture
async def hall_folder(tmp_path: Path, clock: FixedClock) -> Path:
    """The folder of a new town hall (eight windows, six categories)."""
    folder = tmp_path / "hall"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    return folder


@pytest.fixture
async def hall(hall_folder: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """The hall, open until the test ends."""
    async with open_hall(hall_folder, clock=clock) as hall:
        yield hall


@pytest.fixture
def foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expected waits that stand still: frames are about the screens, not about the forecast."""

    async def waits(hall: Hall) -> Mapping[str, Wait]:
        minutes = range(5, 100, 7)
        return {
            code: Wait(each * 60, each * 90)
            for code, each in zip(hall.rules.categories, minutes, strict=False)
        }

    monkeypatch.setattr("yichuang.tui.screens.window.waits_of", waits)
    monkeypatch.setattr("yichuang.tui.screens.overview.waits_of", waits)
