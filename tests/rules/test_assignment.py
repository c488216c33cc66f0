"""What a window serves, changed while the hall runs; and surge mode."""

from __future__ import annotations

import pytest

from tests.rules.fair_hall import call, fair_hall, give, serve, served, ticket_of
from yichuang.clock import FixedClock
from yichuang.errors import (
    CategoryOrphaned,
    NotServedHere,
    ReasonMissing,
    UnknownCategory,
    UnknownWindow,
)
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """All windows are open."""
    return await fair_hall(clock, 1, 2, 3, 4, 5)


async def test_it_takes_effect_at_the_next_call(hall: Hall) -> None:
    await give(hall)
    await give(hall, category="police")
    await give(hall)
    assert await call(hall, 1) == "A001"
    done = await hall.assign_window(1, categories=["police"], actor="主任")
    assert done.window is not None
    assert (done.window.categories, done.window.helps) == (("police",), ())
    # The ticket at the window stays, and is served to its end.
    assert (await hall.window_view(1)).ticket is not None
    await hall.start(1)
    await hall.finish(1)
    assert await call(hall, 1) == "B001"
    await hall.hold(1)
    with pytest.raises(NotServedHere):
        await hall.call(1, "A002")
    assert await call(hall, 1) == ""
    view = await hall.window_view(1)
    assert [each.category.code for each in (*view.own, *view.help)] == ["police"]


async def test_it_is_in_the_journal(hall: Hall) -> None:
    await hall.assign_window(1, categories=["police", "police"], helps=["tax", "police"], actor="Z")
    step = (await hall.entries(0))[-1]
    assert (step.event.kind, step.event.window, step.actor) == (EventKind.WINDOW_ASSIGNED, 1, "Z")
    assert step.event.data == {
        "categories": ["police"], "helps": ["tax"], "former": ["tax"], "former_helps": ["police"],
    }  # fmt: skip
    await hall.assign_window(1, categories=None)
    step = (await hall.entries(0))[-1]
    assert (step.event.data["categories"], step.event.data["former"]) == (["tax"], ["police"])
    assert (await hall.window_view(1)).duty.own == ("tax",)


async def test_a_closed_window_is_assigned_too_and_stays_so(hall: Hall) -> None:
    await hall.close_window(2)
    await hall.assign_window(2, categories=["tax"], helps=["police"])
    await hall.open_window(2)
    await hall.pause_window(2, reason="用餐")
    await hall.resume_window(2)
    assert (await hall.window_view(2)).duty.own == ("tax",)


async def test_no_category_is_left_alone(hall: Hall) -> None:
    with pytest.raises(CategoryOrphaned) as refused:
        await hall.assign_window(5, categories=["tax"])
    assert "社会事务" in refused.value.message
    # A surge does not last: it is no reason to leave a category alone.
    await hall.set_surge(True, reason="年审", actor="主任")
    with pytest.raises(CategoryOrphaned):
        await hall.assign_window(5, categories=["tax"])
    await hall.assign_window(1, categories=["tax"], helps=["social"])
    await hall.assign_window(5, categories=["tax"])
    with pytest.raises(UnknownCategory):
        await hall.assign_window(1, categories=["nowhere"])
    with pytest.raises(UnknownWindow):
        await hall.assign_window(77, categories=["tax"])


@pytest.mark.parametrize(
    ("window", "need", "category"), [(1, "手语", "tax"), (4, "cross_region", "tax")]
)
async def test_nobody_who_waits_is_left_alone(
    hall: Hall, window: int, need: str, category: str
) -> None:
    """Other windows serve the category, but not what this visitor asks for: they take the visitor without."""
    number = await give(hall, category=category, need=need)
    behind = await give(hall, category=category, need=need)
    await hall.call(window, number)
    await hall.assign_window(window, categories=["police"], actor="主任")
    assert (await hall.entries(0))[-1].event.data["unmet"] == [behind]
    # One who is called or served there is served to the end, and not lost when sent back into line.
    assert (await hall.ticket(number)).need == need
    await hall.undo(window)
    for each in (number, behind):
        ticket = await hall.ticket(each)
        assert (ticket.state, ticket.need) == (TicketState.WAITING, "")
        assert await serve(hall, 3) == each


@pytest.mark.parametrize("how", ["hold", "pass", "directed"])
async def test_nor_who_comes_back_later(hall: Hall, how: str) -> None:
    number = await give(hall, need="cross_region", window=4 if how == "directed" else None)
    await call(hall, 4)
    if how == "hold":
        await hall.hold(4)
    else:
        await hall.pass_(4, reason="未到")
    await hall.assign_window(4, categories=["police"])
    if how == "hold":
        await hall.wake(number)
    else:
        await hall.reinstate(number)
    assert await serve(hall, 3) == number


async def test_who_waits_for_one_window_is_not_lost_when_it_closes(hall: Hall) -> None:
    number = await give(hall, need="cross_region", window=3)
    await hall.assign_window(4, categories=["police"])
    await hall.close_window(3)
    assert await call(hall, 1) == number


async def test_a_category_left_to_special_windows_is_served_there(hall: Hall) -> None:
    number = await give(hall, category="police")
    for window in (1, 2, 3):
        helps = ["police"] if window == 2 else []
        await hall.assign_window(window, categories=["tax"], helps=helps)
    await hall.assign_window(5, categories=["social", "police"])
    await hall.assign_window(2, categories=["tax"])
    assert (await hall.ticket(number)).need == "collection"
    assert await call(hall, 5) == number


async def test_in_a_surge_all_windows_help_with_all(hall: Hall) -> None:
    for category in ("tax", "police"):
        await give(hall, category=category)
    await give(hall, category="social")
    await hall.close_window(1)
    await hall.close_window(3)
    with pytest.raises(ReasonMissing):
        await hall.set_surge(True, reason=" ", actor="主任")
    assert await call(hall, 5) == "C001"
    await hall.set_surge(True, reason="年审", actor="主任")
    assert (await hall.overview()).surge is not None
    await hall.start(5)
    await hall.finish(5)
    assert sorted(await served(hall, 5)) == ["A001", "B001"]
    await give(hall)
    await hall.set_surge(False, actor="主任")
    assert await call(hall, 5) == ""
    kinds = [each.event.kind for each in await hall.entries(0)]
    assert [each for each in kinds if each.startswith("Surge")] == ["SurgeBegan", "SurgeEnded"]


async def test_a_surge_twice_is_one(hall: Hall) -> None:
    await hall.set_surge(False)
    await hall.set_surge(True, reason="年审")
    before = await hall.entries(0)
    await hall.set_surge(True, reason="又")
    assert await hall.entries(0) == before
    surge = (await hall.overview()).surge
    assert surge is not None
    assert surge.reason == "年审"


async def test_own_lines_still_come_first_in_a_surge(hall: Hall) -> None:
    await hall.set_surge(True, reason="年审")
    await give(hall)
    await give(hall, category="police")
    assert await serve(hall, 2) == "B001"
    assert await serve(hall, 2) == "A001"
    assert "帮办" in await hall.why("A001")


async def test_what_a_surge_took_in_is_served_after_it(hall: Hall) -> None:
    """A ticket keeps to lines that some window serves without a surge."""
    await hall.set_surge(True, reason="年审")
    number = await give(hall, category="social")
    await give(hall)
    await call(hall, 1)
    moved = ticket_of(await hall.transfer(1, to_category="social")).number
    await hall.set_surge(False)
    assert await served(hall, 5) == [moved, number]
