"""What a simulated ticket printer does with bytes, however they reach it, with each known failure.

It answers as an Epson-compatible printer does (hardware 4, 5) and can be told to fail while it runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

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

COLUMNS = {58: 32, 80: 48}
"""Columns by the width of the paper in mm."""

_DLE_EOT = 0x04
_LINES_BEFORE_PAPER_ENDS = 3
_TRICKLE_SECONDS = 0.002


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
    """It resets the connection at the first byte of a ticket; on USB it is pulled out there."""
    HALF_OPEN = "half-open"
    """It accepts connections and never reads."""
    CLONE = "clone"
    """It prints, but does not know `GS ( H`."""
    BUSY = "busy"
    """While a ticket prints it answers nothing; then it answers all that it was asked, in order."""
    LATE_REPORT = "late-report"
    """It prints, and each answer to `GS r` comes only with the next ticket's first line, on whichever
    connection that is, as from a box between network and printer."""
    CHATTER = "chatter"
    """It prints, and puts XOFF, XON and unasked status blocks before each of its answers."""
    TRICKLE = "trickle"
    """It prints, and each byte of its answers comes by itself."""


BLOCKED = frozenset({Failure.PAPER_OUT, Failure.COVER_OPEN, Failure.CUTTER})
"""With these it prints nothing."""

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
_CHATTER = b"\x13\x11" + _HEALTHY_BLOCK


class Channel(Protocol):
    """One way into the printer: a connection, a port."""

    def send(self, answer: bytes) -> None:
        """Send these bytes back, each call as a packet of its own."""
        ...

    def drop(self) -> None:
        """End it at once, as a printer does that loses its power."""
        ...

    def read_on(self, reads: bool) -> None:
        """Take bytes from now on, or leave them where they are."""
        ...


class Session:
    """What comes through one channel, interpreted, printed and answered."""

    def __init__(self, body: PrinterBody, channel: Channel) -> None:
        self.channel = channel
        self._body = body
        self._scanner = RealTimeScanner()
        self._paper = Interpreter(body.columns, body.encoding)
        self._mute = False
        self._automatic = False
        self._printing = False
        self._busy = False
        self._waiting = bytearray()
        self._trickle = bytearray()

    @property
    def backlog(self) -> int:
        """How many bytes wait to be printed."""
        return self._paper.waiting

    def take(self, data: bytes) -> None:
        """Bytes came."""
        self._paper.push(data)
        for request in self._scanner.feed(data):
            self._answer_now(request)
        self.work()

    def work(self) -> None:
        """Print what is in the buffer as far as the printer can."""
        while self._body.failure not in BLOCKED and not self._busy:
            try:
                event = self._paper.step()
            except UnknownCommand as error:
                self._body.note(error)
                self._paper.skip()
                continue
            if event is None:
                return
            self._handle(event)
            if self._body.failure is Failure.DROP_MID and isinstance(event, Printed):
                self.channel.drop()
                return

    def tell_change(self) -> None:
        """Send an Automatic Status Back block if the client asked for them."""
        if self._automatic:
            self._send(self._body.automatic_status())

    def recover(self) -> None:
        """Speak again, and answer what was asked before."""
        self._mute = False
        self.send_late_reports()

    def send_late_reports(self) -> None:
        """Answer what earlier tickets asked."""
        late, self._body.late_reports = self._body.late_reports, b""
        self._send(late)

    def _handle(self, event: Event) -> None:
        failure = self._body.failure
        match event:
            case Printed():
                self._mute = self._mute or failure is Failure.SILENT_MID
                self._body.count_line()
                if not self._printing:
                    self._begin_ticket()
            case Cut(paper):
                self._printing = False
                self._body.finish(paper)
            case InBandRequest():
                report = b"\x03" if failure is Failure.NEAR_END else b"\x00"
                if failure is Failure.LATE_REPORT:
                    self._body.late_reports += report
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
        if self._body.failure is Failure.BUSY:
            self._busy = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._body.busy_seconds, self._end_of_busy)

    def _end_of_busy(self) -> None:
        self._busy = False
        self._send(bytes(self._waiting))
        self._waiting.clear()
        self.work()

    def _answer_now(self, request: RealTimeRequest) -> None:
        if request.kind == _DLE_EOT:
            answer = bytes([self._body.status(request.n)])
            if self._busy:
                self._waiting += answer
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        failure = self._body.failure
        if not answer or self._mute or failure is Failure.SILENT:
            return
        if failure is Failure.CHATTER:
            answer = _CHATTER + answer
        if failure is Failure.TRICKLE or self._trickle:
            self._trickle += answer
            if len(self._trickle) == len(answer):
                self._send_one()
        else:
            self.channel.send(answer)

    def _send_one(self) -> None:
        self.channel.send(bytes(self._trickle[:1]))
        del self._trickle[:1]
        if self._trickle:
            asyncio.get_running_loop().call_later(_TRICKLE_SECONDS, self._send_one)


class PrinterBody:
    """The printer behind its channels. `papers` and `errors` hold what came out and was not understood."""

    def __init__(
        self,
        columns: int = 48,
        fail: Failure | None = None,
        on_paper: Callable[[Paper], None] | None = None,
        encoding: Encoding = "gbk",
        busy_seconds: float = 2.0,
    ) -> None:
        self.columns = columns
        self.encoding: Encoding = encoding
        self.papers: list[Paper] = []
        self.errors: list[UnknownCommand] = []
        self.busy_seconds = busy_seconds
        """How long a ticket takes with `Failure.BUSY`."""
        self.late_reports = b""
        """The answers that `Failure.LATE_REPORT` holds back."""
        self.failure: Failure | None = fail
        """How it fails now; change it with `fail`."""
        self.lines = 0
        """How many lines, images and codes came out so far."""
        self._on_paper = on_paper
        self._sessions: list[Session] = []
        self._lines_left = _LINES_BEFORE_PAPER_ENDS
        self._arrived = asyncio.Event()

    def begin(self, channel: Channel) -> Session:
        """Somebody talks to the printer through `channel` from now on."""
        session = Session(self, channel)
        self._sessions.append(session)
        channel.read_on(self.failure is not Failure.HALF_OPEN)
        return session

    def end(self, session: Session) -> None:
        """Nobody talks through it any more; what was not printed is lost."""
        if session in self._sessions:
            self._sessions.remove(session)

    async def fail(self, failure: Failure | None) -> None:
        """Begin to fail in that way, or be sound again (None); what waits in the buffer is then printed."""
        self.failure = failure
        self._lines_left = _LINES_BEFORE_PAPER_ENDS
        for session in self._sessions:
            session.channel.read_on(failure is not Failure.HALF_OPEN)
        await self.switch(on=failure is not Failure.OFFLINE)
        self._tell_all()
        for session in list(self._sessions):
            session.work()
            if failure is None:
                session.recover()

    async def switch(self, *, on: bool) -> None:
        """Switch it on or off; what that means depends on how it is connected."""

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
        self.lines += 1
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
        for session in self._sessions:
            session.tell_change()
