"""Tickets over a serial port; a pseudo-terminal stands for the line, the simulated printer is at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkStalled
from yichuang.hardware.link.serial import SerialLink
from yichuang.hardware.simulator.printer_body import Failure
from yichuang.hardware.simulator.printer_pty import PtyPrinter
from yichuang.hardware.ticket_printer import open_printer
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintReport, TicketPrinter

TICKET = TicketDocument(
    hall="郑陆镇为民服务中心",
    number="A001",
    category="社会事务",
    issued_at="2026-11-20 09:31:05",
    ahead=5,
)
PRINTED = PrintReport(JobState.PRINTED)
NO_ANSWER = PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)


def not_sent(reason: DeviceReason) -> PrintReport:
    return PrintReport(JobState.FAILED, reason, untouched=True)


@pytest.fixture
async def simulator() -> AsyncIterator[PtyPrinter]:
    async with asyncio.timeout(60), PtyPrinter() as printer:
        yield printer
        assert printer.errors == []


@pytest.fixture
async def printer(simulator: PtyPrinter) -> AsyncIterator[TicketPrinter]:
    facts = {
        "name": "front",
        "transport": "serial",
        "path": str(simulator.path),
        "baud": 115200,
        "flow": "xonxoff",
        "process_id": True,
        "answer_seconds": 0.25,
        "print_seconds": 0.35,
    }
    opened = open_printer(PrinterSettings.model_validate(facts))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("failure", "report", "papers"),
    [
        (None, PRINTED, 1),
        (Failure.PAPER_OUT, not_sent(DeviceReason.PAPER_OUT), 0),
        (Failure.PAPER_OUT_MID, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), 0),
        (Failure.COVER_OPEN, not_sent(DeviceReason.COVER_OPEN), 0),
        (Failure.NEAR_END, PrintReport(JobState.PRINTED, DeviceReason.NEAR_END), 1),
        (Failure.OFFLINE, not_sent(DeviceReason.OFFLINE), 0),
        (Failure.SILENT_MID, NO_ANSWER, 1),
        (Failure.DROP_MID, NO_ANSWER, 0),
        (Failure.HALF_OPEN, not_sent(DeviceReason.OFFLINE), 0),
        (Failure.CLONE, PrintReport(JobState.PROCESSED), 1),
        (Failure.CHATTER, PRINTED, 1),
        (Failure.TRICKLE, PRINTED, 1),
    ],
)
async def test_every_failure_is_told_as_it_is(
    simulator: PtyPrinter,
    printer: TicketPrinter,
    failure: Failure | None,
    report: PrintReport,
    papers: int,
) -> None:
    await simulator.fail(failure)
    assert await printer.print_ticket(TICKET) == report
    assert len(simulator.papers) == papers
    assert simulator.lines == 0 or not report.untouched


async def test_a_sound_printer_prints_ticket_after_ticket(
    simulator: PtyPrinter, printer: TicketPrinter
) -> None:
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    for _ticket in range(3):
        assert await printer.print_ticket(TICKET) == PRINTED
    assert [paper.lines.count("A001") for paper in simulator.papers] == [1, 1, 1]


async def test_a_line_that_takes_no_more_bytes_holds_up_nothing_else(
    simulator: PtyPrinter,
) -> None:
    link = SerialLink("front", str(simulator.path), 115200)
    await link.open()
    await simulator.fail(Failure.HALF_OPEN)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    with pytest.raises(LinkStalled) as stalled:
        await link.send(bytes(24_000), 0.3)
    counting.cancel()
    assert stalled.value.touched
    assert turns > 100
    await link.drop()
