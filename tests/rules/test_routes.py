"""Several matters in one visit: items on one ticket, joint routes, transfers and back."""

from __future__ import annotations

import pytest

from tests.halls import PRINTER
from tests.rules.fair_hall import MINUTE, call, fair_hall, give, serve, ticket_of
from yichuang.clock import FixedClock
from yichuang.errors import (
    CategoryUnserved,
    IllegalMove,
    ItemElsewhere,
    NothingToUndo,
    RouteRepeats,
    TooManyItems,
    UndoTooLate,
    UnknownCategory,
    UnknownItem,
)
from yichuang.queue.item import Item
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState


def _item(code: str, category: str) -> Item:
    return Item(code, f"事项{code}", "", "", category, "", False, False, "sx", "")


ITEMS = [_item(f"T{n}", "tax") for n in range(1, 5)] + [_item(f"P{n}", "police") for n in (1, 2)]


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """Windows 1, 2 and 3 are open, and there are items of two categories."""
    hall = await fair_hall(clock, 1, 2, 3, more=PRINTER)
    await hall.import_items(ITEMS, source="test")
    return hall


async def test_five_items_on_one_ticket(hall: Hall) -> None:
    codes = ("T1", "T2", "T3", "T4", "T2", "P1")
    done = await hall.issue(items=codes)
    ticket = ticket_of(done)
    assert ticket.items == ("T1", "T2", "T3", "T4", "P1")
    assert (ticket.category, ticket.route, ticket.item) == ("tax", ("police",), "T1")
    paper = await hall.print_job(done.print_job or 0)
    assert paper is not None
    assert paper.document.route == "联办：纳税服务 → 公安服务"
    assert len(paper.document.more_items) == 4
    with pytest.raises(TooManyItems) as refused:
        await hall.issue(items=[each.code for each in ITEMS])
    assert "6" in refused.value.message
    with pytest.raises(UnknownItem):
        await hall.issue(items=("T1", "nowhere"))


@pytest.mark.parametrize(
    ("category", "items", "route", "stops"),
    [
        (None, ("P1", "T1"), (), ("police", "tax")),
        ("tax", ("P1", "T1"), (), ("tax", "police")),
        ("tax", ("T1",), ("police", "social"), ("tax", "police", "social")),
        (None, ("T1", "P1"), ("social",), ("tax", "police", "social")),
        (None, ("T1", "P1"), ("police",), ("tax", "police")),
        (None, (), ("police", "tax"), ("police", "tax")),
    ],
)
async def test_the_stops_in_order(
    hall: Hall,
    category: str | None,
    items: tuple[str, ...],
    route: tuple[str, ...],
    stops: tuple[str, ...],
) -> None:
    ticket = ticket_of(await hall.issue(category=category, items=items, route=route))
    assert (ticket.category, *ticket.route) == stops


async def test_routes_that_lead_nowhere(hall: Hall) -> None:
    for route in (("tax",), ("police", "police")):
        with pytest.raises(RouteRepeats):
            await hall.issue(category="tax", route=route)
    with pytest.raises(UnknownCategory):
        await hall.issue(category="tax", route=("nowhere",))
    with pytest.raises(ItemElsewhere):
        await hall.issue(category="social", items=("T1",))
    assert await hall.tickets() == []


async def test_a_route_has_no_stop_without_a_window(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, more='[[category]]\ncode = "x"\nname = "别"\nletter = "X"\n')
    with pytest.raises(CategoryUnserved):
        await hall.issue(category="tax", route=("x",))
    # Not even in a surge, which ends before the visitor gets there.
    await hall.set_surge(True, reason="年审", actor="主任")
    for step in (hall.issue(category="x"), hall.issue(category="tax", route=("x",))):
        with pytest.raises(CategoryUnserved):
            await step


async def test_one_number_from_window_to_window(hall: Hall, clock: FixedClock) -> None:
    number = await give(hall, route=("police",))
    other = await give(hall, category="police")
    issued = await hall.ticket(number)
    clock.advance(5 * MINUTE)
    assert await serve(hall, 1) == number
    ticket = await hall.ticket(number)
    assert (ticket.state, ticket.category, ticket.route) == (TicketState.WAITING, "police", ())
    assert ticket.priority_class is PriorityClass.TRANSFERRED
    assert (ticket.since, ticket.issued_at) == (issued.since, issued.issued_at)
    assert ticket.ended_at is None
    assert [await call(hall, 2), await call(hall, 3)] == [number, other]
    await hall.start(2)
    assert ticket_of(await hall.finish(2)).state is TicketState.FINISHED


