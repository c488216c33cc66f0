"""Call displays over ptys and TCP, against simulators that read the real protocols, in every failing mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until
from yichuang.config import DisplaySettings, parse_settings
from yichuang.hardware.device import Display
from yichuang.hardware.display import display as driver
from yichuang.hardware.display import open_display, timeline
from yichuang.hardware.simulator import led, line_display
from yichuang.hardware.simulator.led import SimulatedLed
from yichuang.hardware.simulator.line_display import SimulatedLineDisplay
from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.face import Face, FaceState

AT = datetime(2026, 11, 20, 1, 31, 5, tzinfo=UTC)
IDLE = {3: Face(3, FaceState.IDLE)}
CALLED = {3: Face(3, FaceState.CALLING, "A001", 1)}
DEADLINE = 10.0


def settings_of(section: str) -> DisplaySettings:
    """The display of a section of hall.toml, read as a hall's is."""
    hall = (
        '[hall]\nname = "大厅"\n[[category]]\ncode = "a"\nletter = "A"\nname = "社会事务"\n'
        '[[window]]\nnumber = 3\ncategories = ["a"]\n'
    )
    [display] = parse_settings(hall + section, Path("hall.toml")).display
    return display.model_copy(update={"flash_seconds": 1.0, "page_seconds": 1.0})


@asynccontextmanager
async def at_work(display: Display) -> AsyncIterator[asyncio.Task[None]]:
    """The display open and at work beside the block, then closed."""
    health = await display.open()
    assert health.state is DeviceState.READY
    work = asyncio.create_task(display.work())
    try:
        yield work
    finally:
        work.cancel()
        await asyncio.wait({work})
        await display.close()


