"""A window's duty."""

from __future__ import annotations

import pytest

from tests.halls import MORNING
from tests.rules.conftest import Issue
from yichuang.errors import QueueRefusal
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.queue.window import Window, WindowState

STEPS = {
    "open": lambda hall: hall.open_window(1),
    "pause": lambda hall: hall.pause_window(1, reason="用餐"),
    "resume": lambda hall: hall.resume_window(1),
    "close": lambda hall: hall.close_window(1),
}

TABLE = {
    (WindowState.CLOSED, "open"): WindowState.OPEN,
    (WindowState.CLOSED, "pause"): "window_closed",
    (WindowState.CLOSED, "resume"): "window_closed",
    (WindowState.CLOSED, "close"): "window_closed",
    (WindowState.OPEN, "open"): "window_already_open",
    (WindowState.OPEN, "pause"): WindowState.PAUSED,
    (WindowState.OPEN, "resume"): "window_not_paused",
    (WindowState.OPEN, "close"): WindowState.CLOSED,
    (WindowState.PAUSED, "open"): "window_paused",
    (WindowState.PAUSED, "pause"): "window_paused",
    (WindowState.PAUSED, "resume"): WindowState.OPEN,
    (WindowState.PAUSED, "close"): WindowState.CLOSED,
}


@pytest.mark.parametrize(("state", "step"), TABLE)
async def test_duty(hall: Hall, state: WindowState, step: str) -> None:
    if state is not WindowState.CLOSED:
        await hall.open_window(1)
    if state is WindowState.PAUSED:
        await hall.pause_window(1, reason="用餐")
    expected = TABLE[(state, step)]
    if isinstance(expected, WindowState):
        done = await STEPS[step](hall)
        reason = "用餐" if expected is WindowState.PAUSED else None
        assert done.window == Window(1, expected, MORNING, reason)
    else:
        with pytest.raises(QueueRefusal) as refused:
            await STEPS[step](hall)
        assert refused.value.code == expected
        assert refused.value.hint
        expected = state
    assert (await hall.window_view(1)).window.state is expected


@pytest.mark.usefixtures("open_windows")
async def test_closing_frees_who_waits_for_it_alone(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    for number in ("A001", "A002"):
        await hall.call(1, number)
        await hall.transfer(1, to_window=3)
    await hall.close_window(3)
    step = (await hall.entries(0))[-1]
    assert sorted(step.event.data["released"]) == ["A001", "A002"]
    tickets = await hall.tickets(TicketState.WAITING)
    assert [each.target_window for each in tickets] == [None, None]
    called = (await hall.call_next(1)).ticket
    assert called is not None
    assert called.number == "A001"


async def test_a_pause_wants_a_reason(hall: Hall) -> None:
    await hall.open_window(1)
    with pytest.raises(QueueRefusal) as refused:
        await hall.pause_window(1, reason="  ")
    assert refused.value.code == "reason_missing"
    await hall.pause_window(1, reason=" 用餐 ")
    assert (await hall.window_view(1)).window.reason == "用餐"
