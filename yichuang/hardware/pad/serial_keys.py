"""Keys of a pad on a serial port: each byte, or what a pattern finds in the stream of bytes (hardware 12)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Literal

from yichuang.config.device import PadSettings
from yichuang.config.hex_pattern import HexPattern
from yichuang.hardware.link.link import Link
from yichuang.hardware.pad.descriptor import received
from yichuang.hardware.pad.press import KeyPress

_KEPT = 64
"""So many bytes of a frame that is not whole are kept: no pad's frame is longer."""
_SEND_SECONDS = 2.0
_WAIT_SECONDS = 1.0
_STALE_READS = 64


class FrameParser:
    """Bytes to keys, in whatever pieces they come; without a pattern each byte is a key."""

    def __init__(self, frame: str = "", checksum: Literal["none", "sum", "xor"] = "none") -> None:
        self._pattern = HexPattern(frame) if frame else None
        self._checksum = checksum
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The keys that are whole by now."""
        if self._pattern is None:
            return [f"0x{byte:02x}" for byte in data]
        keys: list[str] = []
        for place in range(0, len(data), _KEPT):
            self._rest += data[place : place + _KEPT]
            self._find(self._pattern, keys)
        return keys

    def _find(self, pattern: HexPattern, keys: list[str]) -> None:
        while (found := pattern.search(self._rest)) is not None:
            frame, self._rest = self._rest[found.start : found.end], self._rest[found.end :]
            if self._is_sound(frame):
                keys.append(f"0x{found.key.lower()}")
        self._rest = self._rest[-_KEPT:]

    def _is_sound(self, frame: bytes) -> bool:
        if self._checksum == "sum":
            return frame[-1] == sum(frame[:-1]) & 0xFF
        return self._checksum == "none" or frame[-1] == reduce(xor, frame[:-1], 0)


def serial_port(settings: PadSettings) -> Link:
    """The port that hall.toml names."""
    from yichuang.hardware.link.serial import SerialLink

    return SerialLink(settings.name, settings.path, settings.baud)


class SerialKeys:
    """The presses of one pad on a serial port."""

    def __init__(
        self, settings: PadSettings, connect: Callable[[PadSettings], Link] = serial_port
    ) -> None:
        self._settings = settings
        self._port = connect(settings)
        self._parser = FrameParser(settings.frame, settings.checksum)
        self._poll = bytes.fromhex(settings.poll)

    def is_there(self) -> bool:
        """Whether the port is at this machine."""
        return Path(self._settings.path).exists()

    async def open(self) -> None:
        """Open the port; raises DeviceTrouble."""
        self._parser = FrameParser(self._settings.frame, self._settings.checksum)
        await self._port.open()
        for _each in range(_STALE_READS):  # what was pressed before is forgotten
            if not await self._port.receive(0):
                break

    async def presses(self) -> list[KeyPress]:
        """Wait for the next keys, asking for them again and again where the pad needs it."""
        wait = _WAIT_SECONDS
        while True:
            if self._poll:
                wait = self._settings.poll_seconds
                await self._port.send(self._poll, _SEND_SECONDS)
            keys = self._parser.feed(await received(self._port, wait))
            if keys:
                now = time.monotonic()
                return [KeyPress(key, now) for key in keys]
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Let the port go."""
        await self._port.drop()
