"""Many processes on one hall: how fast, and whether anything is given twice, called twice or lost.

Eight processes issue 2,000 tickets together while eight windows, a process each, call, start and finish
them until none is left. What is right is counted from the file afterwards, not from what they say.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from bench.place import new_hall, store_file, work_folder
from bench.report import Figure, exactly, main
from yichuang.bootstrap import open_hall, verify_journal
from yichuang.errors import NothingWaiting
from yichuang.store.database import connect_to

PROCESSES = 8
"""Of each kind; a town hall has eight windows."""

TICKETS = 2_000

_CATEGORIES = (
    "legal_affairs",
    "social_affairs",
    "social_insurance",
    "tax",
    "police",
    "public_service",
)
_PATIENCE = 0.2
"""Seconds that a window waits for a change before it asks again."""

_DEADLINE = 120.0

_COUNTS = {
    "tickets in the file": "SELECT COUNT(*) FROM ticket",
    "numbers given twice": """
        SELECT COUNT(*) - COUNT(DISTINCT business_date || ' ' || number) FROM ticket
    """,
    "serials skipped": """
        SELECT SUM(last) - (SELECT COUNT(*) FROM ticket) FROM serial
    """,
    "tickets called twice": """
        SELECT COUNT(*) FROM (SELECT 1 FROM call GROUP BY ticket HAVING COUNT(*) > 1)
    """,
    "tickets lost (not finished)": "SELECT COUNT(*) FROM ticket WHERE state <> 'finished'",
    "windows with two tickets at once": """
        SELECT COUNT(*) FROM call AS a JOIN call AS b
        ON a.window = b.window AND b.id > a.id AND b.called_at < a.ended_at
    """,
}


async def _issue(folder: Path, tickets: int) -> None:
    async with open_hall(folder) as hall:
        for place in range(tickets):
            await hall.issue(category=_CATEGORIES[place % len(_CATEGORIES)])


async def _work(folder: Path, window: int) -> None:
    """Serve until all tickets were issued and finished."""
    deadline = time.monotonic() + _DEADLINE
    async with open_hall(folder) as hall:
        await hall.open_window(window)
        while time.monotonic() < deadline:
            mark = hall.store.mark()
            try:
                await hall.call_next(window)
            except NothingWaiting:
                overview = await hall.overview()
                if overview.issued >= TICKETS and not overview.waiting:
                    return
                await hall.store.wait_for_change(mark, _PATIENCE)
                continue
            await hall.start(window)
            await hall.finish(window)
    sys.exit("the tickets never came to an end")


def _start(role: str, folder: Path, number: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "bench.concurrency", role, str(folder), str(number)]
    return subprocess.Popen(words)


def _counted(path: Path) -> dict[str, int]:
    with closing(connect_to(path, read_only=True)) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in _COUNTS.items()}


def run() -> list[Figure]:
    """The rate, and the counts that must be right."""
    with work_folder() as work:
        folder = new_hall(work / "hall", level="town")
        started = time.perf_counter()
        processes = [
            *(_start("issue", folder, TICKETS // PROCESSES) for _each in range(PROCESSES)),
            *(_start("work", folder, window) for window in range(1, PROCESSES + 1)),
        ]
        failed = sum(process.wait() != 0 for process in processes)
        seconds = time.perf_counter() - started
        counts = _counted(store_file(folder))
        rows, _last = verify_journal(store_file(folder), lambda done: None)
    wanted = dict.fromkeys(_COUNTS, 0) | {"tickets in the file": TICKETS}
    return [
        Figure(
            f"{2 * PROCESSES} processes, {TICKETS:,} tickets issued, called, started, finished",
            f"{TICKETS * 4 / seconds:,.0f} commands/s",
            f"{seconds:.1f} s with start-up",
        ),
        exactly("processes that failed", failed, 0),
        *(exactly(name, counts[name], wanted[name]) for name in _COUNTS),
        Figure("journal rows in one unbroken chain", f"{rows:,}", met=True),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        task = {"issue": _issue, "work": _work}[sys.argv[1]]
        asyncio.run(task(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        main(run)
