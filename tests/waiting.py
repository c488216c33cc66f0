"""Waiting for what tells no event: what happens in a device's own task, a buffer, another process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from typing import TypeVar

Found = TypeVar("Found")

DEADLINE = 30.0
"""Seconds after which what was waited for will not come; far beyond what it takes."""


async def until(met: Callable[[], Found], what: str = "it") -> Found:
    """What `met` gives, as soon as that is true; fails at the deadline."""
    loop = asyncio.get_running_loop()
    end = loop.time() + DEADLINE
    while not (found := met()):
        assert loop.time() < end, f"{what} never came"
        await asyncio.sleep(0.005)
    return found


async def as_many(found: Sized, count: int) -> None:
    """Wait until so many have come; fails at the deadline."""
    await until(lambda: len(found) >= count)
