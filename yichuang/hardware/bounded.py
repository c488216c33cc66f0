"""Awaiting a driver that may hang: every wait ends, even where the driver will not be cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

GRACE = 1.0
"""Seconds that a cancelled task gets to end."""

logger = logging.getLogger(__name__)

_abandoned: set[asyncio.Task[Any]] = set()
"""Tasks that would not end; held here so that they are not collected while they still run."""


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives; raises what it raises, or TimeoutError after `seconds`."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        await end(task)


async def end(task: asyncio.Task[Any], grace: float = GRACE) -> None:
    """Cancel the task and wait until it has ended, or for `grace` seconds; raises nothing of its own."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=grace)
    if not task.done():
        logger.warning("%s does not end; it is left to itself", task.get_coro())
        _abandoned.add(task)
        task.add_done_callback(_forget)
    elif not task.cancelled():
        task.exception()


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()
