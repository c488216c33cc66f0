"""A hall with a million past tickets against one that was opened this morning.

The past is made as the program would have left it: finished tickets, their calls, four journal rows each in
one unbroken hash chain. Then both halls work the same day, in turn.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measure import Pairs, Timed, micros
from bench.place import new_hall, store_file, work_folder
from bench.report import Figure, at_least, main, say
from bench.store import Day
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock, SystemClock
from yichuang.profile import CATEGORIES
from yichuang.queue.service import Hall
from yichuang.store.database import connect_to
from yichuang.store.journal import CHAIN_START, row_hash

PAST = 1_000_000
"""Tickets of the past."""

A_DAY = 1_250
"""Tickets a day: a busy hall, 800 days."""

BLOCKS = 15
READS = 20
"""Readings in a row of one screen."""

LEAST = 0.9
"""The rate as a part of the empty hall's."""

_STEPS = ("TicketIssued", "TicketCalled", "TicketStarted", "TicketFinished")

_TICKET = """
INSERT INTO ticket (
    id, number, category, class, state, business_date, serial, issued_at, line_order, line_entry,
    since, issue_order, call, first_called_at, ended_at, issued_class, calls
) VALUES (?, ?, ?, 'ordinary', 'finished', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ordinary', 1)
"""

_CALL = """
INSERT INTO call (
    id, ticket, business_date, window, rule, category, called_at, counted_at, started_at, ended_at,
    ending
) VALUES (?, ?, ?, ?, 'own', ?, ?, ?, ?, ?, 'finished')
"""

_SERIAL = "INSERT INTO serial (letter, business_date, last) VALUES (?, ?, ?)"

_JOURNAL = """
INSERT INTO journal (seq, at, business_date, event, ticket, window, actor, data, previous, hash)
VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?)
"""


class Past:
    """Finished tickets, day after day, until yesterday."""

    def __init__(self, windows: int, tickets: int, yesterday: date) -> None:
        self._windows = windows
        self._tickets = tickets
        self._first = yesterday - timedelta(days=(tickets - 1) // A_DAY)
        self._seq, self._hash = 0, CHAIN_START

    def fill(self, connection: sqlite3.Connection) -> None:
        """Write them; slow disks are spared, for nothing of it need survive a power cut."""
        last = connection.execute(
            "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if last is not None:
            self._seq, self._hash = last
        for start in range(0, self._tickets, A_DAY):
            on = self._first + timedelta(days=start // A_DAY)
            ids = range(start + 1, min(start + A_DAY, self._tickets) + 1)
            connection.execute("BEGIN")
            self._fill_day(connection, on, ids)
            connection.execute("COMMIT")

    def _fill_day(self, connection: sqlite3.Connection, on: date, ids: range) -> None:
        opening = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
        tickets: list[tuple[Any, ...]] = []
        calls: list[tuple[Any, ...]] = []
        journal: list[tuple[Any, ...]] = []
        serials = dict.fromkeys((each.letter for each in CATEGORIES), 0)
        for nth, ticket in enumerate(ids):
            category = CATEGORIES[nth % len(CATEGORIES)]
            serials[category.letter] = serial = serials[category.letter] + 1
            window = ticket % self._windows + 1
            at = [
                (opening + timedelta(seconds=20 * nth + 300 * step)).isoformat()
                for step in range(len(_STEPS))
            ]
            number, day, order = f"{category.letter}{serial:03d}", on.isoformat(), self._seq + 1
            ends = (at[1], at[3])
            place = (at[0], order, order, at[0], order)
            tickets.append((ticket, number, category.code, day, serial, *place, ticket, *ends))
            visit = (category.code, at[1], at[1], at[2], at[3])
            calls.append((ticket, ticket, day, window, *visit))
            journal += self._entries(day, at, ticket, window, json.dumps({"number": number}))
        # The two tables point at each other; checks are off here.
        connection.executemany(_TICKET, tickets)
        connection.executemany(_CALL, calls)
        connection.executemany(_JOURNAL, journal)
        connection.executemany(_SERIAL, [(letter, day, last) for letter, last in serials.items()])

    def _entries(
        self, day: str, at: list[str], ticket: int, window: int, data: str
    ) -> Iterator[tuple[Any, ...]]:
        for step, when in zip(_STEPS, at, strict=True):
            self._seq += 1
            place = None if step == _STEPS[0] else window
            row = (self._seq, when, day, step, ticket, place, "", data)
            previous, self._hash = self._hash, row_hash(self._hash, row)
            yield (self._seq, when, day, step, ticket, place, data, previous, self._hash)


def fill_past(folder: Path, windows: int, tickets: int) -> None:
    """Give the new hall in `folder` so many tickets, the last of them yesterday."""
    with closing(connect_to(store_file(folder))) as connection:
        for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -500000"):
            connection.execute(f"PRAGMA {pragma}")
        Past(windows, tickets, _yesterday()).fill(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _yesterday() -> date:
    return SystemClock().now().date() - timedelta(days=1)


def _morning_before(tickets: int) -> FixedClock:
    """The clock on the day before the past begins, when the hall was set up."""
    first = _yesterday() - timedelta(days=(tickets - 1) // A_DAY + 1)
    return FixedClock(datetime(first.year, first.month, first.day, 1, tzinfo=UTC))


def _times(look: Callable[[], Awaitable[object]]) -> Timed:
    async def run() -> float:
        started = time.perf_counter()
        for _each in range(READS):
            await look()
        return (time.perf_counter() - started) / READS

    return run


async def _compare(full: Path, empty: Path) -> dict[str, Pairs]:
    pairs: dict[str, Pairs] = {}
    async with open_hall(full) as ours, open_hall(empty) as other:
        days = Day(ours), Day(other)
        for day in days:
            await day.begin()
        for _each in range(BLOCKS):
            await _screens(pairs, "before the first call", ours, other)
        for _each in range(BLOCKS):
            await pairs.setdefault("issue", Pairs()).add(days[0].issue, days[1].issue)
            await pairs.setdefault("call-next", Pairs()).add(days[0].call, days[1].call)
            await _screens(pairs, "at work", ours, other)
            for day in days:
                await day.clear()
    return pairs


async def _screens(pairs: dict[str, Pairs], when: str, ours: Hall, other: Hall) -> None:
    for name, mine, theirs in (
        ("window", lambda: ours.window_view(1), lambda: other.window_view(1)),
        ("overview", ours.overview, other.overview),
        ("board", ours.board, other.board),
    ):
        kept = pairs.setdefault(f"read {name}, {when}", Pairs())
        await kept.add(_times(mine), _times(theirs))


def run(past: int = PAST) -> list[Figure]:
    """The rates and the screens' readings."""
    with work_folder() as work:
        full, empty = work / "full", work / "empty"
        for folder in (full, empty):
            new_hall(folder, clock=_morning_before(past))
        say(f"  making {past:,} past tickets")
        fill_past(full, windows=30, tickets=past)
        say(f"  made: {store_file(full).stat().st_size / 1e6:,.0f} MB; working both halls")
        pairs = asyncio.run(_compare(full, empty))
    return [
        at_least(
            f"{name}, {past:,} past tickets" if name in ("issue", "call-next") else name,
            each.speed,
            LEAST,
            micros(each.ours),
            f"empty hall {micros(each.reference)}",
        )
        for name, each in pairs.items()
    ]


if __name__ == "__main__":
    main(run)
