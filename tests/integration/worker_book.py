"""A process that books at a signal: `python worker_book.py FOLDER START PHONE...`, START in ISO form."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import QueueRefusal

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""No day may turn while the test runs."""


async def main(folder: str, start: str, phones: list[str]) -> None:
    """Say that it is ready, wait for a line, then book for each telephone; print what came of it."""
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        hall.identify("11010519491231002X")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for phone in phones:
            try:
                done = await hall.appointments.book(
                    datetime.fromisoformat(start), category="tax", phone=phone
                )
            except QueueRefusal as refusal:
                sys.stdout.write(f"{refusal.code}\n")
            else:
                assert done.appointment is not None
                sys.stdout.write(f"{done.appointment.code}\n")
        sys.stdout.write(hall.identify("11010519491231002X").key + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
