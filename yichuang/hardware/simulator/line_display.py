"""A simulated line display: it obeys the command sets EPSON (DM-D) and CD5220 strictly and draws itself.

Whatever is no command or character of its set is an error, as a real display would show rubbish for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Literal

from yichuang.hardware.simulator.shown import SimulatedDisplay, draw_box
from yichuang.hardware.simulator.wire import wire_for
from yichuang.language import _

logger = logging.getLogger(__name__)

ROWS = 2
_MOST_ERRORS = 1000
_ESC, _US = 0x1B, 0x1F

_LENGTHS: dict[Literal["epson", "cd5220"], dict[bytes, int]] = {
    "epson": {
        b"\x1b@": 2,
        b"\x1b=": 3,
        b"\x1f\x01": 2,
        b"\x1f$": 4,
        b"\x1fB": 2,
        b"\x1fC": 3,
        b"\x1fE": 3,
        b"\x1fX": 3,
        b"\x1fr": 3,
    },
    "cd5220": {
        b"\x1b@": 2,
        b"\x1b=": 3,
        b"\x1b\x11": 2,
        b"\x1b_": 3,
        b"\x1b*": 3,
        b"\x1b[": 3,
        b"\x1fE": 3,
        b"\x1bl": 4,
        b"\x1bQ": 3,
    },
}
"""Each command's first two bytes, and how many bytes it has in all."""


class Failure(StrEnum):
    """How the simulated line display fails. It never answers, sound or not."""

    OFFLINE = "offline"
    """It is unplugged."""
    STALLED = "stalled"
    """It takes no bytes."""
    CLOSES = "closes"
    """The line is cut at the first byte, and there again at once."""
    GARBAGE = "garbage"
    """It shows what it should, and sends noise."""


class LineInterpreter:
    """Obeys the bytes of one command set, in pieces of any size."""

    def __init__(self, commands: Literal["epson", "cd5220"], columns: int, encoding: str) -> None:
        self.errors: list[str] = []
        """What is no command or character of the set, oldest first, 1000 at most."""
        self.blink = 0
        """In steps of 50 ms; 0 is steady, 255 dark."""
        self.columns = columns
        self._lengths = _LENGTHS[commands]
        self._encoding = encoding
        self._waiting = bytearray()
        self._in_line: int | None = None
        """The line that `ESC Q` writes, until its CR."""
        self._only_lines = False
        """After `ESC Q` only another line, CLR and CAN are taken."""
        self._cells = bytearray()
        self._at = 0
        self._clear()

    @property
    def lines(self) -> list[str]:
        """What stands on the display, blanks at the ends left out."""
        return [
            bytes(self._cells[start : start + self.columns])
            .decode(self._encoding, errors="replace")
            .rstrip()
            for start in range(0, ROWS * self.columns, self.columns)
        ]

    def feed(self, data: bytes) -> None:
        """Obey the bytes; a command that is not whole yet waits for its rest."""
        self._waiting += data
        while self._waiting:
            used = self._step()
            if not used:
                return
            del self._waiting[:used]

    def _step(self) -> int:
        """Obey what stands first; how many bytes that took, 0 when its rest is still to come."""
        first = self._waiting[0]
        if self._in_line is not None:
            return self._line_byte(first)
        if first in (_ESC, _US):
            if len(self._waiting) < 2:
                return 0
            length = self._lengths.get(bytes(self._waiting[:2]))
            if length is None:
                self._complain(bytes(self._waiting[:2]))
                return 2
            if len(self._waiting) < length:
                return 0
            self._obey(bytes(self._waiting[:length]))
            return length
        self._single(first)
        return 1

    def _single(self, byte: int) -> None:
        if byte == 0x0C:
            self._clear()
        elif byte == 0x18:
            row = self._at // self.columns * self.columns
            self._cells[row : row + self.columns] = b" " * self.columns
            self._only_lines = False
        elif self._only_lines or not self._is_character(byte):
            self._complain(bytes([byte]))
        else:
            self._cells[self._at] = byte
            self._at = (self._at + 1) % len(self._cells)

    def _line_byte(self, byte: int) -> int:
        row = self._in_line or 0
        if byte == 0x0D:
            self._in_line = None
        elif not self._is_character(byte):
            self._complain(bytes([byte]))
        elif self._at >= self.columns:
            self._complain(b"too long")
        else:
            self._cells[row * self.columns + self._at] = byte
            self._at += 1
        if self._in_line is None:
            self._at = 0
        return 1

    def _is_character(self, byte: int) -> bool:
        return 0x20 <= byte <= 0x7E or (byte >= 0x80 and self._encoding != "ascii")

    def _obey(self, command: bytes) -> None:
        if self._only_lines and command[:2] != b"\x1bQ":
            self._complain(command)
        elif command == b"\x1b@":
            self._clear()
            self.blink = 0
        elif command[:2] == b"\x1fE":
            self.blink = command[2]
        elif command[:2] in (b"\x1f$", b"\x1bl"):
            self._move(command)
        elif command[:2] == b"\x1bQ":
            self._begin_line(command)
        elif command == b"\x1b[H":
            self._at = 0
        elif command in (b"\x1b[K", b"\x1fB"):
            self._at = (ROWS - 1) * self.columns

    def _move(self, command: bytes) -> None:
        x, y = command[2:]
        if 1 <= x <= self.columns and 1 <= y <= ROWS:
            self._at = (y - 1) * self.columns + x - 1
        else:
            self._complain(command)

    def _begin_line(self, command: bytes) -> None:
        if command[2:] not in (b"A", b"B"):
            self._complain(command)
            return
        self._in_line = 0 if command[2:] == b"A" else 1
        start = self._in_line * self.columns
        self._cells[start : start + self.columns] = b" " * self.columns
        self._at = 0
        self._only_lines = True

    def _clear(self) -> None:
        self._cells = bytearray(b" " * (ROWS * self.columns))
        self._at = 0
        self._only_lines = False

    def _complain(self, data: bytes) -> None:
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(data.hex(" "))
        logger.error("simulated line display: no command: %s", data.hex(" "))


