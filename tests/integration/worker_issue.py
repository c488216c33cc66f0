"""A process that issues tickets: `python worker_issue.py FOLDER COUNT CLASS CATEGORY...`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""No day may turn while the test runs."""


async def main(folder: str, count: int, priority_class: str, categories: list[str]) -> None:
    """Issue `count` tickets in turn; print each number when it was answered."""
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        for index in range(count):
            category = categories[index % len(categories)]
            done = await hall.issue(category=category, priority_class=priority_class)
            assert done.ticket is not None
            sys.stdout.write(f"{done.ticket.number}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
