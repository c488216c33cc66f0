"""The styles that a part of a line may name: `strong`, `dim` and so on, in the theme's own colours.

Not component classes of CSS: those are a node of their own for each style of each widget, which made up
half of a terminal's memory.
"""

from __future__ import annotations

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

_WORDS = {
    "strong": "bold",
    "dim": "dim",
    "key": "reverse",
    "section": "reverse",
    "cursor": "bold reverse",
    "alert": "reverse",
    "error": "bold reverse",
    "good": "reverse",
    "mark": "bold",
    "big": "reverse",
}
"""Each style and its attributes; the theme's variables `name-ink` and `name-paper` are its colours."""


class Inks(dict[str, Style]):
    """The named styles of one widget, worked out when they are first asked for."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget
        self.of: tuple[object, ...] = ()
        """What they were worked out from."""

    def now(self) -> Inks:
        """The styles as they are: forgotten when the theme, or what the widget stands on, has changed."""
        nodes = self._widget.ancestors_with_self
        of = (self._widget.app.theme, *[node.styles._cache_key for node in nodes])  # noqa: SLF001 - Textual tells it nowhere else
        if of != self.of:
            self.clear()
            self.of = of
        return self

    def __missing__(self, name: str) -> Style:
        style = self._widget.rich_style
        if name:
            variables = self._widget.app.get_css_variables()
            ink, paper = (variables.get(f"{name}-{part}") for part in ("ink", "paper"))
            style += Style.parse(_WORDS[name]) + Style.from_color(
                Color.parse(ink).rich_color if ink else None,
                Color.parse(paper).rich_color if paper else None,
            )
        self[name] = style
        return style
