"""A serial port's link, over ptys: taken for itself, closed in time whatever the device does."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Iterator

import pytest

from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.serial import SerialLink
from yichuang.queue.device import DeviceReason


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
    [("/dev/no-such-port", DeviceReason.UNPLUGGED), ("/dev/null", DeviceReason.OFFLINE)],
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
    link = SerialLink("vfd", path)
    await link.open()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(LinkStalled) as stalled:
        await link.send(bytes(1 << 20), 0.2)
    assert stalled.value.touched
    assert stalled.value.reason is DeviceReason.STALLED
    assert ticks > 5
    async with asyncio.timeout(20):
        await link.drop()
    ticking.cancel()
