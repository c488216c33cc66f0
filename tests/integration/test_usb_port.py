"""The USB port over a simulated bus: found, taken, written, given back, and every way in which that fails."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Sequence

import pytest

from yichuang.hardware.link.usb_interface import UsbEndpoint, UsbInterface
from yichuang.hardware.link.usb_port import UsbPort, UsbTrouble
from yichuang.hardware.simulator.usb import SimulatedUsb, UsbModel
from yichuang.queue.device import DeviceReason

HID = UsbInterface(0, 0, 3, 1, 1, (UsbEndpoint(0x84, "interrupt", 8),))
BULK = UsbInterface(
    1,
    0,
    255,
    0,
    0,
    (UsbEndpoint(0x02, "bulk"), UsbEndpoint(0x81, "bulk"), UsbEndpoint(0x85, "bulk")),
)


class Echo(UsbModel):
    """Takes at most `room` bytes a transfer and `most` in all, and gives them back."""

    def __init__(self, serial_number: str = "") -> None:
        super().__init__(0x0400, 0xC35A, HID, BULK, serial_number=serial_number)
        self.room = 10_000
        self.most = 1 << 20
        self.got: list[bytes] = []
        self.threads: set[int] = set()

    def bulk_write(self, endpoint: int, data: bytes, milliseconds: int) -> int:
        assert endpoint == 0x02
        self.threads.add(threading.get_ident())
        taken = min(len(data), self.room, self.most)
        if not taken:
            self.time_out()
        self.most -= taken
        self.got.append(data[:taken])
        return taken

    def bulk_read(self, endpoint: int, size: int, milliseconds: int) -> bytes:
        assert endpoint in (0x81, 0x85)
        self.threads.add(threading.get_ident())
        if not self.got:
            self.time_out()
        return self.got.pop(0)[:size]


def split(interfaces: Sequence[UsbInterface]) -> UsbInterface | None:
    return next((each for each in interfaces if each.has(0x02, 0x81, 0x85)), None)


def port_of(*models: UsbModel, serial: str = "") -> UsbPort:
    return UsbPort("reader", 0x0400, 0xC35A, serial, backend=SimulatedUsb(*models))


async def reason_of_opening(port: UsbPort) -> DeviceReason:
    with pytest.raises(UsbTrouble) as told:
        await port.open(split)
    await port.close()
    return told.value.reason


async def test_it_takes_the_chosen_interface_and_gives_it_back() -> None:
    model = Echo()
    model.kernel_driver = {0, 1}
    port = port_of(model)
    assert port.is_there()
    assert await port.open(split) == BULK
    assert (model.kernel_driver, model.claimed, model.resets) == ({0}, {1}, 0)
    assert await port.write(0x02, b"hello", 1.0) == 5
    assert await port.read(0x81, 64, 1.0) == b"hello"
    assert await port.read(0x85, 64, 0.01) == b""
    assert len(model.threads) == 1
    assert threading.get_ident() not in model.threads
    await port.close()
    assert (model.kernel_driver, model.claimed, model.resets) == ({0, 1}, set(), 0)
    with pytest.raises(UsbTrouble):
        await port.read(0x81, 64, 0.01)


async def test_an_unconfigured_device_is_configured_first() -> None:
    model = Echo()
    model.configured = False
    port = port_of(model)
    assert await port.open(split) == BULK
    assert model.configured
    await port.close()


async def test_several_of_one_make_are_told_apart_by_their_serial_number() -> None:
    one, two = Echo("A1"), Echo("B2")
    port = port_of(one, two, serial="B2")
    assert port.is_there()
    await port.open(split)
    assert (one.claimed, two.claimed) == (set(), {1})
    await port.close()
    assert not port_of(one, two, serial="C3").is_there()
    assert await reason_of_opening(port_of(one, two, serial="C3")) is DeviceReason.UNPLUGGED


async def test_what_keeps_it_from_opening() -> None:
    model = Echo()
    model.plugged = False
    assert not port_of(model).is_there()
    assert await reason_of_opening(port_of(model)) is DeviceReason.UNPLUGGED
    model.plugged, model.allowed = True, False
    assert await reason_of_opening(port_of(model)) is DeviceReason.NO_PERMISSION
    model.allowed, model.busy = True, True
    model.kernel_driver = {1}
    assert await reason_of_opening(port_of(model)) is DeviceReason.BUSY
    assert model.kernel_driver == {1}, "given back although it could not be claimed"
    model.busy, model.interfaces = False, (HID,)
    assert await reason_of_opening(port_of(model)) is DeviceReason.BAD_ANSWER


async def test_partial_writes_are_counted() -> None:
    model = Echo()
    model.room = 3000
    port = port_of(model)
    await port.open(split)
    data = bytes(range(256)) * 80
    assert await port.write(0x02, data, 1.0) == len(data)
    assert b"".join(model.got) == data
    model.got, model.most = [], 7000
    assert await port.write(0x02, data, 0.2) == 7000
    assert b"".join(model.got) == data[:7000]
    with pytest.raises(UsbTrouble) as told:
        await port.write(0x02, data, 0.05)
    assert (told.value.reason, told.value.touched) == (DeviceReason.STALLED, False)
    await port.close()


async def test_unplugging_is_told_and_plugging_in_again_mends_it() -> None:
    model = Echo()
    port = port_of(model)
    await port.open(split)
    model.plugged = False
    with pytest.raises(UsbTrouble) as told:
        await port.read(0x81, 64, 0.05)
    assert told.value.reason is DeviceReason.UNPLUGGED
    with pytest.raises(UsbTrouble) as told:
        await port.write(0x02, b"x", 0.05)
    assert (told.value.reason, told.value.touched) == (DeviceReason.UNPLUGGED, False)
    await port.close()
    model.plugged = True
    await port.open(split)
    assert await port.write(0x02, b"x", 1.0) == 1
    await port.close()


async def test_a_halted_endpoint_is_cleared_for_the_next_transfer() -> None:
    model = Echo()
    port = port_of(model)
    await port.open(split)
    model.halted = {0x02}
    with pytest.raises(UsbTrouble) as told:
        await port.write(0x02, b"x", 0.05)
    assert told.value.reason is DeviceReason.STALLED
    assert await port.write(0x02, b"x", 0.05) == 1
    with pytest.raises(UsbTrouble) as told:
        await port.control(0xA1, 1, 0, 1, 0.05)
    assert told.value.reason is DeviceReason.STALLED
    await port.close()


async def test_a_call_that_hangs_holds_up_neither_the_loop_nor_closing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yichuang.hardware.link.usb_port._GRACE_SECONDS", 0.05)
    monkeypatch.setattr("yichuang.hardware.link.usb_port._CLOSE_SECONDS", 0.05)
    model = Echo()
    model.kernel_driver = {1}
    port = port_of(model)
    await port.open(split)
    model.hangs.set()
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    heart = asyncio.create_task(beat())
    with pytest.raises(UsbTrouble) as told:
        await port.write(0x02, b"x", 0.05)
    assert (told.value.reason, told.value.touched) == (DeviceReason.STALLED, True)
    await port.close()
    heart.cancel()
    assert beats > 100
    threads = threading.active_count()
    for _try in range(5):
        assert await reason_of_opening(port) is DeviceReason.STALLED
    assert threading.active_count() == threads
    model.hangs.clear()
    model.released.set()
    assert await asyncio.to_thread(model.attached.wait, 5.0)
    for thread in threading.enumerate():
        if thread.name == "usb-reader":
            thread.join(5.0)
    await port.open(split)
    assert await port.write(0x02, b"y", 1.0) == 1
    await port.close()


async def test_without_libusb_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libusb_package.get_libusb1_backend", lambda: None)
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: None)
    assert await reason_of_opening(UsbPort("r", 1, 2)) is DeviceReason.NO_LIBRARY


async def test_the_wheel_brings_a_libusb_that_loads() -> None:
    port = UsbPort("r", 0xFFFF, 0xFFFF)
    reason = await reason_of_opening(port)
    assert reason is DeviceReason.UNPLUGGED, f"errno {errno.ENODEV}"
