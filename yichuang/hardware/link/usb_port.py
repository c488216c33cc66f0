"""One USB device, worked through pyusb without blocking: found by its numbers, its interface taken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from yichuang.hardware.link.usb_device import (
    Progress,
    UsbAddress,
    UsbDevice,
    UsbFailure,
    is_plugged,
)
from yichuang.hardware.link.usb_interface import Choose, UsbInterface
from yichuang.hardware.link.usb_thread import CallThread, ThreadHangs
from yichuang.queue.device import DeviceReason, DeviceTrouble

logger = logging.getLogger(__name__)

T = TypeVar("T")

_GRACE_SECONDS = 2.0
"""How much longer than its own time limit a transfer may take before its thread counts as hanging."""
_OPEN_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_SYSFS = Path("/sys/bus/usb/devices")


class UsbTrouble(DeviceTrouble):
    """A USB device cannot work now; `touched` tells whether bytes of a failed write may have gone out."""

    code = "usb_trouble"

    def __init__(
        self, *, device: str, reason: DeviceReason, detail: str, touched: bool = False
    ) -> None:
        super().__init__(device=device, reason=reason, detail=detail)
        self.detail = detail
        self.touched = touched


class UsbPort:
    """The device with these numbers: `serial_number` tells several apart, empty takes the first.

    All calls of pyusb run one after the other in one thread; nothing here blocks the event loop. All trouble
    is a UsbTrouble with its reason: nothing found or gone UNPLUGGED, not allowed NO_PERMISSION, taken by
    another program BUSY, no libusb NO_LIBRARY, no fitting interface BAD_ANSWER, nothing taken in time or a
    call that hangs STALLED, else OFFLINE. `backend` is one of pyusb's, for tests and simulations; without it
    libusb comes from its wheel, else from the system.
    """

    def __init__(
        self,
        name: str,
        vendor: int,
        product: int,
        serial_number: str = "",
        *,
        backend: object | None = None,
    ) -> None:
        self.interface: UsbInterface | None = None
        """The interface that is taken, while the port is open."""
        self._name = name
        self._address = UsbAddress(vendor, product, serial_number)
        self._backend = backend
        self._thread: CallThread | None = None
        self._left_behind: CallThread | None = None
        self._device = UsbDevice(backend)

    def is_there(self) -> bool:
        """Whether such a device is plugged in, from a glance; True where only opening can tell."""
        if self._backend is not None:
            return is_plugged(self._backend, self._address)
        if not _SYSFS.is_dir():
            return True
        return any(_is_it(place, self._address) for place in _SYSFS.iterdir())

    async def open(self, choose: Choose) -> UsbInterface:
        """Find the device and take the interface that `choose` picks, unless one is taken; give it.

        The kernel's driver leaves that interface and gets it back with `close`. The device is not reset.
        """
        if self.interface is not None:
            return self.interface
        await self.close()
        if self._left_behind is not None and self._left_behind.is_alive:
            # One thread that hangs is enough: with each try, one more would stay for ever.
            raise self._trouble(DeviceReason.STALLED, "a former USB call still hangs")
        self._left_behind = None
        self._thread = CallThread(f"usb-{self._name}")
        # Of its own for each opening: one that hangs does not meddle with the next.
        device = self._device = UsbDevice(self._backend)
        try:
            self.interface = await self._run(
                lambda: device.take(self._address, choose), _OPEN_SECONDS
            )
        except BaseException:
            await self.close()
            raise
        return self.interface

    async def write(self, endpoint: int, data: bytes, seconds: float) -> int:
        """Send `data` in pieces; how many bytes went out, fewer than all when the time was over.

        Raises UsbTrouble STALLED when not one went out. libusb does not tell how much of a piece went out
        that failed for another reason than its time: `touched` counts whole pieces only.
        """
        device, progress = self._device, Progress()
        try:
            sent = await self._run(
                lambda: device.write(endpoint, data, seconds, progress), seconds + _GRACE_SECONDS
            )
        except UsbTrouble as trouble:
            trouble.touched = progress.may_have_sent
            raise
        if data and not sent:
            raise self._trouble(DeviceReason.STALLED, "takes no bytes")
        return sent

    async def read(self, endpoint: int, size: int, seconds: float) -> bytes:
        """What the device sent, waiting at most `seconds` for up to `size` bytes; empty when nothing came.

        `size` should be a multiple of the endpoint's packet: a longer packet would be an overflow.
        """
        device = self._device
        return await self._run(
            lambda: device.read(endpoint, size, seconds), seconds + _GRACE_SECONDS
        )

    async def control(
        self, request_type: int, request: int, value: int, what: int | bytes, seconds: float
    ) -> bytes:
        """A control transfer to the taken interface (it is wIndex): `what` to send, or how many bytes to get.

        A request that the device refuses raises STALLED.
        """
        device = self._device
        return await self._run(
            lambda: device.control(request_type, request, value, what, seconds),
            seconds + _GRACE_SECONDS,
        )

    async def close(self) -> None:
        """Give the interface back. Raises nothing; a thread that hangs is left behind after 2 s."""
        thread, self._thread = self._thread, None
        self.interface = None
        if thread is None:
            return
        last = None
        try:
            await thread.run(self._device.give_back, _CLOSE_SECONDS)
        except ThreadHangs:
            logger.warning("device %s: a USB call hangs and is left behind", self._name)
            last, self._left_behind = self._device.give_back, thread
        except Exception as error:  # whoever closes is done with it in any case
            logger.warning("device %s: it was not closed well: %r", self._name, error)
        finally:
            thread.end(last)

    async def _run(self, call: Callable[[], T], seconds: float) -> T:
        if self._thread is None:
            raise self._trouble(DeviceReason.OFFLINE, "closed")
        try:
            return await self._thread.run(call, seconds)
        except UsbFailure as failure:
            raise self._trouble(failure.reason, str(failure)) from failure
        except ValueError as error:  # pyusb: no such endpoint
            raise self._trouble(DeviceReason.BAD_ANSWER, str(error)) from error
        except ThreadHangs as hangs:
            raise self._trouble(DeviceReason.STALLED, "a USB call does not come back") from hangs

    def _trouble(self, reason: DeviceReason, detail: str) -> UsbTrouble:
        place = f"USB {self._address.vendor:04x}:{self._address.product:04x}"
        return UsbTrouble(device=self._name, reason=reason, detail=f"{place}: {detail}")


def _is_it(place: Path, address: UsbAddress) -> bool:
    """Whether this folder of sysfs is the device's."""
    wanted = {"idVendor": f"{address.vendor:04x}", "idProduct": f"{address.product:04x}"}
    if address.serial_number:
        wanted["serial"] = address.serial_number
    with suppress(OSError):
        return all(
            (place / name).read_text(encoding="utf-8", errors="replace").strip() == value
            for name, value in wanted.items()
        )
    return False
