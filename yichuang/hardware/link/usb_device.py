"""The calls of pyusb that one open device needs; every one of them blocks (hardware 6)."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from yichuang.hardware.link.usb_interface import TRANSFERS, Choose, UsbEndpoint, UsbInterface
from yichuang.queue.device import DeviceReason

CHUNK = 8192
"""The most that goes out in one transfer."""

_REASONS = {
    errno.EACCES: DeviceReason.NO_PERMISSION,
    errno.EPERM: DeviceReason.NO_PERMISSION,
    errno.EBUSY: DeviceReason.BUSY,
    errno.ENODEV: DeviceReason.UNPLUGGED,
    errno.ENOENT: DeviceReason.UNPLUGGED,
    errno.EPIPE: DeviceReason.STALLED,
    errno.ETIMEDOUT: DeviceReason.STALLED,
}
"""What the errors of libusb mean, by the number that pyusb gives them; all others are OFFLINE."""


class UsbFailure(Exception):
    """A call failed for this reason."""

    def __init__(self, reason: DeviceReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(slots=True)
class Progress:
    """How far a write has come, also while it goes on in its thread."""

    sent: int = 0
    is_sending: bool = False

    @property
    def may_have_sent(self) -> bool:
        """Whether bytes may have gone out."""
        return bool(self.sent) or self.is_sending


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """Which device is meant; an empty `serial_number` takes the first with these numbers."""

    vendor: int
    product: int
    serial_number: str = ""


class UsbDevice:
    """One opening of one device. All its methods raise UsbFailure."""

    def __init__(self, backend: object | None = None) -> None:
        """`backend` is one of pyusb's; without it libusb comes from its wheel, else from the system."""
        self._backend = backend
        self._device: Any = None
        self._number: int | None = None
        self._detached = False

    def take(self, address: UsbAddress, choose: Choose) -> UsbInterface:
        """Find the device and take the interface that `choose` picks; the kernel's driver leaves it.

        The device is not reset: that would interrupt what it prints, and its other interfaces.
        """
        import usb.core
        import usb.util

        try:
            device = self._device = _find(self._backend or _libusb(), address)
            settings = list(_configured(device))
            found = choose([_described(each) for each in settings])
            if found is None:
                raise UsbFailure(DeviceReason.BAD_ANSWER, "no interface of the right kind")
            self._number = found.number
            self._detached = _detach(device, found.number)
            usb.util.claim_interface(device, found.number)
            if sum(each.bInterfaceNumber == found.number for each in settings) > 1:
                device.set_interface_altsetting(found.number, found.alternate)
        except (usb.core.USBError, usb.core.NoBackendError) as error:
            raise _failure(error) from error
        return found

    def write(self, endpoint: int, data: bytes, seconds: float, progress: Progress) -> int:
        """Send `data` in pieces; how many bytes went out when all are or the time is over."""
        import usb.core

        deadline = time.monotonic() + seconds
        while progress.sent < len(data):
            left = deadline - time.monotonic()
            if left <= 0 and progress.sent:
                break
            piece = data[progress.sent : progress.sent + CHUNK]
            progress.is_sending = True
            try:
                sent = self._device.write(endpoint, piece, _milliseconds(left))
            except usb.core.USBTimeoutError:
                break
            except usb.core.USBError as error:
                raise self._halted(endpoint, error) from error
            finally:
                progress.is_sending = False
            progress.sent += sent
            if not sent:
                break
        return progress.sent

    def read(self, endpoint: int, size: int, seconds: float) -> bytes:
        """What the device sent within `seconds`, up to `size` bytes; empty when nothing came."""
        import usb.core

        try:
            return bytes(self._device.read(endpoint, size, _milliseconds(seconds)))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise self._halted(endpoint, error) from error

    def control(
        self, request_type: int, request: int, value: int, what: int | bytes, seconds: float
    ) -> bytes:
        """A control transfer to the taken interface: `what` to send, or how many bytes to get."""
        import usb.core

        try:
            came = self._device.ctrl_transfer(
                request_type, request, value, self._number, what, _milliseconds(seconds)
            )
        except usb.core.USBError as error:
            raise _failure(error) from error
        return bytes(came) if request_type & 0x80 else b""

    def give_back(self) -> None:
        """Leave the interface to the kernel's driver again, as it was."""
        import usb.core
        import usb.util

        gone = suppress(usb.core.USBError, NotImplementedError)
        if self._device is None:
            return
        if self._number is not None:
            with gone:
                usb.util.release_interface(self._device, self._number)
            if self._detached:
                with gone:
                    self._device.attach_kernel_driver(self._number)
        with gone:
            usb.util.dispose_resources(self._device)

    def _halted(self, endpoint: int, error: Any) -> UsbFailure:
        """The failure of a transfer; a halted endpoint is set going again for the next."""
        import usb.core

        if error.errno == errno.EPIPE:
            with suppress(usb.core.USBError, NotImplementedError):
                self._device.clear_halt(endpoint)
        return _failure(error)


