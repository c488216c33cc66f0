"""A connection to a hall's SQLite file: one transaction is one function run on its own thread."""

from __future__ import annotations

import contextvars
import errno
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from yichuang.errors import (
    DiskFull,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreReadOnly,
    YichuangError,
)

Result = TypeVar("Result")

BUSY_SECONDS = 10.0
"""How long a transaction waits for another process before it gives up with StoreBusy."""


LEAST_ROOM = 1024 * 1024
"""Bytes; with less free, an I/O error is taken for a full disk."""


class Database(aiosqlite.Connection):
    """An aiosqlite connection whose unit of work is a plain function.

    One hop to the thread a transaction instead of one a statement: no other task can step in between,
    and a cancelled caller cannot tear it (DESIGN 6).
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path

        def connect() -> sqlite3.Connection:
            try:
                return connect_to(path, read_only=read_only)
            except sqlite3.Error as error:
                raise translated(error, path) from error

        super().__init__(connect, iter_chunk_size=64)
        self._hop: Callable[..., Awaitable[Any]] = self._execute

    async def transact(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` between BEGIN IMMEDIATE and COMMIT, or roll back. Raises StoreError."""
        return await self._run(_in_transaction, work)

    async def read(self, look: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `look` on one moment of the file. Raises StoreError."""
        return await self._run(_in_snapshot, look)

    async def data_version(self) -> int:
        """A count that changes when another connection, of this process or not, has committed."""
        return await self._run(_as_it_is, version_of)

    async def _run(
        self,
        how: Callable[[sqlite3.Connection, Callable[[sqlite3.Connection], Result]], Result],
        work: Callable[[sqlite3.Connection], Result],
    ) -> Result:
        try:
            # In the caller's context: errors and papers speak its language on that thread too.
            context = contextvars.copy_context()
            result: Result = await self._hop(context.run, how, self._conn, work)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error
        return result


def connect_to(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A plain connection with the hall's pragmas; the caller's thread may differ from ours."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        cached_statements=256,
    )
    try:
        if not read_only:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for its busy time-out here when another process makes the same change.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def check(path: Path) -> None:
    """Ask SQLite whether the file is sound; raises StoreCorrupt or another StoreError."""
    try:
        with closing(connect_to(path, read_only=True)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise translated(error, path) from error
    if answer != "ok":
        raise StoreCorrupt(path=path, detail=answer)


def _in_transaction(
    connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Result]
) -> Result:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _in_snapshot(
    connection: sqlite3.Connection, look: Callable[[sqlite3.Connection], Result]
) -> Result:
    connection.execute("BEGIN")
    try:
        return look(connection)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _as_it_is(
    connection: sqlite3.Connection, look: Callable[[sqlite3.Connection], Result]
) -> Result:
    return look(connection)


def version_of(connection: sqlite3.Connection) -> int:
    """A count that changes when another connection has committed; it begins the moment of a reading one."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def translated(error: sqlite3.Error | OSError, path: Path) -> YichuangError:
    """Our error for one of SQLite's or of the file system's."""
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return DiskFull(path=path)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return StoreReadOnly(path=path, detail=error.strerror)
        return StoreError(detail=str(error))
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(seconds=int(BUSY_SECONDS))
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _is_full(path)):
        return DiskFull(path=path)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreCorrupt(path=path, detail=str(error))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreReadOnly(path=path, detail=str(error))
    return StoreError(detail=f"{error} ({name})" if name else str(error))


def _is_full(path: Path) -> bool:
    """Whether the disk has no room: SQLite calls that a plain I/O error when it meets it elsewhere."""
    try:
        return shutil.disk_usage(path.parent).free < LEAST_ROOM
    except OSError:
        return False
