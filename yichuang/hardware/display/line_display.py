"""Line displays of two lines: the command sets EPSON (DM-D) and CD5220 (hardware 10.1).

Texts hold ASCII only, or GBK where the display has hanzi: clean text has no controls, and no half of a GBK
character is one.
"""

from __future__ import annotations

from yichuang.config import DisplaySettings
from yichuang.hardware.display.content import Shown
from yichuang.hardware.display.encoder import AnswerReader
from yichuang.hardware.display.encoding import encode_exactly

_INITIALISE = b"\x1b@"
_CLEAR = b"\x0c"
_STEADY = b"\x1fE\x00"
_BLINK = b"\x1fE\x05"
"""Half periods of 5 x 50 ms."""

_EPSON_OVERWRITE = b"\x1f\x01"
_EPSON_CURSOR_OFF = b"\x1fC\x00"
_CD5220_OVERWRITE = b"\x1b\x11"
_CD5220_CURSOR_OFF = b"\x1b_\x00"


class LineDisplayEncoder:
    """The bytes for one line display. Several documents agree on all of them but CD5220's cursor and
    brightness, which are uncertain [U]."""

    blinks = False
    ping = b""

    def __init__(self, settings: DisplaySettings) -> None:
        self._is_epson = settings.commands == "epson"
        self._columns: int = settings.layout
        self._rows: int = settings.lines
        self._encoding = "gbk" if settings.hanzi else "ascii"
        level = bytes([settings.brightness]) if settings.brightness else b""
        if self._is_epson:
            bright = b"\x1fX" + level if level else b""
            self.opening = _INITIALISE + _EPSON_OVERWRITE + _EPSON_CURSOR_OFF + bright
        else:
            bright = b"\x1b*" + level if level else b""
            self.opening = _INITIALISE + _CD5220_OVERWRITE + _CD5220_CURSOR_OFF + bright
        self.closing = _CLEAR

    def frame(self, shown: Shown) -> bytes:
        """The whole display anew: every line filled to its end, so that nothing of the former one stays."""
        blink = _BLINK if shown.flashing else _STEADY
        lines = [
            encode_exactly(line, self._encoding, self._columns) for line in shown.page[: self._rows]
        ]
        if self._is_epson:
            places = (b"\x1f$\x01" + bytes([row]) for row in (1, 2))
            return blink + b"".join(
                place + line for place, line in zip(places, lines, strict=False)
            )
        # After ESC Q only another line, CLR or CAN is taken: cleared first, so that the blinking is too.
        starts = (b"\x1bQA", b"\x1bQB")
        written = (start + line + b"\r" for start, line in zip(starts, lines, strict=False))
        return _CLEAR + blink + b"".join(written)

    def reader(self) -> AnswerReader | None:
        """A line display says nothing."""
        return None
