"""Rows that repaint one by one: `Drawn`, of text `Rows`, and its one-row form `TextLine`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size, Spacing
from textual.strip import Strip
from textual.widget import Widget

from yichuang.tui.ink import Inks
from yichuang.tui.painting import Row
from yichuang.tui.text import Line, changed_cells, fit_parts, parts_of

NO_GUTTER = Spacing()


class Drawn(Widget):
    """A widget whose rows are drawn once, until a row or what it is drawn in changes.

    Textual's own way keeps each row with seven caches, and those of the last thousand widgets for ever.
    """

    def __init__(self, *, widget_id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=widget_id, classes=classes)
        self._inks = Inks(self)
        self._drawn: dict[int, Strip] = {}
        self._drawn_as: object = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a part of the widget."""
        if self.styles.gutter != NO_GUTTER or crop.column_span != (0, self.size.width):
            return super().render_lines(crop)
        filters = self.get_line_filters()
        drawn_as = (self.size.width, self._inks.now().of, *map(id, filters))
        if drawn_as != self._drawn_as:
            self._drawn_as, self._drawn = drawn_as, {}
        drawn = self._drawn
        for y in crop.line_range:
            if y not in drawn:
                strip = self.render_line(y)
                for each in filters:
                    strip = strip.apply_filter(each, self.background_colors[1])
                drawn[y] = Row(strip, strip.cell_length)
        return [drawn[y] for y in crop.line_range]

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw these parts again, or all."""
        if regions:
            for region in regions:
                for y in region.line_range:
                    self._drawn.pop(y, None)
        else:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Rows(Drawn):
    """Some rows of styled text. A row is painted again only when its text or style changed."""

    DEFAULT_CSS = """
    Rows {
        width: 1fr;
        height: auto;
        color: $ink;
        background: $ground;
        text-style: $weight;
    }
    """

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        widget_id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(widget_id=widget_id, classes=classes)
        self._lines = [parts_of(line) for line in lines]

    @property
    def lines(self) -> list[str]:
        """The rows as plain text, before they are fitted to the width."""
        return ["".join(text for text, _style in line) for line in self._lines]

    def show(self, lines: Sequence[Line]) -> None:
        """Show these rows instead; rows that stay the same cost nothing."""
        former, self._lines = self._lines, [parts_of(line) for line in lines]
        if former == self._lines:
            return
        if len(former) != len(self._lines) and self.styles.is_auto_height:
            self.refresh(layout=True)
            return
        before = dict(enumerate(former))
        after = dict(enumerate(self._lines))
        rows = range(max(len(before), len(after)))
        self.repaint_changed([(y, before.get(y, []), after.get(y, [])) for y in rows])

    def repaint_changed(
        self, rows: Sequence[tuple[int, list[tuple[str, str]], list[tuple[str, str]]]]
    ) -> None:
        """Paint the cells that differ, of rows given as (y, former line, present line)."""
        width, height = self.size
        regions = [
            Region(start, y, end - start, 1)
            for y, before, after in rows
            if y < height
            for start, end in [changed_cells(before, after, width)]
            if start < end
        ]
        if regions:
            self.refresh(*regions)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """Row `y`, in exactly the widget's width."""
        line = self.line_at(y)
        return self.strip_of(line)

    def line_at(self, y: int) -> list[tuple[str, str]]:
        """What stands in row `y`, tidy; empty below the last line."""
        return self._lines[y] if y < len(self._lines) else []

    def strip_of(self, line: Sequence[tuple[str, str]], style: str = "") -> Strip:
        """A tidy line as a strip of exactly the widget's width, in a named style where it names none."""
        width = self.size.width
        styles = self._inks.now()
        segments = [
            Segment(text, styles[name or style]) for text, name in fit_parts(line, width) if text
        ]
        return Row(segments, width)

    def named_style(self, name: str) -> Style:
        """The style behind a short name."""
        return self._inks.now()[name]


class TextLine(Rows):
    """One row of text, cut with `..` where it does not fit."""

    DEFAULT_CSS = """
    TextLine { height: 1; }
    """

    def __init__(
        self, line: Line = "", *, widget_id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__([line], widget_id=widget_id, classes=classes)

    def show_line(self, line: Line) -> None:
        """Show this text instead."""
        self.show([line])
