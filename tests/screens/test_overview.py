"""The overview: windows, lines, long waits in words, printers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.conftest import MORNING
from tests.screens.frame import assert_frame, frame, until_seen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.language import use_language
from yichuang.profile import printer_toml
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.screens.overview import OverviewScreen
from yichuang.tui.screens.overview_rows import USUAL, crowd_mark, wait_mark

pytestmark = pytest.mark.usefixtures("foretold")

SIZES = [(80, 24), (100, 30), (200, 60)]
VERY_LONG_WAIT = timedelta(minutes=USUAL.wait_minutes[1])
GREAT_CROWD = USUAL.line_length[1]


@asynccontextmanager
async def overview(
    hall: Hall, size: tuple[int, int] = (80, 24), theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The overview, up and loaded."""
    app = HallApp(
        hall,
        lambda _place, _window: OverviewScreen(hall),
        "overview",
        theme=theme,
        language=language,
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "2026-03-02")
        await pilot.pause()
        yield pilot


async def a_morning(hall: Hall, clock: FixedClock) -> None:
    """A long line, a very long wait, windows in every state."""
    await hall.issue(category="legal_affairs")
    clock.advance(timedelta(minutes=14))
    for _each in range(10):
        await hall.issue(category="police")
    for _each in range(3):
        await hall.issue(category="police", priority_class="priority")
    await hall.issue(category="tax")
    for window in (3, 5, 6, 7):
        await hall.open_window(window)
    for window in (5, 6):
        await hall.call_next(window)
    clock.advance(timedelta(minutes=16))
    await hall.start(6)
    clock.advance(timedelta(minutes=4))
    await hall.pause_window(7, reason="设备故障")
    await hall.issue(category="social_affairs")


@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    await a_morning(hall, clock)
    async with overview(hall, size) as pilot:
        rows = await until_seen(pilot, "设备故障")
        assert_frame(f"overview-{size[0]}x{size[1]}", rows)


async def test_frame_in_the_plain_theme(hall: Hall, clock: FixedClock) -> None:
    await a_morning(hall, clock)
    async with overview(hall, theme="plain") as pilot:
        assert_frame("overview-plain-80x24", await until_seen(pilot, "设备故障"))


async def test_frame_in_english(hall: Hall, clock: FixedClock) -> None:
    await a_morning(hall, clock)
    async with overview(hall, language="en") as pilot:
        assert_frame("overview-english-80x24", await until_seen(pilot, "Police"))


async def test_it_says_who_waits_and_who_works(hall: Hall, clock: FixedClock) -> None:
    await a_morning(hall, clock)
    async with overview(hall) as pilot:
        rows = await until_seen(pilot, "设备故障")
    text = "\n".join(rows)
    assert "今天取号 16  等候 14  办结 0  开放窗口 3/8" in text
    assert re.search(r"A 法人事务 +1 +0 +A001 +34 分 +[0-9]+ 分 +超长", text)
    assert re.search(r"E 公安服务 +11 +1 +E013 +20 分 +[0-9]+ 分 +久等 +人多", text)
    assert re.search(r"C 社保医保 +0 +0 +- +-", text)
    assert re.search(r"5 已叫号 +E011 +20 分", text)
    assert re.search(r"6 办理中 +E012 +4 分", text)
    assert re.search(r"7 暂停服务 设备故障 +0 分", text)
    assert re.search(r"3 空闲 +20 分", text)
    assert re.search(r"8 未开", text)


async def test_it_follows_other_processes(hall: Hall, hall_folder: Path) -> None:
    async with overview(hall) as pilot, open_hall(hall_folder, clock=hall.clock) as other:
        await other.open_window(2)
        await until_seen(pilot, "开放窗口 1/8")
        await other.issue(category="tax")
        await until_seen(pilot, "今天取号 1 ")


@pytest.mark.parametrize(
    ("minutes", "word"),
    [(0, ""), (14, ""), (15, "久等"), (29, "久等"), (30, "超长"), (300, "超长")],
)
def test_long_waits_have_words(minutes: int, word: str) -> None:
    assert wait_mark(MORNING - timedelta(minutes=minutes), MORNING)[0] == word
    assert wait_mark(None, MORNING) == ("", "")


@pytest.mark.parametrize(
    ("waiting", "word"), [(0, ""), (10, ""), (11, "人多"), (20, "人多"), (21, "拥挤")]
)
def test_crowds_have_words(waiting: int, word: str) -> None:
    assert crowd_mark(waiting)[0] == word


def seen_windows(pilot: Pilot[Restart]) -> set[int]:
    """The numbers of the windows in sight."""
    found = re.findall(r"(?<!\S)(\d+) 未开", "\n".join(frame(pilot.app)))
    return {int(number) for number in found}


async def test_thirty_windows_can_be_reached_at_80x24(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "city"
    await create_hall(folder, level="city", place="常州市", clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        every = {window.number for window in hall.settings.window}
        assert len(every) == 30
        async with overview(hall) as pilot:
            rows = await until_seen(pilot, "按上下键看其余的")
            assert_frame("overview-city-80x24", rows)
            seen = seen_windows(pilot)
            assert seen < every
            await pilot.press("pagedown")
            await until_seen(pilot, "第 7-13 行，共 15 行")
            more = seen_windows(pilot)
            await pilot.press("pagedown")
            await until_seen(pilot, "-15 行，共 15 行")
            assert seen | more | seen_windows(pilot) == every
            await pilot.press("up", "pageup", "pageup")
            await until_seen(pilot, "第 1-")
            assert seen_windows(pilot) == seen
        async with overview(hall, (100, 30)) as pilot:
            await until_seen(pilot, "窗口（30 个）")
            seen = seen_windows(pilot)
            assert len(seen) >= 26
            await pilot.press("pagedown")
            await until_seen(pilot, "-15 行，共 15 行")
            assert seen | seen_windows(pilot) == every
        async with overview(hall, (200, 60)) as pilot:
            await until_seen(pilot, "今天办")
            assert seen_windows(pilot) == every


async def test_printers_are_told_in_words(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "printing"
    printers = "\n".join(
        printer_toml(name, host="127.0.0.1", port=9, width=80) for name in ("one", "two", "three")
    )
    await create_hall(folder, level="town", place="郑陆镇", printers=printers, clock=clock)
    async with open_hall(folder, clock=clock) as hall, overview(hall) as pilot:
        await until_seen(pilot, "打印机 one：[?] 没有程序在管它")
        assert await hall.store.lease("three", "test", 600)
        await hall.devices.note(
            "three", "test", DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
        )
        rows = await until_seen(pilot, "打印机 three：[x] 不能用")
        assert any("缺纸：请装纸" in row for row in rows)
        await hall.devices.note("three", "test", DeviceHealth(DeviceState.READY))
        await until_seen(pilot, "打印机 one：[?] 没有程序在管它")


async def test_english_cuts_no_category_and_no_warning(hall: Hall, clock: FixedClock) -> None:
    """The longest name with the longest marks: a great crowd that has waited very long."""
    for _each in range(GREAT_CROWD + 1):
        await hall.issue(category="social_insurance")
    clock.advance(VERY_LONG_WAIT)
    async with overview(hall, language="en") as pilot:
        rows = await until_seen(pilot, "C Social insurance ")
        crowded = next(row for row in rows if "C Social insurance " in row)
        use_language("en")
        for mark, _style in (wait_mark(MORNING, clock.now()), crowd_mark(GREAT_CROWD + 1)):
            assert f" {mark}" in crowded
        names = [each.label for each in hall.settings.category]
        assert [name for name in names if not any(name in row for row in rows)] == []
