"""A page of the console that is to be read: rows that scroll."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console import PAGE_KEYS, ConsoleScreen
from yichuang.tui.text import Line
from yichuang.tui.widgets.rows import TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows


class TextPage(ConsoleScreen):
    """A heading, and rows that scroll by arrows and pages."""

    CSS_PATH = "console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *PAGE_KEYS,
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", N_("下一页"), key_display="PgDn"),
    ]

    @abstractmethod
    async def read_text(self, view: SupervisionView) -> tuple[str, list[Line]]:
        """The heading, and the rows."""
        raise NotImplementedError

    def compose_page(self) -> ComposeResult:
        """Heading and rows."""
        yield TextLine(widget_id="heading")
        yield ScrollRows(widget_id="text")

    async def load_page(self, view: SupervisionView) -> None:
        """Show the rows as they are now; the place in them stays."""
        heading, rows = await self.read_text(view)
        self.query_one("#heading", TextLine).show_line([(f" {heading}", "section")])
        self._pane.show_all(rows)

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#text", ScrollRows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered when there is something to scroll to."""
        if action in ("scroll", "turn"):
            # Keys are asked for also before the rows are there, and after they are gone.
            return any(each.total > each.room for each in self.query("#text").results(ScrollRows))
        return super().check_action(action, parameters)

    def action_scroll(self, rows: int) -> None:
        """Show other rows."""
        self._pane.scroll_by(rows)

    def action_turn(self, pages: int) -> None:
        """Show the next or the former page."""
        self._pane.turn(pages)

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.call_after_refresh(self.reload)
