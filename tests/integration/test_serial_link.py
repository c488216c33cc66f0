"""A serial port's link, over ptys: taken for itself, closed in time whatever the device does."""

from __future__ import annotations

import asyncio
import os
import select
import threading
import tty
from collections.abc import Iterator

import pytest
import serial

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.serial import SerialLink
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.queue.device import DeviceReason
from yichuang.queue.printing import JobState, PrintReport


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    """The device's end of a pty, and the path of the port."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


async def test_bytes_go_both_ways(pty: tuple[int, str]) -> None:
    device, path = pty
    link = SerialLink("vfd", path, 19200)
    assert await link.open()
    assert not await link.open()
    assert link.answers
    await link.send(b"\x1b@A001", 1.0)
    assert os.read(device, 64) == b"\x1b@A001"
    os.write(device, b"\x12")
    assert await link.receive(1.0) == b"\x12"
    assert await link.receive(0.0) == b""
    await link.close()


async def test_a_port_is_taken_for_one_program(pty: tuple[int, str]) -> None:
    _device, path = pty
    first, second = SerialLink("one", path), SerialLink("two", path)
    await first.open()
    with pytest.raises(LinkLost) as lost:
        await second.open()
    assert lost.value.reason is DeviceReason.BUSY
    await first.close()
    assert await second.open()
    await second.close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/dev/no-such-port", DeviceReason.UNPLUGGED), ("/dev/null", DeviceReason.NOT_A_DEVICE)],
)
async def test_what_is_no_port_is_told(path: str, reason: DeviceReason) -> None:
    link = SerialLink("vfd", path)
    with pytest.raises(LinkLost) as lost:
        await link.open()
    assert lost.value.reason is reason
    assert path in lost.value.facts["detail"]
    await link.close()


async def test_a_device_that_takes_nothing_stalls_only_itself(pty: tuple[int, str]) -> None:
    _device, path = pty
    link = SerialLink("vfd", path, 115200)
    await link.open()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(LinkStalled) as stalled:
        await link.send(bytes(1 << 14), 0.2)
    assert stalled.value.touched
    assert stalled.value.reason is DeviceReason.STALLED
    assert ticks > 100
    async with asyncio.timeout(20):
        await link.drop()
    ticking.cancel()


class Uart:
    """What a slow line holds back: a pty has no speed, so the counts are told in its place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *left: int) -> None:
        self.left = list(left)
        """What is left at each look; the last stays."""
        self.thrown_away = 0
        self.closed_with: list[int] = []
        real = serial.Serial.close
        out_waiting = property(lambda _port: self.look())
        monkeypatch.setattr(serial.Serial, "out_waiting", out_waiting)
        monkeypatch.setattr(serial.Serial, "reset_output_buffer", lambda _port: self.reset())

        def close(port: serial.Serial) -> None:
            if port.is_open:
                self.closed_with.append(self.left[0])
            real(port)

        monkeypatch.setattr(serial.Serial, "close", close)

    def look(self) -> int:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def reset(self) -> None:
        self.thrown_away += self.left[0]
        self.left = [0]


def blind(path: str) -> TicketJobs:
    settings = PrinterSettings(
        name="desk", transport="serial", path=path, answers=False, print_seconds=0.01
    )
    return TicketJobs(SerialLink("desk", path, settings.baud), settings)


async def test_a_ticket_is_handed_over_when_the_line_has_sent_all(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of 9600 baud takes its time, however soon a printer is expected to have printed."""
    uart = Uart(monkeypatch, 4096, 4096, 3000, 1000, 1, 0)
    report = await blind(pty[1]).print(b"\x1b@A001")
    assert report == PrintReport(JobState.HANDED_OVER)
    assert (uart.left, uart.thrown_away) == ([0], 0)


async def test_what_the_line_holds_back_is_not_handed_over(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.hardware.link.serial._MARGIN_SECONDS", 0.05)
    uart = Uart(monkeypatch, 7)
    report = await blind(pty[1]).print(b"\x1b@A001")
    assert report == PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)
    assert (uart.thrown_away, uart.closed_with) == (7, [0])


async def test_closing_waits_for_the_line_and_dropping_does_not(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = SerialLink("vfd", pty[1])
    uart = Uart(monkeypatch, 4096, 4096, 100, 0)
    await link.open()
    await link.close()
    assert (uart.thrown_away, uart.closed_with) == (0, [0])
    uart.left = [4096]
    await link.open()
    await link.drop()
    assert uart.thrown_away == 4096


async def test_an_opening_that_nobody_waits_for_does_not_keep_the_port(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = serial.Serial.open

    def slow(port: serial.Serial) -> None:
        begun.set()
        go_on.wait(30)
        real(port)

    monkeypatch.setattr(serial.Serial, "open", slow)
    link = SerialLink("vfd", pty[1])
    opening = asyncio.create_task(link.open())
    await asyncio.to_thread(begun.wait, 30)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    go_on.set()
    async with asyncio.timeout(30):
        while True:
            try:
                await link.open()
                break
            except LinkLost:  # the port is let go as soon as its opening ends
                await asyncio.sleep(0.005)
    await link.close()


async def test_a_slow_line_gets_the_time_that_its_speed_needs(pty: tuple[int, str]) -> None:
    device, path = pty
    link = SerialLink("slow", path, 9600)
    await link.open()
    data = bytes(range(256)) * 48
    taken = bytearray()

    async def take() -> None:
        """Read as a printer does at 9600 baud, ten times as fast: longer than the seconds asked for."""
        while len(taken) < len(data):
            taken.extend(os.read(device, 96) if select.select([device], [], [], 0)[0] else b"")
            await asyncio.sleep(0.01)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(take())
        await link.send(data, 0.05)
    assert taken == data
    await link.close()
