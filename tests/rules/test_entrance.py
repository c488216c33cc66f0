"""The entrance and the supervisor: pins, re-routing, duplicates, double presses, groups, slips."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.halls import PRINTER
from tests.rules.fair_hall import MINUTE, call, fair_hall, give, pass_over, served, ticket_of
from yichuang.clock import FixedClock
from yichuang.errors import (
    AlreadyPinned,
    DuplicateTicket,
    IllegalMove,
    NotPinned,
    QueueRefusal,
    ReasonMissing,
    SupervisorMissing,
    TargetClosed,
    UnknownSlip,
)
from yichuang.queue.item import Item
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """Windows 1, 2 and 3 are open; there is a printer; A001 to A004 wait."""
    hall = await fair_hall(clock, 1, 2, 3, more=PRINTER)
    for _each in range(4):
        await give(hall)
        clock.advance(MINUTE)
    return hall


async def _waiting(hall: Hall) -> list[str]:
    return [each.number for each in await hall.tickets(TicketState.WAITING)]


# --- pins -----------------------------------------------------------------------------------------


async def test_a_pin_needs_a_supervisor_and_a_reason(hall: Hall) -> None:
    with pytest.raises(SupervisorMissing):
        await hall.pin("A003", reason="急事")
    with pytest.raises(ReasonMissing):
        await hall.pin("A003", reason=" ", actor="主任")
    pinned = ticket_of(await hall.pin("A003", reason="急事", actor="主任"))
    assert (pinned.priority_class, pinned.ahead) == (PriorityClass.PINNED, 0)
    assert pinned.issued_class is PriorityClass.ORDINARY
    step = (await hall.history("A003"))[-1]
    assert (step.actor, step.event.data["reason"]) == ("主任", "急事")
    with pytest.raises(AlreadyPinned):
        await hall.pin("A003", reason="急事", actor="主任")


async def test_a_pin_taken_back_gives_the_place_back(hall: Hall) -> None:
    before = await hall.ticket("A003")
    await hall.pin("A003", reason="急事", actor="主任")
    assert (await _waiting(hall))[0] == "A003"
    await hall.unpin("A003", actor="主任")
    assert await hall.ticket("A003") == before
    with pytest.raises(NotPinned):
        await hall.unpin("A003", actor="主任")
    # Pinned again, the last pin is the one that is taken back.
    await hall.reroute("A003", to_category="police")
    await hall.pin("A003", reason="急事", actor="主任")
    await hall.unpin("A003", actor="主任")
    assert (await hall.ticket("A003")).category == "police"


async def test_a_pin_stays_through_a_call_taken_back(hall: Hall) -> None:
    await hall.pin("A003", reason="急事", actor="主任")
    assert await call(hall, 1) == "A003"
    for step in (hall.unpin("A003"), hall.pin("A003", reason="急事", actor="主任")):
        with pytest.raises(IllegalMove):
            await step
    await hall.undo(1)
    assert await call(hall, 3) == "A003"
    await hall.undo(3)
    await hall.unpin("A003")
    assert await served(hall, 1) == ["A001", "A002", "A003", "A004"]


async def test_a_pinned_ticket_rerouted_and_unpinned_stays_where_it_was_sent(hall: Hall) -> None:
    await hall.pin("A003", reason="急事", actor="主任")
    await hall.reroute("A003", to_window=2)
    await hall.unpin("A003")
    ticket = await hall.ticket("A003")
    assert (ticket.priority_class, ticket.target_window) == (PriorityClass.ORDINARY, 2)
    assert await call(hall, 2) == "A003"


# --- re-routing -----------------------------------------------------------------------------------


async def test_rerouted_by_its_place(hall: Hall) -> None:
    """It keeps its number, its class and its place by issue: nobody loses by a wrong choice at the kiosk."""
    police = await give(hall, category="police")
    moved = ticket_of(await hall.reroute("A002", to_category="police", actor="导引台"))
    assert (moved.category, moved.target_window, moved.ahead) == ("police", None, 0)
    assert [await call(hall, 2), await call(hall, 3)] == ["A002", "A001"]
    assert police in await _waiting(hall)


async def test_rerouted_to_a_window_and_back_to_all(hall: Hall) -> None:
    moved = ticket_of(await hall.reroute("A001", to_window=2))
    assert (moved.target_window, moved.category) == (2, "tax")
    assert await call(hall, 1) == "A002"
    back = ticket_of(await hall.reroute("A001", to_category="tax"))
    assert (back.target_window, back.ahead) == (None, 0)
    assert await call(hall, 3) == "A001"


async def test_only_who_waits_is_rerouted_and_only_to_who_works(hall: Hall) -> None:
    await hall.close_window(2)
    with pytest.raises(TargetClosed):
        await hall.reroute("A001", to_window=2)
    await call(hall, 1)
    with pytest.raises(IllegalMove):
        await hall.reroute("A001", to_window=3)
    with pytest.raises(TypeError):
        await hall.reroute("A002")
    with pytest.raises(TypeError):
        await hall.reroute("A002", to_window=3, to_category="tax")


# --- one ticket a person --------------------------------------------------------------------------


async def test_one_open_ticket_a_person_and_category(hall: Hall) -> None:
    number = await give(hall, person="hash")
    with pytest.raises(DuplicateTicket) as refused:
        await give(hall, person="hash", priority_class="priority")
    assert number in refused.value.message
    assert number in refused.value.hint
    assert "hash" not in refused.value.message + refused.value.hint
    await give(hall, category="police", person="hash")
    await give(hall, person="another")
    await give(hall)
    await hall.call(1, number)
    with pytest.raises(DuplicateTicket):
        await give(hall, person="hash")
    await hall.start(1)
    await hall.finish(1)
    again = await give(hall, person="hash")
    await hall.cancel(again)
    await give(hall, person="hash")


async def test_no_second_ticket_of_a_category_by_rerouting(hall: Hall) -> None:
    number = await give(hall, person="hash")
    other = await give(hall, category="police", person="hash")
    with pytest.raises(DuplicateTicket) as refused:
        await hall.reroute(other, to_category="tax")
    assert number in refused.value.message
    kept = await hall.ticket(other)
    assert (kept.category, kept.state) == ("police", TicketState.WAITING)
    # To a window, or back to all of its own category, it stays the one that it is.
    await hall.reroute(other, to_window=2)
    assert ticket_of(await hall.reroute(other, to_category="police")).target_window is None
    await hall.cancel(number)
    assert ticket_of(await hall.reroute(other, to_category="tax")).category == "tax"


# --- a key that is pressed twice ------------------------------------------------------------------


async def _press(hall: Hall, **asked: Any) -> tuple[str, bool]:
    done = await hall.issue(**{"category": "tax", "origin": "kiosk", **asked})
    assert done.print_job is not None
    return ticket_of(done).number, done.is_repeat


@pytest.mark.parametrize(
    ("seconds", "is_repeat"), [(0, True), (1.9, True), (2, False), (-1, True), (-180, False)]
)
async def test_two_presses_within_two_seconds_are_one(
    hall: Hall, clock: FixedClock, seconds: float, is_repeat: bool
) -> None:
    """And a clock that is put back does not give all others the former visitor's number."""
    first = await hall.issue(category="tax", origin="kiosk")
    clock.advance(timedelta(seconds=seconds))
    again = await hall.issue(category="tax", origin="kiosk")
    assert again.is_repeat == is_repeat
    assert (again.ticket == first.ticket) == is_repeat
    assert (again.print_job == first.print_job) == is_repeat
    assert again.windows == first.windows == (1, 3)
    assert len(await hall.tickets()) == (5 if is_repeat else 6)
    assert len(await hall.print_jobs()) == (5 if is_repeat else 6)


