"""What came out of a simulated printer, as text for a terminal and as a picture."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yichuang.hardware.drawing import COLUMN_DOTS, LINE_DOTS, Pen, draw_qr
from yichuang.hardware.text import GETA, width_of

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

Side = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one size on a line."""

    text: str
    wider: int = 1
    higher: int = 1
    bold: bool = False

    @property
    def columns(self) -> int:
        """The columns it takes."""
        return width_of(self.text) * self.wider


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A printed line of text; without runs it is a blank line."""

    runs: tuple[Run, ...] = ()
    align: Side = "left"
    wrapped: bool = False
    """Whether the printer broke it because it was wider than the paper."""

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(run.text for run in self.runs)

    @property
    def columns(self) -> int:
        """The columns it takes."""
        return sum(run.columns for run in self.runs)

    @property
    def higher(self) -> int:
        """The height of its largest characters, in lines."""
        return max((run.higher for run in self.runs), default=1)


@dataclass(frozen=True, slots=True)
class PaperImage:
    """A raster image, mode 1, black dots on white."""

    image: Image
    align: Side = "left"


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A QR code that the printer draws itself; `data` is what it says."""

    data: bytes
    align: Side = "left"


PaperItem = PaperLine | PaperImage | PaperCode


@dataclass(frozen=True, slots=True)
class Paper:
    """One piece of paper, from the last cut to this one."""

    items: tuple[PaperItem, ...]
    columns: int
    cut: Literal["full", "partial", "none"]
    """`none`: it ended without a cut."""

    @property
    def lines(self) -> list[str]:
        """The texts of its lines, blank ones left out."""
        return [item.text for item in self.items if isinstance(item, PaperLine) and item.text]


def as_text(paper: Paper) -> str:
    """The paper as it would look, in a frame of `columns` terminal cells; magnified text is spread."""
    edge = "+" + "-" * (paper.columns + 2) + "+"
    rows = [row for item in paper.items for row in _rows(item, paper.columns)]
    body = [f"| {row}{' ' * max(0, paper.columns - width_of(row))} |" for row in rows]
    end = edge if paper.cut == "none" else "+" + "- " * (paper.columns // 2 + 1) + "+ 8<"
    return "\n".join([edge, *body, end])


def _rows(item: PaperItem, columns: int) -> Iterator[str]:
    match item:
        case PaperLine():
            air = [""] * ((item.higher - 1) // 2)
            yield from air
            yield _placed("".join(map(_spread, item.runs)), item.align, columns)
            yield from air
        case PaperImage():
            size = f"[{item.image.width}x{item.image.height}]"
            yield _placed(size, item.align, columns)
        case PaperCode():
            shown = "".join(
                char if char.isprintable() else "." for char in item.data.decode("latin-1")
            )
            yield _placed(f"[QR {shown}]"[:columns], item.align, columns)


def _spread(run: Run) -> str:
    """Each character with room after it, so that the text is as wide as on paper."""
    return "".join(char + " " * (width_of(char) * (run.wider - 1)) for char in run.text)


def _placed(text: str, align: Side, columns: int) -> str:
    room = max(0, columns - width_of(text))
    return " " * {"left": 0, "center": room // 2, "right": room}[align] + text


def save_png(paper: Paper, path: Path, font: str = "") -> None:
    """Draw the paper dot for dot into a PNG file, with the font at `font` or the system's best.

    Without a Chinese font the hanzi become 〓 marks of two bars, and the log says so.
    """
    from PIL import Image

    pen = Pen.open(font)
    if pen is None:
        logger.warning("no Chinese font found: %s shows ASCII only", path)
        pen = Pen.plain()
    width = paper.columns * COLUMN_DOTS
    pictures = [_picture(item, pen, width) for item in paper.items] or [_blank(width)]
    sheet = Image.new("L", (width, sum(picture.height + 6 for picture in pictures)), 255)
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height + 6
    sheet.save(path)


def _blank(width: int, height: int = LINE_DOTS) -> Image:
    from PIL import Image

    return Image.new("L", (width, height), 255)


def _picture(item: PaperItem, pen: Pen, width: int) -> Image:
    if isinstance(item, PaperImage):
        return _on_row(item.image.convert("L"), item.align, width)
    if isinstance(item, PaperCode):
        return _on_row(draw_qr(item.data.decode("latin-1"), width), item.align, width)
    row = _blank(max(1, item.columns * COLUMN_DOTS), item.higher * LINE_DOTS)
    left = 0
    for run in item.runs:
        drawn = _characters(run, pen)
        row.paste(drawn, (left, row.height - drawn.height))
        left += drawn.width
    return _on_row(row, item.align, width)


def _characters(run: Run, pen: Pen) -> Image:
    from PIL import Image, ImageChops

    drawn = _blank(width_of(run.text) * COLUMN_DOTS)
    left = 0
    for char in run.text:
        drawn.paste(pen.draw(char) if pen.knows(char) else _geta(), (left, 0))
        left += width_of(char) * COLUMN_DOTS
    if run.bold:
        drawn = ImageChops.darker(drawn, ImageChops.offset(drawn, 1, 0))
    size = (drawn.width * run.wider, drawn.height * run.higher)
    return drawn.resize(size, Image.Resampling.NEAREST)


def _geta() -> Image:
    """〓 drawn by hand, for fonts that have nothing for a character."""
    mark = _blank(width_of(GETA) * COLUMN_DOTS)
    for top in (6, 14):
        mark.paste(0, (3, top, mark.width - 3, top + 4))
    return mark


def _on_row(picture: Image, align: Side, width: int) -> Image:
    row = _blank(width, picture.height)
    room = max(0, width - picture.width)
    row.paste(picture, ({"left": 0, "center": room // 2, "right": room}[align], 0))
    return row
