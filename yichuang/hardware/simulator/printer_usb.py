"""A simulated ticket printer on the simulated USB bus: class 7, endpoints and port status of its own."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable
from typing import TypeVar

from yichuang.hardware.link.usb_interface import UsbEndpoint, UsbInterface
from yichuang.hardware.simulator.printer_body import BLOCKED, Failure, PrinterBody, Session
from yichuang.hardware.simulator.usb import UsbModel

T = TypeVar("T")

_LOOP_SECONDS = 10.0
_GET_PORT_STATUS = (0xA1, 1)
_PORT_HEALTHY = 0x18
_PORT: dict[Failure, int] = {
    Failure.PAPER_OUT: 0x30,
    Failure.COVER_OPEN: 0x10,
    Failure.CUTTER: 0x10,
    Failure.SILENT: 0x10,
}
"""The port status with each failure (usblp.c): 0x20 no paper, 0x10 selected, 0x08 no error."""


def printer_interfaces(out: int, back: int | None) -> tuple[UsbInterface, UsbInterface]:
    """Interface 0 of a printer: one-way as it wakes up, and both ways (USB printer class 1.1)."""
    ways = [UsbEndpoint(out, "bulk")]
    if back is not None:
        ways.append(UsbEndpoint(back, "bulk"))
    return (
        UsbInterface(0, 0, 7, 1, 1, (UsbEndpoint(out, "bulk"),)),
        UsbInterface(0, 1, 7, 1, 2, tuple(ways)),
    )


class UsbPrinter(UsbModel):
    """The printer's USB side; `body` is the printer, which lives on the event loop that made it.

    The bus calls it from the thread of whoever opened it.
    """

    def __init__(
        self,
        body: UsbPrinterBody,
        *,
        vendor: int = 0x0FE6,
        product: int = 0x811E,
        endpoints: tuple[int, int | None] = (0x03, 0x84),
        serial_number: str = "",
    ) -> None:
        super().__init__(
            vendor, product, *printer_interfaces(*endpoints), serial_number=serial_number
        )
        self.kernel_driver = {0}
        self.body = body
        self.room = 4096
        """How many bytes it takes while it cannot print."""
        self.at_once = 1 << 16
        """How many bytes it takes in one transfer."""
        self.knows_port = True
        """Whether its port status tells the truth; many clones say that all is well."""
        self.reads = True
        self._endpoints = endpoints
        self._loop = asyncio.get_running_loop()
        self._answers = bytearray()
        self._came = threading.Condition()
        body.usb = self
        self._session: Session = body.begin(self)

    # --- the printer's side: on the event loop ------------------------------------------------

    def send(self, answer: bytes) -> None:
        """Have these bytes ready for the next read."""
        with self._came:
            self._answers += answer
            self._came.notify_all()

    def drop(self) -> None:
        """It is pulled out."""
        self.switch(on=False)

    def switch(self, *, on: bool) -> None:
        """Pull it out, or plug it in; it then knows nothing of what came before."""
        if self.plugged is not on:
            self.plugged = on
            self.body.end(self._session)
            self._session = self.body.begin(self)
            with self._came:
                self._answers.clear()
                self._came.notify_all()

    def read_on(self, reads: bool) -> None:
        """Take bytes, or none at all."""
        self.reads = reads

    # --- the bus's side: in the thread of whoever opened it -----------------------------------

    def bulk_write(self, endpoint: int, data: bytes, milliseconds: int) -> int:
        """Take what there is room for; with no room the time runs out."""
        if endpoint != self._endpoints[0]:
            self.refuse(errno.EIO, "Input/Output Error")
        taken = self._there(lambda: self._take(data))
        self.expect_there()
        if not taken:
            with self._came:
                self._came.wait_for(lambda: not self.plugged, milliseconds / 1000)
            self.expect_there()
            self.time_out()
        return taken

    def bulk_read(self, endpoint: int, size: int, milliseconds: int) -> bytes:
        """What the printer has to say."""
        if endpoint != self._endpoints[1]:
            self.refuse(errno.EIO, "Input/Output Error")
        with self._came:
            self._came.wait_for(lambda: self._answers or not self.plugged, milliseconds / 1000)
            self.expect_there()
            if not self._answers:
                self.time_out()
            came = bytes(self._answers[:size])
            del self._answers[:size]
            return came

    def control(self, request_type: int, request: int, value: int, index: int, size: int) -> bytes:
        """GET_PORT_STATUS; nothing else is known."""
        if (request_type, request) != _GET_PORT_STATUS or index != 0:
            self.refuse(errno.EPIPE, "Pipe error")
        failure = self.body.failure
        truth = _PORT.get(failure, _PORT_HEALTHY) if failure else _PORT_HEALTHY
        return bytes((truth if self.knows_port else _PORT_HEALTHY,))

    def _take(self, data: bytes) -> int:
        room = self.at_once if self.reads else 0
        if self.body.failure in BLOCKED:
            room = min(room, self.room - self._session.backlog)
        taken = data[: max(0, room)]
        self._session.take(taken)
        return len(taken)

    def _there(self, call: Callable[[], T]) -> T:
        """What `call` gives on the printer's event loop."""

        async def there() -> T:
            return call()

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(_LOOP_SECONDS)


class UsbPrinterBody(PrinterBody):
    """A printer that is plugged into a USB bus by `UsbPrinter`."""

    usb: UsbPrinter | None = None

    async def switch(self, *, on: bool) -> None:
        """Switched off, it is gone from the bus."""
        if self.usb is not None:
            self.usb.switch(on=on)
