"""Who is next at a window: pins, returns, help, needs, directed tickets, and why, in one sentence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.halls import sqlite_hall
from tests.rules.fair_hall import MINUTE, call, fair_hall, give, pass_over, serve, served, ticket_of
from yichuang.clock import FixedClock
from yichuang.errors import NothingWaiting, NotServedHere, NotYours
from yichuang.queue.dispatch import Duty
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.store.sqlite import SqliteMemory, SqliteStore


async def _line(hall: Hall, clock: FixedClock, *classes: str) -> None:
    """One ticket a minute."""
    for each in classes:
        await give(hall, priority_class=each)
        clock.advance(MINUTE)


ORDER = {
    'policy = "fifo"': ["A001", "A002", "A003", "A004", "A005", "A006"],
    'policy = "alternating"': ["A003", "A004", "A001", "A006", "A002", "A005"],
    'policy = "alternating"\nfront_calls = 1': ["A003", "A001", "A004", "A002", "A006", "A005"],
    'policy = "accumulating"': ["A003", "A004", "A001", "A002", "A006", "A005"],
}


@pytest.mark.parametrize("dispatch", ORDER)
async def test_the_policies_in_one_line(clock: FixedClock, dispatch: str) -> None:
    hall = await fair_hall(clock, 1, dispatch=dispatch)
    await _line(hall, clock, "ordinary", "ordinary", "priority", "priority", "ordinary", "priority")
    assert await served(hall, 1) == ORDER[dispatch]


@pytest.mark.parametrize("front_calls", [1, 2, 5])
async def test_by_turns_an_appointment_does_not_starve(clock: FixedClock, front_calls: int) -> None:
    """While one of the green channel comes for each that is called, all day long."""
    dispatch = f'policy = "alternating"\nfront_calls = {front_calls}'
    more = "[appointment]\ndays_ahead_least = 0\n"
    hall = await fair_hall(clock, 1, dispatch=dispatch, more=more)
    slot = clock.at + 30 * MINUTE
    booked = await hall.appointments.book(slot, category="tax", phone="13812341234")
    assert booked.appointment is not None
    came = ticket_of(await hall.appointments.check_in(booked.appointment.code))
    clock.at = slot - MINUTE
    await _line(hall, clock, "priority", "ordinary", "ordinary")
    calls = []
    for _each in range(8):
        await give(hall, priority_class="priority")
        calls.append(await serve(hall, 1))
        clock.advance(MINUTE)
    assert calls.count(came.number) == 1
    front = [each for each in calls if each not in ("A003", "A004")]
    assert front.index(came.number) == 1, "behind the one who came before its slot"


async def test_a_pin_goes_before_all(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    await _line(hall, clock, "ordinary", "priority", "ordinary", "ordinary")
    await hall.pin("A004", reason="孕妇不适", actor="主任")
    await hall.pin("A003", reason="赶火车", actor="主任")
    assert await served(hall, 1) == ["A004", "A003", "A002", "A001"]
    assert await hall.why("A004") == "A004 已置顶，先叫"


async def test_who_returns_to_a_window_goes_first(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await _line(hall, clock, "priority", "ordinary", "ordinary")
    assert await call(hall, 1) == "A001"
    await hall.hold(1, kind="kept")
    await hall.wake("A001")
    assert await call(hall, 3) == "A002"
    assert await call(hall, 1) == "A001"
    assert await hall.why("A001") == "A001 是转来或取回到这个窗口的，先叫"


async def test_the_window_for_servicemen(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 3)
    await _line(hall, clock, "ordinary")
    clock.advance(60 * MINUTE)
    await _line(hall, clock, "priority")
    assert await call(hall, 3) == "A002"
    assert await hall.why("A002") == "3 号是军人优先窗口，A002（优先）先叫"


async def test_a_directed_ticket_waits_for_its_window(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 2, 3)
    await give(hall, window=1)
    await give(hall, category="police", window=1)
    assert await call(hall, 3) == ""
    with pytest.raises(NotYours):
        await hall.call(3, "A001")
    assert await served(hall, 1) == ["A001", "B001"]
    step = (await hall.history("A001"))[1].event
    assert (step.data["rule"], step.window) == ("directed", 1)


async def test_what_a_ticket_asks_for(clock: FixedClock) -> None:
    """A skill is found at a window of the category; special windows serve who asks for them, only."""
    hall = await fair_hall(clock, 1, 2, 3, 4)
    signs = await give(hall, need="手语")
    far = await give(hall, need="cross_region")
    plain = await give(hall)
    for window in (2, 3):
        with pytest.raises(NotServedHere):
            await hall.call(window, signs)
    assert await call(hall, 4) == far
    assert await call(hall, 3) == plain
    assert await call(hall, 1) == signs
    assert ticket_of(await hall.issue(category="tax", need="手语")).ahead == 0


async def test_a_surge_opens_special_windows_to_everybody(clock: FixedClock) -> None:
    """In its own categories and in help; and no longer than the surge lasts."""
    hall = await fair_hall(clock, 4)
    helped = await give(hall, category="police")
    plain = await give(hall)
    far = await give(hall, need="cross_region")
    last = await give(hall)
    with pytest.raises(NotServedHere):
        await hall.call(4, plain)
    await hall.set_surge(True, reason="年审", actor="主任")
    assert await served(hall, 4, 3) == [plain, far, last]
    assert await served(hall, 4) == [helped]
    again = await give(hall)
    await hall.set_surge(False)
    assert await call(hall, 4) == ""
    with pytest.raises(NotServedHere):
        await hall.call(4, again)


async def test_a_category_of_special_windows_alone_asks_for_them(clock: FixedClock) -> None:
    """Nobody waits for ever in a line that no window calls."""
    hall = await fair_hall(clock, 1, 5)
    number = await give(hall, category="social")
    assert (await hall.ticket(number)).need == "collection"
    english = await give(hall, category="social", need="英语")
    await give(hall)
    await call(hall, 1)
    moved = ticket_of(await hall.transfer(1, to_category="social"))
    assert moved.need == "collection"
    assert await served(hall, 5) == [moved.number, number, english]


async def test_a_skill_is_not_asked_for_where_nobody_has_it(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 2)
    number = await give(hall, need="手语", route=("police", "social"))
    await serve(hall, 1)
    assert (await hall.ticket(number)).need == "手语"
    await hall.close_window(2)
    assert await serve(hall, 1) == number
    assert (await hall.ticket(number)).need == "collection"
    again = await give(hall, category="social", need="英语")
    moved = ticket_of(await hall.reroute(again, to_category="police"))
    assert (moved.need, moved.category) == ("", "police")


# --- not back to the window that just dropped it --------------------------------------------------


async def _passed_and_back(hall: Hall, window: int) -> str:
    number = await call(hall, window)
    await pass_over(hall, window)
    await hall.reinstate(number)
    return number


async def test_not_back_to_the_window_that_passed_it(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    assert await _passed_and_back(hall, 1) == "A001"
    with pytest.raises(NothingWaiting):
        await hall.call_next(1)
    assert await call(hall, 3) == "A001"


async def test_nor_to_the_window_that_sent_it_on(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    await give(hall)
    await call(hall, 1)
    await hall.transfer(1, to_category="tax")
    assert await serve(hall, 1) == "A002"
    # It has called another since.
    assert await serve(hall, 1) == "A001"


async def test_one_behind_the_dropped_head_is_next(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3, missed="calls = 1\ngap_seconds = 0\nput_back = 0")
    for _each in range(3):
        await give(hall)
    assert await _passed_and_back(hall, 1) == "A001"
    assert [await serve(hall, 1), await serve(hall, 1)] == ["A002", "A001"]


@pytest.mark.parametrize("others", ["closed", "paused", "not theirs", "dropped it too"])
async def test_it_comes_back_when_nobody_else_may_call_it(clock: FixedClock, others: str) -> None:
    """Nobody is forgotten, not even when each window has dropped the one who waits."""
    hall = await fair_hall(clock, *((1,) if others in ("closed", "not theirs") else (1, 3)))
    await give(hall)
    if others == "paused":
        await hall.pause_window(3, reason="用餐")
    if others == "not theirs":
        await hall.open_window(4)
    assert await _passed_and_back(hall, 1) == "A001"
    if others == "dropped it too":
        assert await _passed_and_back(hall, 3) == "A001"
    assert await call(hall, 1) == "A001"


@pytest.mark.parametrize("busy", ["called", "serving"])
async def test_it_comes_back_while_the_others_are_busy(clock: FixedClock, busy: str) -> None:
    """An idle window and one who waits: nobody is to wait for a free window when there is one."""
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    await give(hall)
    assert await _passed_and_back(hall, 1) == "A001"
    assert await call(hall, 3) == "A002"
    if busy == "serving":
        await hall.start(3)
    assert await call(hall, 1) == "A001"


async def test_it_waits_for_a_window_that_is_free_again(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    await give(hall)
    assert await _passed_and_back(hall, 1) == "A001"
    assert await serve(hall, 3) == "A002"
    assert await call(hall, 1) == ""
    assert await call(hall, 3) == "A001"


@pytest.mark.parametrize("way", ["passed", "sent on"])
@pytest.mark.parametrize(
    ("seconds", "again"), [(119, ""), (120, "A001"), (-119, ""), (-120, "A001")]
)
async def test_it_comes_back_after_two_minutes(
    clock: FixedClock, way: str, seconds: int, again: str
) -> None:
    """A free window that does not call does not keep it for ever, nor does a clock that is put back."""
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    if way == "passed":
        assert await _passed_and_back(hall, 1) == "A001"
    else:
        await call(hall, 1)
        await hall.transfer(1, to_category="tax")
    clock.advance(timedelta(seconds=seconds))
    assert await call(hall, 1) == again


async def test_two_minutes_give_it_its_place_again(clock: FixedClock) -> None:
    """Not only when nobody else waits: it is the head that it was."""
    settings = "calls = 1\ngap_seconds = 0\nput_back = 0"
    hall = await fair_hall(clock, 1, 3, missed=settings)
    for _each in range(3):
        await give(hall)
    assert await _passed_and_back(hall, 1) == "A001"
    clock.advance(2 * MINUTE)
    assert await served(hall, 1) == ["A001", "A002", "A003"]


async def test_the_clerk_may_still_choose_it(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await give(hall)
    number = await _passed_and_back(hall, 1)
    assert ticket_of(await hall.call(1, number)).state is TicketState.CALLED


# --- why ------------------------------------------------------------------------------------------


async def test_nothing_to_say_of_who_was_not_called(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    assert await hall.why(await give(hall)) == ""


async def test_why_by_arrival(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, dispatch='policy = "fifo"')
    await _line(hall, clock, "ordinary", "priority")
    assert await call(hall, 1) == "A001"
    assert await hall.why("A001") == "A001（普通）等了 2 分钟，在 2 个队首中来得最早"
    assert (await hall.window_view(1)).why == await hall.why("A001")
    await hall.start(1)
    await hall.finish(1)
    assert await call(hall, 1) == "A002"
    assert await hall.why("A002") == "A002（优先）等了 1 分钟，是唯一可叫的队首"


async def test_why_by_turns(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, dispatch='policy = "alternating"')
    await _line(hall, clock, *["priority"] * 3, "ordinary")
    await give(hall, priority_class="priority", need="手语")
    await served(hall, 1, 4)
    turn = "{}（优先）等了 {} 分钟，本窗口连叫前列的号还没到 2 个，先叫它"
    assert await hall.why("A001") == turn.format("A001", 4)
    assert await hall.why("A002") == turn.format("A002", 3)
    assert await hall.why("A004") == "1 号窗口已连叫 2 个前列的号，轮到一个普通号：A004 等了 1 分钟"
    assert await hall.why("A003") == "A003（优先）等了 2 分钟，在 2 个队首中来得最早"


async def test_why_by_turns_between_ordinary_tickets(clock: FixedClock) -> None:
    """Two lines, both ordinary: nothing to alternate, so arrival decides and is said."""
    hall = await fair_hall(clock, 1, dispatch='policy = "alternating"')
    await _line(hall, clock, "ordinary")
    await give(hall, need="手语")
    assert await call(hall, 1) == "A001"
    assert await hall.why("A001") == "A001（普通）等了 1 分钟，在 2 个队首中来得最早"


async def test_why_by_priority_gathered(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    await _line(hall, clock, "ordinary", "priority")
    clock.advance(3 * MINUTE)
    assert await call(hall, 1) == "A002"
    assert await hall.why("A002") == (
        "A002（优先）等 4 分钟得 16 分，高于 A001（普通 5 分钟 5 分）"
    )


async def test_why_between_equals(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    await give(hall)
    await give(hall, priority_class="priority")
    assert await call(hall, 1) == "A002"
    why = await hall.why("A002")
    assert why == "A002（优先）与 A001（普通）都得 0 分，类别靠前或来得早的先叫"


async def test_why_a_window_helped(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1, 3)
    await give(hall, category="police")
    assert await call(hall, 1) == "B001"
    assert (await hall.why("B001")).endswith("；本窗口自己的队空着，帮办「公安服务」")
    await hall.start(1)
    await hall.finish(1)
    for _each in range(11):
        await give(hall, category="police")
    clock.advance(MINUTE)
    await give(hall)
    assert await call(hall, 1) == "B002"
    assert (await hall.why("B002")).endswith("；「公安服务」等候的人多，帮办")
    await hall.start(1)
    await hall.finish(1)
    for _each in range(9):
        await serve(hall, 3)
    await give(hall)
    clock.advance(15 * MINUTE)
    assert await call(hall, 1) in ("B012", "A001")
    last = [each for each in await hall.tickets() if each.state is TicketState.CALLED]
    assert (await hall.why(last[0].number)).endswith("；「公安服务」的队首等得久，帮办")


async def test_why_out_of_order(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    await give(hall)
    await give(hall)
    await hall.call(1, "A002", actor="1001")
    assert await hall.why("A002") == "A002 由 1001 指定叫号，没有按顺序"
    await pass_over(hall, 1)
    await hall.call(1, "A002")
    assert await hall.why("A002") == "A002 过号后迟到，由 系统 直接补叫"


async def test_why_out_of_order_with_a_reason(clock: FixedClock) -> None:
    hall = await fair_hall(clock, 1)
    for _each in range(3):
        await give(hall)
    await hall.call(1, "A003", reason=" 材料{齐}\x1b[2J了\n ", actor="王")
    assert await hall.why("A003") == "A003 由 王 指定叫号（材料{齐}[2J了），没有按顺序"
    *_before, called = await hall.history("A003")
    assert called.actor == "王"
    assert called.event.data["reason"] == "材料{齐}[2J了"


# --- cost -----------------------------------------------------------------------------------------


async def test_choosing_costs_the_same_with_ten_and_with_thousands(
    tmp_path: Path, clock: FixedClock
) -> None:
    """Counted in steps of SQLite's own machine, not in time."""
    async with await sqlite_hall(tmp_path, clock) as hall:
        await _issue(hall, 40)
        few = await _steps(hall)
        await _issue(hall, 3000)
        assert await _steps(hall) == few


