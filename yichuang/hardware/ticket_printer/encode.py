"""Laid-out lines as the bytes of one ticket: `ESC @` to cut.

The markers that ask whether it printed are no part of the ticket; `job` sends them after it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from yichuang.config import PrinterSettings
from yichuang.hardware.drawing import QR_DOTS, Pen
from yichuang.hardware.text import GETA
from yichuang.hardware.ticket_printer.escpos_bytes import EscposBytes, load_builder
from yichuang.hardware.ticket_printer.layout import Line, columns_of
from yichuang.hardware.ticket_printer.raster import draw_code, draw_line

logger = logging.getLogger(__name__)

CHINESE_ON = b"\x1c&"
"""`FS &`: bytes above 0x7F are Chinese."""

CHINESE_OFF = b"\x1c."
"""`FS .`."""

_CHINESE_SIZE = b"\x1c!"
_DOTS_PER_COLUMN = 12
_FEED_WITHOUT_CUTTER = 4
"""Lines that bring the end of the ticket past the tear bar."""


_NO_FONT = (
    "no font can draw Chinese: install one, such as the package fonts-wqy-microhei or "
    "fonts-noto-cjk, or set `font`"
)


def native_code(data: bytes) -> bytes:
    """`GS ( k`: a QR code of model 2 that the printer draws itself, at level M (hardware 2)."""
    store = (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
    functions = (
        b"\x04\x001A2\x00",
        b"\x03\x001C" + bytes((QR_DOTS,)),
        b"\x03\x001E1",
        store,
        b"\x03\x001Q0",
    )
    return b"".join(b"\x1d(k" + function for function in functions)


class TicketEncoder:
    """Makes a ticket's bytes as one printer needs them; loads what it needs on first use."""

    def __init__(self, settings: PrinterSettings, cache: Path | None = None) -> None:
        self._settings = settings
        self._cache = cache
        # An image's rows are whole bytes.
        self._dots = columns_of(settings) * _DOTS_PER_COLUMN // 8 * 8
        self._codec = "gbk" if settings.encoding == "raster" else settings.encoding
        self._builder: EscposBytes | None = None
        self._pen: Pen | None = None
        self._complained: set[str] = set()
        self.lacks_font = False
        """Whether lines are to be drawn and no font was found; known once it is loaded."""
        self.replaced = False
        """Whether the latest ticket had a line that was to be drawn and could not be, for want of a font."""

    def load(self) -> EscposBytes:
        """Load the byte builder and the font; slow the first time. Raises WrongPrinterLibrary."""
        if self._builder is None:
            if "raster" in (self._settings.encoding, self._settings.rare):
                self._pen = Pen.open(self._settings.font)
                if self._pen is None:
                    self.lacks_font = True
                    self._complain("no font", _NO_FONT)
            self._builder = load_builder(self._cache)
        return self._builder

    def encode(self, lines: Iterable[Line]) -> bytes:
        """The whole ticket. Never a `?` for a character, never a command from a text."""
        builder = self.load()
        self.replaced = False
        parts = [builder.initialise()]
        if self._settings.chinese_mode == "once":
            parts.append(CHINESE_ON)
        previous = Line()
        for line in lines:
            parts += self._style(builder, previous, line)
            parts.append(self._body(line))
            previous = line
        parts += self._style(builder, previous, Line())
        parts.append(builder.cut() if self._settings.cutter else builder.feed(_FEED_WITHOUT_CUTTER))
        if self._settings.buzzer:
            parts.append(builder.buzz())
        return b"".join(parts)

    def _style(self, builder: EscposBytes, before: Line, now: Line) -> Iterator[bytes]:
        """What changes between two lines.

        Sizes are given twice: boards that obey `GS !` for ASCII only need `FS !` for hanzi, which
        doubles at most; where both count, the last one wins (escpos-php issue 931, Epson).
        """
        if before.align != now.align:
            yield builder.align(now.align)
        if before.bold != now.bold:
            yield builder.bold(now.bold)
        if before.scale != now.scale:
            yield _CHINESE_SIZE + (b"\x0c" if now.scale > 1 else b"\x00")
            yield builder.size(now.scale)

    def _body(self, line: Line) -> bytes:
        if line.code:
            return self._qr(line)
        if self._wants_drawing(line):
            if self._pen is None:
                self.replaced = True
            elif self._pen.knows(line.text):
                return draw_line(self._pen, line, self._dots)
            else:
                lacking = "".join(sorted({c for c in line.text if not self._pen.knows(c)}))
                self._complain(lacking, f"the font lacks these characters: {lacking}")
                if self._settings.encoding == "raster":
                    # The printer has no Chinese of its own: sent as text, the whole line were garbage.
                    known = line.text.translate(dict.fromkeys(map(ord, lacking), GETA))
                    return draw_line(self._pen, replace(line, text=known), self._dots)
        return self._text(line.text) + b"\n"

    def _qr(self, line: Line) -> bytes:
        if self._settings.qr == "none":
            return b""
        if self._settings.qr == "raster":
            return draw_code(line, self._dots)
        return native_code(line.code.encode("ascii"))

    def _wants_drawing(self, line: Line) -> bool:
        if line.text.isascii():
            return False
        if self._settings.encoding == "raster":
            return True
        return self._settings.rare == "raster" and any(not self._code(char) for char in line.text)

    def _text(self, text: str) -> bytes:
        if self._settings.chinese_mode != "runs":
            return b"".join(map(self._code_or_geta, text))
        parts: list[bytes] = []
        for plain, run in groupby(text, str.isascii):
            coded = b"".join(map(self._code_or_geta, run))
            parts.append(coded if plain else CHINESE_ON + coded + CHINESE_OFF)
        return b"".join(parts)

    def _code_or_geta(self, character: str) -> bytes:
        return self._code(character) or self._code(GETA)

    def _code(self, character: str) -> bytes:
        """The character's bytes; none when the printer has no such character.

        Codes of four bytes (rare hanzi in GB18030) are garbage to most printers, so only UTF-8 may
        be longer than two.
        """
        try:
            code = character.encode(self._codec)
        except UnicodeEncodeError:
            return b""
        return code if self._codec == "utf-8" or len(code) <= 2 else b""

    def _complain(self, about: str, message: str) -> None:
        """Log once for each cause; the characters are then replaced by 〓."""
        if about not in self._complained:
            self._complained.add(about)
            logger.warning("printer %s: %s", self._settings.name, message)