def is_plugged(backend: object, address: UsbAddress) -> bool:
    """Whether this backend sees such a device."""
    try:
        _find(backend, address)
    except UsbFailure as failure:
        return failure.reason is not DeviceReason.UNPLUGGED
    return True


def _libusb() -> object:
    import usb.backend.libusb1

    found: object | None = None
    with suppress(ImportError, OSError):
        import libusb_package

        found = libusb_package.get_libusb1_backend()
    found = found or usb.backend.libusb1.get_backend()
    if found is None:
        raise UsbFailure(DeviceReason.NO_LIBRARY, "libusb-1.0 cannot be loaded")
    return found


def _find(backend: object, address: UsbAddress) -> Any:
    devices: Iterator[Any]
    import usb.core

    try:
        devices = usb.core.find(
            find_all=True, backend=backend, idVendor=address.vendor, idProduct=address.product
        )
        unreadable = False
        for device in devices:
            if not address.serial_number:
                return device
            serial = _serial_of(device)
            if serial == address.serial_number:
                return device
            unreadable = unreadable or serial is None
    except usb.core.USBError as error:
        raise _failure(error) from error
    if unreadable:
        raise UsbFailure(DeviceReason.NO_PERMISSION, "the serial number cannot be read")
    raise UsbFailure(DeviceReason.UNPLUGGED, "no such device")


def _serial_of(device: Any) -> str | None:
    """The device's serial number, empty when it has none; None when it may not be asked."""
    import usb.core
    import usb.util

    try:
        return usb.util.get_string(device, device.iSerialNumber) or ""
    except (usb.core.USBError, ValueError):
        return None
    finally:
        with suppress(usb.core.USBError):
            usb.util.dispose_resources(device)


def _configured(device: Any) -> Any:
    """The active configuration; one is set only where there is none, as setting it disturbs others."""
    import usb.core

    try:
        return device.get_active_configuration()
    except usb.core.USBError as error:
        if error.errno is not None:
            raise
    device.set_configuration()
    return device.get_active_configuration()


def _described(setting: Any) -> UsbInterface:
    return UsbInterface(
        setting.bInterfaceNumber,
        setting.bAlternateSetting,
        setting.bInterfaceClass,
        setting.bInterfaceSubClass,
        setting.bInterfaceProtocol,
        tuple(
            UsbEndpoint(
                each.bEndpointAddress, TRANSFERS[each.bmAttributes & 3], each.wMaxPacketSize & 0x7FF
            )
            for each in setting
        ),
    )


def _detach(device: Any, number: int) -> bool:
    """Let the kernel's driver (usblp, usbhid) leave this interface; whether it was there."""
    try:
        if not device.is_kernel_driver_active(number):
            return False
    except NotImplementedError:
        return False
    device.detach_kernel_driver(number)
    return True


def _failure(error: Any) -> UsbFailure:
    import usb.core

    if isinstance(error, usb.core.NoBackendError):
        return UsbFailure(DeviceReason.NO_LIBRARY, str(error))
    return UsbFailure(_REASONS.get(error.errno, DeviceReason.OFFLINE), str(error))


def _milliseconds(seconds: float) -> int:
    """For pyusb, where 0 would wait for ever."""
    return max(1, round(seconds * 1000))
