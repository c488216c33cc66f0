"""A simulated USB bus: a backend for pyusb with device models behind it (hardware 8).

It has the methods that pyusb calls on a `usb.backend.IBackend`, with the errors of its libusb backend.
"""

from __future__ import annotations

import errno
import threading
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NoReturn

from yichuang.hardware.link.usb_interface import TRANSFERS, UsbInterface

_GET_DESCRIPTOR = 6
_STRING = 3
_LANGID = b"\x04\x03\x09\x04"
_LIBUSB = {
    errno.EIO: -1,
    errno.EACCES: -3,
    errno.ENODEV: -4,
    errno.ENOENT: -5,
    errno.EBUSY: -6,
    errno.ETIMEDOUT: -7,
    errno.EPIPE: -9,
}
"""libusb's own numbers of these errors."""


class UsbModel:
    """One device on the bus, sound until it is told to fail; what it does comes from its subclass.

    The bus calls `bulk_write`, `bulk_read` and `control` from the thread of whoever opened it.
    """

    def __init__(
        self,
        vendor: int,
        product: int,
        *interfaces: UsbInterface,
        serial_number: str = "",
    ) -> None:
        self.vendor = vendor
        self.product = product
        self.interfaces = interfaces
        self.serial_number = serial_number
        self.plugged = True
        """Unplugged, every call fails with errno 19; `SimulatedUsb` does not list it."""
        self.allowed = True
        """Whether the user of this program may open it."""
        self.busy = False
        """Another program holds its interfaces: claiming fails with errno 16."""
        self.kernel_driver: set[int] = set()
        """The interfaces that a driver of the kernel holds; claiming those fails, too."""
        self.attached = threading.Event()
        """Set when an interface was given back to the kernel's driver."""
        self.claimed: set[int] = set()
        self.halted: set[int] = set()
        """Endpoints that refuse every transfer until they are cleared: errno 32."""
        self.configured = True
        self.resets = 0
        self.hangs = threading.Event()
        """While it is set, transfers do not come back at all, whatever their time limit."""
        self.released = threading.Event()
        """Lets hanging transfers go on, to fail."""

    def bulk_write(self, endpoint: int, data: bytes, milliseconds: int) -> int:
        """Take bytes on an OUT endpoint; how many. Raises a USBTimeoutError by `time_out`."""
        return len(data)

    def bulk_read(self, endpoint: int, size: int, milliseconds: int) -> bytes:
        """Up to `size` bytes from an IN endpoint. Raises a USBTimeoutError by `time_out`."""
        self.time_out()

    def control(self, request_type: int, request: int, value: int, index: int, size: int) -> bytes:
        """Answer a control request of the class or the vendor; here it is refused."""
        self.refuse(errno.EPIPE, "Pipe error")

    def time_out(self) -> NoReturn:
        """Fail as a transfer does whose time is over."""
        import usb.core

        raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)

    def refuse(self, number: int, text: str) -> NoReturn:
        """Fail with this errno."""
        import usb.core

        raise usb.core.USBError(text, _LIBUSB[number], number)

    def expect_there(self) -> None:
        """Fail when it is unplugged; hang when it hangs."""
        if self.hangs.is_set():
            self.released.wait()
            self.refuse(errno.EIO, "Input/Output Error")
        if not self.plugged:
            self.refuse(errno.ENODEV, "No such device (it may have been disconnected)")


@dataclass(slots=True)
class _Handle:
    model: UsbModel


