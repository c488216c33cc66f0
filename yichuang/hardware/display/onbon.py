"""Onbon (仰邦) BX-5K/6K font cards: frames, the text of areas, acknowledgements (hardware 10.2).

A frame is `A5`×8, header, data, CRC-16/ARC over header and data (low byte first), `5A`. Between the marks
A5, A6, 5A and 5B are escaped. The two frames that the maker published are golden tests; the form of the
acknowledgements is uncertain [U], so any sound frame counts as a sign of life, and `answers = false` asks
for none.
"""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.config import DisplaySettings
from yichuang.config.device import LedAreaSettings
from yichuang.hardware.display.checksum import crc16_arc
from yichuang.hardware.display.content import Shown
from yichuang.hardware.display.encoder import Answer, AnswerReader
from yichuang.hardware.display.encoding import encode_exactly, without_backslashes

HEADER_BYTES = 14
LONGEST_ANSWER = 4096
"""No answer of a card is longer; what is, is noise."""

_SOURCE = 0x8000
_VERSION = 0x02
_CARDS = {"any": 0xFE, "5k": 0x51, "6k": 0x61}
"""The device type in the header; those of the generations are [U]."""
_BEGIN = 0xA5
_END = 0x5A
_ESCAPED = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
_MEANT = {(each[0], each[1]): byte for byte, each in _ESCAPED.items()}

_COLOURS = {"red": b"\\C1", "green": b"\\C2", "yellow": b"\\C3"}
_MOTIONS = {"static": 1, "fast": 2, "left": 3, "right": 4, "up": 5, "down": 6}
_IN_DOTS = 0x8000
"""Set in X and width: they count dots, not steps of 8."""


def escape(data: bytes) -> bytes:
    """`data` without the bytes that mark a frame's begin and end."""
    return b"".join(_ESCAPED.get(byte, bytes([byte])) for byte in data)


def frame(data: bytes, *, address: int = 1, device: int = 0xFE) -> bytes:
    """`data` as a frame to the card at `address`."""
    header = b"".join(
        (
            address.to_bytes(2, "little"),
            _SOURCE.to_bytes(2, "little"),
            bytes(6),  # reserved 3, no barcode, check by CRC-16, display mode
            bytes([device, _VERSION]),
            len(data).to_bytes(2, "little"),
        )
    )
    body = header + data
    return b"\xa5" * 8 + escape(body + crc16_arc(body).to_bytes(2, "little")) + b"\x5a"


def ping(reply: bool) -> bytes:
    """Asks a card whether it is there."""
    return b"\xa2\x00" + bytes([reply, 0, 0])


def clear(reply: bool) -> bytes:
    """Blanks the screen."""
    return b"\xa3\x10" + bytes([reply, 0, 0])


def show(areas: Sequence[bytes], first: int, reply: bool) -> bytes:
    """Puts `areas`, numbered from `first`, in place of those with their numbers."""
    numbers = bytes(range(first, first + len(areas)))
    return b"".join(
        (
            b"\xa3\x06",
            bytes([reply, 0, 0, len(areas)]),
            numbers,
            bytes([len(areas)]),
            *(len(area).to_bytes(2, "little") + area for area in areas),
        )
    )


def area(settings: LedAreaSettings, row: int, rows: int, text: bytes) -> bytes:
    """One line of text as an area of its own: no wrapping by the card is needed."""
    height = settings.height // rows
    return b"".join(
        (
            b"\x00",
            (settings.x | _IN_DOTS).to_bytes(2, "little"),
            (settings.y + row * height).to_bytes(2, "little"),
            (settings.width | _IN_DOTS).to_bytes(2, "little"),
            height.to_bytes(2, "little"),
            bytes([settings.number + row, 0]),  # number, line space
            bytes(3),  # run mode: loop; no time-out
            bytes(3),  # no voice, no extension, alignment as the card has it
            b"\x01\x01",  # a single line, not wrapped
            bytes([_MOTIONS[settings.motion], 0, settings.speed, settings.stay]),
            len(text).to_bytes(4, "little"),
            text,
        )
    )


class OnbonEncoder:
    """The bytes for one area of an Onbon card."""

    blinks = True

    def __init__(self, settings: DisplaySettings) -> None:
        self._settings = settings
        self._reply = settings.answers
        self.opening = b""
        self.closing = self._framed(clear(reply=False))
        self.ping = self._framed(ping(reply=True)) if settings.answers else b""

    def frame(self, shown: Shown) -> bytes:
        """The lines of the page, each in its area; blank in the dark halves of a flash."""
        rows = self._settings.lines
        areas = [
            area(self._settings.area, row, rows, self._text("" if shown.dark else line))
            for row, line in enumerate(shown.page[:rows])
        ]
        return self._framed(show(areas, self._settings.area.number, self._reply))

    def reader(self) -> AnswerReader | None:
        """Reads acknowledgements, where the card gives them."""
        return AcknowledgementReader() if self._settings.answers else None

    def _text(self, line: str) -> bytes:
        """The colour, then the line, filled up so that a shorter one covers a longer."""
        safe = without_backslashes(line)
        colour = _COLOURS[self._settings.colour]
        return colour + encode_exactly(safe, "gbk", self._settings.layout)

    def _framed(self, data: bytes) -> bytes:
        return frame(data, address=self._settings.address, device=_CARDS[self._settings.cards])


class AcknowledgementReader:
    """Finds frames in what a card sends, in pieces of any size; keeps at most one answer's bytes.

    A0 00 takes a frame and A0 01 refuses it [U]. Whatever is no sound frame is passed over; a frame that was
    begun and is broken is told as spoiled.
    """

    def __init__(self) -> None:
        self._body: bytearray | None = None
        self._escape: int | None = None

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that are complete with `data`."""
        answers = []
        for byte in data:
            answer = self._take(byte)
            if answer is not None:
                answers.append(answer)
        return answers

    def _take(self, byte: int) -> Answer | None:
        if byte == _BEGIN:
            is_cut_short = bool(self._body)
            self._body, self._escape = bytearray(), None
            return Answer.SPOILED if is_cut_short else None
        if self._body is None:
            return None
        if byte == _END:
            body, self._body = bytes(self._body), None
            return Answer.SPOILED if self._escape is not None else _read(body)
        if self._escape is not None:
            meant = _MEANT.get((self._escape, byte))
            self._escape = None
            if meant is None:
                return self._spoiled()
            self._body.append(meant)
        elif byte in (0xA6, 0x5B):
            self._escape = byte
        else:
            self._body.append(byte)
        return self._spoiled() if len(self._body) > LONGEST_ANSWER else None

    def _spoiled(self) -> Answer:
        self._body = self._escape = None
        return Answer.SPOILED


def _read(body: bytes) -> Answer:
    """What a frame's unescaped header, data and CRC say."""
    data = unpack(body)
    if data is None:
        return Answer.SPOILED
    return {b"\xa0\x00": Answer.TAKEN, b"\xa0\x01": Answer.REFUSED}.get(data[:2], Answer.OTHER)


def unpack(body: bytes) -> bytes | None:
    """The data of an unescaped frame; None when its checksum or its length is wrong."""
    if len(body) < HEADER_BYTES + 2:
        return None
    if crc16_arc(body[:-2]) != int.from_bytes(body[-2:], "little"):
        return None
    data = body[HEADER_BYTES:-2]
    return data if len(data) == int.from_bytes(body[12:HEADER_BYTES], "little") else None
