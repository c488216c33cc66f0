"""Rows of text that repaint one by one: `Rows`, and its one-row form `TextLine`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from yichuang.tui.text import Line, changed_cells, fit_parts, parts_of


class Rows(Widget):
    """Some rows of styled text. A row is painted again only when its text or style changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--strong", "rows--dim", "rows--key", "rows--section", "rows--cursor", "rows--alert",
        "rows--error", "rows--good", "rows--mark",
    }  # fmt: skip
    """The styles that a part of a line may name, as `strong`, `dim` and so on."""

    DEFAULT_CSS = """
    Rows {
        width: 1fr;
        height: auto;
        color: $ink;
        background: $ground;
        text-style: $weight;
        .rows--strong { text-style: bold; }
        .rows--dim { text-style: dim; }
        .rows--key { color: $key-ink; background: $key-paper; text-style: reverse; }
        .rows--section { color: $section-ink; background: $section-paper; text-style: reverse; }
        .rows--cursor { text-style: bold reverse; }
        .rows--alert { color: $alert-ink; background: $alert-paper; text-style: reverse; }
        .rows--error { color: $error-ink; background: $error-paper; text-style: bold reverse; }
        .rows--good { color: $good-ink; background: $good-paper; text-style: reverse; }
        .rows--mark { color: $mark-ink; text-style: bold; }
    }
    """

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        widget_id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=widget_id, classes=classes)
        self._lines = [parts_of(line) for line in lines]
        self._styles_named: dict[str, Style] = {}
        self._styles_of: object = None

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
        named = self._named_styles()
        segments = []
        for text, name in fit_parts(line, width):
            name = name or style
            if text:
                if name not in named:
                    named[name] = self._style_now(name)
                segments.append(Segment(text, named[name]))
        return Strip(segments, width)

    def named_style(self, name: str) -> Style:
        """The style behind a component class's short name."""
        named = self._named_styles()
        if name not in named:
            named[name] = self._style_now(name)
        return named[name]

    def _style_now(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}") if name else self.rich_style

    def _named_styles(self) -> dict[str, Style]:
        """The styles worked out so far; none when the theme, or what the row stands on, has changed."""
        of = (self.app.theme, *[node.styles._cache_key for node in self.ancestors_with_self])
        if of != self._styles_of:
            self._styles_of, self._styles_named = of, {}
        return self._styles_named


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
