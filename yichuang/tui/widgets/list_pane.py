"""A list with a moving cursor, for choosing by arrows or by digit. Only changed rows repaint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from yichuang.language import N_
from yichuang.tui.text import Line, parts_of
from yichuang.tui.widgets.rows import Rows


class ListPane(Rows, can_focus=True):
    """Rows of which one is chosen; longer lists than the pane scroll by whole rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-9999)", show=False),
        Binding("end", "move(9999)", show=False),
        Binding("enter", "choose", N_("选定")),
    ]
    DEFAULT_CSS = """
    ListPane { height: 1fr; }
    """

    class Chosen(Message):
        """Enter was pressed on a row."""

        def __init__(self, pane: ListPane, row: int) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

        @property
        def control(self) -> ListPane:
            """The list, for `@on` selectors."""
            return self.pane

    class Moved(Message):
        """The cursor came to another row by a key."""

        def __init__(self, pane: ListPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> ListPane:
            """The list, for `@on` selectors."""
            return self.pane

    def __init__(self, lines: Sequence[Line] = (), *, widget_id: str | None = None) -> None:
        super().__init__(lines, widget_id=widget_id)
        self._cursor = 0
        self._top = 0

    @property
    def cursor(self) -> int | None:
        """The chosen row; None in an empty list."""
        return self._cursor if self._lines else None

    def show(self, lines: Sequence[Line]) -> None:
        """Show these rows instead; the cursor stays on its place in the list."""
        former, former_top, former_cursor = self._lines, self._top, self._cursor
        self._lines = [parts_of(line) for line in lines]
        self._place(self._cursor)
        if self._top != former_top or former_cursor != self._cursor:
            self.refresh()
            return
        before, after = dict(enumerate(former)), dict(enumerate(self._lines))
        # The cursor's column stands before each row: without it the changed cells would be misplaced.
        margin = ("  ", "")
        self.repaint_changed(
            [
                (row - self._top, [margin, *before.get(row, [])], [margin, *after.get(row, [])])
                for row in range(self._top, self._top + self.size.height)
            ]
        )

    def move_to(self, row: int) -> None:
        """Put the cursor on a row."""
        former_top, former = self._top, self._cursor
        self._place(row)
        if former != self._cursor:
            self.post_message(self.Moved(self))
        if self._top != former_top:
            self.refresh()
        elif former != self._cursor:
            width = self.size.width
            self.refresh(*(Region(0, row - self._top, width, 1) for row in (former, self._cursor)))

    def _place(self, row: int) -> None:
        self._cursor = max(0, min(row, len(self._lines) - 1))
        height = max(self.size.height, 1)
        self._top = max(self._cursor - height + 1, min(self._top, self._cursor))
        self._top = max(0, min(self._top, len(self._lines) - height))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._place(self._cursor)
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a pane's height."""
        self.move_to(self._cursor + pages * max(self.size.height - 1, 1))

    def action_choose(self) -> None:
        """Tell that the row under the cursor is wanted."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self, self.cursor))

    def render_line(self, y: int) -> Strip:
        """Row `y` of the pane; the cursor's row is marked by `>` and reversed."""
        row = y + self._top
        if row >= len(self._lines):
            return self.strip_of([])
        chosen = row == self._cursor
        strip = self.strip_of([("> " if chosen else "  ", ""), *self._lines[row]])
        if chosen:
            style = self.named_style("cursor")
            return Strip([Segment(segment.text, style) for segment in strip], strip.cell_length)
        return strip