async def test_a_called_ticket_is_not_finished_before_it_was_served(hall: Hall) -> None:
    await give(hall, route=("police",))
    await call(hall, 1)
    with pytest.raises(IllegalMove) as refused:
        await hall.finish(1)
    assert "办结" in refused.value.message


async def test_a_finish_on_the_way_is_taken_back(hall: Hall, clock: FixedClock) -> None:
    number = await give(hall, route=("police", "social"))
    await hall.pin(number, reason="急事", actor="主任")
    await call(hall, 1)
    await hall.start(1)
    before = await hall.ticket(number)
    await hall.finish(1)
    clock.advance(20 * MINUTE / 60)
    undone = ticket_of(await hall.undo(1))
    assert undone == await hall.ticket(number) == before
    assert (undone.state, undone.window) == (TicketState.SERVING, 1)
    await hall.finish(1)
    clock.advance(MINUTE)
    with pytest.raises(UndoTooLate):
        await hall.undo(1)


@pytest.mark.parametrize("what", ["called", "called and held and woken", "cancelled"])
async def test_a_ticket_that_went_on_is_not_taken_back(hall: Hall, what: str) -> None:
    number = await give(hall, route=("police",))
    await serve(hall, 1)
    if what == "cancelled":
        await hall.cancel(number)
    else:
        await call(hall, 2)
    if what == "called and held and woken":
        await hall.hold(2)
        await hall.wake(number)
    with pytest.raises((IllegalMove, NothingToUndo)):
        await hall.undo(1)
    assert not (await hall.window_view(1)).can_undo


async def test_a_call_there_taken_back_leaves_the_finish_undoable(hall: Hall) -> None:
    number = await give(hall, route=("police",))
    await serve(hall, 1)
    await call(hall, 2)
    await hall.undo(2)
    await hall.undo(1)
    assert (await hall.ticket(number)).state is TicketState.SERVING


async def test_there_and_back_to_the_same_clerk(hall: Hall) -> None:
    number = await give(hall)
    await give(hall)
    await call(hall, 1)
    await hall.start(1)
    moved = ticket_of(await hall.transfer(1, to_category="police", and_back=True))
    assert (moved.category, moved.route) == ("police", ("tax@1",))
    assert await serve(hall, 1) == "A002"
    assert await serve(hall, 2) == number
    back = await hall.ticket(number)
    assert (back.state, back.target_window, back.category) == (TicketState.WAITING, 1, "tax")
    assert await serve(hall, 1) == number
    assert (await hall.ticket(number)).state is TicketState.FINISHED


async def test_back_to_a_window_that_closed_is_back_to_its_category(hall: Hall) -> None:
    number = await give(hall)
    await call(hall, 1)
    await hall.transfer(1, to_window=2, and_back=True)
    await hall.close_window(1)
    await serve(hall, 2)
    back = await hall.ticket(number)
    assert (back.target_window, back.category) == (None, "tax")
    assert await call(hall, 3) == number


@pytest.mark.parametrize("and_back", [False, True])
async def test_a_stop_that_is_visited_now_is_not_visited_again(hall: Hall, and_back: bool) -> None:
    number = await give(hall, route=("police", "social"))
    await call(hall, 1)
    await hall.start(1)
    moved = ticket_of(await hall.transfer(1, to_category="police", and_back=and_back))
    assert moved.route == (("tax@1", "social") if and_back else ("social",))
    assert await serve(hall, 2) == number
    assert (await hall.ticket(number)).category == ("tax" if and_back else "social")


async def test_rerouted_before_its_first_stop(hall: Hall) -> None:
    number = await give(hall, route=("police", "social"))
    moved = ticket_of(await hall.reroute(number, to_category="police"))
    assert (moved.category, moved.route) == ("police", ("social",))
    assert moved.priority_class is PriorityClass.ORDINARY
