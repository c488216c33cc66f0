"""A process that issues tickets: `python worker_issue.py FOLDER COUNT CLASS CATEGORY...`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import UTC, datetime

from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import IllegalMove
from yichuang.queue.service import Hall

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""No day may turn while the test runs."""


async def main(folder: str, count: int, priority_class: str, categories: list[str]) -> None:
    """Issue `count` tickets in turn; print each number when it was answered."""
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        for index in range(count):
            category = categories[index % len(categories)]
            route = () if index % 10 else (categories[(index + 1) % len(categories)],)
            done = await hall.issue(category=category, priority_class=priority_class, route=route)
            if index % 25 == 0 and done.ticket is not None:
                await _pin(hall, done.ticket.number)
            assert done.ticket is not None
            sys.stdout.write(f"{done.ticket.number}\n")


async def _pin(hall: Hall, number: str) -> None:
    """A supervisor puts it first, if no window was quicker."""
    with suppress(IllegalMove):
        await hall.pin(number, reason="急事", actor="主任")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
