"""Mutes, announcements and ratings, on every store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import call_to, keep, new_ticket, note
from tests.halls import MORNING
from yichuang.errors import StoreError
from yichuang.queue.announcement import AnnouncementState
from yichuang.queue.ports import Memory
from yichuang.queue.rating import Grade, Rating, RatingChannel

LATER = MORNING + timedelta(minutes=5)


async def test_a_mute_holds_until_it_is_taken_away(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.mute("voice", on=True, at=MORNING)
        assert not memory.mute("voice", on=True, at=LATER)
        (muted,) = memory.devices()
        assert (muted.name, muted.muted, muted.since) == ("voice", True, None)
        assert memory.mute("voice", on=False, at=LATER)
        assert not memory.mute("voice", on=False, at=LATER)
        assert memory.devices() == []

    await store.transact(work)


async def test_an_announcement_has_its_last_word(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.last_announced() == 0
        assert memory.announcements(9) == []
        for serial in (1, 2):
            keep(memory, new_ticket(serial))
            note(memory, serial)
        memory.conclude_announcement(1, AnnouncementState.FAILED, MORNING)
        memory.conclude_announcement(2, AnnouncementState.SPOKEN, LATER)
        memory.conclude_announcement(1, AnnouncementState.SPOKEN, LATER)
        assert memory.last_announced() == 2
        kept = memory.announcements(9)
        assert [(each.seq, each.state) for each in kept] == [
            (2, AnnouncementState.SPOKEN),
            (1, AnnouncementState.SPOKEN),
        ]
        assert len(memory.announcements(1)) == 1

    await store.transact(work)


async def test_a_ticket_is_rated_once(store: AnyStore) -> None:
    first = Rating(1, Grade.VERY_SATISFIED, RatingChannel.PAD, 3, MORNING)

    def work(memory: Memory) -> None:
        assert memory.rating_of(keep(memory, new_ticket(1)).id) is None
        memory.add_rating(first)
        assert memory.rating_of(1) == first

    await store.transact(work)
    with pytest.raises(StoreError):
        await store.transact(lambda each: each.add_rating(first._replace(grade=Grade.DISSATISFIED)))
    assert await store.read(lambda records: records.rating_of(1)) == first


async def test_what_is_undone_leaves_no_trace(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        keep(memory, new_ticket(1))
        note(memory, 1)
        memory.mute("voice", on=True, at=MORNING)
        memory.conclude_announcement(1, AnnouncementState.SPOKEN, MORNING)
        memory.add_rating(Rating(1, Grade.SATISFIED, RatingChannel.CODE, None, MORNING))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(work)
    assert await store.read(lambda each: each.devices()) == []
    assert await store.read(lambda each: each.last_announced()) == 0
    assert await store.read(lambda each: each.rating_of(1)) is None


async def test_the_last_call_or_the_last_that_ended(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.last_call(3, ended=True) is None
        first = call_to(memory, keep(memory, new_ticket(1)), 3)
        assert memory.last_call(3, ended=True) is None
        assert first.call is not None
        memory.end_call(first.call, LATER, "finished")
        call_to(memory, keep(memory, new_ticket(2)), 3)
        latest, ended = memory.last_call(3), memory.last_call(3, ended=True)
        assert latest is not None
        assert ended is not None
        assert (latest.ticket, latest.ended_at) == (2, None)
        assert (ended.ticket, ended.ending, ended.ended_at) == (1, "finished", LATER)

    await store.transact(work)
