"""Tickets over a simulated USB bus to a printer on odd endpoints, sound and failing in each known way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkStalled
from yichuang.hardware.link.usb import UsbLink, choose_printer
from yichuang.hardware.link.usb_interface import UsbEndpoint, UsbInterface
from yichuang.hardware.simulator.printer_body import Failure
from yichuang.hardware.simulator.printer_usb import UsbPrinter, UsbPrinterBody, printer_interfaces
from yichuang.hardware.simulator.usb import SimulatedUsb
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


def settings(**chosen: object) -> PrinterSettings:
    facts: dict[str, object] = {
        "name": "front",
        "transport": "usb",
        "vendor": 0x0FE6,
        "product": 0x811E,
        "process_id": True,
        "answer_seconds": 0.25,
        "print_seconds": 0.35,
    }
    return PrinterSettings.model_validate({**facts, **chosen})


@pytest.fixture
async def simulator() -> AsyncIterator[UsbPrinter]:
    async with asyncio.timeout(60):
        printer = UsbPrinter(UsbPrinterBody())
        yield printer
        assert printer.body.errors == []
        assert printer.resets == 0


@pytest.fixture
async def printer(simulator: UsbPrinter) -> AsyncIterator[TicketPrinter]:
    opened = open_printer(settings(), usb=SimulatedUsb(simulator))
    yield opened
    await opened.close()


async def test_tickets_print_and_the_kernel_gets_its_printer_back(
    simulator: UsbPrinter, printer: TicketPrinter
) -> None:
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    for _ticket in range(3):
        assert await printer.print_ticket(TICKET) == PRINTED
    assert simulator.kernel_driver == set()
    await printer.close()
    assert (simulator.kernel_driver, simulator.claimed) == ({0}, set())
    assert [paper.lines.count("A001") for paper in simulator.body.papers] == [1, 1, 1]


@pytest.mark.parametrize("warm", [False, True], ids=["first ticket", "kept open"])
@pytest.mark.parametrize(
    ("failure", "report", "papers"),
    [
        (Failure.PAPER_OUT, not_sent(DeviceReason.PAPER_OUT), 0),
        (Failure.PAPER_OUT_MID, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), 0),
        (Failure.COVER_OPEN, not_sent(DeviceReason.COVER_OPEN), 0),
        (Failure.CUTTER, not_sent(DeviceReason.CUTTER), 0),
        (Failure.NEAR_END, PrintReport(JobState.PRINTED, DeviceReason.NEAR_END), 1),
        (Failure.OFFLINE, not_sent(DeviceReason.UNPLUGGED), 0),
        (Failure.SILENT, not_sent(DeviceReason.PRINTER_ERROR), 0),
        (Failure.SILENT_MID, NO_ANSWER, 1),
        (Failure.DROP_MID, NO_ANSWER, 0),
        (Failure.HALF_OPEN, not_sent(DeviceReason.STALLED), 0),
        (Failure.CLONE, PrintReport(JobState.PROCESSED), 1),
        (Failure.CHATTER, PRINTED, 1),
        (Failure.TRICKLE, PRINTED, 1),
    ],
)
async def test_every_failure_is_told_as_it_is_and_the_next_ticket_prints_once(
    simulator: UsbPrinter,
    printer: TicketPrinter,
    failure: Failure,
    report: PrintReport,
    papers: int,
    warm: bool,
) -> None:
    if warm:
        assert (await printer.health()).state is DeviceState.READY
    await simulator.body.fail(failure)
    assert await printer.print_ticket(TICKET) == report
    assert len(simulator.body.papers) == papers
    assert simulator.body.lines == 0 or not report.untouched
    await simulator.body.fail(None)
    simulator.body.papers.clear()
    assert (await printer.print_ticket(TICKET)).state is JobState.PRINTED
    assert simulator.body.papers[-1].lines.count("A001") == 1


async def test_a_silent_printer_with_an_honest_port_says_more_than_a_clone(
    simulator: UsbPrinter, printer: TicketPrinter
) -> None:
    simulator.knows_port = False
    await simulator.body.fail(Failure.SILENT)
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.OFFLINE)


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda model: setattr(model, "busy", True), DeviceReason.BUSY),
        (lambda model: setattr(model, "allowed", False), DeviceReason.NO_PERMISSION),
        (lambda model: setattr(model, "plugged", False), DeviceReason.UNPLUGGED),
        (lambda model: setattr(model, "interfaces", ()), DeviceReason.BAD_ANSWER),
    ],
)
async def test_what_keeps_it_from_being_opened(
    simulator: UsbPrinter,
    printer: TicketPrinter,
    break_it: Callable[[UsbPrinter], None],
    reason: DeviceReason,
) -> None:
    break_it(simulator)
    assert await printer.print_ticket(TICKET) == not_sent(reason)
    assert await printer.health() == DeviceHealth(DeviceState.MISSING, reason)


@pytest.mark.parametrize("at_once", [1, 64])
async def test_partial_writes_lose_and_double_nothing(
    simulator: UsbPrinter, printer: TicketPrinter, at_once: int
) -> None:
    simulator.at_once = at_once
    assert await printer.print_ticket(TICKET) == PRINTED
    [paper] = simulator.body.papers
    assert paper.lines.count("A001") == 1


@pytest.mark.parametrize("at_once", [16, 1 << 16], ids=["while sending", "when all is sent"])
async def test_paper_that_ends_with_the_buffer_full_is_told_by_the_port(
    simulator: UsbPrinter, printer: TicketPrinter, at_once: int
) -> None:
    simulator.room, simulator.at_once = 100, at_once
    await simulator.body.fail(Failure.PAPER_OUT_MID)
    report = await printer.print_ticket(TICKET)
    assert report == PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)
    assert simulator.body.papers == []


async def test_pulled_out_and_plugged_in_again_it_goes_on(
    simulator: UsbPrinter, printer: TicketPrinter
) -> None:
    assert await printer.print_ticket(TICKET) == PRINTED
    simulator.switch(on=False)
    assert await printer.health() == DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED)
    simulator.switch(on=True)
    assert await printer.print_ticket(TICKET) == PRINTED
    assert len(simulator.body.papers) == 2


@pytest.mark.parametrize("pipe", [0x03, 0x84])
async def test_a_halted_pipe_is_set_going_again_before_the_ticket(
    simulator: UsbPrinter, printer: TicketPrinter, pipe: int
) -> None:
    assert await printer.print_ticket(TICKET) == PRINTED
    simulator.halted = {pipe}
    assert await printer.print_ticket(TICKET) == PRINTED
    assert len(simulator.body.papers) == 2


async def test_a_call_that_hangs_in_mid_ticket_ends_as_unknown(
    simulator: UsbPrinter, printer: TicketPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some host controllers never give a transfer back; the ticket may be out, and nothing may wait."""
    monkeypatch.setattr("yichuang.hardware.link.usb_port._GRACE_SECONDS", 0.1)
    monkeypatch.setattr("yichuang.hardware.link.usb_port._CLOSE_SECONDS", 0.1)
    count = simulator.body.count_line

    def hang() -> None:
        count()
        simulator.hangs.set()

    monkeypatch.setattr(simulator.body, "count_line", hang)
    assert await printer.print_ticket(TICKET) == NO_ANSWER
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.STALLED)
    simulator.released.set()