async def reason_of(doing: Awaitable[object]) -> DeviceReason:
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(DeviceTrouble) as trouble:
            await doing
    return trouble.value.reason


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short patience with devices that never answer."""
    monkeypatch.setattr(driver, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(driver, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(driver, "PING_SECONDS", 0.1)
    monkeypatch.setattr(driver, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(timeline, "TEST_SECONDS", 0.3)


# --- line displays ----------------------------------------------------------------------------


@pytest.mark.parametrize("commands", ["epson", "cd5220"])
@pytest.mark.parametrize("port", [None, 0])
async def test_a_line_display_shows_a_call_and_its_end(
    commands: Any, port: int | None, tmp_path: Path
) -> None:
    drawn: list[str] = []
    link = tmp_path / "vfd"
    async with SimulatedLineDisplay(
        show=drawn.append, link=link, port=port, commands=commands
    ) as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        assert display.is_there()
        display.show(IDLE)
        async with at_work(display):
            await until(lambda: vfd.screen.lines == ["WINDOW 03", ""])
            display.show(CALLED)
            await until(lambda: vfd.screen.lines == ["A001  ->  03", "PLEASE COME"])
            assert vfd.screen.blink == 5
            await until(lambda: vfd.screen.blink == 0)
            display.show({3: Face(3, FaceState.PAUSED)})
            await until(lambda: vfd.screen.lines == ["WINDOW 03", "PAUSED"])
        await until(lambda: vfd.screen.lines == ["", ""])
        assert vfd.screen.errors == []
        assert any("|A001  ->  03" in each for each in drawn)
        assert any("闪烁" in each for each in drawn)
    assert not link.is_symlink()


async def test_a_display_with_hanzi_shows_them() -> None:
    async with SimulatedLineDisplay(hanzi=True, port=0) as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        display.show(CALLED)
        async with at_work(display):
            await until(lambda: vfd.screen.lines == ["请 A001 号", "到 3 号窗口办理"])


async def test_nothing_is_sent_while_nothing_changes(quick: None) -> None:
    async with SimulatedLed(port=0) as strip:
        settings = settings_of(strip.toml(windows=(3,))).model_copy(update={"answers": False})
        display = open_display(settings, "zh_CN")
        display.show(IDLE)
        async with at_work(display):
            await until(lambda: strip.card.frames == 1)
            for _again in range(20):
                display.show(dict(IDLE))
                await asyncio.sleep(0)
            display.show(CALLED | {4: Face(4, FaceState.IDLE)})
            await until(lambda: strip.lines()[:1] == ["A001"])
            assert strip.card.frames == 2


async def test_an_unplugged_line_display_is_told_and_found_again(
    quick: None, tmp_path: Path
) -> None:
    async with SimulatedLineDisplay(link=tmp_path / "vfd") as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        display.show(CALLED)
        async with at_work(display) as work:
            await until(lambda: vfd.screen.lines[0] != "")
            await vfd.fail(line_display.Failure.OFFLINE)
            assert await reason_of(work) is not DeviceReason.BROKEN
        assert not display.is_there()
        assert await reason_of(display.open()) is DeviceReason.UNPLUGGED
        await vfd.fail(None)
        assert display.is_there()
        async with at_work(display):
            await until(lambda: vfd.screen.lines[0] == "A001  ->  03")


async def test_a_line_display_that_takes_nothing_stalls(quick: None) -> None:
    """Its buffer in the machine holds some frames; then the line is full."""
    async with SimulatedLineDisplay(failure=line_display.Failure.STALLED) as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        async with at_work(display) as work:
            serial = 0

            def call_on() -> bool:
                nonlocal serial
                serial += 1
                display.show({3: Face(3, FaceState.CALLING, f"A{serial % 1000:03d}", 1)})
                return work.done()

            await until(call_on)
            assert await reason_of(work) is DeviceReason.STALLED
            display.show(CALLED)


async def test_a_line_that_is_cut_is_told(quick: None, tmp_path: Path) -> None:
    link = tmp_path / "vfd"
    async with SimulatedLineDisplay(link=link, failure=line_display.Failure.CLOSES) as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        async with at_work(display) as work:
            assert await reason_of(work) in (DeviceReason.OFFLINE, DeviceReason.UNPLUGGED)
        await vfd.fail(None)
        async with at_work(display):
            await until(lambda: vfd.screen.lines == ["WINDOW 03", "CLOSED"])


async def test_noise_from_a_line_display_does_no_harm(quick: None) -> None:
    async with SimulatedLineDisplay(failure=line_display.Failure.GARBAGE) as vfd:
        display = open_display(settings_of(vfd.toml(windows=(3,))), "zh_CN")
        async with at_work(display):
            display.show(CALLED)
            await until(lambda: vfd.screen.lines[0] == "A001  ->  03")


# --- LED strips -------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [None, 0])
async def test_an_led_strip_flashes_a_call_and_serves(port: int | None) -> None:
    drawn: list[str] = []
    async with SimulatedLed(show=drawn.append, port=port) as strip:
        display = open_display(settings_of(strip.toml(windows=(3,))), "zh_CN")
        display.show(IDLE)
        async with at_work(display):
            await until(lambda: strip.lines() == ["3号窗口", ""])
            display.show(CALLED)
            await until(lambda: strip.lines() == ["A001", "请到3号窗口"])
            await until(lambda: strip.lines() == ["", ""])
            await until(lambda: strip.lines() == ["A001", "请到3号窗口"])
            display.show({3: Face(3, FaceState.SERVING, "A001", unit="社会保障局")})
            await until(lambda: strip.lines() == ["A001", "正在办理"])
            await until(lambda: strip.lines() == ["受理单位", "社会保障局"])
        await until(lambda: strip.card.areas == {})
        assert strip.card.errors == []
        assert "红" in drawn[0] or "红" in drawn[1]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (led.Failure.SILENT, DeviceReason.OFFLINE),
        (led.Failure.REFUSES, DeviceReason.BAD_ANSWER),
        (led.Failure.BAD_ACK, DeviceReason.BAD_ANSWER),
        (led.Failure.GARBAGE, DeviceReason.BAD_ANSWER),
        (led.Failure.STALLED, DeviceReason.OFFLINE),
        (led.Failure.CLOSES, DeviceReason.OFFLINE),
        (led.Failure.OFFLINE, DeviceReason.OFFLINE),
    ],
)
@pytest.mark.parametrize("from_start", [True, False])
async def test_every_failure_of_a_strip_is_told_and_mended(
    failure: led.Failure, reason: DeviceReason, from_start: bool, quick: None
) -> None:
    async with SimulatedLed(port=0) as strip:
        display = open_display(settings_of(strip.toml(windows=(3,))), "zh_CN")
        display.show(CALLED)
        if from_start:
            await strip.fail(failure)
            assert await reason_of(display.open()) is reason
            await display.close()
        else:
            async with at_work(display) as work:
                await until(lambda: strip.card.frames > 0)
                await strip.fail(failure)
                assert await reason_of(work) is reason
        await strip.fail(None)
        strip.lose_power()
        async with at_work(display):
            await until(lambda: strip.lines() == ["A001", "请到3号窗口"])


async def test_acknowledgements_between_noise_are_heard(quick: None) -> None:
    async with SimulatedLed(port=0, failure=led.Failure.NOISY) as strip:
        display = open_display(settings_of(strip.toml(windows=(3,))), "zh_CN")
        display.show(CALLED)
        async with at_work(display):
            await until(lambda: strip.lines()[:1] == ["A001"])


async def test_a_strip_that_lost_power_unseen_is_told_again(quick: None) -> None:
    async with SimulatedLed(port=0) as strip:
        settings = settings_of(strip.toml(windows=(3,)) + "").model_copy(
            update={"refresh_seconds": 0.2}
        )
        display = open_display(settings, "zh_CN")
        display.show(CALLED)
        async with at_work(display):
            await until(lambda: strip.lines()[:1] == ["A001"])
            strip.lose_power()
            await until(lambda: strip.lines()[:1] == ["A001"])


async def test_a_strip_that_asks_for_no_answers_may_be_silent(quick: None) -> None:
    async with SimulatedLed(port=0, failure=led.Failure.SILENT) as strip:
        settings = settings_of(strip.toml(windows=(3,))).model_copy(update={"answers": False})
        display = open_display(settings, "zh_CN")
        display.show(CALLED)
        async with at_work(display):
            await until(lambda: strip.lines()[:1] == ["A001"])


async def test_a_test_is_shown_and_what_was_there_comes_back(quick: None) -> None:
    async with SimulatedLed(port=0) as strip:
        display = open_display(settings_of(strip.toml(windows=(3,))), "zh_CN")
        display.show(CALLED)
        async with at_work(display):
            await until(lambda: strip.lines()[:1] == ["A001"])
            await display.test()
            assert strip.lines()[0] == "测试8888"
            await until(lambda: strip.lines()[:1] == ["A001"])


async def test_a_test_that_cannot_be_shown_is_told(quick: None) -> None:
    async with SimulatedLed(port=0) as strip:
        display = open_display(settings_of(strip.toml(windows=(3,))), "zh_CN")
        async with at_work(display) as work:
            await strip.fail(led.Failure.SILENT)
            assert await reason_of(display.test()) is DeviceReason.STALLED
            assert await reason_of(work) is DeviceReason.OFFLINE


async def test_a_display_of_the_hall_follows_the_voice() -> None:
    async with SimulatedLed(port=0) as strip:
        display = open_display(settings_of(strip.toml(windows=())), "zh_CN", follows_voice=True)
        display.show(IDLE)
        async with at_work(display):
            await until(lambda: strip.lines()[:1] == ["请等候叫号"])
            display.show(CALLED)
            display.announce(Announcement(1, "A001", 3, AT, False))
            await until(lambda: strip.lines()[:1] == ["A001请到3号"])


async def test_a_template_sends_its_bytes_into_a_file(tmp_path: Path) -> None:
    out = tmp_path / "strip.bin"
    section = (
        f'[[display]]\nname = "strip"\ndriver = "template"\nwindows = [3]\n'
        f'transport = "file"\npath = "{out}"\n'
        '[display.template]\nopening = "AA"\ncalling = "02 {number:gbk} 03"\ncalled = "04"\n'
    )
    display = open_display(settings_of(section), "zh_CN")
    assert display.is_there()
    display.show(IDLE)
    async with at_work(display):
        display.show(CALLED)
        await until(lambda: out.exists() and out.read_bytes() == b"\xaa\x02A001\x03\x04")