class SimulatedLineDisplay(SimulatedDisplay[Failure]):
    """A line display on a pseudo-terminal or a TCP port; an async context manager."""

    def __init__(
        self,
        *,
        show: Callable[[str], None] = lambda drawn: None,
        failure: Failure | None = None,
        link: Path | None = None,
        port: int | None = None,
        commands: Literal["epson", "cd5220"] = "epson",
        columns: Literal[8, 12, 20] = 20,
        hanzi: bool = False,
    ) -> None:
        """`show` is told the display as text whenever it changes; `port` puts it on TCP, 0 for any."""
        super().__init__(show, failure)
        self.wire = wire_for(self._take, link=link, port=port)
        self.screen = LineInterpreter(commands, columns, "gbk" if hanzi else "ascii")
        self._commands = commands
        self._hanzi = hanzi

    async def fail(self, failure: Failure | None) -> None:
        """Begin to fail in that way, or be sound again (None)."""
        self.failure = failure
        await self._hang(
            is_there=failure is not Failure.OFFLINE, reads=failure is not Failure.STALLED
        )

    def draw(self) -> str:
        """The display as text."""
        blink = self.screen.blink
        note = _("闪烁") if 0 < blink < 255 else ""
        return draw_box(self.screen.lines, self.screen.columns, note)

    def toml(self, name: str = "line-display", windows: tuple[int, ...] = (1,)) -> str:
        """The section of hall.toml that uses it."""
        return (
            f'[[display]]\nname = "{name}"\ndriver = "line"\nwindows = {list(windows)}\n'
            f'{self.wire.toml()}commands = "{self._commands}"\nlayout = {self.screen.columns}\n'
            f"hanzi = {str(self._hanzi).lower()}\n"
        )

    def _take(self, data: bytes) -> None:
        if self.failure is Failure.CLOSES:
            self.wire.hang_up()
            return
        if self.failure is Failure.GARBAGE:
            self.wire.send(data[::-1] + b"\x00\xff\x1b")
        self.screen.feed(data)
        self._draw_change()
