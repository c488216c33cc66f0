"""Looking for garbage in a process of many terminals: what is young always, all when much has gathered."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from yichuang.tui.remote import heap
from yichuang.tui.remote.heap import Heap, tended_heap


class Ring:
    """Refers to itself: only a search for garbage finds it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The collector as it was, whatever a test does with it."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


async def test_python_searches_by_itself_again_afterwards() -> None:
    before = gc.get_threshold()
    async with tended_heap():
        assert gc.get_threshold() == heap.THRESHOLDS
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_what_was_dropped_since_the_last_search_is_found_by_the_next() -> None:
    tended = Heap()
    tended.tidy()
    ring = Ring()
    dropped = weakref.ref(ring)
    del ring
    tended.tidy()
    assert dropped() is None
    assert tended.thorough == 0


def test_what_was_set_aside_and_dropped_later_is_found_when_much_has_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tended = Heap()
    tended.tidy()
    rings = [Ring()]
    dropped = weakref.ref(rings[0])
    tended.tidy()
    rings.clear()
    tended.tidy()
    assert dropped() is not None  # it was set aside
    kept = [Ring() for _each in range(heap.MUCH)]
    tended.tidy()
    monkeypatch.setattr(heap, "GROWTH", 0.0)
    tended.tidy()
    assert dropped() is None
    assert (len(kept), tended.thorough) == (heap.MUCH, 1)


def test_all_is_left_aside_while_everybody_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    tended = Heap()
    tended.tidy()
    kept = [Ring() for _each in range(heap.MUCH)]
    tended.tidy()
    monkeypatch.setattr(heap, "GROWTH", 0.0)
    tended.tidy(is_quiet=False)
    assert tended.thorough == 0
    monkeypatch.setattr(heap, "TOO_MUCH", 0.0)
    tended.tidy(is_quiet=False)
    assert (len(kept), tended.thorough) == (heap.MUCH, 1)


async def test_much_that_comes_at_once_is_set_aside_before_the_minute_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[int] = []
    seen = asyncio.Event()
    tidy = Heap.tidy

    def noted(tended: Heap, *, is_quiet: bool = True, counts: bool = True) -> None:
        tidy(tended, is_quiet=is_quiet, counts=counts)
        looks.append(gc.get_freeze_count())
        if len(looks) > 1:
            seen.set()

    monkeypatch.setattr(heap, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(Heap, "tidy", noted)
    async with tended_heap(every=3600.0):
        terminals = [Ring() for _each in range(2 * heap.MUCH)]
        async with asyncio.timeout(10):
            await seen.wait()
    assert looks[1] >= looks[0] + len(terminals)
