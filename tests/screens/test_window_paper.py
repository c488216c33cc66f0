"""Printing once more from the window, and what became of the paper."""

from __future__ import annotations

from pathlib import Path

from tests.screens.frame import until_seen
from tests.screens.test_window import WINDOW, press_until, window_screen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.profile import printer_toml
from yichuang.queue.device import DeviceReason
from yichuang.queue.printing import JobState, PrintReport
from yichuang.store.sqlite import SqliteStore


async def test_a_reprint_is_followed_to_its_end(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "hall"
    printer = printer_toml("kiosk", host="127.0.0.1", port=9100, width=80)
    await create_hall(folder, level="town", place="郑陆镇", printers=printer, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        store = hall.store
        assert isinstance(store, SqliteStore)
        await hall.issue(category="social_insurance", on_paper=False)
        await hall.open_window(WINDOW)
        await hall.call_next(WINDOW)
        async with window_screen(hall) as pilot:
            await until_seen(pilot, "已叫 1/3 次")
            await press_until(pilot, "f5", "补打 C001：等待打印")
            assert await store.lease("kiosk", "test", 60)
            job = await store.claim("kiosk", "test")
            assert job is not None
            assert job.document.reprint
            await until_seen(pilot, "补打 C001：正在打印")
            await store.report(job.id, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), "test")
            rows = await until_seen(pilot, "补打 C001：没有打印")
            assert any("缺纸：请装纸" in row for row in rows)
