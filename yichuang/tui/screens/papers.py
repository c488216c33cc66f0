"""What the simulated printers printed, as text: for trying the hall out without a printer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.papers import Papers
from yichuang.tui.text import Line
from yichuang.tui.widgets.rows import TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows


class PapersScreen(HallScreen):
    """The papers one below the other, newest first."""

    CSS_PATH = "papers.tcss"
    NAME = N_("打出的号票")
    HOW_TO = (N_("模拟打印机打出的号票，最新的在最上面。"),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
        Binding("pageup", "turn(-1)", N_("上一页"), key_display="PgUp"),
        Binding("pagedown,space", "turn(1)", N_("下一页"), key_display="PgDn"),
        Binding("home", "scroll(-99999)", N_("最新"), key_display="Home"),
    ]

    def __init__(self, hall: Hall, papers: Papers) -> None:
        super().__init__(hall)
        self._papers = papers

    def compose_body(self) -> ComposeResult:
        """How many there are, and the papers."""
        yield TextLine(widget_id="count")
        yield ScrollRows(widget_id="papers")

    async def load(self) -> None:
        """Show the papers; someone who reads an older one keeps it in sight."""
        papers = list(self._papers())
        rows = paper_rows(papers)
        pane = self._pane
        more = len(rows) - pane.total
        pane.show_all(rows)
        if pane.top and more > 0:
            pane.scroll_by(more)
        count = _("{count} 张号票，最新的在上面").format(count=len(papers))
        if not papers:
            count = _("还没有打出号票：取一个号看看")
        self.query_one("#count", TextLine).show_line([(f" {count}", "section")])

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#papers", ScrollRows)

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self._pane.scroll_by(rows)

    def action_turn(self, pages: int) -> None:
        """Scroll by the pane's height."""
        self._pane.turn(pages)


def paper_rows(papers: Sequence[str]) -> list[Line]:
    """All papers, newest first, a free row between them."""
    rows: list[Line] = []
    for paper in reversed(papers):
        rows += [*(f"  {line}" for line in paper.splitlines()), ""]
    return rows
