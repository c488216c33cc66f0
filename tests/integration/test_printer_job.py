"""The print procedure over a scripted link: chatter, broken-up and stale answers, stalls."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.simulator.event import InBandRequest, ProcessIdRequest
from yichuang.hardware.simulator.interpreter import Interpreter, RealTimeScanner
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.printing import JobState, PrintReport

TICKET = b"\x1b@A001\n\x1dVB\x00"
PRINTED = PrintReport(JobState.PRINTED)
PROCESSED = PrintReport(JobState.PROCESSED)
OFFLINE = PrintReport(JobState.FAILED, DeviceReason.OFFLINE, untouched=True)
NO_ANSWER = PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)


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
        self.swallows = False
        """Whether the next ticket ends both the noise and the work: only status is answered then."""
        self.with_ticket = b""
        """Sent when the next ticket's bytes have come, before they are worked."""
        self.busy = 0
        """How many status requests after a ticket's bytes are left unanswered till the next comes."""
        self.gone = 0
        """How many of the next sends of a ticket find the connection ended."""
        self.single_bytes = False
        self.failing: LinkLost | None = None
        """Raised instead of sending a ticket."""
        self.holds = False
        """Whether bytes of a ticket stay on their way for ever."""
        self.port: int | None = None
        self.ports: list[int | None] = []
        """What the port says the next times, before `port` counts again."""
        self.tickets = 0
        self.opened = 0
        self._open = False
        self._chunks: deque[bytes] = deque()
        self._late = b""
        self._swallowed = False
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
        if data.startswith(b"\x1b@"):
            self._take_ticket()
        for request in self._scanner.feed(data):
            if byte := self.status.get(request.n):
                self._tell_status(bytes([byte]))
        if self._swallowed:
            return
        for event in self._interpreter.feed(data):
            if isinstance(event, ProcessIdRequest) and self.confirms:
                self.say(self.noise + b"\x37\x22" + event.mark + b"\x00")
            elif isinstance(event, InBandRequest) and self.reports:
                self.say(self.noise + b"\x00")

    def _take_ticket(self) -> None:
        if self.gone:
            self.gone -= 1
            raise LinkLost(device="front", detail="")
        if self.failing is not None:
            raise self.failing
        self.tickets += 1
        if self.swallows:
            self.noise, self._swallowed = b"", True
        self.status |= self.after_ticket
        self.say(self.with_ticket)

    def _tell_status(self, answer: bytes) -> None:
        if self.tickets and self.busy:
            self.busy -= 1
            self._late += answer
        else:
            for late in self._late + answer:
                self.say(self.noise + bytes([late]))
            self._late = b""

    async def drain(self, seconds: float) -> None:
        if self.holds:
            raise LinkStalled(device="front", detail="", touched=True)

    async def receive(self, seconds: float) -> bytes:
        if self._chunks:
            return self._chunks.popleft()
        await asyncio.sleep(seconds)
        return b""

    async def port_status(self) -> int | None:
        return self.ports.pop(0) if self.ports else self.port

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
        ({4: 0x72}, DeviceReason.PAPER_OUT),
        ({2: 0x16}, DeviceReason.COVER_OPEN),
        ({3: 0x1A}, DeviceReason.CUTTER),
        ({3: 0x32}, DeviceReason.PRINTER_ERROR),
    ],
)
async def test_what_stops_it_mid_ticket_is_asked_for(
    link: ScriptedLink, after: dict[int, int], reason: DeviceReason
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


@pytest.mark.parametrize("noise", [b"\x00", b"\x00\x00\x00"], ids=["report", "rest of a block"])
@pytest.mark.parametrize("warm", [False, True])
async def test_stray_bytes_before_the_ticket_prove_nothing(
    link: ScriptedLink, warm: bool, noise: bytes
) -> None:
    printer = jobs(link, process_id=False)
    if warm:
        assert await printer.print(TICKET) == PROCESSED
    link.say(b"\x10")
    link.noise, link.swallows = noise, True
    assert await printer.print(TICKET) == NO_ANSWER


@pytest.mark.parametrize("reports", [False, True])
async def test_an_answer_to_another_process_proves_nothing(
    link: ScriptedLink, reports: bool
) -> None:
    """A process was killed in mid-ticket; the answer to it comes on the next connection."""
    link.reports, link.swallows, link.with_ticket = reports, True, b"" if reports else b"\x00"
    link.noise = b"\x00" if reports else b""
    assert await jobs(link, process_id=False).print(TICKET) == NO_ANSWER


async def test_a_report_owed_to_the_former_ticket_is_not_the_next_ones(
    link: ScriptedLink,
) -> None:
    """The former ticket was confirmed by its process ID; its `GS r` answer comes after it."""
    printer = jobs(link)
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    assert await printer.print(TICKET) == PRINTED
    link.reports = False
    assert await printer.print(TICKET) == PRINTED
    link.with_ticket, link.swallows = b"\x00", True
    assert await printer.print(TICKET) == NO_ANSWER


async def test_a_report_that_was_lost_spoils_only_its_own_ticket(link: ScriptedLink) -> None:
    link.reports = False
    printer = jobs(link, process_id=False)
    assert await printer.print(TICKET) == NO_ANSWER
    link.reports = True
    for _ticket in range(2):
        assert await printer.print(TICKET) == PROCESSED
    assert link.opened == 2


@pytest.mark.parametrize(
    ("status", "warned"),
    [
        ({1: 0x16}, DeviceReason.NONE),  # the drawer is closed: in answer 2 it is an open cover
        ({4: 0x1E}, DeviceReason.NEAR_END),  # near the end: in answer 1 it is offline
    ],
)
@pytest.mark.parametrize("busy", [1, 3])
async def test_a_late_answer_is_that_of_its_own_question(
    link: ScriptedLink, status: dict[int, int], warned: DeviceReason, busy: int
) -> None:
    link.status |= status
    link.reports = link.confirms = False
    link.busy = busy
    printer = jobs(link, print_seconds=0.4)
    assert (await printer.health()).reason is warned
    assert await printer.print(TICKET) == NO_ANSWER
    assert link.busy == 0


async def test_a_late_answer_does_not_hide_the_end_of_the_paper(link: ScriptedLink) -> None:
    """All is well until the ticket is under way; then the answers come one question late."""
    printer = jobs(link, print_seconds=0.4)
    assert (await printer.health()).state is DeviceState.READY
    link.reports = link.confirms = False
    link.busy = 2
    link.after_ticket = {4: 0x72}
    assert await printer.print(TICKET) == PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)