async def test_a_one_way_printer_is_handed_the_ticket_and_asked_by_its_port() -> None:
    simulator = UsbPrinter(UsbPrinterBody(), endpoints=(0x01, None))
    printer = open_printer(settings(), usb=SimulatedUsb(simulator))
    async with asyncio.timeout(30):
        assert await printer.health() == DeviceHealth(DeviceState.READY)
        assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
        await simulator.body.fail(Failure.PAPER_OUT)
        assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.PAPER_OUT)
        await printer.close()
    assert len(simulator.body.papers) == 1


async def test_one_of_two_printers_is_taken_by_its_serial_number() -> None:
    bodies = [UsbPrinterBody(), UsbPrinterBody()]
    bus = SimulatedUsb(*(UsbPrinter(b, serial_number=f"S{i}") for i, b in enumerate(bodies)))
    printer = open_printer(settings(serial_number="S1"), usb=bus)
    async with asyncio.timeout(30):
        assert await printer.print_ticket(TICKET) == PRINTED
        await printer.close()
    assert [len(body.papers) for body in bodies] == [0, 1]


@pytest.mark.parametrize("encoding", ["gbk", "raster"])
async def test_only_a_whole_command_goes_out_by_itself(
    simulator: UsbPrinter, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """A head that ended inside a command would take the first bytes of the next ticket for its end."""
    pieces: list[bytes] = []
    take = simulator.bulk_write

    def write(endpoint: int, data: bytes, milliseconds: int) -> int:
        pieces.append(data)
        return take(endpoint, data, milliseconds)

    monkeypatch.setattr(simulator, "bulk_write", write)
    printer = open_printer(settings(encoding=encoding), usb=SimulatedUsb(simulator))
    assert await printer.print_ticket(TICKET) == PRINTED
    await printer.close()
    begin = pieces.index(b"\x1b@")
    assert len(b"".join(pieces[begin + 1 :])) > 100
    # Requests go out whole: some firmware looks for them in each packet.
    assert {piece for piece in pieces[:begin] if piece.startswith(b"\x10")} == {
        bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4)
    }


async def test_a_link_that_stalls_within_its_first_bytes_is_untouched(
    simulator: UsbPrinter,
) -> None:
    link = UsbLink("front", 0x0FE6, 0x811E, backend=SimulatedUsb(simulator))
    assert link.is_there()
    assert await link.open()
    assert not await link.open()
    assert link.answers
    await simulator.body.fail(Failure.HALF_OPEN)
    with pytest.raises(LinkStalled) as stalled:
        await link.send(b"\x1b@" + bytes(100), 0.1)
    assert not stalled.value.touched
    await simulator.body.fail(Failure.PAPER_OUT)
    simulator.room = 50
    with pytest.raises(LinkStalled) as stalled:
        await link.send(b"\x1b@" + bytes(100), 0.1)
    assert stalled.value.touched
    assert await link.port_status() == 0x30
    await link.close()


def test_the_interface_is_chosen_as_the_kernel_chooses_it() -> None:
    one_way, both_ways = printer_interfaces(0x01, 0x82)
    storage = UsbInterface(1, 0, 8, 6, 80, (UsbEndpoint(0x05, "bulk"), UsbEndpoint(0x86, "bulk")))
    own = UsbInterface(2, 0, 255, 0, 0, (UsbEndpoint(0x02, "bulk"),))
    packets = UsbInterface(0, 2, 7, 1, 3, (UsbEndpoint(0x01, "bulk"), UsbEndpoint(0x82, "bulk")))
    assert choose_printer([storage, one_way, packets, both_ways]) == both_ways
    assert choose_printer([storage, packets, one_way]) == one_way
    assert choose_printer([storage, own]) == own
    assert choose_printer([storage]) is None
