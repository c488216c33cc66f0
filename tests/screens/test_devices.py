"""The device screen, and what menu, overview and window say of devices."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, until_gone, until_seen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.config import ScannerSettings
from yichuang.queue.announcement import AnnouncementState
from yichuang.queue.device import (
    DeviceHealth,
    DeviceKind,
    DeviceReason,
    DeviceState,
    DeviceStatus,
)
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for
from yichuang.tui.screens.device_rows import Seen, place_of, trouble_rows, unprinted_jobs
from yichuang.tui.screens.devices import DevicesScreen

DEVICES = """
[[printer]]
name = "kiosk"
transport = "tcp"
host = "192.168.1.50"
backup = "guide"

[[printer]]
name = "guide"
transport = "file"
path = "/dev/usb/lp0"

[[display]]
name = "led-3"
driver = "onbon"
transport = "tcp"
host = "192.168.1.63"
windows = [3]

[voice]
enabled = true

[[id_reader]]
name = "reader"

[[rating_pad]]
name = "pad-3"
path = "/dev/input/by-id/usb-pad-event-kbd"
window = 3

[[scanner]]
name = "scanner"
input = "serial"
path = "/dev/ttyACM0"
kiosk = "kiosk"
"""
NAMES = ("kiosk", "guide", "led-3", "voice", "reader", "pad-3", "scanner")
READY = DeviceHealth(DeviceState.READY)
LONG = 600.0


@pytest.fixture
async def full_hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with seven devices that no program works: the test says how they are."""
    folder = tmp_path / "full"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    with (folder / "hall.toml").open("a", encoding="utf-8") as file:
        file.write(DEVICES)
    async with open_hall(folder, clock=clock) as hall:
        for name in NAMES:
            assert await hall.store.lease(name, "test", LONG)
            await hall.devices.note(name, "test", READY)
        yield hall


async def note(hall: Hall, device: str, state: DeviceState, reason: DeviceReason) -> None:
    """Let a device be seen in that state."""
    await hall.devices.note(device, "test", DeviceHealth(state, reason))


async def some_trouble(hall: Hall, clock: FixedClock) -> None:
    """One device in each state, papers that came out and did not, calls that were said and not."""
    clock.advance(timedelta(minutes=12))
    await note(hall, "kiosk", DeviceState.MISSING, DeviceReason.PAPER_OUT)
    await note(hall, "voice", DeviceState.DEGRADED, DeviceReason.CHIME_ONLY)
    await hall.store.release("reader", "test")
    for category in ("social_insurance", "social_insurance", "tax"):
        await hall.issue(category=category)
        await work(hall, PrintReport(JobState.PRINTED))
    await hall.issue(category="tax")
    await work(hall, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER))
    await hall.issue(category="tax")
    # Both printers: what surely was not printed goes to the second one first.
    await work(hall, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True))
    await work(hall, PrintReport(JobState.FAILED, DeviceReason.OFFLINE, untouched=True), "guide")
    await hall.open_window(3)
    await hall.call_next(3)
    await hall.recall(3)
    first, second = await hall.devices.unannounced()
    await hall.devices.conclude(first.seq, AnnouncementState.SPOKEN)
    await hall.devices.conclude(second.seq, AnnouncementState.CHIMED)


async def work(hall: Hall, report: PrintReport, printer: str = "kiosk") -> None:
    """Be the printer's worker for one job."""
    job = await hall.store.claim(printer, "test")
    assert job is not None
    await hall.store.report(job.id, report, "test", "guide" if printer == "kiosk" else "")


