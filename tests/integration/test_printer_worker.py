"""Printer workers over an outbox in memory: each job once, the truth about each, leases and stops."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import pytest

from yichuang.config import PrinterSettings
from yichuang.errors import StoreBusy
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.worker import Pace, PrinterWorker
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintJob, PrintReport, TicketPrinter

PRINTED = PrintReport(JobState.PRINTED)
READY = DeviceHealth(DeviceState.READY)
PATIENT = Pace(lease=30, renew=10, health=30, retry=0.05)


class MemoryOutbox:
    """The contract of PrintOutbox, kept in memory."""

    def __init__(self) -> None:
        self.jobs: dict[int, PrintJob] = {}
        self.senders: dict[int, str] = {}
        self.leases: dict[str, tuple[str, float]] = {}
        self.renewals = 0
        self.refused = asyncio.Event()
        """Set when somebody asked in vain for a lease."""
        self.health: dict[str, DeviceHealth] = {}
        self.broken = 0
        """How many of the next calls fail as a busy store does."""
        self.bugs = 0
        """How many of the next renewals of a lease fail as nobody foresaw."""
        self._mark = 0
        self._changed = asyncio.Condition()

    async def add(self, printer: str = "front") -> int:
        job = len(self.jobs) + 1
        number = f"A{job:03}"
        document = TicketDocument("大厅", number, "社会事务", "2026-11-20 09:31:05", 0)
        self.jobs[job] = PrintJob(
            job,
            printer,
            job,
            number,
            document,
            JobState.QUEUED,
            DeviceReason.NONE,
            datetime(2026, 11, 20, tzinfo=UTC),
        )
        await self._tell()
        return job

    def state(self, job: int) -> PrintReport:
        return PrintReport(self.jobs[job].state, self.jobs[job].reason)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until `met` holds; it is looked at after every change."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(met)

    def holder(self, printer: str) -> str | None:
        owner, end = self.leases.get(printer, ("", 0.0))
        return owner if end > asyncio.get_running_loop().time() else None

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        self._fail()
        former = self.holder(device)
        if self.bugs and former == owner:
            self.bugs -= 1
            raise ZeroDivisionError("a bug")
        if former not in (None, owner):
            self.refused.set()
            return False
        self.leases[device] = (owner, asyncio.get_running_loop().time() + seconds)
        self.renewals += former == owner
        for job, found in self.jobs.items():
            if found.state is JobState.SENDING and self.senders[job] != owner:
                self._set(job, PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED))
        await self._tell()
        return True

    def take_away(self, device: str) -> None:
        """Let another process have the lease, as when this one was stopped for a while."""
        self.leases[device] = ("another", math.inf)

    async def release(self, device: str, owner: str) -> None:
        if self.holder(device) == owner:
            del self.leases[device]
            self.health.pop(device, None)
            await self._tell()

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        self._fail()
        if self.holder(printer) != owner:
            return None
        for job, found in self.jobs.items():
            if found.printer == printer and found.state is JobState.QUEUED:
                self._set(job, PrintReport(JobState.SENDING))
                self.senders[job] = owner
                await self._tell()
                return self.jobs[job]
        return None

    async def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        self._fail()
        if self.jobs[job].state is JobState.SENDING and self.senders[job] == owner:
            self._set(job, report)
            await self._tell()

    async def note_health(self, printer: str, owner: str, health: DeviceHealth) -> None:
        if self.holder(printer) == owner:
            self.health[printer] = health
            await self._tell()

    async def job(self, job: int) -> PrintJob | None:
        return self.jobs.get(job)

    def mark(self) -> int:
        return self._mark

    async def wait_for_change(self, since: int, seconds: float) -> int:
        async with self._changed:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: self._mark > since)
            except TimeoutError:
                pass
        return self._mark

    def _set(self, job: int, report: PrintReport) -> None:
        found = self.jobs[job]
        self.jobs[job] = dataclasses.replace(found, state=report.state, reason=report.reason)

    def _fail(self) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreBusy(seconds=5)

    async def _tell(self) -> None:
        async with self._changed:
            self._mark += 1
            self._changed.notify_all()


class FakePrinter:
    """A printer that prints at once, or waits at its `gate`, and reports what it was told to."""

    def __init__(self, name: str = "front") -> None:
        self.name = name
        self.printed: list[str] = []
        self.outcome: PrintReport | Exception = PRINTED
        self.state = READY
        self.asked = 0
        self.closed = 0
        self.let_go = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    async def print_ticket(self, document: TicketDocument) -> PrintReport:
        self.begun.set()
        await self.gate.wait()
        self.printed.append(document.number)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def health(self) -> DeviceHealth:
        self.asked += 1
        return self.state

    async def close(self) -> None:
        self.closed += 1
        self.let_go.set()


def worker_of(
    printer: TicketPrinter, outbox: MemoryOutbox, owner: str, *, pace: Pace | None = None
) -> PrinterWorker:
    """A worker that notes the printer's health in the outbox."""
    note = partial(outbox.note_health, printer.name, owner)
    return PrinterWorker(printer, outbox, owner, note, pace=pace)


