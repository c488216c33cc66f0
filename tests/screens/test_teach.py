"""Teaching a pad on the device screen, over a real pseudo-terminal, beside the program that works the pad."""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, until_gone, until_seen
from yichuang.bootstrap import PadTeacher, create_hall, open_hall, working_devices
from yichuang.clock import FixedClock
from yichuang.language import text_in
from yichuang.queue.device import DeviceState
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import Means, screen_for
from yichuang.tui.screens.devices import DevicesScreen

PAD = """
# the counter's pad
[[rating_pad]]
name = "pad-3"
input = "serial"
path = "{path}"
window = 3

[[display]]
name = "led-3"
driver = "line"
path = "/dev/no-such-display"
windows = [3]
"""


@pytest.fixture(autouse=True)
def no_bounce(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press counts however soon it follows the one before: no contact bounces here."""
    monkeypatch.setattr("yichuang.hardware.pad.teach.DEBOUNCE_SECONDS", 0.0)


@pytest.fixture
def wire() -> Iterator[tuple[int, str]]:
    """The pad's end of a serial line, and the path of the hall's."""
    master, slave = os.openpty()
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.fixture
async def pad_hall(
    tmp_path: Path, clock: FixedClock, wire: tuple[int, str]
) -> AsyncIterator[tuple[Hall, Path]]:
    """A hall with a pad, and its folder."""
    folder = tmp_path / "pads"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    with (folder / "hall.toml").open("a", encoding="utf-8") as file:
        file.write(PAD.format(path=wire[1]))
    async with open_hall(folder, clock=clock) as hall:
        yield hall, folder


@asynccontextmanager
async def devices(
    hall: Hall, folder: Path, theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The device screen, with the cursor on the pad."""
    means = Means(teacher=PadTeacher(hall, folder))
    app = HallApp(
        hall,
        lambda place, window: screen_for(hall, place, window, means),
        "devices",
        theme=theme,
        language=language,
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "pad-3")
        await pilot.press("down")
        yield pilot


async def test_a_pad_is_taught_and_its_keys_are_written(
    pad_hall: tuple[Hall, Path], wire: tuple[int, str]
) -> None:
    hall, folder = pad_hall
    async with devices(hall, folder) as pilot:
        await pilot.press("f5")
        assert_frame("teach-80x24", await until_seen(pilot, "请按「非常满意」的键（1/5）"))
        await press(pilot, wire[0], b"\x41", "记下了：0x41")
        await press(pilot, wire[0], b"\x41", "0x41 已经是「非常满意」了")
        await press(pilot, wire[0], b"\x42", "记下了：0x42")
        await pilot.press("2")
        await until_seen(pilot, "请按「满意」的键（2/5）")
        await press(pilot, wire[0], b"\x43", "记下了：0x43")
        await pilot.press("1", "1", "1")
        assert_frame("teach-asked-80x24", await until_seen(pilot, "都问过了"))
        await pilot.press("3")
        await until_seen(pilot, "pad-3 的 2 个键已写进 hall.toml")
    written = tomllib.loads((folder / "hall.toml").read_text(encoding="utf-8"))
    [pad] = written["rating_pad"]
    assert pad["keys"] == {"0x41": "very_satisfied", "0x43": "satisfied"}
    assert "# the counter's pad" in (folder / "hall.toml").read_text(encoding="utf-8")


async def press(pilot: Pilot[Restart], wire: int, key: bytes, told: str) -> None:
    """Press a key of the pad."""
    os.write(wire, key)
    await until_seen(pilot, told)


async def test_what_is_left_is_not_written_and_the_pad_is_let_go(
    pad_hall: tuple[Hall, Path], wire: tuple[int, str]
) -> None:
    hall, folder = pad_hall
    before = (folder / "hall.toml").read_bytes()
    async with devices(hall, folder) as pilot:
        for _each in range(2):
            await pilot.press("f5")
            await until_seen(pilot, "（1/5）")
            await press(pilot, wire[0], b"\x41", "记下了：0x41")
            await pilot.press("escape")
            await until_gone(pilot, "（2/5）")
        async with asyncio.timeout(20):
            while hall.devices.lent:
                await pilot.pause(0.02)
        assert await hall.store.lease("pad-3", "test", 1)
    assert (folder / "hall.toml").read_bytes() == before


async def test_the_program_that_works_the_pad_lends_it_and_takes_it_back(
    pad_hall: tuple[Hall, Path], wire: tuple[int, str]
) -> None:
    hall, folder = pad_hall
    async with working_devices(hall, only=["pad-3"]), devices(hall, folder) as pilot:
        await until_seen(pilot, "[+] 正常")
        await pilot.press("f5")
        await until_seen(pilot, "（1/5）", tries=600)
        await press(pilot, wire[0], b"\x41", "记下了：0x41")
        await pilot.press("escape")
        await until_gone(pilot, "（2/5）")
        async with asyncio.timeout(20):
            while await state_of(hall, "pad-3") is not DeviceState.READY:
                await pilot.pause(0.05)


async def state_of(hall: Hall, name: str) -> DeviceState:
    """How a device is."""
    statuses = await hall.devices.statuses()
    return next(each.health.state for each in statuses if each.name == name)


async def test_a_pad_of_another_program_is_refused(
    pad_hall: tuple[Hall, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.bootstrap.teaching._PATIENCE", 0.05)
    hall, folder = pad_hall
    assert await hall.store.lease("pad-3", "another", 600)
    async with devices(hall, folder) as pilot:
        await pilot.press("f5")
        await until_seen(pilot, "正由别的程序管着")
        await pilot.press("1", "2", "3", "escape")
        await until_gone(pilot, "正由别的程序管着")
        assert not hall.devices.lent


async def test_a_pad_that_is_pulled_out_says_so(
    pad_hall: tuple[Hall, Path], tmp_path: Path
) -> None:
    hall, folder = pad_hall
    [pad] = hall.settings.rating_pad
    away = pad.model_copy(update={"path": str(tmp_path / "no-such-pad")})
    hall.choose(hall.settings.model_copy(update={"rating_pad": (away,)}))
    async with devices(hall, folder) as pilot:
        await pilot.press("f5")
        await until_seen(pilot, "没有接上：插好后会自己恢复")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_help_is_whole_and_tells_of_teaching_where_there_is_a_pad(
    pad_hall: tuple[Hall, Path], language: str
) -> None:
    hall, folder = pad_hall
    async with devices(hall, folder, language=language) as pilot:
        await pilot.press("f1")
        texts = helped(await until_seen(pilot, {"zh_CN": "帮助", "en": "Help"}[language]))
        for line in DevicesScreen.HOW_TO:
            assert squeezed(text_in(language, line)) in texts
        assert texts.count("F5") == 2, "in the keys, and how to"
        await pilot.press("escape", "up")
        await pilot.press("f1")
        texts = helped(await until_seen(pilot, {"zh_CN": "帮助", "en": "Help"}[language]))
        assert texts.count("F5") == 1, "the cursor is on no pad"


async def test_the_help_is_silent_about_teaching_without_a_pad(hall: Hall, tmp_path: Path) -> None:
    screen = DevicesScreen(hall, PadTeacher(hall, tmp_path))
    assert not any("F5" in line for line in screen.how_to)


def helped(rows: list[str]) -> str:
    """All that stands in the rows, without blanks."""
    return squeezed("".join(rows))


def squeezed(text: str) -> str:
    """The text without blanks, for it may be broken anywhere."""
    return "".join(text.split())


async def test_only_pads_are_taught(pad_hall: tuple[Hall, Path]) -> None:
    hall, folder = pad_hall
    async with devices(hall, folder) as pilot:
        await until_seen(pilot, "教键")
        await pilot.press("up")
        await until_gone(pilot, "教键")
        await pilot.press("f5")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1


async def test_frame_in_the_plain_theme(pad_hall: tuple[Hall, Path]) -> None:
    hall, folder = pad_hall
    async with devices(hall, folder, theme="plain") as pilot:
        await pilot.press("f5")
        assert_frame("teach-plain-80x24", await until_seen(pilot, "（1/5）"))