@asynccontextmanager
async def devices(
    hall: Hall, size: tuple[int, int] = (80, 24), theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The device screen, up and loaded."""
    app = HallApp(
        hall,
        lambda place, window: screen_for(hall, place, window),
        "devices",
        theme=theme,
        language=language,
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "led-3" if hall.settings.display else "09:30")
        await pilot.pause()
        yield pilot


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_frames(full_hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall, size) as pilot:
        rows = await until_seen(pilot, "缺纸：请装纸")
        assert_frame(f"devices-{size[0]}x{size[1]}", rows)


@pytest.mark.parametrize(("theme", "language"), [("plain", "zh_CN"), ("default", "en")])
async def test_frames_in_another_theme_and_language(
    full_hall: Hall, clock: FixedClock, theme: str, language: str
) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall, theme=theme, language=language) as pilot:
        rows = await until_seen(pilot, "D003")
        assert_frame(f"devices-{theme}-{language}-80x24", rows)


async def test_a_hall_without_devices_says_so(hall: Hall) -> None:
    async with devices(hall) as pilot:
        await until_seen(pilot, "hall.toml 里没有设备")
        await pilot.press("1", "2", "3", "4", "enter", "down")
        await until_seen(pilot, "最近的打印都没有问题")


async def test_the_cursor_tells_what_to_do(full_hall: Hall, clock: FixedClock) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall) as pilot:
        await until_seen(pilot, "缺纸：请装纸")
        await pilot.press("down", "down", "down")
        await until_seen(pilot, "没有语音引擎，只响提示音")
        await pilot.press("down")
        await until_seen(pilot, "才有人管它")


async def test_a_long_path_never_hides_a_device_s_window(full_hall: Hall) -> None:
    pad = full_hall.settings.rating_pad[0]
    path = "/dev/input/by-path/pci-0000:00:14.0-usb-0:1.4.3:1.0-usb-0:1.2:1.0-event-kbd"
    assert place_of(pad.model_copy(update={"path": path})).startswith("3 号窗口  ")
    scanner = full_hall.settings.scanner[0]
    assert place_of(scanner) == "取号机 kiosk  serial /dev/ttyACM0"


async def test_a_test_page_is_followed(full_hall: Hall) -> None:
    async with devices(full_hall) as pilot:
        await pilot.press("1")
        await until_seen(pilot, "kiosk 打 测试页：等待打印")
        await work(full_hall, PrintReport(JobState.PRINTED))
        await until_seen(pilot, "kiosk 打 测试页：已打印")


async def test_enter_asks_before_it_tests(full_hall: Hall) -> None:
    async with devices(full_hall) as pilot:
        await pilot.press("down", "down", "enter")
        await until_seen(pilot, "测试显示屏 led-3")
        await pilot.press("1")
        await until_seen(pilot, "已让 显示屏 led-3 测试")
    kinds = [entry.event.kind.value for entry in await full_hall.entries(0)]
    assert "DeviceTested" in kinds


async def test_the_voice_is_muted_with_a_reason_and_heard_again(full_hall: Hall) -> None:
    async with devices(full_hall) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "只有语音能静音")
        await pilot.press("down", "down", "down", "2")
        await until_seen(pilot, "静音的原因")
        await pilot.press("2")
        rows = await until_seen(pilot, "[-] 已静音")
        assert any("取消静音" in row for row in rows)
        assert (await full_hall.entries(0))[-1].event.data["reason"] == "午休"
        await pilot.press("2")
        await until_seen(pilot, "不再静音")
        await until_gone(pilot, "[-] 已静音")


async def test_only_what_surely_was_not_printed_is_printed_again(
    full_hall: Hall, clock: FixedClock
) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall) as pilot:
        await pilot.press("3")
        rows = await until_seen(pilot, "再打哪一张")
        assert_frame("devices-retry-80x24", rows)
        assert not any("D002" in row for row in rows)
        await pilot.press("1")
        await until_seen(pilot, "guide 打 D003：等待打印")
        job = await full_hall.store.claim("guide", "test")
        assert job is not None
        assert not job.document.reprint
        # Nothing else is to be sent again: a doubtful paper is reprinted.
        await until_seen(pilot, "正在打印")
        await pilot.press("3")
        rows = await until_seen(pilot, "没有可以再打的")
        assert any("没有票就按 4 补打" in row for row in rows)
        assert len(pilot.app.screen_stack) == 1


async def test_a_job_that_was_sent_meanwhile_is_not_sent_again_and_no_command_is_told(
    full_hall: Hall, clock: FixedClock
) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "再打哪一张")
        await full_hall.devices.retry(5)
        await work(full_hall, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER), "guide")
        await pilot.press("1")
        rows = await until_seen(pilot, "没有可以再打的")
        assert not any("yichuang" in row for row in rows)


async def test_a_ticket_with_a_later_paper_and_one_of_a_former_day_are_not_sent_again(
    full_hall: Hall, clock: FixedClock
) -> None:
    await some_trouble(full_hall, clock)
    [job] = unprinted_jobs(await full_hall.print_jobs(40))
    await full_hall.reprint(job.number)
    assert unprinted_jobs(await full_hall.print_jobs(40)) == []
    assert unprinted_jobs([replace(job, reason=DeviceReason.STALE)]) == []


async def test_a_doubtful_paper_is_printed_once_more_with_its_mark(
    full_hall: Hall, clock: FixedClock
) -> None:
    await some_trouble(full_hall, clock)
    async with devices(full_hall) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "先看一眼出纸口")
        await pilot.press("2")
        await until_seen(pilot, "kiosk 打 D002：等待打印")
        job = await full_hall.store.claim("kiosk", "test")
        assert job is not None
        assert job.document.reprint


async def test_it_follows_what_other_processes_see(full_hall: Hall) -> None:
    async with devices(full_hall) as pilot:
        await note(full_hall, "led-3", DeviceState.MISSING, DeviceReason.OFFLINE)
        await until_seen(pilot, "设备 7，1 台要看")


async def test_nothing_is_painted_while_nothing_happens(
    full_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with devices(full_hall) as pilot:
        painted: list[object] = []
        screen = pilot.app.screen
        assert isinstance(screen, DevicesScreen)
        for widget in screen.query("*"):
            monkeypatch.setattr(widget, "refresh", lambda *region, **_more: painted.append(region))
        await screen.reload()
        assert painted == []


@pytest.mark.parametrize("most", [2, 3, 5])
@pytest.mark.parametrize("troubled", range(6))
@pytest.mark.parametrize("fine", range(3))
@pytest.mark.parametrize("kind", [DeviceKind.PRINTER, DeviceKind.SCANNER])
def test_the_rows_never_hide_how_many_need_an_eye(
    most: int, troubled: int, fine: int, kind: DeviceKind
) -> None:
    bad, good = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE), READY
    healths = [good] * fine + [bad] * troubled
    settings = ScannerSettings(name="x", path="/dev/x")
    devices = [
        Seen(kind, DeviceStatus(f"d{place}", health, None), settings)
        for place, health in enumerate(healths)
    ]
    rows = [
        "".join(part if isinstance(part, str) else part[0] for part in row)
        for row in trouble_rows(devices, most)
    ]
    assert len(rows) <= most
    told = sum("不能用" in row for row in rows)
    more = sum(int(found[1]) for row in rows if (found := re.search(r"(\d+) 台设备要看", row)))
    assert told + more == troubled
    if fine:
        assert re.search(rf"\b{fine} 台", rows[-1])
    else:
        assert not devices or troubled


# --- menu, overview ------------------------------------------------------------------------------


async def test_the_menu_leads_there_and_says_which_need_an_eye(
    full_hall: Hall, clock: FixedClock
) -> None:
    app = HallApp(full_hall, lambda place, window: screen_for(full_hall, place, window))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "设备 7 台正常")
        await some_trouble(full_hall, clock)
        rows = await until_seen(pilot, "缺纸：请装纸")
        assert_frame("menu-devices-80x24", rows)
        await pilot.press("7")
        await until_seen(pilot, "设备 7，3 台要看")
        assert isinstance(pilot.app.screen, DevicesScreen)


@pytest.mark.usefixtures("foretold")
async def test_the_overview_names_the_worst_and_leads_there(
    full_hall: Hall, clock: FixedClock
) -> None:
    await some_trouble(full_hall, clock)
    app = HallApp(full_hall, lambda place, window: screen_for(full_hall, place, window), "overview")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "另有 2 台设备要看，4 台正常")
        # The waits are foretold beside the rest and come when they are known.
        rows = await until_seen(pilot, "40 分")
        assert_frame("overview-devices-80x24", rows)
        assert any("打印机 kiosk：[x] 不能用" in row for row in rows)
        await pilot.press("5")
        await until_seen(pilot, "设备 7，3 台要看")
