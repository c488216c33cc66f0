"""A simulated ID-card reader: the real protocol over a pty, TCP or a simulated USB bus, with each failure."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self

from yichuang.hardware.link.usb_interface import UsbEndpoint, UsbInterface
from yichuang.hardware.simulator.id_card import SAMPLES, MadeUpCard
from yichuang.hardware.simulator.sdt import Failure, SecurityModule
from yichuang.hardware.simulator.usb import UsbModel
from yichuang.language import _

__all__ = ["Failure", "SimulatedIdReader", "UsbIdReader"]

_CHUNK = 4096
_HEAD = 7
_NAME = "id-reader"


class _Socket(Protocol):
    """Where a reader is plugged in."""

    async def plug(self) -> None: ...

    async def unplug(self) -> None: ...

    async def close(self) -> None: ...

    def toml(self) -> str: ...


class SimulatedIdReader:
    """A reader on a pty, or on TCP when `port` is given (0 for any free one); an async context manager.

    `link` is where a link to the pty is laid, so that its path outlives being unplugged; without it the
    link is in a temporary folder. `show` is told in words what happens.
    """

    def __init__(
        self,
        *,
        failure: Failure | None = None,
        show: Callable[[str], None] = lambda text: None,
        link: Path | None = None,
        port: int | None = None,
    ) -> None:
        self.module = SecurityModule(failure)
        self._show = show
        self._socket: _Socket = (
            _Pty(self._answer, link) if port is None else _Port(self._answer, port)
        )

    async def __aenter__(self) -> Self:
        if self.module.failure is not Failure.UNPLUG:
            await self._socket.plug()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._socket.close()

    def toml(self) -> str:
        """The section of hall.toml that uses it; with TCP only once it was opened."""
        return f'[[id_reader]]\nname = "sim-reader"\n{self._socket.toml()}'

    async def fail(self, failure: Failure | None) -> None:
        """Begin to fail in that way, or be sound again (None)."""
        before, self.module.failure = self.module.failure, failure
        if failure is Failure.UNPLUG:
            await self._socket.unplug()
        elif before is Failure.UNPLUG:
            await self._socket.plug()

    def lay(self, card: MadeUpCard) -> None:
        """Lay a card on the reader."""
        self.module.lay(card)
        self._show(_("放上{kind}：{name}").format(kind=card.kind.label, name=_called(card)))

    def lift(self) -> None:
        """Take the card away."""
        self.module.lift()
        self._show(_("拿走证件"))

    def lay_sample(self, n: int) -> None:
        """Lay one of the made-up cards; they come in turn."""
        self.lay(SAMPLES[n % len(SAMPLES)])

    async def lay_in_turn(self, seconds: float) -> None:
        """Lay the made-up cards one after the other until cancelled, each for half of `seconds`."""
        turn = 0
        while True:
            self.lay_sample(turn)
            await asyncio.sleep(seconds / 2)
            self.lift()
            await asyncio.sleep(seconds / 2)
            turn += 1

    def _answer(self, data: bytes) -> bytes:
        before = self.module.reads
        answer = self.module.feed(data)
        if self.module.reads > before:
            self._show(_("读卡"))
        return answer


def _called(card: MadeUpCard) -> str:
    return card.name or card.english_name


class _Pty:
    """A pseudo-terminal: its path is what a serial port's would be."""

    def __init__(self, answer: Callable[[bytes], bytes], link: Path | None) -> None:
        self._answer = answer
        self._link = link
        self._folder: TemporaryDirectory[str] | None = None
        self._ends: tuple[int, int] | None = None

    async def plug(self) -> None:
        """Make the pty and lay the link."""
        far, near = os.openpty()
        # As long as this end is open, too, whoever opens and closes the other changes nothing.
        self._ends = far, near
        tty.setraw(near)
        os.set_blocking(far, False)
        self._path().unlink(missing_ok=True)
        self._path().symlink_to(os.ttyname(near))
        asyncio.get_running_loop().add_reader(far, self._read)

    async def unplug(self) -> None:
        """Hang up and take the link away."""
        if self._ends is None:
            return
        far, near = self._ends
        self._ends = None
        asyncio.get_running_loop().remove_reader(far)
        self._path().unlink(missing_ok=True)
        os.close(near)
        os.close(far)

    async def close(self) -> None:
        """Hang up for good."""
        await self.unplug()
        if self._folder is not None:
            self._folder.cleanup()

    def toml(self) -> str:
        """Where it is."""
        return f'transport = "serial"\npath = "{self._path()}"\nbaud = 115200\n'

    def _path(self) -> Path:
        if self._link is None:
            self._folder = TemporaryDirectory(prefix="yichuang-")
            self._link = Path(self._folder.name) / _NAME
        return self._link

    def _read(self) -> None:
        if self._ends is None:
            return
        far, _near = self._ends
        # A program that does not read its answers loses them, as on a serial line.
        with suppress(OSError):
            if answer := self._answer(os.read(far, _CHUNK)):
                os.write(far, answer)


