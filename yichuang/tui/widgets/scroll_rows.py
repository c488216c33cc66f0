"""Rows that scroll by whole rows, without a cursor and without a scroll bar."""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.tui.text import Line, parts_of
from yichuang.tui.widgets.rows import Rows


class ScrollRows(Rows):
    """More rows than there is room for; `scroll_by` shows others of them."""

    DEFAULT_CSS = """
    ScrollRows { height: 1fr; }
    """

    def __init__(self, lines: Sequence[Line] = (), *, widget_id: str | None = None) -> None:
        super().__init__([], widget_id=widget_id)
        self._all: list[Line] = [parts_of(line) for line in lines]
        self._top = 0

    @property
    def top(self) -> int:
        """The first row shown, counted from 0."""
        return self._top

    @property
    def room(self) -> int:
        """How many rows can be shown at once."""
        return self.size.height

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._all)

    def show_all(self, lines: Sequence[Line]) -> None:
        """Have these rows instead; the place in them stays."""
        self._all = [parts_of(line) for line in lines]
        self._show_part()

    def scroll_by(self, rows: int) -> None:
        """Show the rows further down, or further up when `rows` is negative."""
        self._top += rows
        self._show_part()

    def turn(self, pages: int) -> None:
        """Show other pages; a row of the former one stays in sight."""
        self.scroll_by(pages * max(self.room - 1, 1))

    def on_resize(self) -> None:
        """Fill the new height."""
        self._show_part()

    def _show_part(self) -> None:
        self._top = max(0, min(self._top, len(self._all) - self.room))
        self.show(self._all[self._top : self._top + self.room])
