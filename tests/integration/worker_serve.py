"""A process that works one window until its input ends: `python worker_serve.py FOLDER WINDOW`."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import UTC, datetime

from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import NothingWaiting

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""No day may turn while the test runs."""


async def main(folder: str, window: int) -> None:
    """Call, start and finish tickets; print each number when its finish was answered."""
    last_one_issued = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        last_one_issued.set()

    threading.Thread(target=listen, daemon=True).start()
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        await hall.open_window(window)
        while True:
            no_more_will_come, mark = last_one_issued.is_set(), hall.store.mark()
            try:
                await hall.call_next(window)
            except NothingWaiting:
                if no_more_will_come:
                    break
                await hall.store.wait_for_change(mark, 0.5)
                continue
            await hall.start(window)
            done = await hall.finish(window)
            assert done.ticket is not None
            sys.stdout.write(f"{done.ticket.number}\n")
        await hall.close_window(window)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
