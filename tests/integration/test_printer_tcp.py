"""Tickets over a real TCP connection to the simulated printer, sound and failing in each known way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.tcp import TcpLink
from yichuang.hardware.simulator.paper import PaperLine
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintReport, TicketPrinter

TICKET = TicketDocument(
    hall="郑陆镇为民服务中心",
    number="A001",
    category="社会事务",
    issued_at="2026-11-20 09:31:05",
    ahead=5,
    hints=("请在等候区休息",),
    complaint_phone="12345",
)
PRINTED = PrintReport(JobState.PRINTED)


def not_sent(reason: DeviceReason) -> PrintReport:
    return PrintReport(JobState.FAILED, reason, untouched=True)


def settings(port: int, **chosen: object) -> PrinterSettings:
    facts: dict[str, object] = {
        "name": "front",
        "transport": "tcp",
        "host": "127.0.0.1",
        "port": port,
        "process_id": True,
        "answer_seconds": 2,
        "print_seconds": 5,
    }
    return PrinterSettings.model_validate({**facts, **chosen})


@pytest.fixture
async def simulator() -> AsyncIterator[SimulatedPrinter]:
    async with asyncio.timeout(60), SimulatedPrinter() as printer:
        yield printer
        assert printer.errors == []


@pytest.fixture
async def hasty(simulator: SimulatedPrinter) -> AsyncIterator[TicketPrinter]:
    """For the failures that show as silence: it waits only briefly."""
    opened = open_printer(settings(simulator.port, answer_seconds=0.4, print_seconds=0.6))
    yield opened
    await opened.close()


@pytest.fixture
async def printer(simulator: SimulatedPrinter) -> AsyncIterator[TicketPrinter]:
    opened = open_printer(settings(simulator.port))
    yield opened
    await opened.close()


async def test_a_ticket_is_printed_and_confirmed(
    simulator: SimulatedPrinter, printer: TicketPrinter
) -> None:
    assert await printer.print_ticket(TICKET) == PRINTED
    [paper] = simulator.papers
    assert paper.cut == "partial"
    assert {"郑陆镇为民服务中心", "A001", "社会事务", "您前面还有 5 人", "投诉电话 12345"} <= set(
        paper.lines
    )


async def test_without_process_id_the_best_is_processed(simulator: SimulatedPrinter) -> None:
    printer = open_printer(settings(simulator.port, process_id=False))
    assert await printer.print_ticket(TICKET) == PrintReport(JobState.PROCESSED)
    await printer.close()


async def test_a_print_server_that_never_answers_is_handed_the_bytes(
    simulator: SimulatedPrinter,
) -> None:
    await simulator.fail(Failure.SILENT)
    printer = open_printer(settings(simulator.port, answers=False))
    assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
    assert await printer.health() == DeviceHealth(DeviceState.UNKNOWN)
    assert len(await simulator.wait_for_papers(1)) == 1
    await printer.close()


@pytest.mark.parametrize(
    ("failure", "report", "papers"),
    [
        (Failure.PAPER_OUT, not_sent(DeviceReason.PAPER_OUT), 0),
        (Failure.PAPER_OUT_MID, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), 0),
        (Failure.COVER_OPEN, not_sent(DeviceReason.COVER_OPEN), 0),
        (Failure.CUTTER, not_sent(DeviceReason.CUTTER), 0),
        (Failure.NEAR_END, PrintReport(JobState.PRINTED, DeviceReason.NEAR_END), 1),
        (Failure.OFFLINE, not_sent(DeviceReason.OFFLINE), 0),
        (Failure.SILENT, not_sent(DeviceReason.OFFLINE), 0),
        (Failure.SILENT_MID, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER), 1),
        (Failure.DROP_MID, PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER), 0),
        (Failure.HALF_OPEN, not_sent(DeviceReason.OFFLINE), 0),
        (Failure.CLONE, PrintReport(JobState.PROCESSED), 1),
        (Failure.LATE_REPORT, PRINTED, 1),
        (Failure.CHATTER, PRINTED, 1),
        (Failure.TRICKLE, PRINTED, 1),
    ],
)
@pytest.mark.parametrize("warm", [False, True], ids=["first ticket", "kept connection"])
async def test_every_failure_is_told_as_it_is(
    simulator: SimulatedPrinter,
    hasty: TicketPrinter,
    failure: Failure,
    report: PrintReport,
    papers: int,
    warm: bool,
) -> None:
    if warm:
        assert (await hasty.health()).state is DeviceState.READY
    await simulator.fail(failure)
    assert await hasty.print_ticket(TICKET) == report
    assert len(simulator.papers) == papers


@pytest.mark.parametrize("failure", [each for each in Failure if each is not Failure.BUSY])
async def test_after_a_failure_the_next_ticket_prints_once(
    simulator: SimulatedPrinter, hasty: TicketPrinter, failure: Failure
) -> None:
    await simulator.fail(failure)
    await hasty.print_ticket(TICKET)
    await simulator.fail(None)
    simulator.papers.clear()
    assert await hasty.print_ticket(TICKET) == PRINTED
    assert [paper.lines.count("A001") for paper in simulator.papers] == [1]


@pytest.mark.parametrize(
    ("process_id", "state"), [(True, JobState.PRINTED), (False, JobState.PROCESSED)]
)
async def test_a_printer_that_answers_when_it_has_printed_is_waited_for(
    simulator: SimulatedPrinter, process_id: bool, state: JobState
) -> None:
    """Its drawer is closed and its paper near the end: bits that mean worse in another answer."""
    await simulator.fail(Failure.BUSY)
    simulator.busy_seconds = 1.0
    chosen = settings(simulator.port, process_id=process_id, answer_seconds=0.3, print_seconds=30)
    printer = open_printer(chosen)
    for _ticket in range(2):
        assert await printer.print_ticket(TICKET) == PrintReport(state, DeviceReason.NEAR_END)
    await printer.close()
    assert len(simulator.papers) == 2
    assert simulator.connections == 1


async def test_a_report_that_comes_with_the_next_ticket_is_not_that_tickets(
    simulator: SimulatedPrinter,
) -> None:
    await simulator.fail(Failure.LATE_REPORT)
    chosen = settings(simulator.port, process_id=False, answer_seconds=1, print_seconds=0.4)
    printer = open_printer(chosen)
    for _ticket in range(3):
        assert await printer.print_ticket(TICKET) == PrintReport(
            JobState.UNKNOWN, DeviceReason.NO_ANSWER
        )
    await simulator.fail(None)
    patient = open_printer(settings(simulator.port, process_id=False))
    assert await patient.print_ticket(TICKET) == PrintReport(JobState.PROCESSED)
    await printer.close()
    await patient.close()
    assert len(simulator.papers) == 4


async def test_a_connection_that_nobody_listens_on_is_not_kept(
    simulator: SimulatedPrinter,
) -> None:
    """A print server may end it between tickets, and the next would be lost without a sign."""
    await simulator.fail(Failure.SILENT)
    printer = open_printer(settings(simulator.port, answers=False))
    for count in range(1, 4):
        assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
        assert len(await simulator.wait_for_papers(count)) == count
        assert (await printer.health()).state is DeviceState.UNKNOWN
    assert simulator.connections == 6
    await printer.close()


@pytest.mark.parametrize(
    ("failure", "health"),
    [
        (None, DeviceHealth(DeviceState.READY)),
        (Failure.NEAR_END, DeviceHealth(DeviceState.DEGRADED, DeviceReason.NEAR_END)),
        (Failure.PAPER_OUT, DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)),
        (Failure.COVER_OPEN, DeviceHealth(DeviceState.MISSING, DeviceReason.COVER_OPEN)),
        (Failure.OFFLINE, DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)),
        (Failure.SILENT, DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)),
    ],
)
async def test_health_is_asked_without_printing(
    simulator: SimulatedPrinter,
    hasty: TicketPrinter,
    failure: Failure | None,
    health: DeviceHealth,
) -> None:
    await simulator.fail(failure)
    assert await hasty.health() == health
    assert simulator.papers == []


async def test_the_connection_is_kept_between_tickets(
    simulator: SimulatedPrinter, printer: TicketPrinter
) -> None:
    for _ticket in range(3):
        assert await printer.print_ticket(TICKET) == PRINTED
    assert simulator.connections == 1


async def test_a_kept_connection_that_the_printer_closed_is_noticed(
    simulator: SimulatedPrinter, printer: TicketPrinter
) -> None:
    assert await printer.print_ticket(TICKET) == PRINTED
    await simulator.drop_connections()
    assert await printer.print_ticket(TICKET) == PRINTED
    assert simulator.connections == 2
    assert len(simulator.papers) == 2


async def test_what_the_paper_says_is_in_the_halls_language(simulator: SimulatedPrinter) -> None:
    from yichuang.language import current_language, use_language

    use_language("en")
    printer = open_printer(settings(simulator.port), language="zh_CN")
    assert await printer.print_ticket(TICKET) == PRINTED
    await printer.close()
    assert "您前面还有 5 人" in simulator.papers[0].lines
    assert current_language() == "en"


# --- the link ---------------------------------------------------------------------------------------


async def test_closing_loses_nothing_though_answers_lie_unread(
    simulator: SimulatedPrinter,
) -> None:
    link = TcpLink("front", "127.0.0.1", simulator.port)
    await link.open()
    tickets = b"".join(b"\x10\x04\x01" + b"A%05d\n" % number for number in range(5000))
    await link.send(tickets + b"\x1dVB\x00", 5)
    await link.close()
    [paper] = await simulator.wait_for_papers(1)
    assert len([item for item in paper.items if isinstance(item, PaperLine)]) == 5000


async def test_a_printer_that_never_reads_stalls_the_write_within_its_time(
    simulator: SimulatedPrinter,
) -> None:
    await simulator.fail(Failure.HALF_OPEN)
    link = TcpLink("front", "127.0.0.1", simulator.port)
    await link.open()
    with pytest.raises(LinkStalled) as stalled:
        await link.send(bytes(50_000_000), 0.2)
    assert stalled.value.touched
    with pytest.raises(LinkStalled) as stuck:
        await link.send(b"A", 0.2)
    assert not stuck.value.touched
    await link.drop()


async def test_what_the_other_side_has_not_acknowledged_is_not_handed_over() -> None:
    """A print server out of paper takes what its buffer holds; the rest may still be lost."""
    loop = asyncio.get_running_loop()
    ticket = b"\x1b@" + bytes(20_000)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        server.setblocking(False)
        port = server.getsockname()[1]
        link = TcpLink("front", "127.0.0.1", port)
        blind = TicketJobs(link, settings(port, answers=False, print_seconds=0.3))
        assert await blind.print(ticket) == PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)
        (await loop.sock_accept(server))[0].close()
        await link.open()
        await link.send(ticket, 5)
        with pytest.raises(LinkStalled) as stalled:
            await link.drain(0.1)
        assert stalled.value.touched
        print_server, _address = await loop.sock_accept(server)
        with print_server:
            print_server.setblocking(False)
            draining = asyncio.create_task(link.drain(30))
            got = 0
            while got < len(ticket):
                got += len(await loop.sock_recv(print_server, 4096))
            await draining
        with pytest.raises(LinkLost):
            await link.receive(5)
        await link.drop()


async def test_a_refused_connection_is_lost_untouched(simulator: SimulatedPrinter) -> None:
    await simulator.fail(Failure.OFFLINE)
    link = TcpLink("front", "127.0.0.1", simulator.port)
    with pytest.raises(LinkLost) as lost:
        await link.open()
    assert not lost.value.touched
    with pytest.raises(LinkLost):
        await link.send(b"A", 1)
    await link.close()


async def test_the_end_of_the_connection_is_an_error_not_silence(
    simulator: SimulatedPrinter,
) -> None:
    link = TcpLink("front", "127.0.0.1", simulator.port)
    assert await link.open()
    assert not await link.open()
    await simulator.drop_connections()
    with pytest.raises(LinkLost):
        await link.receive(5)
    assert await link.open()
    await link.close()


# --- the simulator itself ---------------------------------------------------------------------------


async def test_what_waits_for_paper_is_printed_when_paper_is_back(
    simulator: SimulatedPrinter,
) -> None:
    await simulator.fail(Failure.PAPER_OUT)
    link = TcpLink("front", "127.0.0.1", simulator.port)
    await link.open()
    await link.send(b"A001\n\x1dVB\x00\x10\x04\x04", 1)
    assert await link.receive(5) == b"\x7e"
    assert simulator.papers == []
    await simulator.fail(None)
    assert [paper.lines for paper in await simulator.wait_for_papers(1)] == [["A001"]]
    await link.close()


async def test_automatic_status_is_sent_when_asked_for(simulator: SimulatedPrinter) -> None:
    link = TcpLink("front", "127.0.0.1", simulator.port)
    await link.open()
    await link.send(b"\x1da\x0e", 1)
    assert await link.receive(5) == b"\x10\x00\x00\x00"
    await simulator.fail(Failure.COVER_OPEN)
    assert await link.receive(5) == b"\x38\x00\x00\x00"
    await link.close()


async def test_unknown_bytes_are_noted_and_the_rest_is_printed() -> None:
    async with asyncio.timeout(30), SimulatedPrinter() as simulator:
        link = TcpLink("front", "127.0.0.1", simulator.port)
        await link.open()
        await link.send(b"A\n\x1bZ\nB\n\x1dVB\x00", 1)
        [paper] = await simulator.wait_for_papers(1)
        await link.close()
        assert paper.lines == ["A", "Z", "B"]
        assert [error.found for error in simulator.errors] == [b"\x1bZ"]


async def test_a_taken_port_is_told(simulator: SimulatedPrinter) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await SimulatedPrinter(simulator.port).__aenter__()
