"""A ticket number large enough to be read from behind the counter, drawn with reversed spaces."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from yichuang.tui.text import cut
from yichuang.tui.widgets.rows import Drawn

ROWS = 5
"""A glyph's height, in dots."""

_FONT = {
    "0": "###|#.#|#.#|#.#|###", "1": ".#.|##.|.#.|.#.|###", "2": "###|..#|###|#..|###",
    "3": "###|..#|###|..#|###", "4": "#.#|#.#|###|..#|..#", "5": "###|#..|###|..#|###",
    "6": "###|#..|###|#.#|###", "7": "###|..#|..#|.#.|.#.", "8": "###|#.#|###|#.#|###",
    "9": "###|#.#|###|..#|###", "A": ".#.|#.#|###|#.#|#.#", "B": "##.|#.#|##.|#.#|##.",
    "C": ".##|#..|#..|#..|.##", "D": "##.|#.#|#.#|#.#|##.", "E": "###|#..|##.|#..|###",
    "F": "###|#..|##.|#..|#..", "G": ".###|#...|#.##|#..#|.###", "H": "#.#|#.#|###|#.#|#.#",
    "I": "###|.#.|.#.|.#.|###", "J": "..#|..#|..#|#.#|.#.", "K": "#.#|#.#|##.|#.#|#.#",
    "L": "#..|#..|#..|#..|###", "M": "#...#|##.##|#.#.#|#...#|#...#",
    "N": "#..#|##.#|#.##|#..#|#..#", "O": ".#.|#.#|#.#|#.#|.#.", "P": "##.|#.#|##.|#..|#..",
    "Q": ".##.|#..#|#..#|#.##|.###", "R": "##.|#.#|##.|#.#|#.#", "S": ".##|#..|.#.|..#|##.",
    "T": "###|.#.|.#.|.#.|.#.", "U": "#.#|#.#|#.#|#.#|###", "V": "#.#|#.#|#.#|#.#|.#.",
    "W": "#...#|#...#|#.#.#|##.##|#...#", "X": "#.#|#.#|.#.|#.#|#.#", "Y": "#.#|#.#|.#.|.#.|.#.",
    "Z": "###|..#|.#.|#..|###", "-": "...|...|###|...|...", ":": ".|#|.|#|.", " ": "...|...|...|...|...",
}  # fmt: skip


def dots(text: str) -> list[str]:
    """`text` as five rows of `#` and `.`, one empty column after each glyph."""
    glyphs = [_FONT.get(character, _FONT["-"]).split("|") for character in text.upper()]
    return ["".join(f"{glyph[row]}." for glyph in glyphs) for row in range(ROWS)]


class BigNumber(Drawn):
    """A number in dots of 2 by 1 cells, times `scale`. Only the glyphs that change are painted."""

    DEFAULT_CSS = """
    BigNumber {
        width: 1fr;
        height: auto;
        color: $ink;
        background: $ground;
    }
    """

    def __init__(self, text: str = "", *, scale: int = 1, widget_id: str | None = None) -> None:
        super().__init__(widget_id=widget_id)
        self._text = text
        self._scale = scale

    @property
    def text(self) -> str:
        """The number shown."""
        return self._text

    def show(self, text: str) -> None:
        """Show this number instead."""
        former, self._text = self._text, text
        if former == text:
            return
        if [len(row) for row in dots(former)] != [len(row) for row in dots(text)]:
            self.refresh()
            return
        height, left = ROWS * self._scale, 0
        for old, new in zip(former, text, strict=True):
            columns = len(dots(new)[0]) * 2 * self._scale
            if old != new:
                self.refresh(Region(left, 0, columns, height))
            left += columns

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Five rows a scale."""
        return ROWS * self._scale

    def render_line(self, y: int) -> Strip:
        """One row of dots; the bare text where the dots do not fit."""
        width, scale = self.size.width, self._scale
        rows = dots(self._text)
        if len(rows[0]) * 2 * scale > width + 2 * scale:
            text = cut(self._text, width) if y == ROWS * scale // 2 else ""
            return Strip([Segment(text.ljust(width), self.rich_style)], width)
        if y // scale >= ROWS:
            return Strip.blank(width, self.rich_style)
        return self._dotted(rows[y // scale], width)

    def _dotted(self, row: str, width: int) -> Strip:
        plain = self.app.theme == "plain"
        on = self.rich_style if plain else self._inks.now()["big"]
        off = self._gap()
        segments: list[Segment] = []
        for dot in row:
            mark = "#" if plain and dot == "#" else " "
            segments.append(Segment(mark * 2 * self._scale, on if dot == "#" else off))
        return Strip(segments).simplify().adjust_cell_length(width, off)

    def _gap(self) -> Style:
        """The style of what is not a dot: none on the terminal's own ground, which spares bytes."""
        ground = self.rich_style.bgcolor
        return Style.null() if ground is None or ground.is_default else self.rich_style