@asynccontextmanager
async def running(*workers: PrinterWorker) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield tasks
    finally:
        for worker in workers:
            await worker.stop()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
async def printer() -> FakePrinter:
    return FakePrinter()


async def test_jobs_are_printed_in_order_and_reported(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    first = await outbox.add()
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    async with running(worker):
        await outbox.until(lambda: outbox.state(first) == PRINTED)
        later = [await outbox.add() for _job in range(3)]
        await outbox.until(lambda: all(outbox.state(job) == PRINTED for job in later))
        assert outbox.holder("front") == "one"
        assert printer.closed == 0
    assert printer.printed == ["A001", "A002", "A003", "A004"]
    assert outbox.holder("front") is None
    assert printer.closed == 1


async def test_another_printers_jobs_are_left_alone(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    other = await outbox.add("back")
    assert await worker_of(printer, outbox, "one").work_once() == 0
    assert outbox.state(other) == PrintReport(JobState.QUEUED)


async def test_two_workers_print_each_job_exactly_once(outbox: MemoryOutbox) -> None:
    printers = [FakePrinter(), FakePrinter()]
    workers = [
        worker_of(printer, outbox, f"owner-{index}", pace=PATIENT)
        for index, printer in enumerate(printers)
    ]
    async with running(*workers):
        jobs = [await outbox.add() for _job in range(20)]
        await outbox.until(lambda: all(outbox.jobs[job].state.is_final for job in jobs))
        holder = outbox.holder("front")
        await workers[0 if holder == "owner-0" else 1].stop()
        more = [await outbox.add() for _job in range(20)]
        await outbox.until(lambda: all(outbox.jobs[job].state.is_final for job in more))
        assert outbox.holder("front") not in (None, holder)
    printed = printers[0].printed + printers[1].printed
    assert sorted(printed) == [f"A{job:03}" for job in jobs + more]
    assert [len(printer.printed) for printer in printers] == [20, 20]
    assert {outbox.state(job) for job in jobs + more} == {PRINTED}


async def test_commands_racing_for_the_lease_print_each_job_once(outbox: MemoryOutbox) -> None:
    printers = [FakePrinter() for _command in range(4)]
    jobs = [await outbox.add() for _command in range(4)]
    found = await asyncio.gather(
        *(
            worker_of(printer, outbox, f"command-{job}", pace=PATIENT).work_until(job, 30)
            for printer, job in zip(printers, jobs, strict=True)
        )
    )
    assert [job.state for job in found if job] == [JobState.PRINTED] * 4
    printed = [number for printer in printers for number in printer.printed]
    assert sorted(printed) == ["A001", "A002", "A003", "A004"]


async def test_a_job_left_in_sending_is_unknown_and_never_printed_again(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    lost = await outbox.add()
    waiting = await outbox.add()
    assert await outbox.lease("front", "dead", 0.001)
    assert (await outbox.claim("front", "dead")) is not None
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    async with running(worker):
        await outbox.until(lambda: outbox.state(waiting) == PRINTED)
    assert outbox.state(lost) == PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED)
    assert printer.printed == ["A002"]


async def test_the_lease_is_renewed_during_a_long_print(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    job = await outbox.add()
    printer.gate.clear()
    rival = FakePrinter()
    quick = Pace(lease=5, renew=0.02, health=30, retry=0.02)
    workers = [
        worker_of(printer, outbox, "one", pace=quick),
        worker_of(rival, outbox, "two", pace=quick),
    ]
    async with running(*workers):
        await asyncio.wait_for(
            asyncio.wait(
                [
                    asyncio.create_task(printer.begun.wait()),
                    asyncio.create_task(rival.begun.wait()),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            ),
            30,
        )
        owner, before = outbox.holder("front"), outbox.renewals
        await outbox.until(lambda: outbox.renewals >= before + 5)
        assert outbox.holder("front") == owner
        assert outbox.state(job) == PrintReport(JobState.SENDING)
        printer.gate.set()
        await outbox.until(lambda: outbox.state(job) == PRINTED)
    assert printer.printed + rival.printed == ["A001"]


async def test_a_printer_whose_lease_was_lost_is_let_go(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    pace = Pace(lease=30, renew=0.02, health=30, retry=0.02)
    worker = worker_of(printer, outbox, "one", pace=pace)
    async with asyncio.timeout(30), running(worker):
        await outbox.until(lambda: outbox.health.get("front") == READY)
        outbox.take_away("front")
        await printer.let_go.wait()
        await outbox.release("front", "another")
        job = await outbox.add()
        await outbox.until(lambda: outbox.state(job) == PRINTED)


async def test_a_printer_that_is_another_processs_is_not_asked_how_it_is(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    """A process that was stopped goes on where it was, before it looks after its lease."""
    pace = Pace(lease=30, renew=30, health=0.02, retry=0.02)
    async with asyncio.timeout(30), running(worker_of(printer, outbox, "one", pace=pace)):
        await outbox.until(lambda: outbox.health.get("front") == READY)
        asked = printer.asked
        outbox.take_away("front")
        await printer.let_go.wait()
        assert printer.asked == asked


async def test_a_job_under_way_ends_before_the_printer_is_let_go(
    outbox: MemoryOutbox, printer: FakePrinter, caplog: pytest.LogCaptureFixture
) -> None:
    printer.gate.clear()
    job = await outbox.add()
    pace = Pace(lease=30, renew=0.02, health=30, retry=0.02)
    async with asyncio.timeout(30), running(worker_of(printer, outbox, "one", pace=pace)):
        await printer.begun.wait()
        outbox.take_away("front")
        await outbox.refused.wait()
        assert printer.closed == 0
        printer.gate.set()
        await printer.let_go.wait()
    assert printer.printed == ["A001"]
    assert outbox.state(job) == PRINTED
    assert "another process took the lease" in caplog.text


async def test_stop_lets_the_present_job_end(outbox: MemoryOutbox, printer: FakePrinter) -> None:
    present, next_one = await outbox.add(), await outbox.add()
    printer.gate.clear()
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    task = asyncio.create_task(worker.run())
    await printer.begun.wait()
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    printer.gate.set()
    await asyncio.wait_for(stopping, 30)
    await task
    assert outbox.state(present) == PRINTED
    assert outbox.state(next_one) == PrintReport(JobState.QUEUED)
    assert (printer.closed, outbox.holder("front")) == (1, None)


async def test_a_cancelled_print_is_unknown(outbox: MemoryOutbox, printer: FakePrinter) -> None:
    job = await outbox.add()
    printer.gate.clear()
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    task = asyncio.create_task(worker.run())
    await printer.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert outbox.state(job) == PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED)
    assert (printer.closed, outbox.holder("front")) == (1, None)


async def test_an_unexpected_error_ends_the_job_as_unknown_and_the_worker_goes_on(
    outbox: MemoryOutbox, printer: FakePrinter, caplog: pytest.LogCaptureFixture
) -> None:
    printer.outcome = ZeroDivisionError("a bug")
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    async with running(worker):
        broken = await outbox.add()
        await outbox.until(lambda: outbox.jobs[broken].state.is_final)
        printer.outcome = PRINTED
        sound = await outbox.add()
        await outbox.until(lambda: outbox.state(sound) == PRINTED)
    assert outbox.state(broken) == PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED)
    assert "ZeroDivisionError: a bug" in caplog.text


async def test_a_report_that_could_not_be_stored_is_told_again(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    job = await outbox.add()
    printer.gate.clear()
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    async with running(worker):
        await printer.begun.wait()
        outbox.broken = 2
        printer.gate.set()
        await outbox.until(lambda: outbox.jobs[job].state.is_final)
    assert outbox.state(job) == PRINTED
    assert printer.printed == ["A001"]


async def test_a_busy_store_does_not_end_the_worker(
    outbox: MemoryOutbox, printer: FakePrinter, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.broken = 3
    job = await outbox.add()
    async with running(worker_of(printer, outbox, "one", pace=PATIENT)):
        await outbox.until(lambda: outbox.state(job) == PRINTED)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3


async def test_no_error_ends_the_renewal_of_a_lease(
    outbox: MemoryOutbox, printer: FakePrinter, caplog: pytest.LogCaptureFixture
) -> None:
    printer.gate.clear()
    job = await outbox.add()
    pace = Pace(lease=30, renew=0.02, health=30, retry=0.05)
    async with running(worker_of(printer, outbox, "one", pace=pace)):
        await asyncio.wait_for(printer.begun.wait(), 30)
        outbox.bugs, before = 2, outbox.renewals
        await outbox.until(lambda: outbox.renewals >= before + 2)
        printer.gate.set()
        await outbox.until(lambda: outbox.state(job) == PRINTED)
    assert outbox.bugs == 0
    assert caplog.text.count("ZeroDivisionError: a bug") == 2


async def test_health_is_told_once_for_each_change(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    told: list[DeviceHealth] = []

    async def note(health: DeviceHealth) -> None:
        told.append(health)
        await outbox.note_health(printer.name, "one", health)

    out = DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
    pace = Pace(lease=30, renew=10, health=0.01, retry=0.05)
    worker = PrinterWorker(printer, outbox, "one", note, pace=pace)
    async with running(worker):
        await outbox.until(lambda: outbox.health.get("front") == READY)
        asked = printer.asked
        while printer.asked < asked + 3:
            await outbox.wait_for_change(outbox.mark(), 0.01)
        printer.state = out
        await outbox.until(lambda: outbox.health.get("front") == out)
        assert worker.health == out
    assert told == [READY, out]


@pytest.mark.parametrize(
    ("report", "health"),
    [
        (PRINTED, READY),
        (
            PrintReport(JobState.PRINTED, DeviceReason.NEAR_END),
            DeviceHealth(DeviceState.DEGRADED, DeviceReason.NEAR_END),
        ),
        (
            PrintReport(JobState.PROCESSED, DeviceReason.RECOVERING),
            DeviceHealth(DeviceState.DEGRADED, DeviceReason.RECOVERING),
        ),
        (
            PrintReport(JobState.PROCESSED, DeviceReason.PAPER_OUT),
            DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT),
        ),
        (
            PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT),
            DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT),
        ),
    ],
)
async def test_a_report_tells_the_health_at_once(
    outbox: MemoryOutbox, printer: FakePrinter, report: PrintReport, health: DeviceHealth
) -> None:
    printer.outcome = report
    await outbox.add()
    worker = worker_of(printer, outbox, "one")
    assert await worker.work_once() == 1
    assert worker.health == health
    assert printer.asked == 0


async def test_after_silence_the_printer_is_asked(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    worker = worker_of(printer, outbox, "one", pace=PATIENT)
    async with running(worker):
        await outbox.until(lambda: outbox.health.get("front") == READY)
        printer.outcome = PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)
        printer.state = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
        await outbox.add()
        await outbox.until(lambda: outbox.health.get("front") == printer.state)


async def test_a_command_waits_for_the_process_that_prints(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    server = worker_of(FakePrinter(), outbox, "server", pace=PATIENT)
    command = worker_of(printer, outbox, "command", pace=PATIENT)
    async with running(server):
        await outbox.until(lambda: outbox.holder("front") == "server")
        job = await outbox.add()
        found = await command.work_until(job, 30)
    assert found is not None
    assert found.state is JobState.PRINTED
    assert printer.printed == []


async def test_a_command_gives_up_after_its_time(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    assert await outbox.lease("front", "hung", 60)
    job = await outbox.add()
    command = worker_of(printer, outbox, "command", pace=PATIENT)
    found = await command.work_until(job, 0.1)
    assert found is not None
    assert found.state is JobState.QUEUED
    assert await command.work_until(99, 0.1) is None
    await command.close()
    assert outbox.holder("front") == "hung"


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_command_prints_no_more_than_its_own_paper(
    outbox: MemoryOutbox, printer: FakePrinter, place: int
) -> None:
    jobs = [await outbox.add() for _each in range(3)]
    found = await worker_of(printer, outbox, "command", pace=PATIENT).work_until(jobs[place], 30)
    assert found is not None
    assert found.state is JobState.PRINTED
    assert printer.printed == ["A001", "A002", "A003"][: place + 1]
    assert (printer.closed, outbox.holder("front")) == (1, None)


async def test_a_command_begins_no_paper_after_its_time(
    outbox: MemoryOutbox, printer: FakePrinter
) -> None:
    jobs = [await outbox.add() for _each in range(3)]
    printer.gate.clear()
    command = worker_of(printer, outbox, "command", pace=PATIENT)
    working = asyncio.create_task(command.work_until(jobs[-1], 0.05))
    await printer.begun.wait()
    asyncio.get_running_loop().call_later(0.1, printer.gate.set)
    found = await working
    assert found is not None
    assert found.state is JobState.QUEUED
    assert printer.printed == ["A001"]
    assert outbox.state(jobs[0]) == PRINTED
    assert (printer.closed, outbox.holder("front")) == (1, None)


async def test_the_whole_way_to_simulated_paper(outbox: MemoryOutbox) -> None:
    async with asyncio.timeout(60), SimulatedPrinter(width=58) as simulator:
        settings = PrinterSettings(
            name="front",
            transport="tcp",
            host="127.0.0.1",
            port=simulator.port,
            width=58,
            process_id=True,
        )
        worker = worker_of(open_printer(settings), outbox, "one", pace=PATIENT)
        async with running(worker):
            jobs = [await outbox.add() for _job in range(5)]
            await outbox.until(lambda: all(outbox.state(job) == PRINTED for job in jobs))
            await simulator.fail(Failure.PAPER_OUT)
            failed = await outbox.add()
            await outbox.until(lambda: outbox.jobs[failed].state.is_final)
            assert outbox.state(failed) == PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)
            assert worker.health.reason is DeviceReason.PAPER_OUT
        assert simulator.errors == []
        assert simulator.connections == 1
        numbers = [line for paper in simulator.papers for line in paper.lines if line[0] == "A"]
        assert numbers == ["A001", "A002", "A003", "A004", "A005"]
