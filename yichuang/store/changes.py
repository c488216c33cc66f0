"""How a store tells those who wait that it has changed."""

from __future__ import annotations

import asyncio
import contextlib


class Changes:
    """A count of changes, and those who wait for it to grow. Belongs to one event loop."""

    def __init__(self) -> None:
        self.mark = 0
        """The count so far."""
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Count a change, and wake everybody."""
        self.mark += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, since: int, seconds: float) -> int:
        """The new mark when it has grown past `since`, or the present one after `seconds`."""
        if self.mark <= since:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await waiter
            finally:
                self._waiting.discard(waiter)
        return self.mark
