"""Many apps in one process take turns to show what others did, so that nobody's own keys have to wait.

What a person does is shown at once, by the screen that did it. A change by others wakes every app: one at
a time reads and shows it, the one that waited longest first, and each rests a moment before its next turn.
An app alone in its process has nobody to wait for and does not rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

REST_A_NEIGHBOUR = 0.004
"""Seconds of rest for each other app in the process: there is one core for all of them."""

LONGEST_REST = 0.18
"""Seconds; with the turns of fifty apps it keeps within the quarter of a second in which a call must show."""

LONGEST_TURN = 0.05
"""Seconds; an app that has not read by then, for its disk or its forecast is slow, lets the others go on."""

_PACES: WeakKeyDictionary[object, Pace] = WeakKeyDictionary()


class Pace:
    """The turns of the apps over one store."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._turn = asyncio.Lock()
        self._apps = 0
        self._sleep = sleep

    @staticmethod
    def of(store: object) -> Pace:
        """The pace of all apps over that store."""
        found = _PACES.get(store)
        if found is None:
            found = _PACES[store] = Pace()
        return found

    @property
    def rest(self) -> float:
        """Seconds between two turns of one app."""
        return min(LONGEST_REST, max(0, self._apps - 1) * REST_A_NEIGHBOUR)

    @asynccontextmanager
    async def joined(self) -> AsyncIterator[None]:
        """One app more, for this block."""
        self._apps += 1
        try:
            yield
        finally:
            self._apps -= 1

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[asyncio.Future[Any]]:
        """Wait for a turn; it lasts until the future that it gives has a result, or `LONGEST_TURN`."""
        async with self._turn:
            shown: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            yield shown
            await asyncio.wait({shown}, timeout=LONGEST_TURN)
        await self.pause()

    async def pause(self) -> None:
        """Rest after a turn, or after a look that showed that none is needed."""
        if self.rest:
            await self._sleep(self.rest)
