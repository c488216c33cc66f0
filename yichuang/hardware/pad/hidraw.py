"""Keys of a pad with reports of its maker's own: one byte of each report tells the key (hardware 12)."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable
from pathlib import Path

from yichuang.config.device import PadSettings
from yichuang.hardware.pad.descriptor import Descriptor, trouble
from yichuang.hardware.pad.press import KeyPress

_CLASS = Path("/sys/class/hidraw")
_DEVICES = Path("/dev")
_HID_ID = re.compile(r"^HID_ID=[0-9A-Fa-f]+:([0-9A-Fa-f]{1,8}):([0-9A-Fa-f]{1,8})$", re.MULTILINE)


class ReportParser:
    """Bytes to keys, in whatever pieces they come: byte `offset` of each report of `size` bytes.

    0 says that no key is down.
    """

    def __init__(self, size: int, offset: int) -> None:
        self._size = size
        self._offset = offset
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The keys of the reports that are whole by now."""
        data = self._rest + data
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        if self._offset >= self._size:
            return []
        values = data[self._offset : whole : self._size]
        return [f"0x{value:02x}" for value in values if value]

    def whole(self, report: bytes) -> list[str]:
        """The key of one report as a device hands it over, however long it turned out to be."""
        values = report[self._offset : self._offset + 1]
        return [f"0x{value:02x}" for value in values if value]


def find_hidraw(
    vendor: int, product: int, places: Path = _CLASS, devices: Path = _DEVICES
) -> Path | None:
    """The hidraw device with those USB numbers, the first of several."""
    found: list[tuple[int, Path]] = []
    for place in places.glob("hidraw*"):
        try:
            identity = _HID_ID.search((place / "device" / "uevent").read_text())
            order = int(place.name.removeprefix("hidraw"))
        except (OSError, ValueError):
            continue
        if identity and [int(each, 16) for each in identity.groups()] == [vendor, product]:
            found.append((order, devices / place.name))
    return min(found)[1] if found else None


class HidrawKeys:
    """The presses of one hidraw device, by path or by its USB numbers."""

    def __init__(
        self, settings: PadSettings, *, find: Callable[[int, int], Path | None] = find_hidraw
    ) -> None:
        self._settings = settings
        self._find = find
        self._file = Descriptor(settings.name)
        self._parser = ReportParser(settings.report_bytes, settings.offset)
        self._is_device = False

    def is_there(self) -> bool:
        """Whether the device is at this machine."""
        path = self._path()
        return path is not None and path.exists()

    async def open(self) -> None:
        """Open the device; raises DeviceTrouble."""
        path = self._path()
        if path is None:
            raise trouble(self._settings.name, "/dev/hidraw*", None)
        self._parser = ReportParser(self._settings.report_bytes, self._settings.offset)
        await self._file.open(path, self._look)

    async def presses(self) -> list[KeyPress]:
        """Wait for the next reports that tell a key."""
        while True:
            data = await self._file.read()
            # A device hands over one report a read; a FIFO that stands for one has no bounds.
            keys = self._parser.whole(data) if self._is_device else self._parser.feed(data)
            if keys:
                now = time.monotonic()
                return [KeyPress(key, now) for key in keys]

    async def close(self) -> None:
        """Let it go."""
        await self._file.close()

    def _look(self, fd: int) -> None:
        self._is_device = stat.S_ISCHR(os.fstat(fd).st_mode)

    def _path(self) -> Path | None:
        settings = self._settings
        return (
            Path(settings.path) if settings.path else self._find(settings.vendor, settings.product)
        )
