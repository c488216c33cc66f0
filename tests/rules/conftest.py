"""A hall at work: windows open, and short ways to what a test looks at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from yichuang.queue.service import Hall

Issue = Callable[..., Awaitable[str]]


@pytest.fixture
async def open_windows(hall: Hall) -> None:
    """All three windows are open."""
    for window in (1, 2, 3):
        await hall.open_window(window)


@pytest.fixture
def issue(hall: Hall) -> Issue:
    """Issue tickets: a category and how many; the last number."""

    async def issue(category: str = "tax", count: int = 1, priority_class: str = "ordinary") -> str:
        number = ""
        for _each in range(count):
            done = await hall.issue(category=category, priority_class=priority_class)
            assert done.ticket is not None
            number = done.ticket.number
        return number

    return issue