class SimulatedUsb:
    """The bus: give it as `backend` to UsbPort or to `usb.core.find`."""

    def __init__(self, *models: UsbModel) -> None:
        self.models = list(models)

    # --- descriptors --------------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[UsbModel]:
        """The devices that are plugged in."""
        return iter([model for model in self.models if model.plugged])

    def get_parent(self, device: UsbModel) -> None:
        """No hub is simulated."""

    def get_device_descriptor(self, device: UsbModel) -> SimpleNamespace:
        """USB 2.0, table 9-8."""
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=device.vendor,
            idProduct=device.product,
            bcdDevice=0x0100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=1 if device.serial_number else 0,
            bNumConfigurations=1,
            bus=1,
            address=self.models.index(device) + 1,
            port_number=self.models.index(device) + 1,
            port_numbers=(self.models.index(device) + 1,),
            speed=3,
            extra_descriptors=[],
        )

    def get_configuration_descriptor(self, device: UsbModel, config: int) -> SimpleNamespace:
        """USB 2.0, table 9-10."""
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=9,
            bNumInterfaces=len({each.number for each in device.interfaces}),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(
        self, device: UsbModel, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        """USB 2.0, table 9-12; `intf` and `alt` count, they are no numbers of interfaces."""
        each = self._setting(device, intf, alt)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=each.number,
            bAlternateSetting=each.alternate,
            bNumEndpoints=len(each.endpoints),
            bInterfaceClass=each.kind,
            bInterfaceSubClass=each.subclass,
            bInterfaceProtocol=each.protocol,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, device: UsbModel, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        """USB 2.0, table 9-13."""
        each = self._setting(device, intf, alt).endpoints[ep]
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=each.address,
            bmAttributes=TRANSFERS.index(each.transfer),
            wMaxPacketSize=each.packet,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    # --- what pyusb does with a device --------------------------------------------------------

    def open_device(self, device: UsbModel) -> _Handle:
        """Open it, as the permissions allow."""
        device.expect_there()
        if not device.allowed:
            device.refuse(errno.EACCES, "Access denied (insufficient permissions)")
        return _Handle(device)

    def close_device(self, handle: _Handle) -> None:
        """Let go of all its interfaces, as the kernel does."""
        handle.model.claimed.clear()

    def get_configuration(self, handle: _Handle) -> int:
        """1, or 0 while none is set."""
        handle.model.expect_there()
        return int(handle.model.configured)

    def set_configuration(self, handle: _Handle, value: int) -> None:
        """Configure it."""
        handle.model.expect_there()
        handle.model.configured = True

    def set_interface_altsetting(self, handle: _Handle, intf: int, alt: int) -> None:
        """Choose a setting of a claimed interface."""
        handle.model.expect_there()
        self._expect_claimed(handle.model, intf)

    def claim_interface(self, handle: _Handle, intf: int) -> None:
        """Take an interface, unless a driver of the kernel or another program has it."""
        model = handle.model
        model.expect_there()
        if model.busy or intf in model.kernel_driver:
            model.refuse(errno.EBUSY, "Resource busy")
        model.claimed.add(intf)

    def release_interface(self, handle: _Handle, intf: int) -> None:
        """Let an interface go."""
        self._expect_claimed(handle.model, intf)
        handle.model.claimed.discard(intf)

    def bulk_write(
        self, handle: _Handle, ep: int, intf: int, data: array[int], timeout: int
    ) -> int:
        """A bulk OUT transfer."""
        self._expect_flow(handle.model, ep, intf)
        return handle.model.bulk_write(ep, bytes(data), timeout)

    def bulk_read(self, handle: _Handle, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        """A bulk IN transfer into `buff`."""
        self._expect_flow(handle.model, ep, intf)
        came = handle.model.bulk_read(ep, len(buff), timeout)
        buff[: len(came)] = array("B", came)
        return len(came)

    intr_write = iso_write = bulk_write
    intr_read = iso_read = bulk_read

    def ctrl_transfer(
        self,
        handle: _Handle,
        request_type: int,
        request: int,
        value: int,
        index: int,
        buff: array[int],
        timeout: int,
    ) -> int:
        """A control transfer; the strings are answered here, the rest by the device model."""
        model = handle.model
        model.expect_there()
        if request_type == 0x80 and request == _GET_DESCRIPTOR and value >> 8 == _STRING:
            text = model.serial_number.encode("utf-16-le")
            came = bytes((len(text) + 2, _STRING)) + text if value & 0xFF else _LANGID
        else:
            came = model.control(request_type, request, value, index, len(buff))
        came = came[: len(buff)]
        if request_type & 0x80:
            buff[: len(came)] = array("B", came)
        return len(came) if request_type & 0x80 else len(buff)

    def clear_halt(self, handle: _Handle, ep: int) -> None:
        """Set a halted endpoint going again."""
        handle.model.expect_there()
        handle.model.halted.discard(ep)

    def reset_device(self, handle: _Handle) -> None:
        """Count resets: a driver should do without."""
        handle.model.resets += 1

    def is_kernel_driver_active(self, handle: _Handle, intf: int) -> bool:
        """Whether a driver of the kernel holds the interface."""
        handle.model.expect_there()
        return intf in handle.model.kernel_driver

    def detach_kernel_driver(self, handle: _Handle, intf: int) -> None:
        """Take the interface from the kernel's driver."""
        if intf not in handle.model.kernel_driver:
            handle.model.refuse(errno.ENOENT, "Entity not found")
        handle.model.kernel_driver.discard(intf)

    def attach_kernel_driver(self, handle: _Handle, intf: int) -> None:
        """Give the interface to the kernel's driver, when nobody holds it."""
        handle.model.expect_there()
        if intf in handle.model.claimed:
            handle.model.refuse(errno.EBUSY, "Resource busy")
        handle.model.kernel_driver.add(intf)
        handle.model.attached.set()

    @staticmethod
    def _setting(device: UsbModel, intf: int, alt: int) -> UsbInterface:
        number = sorted({each.number for each in device.interfaces})[intf]
        return [each for each in device.interfaces if each.number == number][alt]

    @staticmethod
    def _expect_claimed(model: UsbModel, intf: int) -> None:
        if intf not in model.claimed:
            model.refuse(errno.ENOENT, "Entity not found")

    def _expect_flow(self, model: UsbModel, ep: int, intf: int) -> None:
        model.expect_there()
        self._expect_claimed(model, intf)
        if ep in model.halted:
            model.refuse(errno.EPIPE, "Pipe error")
