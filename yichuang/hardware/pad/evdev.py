"""Keys of a Linux input device: `struct input_event` in, presses out (hardware 12).

No evdev package is needed, which would have to be compiled.
"""

from __future__ import annotations

import errno
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from yichuang.config.device import InputSettings
from yichuang.hardware.pad.descriptor import Descriptor, trouble
from yichuang.hardware.pad.key_codes import CAPS_LOCK, SHIFTS, SILENT, US_LAYOUT, key_name
from yichuang.hardware.pad.press import KeyPress

EVENT_BYTES = struct.calcsize("@llHHi")
"""The size of this machine's input_event: 24 bytes on 64-bit systems, 16 on 32-bit ones."""

EV_KEY = 1
RELEASED, PRESSED, HELD = 0, 1, 2
"""The values of a key event; a held key repeats by itself."""

_FORMATS = {24: "<qqHHi", 16: "<llHHi"}
_MOST_TYPE, _MOST_CODE = 0x1F, 0x2FF
_SECOND = 1_000_000

# asm-generic/ioctl.h, _IOW('E', …, int), as on x86, ARM, RISC-V and LoongArch.
_EVIOCGRAB = 0x40044590
_EVIOCSCLOCKID = 0x400445A0
_CLOCK_MONOTONIC = 1

_INPUTS = Path("/sys/class/input")
_DEVICES = Path("/dev/input")
_TYPING_KEYS = (1 << 128) - 2


class KeyEvent(NamedTuple):
    """One event of a key."""

    code: int
    value: int
    """`RELEASED`, `PRESSED` or `HELD`."""
    at: float
    """Seconds, by the clock of whoever sent it."""


class EventParser:
    """Bytes to key events, in whatever pieces they come; a device itself never tears one.

    Bytes that no event can begin with are skipped one by one, so that it finds its way again.
    """

    def __init__(self, size: int = EVENT_BYTES) -> None:
        self._struct = struct.Struct(_FORMATS[size])
        self._rest = b""

    def feed(self, data: bytes) -> list[KeyEvent]:
        """The key events that are whole by now."""
        data = self._rest + data
        events, place, size = [], 0, self._struct.size
        while place + size <= len(data):
            seconds, micro, kind, code, value = self._struct.unpack_from(data, place)
            if seconds < 0 or not 0 <= micro < _SECOND or kind > _MOST_TYPE or code > _MOST_CODE:
                place += 1
                continue
            place += size
            if kind == EV_KEY and value in (RELEASED, PRESSED, HELD):
                events.append(KeyEvent(code, value, seconds + micro / _SECOND))
        self._rest = data[place:]
        return events


class UsTyping:
    """Key events to the characters that a US keyboard types with them."""

    def __init__(self) -> None:
        self._shifts: set[int] = set()
        self._caps = False

    def feed(self, event: KeyEvent) -> str:
        """The character, or nothing; Enter is a carriage return."""
        if event.code in SHIFTS:
            if event.value == RELEASED:
                self._shifts.discard(event.code)
            else:
                self._shifts.add(event.code)
            return ""
        if event.value != PRESSED:
            return ""
        if event.code == CAPS_LOCK:
            self._caps = not self._caps
            return ""
        plain, shifted = US_LAYOUT.get(event.code, ("", ""))
        return shifted if bool(self._shifts) is not (self._caps and plain.isalpha()) else plain


def find_input(
    vendor: int, product: int, inputs: Path = _INPUTS, devices: Path = _DEVICES
) -> Path | None:
    """The input device with those USB numbers; of several, the one with the most keys for typing.

    A keypad often shows further devices, for its media keys or as a mouse.
    """
    found: list[tuple[int, int, Path]] = []
    for place in inputs.glob("event*"):
        identity = place / "device" / "id"
        try:
            numbers = [int((identity / each).read_text(), 16) for each in ("vendor", "product")]
            order = int(place.name.removeprefix("event"))
        except (OSError, ValueError):
            continue
        if numbers == [vendor, product]:
            found.append((-_typing_keys(place), order, devices / place.name))
    return min(found)[2] if found else None


def _typing_keys(place: Path) -> int:
    """How many keys of a keyboard's usual ones the device has."""
    try:
        words = (place / "device" / "capabilities" / "key").read_text().split()
        bits = 0
        for word in words:
            # Words of the kernel's size, the highest first, without leading noughts.
            bits = bits << (64 if EVENT_BYTES == 24 else 32) | int(word, 16)
    except (OSError, ValueError):
        return 0
    return (bits & _TYPING_KEYS).bit_count()


class EvdevInput:
    """The key events of one input device, by path or by its USB numbers."""

    def __init__(
        self,
        settings: InputSettings,
        *,
        find: Callable[[int, int], Path | None] = find_input,
        event_bytes: int = EVENT_BYTES,
    ) -> None:
        self._settings = settings
        self._find = find
        self._event_bytes = event_bytes
        self._file = Descriptor(settings.name)
        self._parser = EventParser(event_bytes)
        self._is_stamped = False

    def is_there(self) -> bool:
        """Whether the device is at this machine."""
        path = self._path()
        return path is not None and path.exists()

    async def open(self) -> None:
        """Open the device, and keep its keys from the terminal when `grab` says so."""
        path = self._path()
        if path is None:
            raise trouble(self._settings.name, "/dev/input", None)
        self._parser = EventParser(self._event_bytes)
        await self._file.open(path, self._prepare)

    async def events(self) -> list[KeyEvent]:
        """Wait for the next bytes; the key events in them, if any, by a clock that never goes back."""
        events = self._parser.feed(await self._file.read())
        if self._is_stamped:
            return events
        now = time.monotonic()
        return [event._replace(at=now) for event in events]

    async def close(self) -> None:
        """Let it go."""
        await self._file.close()

    def _path(self) -> Path | None:
        settings = self._settings
        return (
            Path(settings.path) if settings.path else self._find(settings.vendor, settings.product)
        )

    def _prepare(self, fd: int) -> None:
        self._is_stamped = _control(fd, _EVIOCSCLOCKID, struct.pack("i", _CLOCK_MONOTONIC))
        if self._settings.grab:
            _control(fd, _EVIOCGRAB, 1)


def _control(fd: int, request: int, argument: bytes | int) -> bool:
    """Whether `fd` is an input device that obeyed; raises OSError when one refuses."""
    try:
        import fcntl

        fcntl.ioctl(fd, request, argument)
    except ImportError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL):
            return False
        raise
    return True


class EvdevKeys:
    """The presses of one input device."""

    def __init__(self, device: EvdevInput) -> None:
        self._input = device

    def is_there(self) -> bool:
        """Whether the device is at this machine."""
        return self._input.is_there()

    async def open(self) -> None:
        """Open the device; raises DeviceTrouble."""
        await self._input.open()

    async def presses(self) -> list[KeyPress]:
        """Wait for the next keys; those that are held, or mean nothing by themselves, are left out."""
        while True:
            presses = [
                KeyPress(key_name(event.code), event.at)
                for event in await self._input.events()
                if event.value == PRESSED and event.code not in SILENT
            ]
            if presses:
                return presses

    async def close(self) -> None:
        """Let it go."""
        await self._input.close()
