"""A simulated ticket printer on TCP: the real protocol over a real socket, with each known failure.

It answers as an Epson-compatible printer does (hardware 4, 5) and can be told to fail while it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Literal, Self

from yichuang.hardware.simulator.event import (
    AutomaticRequest,
    Cut,
    Event,
    InBandRequest,
    Printed,
    ProcessIdRequest,
)
from yichuang.hardware.simulator.interpreter import (
    Encoding,
    Interpreter,
    RealTimeRequest,
    RealTimeScanner,
    UnknownCommand,
)
from yichuang.hardware.simulator.paper import Paper

logger = logging.getLogger(__name__)

_COLUMNS = {58: 32, 80: 48}
_DLE_EOT = 0x04
_LINES_BEFORE_PAPER_ENDS = 3


class Failure(StrEnum):
    """How the simulated printer fails."""

    PAPER_OUT = "paper-out"
    """It says so and prints nothing; what was sent is printed when paper is back."""
    PAPER_OUT_MID = "paper-out-mid"
    """The paper ends after three lines of the next ticket."""
    COVER_OPEN = "cover-open"
    """It says so and prints nothing."""
    CUTTER = "cutter"
    """The cutter is jammed; it says so and prints nothing."""
    NEAR_END = "near-end"
    """It prints, and warns that the paper will soon end."""
    OFFLINE = "offline"
    """Switched off: connections end and new ones are refused."""
    SILENT = "silent"
    """It takes all bytes and never answers, as many boards do while their cover is open."""
    SILENT_MID = "silent-mid"
    """It answers status requests and falls silent with the first byte of a ticket."""
    DROP_MID = "drop-mid"
    """It resets the connection at the first byte of a ticket."""
    HALF_OPEN = "half-open"
    """It accepts connections and never reads."""
    CLONE = "clone"
    """It prints, but does not know `GS ( H`."""
    BUSY = "busy"
    """While a ticket prints it answers nothing; then it answers all that it was asked, in order."""
    LATE_REPORT = "late-report"
    """It prints, and each answer to `GS r` comes only with the next ticket's first line, on whichever
    connection that is, as from a box between network and printer."""


_BLOCKED = frozenset({Failure.PAPER_OUT, Failure.COVER_OPEN, Failure.CUTTER})

_STATUS: dict[Failure, dict[int, int]] = {
    Failure.PAPER_OUT: {1: 0x1A, 2: 0x32, 4: 0x7E},
    Failure.COVER_OPEN: {1: 0x1A, 2: 0x16},
    Failure.CUTTER: {1: 0x1A, 2: 0x52, 3: 0x1A},
    Failure.NEAR_END: {4: 0x1E},
    Failure.BUSY: {1: 0x16, 4: 0x1E},
}
"""The answers to `DLE EOT n` that differ from the healthy 0x12 (hardware 4.1)."""

_AUTOMATIC: dict[Failure, bytes] = {
    Failure.PAPER_OUT: b"\x18\x00\x0c\x00",
    Failure.COVER_OPEN: b"\x38\x00\x00\x00",
    Failure.CUTTER: b"\x18\x08\x00\x00",
    Failure.NEAR_END: b"\x10\x00\x03\x00",
}
_HEALTHY_BLOCK = b"\x10\x00\x00\x00"


class _Connection:
    """One client: its stream through the interpreter, its answers back."""

    def __init__(
        self, printer: SimulatedPrinter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._printer = printer
        self._reader = reader
        self.writer = writer
        self._scanner = RealTimeScanner()
        self._paper = Interpreter(printer.columns, printer.encoding)
        self._mute = False
        self._automatic = False
        self._printing = False
        self._busy = False
        self._waiting = bytearray()

    async def serve(self) -> None:
        """Read and answer until the client or the printer goes away."""
        while True:
            data = await self._reader.read(4096)
            if not data:
                return
            self._paper.push(data)
            for request in self._scanner.feed(data):
                self._answer_now(request)
            if self.work():
                self.writer.transport.abort()
                return
            with contextlib.suppress(ConnectionError):
                await self.writer.drain()

    def work(self) -> bool:
        """Print what is in the buffer as far as the printer can; whether it drops the connection."""
        while self._printer.failure not in _BLOCKED and not self._busy:
            try:
                event = self._paper.step()
            except UnknownCommand as error:
                self._printer.note(error)
                self._paper.skip()
                continue
            if event is None:
                break
            self._handle(event)
            if self._printer.failure is Failure.DROP_MID and isinstance(event, Printed):
                return True
        return False

    def read_on(self, reads: bool) -> None:
        """Take bytes from the network, or leave them there for ever."""
        transport = self.writer.transport
        if isinstance(transport, asyncio.Transport) and not transport.is_closing():
            if reads:
                transport.resume_reading()
            else:
                transport.pause_reading()

    def tell_change(self) -> None:
        """Send an Automatic Status Back block if the client asked for them."""
        if self._automatic:
            self._send(self._printer.automatic_status())

    def _handle(self, event: Event) -> None:
        failure = self._printer.failure
        match event:
            case Printed():
                self._mute = self._mute or failure is Failure.SILENT_MID
                self._printer.count_line()
                if not self._printing:
                    self._begin_ticket()
            case Cut(paper):
                self._printing = False
                self._printer.finish(paper)
            case InBandRequest():
                report = b"\x03" if failure is Failure.NEAR_END else b"\x00"
                if failure is Failure.LATE_REPORT:
                    self._printer.late_reports += report
                else:
                    self._send(report)
            case ProcessIdRequest(mark):
                if failure is not Failure.CLONE:
                    self._send(b"\x37\x22" + mark + b"\x00")
            case AutomaticRequest(n):
                self._automatic = bool(n)
                self.tell_change()

    def _begin_ticket(self) -> None:
        self._printing = True
        self.send_late_reports()
        if self._printer.failure is Failure.BUSY:
            self._busy = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._printer.busy_seconds, self._end_of_busy)

    def send_late_reports(self) -> None:
        """Answer what earlier tickets asked."""
        late, self._printer.late_reports = self._printer.late_reports, b""
        self._send(late)

    def _end_of_busy(self) -> None:
        self._busy = False
        self._send(bytes(self._waiting))
        self._waiting.clear()
        self.work()

    def _answer_now(self, request: RealTimeRequest) -> None:
        if request.kind == _DLE_EOT:
            answer = bytes([self._printer.status(request.n)])
            if self._busy:
                self._waiting += answer
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if self.writer.is_closing():
            return
        if not self._mute and self._printer.failure is not Failure.SILENT:
            self.writer.write(answer)


class SimulatedPrinter:
    """A printer at 127.0.0.1; an async context manager.

    `width` is the paper in mm. `on_paper` is called with each finished paper. `papers` and `errors` hold
    what came out and what was not understood.
    """

    def __init__(
        self,
        port: int = 0,
        width: Literal[58, 80] = 80,
        fail: Failure | None = None,
        on_paper: Callable[[Paper], None] | None = None,
        encoding: Encoding = "gbk",
        busy_seconds: float = 2.0,
    ) -> None:
        self.port = port
        """The TCP port; 0 before it is open means any free one."""
        self.columns = _COLUMNS[width]
        self.encoding: Encoding = encoding
        self.papers: list[Paper] = []
        self.errors: list[UnknownCommand] = []
        self.busy_seconds = busy_seconds
        """How long a ticket takes with `Failure.BUSY`."""
        self.late_reports = b""
        """The answers that `Failure.LATE_REPORT` holds back."""
        self.connections = 0
        """How many connections were accepted so far."""
        self.failure: Failure | None = fail
        """How it fails now; change it with `fail`."""
        self._on_paper = on_paper
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], _Connection] = {}
        self._lines_left = _LINES_BEFORE_PAPER_ENDS
        self._arrived = asyncio.Event()

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

    async def fail(self, failure: Failure | None) -> None:
        """Begin to fail in that way, or be sound again (None); what waits in the buffer is then printed."""
        self.failure = failure
        self._lines_left = _LINES_BEFORE_PAPER_ENDS
        for client in self._clients.values():
            client.read_on(failure is not Failure.HALF_OPEN)
        if failure is Failure.OFFLINE:
            await self._stop_listening()
            await self.drop_connections()
        elif self._server is None:
            await self._listen()
        self._tell_all()
        for client in self._clients.values():
            client.work()
            if failure is None:
                client.send_late_reports()

    async def drop_connections(self) -> None:
        """End every connection, as a printer does that is switched off and on."""
        for client in self._clients.values():
            client.writer.transport.abort()
        serving = set(self._clients)
        for task in serving:
            task.cancel()
        if serving:
            await asyncio.wait(serving)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        await self._stop_listening()
        await self.drop_connections()

    async def wait_for_papers(self, count: int) -> list[Paper]:
        """The papers, as soon as there are `count` of them."""
        while len(self.papers) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.papers

    def status(self, n: int) -> int:
        """The answer to `DLE EOT n`."""
        return _STATUS.get(self.failure, {}).get(n, 0x12) if self.failure else 0x12

    def automatic_status(self) -> bytes:
        """The Automatic Status Back block as things are."""
        return _AUTOMATIC.get(self.failure, _HEALTHY_BLOCK) if self.failure else _HEALTHY_BLOCK

    def count_line(self) -> None:
        """A line came out; the paper may end with it."""
        if self.failure is Failure.PAPER_OUT_MID:
            self._lines_left -= 1
            if not self._lines_left:
                self.failure = Failure.PAPER_OUT
                self._tell_all()

    def finish(self, paper: Paper) -> None:
        """A paper was cut."""
        self.papers.append(paper)
        if self._on_paper is not None:
            self._on_paper(paper)
        self._arrived.set()

    def note(self, error: UnknownCommand) -> None:
        """Bytes came that no ticket should hold."""
        self.errors.append(error)
        logger.error("simulated printer: %s", error)

    def _tell_all(self) -> None:
        for client in self._clients.values():
            client.tell_change()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = _Connection(self, reader, writer)
        connection.read_on(self.failure is not Failure.HALF_OPEN)
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
