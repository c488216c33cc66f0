"""A simulated ticket printer on TCP: the real protocol over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from yichuang.hardware.simulator.interpreter import Encoding
from yichuang.hardware.simulator.paper import Paper
from yichuang.hardware.simulator.printer_body import COLUMNS, Failure, PrinterBody, Session

__all__ = ["Failure", "SimulatedPrinter"]

logger = logging.getLogger(__name__)

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""


class _Connection:
    """One client."""

    def __init__(
        self, body: PrinterBody, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._body = body
        self._session: Session = body.begin(self)

    async def serve(self) -> None:
        """Read and answer until the client or the printer goes away."""
        try:
            while data := await self._reader.read(4096):
                self._session.take(data)
                if self._writer.is_closing():
                    return
                with contextlib.suppress(ConnectionError):
                    await self._writer.drain()
        finally:
            self._body.end(self._session)

    def send(self, answer: bytes) -> None:
        """Send bytes back, unless the connection has ended."""
        if not self._writer.is_closing():
            self._writer.write(answer)

    def drop(self) -> None:
        """Reset the connection."""
        place: socket.socket = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            place.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._writer.transport.abort()

    def read_on(self, reads: bool) -> None:
        """Take bytes from the network, or leave them there for ever."""
        transport = self._writer.transport
        if isinstance(transport, asyncio.Transport) and not transport.is_closing():
            if reads:
                transport.resume_reading()
            else:
                transport.pause_reading()


class SimulatedPrinter(PrinterBody):
    """A printer at 127.0.0.1; an async context manager.

    `width` is the paper in mm, `columns` of a line where they differ from its usual. `on_paper` is called
    with each finished paper.
    """

    def __init__(
        self,
        port: int = 0,
        width: Literal[58, 80] = 80,
        fail: Failure | None = None,
        on_paper: Callable[[Paper], None] | None = None,
        encoding: Encoding = "gbk",
        busy_seconds: float = 2.0,
        *,
        columns: int | None = None,
    ) -> None:
        super().__init__(columns or COLUMNS[width], fail, on_paper, encoding, busy_seconds)
        self.port = port
        """The TCP port; 0 before it is open means any free one."""
        self.connections = 0
        """How many connections were accepted so far."""
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], _Connection] = {}

    async def __aenter__(self) -> Self:
        await self._listen()
        await self.fail(self.failure)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def switch(self, *, on: bool) -> None:
        """Listen, or end every connection and refuse new ones."""
        if not on:
            await self.close()
        elif self._server is None:
            await self._listen()

    async def drop_connections(self) -> None:
        """End every connection, as a printer does that is switched off and on."""
        for client in self._clients.values():
            client.drop()
        serving = set(self._clients)
        for task in serving:
            task.cancel()
        if serving:
            await asyncio.wait(serving)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()
        await self.drop_connections()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = _Connection(self, reader, writer)
        serving = asyncio.create_task(connection.serve())
        self._clients[serving] = connection
        try:
            await asyncio.wait({serving})
        finally:
            del self._clients[serving]
            writer.close()
        if not serving.cancelled() and (error := serving.exception()):
            if not isinstance(error, ConnectionError):
                raise error
            logger.debug("simulated printer: the connection ended: %s", error)
