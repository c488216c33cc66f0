"""`issue` and `call_next` against the very same SQL statements in a plain `sqlite3` loop.

A first hall is worked while every statement is recorded with its parameters. Then a second one is worked in
blocks, and between its blocks the recorded statements are run on a third one: same file, same settings,
same rows, no rules, no event loop, no thread.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from bench.measure import Pairs, micros
from bench.place import new_hall, store_file, work_folder
from bench.report import Figure, at_least, main
from yichuang.bootstrap import open_hall
from yichuang.clock import SystemClock
from yichuang.config import load_settings
from yichuang.queue.ports import Memory
from yichuang.queue.service import Hall
from yichuang.store.database import connect_to
from yichuang.store.sqlite import SqliteMemory, SqliteStore

BLOCKS = 21
"""How many pairs of blocks; a block is one command at each window of the hall."""

LEAST = 0.6
"""Our rate as a part of the raw one."""

Statements = list[tuple[str, Any]]
"""What one transaction executes."""

Result = TypeVar("Result")


class Day:
    """The same commands each time: open all windows, then blocks of issuing, calling, finishing."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._windows = [window.number for window in hall.settings.window]
        self._codes = [category.code for category in hall.settings.category]
        self.block = len(self._windows)

    async def begin(self) -> None:
        """Open the windows, and let one block of people wait; as many transactions as two blocks."""
        for window in self._windows:
            await self._hall.open_window(window)
        await self.issue()

    async def issue(self) -> float:
        """One ticket a window; seconds for one."""
        started = time.perf_counter()
        for place in range(self.block):
            await self._hall.issue(category=self._codes[place % len(self._codes)])
        return (time.perf_counter() - started) / self.block

    async def call(self) -> float:
        """One call a window; seconds for one."""
        started = time.perf_counter()
        for window in self._windows:
            await self._hall.call_next(window)
        return (time.perf_counter() - started) / self.block

    async def clear(self) -> None:
        """Finish what was called; as many transactions as two blocks."""
        for window in self._windows:
            await self._hall.start(window)
            await self._hall.finish(window)


class _Recorder:
    """A connection that notes what it is asked to execute."""

    def __init__(self, connection: sqlite3.Connection, noted: Statements) -> None:
        self._connection = connection
        self._noted = noted

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Note, and do it."""
        self._noted.append((sql, parameters))
        return self._connection.execute(sql, parameters)


class _RecordingStore(SqliteStore):
    """A store that notes the statements of each transaction."""

    transactions: list[Statements]

    async def transact(self, work: Callable[[Memory], Result]) -> Result:
        """Run `work` as the store does, over a connection that notes."""

        def recorded(connection: sqlite3.Connection) -> Result:
            self.transactions.append([])
            recorder: Any = _Recorder(connection, self.transactions[-1])
            return work(SqliteMemory(recorder))

        return await self._commit(recorded)


class _Replay:
    """The recorded transactions, one after the other, on a plain connection in this thread."""

    def __init__(self, connection: sqlite3.Connection, noted: Iterator[Statements]) -> None:
        self._execute = connection.execute
        self._noted = noted

    def run(self, transactions: int) -> float:
        """The next transactions; seconds for one."""
        todo = [next(self._noted) for _each in range(transactions)]
        execute = self._execute
        started = time.perf_counter()
        for statements in todo:
            execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                cursor = execute(sql, parameters)
                if cursor.description is not None:
                    cursor.fetchall()
            execute("COMMIT")
        return (time.perf_counter() - started) / transactions


async def _record(folder: Path) -> list[Statements]:
    clock = SystemClock()
    store = await _RecordingStore.open(store_file(folder), clock)
    assert isinstance(store, _RecordingStore)
    store.transactions = []
    async with Hall(load_settings(folder), store, clock) as hall:
        day = Day(hall)
        await day.begin()
        for _each in range(BLOCKS):
            await day.issue()
            await day.call()
            await day.clear()
    return store.transactions


async def _compare(ours: Path, raw: Path, noted: list[Statements]) -> tuple[Pairs, Pairs]:
    issues, calls = Pairs(), Pairs()
    async with open_hall(ours) as hall:
        with closing(connect_to(store_file(raw))) as connection:
            day, replay = Day(hall), _Replay(connection, iter(noted))

            async def again() -> float:
                return replay.run(day.block)

            await day.begin()
            replay.run(2 * day.block)
            for _each in range(BLOCKS):
                await issues.add(day.issue, again)
                await calls.add(day.call, again)
                await day.clear()
                replay.run(2 * day.block)
    return issues, calls


def run() -> list[Figure]:
    """The two rates."""
    with work_folder() as work:
        folders = [work / name for name in ("recorded", "ours", "raw")]
        new_hall(folders[0])
        for folder in folders[1:]:
            shutil.copytree(folders[0], folder)
        noted = asyncio.run(_record(folders[0]))
        issues, calls = asyncio.run(_compare(folders[1], folders[2], noted))
    return [
        at_least(
            f"{name}, rate against raw sqlite3",
            pairs.speed,
            LEAST,
            micros(pairs.ours),
            f"raw {micros(pairs.reference)}",
        )
        for name, pairs in (("issue", issues), ("call-next", calls))
    ]


if __name__ == "__main__":
    main(run)
