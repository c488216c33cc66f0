"""What a caller pad's keys do in a hall, over both stores (hardware 12)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.halls import memory_hall, small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.config.device import CallerAction
from yichuang.language import use_language
from yichuang.queue.caller import ACTION_LABELS, press
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.queue.window import WindowState


@pytest.fixture(params=["memory", "sqlite"])
async def hall(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[Hall]:
    """Three windows are open; A001, A002 and B001 wait."""
    settings = small_settings('[ticket]\npriority_prefix = "V"\n')
    hall = (
        memory_hall(clock, settings)
        if request.param == "memory"
        else await sqlite_hall(tmp_path, clock, settings)
    )
    async with hall:
        for window in (1, 2, 3):
            await hall.open_window(window)
        for category in ("tax", "tax", "police"):
            await hall.issue(category=category)
        yield hall


async def state(hall: Hall, number: str) -> tuple[TicketState, int | None]:
    ticket = await hall.ticket(number)
    return ticket.state, ticket.window


async def test_a_visit_without_a_screen(hall: Hall) -> None:
    assert await press(hall, 1, "next", "", "pad") == "A001 已叫号"
    assert await press(hall, 1, "recall", "", "pad") == "A001 已叫号"
    assert await press(hall, 1, "start_finish", "", "pad") == "A001 办理中"
    assert await press(hall, 1, "start_finish", "", "pad") == "A001 办结"
    actors = [entry.actor for entry in await hall.history("A001")]
    assert actors == ["", "pad", "pad", "pad", "pad"]


async def test_a_press_is_of_whoever_is_signed_in_at_the_window(hall: Hall) -> None:
    await hall.people.save(Staff("0231", "王芳", (Role.CLERK,)))
    await hall.people.take_post(1, "0231")
    await press(hall, 1, "next", "")
    await press(hall, 2, "next", "")
    assert [(await hall.history(each))[-1].actor for each in ("A001", "A002")] == ["0231", ""]


@pytest.mark.parametrize("served", [False, True])
async def test_next_never_loses_who_is_there(hall: Hall, served: bool) -> None:
    await press(hall, 1, "next", "")
    if served:
        await press(hall, 1, "start", "")
    before = await hall.ticket("A001")
    assert "A001" in await press(hall, 1, "next", "")
    assert "A001" in await press(hall, 1, "enter", "2")
    assert await hall.ticket("A001") == before
    assert (await state(hall, "A002"))[0] is TicketState.WAITING


@pytest.mark.parametrize("action", ["recall", "start", "finish", "start_finish", "pass"])
async def test_without_a_ticket(hall: Hall, action: CallerAction) -> None:
    assert await press(hall, 1, action, "") == "1 号窗口手上没有号"


async def test_every_action_of_an_unknown_window_is_refused(hall: Hall) -> None:
    for action in get_args(CallerAction):
        assert "99" in await press(hall, 99, action, "1")
    assert set(get_args(CallerAction)) == set(ACTION_LABELS)


async def test_nobody_waits(hall: Hall) -> None:
    await press(hall, 2, "next", "")
    await press(hall, 2, "finish", "")
    await press(hall, 2, "start", "")
    await press(hall, 2, "finish", "")
    assert await press(hall, 2, "next", "") == "2 号窗口现在没有可叫的号"


@pytest.mark.parametrize(
    ("action", "digits"),
    [("recall", ""), ("start", ""), ("pass", ""), ("start_finish", ""), ("transfer", "3")],
)
async def test_a_press_is_for_the_ticket_that_stood_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, action: CallerAction, digits: str
) -> None:
    """Between the press and the hall's turn somebody passes A001 on the screen, and calls A002."""
    await hall.call_next(1)
    look = hall.look

    async def overtaken(*asked: Any) -> Any:
        found = await look(*asked)
        monkeypatch.undo()
        await hall.pass_(1, reason="未到")
        await hall.call_next(1)
        return found

    monkeypatch.setattr(hall, "look", overtaken)
    assert "A001" in await press(hall, 1, action, digits)
    there = await hall.ticket("A002")
    assert (there.state, there.calls) == (TicketState.CALLED, 1)


