"""A process that works one window until its input ends: `python worker_serve.py FOLDER WINDOW`."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import UTC, datetime

from tests.integration.detours import bring_back, step
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import NothingWaiting
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState

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
                await serve_one(hall, window)
            except NothingWaiting:
                if await bring_back(hall, window) is not None:
                    continue
                if no_more_will_come and await nobody_is_left(hall):
                    break
                await hall.store.wait_for_change(mark, 0.05 if no_more_will_come else 0.5)
        await hall.close_window(window)


async def serve_one(hall: Hall, window: int) -> None:
    """Call the next and go on until it leaves the window."""
    ticket = (await hall.call_next(window)).ticket
    while ticket is not None and ticket.state in (TicketState.CALLED, TicketState.SERVING):
        ticket = (await step(hall, window, ticket)).ticket
    if ticket is not None and ticket.state is TicketState.FINISHED:
        sys.stdout.write(f"{ticket.number}\n")


async def nobody_is_left(hall: Hall) -> bool:
    """Nobody waits, is held or was passed, and no window has anybody who might be."""
    view = await hall.window_view(1)
    overview = await hall.overview()
    at_windows = any(line.ticket is not None for line in overview.windows)
    return not (overview.waiting or at_windows or view.held or view.passed)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