@pytest.mark.parametrize(
    "other",
    [
        {"category": "police"},
        {"origin": "other"},
        {"origin": ""},
        {"priority_class": "priority"},
        {"person": "hash"},
        {"need": "手语"},
    ],
)
async def test_another_choice_is_no_second_press(hall: Hall, other: dict[str, Any]) -> None:
    assert await _press(hall) == ("A005", False)
    number, is_repeat = await _press(hall, **other)
    assert not is_repeat
    assert number != "A005"


async def test_two_presses_with_a_person_and_items_are_one(hall: Hall) -> None:
    """Not a duplicate, which would be refused."""
    item = Item("T1", "申报", "", "", "tax", "", False, False, "sb", "")
    await hall.import_items([item], source="test")
    asked: dict[str, Any] = {"person": "hash", "items": ["T1", "T1"], "category": None}
    assert await _press(hall, **asked) == ("A005", False)
    assert await _press(hall, **asked) == ("A005", True)
    assert await _press(hall, category="social") == ("C001", False)
    assert await _press(hall, category="social") == ("C001", True)


async def test_a_second_press_after_the_call_is_still_the_first(hall: Hall) -> None:
    await _press(hall)
    await hall.call(1, "A005")
    done = await hall.issue(category="tax", origin="kiosk")
    assert ticket_of(done).state is TicketState.CALLED
    assert done.is_repeat


