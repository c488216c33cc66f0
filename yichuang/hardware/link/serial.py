"""A device on a serial port: set up by pyserial, read and written without blocking."""

from __future__ import annotations

import errno
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yichuang.hardware.link.port import DeviceLink

if TYPE_CHECKING:
    from serial import Serial

_DRAIN_SECONDS = 2.0
"""How long closing waits for bytes that the port has not sent yet."""

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
        self._port: Serial | None = None

    def _open_at(self) -> tuple[int, bool]:
        from serial import Serial, SerialException

        try:
            self._port = Serial(
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
            number = errno.EBUSY if error.errno == errno.EAGAIN else error.errno or errno.EINVAL
            raise OSError(number, str(error)) from error
        return self._port.fileno(), True

    def _close_at(self, fd: int) -> None:
        """Let what is in the port go out for a moment; what a device then holds up is thrown away.

        The kernel would wait for it for thirty seconds in close().
        """
        port, self._port = self._port, None
        if port is None:
            return
        with suppress(OSError):
            deadline = time.monotonic() + _DRAIN_SECONDS
            while port.out_waiting and time.monotonic() < deadline:
                time.sleep(0.02)
            port.reset_output_buffer()
        port.close()
