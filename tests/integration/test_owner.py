"""What a process asks of the store for its devices, one thing at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from yichuang.bootstrap.owner import InTurn
from yichuang.errors import StoreBusy


class HeldUp:
    """A store that answers when it is let go, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.goes_on = asyncio.Event()
        self.error: Exception | None = None

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        self.asked.append(f"lease {device}")
        await self.goes_on.wait()
        if self.error is not None:
            raise self.error
        return True

    async def release(self, device: str, owner: str) -> None:
        self.asked.append(f"release {device}")
        await self.goes_on.wait()


async def _settle() -> None:
    """Let every task go as far as it can."""
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_what_is_given_up_before_its_turn_is_never_asked() -> None:
    store = HeldUp()
    leases = InTurn(store)
    first, *others = [
        asyncio.create_task(leases.lease(f"d{each}", "me", 10.0)) for each in range(5)
    ]
    await _settle()
    assert store.asked == ["lease d0"]
    for each in (first, *others):
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each
    last = asyncio.create_task(leases.release("d0", "me"))
    await _settle()
    assert store.asked == ["lease d0"], "the one that was begun still has its turn"
    store.goes_on.set()
    await last
    assert store.asked == ["lease d0", "release d0"]


async def test_an_error_ends_a_turn_as_an_answer_does() -> None:
    store = HeldUp()
    store.goes_on.set()
    leases = InTurn(store)
    store.error = StoreBusy(seconds=10)
    with pytest.raises(StoreBusy):
        await leases.lease("d0", "me", 10.0)
    store.error = None
    assert await leases.lease("d0", "me", 10.0)
