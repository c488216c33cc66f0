"""When a process that serves many terminals looks for garbage.

Python looks through all that is held once what was added since has grown by a quarter: with fifty terminals
half a million objects, and everybody stands still for up to half a second. Here what has lived for a minute
is set aside (`gc.freeze`), so that a search only meets what is young; all of it is looked through again when
what is set aside has grown by half, as it does when many terminals have come and gone.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

EVERY = 60.0
"""Seconds between two searches."""

THRESHOLDS = (5_000, 20, 1_000_000)
"""Objects until the youngest are looked through, and how often that is until older ones are; never all."""

GROWTH = 1.5
"""How much what is set aside may grow until all of it is looked through."""

LEAST = 200_000
"""Objects; with fewer a whole search is not felt."""


class Heap:
    """What this process holds."""

    def __init__(self) -> None:
        self.thorough = 0
        """How often all of it was looked through."""
        self._set_aside = 0

    def tidy(self) -> None:
        """Look through what is young, or through all when much has gathered, and set the rest aside."""
        is_thorough = gc.get_freeze_count() > max(LEAST, self._set_aside * GROWTH)
        if is_thorough:
            gc.unfreeze()
            self.thorough += 1
        gc.collect()
        gc.freeze()
        if is_thorough or not self._set_aside:
            self._set_aside = gc.get_freeze_count()


@asynccontextmanager
async def tended_heap(every: float = EVERY) -> AsyncIterator[Heap]:
    """Search for garbage in this way for the block; afterwards as Python does by itself."""
    before = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    heap = Heap()
    heap.tidy()
    tending = asyncio.create_task(_tend(heap, every))
    try:
        yield heap
    finally:
        tending.cancel()
        with suppress(asyncio.CancelledError):
            await tending
        gc.set_threshold(*before)
        gc.unfreeze()


async def _tend(heap: Heap, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        heap.tidy()
