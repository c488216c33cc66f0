"""The base of all screens: reading, acting, refusals, keys, language."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip

from tests.screens.frame import frame, until_gone, until_seen
from yichuang.errors import StoreBusy
from yichuang.queue.service import Hall
from yichuang.queue.view import Board
from yichuang.tui.app import HallApp
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.widgets.rows import Rows, TextLine


class CountScreen(HallScreen):
    """A screen that shows how many wait."""

    NAME = "数人"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("1", "call", "叫号")]

    def compose_body(self) -> ComposeResult:
        """One row."""
        yield TextLine(widget_id="count")

    async def load(self) -> None:
        """Show the count."""
        board = await self.hall.board()
        self.query_one("#count", TextLine).show_line(f"等候 {board.waiting} 人")

    async def action_call(self) -> None:
        """Call at window 1."""
        await self.act(self.hall.call_next(1))


def counting_app(hall: Hall) -> HallApp:
    """An app whose only place is a CountScreen."""
    return HallApp(hall, lambda _place, _window: CountScreen(hall))


async def test_shows_the_hall_and_follows_its_changes(hall: Hall) -> None:
    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        rows = await until_seen(pilot, "等候 0 人")
        assert rows[0].startswith(" 郑陆镇为民服务中心  数人")
        assert rows[0].endswith("09:30")
        await hall.issue(category="tax")
        await until_seen(pilot, "等候 1 人")


async def test_a_refusal_is_shown_with_its_hint(hall: Hall) -> None:
    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        await pilot.press("1")
        rows = await until_seen(pilot, "1 号窗口没有开")
        assert any("先开窗口" in row for row in rows)
        assert any("Esc 收起" in row for row in rows)
        await pilot.press("escape")
        await until_gone(pilot, "没有开")
        rows = await until_seen(pilot, "F1 帮助")
        assert not any("没有开" in row or "Esc" in row for row in rows)


async def test_a_store_error_stays_until_it_is_acknowledged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(calls: int = 12) -> Board:
        raise StoreBusy(seconds=5)

    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        with monkeypatch.context() as patched:
            patched.setattr(hall, "board", busy)
            await hall.issue(category="tax")
            rows = await until_seen(pilot, "! 出错 数据库正忙")
            assert any("按 Esc 收起" in row for row in rows)
        await pilot.press("1")
        await until_seen(pilot, "等候 1 人")
        assert any("数据库正忙" in row for row in frame(pilot.app))
        await pilot.press("escape")
        await until_gone(pilot, "数据库正忙")


async def test_reading_again_paints_nothing_when_nothing_changed(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = Rows.render_line

    def counted(self: Rows, y: int) -> Strip:
        painted.append(y)
        return paint(self, y)

    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        await until_seen(pilot, "F1 帮助")
        screen = pilot.app.screen
        assert isinstance(screen, CountScreen)
        await pilot.pause()
        monkeypatch.setattr(Rows, "render_line", counted)
        await screen.reload()
        await pilot.pause()
        assert painted == []
        await hall.issue(category="tax")
        await until_seen(pilot, "等候 1 人")
        assert painted == [0]


async def test_one_clock_runs_however_often_the_screen_comes_up(hall: Hall) -> None:
    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        screen = pilot.app.screen
        for _each in range(10):
            await pilot.press("f1")
            await until_seen(pilot, "这个界面的按键")
            await pilot.press("escape")
            await until_gone(pilot, "这个界面的按键")
        await pilot.pause()
        timers = [timer for timer in screen._timers if timer.name == "minute"]
        assert len(timers) == 1


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (30, 5)])
async def test_a_terminal_made_too_small_says_so_until_it_is_enlarged(
    hall: Hall, size: tuple[int, int]
) -> None:
    app = counting_app(hall)
    async with app.run_test(size=(80, 24)) as pilot:
        before = await until_seen(pilot, "等候 0 人")
        before = await until_seen(pilot, "F1 帮助")
        await pilot.resize_terminal(*size)
        rows = await until_seen(pilot, "窗口太小，请放大到 80x24")
        assert [row.strip() for row in rows if row.strip()] == ["窗口太小，请放大到 80x24"]
        await pilot.press("1")
        await hall.issue(category="tax")
        await pilot.resize_terminal(size[0] - 1, size[1])
        await until_seen(pilot, "窗口太小")
        await pilot.resize_terminal(80, 24)
        rows = await until_seen(pilot, "等候 1 人")
        await until_gone(pilot, "窗口太小")
        assert not any("没有开" in row for row in rows), "a key was taken while nothing was shown"
        assert [row.replace("0 人", "1 人") for row in before] == await until_seen(pilot, "F1 帮助")
        assert len(app.screen_stack) == 1


async def test_a_dialog_outlives_a_terminal_that_was_too_small(hall: Hall) -> None:
    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        await pilot.press("f1")
        await until_seen(pilot, "这个界面的按键")
        await pilot.resize_terminal(60, 20)
        await until_seen(pilot, "窗口太小")
        await pilot.press("ctrl+q")
        await until_seen(pilot, "退出一窗？")
        await pilot.resize_terminal(100, 30)
        await pilot.press("escape")
        await until_seen(pilot, "这个界面的按键")
        await pilot.press("escape")
        await until_seen(pilot, "等候 0 人")


async def test_readings_never_overlap(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way = 0
    most = 0
    count = 0

    async def load(self: CountScreen) -> None:
        nonlocal under_way, most, count
        under_way += 1
        count += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        await self.hall.board()
        under_way -= 1

    async with counting_app(hall).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "等候 0 人")
        monkeypatch.setattr(CountScreen, "load", load)
        screen = pilot.app.screen
        assert isinstance(screen, CountScreen)
        await asyncio.gather(*(screen.reload() for _each in range(10)))
    assert most == 1
    assert 1 <= count <= 2


async def test_a_fault_of_the_program_is_kept_and_no_traceback_shown(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Fault(Exception):
        """A fault."""

    async def broken(self: CountScreen) -> None:
        raise Fault

    app = counting_app(hall)
    monkeypatch.setattr(CountScreen, "load", broken)
    with pytest.raises(Fault):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
    assert isinstance(app.failure, Fault)
    assert app.return_code == 1
    assert "Traceback" not in "".join(capsys.readouterr())
