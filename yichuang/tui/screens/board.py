"""The crowd's board: who goes where, large; read-only, with no keys that anyone needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from yichuang.language import N_, _
from yichuang.queue.ports import CallShown
from yichuang.queue.service import Hall
from yichuang.queue.wait import Wait
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.board_rows import call_rows, columns_in, featured, foot_rows
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.theme import CONTRAST
from yichuang.tui.widgets.big_number import ROWS
from yichuang.tui.widgets.fitted_number import FittedNumber, cells_at
from yichuang.tui.widgets.rows import Rows

ROWS_A_SCALE = 17
"""Screen rows for each step of the large number's size: 1 at 24 and 30 rows, 3 at 60."""

ROWS_A_LARGE_SCALE = 12
"""The same in the theme with large characters: 2 at 24 and 30 rows, 5 at 60."""

TEXT_CELLS = 24
"""Room for the words beside the large number and window, with the margin."""

LEAST_CALLS = 12
"""So many calls are read at least: a recall of one of them is noticed also where few rows fit."""


class BoardScreen(HallScreen):
    """The latest call in large digits, the ones before it in rows, paused windows, the notice."""

    CSS_PATH = "board.tcss"
    NAME = N_("叫号屏")
    HOW_TO = (N_("给等候区看的屏幕，不用按键。Ctrl+Q 退出。"),)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", N_("返回"))]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._shown: list[CallShown] = []
        self._waits: Mapping[str, Wait] = {}

    def compose_body(self) -> ComposeResult:
        """The large call, the recent ones, the foot."""
        with Horizontal(id="newest"):
            yield FittedNumber(widget_id="number")
            yield Rows(widget_id="to")
            yield FittedNumber(widget_id="window")
            yield Rows(widget_id="at")
        yield Rows(widget_id="calls")
        yield Rows(widget_id="foot")

    async def load(self) -> None:
        """Show the board as it is now."""
        if self.has_class("-large") is not self._is_large:
            self._make_room()
        pane = self.query_one("#calls", Rows)
        width = self.size.width
        room = max(pane.size.height, 1)
        board = await self.hall.board(max(columns_in(width) * room + 1, LEAST_CALLS))
        newest = featured(board.calls, self._shown)
        others = [call for call in board.calls if call is not newest]
        self._shown = [newest, *others] if newest else []
        self._show_newest(newest)
        pane.show(call_rows(others, self.hall.settings.zone, width, room))
        lines = await self.hall.lines()
        foot = self.query_one("#foot", Rows)
        foot.show(foot_rows(board, lines, self._waits, width))
        self.status.acknowledge()
        self._waits = await waits_of(self.hall)  # last: nobody waits for it to see a call
        foot.show(foot_rows(board, lines, self._waits, width))

    def _show_newest(self, call: CallShown | None) -> None:
        number, window = (call.number, str(call.window)) if call else ("", "")
        scales = self._scales(number, window)
        if self._is_large:
            columns = f"12 {max(1, cells_at(window, scales[1]))} 1fr"
            self.query_one("#newest").styles.grid_columns = columns
        for name, text, scale in zip(("#number", "#window"), (number, window), scales, strict=True):
            drawn = self.query_one(name, FittedNumber)
            drawn.styles.width = cells_at(text, scale)
            drawn.styles.height = ROWS * scale
            drawn.show(text)
        height = ROWS * scales[1]
        recall = _("（重呼）") if call and call.times > 1 else ""
        to = [_("请到"), "", recall] if call else [_("还没有叫号")]
        self.query_one("#to", Rows).show(_lowered(to, height))
        self.query_one("#at", Rows).show(_lowered([_("号窗口")] if call else [], height))

    @property
    def _is_large(self) -> bool:
        """Whether the number has rows of its own above its window: large characters (C09)."""
        return self.app.theme == CONTRAST

    def _scales(self, number: str, window: str) -> tuple[int, int]:
        """How large the number and the window are drawn."""
        if self._is_large:
            scale = max(1, self.size.height // ROWS_A_LARGE_SCALE)
            while scale > 1 and cells_at(number, scale) > self.size.width:
                scale -= 1
            return scale, max(1, scale // 2)
        scale = max(1, self.size.height // ROWS_A_SCALE)
        room = self.size.width - TEXT_CELLS
        while scale > 1 and cells_at(number, scale) + cells_at(window, scale) > room:
            scale -= 1
        return scale, scale

    async def reload(self) -> None:
        """Read again; the rows for errors are there only while there is one."""
        await super().reload()
        if self.is_up():
            self.status.display = self.status.keeps_error

    def on_resize(self) -> None:
        """Give the large number its share of the new height."""
        self._make_room()
        self.call_after_refresh(self.reload)

    def _make_room(self) -> None:
        """Give the newest call its share of the height."""
        self.set_class(self._is_large, "-large")
        number, window = self._scales("A000", "0")
        newest = self.query_one("#newest")
        if self._is_large:
            newest.styles.grid_rows = f"{ROWS * number} {ROWS * window}"
            newest.styles.height = ROWS * (number + window) + 3
        else:
            newest.styles.height = ROWS * max(1, self.size.height // ROWS_A_SCALE) + 2


def _lowered(lines: Sequence[str], height: int) -> list[str]:
    """Lines in the middle of the large number's height."""
    return [""] * max(0, height // 2 - 1) + list(lines)
