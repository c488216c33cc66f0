"""A hall's memory in its SQLite file: writes on one connection, reads on another, changes noticed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yichuang.clock import Clock
from yichuang.errors import StoreError
from yichuang.file_looks import FileLooks, looks_of
from yichuang.queue.ports import Memory, Records, Result
from yichuang.queue.printing import PrintJob, PrintReport
from yichuang.store.appointments import Appointments
from yichuang.store.calls import Calls
from yichuang.store.changes import Changes
from yichuang.store.database import Database, version_of
from yichuang.store.devices import Devices, instant
from yichuang.store.figures import Figures
from yichuang.store.items import Items
from yichuang.store.journal import Journal
from yichuang.store.migrate import migrate
from yichuang.store.people import People
from yichuang.store.print_jobs import PrintJobs
from yichuang.store.ratings import Ratings
from yichuang.store.revisions import Revisions
from yichuang.store.snapshot import Remembering
from yichuang.store.supervision import Supervision

LOOK_EVERY = 0.1
"""Seconds between looks at the write-ahead log while somebody waits for a change."""

ASK_EVERY = 10
"""Looks after which SQLite is asked in any case: a file's time may be the same after two writes."""


class SqliteMemory(
    Calls,
    Journal,
    Items,
    PrintJobs,
    Devices,
    Ratings,
    Appointments,
    People,
    Supervision,
    Figures,
    Revisions,
):
    """All tables over one connection: what the rules see inside a transaction."""

    __slots__ = ()


class Snapshot(Remembering, SqliteMemory):
    """The same for reading, inside one moment of the file."""

    __slots__ = ()


class SqliteStore:
    """The store of one open hall (`yichuang.queue.ports.Store`)."""

    def __init__(
        self, writer: Database, reader: Database, clock: Clock, path: Path, data_version: int = 0
    ) -> None:
        """`path` is the hall's file; `data_version` is as the writer saw it."""
        self._log = path.with_name(f"{path.name}-wal")
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._data_version = data_version
        self._moment = -1
        self._kept: dict[Any, Any] = {}
        """What was read of the reader's present moment; both belong to the reader's thread."""
        self._changes = Changes()
        self._watch: asyncio.Task[None] | None = None
        self._late: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: Path, clock: Clock, *, create: bool = False) -> SqliteStore:
        """Open the file at `path`, bringing its schema up to date. Raises StoreError.

        Only with `create` does a file without a schema get one.
        """
        await asyncio.to_thread(migrate, path, clock.now(), create=create)
        writer = Database(path)
        await writer
        reader = Database(path)
        try:
            await reader
            # Taken here, so that no change after the first mark can be missed.
            data_version = await writer.data_version()
        except BaseException:
            await reader.close()
            await writer.close()
            raise
        return cls(writer, reader, clock, path, data_version)

    async def close(self) -> None:
        """Let the file go, after what is under way."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await asyncio.gather(*self._late, return_exceptions=True)
        try:
            await self._reader.close()
        finally:
            await self._writer.close()

    async def transact(self, work: Callable[[Memory], Result]) -> Result:
        """Run `work` in one transaction, and tell those who wait."""
        result = await self._commit(lambda connection: work(SqliteMemory(connection)))
        self._changes.tell()
        return result

    async def read(self, look: Callable[[Records], Result]) -> Result:
        """Run `look` on one moment of the memory."""
        return await self._reader.read(lambda connection: look(self._snapshot(connection)))

    def _snapshot(self, connection: sqlite3.Connection) -> Snapshot:
        """The present moment, with what was read of it before, unless anybody has committed since."""
        moment = version_of(connection)
        if moment != self._moment:
            self._moment, self._kept = moment, {}
        return Snapshot(connection, self._kept)

    # --- changes ------------------------------------------------------------------------------

    def mark(self) -> int:
        """The count of changes seen so far."""
        return self._changes.mark

    async def wait_for_change(self, since: int, seconds: float) -> int:
        """Return the new mark when the store has changed past `since`, or after `seconds`."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._look_for_others())
        return await self._changes.wait(since, seconds)

    async def _commit(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            return await self._writer.transact(work)
        except asyncio.CancelledError:
            # The caller gave up, but the thread goes on: those who wait must still be told.
            late = asyncio.create_task(self._tell_late())
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            raise

    async def _tell_late(self) -> None:
        await self._writer.data_version()  # has its turn on the thread after the transaction
        self._changes.tell()

    async def _look_for_others(self) -> None:
        """Notice other processes' commits; our own are told at once.

        Each commit is written to the log: while that looks as before, SQLite and its thread are left alone.
        """
        seen: FileLooks | None = None
        for look in itertools.count():
            await asyncio.sleep(LOOK_EVERY)
            looks = looks_of(self._log)
            if looks == seen and look % ASK_EVERY:
                continue
            seen = looks
            try:
                version = await self._writer.data_version()
            except StoreError:
                continue  # whoever reads next meets the same trouble, and can tell a person
            if version != self._data_version:
                self._data_version = version
                self._changes.tell()

    # --- devices ------------------------------------------------------------------------------

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease on a device; False while another owner holds it."""

        def work(connection: sqlite3.Connection) -> tuple[bool, bool]:
            memory = SqliteMemory(connection)
            former = memory.holder(device, instant())
            if not memory.lease(device, owner, seconds, instant()):
                return False, False
            is_new = former != owner
            if is_new:
                memory.abandon(device, owner, self._clock.now())
            return True, is_new

        is_held, is_new = await self._commit(work)
        if is_new:
            self._changes.tell()
        return is_held

    async def release(self, device: str, owner: str) -> None:
        """Give the lease back."""
        await self._commit(lambda each: Devices(each).release(device, owner))

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job of a printer that `owner` has leased, now `sending`."""

        def work(connection: sqlite3.Connection) -> PrintJob | None:
            memory = SqliteMemory(connection)
            if memory.holder(printer, instant()) != owner:
                return None
            return memory.claim(printer, owner, self._clock.now())

        job = await self._commit(work)
        if job is not None:
            self._changes.tell()
        return job

    async def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        """Write down what became of a job that `owner` claimed, or pass it on to `backup`."""
        now = self._clock.now()
        await self._commit(lambda each: PrintJobs(each).report(job, report, owner, backup, now))
        self._changes.tell()

    async def job(self, job: int) -> PrintJob | None:
        """The job as it is now."""
        return await self.read(lambda records: records.print_job(job))
