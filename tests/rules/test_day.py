"""Business dates, and clocks that lie (DESIGN 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.halls import MORNING, PRINTER, memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import (
    NothingToUndo,
    NothingWaiting,
    OutsideHours,
    ReasonMissing,
    UnknownSlip,
    UnknownTicket,
    WindowBusy,
    WindowClosed,
    WindowIdle,
)
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.window import WindowState

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


async def _kinds(hall: Hall) -> list[EventKind]:
    return [entry.event.kind for entry in await hall.entries(0, 10_000)]


@pytest.mark.parametrize(
    ("at", "on"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
async def test_the_date_is_the_halls_own(at: datetime, on: date) -> None:
    """Midnight in Shanghai is 16:00 UTC."""
    hall = memory_hall(FixedClock(at))
    done = await hall.issue(category="tax")
    assert done.ticket is not None
    assert done.ticket.business_date == on
    assert (await hall.overview()).business_date == on


@pytest.mark.usefixtures("open_windows")
async def test_a_new_day_begins_anew(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    await issue("tax", 3)
    await issue("police", 1)
    await hall.call_next(1)
    await hall.start(1)
    await hall.call_next(2)
    clock.advance(DAY)
    assert await hall.tickets() == []
    assert await issue("tax") == "A001"
    turned = next(e for e in await hall.entries(0) if e.event.kind is EventKind.DAY_TURNED)
    assert turned.event.data == {
        "former": "2026-03-02", "ended": ["A001", "A002", "A003", "B001"],
    }  # fmt: skip
    assert turned.business_date == MONDAY + DAY
    assert [each.state for each in await hall.tickets()] == [TicketState.WAITING]
    # Who was being served counts as finished, who waited as passed; every window is free and closed.
    monday = await hall.store.read(lambda records: records.in_state(MONDAY, None, 9))
    assert {each.number: (each.state, each.reason) for each in monday} == {
        "A001": (TicketState.FINISHED, "日终"),
        "A002": (TicketState.PASSED, "日终"),
        "A003": (TicketState.PASSED, "日终"),
        "B001": (TicketState.PASSED, "日终"),
    }
    with pytest.raises(WindowClosed):
        await hall.call_next(1)
    for window in (1, 2):
        await hall.open_window(window)
    with pytest.raises(WindowIdle):
        await hall.finish(1)
    assert (await hall.call_next(1)).ticket is not None
    with pytest.raises(NothingWaiting):
        await hall.call_next(2)
    with pytest.raises(UnknownTicket):
        await hall.reinstate("A002")


@pytest.mark.parametrize("days", [1, 400])
async def test_windows_close_with_their_day(hall: Hall, clock: FixedClock, days: int) -> None:
    """Open, paused, busy: nobody works there overnight; one that was closed is not closed again."""
    for window in (1, 2):
        await hall.open_window(window)
    await hall.pause_window(2, reason="用餐")
    await hall.issue(category="tax")
    await hall.call_next(1)
    clock.advance(days * DAY)
    await hall.issue(category="tax")
    for window in (1, 2, 3):
        kept = (await hall.window_view(window)).window
        assert (kept.state, kept.reason) == (WindowState.CLOSED, None)
        assert kept.since == (clock.at if window != 3 else None)
    closed = [e for e in await hall.entries(0) if e.event.kind is EventKind.WINDOW_CLOSED]
    assert [(e.event.window, e.event.data) for e in closed] == [
        (1, {"reason": "日终"}), (2, {"reason": "日终"}),
    ]  # fmt: skip
    assert {e.business_date for e in closed} == {MONDAY + days * DAY}


async def test_a_day_turns_once(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    await issue()
    clock.advance(3 * DAY)
    await issue("tax", 2)
    assert (await _kinds(hall)).count(EventKind.DAY_TURNED) == 1
    assert (await hall.ticket("A002")).business_date == MONDAY + 3 * DAY


@pytest.mark.usefixtures("open_windows")
async def test_a_past_day_is_not_reopened(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    """A pass just before midnight is not taken back into the new day."""
    clock.at = datetime(2026, 3, 2, 15, 59, 50, tzinfo=UTC)
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    clock.advance(timedelta(seconds=20))
    await issue("police")
    with pytest.raises(WindowClosed):
        await hall.undo(1)
    await hall.open_window(1)
    with pytest.raises(NothingToUndo):
        await hall.undo(1)
    (left,) = await hall.store.read(lambda records: records.in_state(MONDAY, None, 9))
    assert left.state is TicketState.PASSED


@pytest.mark.usefixtures("open_windows")
@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=400)])
async def test_a_clock_that_jumps_back(
    hall: Hall, issue: Issue, clock: FixedClock, back: timedelta
) -> None:
    """No number again, no other order, no former day, and one report a jump."""
    await issue("tax", 3)
    clock.advance(-back)
    assert await issue("tax", 2) == "A005"
    ticket = await hall.ticket("A005")
    assert ticket.business_date == MONDAY
    assert (ticket.issued_at, ticket.ahead) == (MORNING - back, 4)
    numbers = []
    for _each in range(5):
        called = (await hall.call_next(1)).ticket
        assert called is not None
        numbers.append(called.number)
        await hall.start(1)
        await hall.finish(1)
    assert numbers == ["A001", "A002", "A003", "A004", "A005"]
    kinds = await _kinds(hall)
    assert kinds.count(EventKind.CLOCK_WENT_BACK) == 1
    assert EventKind.DAY_TURNED not in kinds
    clock.advance(-back)
    await issue()
    report = [e for e in await hall.entries(0) if e.event.kind is EventKind.CLOCK_WENT_BACK]
    assert len(report) == 2
    assert report[0].event.data == {"latest_at": MORNING.isoformat()}
    assert report[1].event.data == {"latest_at": (MORNING - back).isoformat()}


@pytest.mark.parametrize(("seconds", "reports"), [(1.9, 0), (2, 0), (2.1, 1)])
async def test_small_corrections_are_not_reported(
    hall: Hall, issue: Issue, clock: FixedClock, seconds: float, reports: int
) -> None:
    await issue()
    clock.advance(timedelta(seconds=-seconds))
    await issue()
    assert (await _kinds(hall)).count(EventKind.CLOCK_WENT_BACK) == reports


async def test_small_corrections_add_up(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    """The journal waits for the clock; a clock that goes on stepping back is reported after all."""
    for _each in range(3):
        await issue()
        clock.advance(timedelta(seconds=-0.9))
    entries = await hall.entries(0)
    assert {entry.at for entry in entries[-3:]} == {MORNING}
    assert EventKind.CLOCK_WENT_BACK not in [entry.event.kind for entry in entries]
    await issue()
    assert (await _kinds(hall))[-2:] == [EventKind.CLOCK_WENT_BACK, EventKind.TICKET_ISSUED]


async def test_a_clock_that_comes_right_again(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    """Back to the truth within the same day: nothing turns, and counting goes on."""
    await issue()
    clock.advance(timedelta(days=-90))
    await issue()
    clock.advance(timedelta(days=90))
    assert await issue() == "A003"
    kinds = await _kinds(hall)
    assert kinds.count(EventKind.CLOCK_WENT_BACK) == 1
    assert EventKind.DAY_TURNED not in kinds


async def test_a_clock_that_jumps_on_and_back(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    """A date that was reached stays: numbers go on in it, and none is given twice."""
    await issue("tax", 2)
    clock.advance(40 * DAY)
    assert await issue() == "A001"
    clock.advance(-40 * DAY)
    assert await issue() == "A002"
    ticket = await hall.ticket("A002")
    assert ticket.business_date == MONDAY + 40 * DAY
    monday = await hall.store.read(lambda records: records.in_state(MONDAY, None, 9))
    assert [each.number for each in monday] == ["A002", "A001"]
    assert (await hall.overview()).business_date == MONDAY + 40 * DAY


@pytest.mark.usefixtures("open_windows")
async def test_a_refused_command_changes_nothing_but_the_day_it_saw(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    await issue()
    await hall.call_next(1)
    clock.advance(DAY)
    with pytest.raises(WindowClosed):
        await hall.start(1)
    assert (await hall.window_view(1)).ticket is None
    assert (await _kinds(hall))[-5:] == [
        EventKind.TICKET_PASSED, *[EventKind.WINDOW_CLOSED] * 3, EventKind.DAY_TURNED,
    ]  # fmt: skip
    clock.advance(-2 * DAY)
    for _each in range(2):
        with pytest.raises(UnknownTicket):
            await hall.cancel("A077")
    assert (await _kinds(hall)).count(EventKind.CLOCK_WENT_BACK) == 1


# --- the end of the day by hand -------------------------------------------------------------------


@pytest.mark.usefixtures("open_windows")
async def test_closing_the_day_passes_who_waits(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await issue("police")
    await hall.call_next(1)
    with pytest.raises(WindowBusy):
        await hall.close_day(actor="主任")
    await hall.hold(1, kind="kept")
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.call_next(2)
    await hall.transfer(2, to_window=1)
    done = await hall.close_day(reason="收工", actor="主任")
    assert [each.number for each in done.tickets] == ["A001", "A003", "B001"]
    for each in await hall.tickets():
        assert each.state in (TicketState.PASSED, TicketState.FINISHED)
        assert (each.hold, each.target_window) == (None, None)
    assert {each.window.state for each in (await hall.overview()).windows} == {WindowState.CLOSED}
    step = (await hall.entries(0))[-1]
    assert (step.event.kind, step.actor) == (EventKind.DAY_CLOSED, "主任")
    assert step.event.data["ended"] == ["A001", "A003", "B001"]
    # Again it finds nobody; the day may go on, and who was passed may come back.
    assert (await hall.close_day()).tickets == ()
    await hall.open_window(1)
    await hall.reinstate("A003")
    assert (await hall.call_next(1)).ticket is not None


async def test_an_outage_sends_home_with_slips(clock: FixedClock) -> None:
    """Requirements 4.10: on paper, good to the next working day's end, also for who is served now."""
    clock.at = MORNING + 4 * DAY  # a Friday
    hall = memory_hall(clock, small_settings(PRINTER))
    for window in (1, 2, 3):
        await hall.open_window(window)
    for _each in range(4):
        await hall.issue(category="tax")
    await hall.call_next(1)
    await hall.start(1)
    await hall.call_next(3)
    with pytest.raises(ReasonMissing):
        await hall.close_day(outage=True, reason="  ")
    done = await hall.close_day(outage=True, reason="停电", actor="主任")
    monday = date(2026, 3, 9)
    assert [(each.number, each.state, each.valid_on) for each in done.tickets] == [
        (f"A00{n}", TicketState.VOID, monday) for n in range(1, 5)
    ]
    papers = [each.document for each in await hall.print_jobs()][:4]
    assert {each.valid_on for each in papers} == {"2026-03-09"}
    assert {each.number for each in papers} == {"A001", "A002", "A003", "A004"}
    assert (await hall.store.read(lambda records: records.active())) == []
    # Saturday is no working day.
    clock.advance(DAY)
    with pytest.raises(OutsideHours):
        await hall.issue(slip="A002", origin="kiosk")
    clock.advance(2 * DAY)
    done = await hall.issue(slip="A002", origin="kiosk")
    assert done.ticket is not None
    assert done.ticket.priority_class is PriorityClass.PRIORITY
    clock.advance(DAY)
    with pytest.raises(UnknownSlip):
        await hall.issue(slip="A003", origin="kiosk")


