"""Processes that are meant to be killed: each tells every answered command at once, and goes on for ever."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from tests.halls import MORNING
from tests.integration.detours import bring_back, step
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE, load_settings
from yichuang.errors import NothingWaiting, WindowAlreadyOpen
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.worker import Pace, PrinterWorker
from yichuang.queue.printing import PrintJob, PrintReport
from yichuang.queue.service import Hall
from yichuang.store.sqlite import SqliteStore

MOST_ISSUED = 12
"""Tickets that one entrance issues before it only waits to be killed."""

PACE = Pace(lease=0.05, renew=0.02, health=60.0, retry=0.01)
"""A lease so short that the next worker need not wait for a killed one's."""


class ToldStore(SqliteStore):
    """The store of a printer's worker, which tells what the worker does with its jobs."""

    tell: Callable[[str], None]

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        """Claim a job, and tell it before anything is sent."""
        job = await super().claim(printer, owner)
        if job is not None:
            self.tell(f"claimed {job.id}")
        return job

    async def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        """Store what became of a job, and tell it."""
        await super().report(job, report, owner, backup)
        self.tell(f"reported {job} {report.state.value}")

    async def wait_for_change(self, since: int, seconds: float) -> int:
        """Wait, and tell that there is nothing to do."""
        self.tell("idle")
        return await super().wait_for_change(since, seconds)


def live(folder: str, role: str, pipe: Connection) -> None:
    """Be the entrance, a window (its number) or the printer's worker, until killed."""

    def tell(line: str) -> None:
        pipe.send_bytes(line.encode())

    asyncio.run(_live(Path(folder), role, tell))


async def _live(folder: Path, role: str, tell: Callable[[str], None]) -> None:
    clock = FixedClock(MORNING)  # no day may turn while the test runs
    store = await ToldStore.open(folder / STORE_FILE, clock)
    assert isinstance(store, ToldStore)
    store.tell = tell
    async with Hall(load_settings(folder), store, clock) as hall:
        if role == "entrance":
            await _issue(hall, tell)
        elif role == "printer":
            (settings,) = hall.settings.printer
            printer = open_printer(settings, folder / "cache")
            owner = f"worker-{os.getpid()}"
            note = partial(hall.devices.note, settings.name, owner)
            await PrinterWorker(printer, store, owner, note, pace=PACE).run()
        else:
            await _serve(hall, int(role), tell)


async def _issue(hall: Hall, tell: Callable[[str], None]) -> None:
    for count in range(MOST_ISSUED):
        category, other = (("tax", "police"), ("police", "tax"))[count % 2]
        done = await hall.issue(
            category=category,
            priority_class=("ordinary", "priority")[count % 3 == 0],
            route=(other,) if count % 5 == 0 else (),
        )
        assert done.ticket is not None
        tell(f"issued {done.ticket.number} {done.print_job}")
    tell("idle")
    await asyncio.Event().wait()


async def _serve(hall: Hall, window: int, tell: Callable[[str], None]) -> None:
    try:
        await hall.open_window(window)
    except WindowAlreadyOpen:
        tell("was open")
    while True:
        mark = hall.store.mark()
        ticket = (await hall.window_view(window)).ticket
        if ticket is not None:
            done = await step(hall, window, ticket)
        else:
            try:
                done = await hall.call_next(window)
            except NothingWaiting:
                back = await bring_back(hall, window)
                if back is None:
                    await hall.store.wait_for_change(mark, 60.0)
                    continue
                done = back
        assert done.ticket is not None
        tell(f"{done.ticket.state.value} {done.ticket.number} {done.ticket.call}")