class _Port:
    """A TCP port, as of a serial server in front of a reader."""

    def __init__(self, answer: Callable[[bytes], bytes], port: int) -> None:
        self._answer = answer
        self._port = port
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def plug(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """End every connection and stop listening."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for client in list(self._clients):
            client.transport.abort()
        await server.wait_closed()

    async def close(self) -> None:
        """End all for good."""
        await self.unplug()

    def toml(self) -> str:
        """Where it is."""
        return f'transport = "tcp"\nhost = "127.0.0.1"\nport = {self._port}\n'

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            with suppress(ConnectionError):
                while data := await reader.read(_CHUNK):
                    writer.write(self._answer(data))
                    await writer.drain()
        finally:
            self._clients.discard(writer)
            writer.close()


class UsbIdReader(UsbModel):
    """A reader on a simulated USB bus: four pipes with frames split over two each way, or whole frames."""

    def __init__(self, module: SecurityModule | None = None, *, split: bool = True) -> None:
        pipes = (0x02, 0x06, 0x81, 0x85) if split else (0x02, 0x81)
        endpoints = tuple(UsbEndpoint(address, "bulk", 64) for address in pipes)
        super().__init__(0x0400, 0xC35A, UsbInterface(0, 0, 0xFF, 0, 0, endpoints))
        self.module = module or SecurityModule()
        self._split = split
        self._pipes = {address: bytearray() for address in pipes}
        self._changed = threading.Condition()

    def unplug(self) -> None:
        """Pull it out, or plug it in by setting `plugged` again; a transfer under way ends."""
        with self._changed:
            self.plugged = False
            for pipe in self._pipes.values():
                pipe.clear()
            self._changed.notify_all()

    def bulk_write(self, endpoint: int, data: bytes, milliseconds: int) -> int:
        """Take a request, or the half of it that belongs to this pipe."""
        with self._changed:
            if self._split and endpoint == 0x02:
                self._pipes[0x02][:] = data
                return len(data)
            answer = self.module.feed(bytes(self._pipes[0x02]) + data)
            self._pipes[0x02].clear()
            if self._split:
                self._pipes[0x81] += answer[:_HEAD]
                self._pipes[0x85] += answer[_HEAD:]
            else:
                self._pipes[0x81] += answer
            self._changed.notify_all()
        return len(data)

    def bulk_read(self, endpoint: int, size: int, milliseconds: int) -> bytes:
        """Give what there is of an answer on this pipe."""
        with self._changed:
            pipe = self._pipes[endpoint]
            self._changed.wait_for(lambda: pipe or not self.plugged, milliseconds / 1000)
            self.expect_there()
            if not pipe:
                self.time_out()
            came = bytes(pipe[:size])
            del pipe[:size]
            return came
