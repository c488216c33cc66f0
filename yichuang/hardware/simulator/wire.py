"""How a simulated device hangs on this machine: a pseudo-terminal, with a path that stays, or a TCP port."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_CHUNK = 4096


class Wire(Protocol):
    """The simulated device's end of a line."""

    async def plug(self) -> None:
        """Be there, to be opened."""
        ...

    async def unplug(self) -> None:
        """Be gone; whoever has it open finds the line cut."""
        ...

    def read_on(self, reads: bool) -> None:
        """Take bytes, or leave them on the line for ever."""
        ...

    def hang_up(self) -> None:
        """Cut the line under whoever has it open; it can be opened again."""
        ...

    def send(self, data: bytes) -> None:
        """Send bytes back; what nobody takes is lost."""
        ...

    def toml(self) -> str:
        """The lines of a section of hall.toml that lead here."""
        ...


class PtyWire:
    """A serial line: a pseudo-terminal, and `link` as a symbolic link to it if one is given."""

    def __init__(self, receive: Callable[[bytes], None], link: Path | None) -> None:
        self._receive = receive
        self._link = link
        self._far: int | None = None
        self._near: int | None = None
        self.path = link or Path()
        """Where it is; known once it is plugged in."""

    async def plug(self) -> None:
        """Make the pseudo-terminal."""
        if self._far is None:
            self._make()

    def _make(self) -> None:
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        place = Path(os.ttyname(self._near))
        if self._link is None:
            self.path = place
        else:
            if self._link.is_symlink():
                self._link.unlink()
            self._link.symlink_to(place)
        self.read_on(True)

    async def unplug(self) -> None:
        """Close both ends and take the symbolic link away."""
        self._break()

    def hang_up(self) -> None:
        """Make another pseudo-terminal in the place of this one."""
        self._break()
        self._make()

    def _break(self) -> None:
        if self._far is None or self._near is None:
            return
        self.read_on(False)
        os.close(self._far)
        os.close(self._near)
        self._far = self._near = None
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def read_on(self, reads: bool) -> None:
        """Take bytes, or leave them in the line."""
        if self._far is None:
            return
        loop = asyncio.get_running_loop()
        if reads:
            loop.add_reader(self._far, self._work)
        else:
            loop.remove_reader(self._far)

    def send(self, data: bytes) -> None:
        """Send bytes; a full line loses them."""
        if self._far is not None:
            with suppress(BlockingIOError):
                os.write(self._far, data)

    def toml(self) -> str:
        """The serial port in hall.toml."""
        return f'transport = "serial"\npath = "{self.path}"\n'

    def _work(self) -> None:
        if self._far is not None:
            with suppress(BlockingIOError):
                self._receive(os.read(self._far, _CHUNK))


class TcpWire:
    """A card on the network: it takes one connection or several, at 127.0.0.1."""

    def __init__(self, receive: Callable[[bytes], None], port: int) -> None:
        """`port` 0 takes a free one."""
        self._receive = receive
        self.port = port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Transport] = set()
        self._reads = True

    async def plug(self) -> None:
        """Listen."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Reset every connection and listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Reset every connection."""
        for line in list(self._lines):
            line.abort()

    def read_on(self, reads: bool) -> None:
        """Take bytes, or leave them on the network."""
        self._reads = reads
        for line in self._lines:
            (line.resume_reading if reads else line.pause_reading)()

    def send(self, data: bytes) -> None:
        """Send to every connection."""
        for line in self._lines:
            line.write(data)

    def toml(self) -> str:
        """The host and port in hall.toml."""
        return f'transport = "tcp"\nhost = "127.0.0.1"\nport = {self.port}\n'

    def begin(self, line: asyncio.Transport) -> None:
        """A connection came about."""
        self._lines.add(line)
        if not self._reads:
            # Not here: asyncio of Python 3.11.2 begins to read right after this, paused or not.
            asyncio.get_running_loop().call_soon(self._leave, line)

    def _leave(self, line: asyncio.Transport) -> None:
        if not self._reads and line.is_reading():
            line.pause_reading()

    def take(self, data: bytes) -> None:
        """Bytes came over a connection."""
        self._receive(data)

    def end(self, line: asyncio.Transport) -> None:
        """A connection ended."""
        self._lines.discard(line)


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, wire: TcpWire) -> None:
        self._wire = wire
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._wire.begin(transport)

    def data_received(self, data: bytes) -> None:
        self._wire.take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._wire.end(self._transport)


def wire_for(receive: Callable[[bytes], None], *, link: Path | None, port: int | None) -> Wire:
    """A TCP port where one is given (0 for any free one), else a pseudo-terminal."""
    return PtyWire(receive, link) if port is None else TcpWire(receive, port)
