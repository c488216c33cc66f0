"""Characters and codes as black dots: what a printer cannot show itself, and pictures of paper.

Pillow is loaded when something is drawn, never at start-up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.hardware.text import width_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

COLUMN_DOTS = 12
"""The width of one column in dots (font A is 12 by 24)."""

LINE_DOTS = 24
"""The height of a line's characters in dots."""

QR_DOTS = 6
"""The side of one module of a QR code: 0.75 mm at 203 dpi, easy for the camera of any phone."""

_QUIET_MODULES = 4
"""The white margin that a reader needs (ISO/IEC 18004)."""

_CHINESE_FONTS = (
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "uming.ttc",
    "ukai.ttc",
    "msyh.ttc",
    "simhei.ttf",
    "simsun.ttc",
    "PingFang.ttc",
)
"""Files of common Chinese fonts, the ones that stay legible at 24 dots first."""

_NOWHERE = "\U0010ffff"
"""A noncharacter: what a font draws for it is its sign for "no such character"."""


def system_fonts() -> Iterator[Path]:
    """Chinese font files of this system, best first."""
    if sys.platform == "win32":
        roots = [Path("C:/Windows/Fonts")]
    elif sys.platform == "darwin":
        roots = [Path("/System/Library/Fonts"), Path("/Library/Fonts")]
    else:
        home = Path.home() / ".local/share/fonts"
        roots = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home]
    found = {
        path.name: path for root in roots if root.is_dir() for path in root.rglob("*.[to]t[cf]")
    }
    return (found[name] for name in _CHINESE_FONTS if name in found)


class Pen:
    """Draws text in the printer's grid: 12 dots a column, 24 high, each character in its cell."""

    def __init__(self, font: FreeTypeFont) -> None:
        self._font = font
        self._missing = self._dots(_NOWHERE)

    @classmethod
    def open(cls, path: str = "") -> Pen | None:
        """A pen with the font at `path` or the system's best; None when none can be read."""
        from PIL import ImageFont

        for candidate in [Path(path)] if path else system_fonts():
            try:
                return cls(ImageFont.truetype(candidate, LINE_DOTS))
            except OSError:
                continue
        return None

    @classmethod
    def plain(cls) -> Pen:
        """A pen with Pillow's own font: ASCII only, but always there."""
        from PIL import ImageFont

        font = ImageFont.load_default(LINE_DOTS - 4)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise OSError("Pillow was built without FreeType")
        return cls(font)

    def knows(self, text: str) -> bool:
        """Whether the font has every character of `text`; some have blanks for characters they lack."""
        return all(char.isspace() or self._has(char) for char in text)

    def draw(self, text: str) -> Image:
        """`text` in black (0) on white (255), mode L, `width_of(text) * 12` by 24 dots."""
        from PIL import Image, ImageDraw

        picture = Image.new("L", (max(1, width_of(text)) * COLUMN_DOTS, LINE_DOTS), 255)
        canvas = ImageDraw.Draw(picture)
        at = 0
        for character in text:
            cell = width_of(character) * COLUMN_DOTS
            left, top, right, bottom = self._font.getbbox(character)
            x = at + (cell - (right - left)) // 2 - left
            y = min(0, LINE_DOTS - bottom) if bottom > LINE_DOTS else 0
            canvas.text((x, max(y, -top)), character, font=self._font, fill=0)
            at += cell
        return picture

    def _has(self, character: str) -> bool:
        dots = self._dots(character)
        return dots != self._missing and any(dots[1])

    def _dots(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self._font.getmask(character)
        return mask.size, bytes(mask)


def draw_qr(text: str, most: int) -> Image:
    """The QR code that says `text`, at most `most` dots wide, in black on white, mode L.

    Level M mends up to 15 % of damage.
    """
    from PIL import Image
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_MODULES)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    size = max(1, min(QR_DOTS, most // len(modules)))
    square = Image.new("L", (len(modules), len(modules)))
    square.putdata([0 if dark else 255 for row in modules for dark in row])
    return square.resize((square.width * size, square.height * size), Image.Resampling.NEAREST)
