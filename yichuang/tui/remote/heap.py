"""When a process that serves many terminals looks for garbage, and how its threads take turns.

Python looks through all that is held once what was added since has grown by a quarter: with fifty terminals
half a million objects, and everybody stands still for up to half a second. Here what is there is set aside
(`gc.freeze`) each minute, and sooner where a few terminals have come, so that a search only meets what is
young. All of it is looked through again when what is set aside has grown by half, as it does when many
terminals have come and gone, and then when nobody presses a key.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

EVERY = 60.0
"""Seconds between two searches, where little comes to be."""

LOOK_EVERY = 1.0
"""Seconds between two looks at how much has come to be."""

MUCH = 25_000
"""Objects that came and stayed, of two terminals about: to look through more would be felt at the others."""

QUIET = 0.05
"""With so small a share of a core in use nobody is at work."""

TAKE_TURNS = 0.001
"""Seconds after which a thread of the store lets the terminals' thread go on; Python's own are 5 ms, which
fifty keys a second feel."""

THRESHOLDS = (5_000, 20, 1_000_000)
"""Objects until the youngest are looked through, and how often that is until older ones are; never all."""

GROWTH = 0.5
"""By what share of all it may grow until all of it is looked through."""

TOO_MUCH = 3.0
"""When it has grown by so much, it is looked through however busy everybody is."""

LEAST = 200_000
"""Objects, of which the shares are taken where there are fewer."""


class Heap:
    """What this process holds."""

    def __init__(self) -> None:
        self.thorough = 0
        """How often all of it was looked through."""
        self._all = 0
        """What there was when all was looked through."""

    def tidy(self, *, is_quiet: bool = True, counts: bool = True) -> None:
        """Look through what is young, or through all when much has gathered, and set the rest aside.

        Only one that `counts` knows how much has gathered: counting takes a tenth of a whole search.
        """
        is_first = not self._all
        grown = gc.get_freeze_count() - self._all if counts else 0
        most = max(LEAST, self._all) * (GROWTH if is_quiet else TOO_MUCH)
        is_thorough = not is_first and grown > most
        if is_thorough:
            gc.unfreeze()
            self.thorough += 1
        gc.collect()
        gc.freeze()
        if is_first or is_thorough:
            self._all = gc.get_freeze_count()


def _young() -> int:
    """About how many objects came and stayed since the last search."""
    youngest, rounds, rounds_of_rounds = gc.get_count()
    return youngest + THRESHOLDS[0] * (rounds + THRESHOLDS[1] * rounds_of_rounds)


@asynccontextmanager
async def tended_heap(every: float = EVERY) -> AsyncIterator[Heap]:
    """Search for garbage and take turns in this way for the block; afterwards as Python does by itself."""
    before = gc.get_threshold()
    turns = sys.getswitchinterval()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(TAKE_TURNS)
    heap = Heap()
    heap.tidy()
    tending = asyncio.create_task(_tend(heap, every))
    try:
        yield heap
    finally:
        tending.cancel()
        with suppress(asyncio.CancelledError):
            await tending
        sys.setswitchinterval(turns)
        gc.set_threshold(*before)
        gc.unfreeze()


async def _tend(heap: Heap, every: float) -> None:
    last, used = time.monotonic(), time.process_time()
    while True:
        await asyncio.sleep(min(LOOK_EVERY, every))
        before, used = used, time.process_time()
        is_quiet = used - before < QUIET * min(LOOK_EVERY, every)
        is_due = time.monotonic() - last >= every
        if is_due or _young() > MUCH:
            heap.tidy(is_quiet=is_quiet, counts=is_due)
        if is_due:
            last = time.monotonic()
