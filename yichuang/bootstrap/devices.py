"""Working the hall's devices beside whatever else a process does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from yichuang.bootstrap.printers import printer_worker
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from yichuang.hardware.worker import PrinterWorker


@asynccontextmanager
async def working_devices(hall: Hall, *, kiosks: Collection[str] = ()) -> AsyncIterator[None]:
    """Work the hall's devices beside the block: one worker a printer.

    Another process of the same hall may do so too: a lease lets one of them work a device at a time.
    """
    async with AsyncExitStack() as stack:
        for settings in hall.settings.printer:
            worker = printer_worker(hall, settings)
            task = asyncio.create_task(worker.run(), name=f"printer-{settings.name}")
            stack.push_async_callback(_end, worker, task)
        yield


async def _end(worker: PrinterWorker, task: asyncio.Task[None]) -> None:
    await worker.stop()
    await task