# --- groups ---------------------------------------------------------------------------------------


async def test_the_group_is_nowhere_to_be_seen(hall: Hall) -> None:
    """Only 优先 is said; why, is kept for statistics (requirements 5)."""
    done = await hall.issue(category="tax", priority_class="priority", group="disabled")
    number = ticket_of(done).number
    assert ticket_of(done).group == "disabled"
    assert await call(hall, 1) == "A001"
    await hall.hold(1)
    await hall.call(1, number, actor="1001")
    job = await hall.print_job(done.print_job or 0)
    assert job is not None
    assert job.document.mark == "优先"
    again = await hall.print_job((await hall.reprint(number)).print_job or 0)
    assert again is not None
    entries = [each.as_json() for each in await hall.entries(0)]
    ticket = await hall.ticket(number)
    seen = [
        repr((job, again, await hall.board(), (await hall.overview()).lines)),
        json.dumps([entries, ticket.as_json()], ensure_ascii=False),
        await hall.why(number),
        repr(await hall.lines()),
    ]
    for text in seen:
        for word in ("disabled", "残"):
            assert word not in text
    assert ticket.group == "disabled"


# --- priority slips -------------------------------------------------------------------------------


async def _outage(hall: Hall, clock: FixedClock) -> None:
    await hall.close_day(outage=True, reason="停电", actor="主任")
    clock.advance(timedelta(days=1))
    for window in (1, 2, 3):
        await hall.open_window(window)


async def test_a_slip_is_good_once_on_the_next_working_day(hall: Hall, clock: FixedClock) -> None:
    number = await give(hall, person="hash", need="手语", priority_class="priority", group="sick")
    with pytest.raises(UnknownSlip):
        await hall.issue(slip=number)
    await _outage(hall, clock)
    done = await hall.issue(slip=number.lower())
    ticket = ticket_of(done)
    assert (ticket.priority_class, ticket.category, ticket.need, ticket.person, ticket.group) == (
        PriorityClass.PRIORITY, "tax", "手语", "hash", "sick",
    )  # fmt: skip
    with pytest.raises(UnknownSlip):
        await hall.issue(slip=number)
    with pytest.raises(UnknownSlip):
        await hall.issue(slip="A099")
    plain = ticket_of(await hall.issue(slip="A002"))
    assert (plain.priority_class, plain.group) == (PriorityClass.PRIORITY, None)
    clock.advance(timedelta(days=1))
    with pytest.raises(UnknownSlip) as refused:
        await hall.issue(slip="A003")
    assert "A003" in refused.value.message


@pytest.mark.parametrize("how", ["and back", "rerouted", "second stop", "own category"])
async def test_a_slip_is_for_what_was_left_to_do(hall: Hall, clock: FixedClock, how: str) -> None:
    items = [Item(code, "事", "", "", of, "", False, False, "s", "") for code, of in
             (("T1", "tax"), ("P1", "police"))]  # fmt: skip
    await hall.import_items(items, source="test")
    number = await give(hall, items=("T1", "P1") if how == "second stop" else ("T1",))
    stops: tuple[str, ...] = ("tax",)
    if how == "rerouted":
        await hall.reroute(number, to_category="police")
        stops = ("police",)
    elif how != "own category":
        await hall.call(1, number)
        await hall.start(1)
        if how == "and back":
            await hall.transfer(1, to_category="police", and_back=True)
            stops = ("police", "tax")
        else:
            await hall.finish(1)
            stops = ("police",)
    await _outage(hall, clock)
    ticket = ticket_of(await hall.issue(slip=number))
    assert (ticket.category, *ticket.route) == stops
    assert "T1" in ticket.items


async def test_an_outage_spares_who_was_passed(hall: Hall, clock: FixedClock) -> None:
    """Who did not come when called gets no slip; who was called or served does."""
    await call(hall, 1)
    await pass_over(hall, 1)
    await call(hall, 1)
    await call(hall, 3)
    await hall.start(3)
    await _outage(hall, clock)
    with pytest.raises(UnknownSlip):
        await hall.issue(slip="A001")
    for number in ("A002", "A003", "A004"):
        await hall.issue(slip=number)


async def test_refusals_of_the_entrance_change_nothing(hall: Hall) -> None:
    before = await hall.entries(0)
    for step in (
        hall.unpin("A001"),
        hall.wake("A001"),
        hall.reroute("A001", to_window=5),
        hall.issue(category="tax", need="德语"),
        hall.issue(category="tax", window=1, need="德语"),
    ):
        with pytest.raises(QueueRefusal):
            await step
    assert await hall.entries(0) == before
