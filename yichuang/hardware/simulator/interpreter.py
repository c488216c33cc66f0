"""A strict ESC/POS interpreter: bytes in, paper and requests out, and an error for anything unknown.

It knows the commands of a ticket (hardware 2) by a table with their lengths. Chinese mode is on after
`ESC @`, as on Chinese models. A byte, code or place of a command that a printer could take differently
raises UnknownCommand, so that a test or the simulator shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from yichuang.hardware.simulator.event import (
    AutomaticRequest,
    Cut,
    Event,
    InBandRequest,
    Printed,
    ProcessIdRequest,
    Sounded,
)
from yichuang.hardware.simulator.paper import (
    Paper,
    PaperCode,
    PaperImage,
    PaperItem,
    PaperLine,
    Run,
    Side,
)
from yichuang.hardware.text import width_of

if TYPE_CHECKING:
    from PIL.Image import Image

Encoding = Literal["gbk", "gb18030", "utf-8"]


class UnknownCommand(Exception):
    """Bytes that the interpreter does not know, with their offset in the stream."""

    def __init__(self, offset: int, found: bytes, why: str) -> None:
        super().__init__(f"byte {offset}: {found.hex(' ')}: {why}")
        self.offset = offset
        self.found = found


@dataclass(frozen=True, slots=True)
class RealTimeRequest:
    """`DLE EOT n` or another real-time command: its second byte and its parameter."""

    kind: int
    n: int


class RealTimeScanner:
    """Finds real-time commands anywhere in the stream, even inside an image, as printers do."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[RealTimeRequest]:
        """The real-time commands that `data` completes."""
        stream = self._tail + data
        found: list[RealTimeRequest] = []
        at = 0
        while at + 2 < len(stream):
            if stream[at] == 0x10 and stream[at + 1] in (0x04, 0x05, 0x14):
                found.append(RealTimeRequest(stream[at + 1], stream[at + 2]))
                at += 3
            else:
                at += 1
        self._tail = stream[at:]
        return found


@dataclass
class _Style:
    align: Side = "left"
    bold: bool = False
    ascii: tuple[int, int] = (1, 1)
    hanzi: tuple[int, int] = (1, 1)
    chinese: bool = True


_ALIGN: dict[int, Side] = {0: "left", 1: "center", 2: "right"}


