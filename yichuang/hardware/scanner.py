"""A scanner of codes: on a serial port, or typing keys that are taken from the terminal (hardware 13)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from yichuang.config.device import ScannerSettings
from yichuang.hardware.device import Device
from yichuang.hardware.link.link import Link
from yichuang.hardware.pad.descriptor import received
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.text import one_line

logger = logging.getLogger(__name__)

OnScan = Callable[[str], None]

LONGEST = 512
"""Bytes, or characters: what is longer is no code, and is left out up to its end."""

_ENDS = (b"\r", b"\n", b"\t")
_WAIT_SECONDS = 1.0
_STALE_READS = 64


def open_scanner(
    settings: ScannerSettings, on_scan: OnScan, source: ScanSource | None = None
) -> Device:
    """The driver of a scanner; nothing is opened yet. `on_scan` is told each text once, on the event loop."""
    return Scanner(settings, on_scan, source or _source(settings))


class ScanSource(Protocol):
    """Where scanned texts come from."""

    def is_there(self) -> bool:
        """Whether opening is worth a try."""
        ...

    async def open(self) -> None:
        """Open it; what was scanned before is forgotten. Raises DeviceTrouble."""
        ...

    async def scans(self) -> list[str]:
        """Wait for what comes next; the texts that are whole by now, maybe none. Raises DeviceTrouble."""
        ...

    async def close(self) -> None:
        """Let it go; raises nothing."""
        ...


class ScanLines:
    """Bytes to texts, in whatever pieces they come: each ends with CR, LF, both, or a tab.

    UTF-8, else GBK, as scanners of Chinese makers send it.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._overflows = False

    def feed(self, data: bytes) -> list[str]:
        """The texts that are whole by now, harmless and never empty."""
        for end in _ENDS[1:]:
            data = data.replace(end, _ENDS[0])
        *whole, rest = data.split(_ENDS[0])
        texts = []
        for part in whole:
            line, is_code = self._rest + part, not self._overflows
            self._rest, self._overflows = b"", False
            if is_code and len(line) <= LONGEST and (text := _decoded(line)):
                texts.append(text)
        self._rest += rest
        if len(self._rest) > LONGEST:
            self._rest, self._overflows = b"", True
        return texts


def _decoded(line: bytes) -> str:
    for encoding in ("utf-8", "gbk"):
        try:
            return one_line(line.decode(encoding))
        except UnicodeDecodeError:
            continue
    return one_line(line.decode("ascii", errors="replace"))


class Repeats:
    """The same text again within `seconds` of when it last counted does not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = ("", float("-inf"))

    def takes(self, text: str, at: float) -> bool:
        """Whether this scan counts."""
        last, when = self._last
        if text == last and 0 <= at - when < self._seconds:
            return False
        self._last = (text, at)
        return True


class Scanner:
    """A scanner as the supervisor works it."""

    def __init__(
        self,
        settings: ScannerSettings,
        on_scan: OnScan,
        source: ScanSource,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._on_scan = on_scan
        self._source = source
        self._now = now
        self._repeats = Repeats(settings.repeat_seconds)

    @property
    def name(self) -> str:
        """The scanner's name in hall.toml."""
        return self._settings.name

    def is_there(self) -> bool:
        """Whether the scanner is at this machine."""
        return self._source.is_there()

    async def open(self) -> DeviceHealth:
        """Open it; raises DeviceTrouble. A scanner tells nothing of itself: open is ready."""
        await self._source.open()
        return DeviceHealth(DeviceState.READY)

    async def work(self) -> None:
        """Tell each scan until cancelled; raises DeviceTrouble when the scanner is gone."""
        while True:
            for text in await self._source.scans():
                if self._repeats.takes(text, self._now()):
                    self._on_scan(text)

    async def test(self) -> None:
        """A scanner cannot show anything: whether it is still there; raises DeviceTrouble."""
        if not self._source.is_there():
            raise DeviceTrouble(device=self.name, reason=DeviceReason.UNPLUGGED)

    async def close(self) -> None:
        """Let it go."""
        await self._source.close()


def _source(settings: ScannerSettings) -> ScanSource:
    return SerialScans(settings) if settings.input == "serial" else TypedScans(settings)


class SerialScans:
    """Scans from a serial port (USB-COM, CDC)."""

    def __init__(self, settings: ScannerSettings) -> None:
        from yichuang.hardware.link.serial import SerialLink

        self._path = Path(settings.path)
        self._link: Link = SerialLink(settings.name, settings.path, settings.baud)
        self._lines = ScanLines()

    def is_there(self) -> bool:
        """Whether the port is at this machine."""
        return self._path.exists()

    async def open(self) -> None:
        """Open the port; raises DeviceTrouble."""
        self._lines = ScanLines()
        await self._link.open()
        for _each in range(_STALE_READS):
            if not await self._link.receive(0):
                break

    async def scans(self) -> list[str]:
        """Wait for bytes; the texts that they complete."""
        return self._lines.feed(await received(self._link, _WAIT_SECONDS))

    async def close(self) -> None:
        """Let the port go."""
        await self._link.drop()


class TypedScans:
    """Scans that are typed on an input device, taken from the terminal by a grab; ASCII only."""

    def __init__(self, settings: ScannerSettings) -> None:
        from yichuang.hardware.pad.evdev import EvdevInput, UsTyping

        self._new_typing = UsTyping
        self._typing = UsTyping()
        self._input = EvdevInput(settings)
        self._lines = ScanLines()

    def is_there(self) -> bool:
        """Whether the device is at this machine."""
        return self._input.is_there()

    async def open(self) -> None:
        """Open the device; raises DeviceTrouble."""
        self._typing, self._lines = self._new_typing(), ScanLines()
        await self._input.open()

    async def scans(self) -> list[str]:
        """Wait for keys; the texts that they complete."""
        typed = "".join(self._typing.feed(event) for event in await self._input.events())
        return self._lines.feed(typed.encode("ascii"))

    async def close(self) -> None:
        """Let it go."""
        await self._input.close()