async def test_whoever_comes_next_is_not_finished_by_a_press_for_the_one_before(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.call_next(1)
    await hall.start(1)
    look = hall.look

    async def overtaken(*asked: Any) -> Any:
        found = await look(*asked)
        monkeypatch.undo()
        await hall.finish(1)
        await hall.call_next(1)
        await hall.start(1)
        return found

    monkeypatch.setattr(hall, "look", overtaken)
    assert "A001" in await press(hall, 1, "finish", "")
    assert await state(hall, "A002") == (TicketState.SERVING, 1)


async def test_who_does_not_come_is_passed_with_the_halls_first_reason(hall: Hall) -> None:
    await press(hall, 1, "next", "")
    assert await press(hall, 1, "pass", "") == "A001 过号"
    assert (await hall.ticket("A001")).reason == "未到"


async def test_transfer_to_a_window(hall: Hall) -> None:
    await press(hall, 1, "next", "")
    await press(hall, 1, "start", "")
    for digits in ("", "x"):
        assert await press(hall, 1, "transfer", digits) == "转移要按窗口号，再按确认"
    assert "1" in await press(hall, 1, "transfer", "1")
    assert "77" in await press(hall, 1, "transfer", "77")
    assert (await state(hall, "A001"))[0] is TicketState.SERVING
    assert await press(hall, 1, "transfer", "02") == "A001 转到 2 号窗口"
    assert (await hall.ticket("A001")).target_window == 2


async def test_pause_and_go_on(hall: Hall) -> None:
    async def window() -> tuple[WindowState, str | None]:
        found = (await hall.window_view(1)).window
        return found.state, found.reason

    assert await press(hall, 1, "pause", "") == "1 号窗口：暂停服务"
    assert await window() == (WindowState.PAUSED, hall.settings.pause.reasons[0])
    assert await press(hall, 1, "next", "") == "1 号窗口暂停服务中"
    assert await press(hall, 1, "pause", "") == "1 号窗口：开放"
    await hall.close_window(1)
    assert await press(hall, 1, "next", "") == "1 号窗口没有开"
    assert await press(hall, 1, "pause", "") == "1 号窗口：开放"


@pytest.mark.parametrize("digits", ["2", "02", "002", "0002"])
async def test_digits_call_a_number(hall: Hall, digits: str) -> None:
    assert await press(hall, 1, "enter", digits) == "A002 已叫号"
    assert await state(hall, "A002") == (TicketState.CALLED, 1)


async def test_digits_mean_what_the_window_may_call(hall: Hall) -> None:
    """Window 2 serves police alone: 001 is B001 there, though A001 waits too."""
    assert await press(hall, 2, "enter", "1") == "B001 已叫号"


async def test_digits_that_may_mean_two_call_nobody(hall: Hall) -> None:
    told = await press(hall, 3, "enter", "1")
    assert told == "1 可能是 A001、B001：没有叫，请在屏幕上选"
    assert (await hall.window_view(3)).ticket is None
    await hall.call(2, "B001")
    assert await press(hall, 3, "enter", "1") == "A001 已叫号"


async def test_own_categories_come_before_those_that_are_helped(hall: Hall) -> None:
    assert await press(hall, 1, "enter", "1") == "A001 已叫号"
    await press(hall, 1, "start", "")
    await press(hall, 1, "finish", "")
    # Now that A001 is over, 001 can only be B001.
    assert await press(hall, 1, "enter", "1") == "B001 已叫号"


async def test_digits_reach_a_number_with_a_mark(hall: Hall) -> None:
    await hall.issue(category="tax", priority_class="priority")
    assert await press(hall, 1, "enter", "3") == "VA003 已叫号"


async def test_digits_reach_who_comes_a_little_late(hall: Hall) -> None:
    await press(hall, 1, "next", "")
    await press(hall, 1, "pass", "")
    assert await press(hall, 1, "enter", "1") == "A001 已叫号"


async def test_digits_reach_who_was_sent_here_alone(hall: Hall) -> None:
    await hall.call(1, "A002")
    await hall.start(1)
    await hall.transfer(1, to_window=2)
    assert await press(hall, 2, "enter", "2") == "A002 已叫号"


@pytest.mark.parametrize(
    ("digits", "told"),
    [
        ("", "先按号码，再按确认"),
        ("+1", "先按号码，再按确认"),
        ("0", "今天没有 0 这个号"),
        ("999", "今天没有 999 这个号"),
        ("1234567", "今天没有 1234567 这个号"),
        ("2", "2 号窗口不办「纳税服务」，不能叫 A002"),
    ],
)
async def test_digits_of_nobody_here(hall: Hall, digits: str, told: str) -> None:
    assert await press(hall, 2, "enter", digits) == told
    assert (await hall.window_view(2)).ticket is None


async def test_digits_of_one_who_is_served_elsewhere(hall: Hall) -> None:
    await hall.call(3, "A001")
    assert "A001" in await press(hall, 1, "enter", "1")
    assert await state(hall, "A001") == (TicketState.CALLED, 3)


async def test_answers_are_in_the_language_of_who_asks(hall: Hall) -> None:
    use_language("en")
    assert "window 1" in (await press(hall, 1, "recall", "")).lower()
