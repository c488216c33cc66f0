"""A clerk's steps with a ticket: what stays, what changes, who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.halls import MORNING
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import (
    NotServedHere,
    NotYours,
    QueueRefusal,
    SameWindow,
    StaleView,
    TargetClosed,
    WindowBusy,
    WindowPaused,
)
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState

pytestmark = pytest.mark.usefixtures("open_windows")


async def test_a_visit(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    await issue()
    called = (await hall.call_next(1, actor="1001")).ticket
    assert called is not None
    assert (called.window, called.calls, called.first_called_at) == (1, 1, MORNING)
    clock.advance(timedelta(seconds=20))
    recalled = (await hall.recall(1)).ticket
    assert recalled is not None
    assert (recalled.calls, recalled.called_at) == (2, MORNING)
    clock.advance(timedelta(seconds=20))
    await hall.start(1)
    clock.advance(timedelta(minutes=5))
    await hall.finish(1)
    ticket = await hall.ticket("A001")
    assert ticket.first_called_at == ticket.called_at == MORNING
    assert ticket.started_at == MORNING + timedelta(seconds=40)
    assert ticket.ended_at == MORNING + timedelta(seconds=340)
    kinds = [entry.event.kind.value for entry in await hall.history("A001")]
    assert kinds == [
        "TicketIssued", "TicketCalled", "TicketRecalled", "TicketStarted", "TicketFinished",
    ]  # fmt: skip


async def test_one_ticket_a_window(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    await hall.call_next(1)
    for step in (hall.call_next(1), hall.call(1, "A002"), hall.close_window(1)):
        with pytest.raises(WindowBusy) as refused:
            await step
        assert "A001" in refused.value.message
    with pytest.raises(WindowBusy):
        await hall.pause_window(1, reason="用餐")


async def test_only_windows_that_serve_it_may_choose_it(hall: Hall, issue: Issue) -> None:
    await issue("tax")
    with pytest.raises(NotServedHere) as refused:
        await hall.call(2, "A001")
    assert "纳税服务" in refused.value.message


async def test_the_first_call_stays_the_first(hall: Hall, issue: Issue, clock: FixedClock) -> None:
    await issue()
    await hall.call_next(1)
    await hall.pass_(1, reason=" 未到 ")
    assert (await hall.ticket("A001")).reason == "未到"
    clock.advance(timedelta(minutes=10))
    await hall.reinstate("A001")
    again = (await hall.call_next(3)).ticket
    assert again is not None
    assert (again.first_called_at, again.called_at) == (MORNING, clock.now())
    assert (again.calls, again.reinstated, again.window) == (2, 1, 3)


async def test_a_transfer_to_a_window_waits_for_it_alone(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await hall.call_next(1)
    await hall.start(1)
    moved = (await hall.transfer(1, to_window=2)).ticket
    assert moved is not None
    assert (moved.state, moved.target_window, moved.window) == (TicketState.WAITING, 2, None)
    assert (moved.issued_at, moved.ahead) == (MORNING, 0)
    with pytest.raises(NotYours) as refused:
        await hall.call(3, "A001")
    assert "2" in refused.value.message
    called = (await hall.call_next(3)).ticket
    assert called is not None
    assert called.number == "A002"
    # Window 2 does not serve tax, but this one was sent there.
    called = (await hall.call_next(2)).ticket
    assert called is not None
    assert called.number == "A001"


async def test_a_transfer_to_a_category_keeps_the_first_place(hall: Hall, issue: Issue) -> None:
    """The number and the place by first issue time stay, the line changes (DESIGN 5)."""
    await issue("tax", 1)
    await issue("police", 3)
    await hall.call(1, "A001")
    await hall.call(2, "B001")
    moved = (await hall.transfer(1, to_category="police")).ticket
    assert moved is not None
    assert (moved.number, moved.category, moved.ahead) == ("A001", "police", 0)
    await hall.transfer(2, to_category="tax")
    assert [each.number for each in await hall.tickets(TicketState.WAITING)] == [
        "A001", "B001", "B002", "B003",
    ]  # fmt: skip
    called = (await hall.call_next(2)).ticket
    assert called is not None
    assert called.number == "A001"


async def test_transfers_that_lead_nowhere(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.close_window(2)
    with pytest.raises(SameWindow):
        await hall.transfer(1, to_window=1)
    with pytest.raises(TargetClosed):
        await hall.transfer(1, to_window=2)
    for target, code in (("nowhere", "unknown_category"), ("unserved", "category_unserved")):
        with pytest.raises(QueueRefusal) as refused:
            await hall.transfer(1, to_category=target)
        assert refused.value.code == code
    assert (await hall.ticket("A001")).state is TicketState.CALLED
    with pytest.raises(TypeError):
        await hall.transfer(1)
    with pytest.raises(TypeError):
        await hall.transfer(1, to_window=3, to_category="tax")


async def test_a_held_ticket_comes_back_first(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await hall.call_next(1)
    await hall.hold(1, reason="缺材料")
    await hall.call_next(1)
    resumed = (await hall.resume(1, "a001")).ticket
    assert resumed is not None
    assert (resumed.target_window, resumed.reason) == (1, None)
    await hall.hold(1)
    called = (await hall.call_next(1)).ticket
    assert called is not None
    assert called.number == "A001"
    # Another window may fetch it as well: the visitor decides where to go.
    resumed = (await hall.resume(2, "A002")).ticket
    assert resumed is not None
    assert resumed.target_window == 2


async def test_a_paused_window_calls_nobody(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    await hall.pause_window(1, reason="用餐")
    for step in (hall.call_next(1), hall.call(1, "A001")):
        with pytest.raises(WindowPaused):
            await step


STEPS: dict[str, Callable[[Hall, str], Awaitable[Done]]] = {
    "recall": lambda hall, ticket: hall.recall(1, ticket=ticket),
    "start": lambda hall, ticket: hall.start(1, ticket=ticket),
    "finish": lambda hall, ticket: hall.finish(1, ticket=ticket),
    "pass": lambda hall, ticket: hall.pass_(1, reason="未到", ticket=ticket),
    "hold": lambda hall, ticket: hall.hold(1, ticket=ticket),
    "transfer": lambda hall, ticket: hall.transfer(1, to_window=2, ticket=ticket),
    "transfer to a category": lambda hall, ticket: hall.transfer(
        1, to_category="police", ticket=ticket
    ),
}
"""What a clerk does with the ticket that stands on the screen."""


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_for_another_ticket_changes_nothing(
    hall: Hall, issue: Issue, step: str
) -> None:
    """Another terminal of the same window went on: the unseen ticket is left alone."""
    await issue("tax", 2)
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    before = await hall.entries(0)
    with pytest.raises(StaleView) as refused:
        await STEPS[step](hall, "A001")
    assert refused.value.code == "stale_view"
    assert "A001" in refused.value.message
    assert "没有号" in refused.value.hint
    assert await hall.entries(0) == before
    await hall.call_next(1)
    if step == "finish":
        await hall.start(1)
    before = await hall.entries(0)
    with pytest.raises(StaleView) as refused:
        await STEPS[step](hall, "A001")
    assert "A002" in refused.value.hint
    assert await hall.entries(0) == before
    done = await STEPS[step](hall, "a002")
    assert done.ticket is not None
    assert done.ticket.number == "A002"
