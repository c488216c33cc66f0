"""What every test may ask for: a clock that stands still, and a small hall in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.halls import MORNING, memory_hall
from yichuang.clock import FixedClock
from yichuang.queue.service import Hall


@pytest.fixture
def clock() -> FixedClock:
    """Monday morning, until it is moved."""
    return FixedClock(MORNING)


@pytest.fixture
async def hall(clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with three windows, all closed, and nobody waiting."""
    async with memory_hall(clock) as hall:
        yield hall
