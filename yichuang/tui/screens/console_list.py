"""A page of the console that is one list: the cursor stays on what it stands on, whatever moves around it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from yichuang.language import _
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console import PAGE_KEYS, ConsoleScreen
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

Item = TypeVar("Item")


class ListPage(ConsoleScreen, Generic[Item]):
    """A heading, the list, and some rows on what is under the cursor."""

    CSS_PATH = "console.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [*PAGE_KEYS]
    NOTHING: ClassVar[str] = ""
    """What is said where there is nothing to list, to be translated."""
    DETAILS: ClassVar[int] = 2
    """How many rows tell of what is under the cursor."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.listed: list[Item] = []
        """What the list shows, in its order."""

    @abstractmethod
    async def read_items(self, view: SupervisionView) -> Sequence[Item]:
        """What is to be listed now."""
        raise NotImplementedError

    @abstractmethod
    def key_of(self, item: Item) -> Hashable:
        """By what something is known again after the list has changed."""
        raise NotImplementedError

    @abstractmethod
    def row_of(self, item: Item) -> Line:
        """Something as one row."""
        raise NotImplementedError

    @abstractmethod
    def list_heading(self) -> str:
        """The heads of the columns, behind the cursor's two cells."""
        raise NotImplementedError

    def details_of(self, item: Item) -> list[str]:
        """More on what is under the cursor: texts of any length, which are wrapped."""
        del item
        return []

    def compose_page(self) -> ComposeResult:
        """Heading, list, details."""
        yield TextLine(widget_id="heading")
        yield ListPane(widget_id="list")
        details = Rows([""] * self.DETAILS, widget_id="details")
        details.styles.height = self.DETAILS
        yield details

    async def load_page(self, view: SupervisionView) -> None:
        """Show the list as it is now; the cursor goes along with what it stood on."""
        present = self.chosen
        key = None if present is None else self.key_of(present)
        self.listed = list(await self.read_items(view))
        rows: list[Line] = [self.row_of(each) for each in self.listed]
        self.query_one("#heading", TextLine).show_line([(f"   {self.list_heading()}", "section")])
        self.pane.show(rows or [[(_(self.NOTHING), "dim")]])
        if key is not None:
            keys = [self.key_of(each) for each in self.listed]
            if key in keys:
                self.pane.move_to(keys.index(key))
        self._show_details()

    @property
    def pane(self) -> ListPane:
        """The list itself."""
        return self.query_one("#list", ListPane)

    @property
    def chosen(self) -> Item | None:
        """What is under the cursor; None in an empty list."""
        # Keys are asked for also before the list is there, and after it is gone.
        row = next((pane.cursor for pane in self.query("#list").results(ListPane)), None)
        return self.listed[row] if row is not None and row < len(self.listed) else None

    def _show_details(self) -> None:
        item = self.chosen
        texts = [] if item is None else self.details_of(item)
        lines = [line for text in texts for line in wrap(text, self.size.width - 2)]
        rows: list[Line] = [f" {line}" for line in lines[: self.DETAILS]]
        self.query_one("#details", Rows).show([*rows, *[""] * (self.DETAILS - len(rows))])

    @on(ListPane.Moved)
    def follow_the_cursor(self) -> None:
        """Tell of what the cursor came to."""
        self._show_details()
        self.refresh_bindings()

    @on(ListPane.Chosen)
    async def enter(self) -> None:
        """Enter leads further in."""
        if self.chosen is not None:
            await self.enter_item(self.chosen)

    async def enter_item(self, item: Item) -> None:
        """What Enter does."""
        del item

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.call_after_refresh(self.reload)
