"""Looking for garbage in a process of many terminals: what is young always, all when much has gathered."""

from __future__ import annotations

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
    rings = [Ring()]
    dropped = weakref.ref(rings[0])
    tended.tidy()
    rings.clear()
    tended.tidy()
    assert dropped() is not None  # it was set aside
    monkeypatch.setattr(heap, "LEAST", 0)
    monkeypatch.setattr(heap, "GROWTH", 0.5)
    tended.tidy()
    assert dropped() is None
    assert tended.thorough == 1
