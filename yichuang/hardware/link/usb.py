"""A printer on USB by its numbers, past the kernel's usblp: bulk pipes and the port status (hardware 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NoReturn

from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.usb_interface import UsbEndpoint, UsbInterface
from yichuang.hardware.link.usb_port import UsbPort, UsbTrouble
from yichuang.queue.device import DeviceReason

PRINTER_CLASS = 7
_VENDOR_CLASS = 255
_BY_PROTOCOL = {2: 0, 1: 1, 3: 2}
"""Both ways before one-way before IEEE 1284.4, as usblp.c chooses."""

_HEAD = b"\x1b@"
"""`ESC @`, with which a ticket begins, goes out by itself. It prints nothing, and as long as it has not gone
out, surely nothing has: libusb does not tell how much of a transfer went out that failed for another reason
than its time. A longer head could end inside a command, and the next ticket would begin there."""

_SHORTEST_READ = 0.02
_PAUSE = 0.01
"""Between two reads of a printer that answers "nothing to say" at once, with empty packets."""
_STATUS_SECONDS = 0.5
_GET_PORT_STATUS = (0xA1, 1)


class UsbLink:
    """One printer, taken from usblp while it is open; kept open between tickets."""

    def __init__(
        self,
        name: str,
        vendor: int,
        product: int,
        serial_number: str = "",
        *,
        backend: object | None = None,
    ) -> None:
        """`backend` is one of pyusb's, for simulations."""
        self._name = name
        self._port = UsbPort(name, vendor, product, serial_number, backend=backend)
        self._out: UsbEndpoint | None = None
        self._in: UsbEndpoint | None = None

    @property
    def answers(self) -> bool:
        """Whether it has a pipe back, as its descriptors say; known once it is open."""
        return self._in is not None

    def is_there(self) -> bool:
        """Whether such a device is plugged in."""
        return self._port.is_there()

    async def open(self) -> bool:
        """Take the printer's interface unless it is taken. Raises LinkLost."""
        if self._port.interface is not None:
            return False
        try:
            interface = await self._port.open(choose_printer)
        except UsbTrouble as trouble:
            raise self._lost(trouble) from trouble
        self._out, self._in = _pipes(interface)
        return True

    async def send(self, data: bytes, seconds: float) -> None:
        """Hand `data` to the printer as it takes them; raises LinkLost or LinkStalled."""
        deadline = _now() + seconds
        sent = 0
        head = _HEAD if data.startswith(_HEAD) else b""
        for piece in filter(None, (head, data.removeprefix(head))):
            try:
                done = await self._port.write(self._out_address(), piece, deadline - _now())
            except UsbTrouble as trouble:
                touched = sent > 0 or trouble.touched
                raise self._lost(trouble, touched=touched) from trouble
            sent += done
            if done < len(piece):
                detail = "takes no more bytes"
                raise LinkStalled(device=self._name, detail=detail, touched=True)

    async def drain(self, seconds: float) -> None:
        """What was sent is with the printer: a transfer ends when its last packet is acknowledged."""

    async def receive(self, seconds: float) -> bytes:
        """What the printer sent, waiting at most `seconds`. Raises LinkLost."""
        if self._in is None:
            self._closed()
        deadline = _now() + seconds
        size = max(64, self._in.packet)
        while True:
            try:
                data = await self._port.read(
                    self._in.address, size, max(_SHORTEST_READ, deadline - _now())
                )
            except UsbTrouble as trouble:
                raise self._lost(trouble) from trouble
            if data or _now() >= deadline:
                return data
            await asyncio.sleep(_PAUSE)

    async def port_status(self) -> int | None:
        """GET_PORT_STATUS; None where the printer refuses. Many clones answer "healthy" whatever happens."""
        try:
            answer = await self._port.control(*_GET_PORT_STATUS, 0, 1, _STATUS_SECONDS)
        except UsbTrouble:
            return None
        return answer[0] if answer else None

    async def close(self) -> None:
        """Give the printer back to usblp. What it took stays with it."""
        self._out = self._in = None
        await self._port.close()

    async def drop(self) -> None:
        """The same as closing: nothing is under way between the calls."""
        await self.close()

    def _out_address(self) -> int:
        if self._out is None:
            self._closed()
        return self._out.address

    def _closed(self) -> NoReturn:
        raise LinkLost(device=self._name, detail="closed")

    def _lost(self, trouble: UsbTrouble, *, touched: bool = False) -> LinkLost:
        kind = LinkStalled if trouble.reason is DeviceReason.STALLED else LinkLost
        return kind(
            device=self._name, detail=trouble.detail, touched=touched, reason=trouble.reason
        )


def choose_printer(interfaces: Sequence[UsbInterface]) -> UsbInterface | None:
    """The interface of class 7 that is best to talk to; without one, a vendor's own with a bulk OUT pipe.

    Some boards say of themselves only that they are their vendor's [U]; hall.toml names the device.
    """
    able = [each for each in interfaces if each.endpoint("bulk", is_in=False)]
    printers = [each for each in able if each.kind == PRINTER_CLASS]
    if printers:
        return min(printers, key=lambda each: _BY_PROTOCOL.get(each.protocol, 3))
    return next((each for each in able if each.kind == _VENDOR_CLASS), None)


def _pipes(interface: UsbInterface) -> tuple[UsbEndpoint | None, UsbEndpoint | None]:
    """OUT and IN; a printer that calls itself one-way has none back, whatever its descriptors hold."""
    one_way = interface.kind == PRINTER_CLASS and interface.protocol == 1
    back = None if one_way else interface.endpoint("bulk", is_in=True)
    return interface.endpoint("bulk", is_in=False), back


def _now() -> float:
    return asyncio.get_running_loop().time()
