"""The print procedure over a scripted link: chatter, broken-up and stale answers, stalls."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from yichuang.config import PrinterSettings
from yichuang.hardware.simulator.event import InBandRequest, ProcessIdRequest
from yichuang.hardware.simulator.interpreter import Interpreter, RealTimeScanner
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.hardware.ticket_printer.link import LinkLost, LinkStalled
from yichuang.hardware.ticket_printer.status import Fault
from yichuang.queue.printing import (
    JobReason,
    JobState,
    PrinterHealth,
    PrinterState,
    PrintReport,
)

TICKET = b"\x1b@A001\n\x1dVB\x00"
PRINTED = PrintReport(JobState.PRINTED)
PROCESSED = PrintReport(JobState.PROCESSED)
NO_ANSWER = PrintReport(JobState.UNKNOWN, JobReason.NO_ANSWER)


class ScriptedLink:
    """A link to a printer whose every answer a test can choose; receiving gives one chunk a time."""

    answers = True

    def __init__(self) -> None:
        self.status = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
        self.noise = b""
        """Sent before every answer."""
        self.confirms = True
        """Whether it answers `GS ( H`."""
        self.reports = True
        """Whether it answers `GS r`."""
        self.after_ticket: dict[int, int] = {}
        """Status that changes with the first byte of a ticket."""
        self.single_bytes = False
        self.failing: LinkLost | None = None
        """Raised instead of sending a ticket."""
        self.port = Fault.UNTOLD
        self.tickets = 0
        self.opened = 0
        self._open = False
        self._chunks: deque[bytes] = deque()
        self._scanner = RealTimeScanner()
        self._interpreter = Interpreter(48)

    def say(self, data: bytes) -> None:
        parts = [data[at : at + 1] for at in range(len(data))] if self.single_bytes else [data]
        self._chunks.extend(part for part in parts if part)

    async def open(self) -> bool:
        fresh, self._open = not self._open, True
        self.opened += fresh
        return fresh

    async def send(self, data: bytes, seconds: float) -> None:
        for request in self._scanner.feed(data):
            if byte := self.status.get(request.n):
                self.say(self.noise + bytes([byte]))
        if data.startswith(b"\x1b@"):
            if self.failing is not None:
                raise self.failing
            self.tickets += 1
            self.status |= self.after_ticket
        for event in self._interpreter.feed(data):
            if isinstance(event, ProcessIdRequest) and self.confirms:
                self.say(self.noise + b"\x37\x22" + event.mark + b"\x00")
            elif isinstance(event, InBandRequest) and self.reports:
                self.say(self.noise + b"\x00")

    async def receive(self, seconds: float) -> bytes:
        if self._chunks:
            return self._chunks.popleft()
        await asyncio.sleep(seconds)
        return b""

    async def port_faults(self) -> Fault:
        return self.port

    async def close(self) -> None:
        self._open = False

    async def drop(self) -> None:
        self._open = False


def jobs(link: ScriptedLink, **chosen: object) -> TicketJobs:
    facts: dict[str, object] = {
        "name": "front",
        "transport": "tcp",
        "host": "127.0.0.1",
        "process_id": True,
        "answer_seconds": 0.02,
        "print_seconds": 0.1,
    }
    return TicketJobs(link, PrinterSettings.model_validate({**facts, **chosen}))


@pytest.fixture
def link() -> ScriptedLink:
    return ScriptedLink()


@pytest.mark.parametrize("single_bytes", [False, True])
async def test_chatter_between_the_answers_changes_nothing(
    link: ScriptedLink, single_bytes: bool
) -> None:
    link.single_bytes = single_bytes
    link.noise = b"\x13\x11" + b"\x10\x00\x00\x0f" + b"\xff"
    assert await jobs(link).print(TICKET) == PRINTED
    assert await jobs(link, process_id=False).print(TICKET) == PROCESSED


async def test_leftovers_of_an_earlier_ticket_prove_nothing(link: ScriptedLink) -> None:
    link.confirms = link.reports = False
    link.say(b"\x37\x22A001\x00\x00\x18\x00\x0c\x00\x12")
    assert await jobs(link).print(TICKET) == NO_ANSWER
    assert link.tickets == 1


async def test_a_confirmation_of_another_ticket_is_not_taken(link: ScriptedLink) -> None:
    link.confirms = link.reports = False
    link.noise = b"\x37\x22A001\x00"
    assert await jobs(link).print(TICKET) == NO_ANSWER


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ({4: 0x72}, JobReason.PAPER_OUT),
        ({2: 0x16}, JobReason.COVER_OPEN),
        ({3: 0x1A}, JobReason.CUTTER),
        ({3: 0x32}, JobReason.PRINTER_ERROR),
    ],
)
async def test_what_stops_it_mid_ticket_is_asked_for(
    link: ScriptedLink, after: dict[int, int], reason: JobReason
) -> None:
    link.confirms = link.reports = False
    link.after_ticket = after
    assert await jobs(link).print(TICKET) == PrintReport(JobState.FAILED, reason)
    assert link.tickets == 1


async def test_after_an_uncertain_ticket_the_link_is_opened_anew(link: ScriptedLink) -> None:
    link.confirms = link.reports = False
    printer = jobs(link)
    assert await printer.print(TICKET) == NO_ANSWER
    link.confirms = True
    assert await printer.print(TICKET) == PRINTED
    assert link.opened == 2


@pytest.mark.parametrize(
    ("failing", "port", "report"),
    [
        (LinkLost, Fault.UNTOLD, NO_ANSWER),
        (LinkStalled, Fault.UNTOLD, NO_ANSWER),
        (LinkStalled, Fault.PAPER_OUT, PrintReport(JobState.FAILED, JobReason.PAPER_OUT)),
    ],
)
async def test_once_bytes_have_gone_out_only_the_printer_knows(
    link: ScriptedLink, failing: type[LinkLost], port: Fault, report: PrintReport
) -> None:
    link.failing, link.port = failing(device="front", detail="", touched=True), port
    assert await jobs(link).print(TICKET) == report


@pytest.mark.parametrize("failing", [LinkLost, LinkStalled])
async def test_before_the_first_byte_it_is_surely_not_printed(
    link: ScriptedLink, failing: type[LinkLost]
) -> None:
    link.failing, link.port = failing(device="front", detail=""), Fault.PAPER_OUT
    offline = PrintReport(JobState.FAILED, JobReason.OFFLINE)
    assert await jobs(link).print(TICKET) == offline


async def test_a_printer_that_answers_only_the_first_question_is_believed(
    link: ScriptedLink,
) -> None:
    link.status = {4: 0x1E}
    assert await jobs(link).health() == PrinterHealth(PrinterState.DEGRADED, JobReason.NEAR_END)


async def test_a_silent_printer_is_tried_on_one_new_connection(link: ScriptedLink) -> None:
    printer = jobs(link)
    assert await printer.health() == PrinterHealth(PrinterState.READY)
    link.status = {}
    assert await printer.health() == PrinterHealth(PrinterState.MISSING, JobReason.OFFLINE)
    assert link.opened == 2