@pytest.mark.usefixtures("open_windows")
async def test_everything_ends_with_its_day(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    """Whatever state it was in: pinned, directed, held, on a route, in a surge."""
    await issue("tax", 7)
    await hall.pin("A007", reason="急事", actor="主任")
    await hall.reroute("A006", to_window=2)
    await hall.call(1, "A001")
    await hall.hold(1, kind="outside")
    await hall.call(1, "A002")
    await hall.transfer(1, to_category="police", and_back=True)
    await hall.call(1, "A003")
    await hall.start(1)
    await hall.call(3, "A004")
    await hall.issue(category="tax", route=("police",))
    await hall.set_surge(True, reason="年审")
    clock.advance(DAY)
    await issue()
    monday = await hall.store.read(lambda records: records.in_state(MONDAY, None, None))
    assert len(monday) == 8
    ended = {TicketState.PASSED, TicketState.FINISHED}
    assert {each.state for each in monday} == ended
    assert [each.number for each in monday if each.state is TicketState.FINISHED] == ["A003"]
    assert {(each.hold, each.target_window) for each in monday} == {(None, None)}
    assert (await hall.store.read(lambda records: records.active())) == []


# --- waits, when the clock lies -------------------------------------------------------------------

YEARS = timedelta(days=2250)


async def _call(hall: Hall, window: int = 3) -> str:
    ticket = (await hall.call_next(window)).ticket
    assert ticket is not None
    await hall.start(window)
    await hall.finish(window)
    return ticket.number


@pytest.mark.parametrize("policy", ["fifo", "alternating", "accumulating"])
@pytest.mark.parametrize("back", [timedelta(hours=1), YEARS])
async def test_a_clock_put_back_lets_nobody_be_overtaken(
    clock: FixedClock, policy: str, back: timedelta
) -> None:
    """A dead battery at noon: who has waited goes on having waited, between lines too."""
    hall = memory_hall(clock, small_settings(f'[dispatch]\npolicy = "{policy}"\n'))
    for window in (1, 2, 3):
        await hall.open_window(window)
    await hall.issue(category="tax")
    clock.advance(timedelta(minutes=10))
    await hall.issue(category="tax")
    clock.advance(-back)
    await hall.issue(category="police")
    clock.advance(timedelta(minutes=5))
    await hall.issue(category="police")
    assert [await _call(hall) for _each in range(4)] == ["A001", "A002", "B001", "B002"]
    waits = [
        entry.event.data["waited"]
        for entry in await hall.entries(0)
        if entry.event.kind is EventKind.TICKET_CALLED
    ]
    # The moment at which the clock stood still between two commands cannot be known.
    assert waits == [15 * 60, 5 * 60, 5 * 60, 0]


@pytest.mark.parametrize("policy", ["fifo", "alternating", "accumulating"])
async def test_a_small_correction_lets_nobody_be_overtaken(clock: FixedClock, policy: str) -> None:
    """Who comes when the clock was set a second back has not come a second before those in line."""
    hall = memory_hall(clock, small_settings(f'[dispatch]\npolicy = "{policy}"\n'))
    await hall.open_window(3)
    await hall.issue(category="police")
    clock.advance(timedelta(seconds=-1))
    await hall.issue(category="police")
    await hall.issue(category="tax")
    await hall.issue(category="tax")
    assert [await _call(hall) for _each in range(4)] == ["B001", "B002", "A001", "A002"]


async def test_a_small_correction_brings_no_class_forward(clock: FixedClock) -> None:
    """First come, first served, over all classes."""
    hall = memory_hall(clock, small_settings('[dispatch]\npolicy = "fifo"\n'))
    await hall.open_window(3)
    await hall.issue(category="police")
    clock.advance(timedelta(seconds=-1))
    await hall.issue(category="tax")
    await hall.issue(category="police", priority_class="priority")
    assert [await _call(hall) for _each in range(3)] == ["B001", "A001", "B002"]


async def test_a_clock_put_right_makes_nobody_wait_for_years(clock: FixedClock) -> None:
    """Else all waits are alike, and the class with the highest rate is always first."""
    hall = memory_hall(clock)
    await hall.open_window(3)
    clock.advance(-YEARS)
    await hall.open_window(1)
    assert (await hall.overview()).business_date == MONDAY
    await hall.issue(category="tax")
    clock.advance(timedelta(minutes=10))
    await hall.issue(category="tax", priority_class="priority")
    await hall.pin("A001", reason="急事", actor="主任")
    clock.advance(YEARS)
    with pytest.raises(UnknownTicket):
        await hall.cancel("A077")
    clock.advance(timedelta(minutes=1))
    # A place that is given back is that of before; the wait goes on.
    await hall.unpin("A001")
    assert [await _call(hall), await _call(hall)] == ["A001", "A002"]
    kinds = await _kinds(hall)
    assert kinds.count(EventKind.CLOCK_CAME_RIGHT) == 1
    assert kinds.count(EventKind.CLOCK_WENT_BACK) == 1
    assert EventKind.DAY_TURNED not in kinds
    why = await hall.why("A001")
    assert why == "A001（普通）等 11 分钟得 11 分，高于 A002（优先 1 分钟 4 分）"
