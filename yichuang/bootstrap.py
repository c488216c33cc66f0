"""The one place that names concrete classes and puts a hall together."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.clock import Clock, SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE, Level, load_settings, parse_settings
from yichuang.errors import BackupRefused, FolderUnusable, HallExists, HallIncomplete, HallMissing
from yichuang.language import _
from yichuang.profile import SAMPLE_PLACES, hall_name, hall_toml
from yichuang.queue.device import DeviceState, DeviceStatus
from yichuang.queue.printing import PrintJob
from yichuang.queue.service import Hall

Papers = deque[str]
"""What simulated printers printed, as text."""

PAPERS_KEPT = 50
"""How many papers of simulated printers can be looked at."""

_SQLITE = b"SQLite format 3\0"
"""How a SQLite file begins (sqlite.org/fileformat.html, 1.3)."""

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from yichuang.config import PrinterSettings, Settings
    from yichuang.hardware.worker import PrinterWorker


@asynccontextmanager
async def open_hall(
    folder: Path | str, *, clock: Clock | None = None, create: bool = False
) -> AsyncIterator[Hall]:
    """The hall in `folder`, open until the block ends; `create` is for a hall that is being made.

    Raises a ConfigError or a StoreError.
    """
    from yichuang.store.key import load_key
    from yichuang.store.sqlite import SqliteStore

    folder = Path(folder)
    clock = clock or SystemClock()
    settings = load_settings(folder)
    path = folder / STORE_FILE
    if not path.exists():
        raise HallIncomplete(folder=folder, found=SETTINGS_FILE, lost=STORE_FILE)
    store = await SqliteStore.open(path, clock, create=create)
    async with Hall(settings, store, clock, secret=partial(load_key, folder)) as hall:
        await hall.settle()
        yield hall


def rehearsal_hall(settings: Settings, clock: Clock) -> Hall:
    """A hall that keeps all in memory and forgets it at its end: for simulated days.

    It tells nobody an expected wait: that would take longer than all the rest of the day.
    """
    from yichuang.store.memory import InMemoryStore

    forecast = settings.forecast.model_copy(update={"enabled": False})
    settings = settings.model_copy(update={"forecast": forecast})
    return Hall(settings, InMemoryStore(clock), clock)


@asynccontextmanager
async def working_printers(hall: Hall) -> AsyncIterator[None]:
    """Work the hall's print jobs beside the block, one worker a printer.

    Another process of the same hall may do so too: a lease lets one of them print at a time.
    """
    async with AsyncExitStack() as stack:
        for settings in hall.settings.printer:
            worker = _worker(hall, settings)
            task = asyncio.create_task(worker.run(), name=f"printer-{settings.name}")
            stack.push_async_callback(_end, worker, task)
        yield


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
            printer = SimulatedPrinter(settings.port, settings.width, None, keep)
            try:
                await stack.enter_async_context(printer)
                started += 1
            except OSError as error:
                logger.warning("simulated printer %s not started: %s", settings.name, error)
        yield papers if started else None


async def _end(worker: PrinterWorker, task: asyncio.Task[None]) -> None:
    await worker.stop()
    await task


async def finish_print_job(hall: Hall, job: int, seconds: float) -> PrintJob | None:
    """Work the job here, or watch the process that does, until its end is known or time is up."""
    queued = await hall.print_job(job)
    if queued is None:
        return None
    settings = next((each for each in hall.settings.printer if each.name == queued.printer), None)
    if settings is None:
        return queued
    worker = _worker(hall, settings)
    try:
        return await worker.work_until(job, seconds)
    finally:
        await worker.close()


def _worker(hall: Hall, settings: PrinterSettings) -> PrinterWorker:
    from yichuang.hardware.ticket_printer import open_printer
    from yichuang.hardware.worker import PrinterWorker

    owner = f"{os.getpid()}-{secrets.token_hex(6)}"
    return PrinterWorker(
        open_printer(settings, language=hall.settings.hall.language),
        hall.store,
        owner,
        partial(hall.devices.note, settings.name, owner),
        backup=settings.backup,
    )


def verify_journal(path: Path, progress: Callable[[int], None]) -> tuple[int, str]:
    """Check the journal of the hall's file; the number of rows and the last hash.

    Raises JournalBroken or another StoreError.
    """
    from yichuang.store.database import connect_to, translated
    from yichuang.store.journal import find_untold, verify
    from yichuang.store.migrate import refuse_foreign

    try:
        refuse_foreign(path)
        with closing(connect_to(path, read_only=True)) as connection:
            rows, last = verify(connection, progress)
            find_untold(connection)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    return rows, last


def examine_store(path: Path) -> int:
    """Check the hall's file and its journal; the journal's number of rows. Raises a StoreError."""
    from yichuang.store.database import check

    check(path)
    rows, _last = verify_journal(path, lambda rows: None)
    return rows


async def printer_states(hall: Hall) -> list[DeviceStatus]:
    """The printers as they are now: as their worker sees them, or asked here when nobody works them."""
    from yichuang.hardware.ticket_printer import open_printer

    states = []
    for status, settings in zip(await hall.printers(), hall.settings.printer, strict=True):
        seen = status
        if status.health.state is DeviceState.UNKNOWN:
            printer = open_printer(settings)
            try:
                seen = DeviceStatus(status.name, await printer.health(), None)
            finally:
                await printer.close()
        states.append(seen)
    return states


def back_up(folder: Path, target: Path) -> int:
    """Copy the hall's file to `target` consistently, also while in use; the copy's size in bytes.

    Raises HallMissing, BackupRefused or a StoreError; only an earlier backup is replaced, and only by a
    complete one.
    """
    from yichuang.store.database import connect_to, translated
    from yichuang.store.migrate import copy_to

    path = folder / STORE_FILE
    if not path.exists():
        raise HallMissing(folder=folder)
    _refuse_to_overwrite(folder, target)
    try:
        with closing(connect_to(path)) as connection:
            copy_to(connection, target)
        return target.stat().st_size
    except sqlite3.Error as error:
        raise translated(error, path) from error
    except OSError as error:
        raise translated(error, target) from error


def _refuse_to_overwrite(folder: Path, target: Path) -> None:
    today = SystemClock().now().date()
    place = target.resolve()
    if place.parent == folder.resolve() and place.name.startswith((STORE_FILE, SETTINGS_FILE)):
        raise BackupRefused(target=target, what=_("大厅正在用的文件"), date=today)
    if place.is_dir():
        raise BackupRefused(target=target, what=_("文件夹"), date=today)
    if place.is_file() and place.stat().st_size:
        with place.open("rb") as file:
            if file.read(len(_SQLITE)) != _SQLITE:
                raise BackupRefused(target=target, what=_("别的文件，不是备份"), date=today)


async def create_hall(
    folder: Path,
    *,
    level: Level,
    place: str | None = None,
    naming: str = "changzhou",
    printers: str = "",
    sample: bool = False,
    clock: Clock | None = None,
) -> None:
    """Make a hall in `folder`: hall.toml, the SQLite file, and the shipped items.

    Raises HallExists or FolderUnusable; a hall that could not be finished leaves nothing behind.
    """
    from yichuang.queue.item_import import package_items

    settings_path, store_path = folder / SETTINGS_FILE, folder / STORE_FILE
    text = hall_toml(
        hall_name(place or SAMPLE_PLACES[level], level, naming), level, printers, sample=sample
    )
    settings = parse_settings(text, settings_path)
    _lay_files(folder, text)
    try:
        async with open_hall(folder, clock=clock, create=True) as hall:
            codes = [category.code for category in settings.category]
            await hall.import_items(package_items(codes), source="items.csv")
    except BaseException:
        _unmake(settings_path, store_path)
        raise


def _lay_files(folder: Path, text: str) -> None:
    settings_path, store_path = folder / SETTINGS_FILE, folder / STORE_FILE
    if settings_path.exists() or store_path.exists():
        raise HallExists(folder=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store_path.touch(mode=0o600)
        settings_path.write_text(text, encoding="utf-8")
    except OSError as error:
        _unmake(settings_path, store_path)
        raise FolderUnusable(folder=folder, detail=error.strerror or error) from error


def _unmake(settings_path: Path, store_path: Path) -> None:
    for path in (settings_path, store_path):
        for part in (path, *path.parent.glob(f"{path.name}-*")):
            with suppress(OSError):  # what cannot be taken away was not made by us
                part.unlink()
