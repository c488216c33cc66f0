"""A disk that is full, a file that cannot be written, a caller who gives up: nothing is half done."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.halls import MORNING, plain_connection, sqlite_hall, verified_rows
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.errors import DiskFull, StoreError, StoreReadOnly
from yichuang.queue.service import Hall
from yichuang.store.database import Database, translated
from yichuang.store.sqlite import SqliteStore

FILLER = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.halls import MORNING, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.errors import DiskFull, StoreError

async def main():
    async with await sqlite_hall(Path(sys.argv[1]), FixedClock(MORNING)) as hall:
        for _each in range(5):
            print("issued", (await hall.issue(category="tax")).ticket.number)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        size = sum(each.stat().st_size for each in Path(sys.argv[1]).glob("hall.sqlite3-wal"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, hard))
        try:
            while True:
                print("issued", (await hall.issue(category="tax")).ticket.number)
        except StoreError as error:
            print("refused", type(error).__name__)
        try:
            await hall.issue(category="tax")
        except StoreError as error:
            print("refused", type(error).__name__)
        print("read", len(await hall.tickets()))
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        print("issued", (await hall.issue(category="tax")).ticket.number)

asyncio.run(main())
"""


def _fill(folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", FILLER, str(folder)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


async def test_a_file_that_cannot_grow_loses_nothing(tmp_path: Path) -> None:
    """The system refuses every byte past a size, in a process of its own (RLIMIT_FSIZE)."""
    done = await asyncio.to_thread(_fill, tmp_path)
    assert done.returncode == 0, done.stderr
    said = [line.split() for line in done.stdout.splitlines()]
    issued = [facts for kind, facts in said if kind == "issued"]
    assert len([facts for kind, facts in said if kind == "refused"]) == 2
    assert len(issued) > 6
    # No number was lost with the refused commands, and none was given twice.
    assert issued == [f"A{serial:03d}" for serial in range(1, len(issued) + 1)]
    assert ["read", str(len(issued) - 1)] in said
    async with await sqlite_hall(tmp_path, FixedClock(MORNING)) as hall:
        assert len(await hall.tickets()) == len(issued)
    assert verified_rows(tmp_path / STORE_FILE) == len(issued)


async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    """SQLite's own limit on pages gives the error of a full disk (SQLITE_FULL)."""
    async with await sqlite_hall(tmp_path, FixedClock(MORNING)) as hall:
        pages = await _writer(hall).transact(_limit_pages)
        count = await _issue_until_full(hall)
        assert await _writer(hall).read(lambda each: each.execute(_PAGES).fetchone()[0]) <= pages
        assert len(await hall.tickets()) == count
        await _writer(hall).transact(lambda each: each.execute("PRAGMA max_page_count = 100000"))
        done = await hall.issue(category="tax")
        assert done.ticket is not None
        assert done.ticket.serial == count + 1
    assert verified_rows(tmp_path / STORE_FILE) == count + 1


_PAGES = "PRAGMA page_count"


def _limit_pages(connection: sqlite3.Connection) -> int:
    pages: int = connection.execute(_PAGES).fetchone()[0] + 2
    connection.execute(f"PRAGMA max_page_count = {pages}")
    return pages


async def _issue(hall: Hall, count: int) -> None:
    for _each in range(count):
        await hall.issue(category="tax")


async def _issue_until_full(hall: Hall) -> int:
    with pytest.raises(DiskFull) as full:
        await _issue(hall, 1000)
    assert full.value.message
    assert full.value.hint
    return len(await hall.tickets())


def _writer(hall: Hall) -> Database:
    assert isinstance(hall.store, SqliteStore)
    return hall.store._writer


async def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    async with await sqlite_hall(tmp_path, FixedClock(MORNING)) as hall:
        await hall.issue(category="tax")
    database = Database(tmp_path / STORE_FILE, read_only=True)
    await database
    try:
        with pytest.raises(StoreReadOnly) as refused:
            await database.transact(lambda each: each.execute("DELETE FROM serial"))
        assert str(tmp_path) in refused.value.message
        found = await database.read(lambda each: each.execute("SELECT * FROM serial").fetchall())
        assert len(found) == 1
    finally:
        await database.close()


@pytest.mark.parametrize("there", ["a folder", "nothing"])
async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path, there: str) -> None:
    path = tmp_path / STORE_FILE
    if there == "a folder":
        path.mkdir()
    with pytest.raises(StoreReadOnly) as refused:
        await SqliteStore.open(path, FixedClock(MORNING))
    assert str(path) in refused.value.message


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (OSError(28, "No space left on device"), DiskFull),
        (OSError(30, "Read-only file system"), StoreReadOnly),
        (OSError(13, "Permission denied"), StoreReadOnly),
        (OSError(5, "Input/output error"), StoreError),
        (sqlite3.OperationalError("no name"), StoreError),
    ],
)
def test_the_systems_errors_become_ours(error: sqlite3.Error | OSError, ours: type) -> None:
    assert type(translated(error, Path("hall.sqlite3"))) is ours


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancelled_caller_cannot_tear_a_command(tmp_path: Path, turns: int) -> None:
    """All of the ticket is there, or nothing of it; and the store goes on."""
    async with await sqlite_hall(tmp_path, FixedClock(MORNING)) as hall:
        for _each in range(25):
            commands = [asyncio.create_task(hall.issue(category="tax")) for _task in range(3)]
            for _turn in range(turns):
                await asyncio.sleep(0)
            for command in commands[:2]:
                command.cancel()
            results = await asyncio.gather(*commands, return_exceptions=True)
            assert not isinstance(results[2], BaseException)
        done = await hall.issue(category="tax")
        assert done.ticket is not None
        tickets = await hall.tickets()
        assert len(tickets) == done.ticket.serial
        assert {each.serial for each in tickets} == set(range(1, done.ticket.serial + 1))
    assert verified_rows(tmp_path / STORE_FILE) == len(tickets) >= 26
    with closing(plain_connection(tmp_path / STORE_FILE)) as connection:
        issued = connection.execute("SELECT COUNT(DISTINCT ticket) FROM journal").fetchone()[0]
    assert issued == len(tickets)
