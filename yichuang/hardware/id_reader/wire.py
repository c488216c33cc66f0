"""How frames reach a reader: over any byte link, or over the pipes of a USB reader (hardware 9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from yichuang.config.device import IdReaderSettings
from yichuang.hardware.id_reader.frame import HEAD_BYTES, LONGEST_BODY, PREAMBLE
from yichuang.hardware.link.link import Link
from yichuang.hardware.link.usb_interface import UsbInterface
from yichuang.hardware.link.usb_port import UsbPort
from yichuang.queue.device import DeviceReason, DeviceTrouble

_READ = 4096
"""How many bytes one USB transfer may bring: whole packets of any size, more than the longest frame."""
_AT_ONCE = 0.002
"""The time limit, in seconds, of a read that takes only what is already there."""


class Wire(Protocol):
    """Frames out, bytes in. Nothing of it blocks the event loop; all trouble is a DeviceTrouble."""

    def is_there(self) -> bool:
        """Whether opening is worth a try."""
        ...

    async def open(self) -> None:
        """Open it unless it is open."""
        ...

    async def send(self, frame: bytes, seconds: float) -> None:
        """Hand a whole frame to the reader."""
        ...

    async def receive(self, seconds: float) -> bytes:
        """What has come, waiting at most `seconds`, 0 for not at all; empty when nothing came."""
        ...

    async def close(self) -> None:
        """Let it go."""
        ...


class LinkWire:
    """Over a byte link: a serial port, a path, TCP."""

    def __init__(self, link: Link, path: str) -> None:
        """`path` is where the device is on this machine; empty when it is elsewhere."""
        self._link = link
        self._path = path

    def is_there(self) -> bool:
        """Whether its path exists; True without one."""
        return not self._path or Path(self._path).exists()

    async def open(self) -> None:
        """Open the link unless it is open."""
        await self._link.open()

    async def send(self, frame: bytes, seconds: float) -> None:
        """Send the frame."""
        await self._link.send(frame, seconds)

    async def receive(self, seconds: float) -> bytes:
        """What has come."""
        return await self._link.receive(seconds)

    async def close(self) -> None:
        """Drop the link: a request that is under way is of no use any more."""
        await self._link.drop()


class UsbWire:
    """Over USB: each frame split over two pipes each way, or whole."""

    def __init__(self, settings: IdReaderSettings, port: UsbPort) -> None:
        self._settings = settings
        self._port = port
        self._out_head, out_rest, self._in_head, in_rest = settings.endpoints
        self._out_rest = out_rest if settings.split_pipes else self._out_head
        self._in_rest = in_rest if settings.split_pipes else self._in_head
        self._packet = _READ

    def is_there(self) -> bool:
        """Whether such a USB device is plugged in."""
        return self._port.is_there()

    async def open(self) -> None:
        """Take the first interface that has the configured endpoints."""
        taken = await self._port.open(self._fitting)
        packets = {each.address: each.packet for each in taken.endpoints}
        self._packet = packets[self._in_rest] or _READ

    async def send(self, frame: bytes, seconds: float) -> None:
        """Send the head over its pipe and the rest over the other, or all over one."""
        if self._settings.split_pipes:
            await self._write(self._out_head, frame[:HEAD_BYTES], seconds)
            await self._write(self._out_rest, frame[HEAD_BYTES:], seconds)
        else:
            await self._write(self._out_head, frame, seconds)

    async def receive(self, seconds: float) -> bytes:
        """What came: with split pipes a head, and with it the rest that belongs to it."""
        seconds = max(seconds, _AT_ONCE)
        came = await self._port.read(self._in_head, _READ, seconds)
        if not self._settings.split_pipes:
            return came
        if came:
            return came + await self._port.read(self._in_rest, self._size_of_rest(came), seconds)
        # A rest without its head, as after half an answer: it must not be taken for the next one's.
        return await self._port.read(self._in_rest, _READ, _AT_ONCE)

    async def close(self) -> None:
        """Give the interface back."""
        await self._port.close()

    def _size_of_rest(self, head: bytes) -> int:
        """How many bytes to ask for: whole packets, and no packet more than the head announces.

        A reader that sends a last full packet and no empty one behind it would else end in a timeout.
        """
        length = int.from_bytes(head[len(PREAMBLE) : HEAD_BYTES], "big")
        if len(head) != HEAD_BYTES or not head.startswith(PREAMBLE) or length > LONGEST_BODY:
            return _READ
        return -(-length // self._packet) * self._packet

    def _fitting(self, interfaces: Sequence[UsbInterface]) -> UsbInterface | None:
        wanted = {self._out_head, self._out_rest, self._in_head, self._in_rest}
        return next(
            (each for each in interfaces if wanted <= {one.address for one in each.endpoints}), None
        )

    async def _write(self, endpoint: int, data: bytes, seconds: float) -> None:
        if await self._port.write(endpoint, data, seconds) < len(data):
            detail = "takes no more bytes"
            raise DeviceTrouble(
                device=self._settings.name, reason=DeviceReason.STALLED, detail=detail
            )
