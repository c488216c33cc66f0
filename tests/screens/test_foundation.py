"""The base of all screens: reading, acting, refusals, keys, language."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tests.screens.frame import frame, until_seen
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.widgets.rows import TextLine


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
        await pilot.press("escape")
        await pilot.pause()
        assert not any("没有开" in row for row in frame(pilot.app))
