"""The hall's printers: working one, asking all how they are, simulating those that hall.toml calls so."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from yichuang.bootstrap.owner import holding, new_owner
from yichuang.errors import DeviceInUse
from yichuang.queue.device import DeviceHealth, DeviceState, DeviceStatus
from yichuang.queue.printing import PrintJob
from yichuang.queue.service import Hall

Papers = deque[str]
"""What simulated printers printed, as text."""

PAPERS_KEPT = 50
"""How many papers of simulated printers can be looked at."""

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from datetime import datetime

    from yichuang.config import PrinterSettings
    from yichuang.hardware.ticket_printer.worker import PrinterWorker
    from yichuang.queue.ports import Memory


def printer_worker(hall: Hall, settings: PrinterSettings) -> PrinterWorker:
    """The worker of one `[[printer]]`."""
    from yichuang.hardware.ticket_printer import open_printer
    from yichuang.hardware.ticket_printer.worker import PrinterWorker

    owner = new_owner()
    return PrinterWorker(
        open_printer(settings, language=hall.settings.hall.language),
        hall.store,
        owner,
        partial(hall.devices.note, settings.name, owner),
        backup=settings.backup,
    )


@asynccontextmanager
async def simulated_printers(
    hall: Hall, show: Callable[[str], None] = lambda text: None
) -> AsyncIterator[Papers | None]:
    """Start the printers that hall.toml calls simulated; their papers, newest last.

    None when none was started: there is no such printer, or another process of the hall runs it.
    """
    simulated = [each for each in hall.settings.printer if each.simulated]
    if not simulated:
        yield None
        return
    from yichuang.hardware.simulator.paper import Paper, as_text
    from yichuang.hardware.simulator.printer import SimulatedPrinter

    papers: Papers = deque(maxlen=PAPERS_KEPT)

    def keep(paper: Paper) -> None:
        papers.append(as_text(paper))
        show(papers[-1])

    async with AsyncExitStack() as stack:
        started = 0
        for settings in simulated:
            printer = SimulatedPrinter(
                settings.port, settings.width, None, keep, columns=settings.columns
            )
            try:
                await stack.enter_async_context(printer)
                started += 1
            except OSError as error:
                logger.warning("simulated printer %s not started: %s", settings.name, error)
        yield papers if started else None


async def finish_print_job(hall: Hall, job: int, seconds: float) -> PrintJob | None:
    """Work the job here, or watch the process that does, until its end is known or time is up.

    Those queued before it are printed first, as long as there is time; one under way is brought to its end.
    A job that its printer passes on to another one is followed there.
    """
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    found = await hall.print_job(job)
    while found is not None and not found.state.is_final and now() < deadline:
        settings = next(
            (each for each in hall.settings.printer if each.name == found.printer), None
        )
        if settings is None:
            break
        found = await printer_worker(hall, settings).work_until(job, deadline - now())
    return found


async def settle_print_jobs(hall: Hall) -> None:
    """End the jobs of printers that hall.toml has no more: nobody would ever work them.

    What was being sent is unknown, as always when its worker is gone; what a process with the former
    hall.toml still works is left to it.
    """
    known = {each.name for each in hall.settings.printer}
    for printer in await hall.store.read(lambda records: records.printers_with_jobs()) - known:
        with suppress(DeviceInUse):
            async with holding(hall.store, printer):
                await hall.store.transact(partial(_give_up, printer=printer, at=hall.clock.now()))


def _give_up(memory: Memory, *, printer: str, at: datetime) -> None:
    memory.give_up_queued(printer, at)


async def printer_states(hall: Hall) -> list[DeviceStatus]:
    """The printers as they are now: as their worker sees them, or asked here when nobody works them."""
    states = []
    for status, settings in zip(await hall.printers(), hall.settings.printer, strict=True):
        seen = status
        if status.health.state is DeviceState.UNKNOWN:
            # One that cannot be asked is unknown to its worker, too: opened here, it would seem taken.
            with suppress(DeviceInUse):
                async with holding(hall.store, status.name):
                    seen = replace(status, health=await _health(settings), since=None)
        states.append(seen)
    return states


async def _health(settings: PrinterSettings) -> DeviceHealth:
    from yichuang.hardware.ticket_printer import open_printer

    printer = open_printer(settings)
    try:
        return await printer.health()
    finally:
        await printer.close()
