"""A big number that is drawn as large as its place allows."""

from __future__ import annotations

from yichuang.tui.widgets.big_number import ROWS, BigNumber, dots

CELLS_A_DOT = 2
"""A dot is two cells wide, so that it looks square."""


def cells_at(text: str, scale: int) -> int:
    """The cells that `text` takes at that scale, with a free column behind each glyph."""
    return len(dots(text)[0]) * CELLS_A_DOT * scale


def scale_for(text: str, width: int, height: int) -> int:
    """The largest scale at which `text` fits into that many cells, at least 1."""
    columns = max((len(dots(text)[0]) - 1) * CELLS_A_DOT, 1)
    return max(1, min(width // columns, height // ROWS))


class FittedNumber(BigNumber):
    """A number in dots, scaled to the widget's size; the size itself comes from the style sheet."""

    DEFAULT_CSS = """
    FittedNumber { width: 1fr; height: 1fr; }
    """

    def show(self, text: str) -> None:
        """Show this number instead."""
        scale = scale_for(text, self.size.width, self.size.height)
        if scale == self._scale:
            super().show(text)
            return
        self._text, self._scale = text, scale
        self.refresh()

    def on_resize(self) -> None:
        """Use the new room."""
        self._scale = scale_for(self._text, self.size.width, self.size.height)
        self.refresh()
