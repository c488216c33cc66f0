"""A second printer takes over what the first surely did not print: over both stores and real connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.halls import MORNING, memory_hall, small_settings, sqlite_hall
from yichuang.bootstrap import finish_print_job, printer_states
from yichuang.bootstrap.printers import settle_print_jobs
from yichuang.clock import FixedClock
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.worker import Pace, PrinterWorker
from yichuang.queue.device import UNWATCHED, DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.service import Hall

PRINTER = """
[[printer]]
name = "{name}"
transport = "tcp"
host = "127.0.0.1"
port = {port}
process_id = true
answer_seconds = 0.3
print_seconds = 0.5
backup = "{backup}"
"""


@dataclass
class Pair:
    """A hall with two printers that stand in for each other, and the workers of both."""

    hall: Hall
    first: SimulatedPrinter
    second: SimulatedPrinter
    workers: list[PrinterWorker] = field(default_factory=list)

    async def issue(self) -> int:
        done = await self.hall.issue(category="tax")
        assert done.print_job is not None
        return done.print_job

    async def until(self, job: int, met: Callable[[PrintJob], bool]) -> PrintJob:
        while True:
            mark = self.hall.store.mark()
            found = await self.hall.print_job(job)
            assert found is not None
            if met(found):
                return found
            await self.hall.store.wait_for_change(mark, 5)

    async def end_of(self, job: int) -> PrintJob:
        return await self.until(job, lambda found: found.state.is_final)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        pace = Pace(lease=30, renew=10, health=30, retry=0.05)
        for settings in self.hall.settings.printer:
            owner = f"worker-{settings.name}"
            note = partial(self.hall.devices.note, settings.name, owner)
            printer = open_printer(settings)
            self.workers.append(
                PrinterWorker(
                    printer, self.hall.store, owner, note, backup=settings.backup, pace=pace
                )
            )
        tasks = [asyncio.create_task(worker.run()) for worker in self.workers]
        try:
            yield
        finally:
            for worker in self.workers:
                await worker.stop()
            await asyncio.gather(*tasks)


@pytest.fixture(params=["memory", "sqlite"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    async with asyncio.timeout(60), AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(SimulatedPrinter()) for _printer in range(2)
        ]
        settings = small_settings(
            PRINTER.format(name="front", port=first.port, backup="back")
            + PRINTER.format(name="back", port=second.port, backup="front")
        )
        clock = FixedClock(MORNING)
        if request.param == "memory":
            hall = memory_hall(clock, settings)
        else:
            hall = await sqlite_hall(tmp_path, clock, settings)
        stack.push_async_callback(hall.store.close)
        yield Pair(hall, first, second)
        assert first.errors == second.errors == []


def numbers(printer: SimulatedPrinter) -> list[str]:
    return [line for paper in printer.papers for line in paper.lines if line.startswith("A0")]


@pytest.mark.parametrize(
    "failure", [Failure.PAPER_OUT, Failure.COVER_OPEN, Failure.OFFLINE, Failure.SILENT]
)
async def test_the_second_prints_once_what_the_first_surely_did_not(
    pair: Pair, failure: Failure
) -> None:
    await pair.first.fail(failure)
    async with pair.working():
        job = await pair.issue()
        found = await pair.end_of(job)
        assert (found.printer, found.moved_from) == ("back", "front")
        assert found.state is JobState.PRINTED
        await pair.first.fail(None)
        last = await pair.end_of(await pair.issue())
        assert (last.printer, last.moved_from) == ("front", "")
    assert numbers(pair.first) == ["A002"]
    assert numbers(pair.second) == ["A001"]
    assert "补打" not in "".join(pair.second.papers[0].lines)


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Failure.PAPER_OUT_MID, JobState.FAILED),
        (Failure.SILENT_MID, JobState.UNKNOWN),
        (Failure.DROP_MID, JobState.UNKNOWN),
    ],
)
async def test_what_the_first_began_is_nobody_elses(
    pair: Pair, failure: Failure, state: JobState
) -> None:
    await pair.first.fail(failure)
    async with pair.working():
        found = await pair.end_of(await pair.issue())
        assert (found.printer, found.state, found.moved_from) == ("front", state, "")
        assert not found.untouched
    assert pair.second.papers == []


async def test_two_that_stand_in_for_each_other_pass_a_ticket_once(pair: Pair) -> None:
    for printer in (pair.first, pair.second):
        await printer.fail(Failure.PAPER_OUT)
    async with pair.working():
        found = await pair.end_of(await pair.issue())
        assert (found.printer, found.moved_from) == ("back", "front")
        assert (found.state, found.reason) == (JobState.FAILED, DeviceReason.PAPER_OUT)
        assert found.untouched
    assert pair.first.papers == pair.second.papers == []


async def test_a_test_page_is_its_own_printers(pair: Pair) -> None:
    await pair.first.fail(Failure.PAPER_OUT)
    async with pair.working():
        done = await pair.hall.devices.test("front")
        assert done.print_job is not None
        found = await pair.end_of(done.print_job)
        assert (found.printer, found.state, found.untouched) == ("front", JobState.FAILED, True)
        await pair.first.fail(None)
        again = await pair.hall.devices.test("front")
        assert again.print_job is not None
        assert (await pair.end_of(again.print_job)).state is JobState.PRINTED
    assert pair.second.papers == []
    assert "打印机测试页" in pair.first.papers[0].lines


async def test_a_command_follows_its_paper_to_the_other_printer(pair: Pair) -> None:
    await pair.first.fail(Failure.PAPER_OUT)
    job = await pair.issue()
    found = await finish_print_job(pair.hall, job, 30)
    assert found is not None
    assert (found.state, found.printer, found.moved_from) == (JobState.PRINTED, "back", "front")


async def test_only_a_printer_that_nobody_works_is_asked_how_it_is(pair: Pair) -> None:
    """Whoever works one that cannot be asked does not know how it is, and has it open."""
    assert await pair.hall.store.lease("front", "another", 60)
    front, back = await printer_states(pair.hall)
    assert (front.health, back.health) == (UNWATCHED, DeviceHealth(DeviceState.READY))
    assert (pair.first.connections, pair.second.connections) == (0, 1)
    assert await pair.hall.store.lease("back", "another", 60)
    assert not await pair.hall.store.lease("front", "me", 60)


@pytest.mark.parametrize("is_worked", [False, True])
async def test_jobs_of_a_printer_that_hall_toml_has_no_more_are_ended(
    pair: Pair, is_worked: bool
) -> None:
    """A process that still has the former hall.toml, and works the printer, is left alone."""
    sending, queued = await pair.issue(), await pair.issue()
    assert await pair.hall.store.lease("front", "former", 60)
    assert await pair.hall.store.claim("front", "former") is not None
    if not is_worked:
        await pair.hall.store.release("front", "former")
    settings = small_settings(PRINTER.format(name="new", port=9, backup=""))
    edited = Hall(settings, pair.hall.store, pair.hall.clock)
    await settle_print_jobs(edited)
    found = [await pair.hall.print_job(job) for job in (sending, queued)]
    states = [(job.state, job.untouched) for job in found if job]
    if is_worked:
        assert states == [(JobState.SENDING, False), (JobState.QUEUED, False)]
    else:
        assert states == [(JobState.UNKNOWN, False), (JobState.FAILED, True)]
    await settle_print_jobs(pair.hall)
    assert [await pair.hall.print_job(job) for job in (sending, queued)] == found
