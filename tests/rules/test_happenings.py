"""What happened of late, for many screens: each row once, none lost, and little asked of the store."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from tests.halls import MORNING, memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.tui.happenings import MOST, Happenings

pytestmark = pytest.mark.usefixtures("open_windows")


@pytest.fixture
def readings(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., Any]]:
    """What was read of the hall's memory."""
    done: list[Callable[..., Any]] = []
    read = hall.store.read

    async def counted(look: Callable[..., Any]) -> Any:
        done.append(look)
        return await read(look)

    monkeypatch.setattr(hall.store, "read", counted)
    return done


async def _newest(hall: Hall) -> int:
    return (await hall.entries(0, 10_000))[-1].seq


async def test_the_rows_behind_one_newest_first(hall: Hall, issue: Issue) -> None:
    happenings = Happenings.of(hall.store)
    assert Happenings.of(hall.store) is happenings
    assert await happenings.since(None) is None
    begin = await _newest(hall)
    assert list(await happenings.since(begin) or []) == []
    await issue()
    await hall.call_next(1)
    entries = await happenings.since(begin)
    assert entries is not None
    kinds = [each.event.kind for each in entries]
    assert kinds == [EventKind.TICKET_CALLED, EventKind.TICKET_ISSUED]
    assert list(await happenings.since(begin + 1) or []) == [entries[0]]


async def test_what_was_before_the_first_reading_is_not_known(hall: Hall, issue: Issue) -> None:
    begin = await _newest(hall)
    await issue()
    happenings = Happenings.of(hall.store)
    assert await happenings.since(begin) is None
    assert list(await happenings.since(begin + 1) or []) == []


async def test_more_rows_than_are_kept_are_not_known(hall: Hall, issue: Issue) -> None:
    happenings = Happenings.of(hall.store)
    await happenings.since(None)
    begin = await _newest(hall)
    await issue("tax", MOST - 1)
    assert len(await happenings.since(begin) or []) == MOST - 1
    await issue("tax", 2)
    assert await happenings.since(begin) is None
    assert len(await happenings.since(begin + 1) or []) == MOST
    await issue("tax", MOST)
    assert await happenings.since(begin + 1) is None
    newest = await _newest(hall)
    await issue()
    assert len(await happenings.since(newest) or []) == 1


async def test_however_many_ask_a_change_is_read_once(
    hall: Hall, issue: Issue, readings: list[Callable[..., Any]]
) -> None:
    happenings = Happenings.of(hall.store)
    await happenings.since(None)
    begin = happenings.seq
    await issue()
    del readings[:]
    found = await asyncio.gather(*(happenings.since(begin) for _screen in range(50)))
    assert [len(each or []) for each in found] == [1] * 50
    assert len(readings) == 1
    await happenings.since(begin)
    assert len(readings) == 1


async def test_what_is_kept_for_a_store_goes_with_it() -> None:
    async with memory_hall(FixedClock(MORNING), small_settings()) as hall:
        await Happenings.of(hall.store).since(None)
        store = weakref.ref(hall.store)
    del hall
    gc.collect()
    assert store() is None
