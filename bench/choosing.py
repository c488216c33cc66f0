"""Calling the next ticket with ten people waiting, and with a hundred thousand.

Two halls on disk differ in nothing but how many wait, in all six categories and three classes. They call in
turn; every call is taken back outside the measured time, so the lines stay as long as they were. Each policy
is measured, for each looks at something else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bench.measure import Pairs, micros
from bench.place import new_hall, work_folder
from bench.report import Figure, at_most, main, say
from yichuang.bootstrap import open_hall
from yichuang.config import SETTINGS_FILE
from yichuang.queue.desk import Desk
from yichuang.queue.event import EventKind
from yichuang.queue.issuing import draft
from yichuang.queue.ports import Memory
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass

FEW, MANY = 10, 100_000

ROUNDS = 25
"""Pairs of rounds; a round calls once at each window."""

WINDOWS = 12

MOST = 1.2
"""What the long lines may cost as a multiple of the short ones."""

_CLASSES = (PriorityClass.ORDINARY, PriorityClass.ORDINARY, PriorityClass.PRIORITY)


def _fill(hall: Hall, people: int) -> Callable[[Memory], None]:
    """People who wait, each in a line of their category and class, in one transaction."""

    def work(memory: Memory) -> None:
        desk = Desk(memory, hall.rules, hall.clock.now(), "bench")
        categories = list(hall.rules.categories.values())
        for place in range(people):
            category = categories[place % len(categories)]
            drafted = draft(desk, category, _CLASSES[place // len(categories) % len(_CLASSES)])
            ticket = memory.add_ticket(drafted)
            desk.record(EventKind.TICKET_ISSUED, ticket=ticket, number=drafted.number)

    return work


async def _round(hall: Hall) -> float:
    """One call at each window, then all taken back; seconds for one call."""
    windows = range(1, WINDOWS + 1)
    took = 0.0
    for window in windows:
        started = time.perf_counter()
        await hall.call_next(window)
        took += time.perf_counter() - started
        await hall.undo(window)
    return took / WINDOWS


async def _measure(few: Path, many: Path) -> Pairs:
    pairs = Pairs()
    async with AsyncExitStack() as stack:
        halls = []
        for folder, people in ((few, FEW), (many, MANY)):
            hall = await stack.enter_async_context(open_hall(folder))
            await hall.store.transact(_fill(hall, people))
            for window in range(1, WINDOWS + 1):
                await hall.open_window(window)
            await _round(hall)
            halls.append(hall)
        short, long = halls
        for _each in range(ROUNDS):
            await pairs.add(lambda: _round(long), lambda: _round(short))
    return pairs


def run() -> list[Figure]:
    """The ratio under each policy."""
    figures = []
    for policy in ("fifo", "alternating", "accumulating"):
        say(f"  {policy}")
        with work_folder() as work:
            folders = []
            for name in ("few", "many"):
                folder = new_hall(work / name)
                path = folder / SETTINGS_FILE
                text = path.read_text(encoding="utf-8")
                changed = text.replace('policy = "accumulating"', f'policy = "{policy}"')
                path.write_text(changed, encoding="utf-8")
                folders.append(folder)
            pairs = asyncio.run(_measure(*folders))
        figures.append(
            at_most(
                f"call next, {policy}: {MANY:,} waiting against {FEW}",
                pairs.ratio,
                MOST,
                micros(pairs.ours),
                micros(pairs.reference),
            )
        )
    return figures


if __name__ == "__main__":
    main(run)
