"""Changing the catalogue item by item, taking that back, and what tickets know of items that are gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall
from yichuang.clock import FixedClock
from yichuang.errors import InvalidItem, NoItemChange, UnknownItem
from yichuang.queue.event import EventKind
from yichuang.queue.item import Item
from yichuang.queue.revision.command import RetireItem, SaveItem, UndoItemChange
from yichuang.queue.service import Hall

CARD = Item("RS156", "社会保障卡申请", "社保卡", "", "tax", "", False, False, "shbzksq", "sbk")


@pytest.fixture
async def stocked(clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with one item."""
    async with memory_hall(clock) as hall:
        await hall.import_items([CARD], source="items.csv")
        yield hall


async def catalogue(hall: Hall) -> dict[str, Item]:
    """All items, retired ones too."""
    items = await hall.store.read(lambda records: records.items(retired=True))
    return {each.code: each for each in items}


async def test_a_change_is_journaled_with_what_was_before(stocked: Hall) -> None:
    await stocked.do(SaveItem(replace(CARD, alias="社保 卡片 ", private=True), "改短"), "admin")
    (item,) = await stocked.items()
    assert (item.alias, item.alias_initials, item.private) == ("社保 卡片", "sbkp", True)
    entry = (await stocked.entries(0))[-1]
    assert (entry.event.kind, entry.actor) == (EventKind.ITEM_CHANGED, "admin")
    data = entry.event.data
    assert (data["item"], data["reason"]) == ("RS156", "改短")
    assert (data["old"]["alias"], data["new"]["alias"]) == ("社保卡", "社保 卡片")
    assert await stocked.do(SaveItem(item)) is not None
    assert (await stocked.entries(0))[-1] == entry


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"category": "none"}, {"alias": "长" * 17}, {"code": "rs156"}, {"code": "号"}],
)
async def test_what_no_file_may_hold_is_refused(stocked: Hall, change: dict[str, str]) -> None:
    changed: dict[str, Any] = {**change}
    with pytest.raises(InvalidItem):
        await stocked.do(SaveItem(replace(CARD, **changed)))
    assert await catalogue(stocked) == {"RS156": CARD}


async def test_a_retired_item_is_not_given_out_and_its_tickets_keep_it(stocked: Hall) -> None:
    done = await stocked.issue(items=("RS156",))
    assert done.ticket is not None
    await stocked.do(RetireItem("RS156", True, "停办"))
    assert await stocked.items() == []
    with pytest.raises(UnknownItem):
        await stocked.issue(items=("RS156",))
    await stocked.open_window(1)
    called = await stocked.call_next(1)
    assert called.ticket is not None
    view = await stocked.window_view(1)
    assert view.ticket is not None
    assert view.ticket.items == ("RS156",)
    assert await stocked.store.read(lambda records: records.item("RS156")) is not None
    # A file of all items that there are does not bring it back.
    await stocked.import_items([CARD], source="items.csv")
    assert await stocked.items() == []
    await stocked.do(RetireItem("RS156", False))
    assert await stocked.items() == [CARD]
    with pytest.raises(UnknownItem):
        await stocked.do(RetireItem("none", True))


async def test_an_added_item_is_retired_when_that_is_undone(stocked: Hall) -> None:
    await stocked.do(SaveItem(Item("N1", "新办", "", "", "tax", "", False, False, "", "")))
    assert (await catalogue(stocked))["N1"].initials == "xb"
    await stocked.do(UndoItemChange("错了"))
    assert not (await catalogue(stocked))["N1"].active
    with pytest.raises(NoItemChange):
        await stocked.do(UndoItemChange())


STEPS = st.lists(
    st.one_of(
        st.builds(lambda text: SaveItem(replace(CARD, alias=text)), st.sampled_from("甲乙丙丁")),
        st.builds(lambda on: RetireItem("RS156", on), st.booleans()),
        st.just(UndoItemChange()),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(steps=STEPS)
async def test_undoing_goes_back_step_by_step(
    steps: list[SaveItem | RetireItem | UndoItemChange],
) -> None:
    async with memory_hall(FixedClock(MORNING)) as hall:
        await hall.import_items([CARD], source="items.csv")
        states = [await catalogue(hall)]
        for step in steps:
            before = await catalogue(hall)
            try:
                await hall.do(step)
            except NoItemChange:
                assert len(states) == 1
                continue
            after = await catalogue(hall)
            if isinstance(step, UndoItemChange):
                states.pop()
                assert after == states[-1]
            elif after != before:
                states.append(after)
