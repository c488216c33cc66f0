"""A simulated Onbon BX font card with its LED strip: strict, and drawn as text (hardware 10.2).

It shares no code with the driver: framing, checksum and area layout are read here once more, from the table.
How a real card words its acknowledgements is uncertain [U].
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from yichuang.hardware.simulator.shown import SimulatedDisplay, draw_box
from yichuang.hardware.simulator.wire import wire_for
from yichuang.hardware.text import width_of
from yichuang.language import N_, _

logger = logging.getLogger(__name__)

_MOST_ERRORS = 1000
_MOST_BYTES = 8192
_MOST_AREAS = 16
_HEADER = struct.Struct("<HH3sBBBBBH")
_AREA = struct.Struct("<BHHHHBBBHBBBBBBBBBI")
_UNESCAPED = {
    b"\xa6\x02": b"\xa5",
    b"\xa6\x01": b"\xa6",
    b"\x5b\x02": b"\x5a",
    b"\x5b\x01": b"\x5b",
}
_COLOURS = {b"1": N_("红"), b"2": N_("绿"), b"3": N_("黄")}
_DEVICES = {0xFE, 0x51, 0x61}


class Failure(StrEnum):
    """How the simulated card fails."""

    OFFLINE = "offline"
    """It is unplugged."""
    SILENT = "silent"
    """It shows what it should and never answers."""
    STALLED = "stalled"
    """It takes no bytes."""
    CLOSES = "closes"
    """It cuts the connection at the first byte."""
    REFUSES = "refuses"
    """It answers every frame with a refusal, and shows nothing."""
    BAD_ACK = "bad-ack"
    """Its acknowledgements have a wrong checksum."""
    GARBAGE = "garbage"
    """It answers with noise."""
    NOISY = "noisy"
    """Sound acknowledgements between noise."""


@dataclass(frozen=True, slots=True)
class LedArea:
    """What an area shows."""

    x: int
    y: int
    width: int
    height: int
    colour: bytes
    text: str
    motion: int


class FrameError(Exception):
    """Bytes that no card understands."""


class LedCard:
    """The card itself: frames in, areas and answers out."""

    def __init__(self) -> None:
        self.areas: dict[int, LedArea] = {}
        self.errors: list[str] = []
        """What was not understood, oldest first, 1000 at most."""
        self.frames = 0
        """How many frames were understood."""
        self._bytes = b""

    def feed(self, data: bytes) -> list[bool]:
        """Obey the bytes, in pieces of any size; for each frame whether the sender wants an answer."""
        wanted = []
        self._bytes = (self._bytes + data)[-_MOST_BYTES:]
        while (end := self._bytes.find(b"\x5a")) >= 0:
            raw, self._bytes = self._bytes[:end], self._bytes[end + 1 :]
            try:
                wanted.append(self._frame(raw))
            except FrameError as error:
                if len(self.errors) < _MOST_ERRORS:
                    self.errors.append(str(error))
                logger.warning("simulated LED card: %s", error)
        return wanted

    def _frame(self, raw: bytes) -> bool:
        if not raw.startswith(b"\xa5" * 8):
            raise FrameError(f"no eight A5 first: {raw[:12].hex(' ')}")
        body = _unescaped(raw[8:])
        if len(body) < _HEADER.size + 2:
            raise FrameError("too short")
        if _crc(body[:-2]) != struct.unpack("<H", body[-2:])[0]:
            raise FrameError("checksum")
        data = body[_HEADER.size : -2]
        _to, sender, _reserved, barcode, check, _mode, device, version, length = (
            _HEADER.unpack_from(body)
        )
        if (barcode, check, version, length) != (0, 0, 2, len(data)):
            raise FrameError(f"header: {body[: _HEADER.size].hex(' ')}")
        if sender != 0x8000 or device not in _DEVICES:
            raise FrameError(f"sender {sender:x}, device {device:x}")
        if len(data) < 5 or data[2] > 2 or data[3:5] != b"\0\0":
            raise FrameError(f"command: {data[:5].hex(' ')}")
        self._command(data[:2], data[5:])
        self.frames += 1
        return data[2] == 1

    def _command(self, command: bytes, data: bytes) -> None:
        if command == b"\xa3\x06":
            self._show(data)
        elif command == b"\xa3\x10" and not data:
            self.areas.clear()
        elif command != b"\xa2\x00" or data:
            raise FrameError(f"command: {command.hex(' ')} {data[:8].hex(' ')}")

    def _show(self, data: bytes) -> None:
        if not data:
            raise FrameError("no areas")
        deleted, at = (b"", 1) if data[0] == 0xFF else (data[1 : 1 + data[0]], 1 + data[0])
        if at >= len(data):
            raise FrameError("cut short")
        count, at = data[at], at + 1
        areas: dict[int, LedArea] = {}
        for _each in range(count):
            length = int.from_bytes(data[at : at + 2], "little")
            piece, at = data[at + 2 : at + 2 + length], at + 2 + length
            number, area = _area(piece)
            areas[number] = area
        if at != len(data):
            raise FrameError("lengths of areas")
        if data[0] == 0xFF:
            self.areas.clear()
        for number in deleted:
            self.areas.pop(number, None)
        self.areas |= areas
        if len(self.areas) > _MOST_AREAS:
            raise FrameError("too many areas")


def _unescaped(data: bytes) -> bytes:
    if b"\xa5" in data:
        raise FrameError("A5 within a frame")
    out, at = bytearray(), 0
    while at < len(data):
        if data[at] in (0xA6, 0x5B):
            meant = _UNESCAPED.get(data[at : at + 2])
            if meant is None:
                raise FrameError(f"escape: {data[at : at + 2].hex(' ')}")
            out += meant
            at += 2
        else:
            out.append(data[at])
            at += 1
    return bytes(out)


def _area(piece: bytes) -> tuple[int, LedArea]:
    if len(piece) < _AREA.size:
        raise FrameError("area cut short")
    kind, x, y, width, height, number, *modes, size = _AREA.unpack_from(piece)
    text = piece[_AREA.size :]
    _space, _run, _timeout, voice, extension, _align, single, wraps, motion, _exit, speed, _stay = (
        modes
    )
    if (kind, voice, extension) != (0, 0, 0) or size != len(text):
        raise FrameError("area header")
    if single not in (1, 2) or wraps not in (1, 2) or not 1 <= motion <= 6 or speed > 63:
        raise FrameError("area modes")
    if not height or not width & 0x7FFF:
        raise FrameError("area without room")
    colour = re.match(rb"\\C([123])", text)
    return number, LedArea(
        _dots(x), y, _dots(width), height, colour[1] if colour else b"1", _read(text), motion
    )


def _dots(value: int) -> int:
    """X and width count dots when the highest bit is set, else steps of 8."""
    return value & 0x7FFF if value & 0x8000 else value * 8


def _read(text: bytes) -> str:
    """A text without its first colour; any other control or command in it is an error.

    Commands are looked for byte by byte, as the simplest of cards would.
    """
    plain = re.sub(rb"^\\C[123]", b"", text)
    if b"\\" in plain or any(byte < 0x20 or byte == 0x7F for byte in plain):
        raise FrameError(f"command in a text: {plain.hex(' ')}")
    try:
        return plain.decode("gbk").rstrip()
    except UnicodeDecodeError:
        raise FrameError(f"no GBK: {plain.hex(' ')}") from None


def _crc(data: bytes) -> int:
    """CRC-16/ARC, bit by bit from the unreflected polynomial."""
    crc = 0
    for byte in data:
        for bit in range(8):
            out = (crc ^ (byte >> bit)) & 1
            crc >>= 1
            if out:
                crc ^= int(f"{0x8005:016b}"[::-1], 2)
    return crc


def answer_frame(data: bytes, *, spoiled: bool = False) -> bytes:
    """What a card sends back [U]: the frame of `data`; `spoiled` has a wrong checksum."""
    body = _HEADER.pack(0x8000, 1, bytes(3), 0, 0, 0, 0xFE, 2, len(data)) + data
    body += struct.pack("<H", _crc(body) ^ (0x1234 if spoiled else 0))
    for meant in (b"\xa6", b"\xa5", b"\x5b", b"\x5a"):
        escape = next(each for each, byte in _UNESCAPED.items() if byte == meant)
        body = body.replace(meant, escape)
    return b"\xa5" * 8 + body + b"\x5a"


class SimulatedLed(SimulatedDisplay[Failure]):
    """An LED strip on a TCP port or a pseudo-terminal; an async context manager."""

    def __init__(
        self,
        *,
        show: Callable[[str], None] = lambda drawn: None,
        failure: Failure | None = None,
        link: Path | None = None,
        port: int | None = None,
        layout: Literal[8, 12, 20] = 12,
    ) -> None:
        """`show` is told the strip as text whenever it changes; `port` puts it on TCP, 0 for any."""
        super().__init__(show, failure)
        self.wire = wire_for(self._take, link=link, port=port)
        self.card = LedCard()
        self._layout = layout

    async def fail(self, failure: Failure | None) -> None:
        """Begin to fail in that way, or be sound again (None)."""
        self.failure = failure
        if failure is Failure.OFFLINE:
            self.card = LedCard()
        await self._hang(
            is_there=failure is not Failure.OFFLINE, reads=failure is not Failure.STALLED
        )

    def lose_power(self) -> None:
        """Forget what it shows, unseen from outside, as a strip with a loose plug."""
        self.card.areas.clear()
        self._draw_change()

    def lines(self) -> list[str]:
        """The texts of its areas from top to bottom."""
        ordered = sorted(self.card.areas.values(), key=lambda area: (area.y, area.x))
        return [area.text for area in ordered]

    def draw(self) -> str:
        """The strip as text: its lines, and beneath it the colour."""
        lines = self.lines() or [""]
        colours = sorted({area.colour for area in self.card.areas.values()})
        note = "".join(_(_COLOURS[colour]) for colour in colours)
        return draw_box(lines, max(self._layout, *(width_of(line) for line in lines)), note)

    def toml(self, name: str = "led", windows: tuple[int, ...] = (1,)) -> str:
        """The section of hall.toml that uses it."""
        return (
            f'[[display]]\nname = "{name}"\ndriver = "onbon"\nwindows = {list(windows)}\n'
            f"{self.wire.toml()}layout = {self._layout}\n"
            f"[display.area]\nwidth = {self._layout * 8}\nheight = 32\n"
        )

    def _take(self, data: bytes) -> None:
        if self.failure is Failure.CLOSES:
            self.wire.hang_up()
            return
        before = dict(self.card.areas)
        wanted = self.card.feed(data)
        if self.failure is Failure.REFUSES:
            self.card.areas = before
        for is_wanted in wanted:
            if is_wanted:
                self._answer()
        self._draw_change()

    def _answer(self) -> None:
        match self.failure:
            case Failure.SILENT:
                return
            case Failure.REFUSES:
                self.wire.send(answer_frame(b"\xa0\x01\x00\x00\x00"))
            case Failure.BAD_ACK:
                self.wire.send(answer_frame(b"\xa0\x00\x00\x00\x00", spoiled=True))
            case Failure.GARBAGE:
                self.wire.send(bytes(range(256)))
            case Failure.NOISY:
                sound = answer_frame(b"\xa0\x00\x00\x00\x00")
                self.wire.send(b"\xa5\x5b\xff\x00\xa6" + sound + b"\x5a\x1b")
            case _:
                self.wire.send(answer_frame(b"\xa0\x00\x00\x00\x00"))
