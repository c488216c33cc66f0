"""The role menu, help, the question before leaving, the palette, and the other language."""

from __future__ import annotations

import pytest

from tests.screens.frame import assert_frame, until_gone, until_seen
from yichuang.config import PrinterSettings
from yichuang.errors import StoreBusy
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.service import Hall
from yichuang.queue.view import Overview
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for
from yichuang.tui.screens.menu import MenuScreen
from yichuang.tui.screens.window import WindowScreen

SIZES = [(80, 24), (100, 30)]


def menu_app(hall: Hall, theme: str = "default") -> HallApp:
    """The app as `yichuang run` begins it."""
    return HallApp(hall, lambda place, window: screen_for(hall, place, window), theme=theme)


@pytest.mark.parametrize("size", SIZES)
async def test_from_the_menu_to_a_window_and_back(hall: Hall, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with menu_app(hall).run_test(size=size) as pilot:
        assert_frame(f"menu-{name}", await until_seen(pilot, "今天取号 0"))
        await pilot.press("f1")
        assert_frame(f"menu-help-{name}", await until_seen(pilot, "这个界面的按键"))
        await pilot.press("escape")
        await pilot.press("2")
        assert_frame(f"menu-window-{name}", await until_seen(pilot, "到几号窗口"))
        await pilot.press("3", "enter")
        await until_seen(pilot, "窗口没有开")
        assert isinstance(pilot.app.screen, WindowScreen)
        await pilot.press("f1")
        assert_frame(f"window-help-{name}", await until_seen(pilot, "按 F3 取回"))
        await pilot.press("escape")
        await until_gone(pilot, "这个界面的按键")
        await pilot.press("escape")
        await until_seen(pilot, "今天取号 0")
        assert isinstance(pilot.app.screen, MenuScreen)


async def test_a_store_error_before_the_windows_are_listed_is_shown(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy() -> Overview:
        raise StoreBusy(seconds=5)

    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        with monkeypatch.context() as patched:
            patched.setattr(hall, "overview", busy)
            await pilot.press("2")
            await until_seen(pilot, "! 出错 数据库正忙")
        await pilot.press("escape")
        await pilot.press("2")
        await until_seen(pilot, "到几号窗口")


async def test_leaving_asks_first(hall: Hall) -> None:
    app = menu_app(hall)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        await pilot.press("ctrl+q")
        assert_frame("question-80x24", await until_seen(pilot, "退出一窗？"))
        await pilot.press("escape")
        await until_seen(pilot, "今天取号 0")
        await pilot.press("ctrl+c")
        await until_seen(pilot, "退出一窗？")
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_code == 0
    assert app.return_value is None


async def test_the_other_language_restarts_the_screens(hall: Hall) -> None:
    app = menu_app(hall)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        await pilot.press("0")
        await pilot.pause()
    assert app.return_value == Restart("en", "default")


async def test_the_palette_finds_a_theme(hall: Hall) -> None:
    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        await pilot.press("f9")
        rows = await until_seen(pilot, "这个界面的按键 0")
        assert not any("Search" in row for row in rows)
        await pilot.press(*"纯文本")
        await until_gone(pilot, "这个界面的按键 0")
        await until_seen(pilot, "外观：纯文本")
        await pilot.press("down", "enter")
        await until_seen(pilot, "[F1]帮助")
        assert pilot.app.theme == "plain"


async def test_the_palette_says_when_it_finds_nothing(hall: Hall) -> None:
    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        await pilot.press("f9")
        await until_seen(pilot, "这个界面的按键 0")
        await pilot.press(*"zzz")
        await until_seen(pilot, "没有这样的命令")
        await pilot.press("escape")
        await until_seen(pilot, "今天取号 0")


@pytest.mark.parametrize(
    ("digit", "seen"),
    [
        ("1", "请按数字选择要办的业务"),
        ("3", "等候"),
        ("4", "窗口（8 个）"),
        ("5", "查号"),
        ("6", "排班"),
    ],
)
async def test_each_digit_leads_to_its_place(hall: Hall, digit: str, seen: str) -> None:
    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        await pilot.press(digit)
        await until_gone(pilot, "按数字选择，或用上下键和 Enter")
        await until_seen(pilot, seen)


async def test_says_that_there_is_no_printer(hall: Hall) -> None:
    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "没有设打印机")


async def test_names_a_printer_that_cannot_print(hall: Hall) -> None:
    printer = PrinterSettings(name="kiosk", transport="tcp", host="127.0.0.1")
    hall.choose(hall.settings.model_copy(update={"printer": (printer,)}))
    async with menu_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "没有程序在管它")
        await hall.store.lease("kiosk", "worker", 60)
        missing = DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
        await hall.devices.note("kiosk", "worker", missing)
        rows = await until_seen(pilot, "缺纸")
        assert any("kiosk" in row and "不能用" in row for row in rows)
