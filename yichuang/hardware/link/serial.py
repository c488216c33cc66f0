"""A device on a serial port: set up by pyserial, read and written without blocking."""

from __future__ import annotations

import asyncio
import errno
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yichuang.hardware.link.link import LinkStalled
from yichuang.hardware.link.port import DeviceLink, Opened

if TYPE_CHECKING:
    from serial import Serial

_BITS = 10
"""On the line for each byte at 8N1: a start bit, eight, and a stop bit."""
_MARGIN_SECONDS = 2.0
"""How much longer than its speed needs a line may take: devices hold the bytes back now and then."""
_LOOK_SECONDS = 0.02

Flow = Literal["none", "rtscts", "xonxoff"]


class SerialLink(DeviceLink):
    """A serial port at 8N1. The port is taken for this program alone."""

    def __init__(self, name: str, path: str, baud: int = 9600, flow: Flow = "none") -> None:
        """`flow` says how the device tells that it takes no more bytes for now.

        On Linux pyserial's `dsrdtr` holds nothing back, so it is not offered (hardware 1.3).
        """
        super().__init__(name, Path(path))
        self._baud = baud
        self._flow = flow

    async def send(self, data: bytes, seconds: float) -> None:
        """Write `data` as the port takes it: as long as its speed needs, and `seconds` more."""
        await super().send(data, seconds + len(data) * _BITS / self._baud)

    async def drain(self, seconds: float) -> None:
        """Wait until the port has sent all: as long as its speed needs, and `seconds` at least."""
        opened = self._open()
        now = asyncio.get_running_loop().time
        try:
            needed = opened.left() * _BITS / self._baud + _MARGIN_SECONDS
            deadline = now() + max(seconds, needed)
            while left := opened.left():
                if now() >= deadline:
                    detail = f"{self._path}: {left} bytes were not sent"
                    raise LinkStalled(device=self._name, detail=detail, touched=True)
                await asyncio.sleep(_LOOK_SECONDS)
        except OSError as error:
            raise self._lost(error, touched=True) from error

    def _open_at(self) -> Opened:
        from serial import Serial, SerialException

        try:
            port = Serial(
                str(self._path),
                self._baud,
                timeout=0,
                write_timeout=0,
                # Makes VMIN 1: with 0 an idle port reads like one that was closed (termios(3)).
                inter_byte_timeout=0.0,
                rtscts=self._flow == "rtscts",
                xonxoff=self._flow == "xonxoff",
                exclusive=True,
            )
        except SerialException as error:
            # Another program's lock is told as "would block"; a path that is no port, without a number.
            number = errno.EBUSY if error.errno == errno.EAGAIN else error.errno or errno.ENOTTY
            raise OSError(number, str(error)) from error
        return Opened(
            port.fileno(),
            answers=True,
            close=port.close,
            # The kernel would wait thirty seconds in close() for what the device holds up.
            discard=lambda: _discard(port),
            left=lambda: port.out_waiting,
        )


def _discard(port: Serial) -> None:
    """Throw away what the port has not sent. Raises OSError."""
    try:
        port.reset_output_buffer()
    except termios.error as error:  # is no OSError: the port is gone
        raise OSError(*error.args) from error
