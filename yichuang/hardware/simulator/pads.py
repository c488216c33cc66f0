"""Simulated pads and a scanner: what real ones send, on a pty or as input events (hardware 12, 13)."""

from __future__ import annotations

import asyncio
import os
import pty
import random
import shutil
import struct
import tempfile
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from yichuang.hardware.pad.key_codes import KEY_CODES, US_LAYOUT
from yichuang.language import _

AWAY_SECONDS = 3.0
"""So long an unplugged device stays away."""

BETWEEN_KEYS = 0.15
"""Seconds from one key of a keypad to the next: a quick hand's. Sooner, a digit that comes twice would be
taken for one that bounces."""

_TORN_SECONDS = 0.05
_REPEATS = 10
_EVENT = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY, _EV_MSC, _MSC_SCAN = 0, 1, 4, 4
_SHIFT = KEY_CODES["KEY_LEFTSHIFT"]


class Failure(StrEnum):
    """How the simulated device fails."""

    BOUNCE = "bounce"
    """Each press comes three times."""
    GARBAGE = "garbage"
    """Bytes that mean nothing come before each press."""
    STUCK = "stuck"
    """The key stays down and repeats."""
    UNPLUG = "unplug"
    """Each press is the last one for three seconds: the device is gone meanwhile."""
    TORN = "torn"
    """What is sent comes in two halves."""


class _Wire:
    """Bytes to whoever opened `path`; it can be pulled out and put back."""

    def __init__(self, link: Path | None, name: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="yichuang-")) if link is None else None
        self.path = link if link is not None else (self._folder or Path()) / name
        self._fd: int | None = None

    def plug(self) -> None:
        """Be there."""
        raise NotImplementedError

    def unplug(self) -> None:
        """Be gone: whoever reads is told so."""
        fd, self._fd = self._fd, None
        with suppress(OSError):
            self.path.unlink()
        if fd is not None:
            os.close(fd)

    def send(self, data: bytes) -> None:
        """Send; what nobody reads is lost once the system holds too much of it."""
        if self._fd is not None:
            with suppress(OSError):
                os.write(self._fd, data)

    def close(self) -> None:
        """Be gone for good."""
        self.unplug()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class _Pty(_Wire):
    """A serial port; `path` is a link to it, so that it has the same name when it is back."""

    def plug(self) -> None:
        near, far = pty.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        target = os.ttyname(far)
        self._fd = near
        self._far = far
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(target)

    def unplug(self) -> None:
        if self._fd is not None:
            os.close(self._far)
        super().unplug()


class _Fifo(_Wire):
    """An input device."""

    def plug(self) -> None:
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path, 0o600)
        self._fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)


class _Simulated:
    """What the simulated devices share; an async context manager."""

    def __init__(
        self, wire: _Wire, failure: Failure | None, show: Callable[[str], None], away: float
    ) -> None:
        self.failure = failure
        """How it fails now; it may be changed at any time."""
        self._wire = wire
        self._show = show
        self._away = away
        self._later: set[asyncio.TimerHandle] = set()
        self._random = random.Random(1)

    @property
    def path(self) -> Path:
        """What hall.toml names."""
        return self._wire.path

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._later:
            each.cancel()
        self._wire.close()

    def unplug(self) -> None:
        """Pull it out."""
        self._wire.unplug()
        self._show(_("拔出"))

    def plug(self) -> None:
        """Put it back."""
        self._wire.plug()
        self._show(_("插回"))

    def _send(self, data: bytes, repeat: bytes) -> None:
        """Send one press; `repeat` is what a key that stays down sends besides."""
        match self.failure:
            case Failure.BOUNCE:
                data = data * 3
            case Failure.GARBAGE:
                data = self._garbage() + data
            case Failure.STUCK:
                data += repeat * _REPEATS
        if self.failure is Failure.TORN:
            half = len(data) // 2
            self._wire.send(data[:half])
            self._after(_TORN_SECONDS, lambda: self._wire.send(data[half:]))
            return
        self._wire.send(data)
        if self.failure is Failure.UNPLUG:
            self._after(_TORN_SECONDS, self._go_away)

    def _garbage(self) -> bytes:
        return self._random.randbytes(23).translate(None, delete=b"\x01\x02\x03\x04\x0512345")

    def _go_away(self) -> None:
        self.unplug()
        self._after(self._away, self.plug)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        def work() -> None:
            self._later.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, work)
        self._later.add(timer)


def key_events(code: int, *values: int) -> bytes:
    """The input events of one key with these values: 1 pressed, 0 released, 2 held."""
    now = time.time_ns() // 1000
    stamp = divmod(now, 1_000_000)
    return b"".join(
        _EVENT.pack(*stamp, _EV_MSC, _MSC_SCAN, 0x70000 + code)
        + _EVENT.pack(*stamp, _EV_KEY, code, value)
        + _EVENT.pack(*stamp, _EV_SYN, 0, 0)
        for value in values
    )