async def test_a_status_that_is_owed_is_not_taken_for_the_next_tickets(
    link: ScriptedLink,
) -> None:
    """The second question before a ticket stays unanswered; its answer comes with the next survey."""
    link.tickets = 1
    link.status = {4: 0x12, 1: 0x16, 2: 0x12, 3: 0x12}
    printer = jobs(link)
    assert (await printer.health()).state is DeviceState.READY
    del link.status[1]
    assert (await printer.health()).state is DeviceState.READY
    link.status[1] = 0x16
    link.say(b"\x16")
    assert await printer.print(TICKET) == PRINTED


@pytest.mark.parametrize("process_id", [True, False])
async def test_a_roll_that_ends_with_the_ticket_is_a_warning(
    link: ScriptedLink, process_id: bool
) -> None:
    link.confirms = False
    link.after_ticket = {1: 0x1A, 2: 0x32, 4: 0x72}
    report = await jobs(link, process_id=process_id).print(TICKET)
    assert report == PrintReport(
        JobState.PROCESSED, DeviceReason.PAPER_OUT if process_id else DeviceReason.NONE
    )


HOT = {1: 0x1A, 2: 0x52, 3: 0x52}


async def test_a_hot_head_is_waited_for(link: ScriptedLink) -> None:
    link.status |= HOT
    printer = jobs(link)
    assert await printer.health() == DeviceHealth(DeviceState.DEGRADED, DeviceReason.RECOVERING)
    assert await printer.print(TICKET) == PRINTED
    link.confirms = link.reports = False
    assert await printer.print(TICKET) == NO_ANSWER


