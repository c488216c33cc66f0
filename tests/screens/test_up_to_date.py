"""A window's screen looks at the journal instead of reading again: what no row tells of is not lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.frame import frame, until_gone, until_seen
from tests.screens.test_devices import LONG, READY, full_hall
from tests.screens.test_window import WINDOW, window_screen
from tests.waiting import until
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import StoreError
from yichuang.queue.service import Hall
from yichuang.tui.screens.window import WindowScreen

__all__ = ["full_hall"]

pytestmark = pytest.mark.usefixtures("foretold")


async def test_a_voice_that_another_process_lets_go_loses_and_finds_again(
    full_hall: Hall, tmp_path: Path, clock: FixedClock
) -> None:
    """The journal has no row for that: only how a device is that somebody works stands there."""
    voice = full_hall.settings.voice.name
    async with (
        open_hall(tmp_path / "full", clock=clock) as other,
        window_screen(full_hall) as pilot,
    ):
        await until_gone(pilot, "语音不可用")
        await other.store.release(voice, "test")
        await until_seen(pilot, "语音不可用")
        await other.store.lease(voice, "first", LONG)
        await other.devices.note(voice, "first", READY)
        await until_gone(pilot, "语音不可用")
        await other.store.lease(voice, "first", 0.0)
        await until_seen(pilot, "语音不可用")
        await other.store.lease(voice, "second", LONG)
        await other.devices.note(voice, "second", READY)
        await until_gone(pilot, "语音不可用")


async def test_what_could_not_be_shown_is_shown_after_the_next_change_whosever_it_is(
    full_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window was read, but the reading broke off before anything of it was shown."""
    hall = full_hall
    there = next(each for each, of in hall.rules.windows.items() if "police" in of.categories)
    await hall.open_window(WINDOW)
    await hall.open_window(there)
    await hall.issue(category="police", on_paper=False)
    await hall.call_next(there)
    async with window_screen(hall) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, WindowScreen)
        await hall.issue(category="social_insurance", on_paper=False)
        await until_seen(pilot, "等候 1")
        broken: list[bool] = []

        async def breaks(_screen: WindowScreen) -> str:
            broken.append(True)
            raise StoreError(detail="disk I/O error")

        with monkeypatch.context() as patch:
            patch.setattr(WindowScreen, "unheard", breaks)
            await hall.call_next(WINDOW)
            await until(lambda: screen.clerk and screen.clerk.window.ticket and screen.is_behind)
            await until_seen(pilot, "disk I/O error")
        assert broken
        assert not any("叫号理由" in row for row in frame(pilot.app))
        await hall.start(there)  # no business of this window's
        await until_seen(pilot, "叫号理由：C001")
