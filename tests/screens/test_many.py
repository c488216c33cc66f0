"""Several apps over one hall in one process: each shows the last change, and few readings do for many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events

from tests.waiting import until
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.entry import screen_for
from yichuang.tui.pace import Pace
from yichuang.tui.screens.window import WindowScreen

APPS = 4
CHANGES = 12


@asynccontextmanager
async def _windows(hall: Hall) -> AsyncIterator[list[HallApp]]:
    apps = [
        HallApp(hall, lambda *where: screen_for(hall, *where), "window", number)
        for number in range(1, APPS + 1)
    ]
    running = [asyncio.create_task(app.run_async(headless=True, size=(80, 24))) for app in apps]
    try:
        await until(lambda: all(_waiting(app) is not None for app in apps))
        yield apps
    finally:
        for app in apps:
            app.exit()
        await asyncio.wait(running)


def _waiting(app: HallApp) -> int | None:
    """How many wait in all lines that an app's screen shows; None while it has shown none."""
    screen = app.screen if app.is_running else None
    if not isinstance(screen, WindowScreen) or screen.clerk is None:
        return None
    view = screen.clerk.window
    return sum(line.waiting for line in (*view.own, *view.help))


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each window's screen was read."""
    counts: Counter[int] = Counter()
    load = WindowScreen.load

    async def counted(screen: WindowScreen) -> None:
        counts[screen.window_number] += 1
        await load(screen)

    monkeypatch.setattr(WindowScreen, "load", counted)
    return counts


@pytest.mark.usefixtures("foretold")
async def test_nobody_is_forgotten_no_change_is_lost_and_several_become_one(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, readings: Counter[int]
) -> None:
    monkeypatch.setattr(Pace, "rest", property(lambda _pace: 0.2))
    async with _windows(hall) as apps:
        # Once all have rested, each is ready for the first change.
        await asyncio.gather(*(hall.issue(category="tax") for _each in range(CHANGES)))
        await until(lambda: all(_waiting(app) == CHANGES for app in apps))
        before = readings.copy()
        for _each in range(CHANGES):
            await hall.issue(category="tax")
        await until(lambda: all(_waiting(app) == 2 * CHANGES for app in apps))
        assert all(0 < readings[window] - before[window] < CHANGES for window in before)


@pytest.mark.usefixtures("foretold")
async def test_what_one_does_is_read_once_by_the_screen_that_did_it(
    hall: Hall, readings: Counter[int]
) -> None:
    async with _windows(hall) as apps:
        await hall.issue(category="tax")
        await until(lambda: all(_is_up_to_date(app) and _waiting(app) == 1 for app in apps))
        await hall.open_window(1)
        await until(lambda: all(map(_is_up_to_date, apps)))
        before, mark = readings.copy(), hall.store.mark()
        apps[0].post_message(events.Key("1", "1"))
        await until(lambda: all(_is_up_to_date(app) and _waiting(app) == 0 for app in apps))
        # A reading that was under way at the commit is followed by one more.
        most = hall.store.mark() - mark + 1
        assert all(1 <= readings[window] - before[window] <= most for window in before)


def _is_up_to_date(app: HallApp) -> bool:
    return isinstance(app.screen, WindowScreen) and not app.screen.is_behind


@pytest.mark.usefixtures("foretold")
async def test_what_is_done_at_one_window_is_not_read_again_at_the_others(
    hall: Hall, readings: Counter[int]
) -> None:
    async with _windows(hall) as apps:
        await hall.issue(category="tax")
        await hall.open_window(1)
        await hall.call_next(1)
        await until(lambda: all(map(_is_up_to_date, apps)))
        # A screen that was just being read when the window opened looks at that once more.
        await hall.recall(1)
        await until(lambda: all(map(_is_up_to_date, apps)))
        before = readings.copy()
        await hall.start(1)
        await hall.finish(1)
        await until(lambda: all(map(_is_up_to_date, apps)))
        assert readings[1] > before[1]
        assert all(readings[window] == before[window] for window in before if window != 1)
        await hall.issue(category="tax")
        await until(lambda: all(_waiting(app) == 1 for app in apps))
