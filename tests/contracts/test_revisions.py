"""Versions of hall.toml and changes of items, over both stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, item
from tests.halls import MORNING, small_settings
from yichuang.queue.event import Event, EventKind
from yichuang.queue.ports import Memory
from yichuang.queue.revision.version import Revision, VersionKind

SETTINGS = small_settings()
CHANGE = {"section": "hall", "element": "", "key": "name", "old": "a", "new": "号"}


def revision(text: str, kind: VersionKind = VersionKind.CHANGED) -> Revision:
    """A version of hall.toml; its hash is its text."""
    return Revision(text, text, "", (CHANGE,), SETTINGS, "why", kind)


async def test_a_draft_is_no_version_until_it_is_kept(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        first = memory.draft_settings(revision("one"), MORNING, "10")
        assert memory.settings_versions(10) == []
        assert memory.settings_text(first) is None
        draft = memory.settings_draft("one")
        assert draft is not None
        assert (draft.id, draft.actor, draft.reason) == (first, "10", "why")
        assert memory.settings_draft("two") is None
        memory.keep_settings(first, MORNING)
        assert memory.settings_draft("one") is None
        (kept,) = memory.settings_versions(10)
        assert (kept.hash, kept.changes, kept.kind) == ("one", (CHANGE,), VersionKind.CHANGED)
        assert memory.settings_text(first) == "one"

    await store.transact(work)


async def test_one_draft_at_a_time_and_ids_in_order(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        memory.keep_settings(memory.draft_settings(revision("one"), MORNING, ""), MORNING)
        memory.draft_settings(revision("lost"), MORNING, "")
        back = revision("one", VersionKind.UNDONE)._replace(restores=1)
        memory.keep_settings(memory.draft_settings(back, MORNING, ""), MORNING)
        assert memory.settings_draft("lost") is None
        newest, first = memory.settings_versions(10)
        assert newest.id > first.id
        assert (newest.restores, newest.kind) == (first.id, VersionKind.UNDONE)
        assert memory.settings_versions(1) == [newest]

    await store.transact(work)


async def test_what_is_refused_leaves_no_draft(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        memory.draft_settings(revision("one"), MORNING, "")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await store.transact(work)
    assert await store.read(lambda records: records.settings_draft("one")) is None


async def test_a_retired_item_is_found_by_its_code_alone(store: AnyStore) -> None:

    kept, gone = item("A1"), replace(item("B2"), active=False)

    def work(memory: Memory) -> None:
        memory.replace_items([kept, gone])
        assert memory.items() == [kept]
        assert memory.items(retired=True) == [kept, gone]
        assert memory.item("B2") == gone
        assert memory.replace_items([gone]) == (0, 0)

    await store.transact(work)


async def test_changes_of_items_are_found_newest_first(store: AnyStore) -> None:
    kinds = [
        EventKind.ITEM_CHANGED,
        EventKind.WINDOW_OPENED,
        EventKind.ITEM_RETIRED,
        EventKind.ITEMS_IMPORTED,
        EventKind.ITEM_UNDONE,
        EventKind.ITEM_RESTORED,
    ]

    def work(memory: Memory) -> None:
        for kind in kinds:
            memory.record(Event(kind), at=MORNING, business_date=TODAY, actor="")
        found = [each.event.kind for each in memory.item_entries(10)]
        assert found == [kinds[5], kinds[4], kinds[2], kinds[0]]
        assert len(memory.item_entries(2)) == 2

    await store.transact(work)
