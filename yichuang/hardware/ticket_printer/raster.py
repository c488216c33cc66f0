"""Lines and codes drawn as images, for what a printer does not have: `GS v 0` (hardware 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yichuang.hardware.drawing import LINE_DOTS, Pen, draw_qr
from yichuang.hardware.ticket_printer.layout import Align, Line

if TYPE_CHECKING:
    from PIL.Image import Image

_REAL_TIME = frozenset({0x04, 0x05, 0x14})
"""What follows DLE (0x10) in a real-time command: EOT, ENQ, DC4."""


def draw_line(pen: Pen, line: Line, dots: int) -> bytes:
    """The `GS v 0` command that draws `line` on paper of `dots` dots, aligned inside the image.

    The image is as wide as the paper because some boards ignore `ESC a` for images.
    """
    from PIL import Image

    text = pen.draw(line.text)
    large = text.resize(
        (text.width * line.scale, text.height * line.scale), Image.Resampling.NEAREST
    )
    room = max(0, dots - large.width)
    left = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[line.align]
    paper = Image.new("L", (dots, LINE_DOTS * line.scale), 255)
    paper.paste(large, (left, 0))
    return _raster(paper)


def draw_code(line: Line, dots: int) -> bytes:
    """The `GS v 0` command that draws the QR code of `line` in the middle of the paper.

    The dots that `defuse` flips are far fewer than a code can mend.
    """
    from PIL import Image

    code = draw_qr(line.code, dots)
    paper = Image.new("L", (dots, code.height), 255)
    paper.paste(code, ((dots - code.width) // 2, 0))
    return _raster(paper)


def _raster(paper: Image) -> bytes:
    """`GS v 0` with this picture, black below the middle grey."""
    from PIL import ImageOps

    black = ImageOps.invert(paper).point(lambda level: 255 if level > 127 else 0)
    data = black.convert("1").tobytes()
    columns = (paper.width + 7) // 8
    size = columns.to_bytes(2, "little") + paper.height.to_bytes(2, "little")
    return b"\x1dv0\x00" + size + defuse(data)


def defuse(data: bytes) -> bytes:
    """Image data in which no printer sees a real-time command: one dot of each is flipped.

    Real-time commands are obeyed even inside an image (TM-U295: "executed even if it appears as
    part of another command"): `10 05 02` would clear the buffers, `10 14` pulse the drawer.
    """
    safe = bytearray(data)
    for at in range(1, len(safe)):
        if safe[at - 1] == 0x10 and safe[at] in _REAL_TIME:
            safe[at] ^= 0x08
    return bytes(safe)