class SimulatedRatingPad(_Simulated):
    """A rating pad with keys 1-5: a byte each on a serial port, or the digits of a keyboard."""

    def __init__(
        self,
        *,
        failure: Failure | None = None,
        show: Callable[[str], None],
        link: Path | None = None,
        kind: Literal["serial", "evdev"] = "serial",
        name: str = "sim-rating",
        window: int = 1,
        away: float = AWAY_SECONDS,
    ) -> None:
        wire = _Pty(link, "rating") if kind == "serial" else _Fifo(link, "rating")
        super().__init__(wire, failure, show, away)
        self._kind = kind
        self._name = name
        self._window = window

    def press(self, key: str) -> None:
        """Press one of the keys `1` to `5`; raises KeyError for another."""
        code = KEY_CODES[f"KEY_{key}"]
        if key not in {"1", "2", "3", "4", "5"}:
            raise KeyError(key)
        self._show(_("按下 {key}").format(key=key))
        if self._kind == "serial":
            self._send(key.encode(), key.encode())
        elif self.failure is Failure.STUCK:
            self._send(key_events(code, 1), key_events(code, 2))
        else:
            self._send(key_events(code, 1, 0), b"")

    def toml(self) -> str:
        """The section of hall.toml that uses it."""
        return (
            f'[[rating_pad]]\nname = "{self._name}"\nwindow = {self._window}\n'
            f'input = "{self._kind}"\npath = "{self.path}"\n'
        )


CALLER_KEYS = {
    "enter": "KEY_KPENTER", "+": "KEY_KPPLUS", "-": "KEY_KPMINUS", "*": "KEY_KPASTERISK",
    "/": "KEY_KPSLASH", ".": "KEY_KPDOT", "back": "KEY_BACKSPACE",
    **{str(digit): f"KEY_KP{digit}" for digit in range(10)},
}  # fmt: skip
"""The keys of a numeric keypad, as `SimulatedCallerPad.press` is told them."""


class SimulatedCallerPad(_Simulated):
    """A USB numeric keypad, as input events."""

    def __init__(
        self,
        *,
        failure: Failure | None = None,
        show: Callable[[str], None],
        link: Path | None = None,
        name: str = "sim-caller",
        window: int = 1,
        away: float = AWAY_SECONDS,
    ) -> None:
        super().__init__(_Fifo(link, "caller"), failure, show, away)
        self._name = name
        self._window = window
        self._free_at = 0.0
        """When the hand is ready for the next key, by the event loop's clock."""

    def press(self, key: str) -> None:
        """Press one of `CALLER_KEYS`, after those that were asked for before; raises KeyError for another."""
        code = KEY_CODES[CALLER_KEYS[key]]
        now = asyncio.get_running_loop().time()
        wait = max(self._free_at - now, 0.0)
        self._free_at = now + wait + BETWEEN_KEYS
        if wait:
            self._after(wait, partial(self._press, key, code))
        else:
            self._press(key, code)

    def _press(self, key: str, code: int) -> None:
        self._show(_("按下 {key}").format(key=key))
        if self.failure is Failure.STUCK:
            self._send(key_events(code, 1), key_events(code, 2))
        else:
            self._send(key_events(code, 1, 0), b"")

    def toml(self) -> str:
        """The section of hall.toml that uses it."""
        return (
            f'[[caller_pad]]\nname = "{self._name}"\nwindow = {self._window}\n'
            f'input = "evdev"\npath = "{self.path}"\n'
        )


class SimulatedScanner(_Simulated):
    """A scanner in USB-COM mode, or one that types."""

    def __init__(
        self,
        *,
        failure: Failure | None = None,
        show: Callable[[str], None],
        link: Path | None = None,
        kind: Literal["serial", "evdev"] = "serial",
        name: str = "sim-scanner",
        away: float = AWAY_SECONDS,
    ) -> None:
        wire = _Pty(link, "scanner") if kind == "serial" else _Fifo(link, "scanner")
        super().__init__(wire, failure, show, away)
        self._kind = kind
        self._name = name

    def scan(self, text: str) -> None:
        """Read a code; one that types can read only what is on a US keyboard."""
        self._show(_("扫到 {text}").format(text=text))
        data = text.encode() + b"\r\n" if self._kind == "serial" else _typed(text + "\r")
        self._send(data, data)

    def toml(self) -> str:
        """The section of hall.toml that uses it."""
        return f'[[scanner]]\nname = "{self._name}"\ninput = "{self._kind}"\npath = "{self.path}"\n'

    def _garbage(self) -> bytes:
        return super()._garbage() + b"\r"


def _typed(text: str) -> bytes:
    """The input events of typing `text` on a US keyboard."""
    layout = list(US_LAYOUT.items())[::-1]
    keys = {shifted: (code, True) for code, (_plain, shifted) in layout}
    keys |= {plain: (code, False) for code, (plain, _shifted) in layout}
    events = b""
    for character in text:
        code, shift = keys[character]
        if shift:
            events += key_events(_SHIFT, 1)
        events += key_events(code, 1, 0)
        if shift:
            events += key_events(_SHIFT, 0)
    return events