async def test_choosing_costs_the_same_after_years(tmp_path: Path, clock: FixedClock) -> None:
    """What a window called in the past is not walked through (`alternating` asks what it called today)."""
    async with await sqlite_hall(tmp_path, clock) as hall:
        await hall.open_window(1)
        await _issue(hall, 12)
        for _each in range(3):
            await serve(hall, 1)
        few = await _steps(hall)
        for _each in range(40):
            await _issue(hall, 12)
            for _again in range(8):
                await serve(hall, 1)
            clock.advance(timedelta(days=1))
            await hall.open_window(1)
        await _issue(hall, 12)
        assert await _steps(hall) <= few
        for _again in range(3):
            await serve(hall, 1)
        assert await _steps(hall) <= few * 1.1


async def _issue(hall: Hall, count: int) -> None:
    for index in range(count):
        category = ("tax", "police")[index % 2]
        chosen = ("ordinary", "ordinary", "priority", "priority")[index % 4]
        await hall.issue(category=category, priority_class=chosen, origin="")


async def _steps(hall: Hall) -> int:
    """How many steps it takes to read all that a call wants to know."""
    assert isinstance(hall.store, SqliteStore)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    duty = Duty(1, ("tax",), ("police",), ("",), ("",))
    at = hall.clock.now()
    on = (await hall.overview()).business_date

    def look(memory: SqliteMemory) -> int:
        memory.line_lengths(["police"], 11, at)
        memory.recent_classes(1, on, 2)
        memory.last_call(1)
        memory.last_from("kiosk", on)
        return len(memory.heads(duty, at))

    reader = hall.store._reader
    await reader.set_progress_handler(count, 1)
    heads = await reader.read(lambda each: look(SqliteMemory(each)))
    await reader.set_progress_handler(lambda: 0, 0)
    assert heads >= 2
    return steps