class Interpreter:
    """Interprets one stream for paper of `columns` columns. Feed it in chunks of any size."""

    def __init__(self, columns: int, encoding: Encoding = "gbk") -> None:
        self._columns = columns
        self._encoding = encoding
        self._buffer = bytearray()
        self._offset = 0
        self._style = _Style()
        self._runs: list[Run] = []
        self._items: list[PaperItem] = []
        self._events: list[Event] = []
        self._code = b""
        commands: dict[bytes, tuple[int, Callable[[bytes], None]]] = {
            b"\x1b@": (0, self._initialise),
            b"\x1ba": (1, self._align),
            b"\x1bE": (1, self._bold),
            b"\x1b!": (1, self._mode),
            b"\x1bd": (1, self._feed_lines),
            b"\x1bJ": (1, self._finish_line),
            b"\x1b2": (0, self._nothing),
            b"\x1b3": (1, self._nothing),
            b"\x1bt": (1, self._nothing),
            b"\x1bB": (2, self._sound),
            b"\x1bp": (3, self._sound),
            b"\x1b=": (1, self._nothing),
            b"\x1c&": (0, self._chinese_on),
            b"\x1c.": (0, self._chinese_off),
            b"\x1c!": (1, self._chinese_size),
            b"\x1cW": (1, self._chinese_double),
            b"\x1cS": (2, self._nothing),
            b"\x1d!": (1, self._size),
            b"\x1da": (1, self._automatic),
            b"\x1dr": (1, self._in_band),
            b"\x10\x04": (1, self._nothing),
            b"\x10\x05": (1, self._nothing),
            b"\x10\x14": (3, self._nothing),
        }
        self._commands = commands

    def feed(self, data: bytes) -> list[Event]:
        """All that `data` brings about. Raises UnknownCommand."""
        self.push(data)
        events: list[Event] = []
        while (event := self.step()) is not None:
            events.append(event)
        return events

    def push(self, data: bytes) -> None:
        """Take bytes into the buffer without working them."""
        self._buffer += data

    def step(self) -> Event | None:
        """Work the buffer up to the next event; None when it needs more bytes. Raises UnknownCommand."""
        while not self._events and self._buffer:
            size = self._one()
            if not size:
                return None
            self._take(size)
        return self._events.pop(0) if self._events else None

    def skip(self) -> None:
        """Leave out one byte, to go on after an UnknownCommand."""
        self._take(1)

    @property
    def waiting(self) -> int:
        """How many bytes are not worked yet."""
        return len(self._buffer)

    @property
    def idle(self) -> bool:
        """Whether nothing is left over: no half command, no half line, no uncut paper."""
        return not (self._buffer or self._runs or self._items or self._events)

    def tear(self) -> Paper | None:
        """The paper printed since the last cut, torn off; None when there is none."""
        self._end_line()
        self._events.clear()
        return self._paper("none") if self._items else None

    def _take(self, size: int) -> None:
        del self._buffer[:size]
        self._offset += size

    def _one(self) -> int:
        """Work one command or character; its size, or 0 when it is not complete."""
        byte = self._buffer[0]
        if byte == 0x0A:
            self._finish_line(b"")
            return 1
        if byte in (0x10, 0x1B, 0x1C, 0x1D):
            return self._command()
        if byte < 0x20 or byte == 0x7F:
            raise self._unknown(1, "a control character that no ticket needs")
        return self._character(byte)

    def _command(self) -> int:
        if len(self._buffer) < 2:
            return 0
        name = bytes(self._buffer[:2])
        if name in self._commands:
            length, work = self._commands[name]
            if len(self._buffer) < 2 + length:
                return 0
            work(bytes(self._buffer[2 : 2 + length]))
            return 2 + length
        if name == b"\x1dV":
            return self._cut()
        if name == b"\x1dv":
            return self._raster()
        if name == b"\x1d(":
            return self._extended()
        raise self._unknown(2, "unknown command")

    def _character(self, lead: int) -> int:
        if lead < 0x80:
            self._put(chr(lead), self._style.ascii)
            return 1
        if not self._style.chinese:
            raise self._unknown(1, "Chinese outside Chinese mode")
        size = self._character_size(lead)
        if len(self._buffer) < size:
            return 0
        code = bytes(self._buffer[:size])
        try:
            character = code.decode(self._encoding)
        except UnicodeDecodeError:
            raise self._unknown(size, f"not {self._encoding}") from None
        self._put(character, self._style.hanzi)
        return size

    def _character_size(self, lead: int) -> int:
        if self._encoding != "utf-8":
            return 2
        sizes = ((0xF0, 4), (0xE0, 3), (0xC2, 2))
        return next((size for first, size in sizes if lead >= first), 1)

    def _put(self, character: str, size: tuple[int, int]) -> None:
        used = sum(run.columns for run in self._runs)
        if self._runs and used + width_of(character) * size[0] > self._columns:
            self._end_line(wrapped=True)
        run = Run(character, *size, self._style.bold)
        last = self._runs[-1] if self._runs else None
        if last and (last.wider, last.higher, last.bold) == (*size, run.bold):
            self._runs[-1] = Run(last.text + character, *size, run.bold)
        else:
            self._runs.append(run)

    def _finish_line(self, _parameters: bytes) -> None:
        if self._runs:
            self._end_line()
        else:
            self._emit(PaperLine(align=self._style.align))

    def _end_line(self, *, wrapped: bool = False) -> None:
        if self._runs:
            line = PaperLine(tuple(self._runs), self._style.align, wrapped)
            self._runs.clear()
            self._emit(line)

    def _emit(self, item: PaperItem) -> None:
        self._items.append(item)
        self._events.append(Printed(item))

    def _paper(self, cut: Literal["full", "partial", "none"]) -> Paper:
        paper = Paper(tuple(self._items), self._columns, cut)
        self._items.clear()
        return paper

    def _initialise(self, _parameters: bytes) -> None:
        self._runs.clear()
        self._style = _Style()

    def _align(self, parameters: bytes) -> None:
        side = _ALIGN.get(parameters[0] & 0x0F)
        if side is None:
            raise self._unknown(3, "no such alignment")
        self._line_start()
        self._style.align = side

    def _bold(self, parameters: bytes) -> None:
        self._style.bold = bool(parameters[0] & 1)

    def _mode(self, parameters: bytes) -> None:
        byte = parameters[0]
        self._style.ascii = (2 if byte & 0x20 else 1, 2 if byte & 0x10 else 1)
        self._style.bold = bool(byte & 0x08)

    def _feed_lines(self, parameters: bytes) -> None:
        self._end_line()
        for _line in range(parameters[0]):
            self._emit(PaperLine(align=self._style.align))

    def _chinese_on(self, _parameters: bytes) -> None:
        self._style.chinese = True

    def _chinese_off(self, _parameters: bytes) -> None:
        self._style.chinese = False

    def _chinese_size(self, parameters: bytes) -> None:
        byte = parameters[0]
        if byte & ~0x8C:
            raise self._unknown(3, "no such Chinese size")
        self._style.hanzi = (2 if byte & 0x04 else 1, 2 if byte & 0x08 else 1)

    def _chinese_double(self, parameters: bytes) -> None:
        self._style.hanzi = (2, 2) if parameters[0] & 1 else (1, 1)

    def _size(self, parameters: bytes) -> None:
        wider, higher = (parameters[0] >> 4) + 1, (parameters[0] & 0x0F) + 1
        if max(wider, higher) > 8:
            raise self._unknown(3, "magnified more than eight times")
        self._style.ascii = self._style.hanzi = (wider, higher)

    def _automatic(self, parameters: bytes) -> None:
        self._events.append(AutomaticRequest(parameters[0]))

    def _in_band(self, parameters: bytes) -> None:
        self._events.append(InBandRequest(parameters[0]))

    def _sound(self, _parameters: bytes) -> None:
        self._events.append(Sounded())

    def _nothing(self, _parameters: bytes) -> None:
        """A command without a visible effect here (line spacing, code page, real-time requests)."""

    def _cut(self) -> int:
        if len(self._buffer) < 3:
            return 0
        mode = self._buffer[2]
        fed = mode in (0x41, 0x42)
        if not fed and mode not in (0x00, 0x01, 0x30, 0x31):
            raise self._unknown(3, "no such cut")
        if fed and len(self._buffer) < 4:
            return 0
        self._line_start()
        full = mode in (0x00, 0x30, 0x41)
        self._events.append(Cut(self._paper("full" if full else "partial")))
        return 4 if fed else 3

    def _raster(self) -> int:
        if len(self._buffer) < 8:
            return 0
        if self._buffer[2] != 0x30 or self._buffer[3] not in (0, 0x30):
            raise self._unknown(4, "only unscaled raster images are known")
        wide = int.from_bytes(self._buffer[4:6], "little")
        high = int.from_bytes(self._buffer[6:8], "little")
        if not wide or not high or wide * 8 > self._columns * 12:
            raise self._unknown(8, "an image that does not fit on the paper")
        size = 8 + wide * high
        if len(self._buffer) < size:
            return 0
        self._line_start()
        self._emit(PaperImage(_image(wide, high, bytes(self._buffer[8:size])), self._style.align))
        return size

    def _extended(self) -> int:
        """`GS ( H` and `GS ( k`: a letter, a length of two bytes, and as many bytes."""
        if len(self._buffer) < 5:
            return 0
        length = int.from_bytes(self._buffer[3:5], "little")
        if len(self._buffer) < 5 + length:
            return 0
        body = bytes(self._buffer[5 : 5 + length])
        if self._buffer[2:3] == b"H" and body[:2] == b"00" and length == 6:
            self._events.append(ProcessIdRequest(body[2:]))
        elif self._buffer[2:3] == b"k" and body[:1] == b"1":
            self._qr(body[1:])
        else:
            raise self._unknown(5 + length, "unknown function")
        return 5 + length

    def _qr(self, body: bytes) -> None:
        if body[:2] == b"P0":
            self._code = body[2:]
        elif body[:2] == b"Q0":
            self._line_start()
            self._emit(PaperCode(self._code, self._style.align))
        elif body[:1] not in (b"A", b"C", b"E"):
            raise self._unknown(8, "unknown QR function")

    def _line_start(self) -> None:
        if self._runs:
            raise self._unknown(2, "only allowed at the start of a line")

    def _unknown(self, size: int, why: str) -> UnknownCommand:
        return UnknownCommand(self._offset, bytes(self._buffer[:size]), why)


def _image(wide: int, high: int, data: bytes) -> Image:
    """Raster data as an image; a set bit is a black dot."""
    from PIL import Image

    inverted = bytes(byte ^ 0xFF for byte in data)
    return Image.frombytes("1", (wide * 8, high), inverted)