async def test_a_report_that_tells_the_end_of_the_paper_is_no_proof(link: ScriptedLink) -> None:
    printer = jobs(link, process_id=False)
    assert await printer.print(TICKET) == PROCESSED
    link.with_ticket, link.swallows = b"\x0c", True
    unknown = PrintReport(JobState.UNKNOWN, DeviceReason.PAPER_OUT)
    assert await printer.print(TICKET) == unknown


@pytest.mark.parametrize(("gone", "last"), [(1, PRINTED), (2, OFFLINE)])
async def test_a_kept_link_that_ended_before_the_first_byte_is_opened_once_more(
    link: ScriptedLink, gone: int, last: PrintReport
) -> None:
    printer = jobs(link)
    assert await printer.print(TICKET) == PRINTED
    link.gone = gone
    assert await printer.print(TICKET) == last
    assert link.opened == 2


@pytest.mark.parametrize(
    ("failing", "port", "report"),
    [
        (LinkLost, None, NO_ANSWER),
        (LinkStalled, None, NO_ANSWER),
        (LinkStalled, 0x38, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)),
    ],
)
async def test_once_bytes_have_gone_out_only_the_printer_knows(
    link: ScriptedLink, failing: type[LinkLost], port: int | None, report: PrintReport
) -> None:
    link.failing, link.port = failing(device="front", detail="", touched=True), port
    assert await jobs(link).print(TICKET) == report


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (LinkLost(device="front", detail=""), DeviceReason.OFFLINE),
        (
            LinkLost(device="front", detail="", reason=DeviceReason.UNPLUGGED),
            DeviceReason.UNPLUGGED,
        ),
        (LinkStalled(device="front", detail=""), DeviceReason.STALLED),
    ],
)
async def test_before_the_first_byte_it_is_surely_not_printed(
    link: ScriptedLink, failing: LinkLost, reason: DeviceReason
) -> None:
    link.failing, link.port = failing, 0x38
    assert await jobs(link).print(TICKET) == PrintReport(JobState.FAILED, reason, untouched=True)


@pytest.mark.parametrize(
    ("port", "reason"),
    [
        (None, DeviceReason.OFFLINE),
        (0x18, DeviceReason.OFFLINE),
        (0x38, DeviceReason.PAPER_OUT),
        (0x10, DeviceReason.PRINTER_ERROR),
    ],
)
async def test_where_the_printer_is_silent_its_port_may_know_why(
    link: ScriptedLink, port: int | None, reason: DeviceReason
) -> None:
    link.status, link.port = {}, port
    printer = jobs(link)
    assert await printer.health() == DeviceHealth(DeviceState.MISSING, reason)
    assert await printer.print(TICKET) == PrintReport(JobState.FAILED, reason, untouched=True)


@pytest.mark.parametrize(
    ("port", "report"),
    [
        (None, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)),
        (0x18, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)),
        (0x38, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)),
    ],
)
async def test_a_ticket_is_handed_over_when_all_of_it_has_left(
    link: ScriptedLink, port: int | None, report: PrintReport
) -> None:
    blind = jobs(link, transport="file", path="/dev/x", answers=False)
    assert await blind.print(TICKET) == PrintReport(JobState.HANDED_OVER)
    link.holds = True
    link.ports = [None, port]
    assert await blind.print(TICKET) == report
    link.holds = False
    assert await blind.print(TICKET) == PrintReport(JobState.HANDED_OVER)
    assert link.opened == 2


async def test_bytes_that_are_no_answer_are_told_as_such(link: ScriptedLink) -> None:
    printer = jobs(link)
    link.status = dict.fromkeys((1, 2, 3, 4), 0xFE)
    assert await printer.health() == DeviceHealth(DeviceState.MISSING, DeviceReason.BAD_ANSWER)


async def test_a_printer_that_answers_only_the_first_question_is_believed(
    link: ScriptedLink,
) -> None:
    link.status = {4: 0x1E}
    assert await jobs(link).health() == DeviceHealth(DeviceState.DEGRADED, DeviceReason.NEAR_END)


async def test_a_silent_printer_is_tried_on_one_new_connection(link: ScriptedLink) -> None:
    printer = jobs(link)
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    link.status = {}
    assert await printer.health() == DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
    assert link.opened == 2
