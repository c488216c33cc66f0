"""What screens are given."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from tests.halls import MORNING, memory_hall
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import UnknownFormerTicket, UnknownTicket, UnknownWindow
from yichuang.queue.item import Item
from yichuang.queue.ports import CallShown
from yichuang.queue.rules import UNDO_WITHIN
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.queue.view import LIST_LENGTH
from yichuang.queue.window import WindowState

pytestmark = pytest.mark.usefixtures("open_windows")

SECRET = Item("X9", "戒毒人员登记", "登记", "", "tax", "", True, False, "jdrydj", "dj")


async def test_a_windows_view(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await issue("tax", 1, "priority")
    await issue("police", 2)
    await hall.call(1, "A001")
    await hall.hold(1)
    await hall.call(1, "A002")
    await hall.pass_(1, reason="未到")
    await hall.import_items([SECRET], source="test")
    await hall.issue(category="tax", items=("X9",), priority_class="priority")
    await hall.call(1, "A005")
    view = await hall.window_view(1)
    assert (view.at, view.window.state) == (MORNING, WindowState.OPEN)
    assert view.ticket is not None
    assert view.item == SECRET
    assert view.ticket.number == "A005"
    (own,), (helped,) = view.own, view.help
    assert (own.category.code, own.waiting, own.priority, own.head) == ("tax", 2, 1, "A004")
    assert (helped.category.code, helped.waiting, helped.head) == ("police", 2, "B001")
    assert own.oldest == MORNING
    assert [each.number for each in view.waiting] == ["A004", "A003", "B001", "B002"]
    assert [each.number for each in view.held] == ["A001"]
    assert [each.number for each in view.passed] == ["A002"]
    with pytest.raises(UnknownWindow):
        await hall.window_view(77)


async def test_a_window_knows_whether_its_last_step_can_be_undone(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    """The view says yes exactly when undoing would not be refused."""

    async def can_undo(window: int = 1) -> bool:
        return (await hall.window_view(window)).can_undo

    await issue("tax", 2)
    assert not await can_undo()
    await hall.call_next(1)
    assert await can_undo()
    assert not await can_undo(3)
    await hall.recall(1)
    assert not await can_undo()
    await hall.pass_(1, reason="未到")
    clock.advance(UNDO_WITHIN)
    assert await can_undo()
    clock.advance(timedelta(seconds=1))
    assert not await can_undo()
    await hall.reinstate("A001")
    await hall.call(3, "A001")
    await hall.pass_(3, reason="未到")
    assert not await can_undo()
    assert await can_undo(3)
    await hall.reinstate("A001")
    assert not await can_undo(3)
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    assert await can_undo()
    await hall.undo(1)
    assert not await can_undo()


async def test_a_window_sees_its_own_behind_a_crowd(hall: Hall, issue: Issue) -> None:
    """Fifty others in front must not hide the one who waits for this window."""
    await issue("tax", LIST_LENGTH + 10)
    await issue("police", 1)
    assert [each.number for each in (await hall.window_view(2)).waiting] == ["B001"]
    assert len((await hall.window_view(1)).waiting) == LIST_LENGTH


async def test_directed_tickets_are_shown_to_their_window(hall: Hall, issue: Issue) -> None:
    await issue()
    await hall.call_next(1)
    await hall.transfer(1, to_window=2)
    assert [each.number for each in (await hall.window_view(2)).waiting] == ["A001"]
    assert (await hall.window_view(3)).waiting == ()


async def test_the_overview(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.call_next(3)
    await hall.pause_window(2, reason="用餐")
    view = await hall.overview()
    assert [(each.settings.number, each.window.state) for each in view.windows] == [
        (1, WindowState.OPEN), (2, WindowState.PAUSED), (3, WindowState.OPEN),
    ]  # fmt: skip
    tickets = [each.ticket.number if each.ticket else "" for each in view.windows]
    assert tickets == ["", "", "A002"]
    assert (view.waiting, view.issued, view.finished) == (1, 3, 1)
    assert [line.category.code for line in view.lines] == ["tax", "police", "unserved"]


async def test_a_window_that_never_opened_is_closed(clock: FixedClock) -> None:
    view = await memory_hall(clock).overview()
    assert [each.window.state for each in view.windows] == [WindowState.CLOSED] * 3


async def test_the_board(hall: Hall, issue: Issue) -> None:
    await issue("tax", 5)
    await hall.call_next(1)
    await hall.recall(1)
    await hall.call_next(3)
    await hall.pause_window(2, reason="用餐")
    board = await hall.board()
    assert board.calls == (
        CallShown("A002", 3, MORNING, 1, True),
        CallShown("A001", 1, MORNING, 2, True),
    )
    assert (board.paused, board.waiting, board.complaint_phone) == ((2,), 3, "12345")
    await hall.start(1)
    await hall.finish(1)
    assert [each.is_active for each in (await hall.board()).calls] == [True, False]
    assert len((await hall.board(calls=1)).calls) == 1


async def test_lists_of_tickets(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await hall.cancel("A002")
    waiting = await hall.tickets(TicketState.WAITING)
    assert [each.number for each in waiting] == ["A001", "A003"]
    assert [each.number for each in await hall.tickets()] == ["A003", "A002", "A001"]
    assert [each.number for each in await hall.tickets(limit=1)] == ["A003"]
    assert [each.number for each in await hall.tickets(TicketState.CANCELLED)] == ["A002"]
    assert (await hall.ticket("A003")).ahead == 1
    assert (await hall.ticket("A002")).ahead == 0
    for look in (hall.ticket("A009"), hall.history("A009")):
        with pytest.raises(UnknownTicket):
            await look


async def test_the_menu_of_the_kiosk(hall: Hall, issue: Issue) -> None:
    await issue("police", 2)
    lines = await hall.lines()
    assert [(each.category.name, each.waiting, each.oldest) for each in lines] == [
        ("纳税服务", 0, None), ("公安服务", 2, MORNING), ("公共服务", 0, None),
    ]  # fmt: skip


async def test_changes_count_from_the_call_on(hall: Hall, issue: Issue) -> None:
    """A screen that asks for changes, then reads, then listens misses nothing in between."""
    changes = hall.changes()
    assert await hall.tickets() == []
    await issue("tax", 2)
    await asyncio.wait_for(anext(changes), 5.0)
    later = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    assert not later.done()
    await issue()
    await asyncio.wait_for(later, 5.0)
    async for _quiet in hall.changes(0.01):
        break


async def test_tickets_and_windows_as_json(hall: Hall, issue: Issue) -> None:
    """Scripts get plain values."""
    await issue()
    done = await hall.call_next(1)
    assert done.ticket is not None
    assert done.window is not None
    entries = [each.as_json() for each in await hall.entries(0)]
    told = json.dumps([done.ticket.as_json(), done.window.as_json(), *entries])
    ticket, window, *rows = json.loads(told)
    assert (ticket["number"], ticket["state"], ticket["window"]) == ("A001", "called", 1)
    assert (window["number"], window["state"]) == (1, "open")
    assert [each["seq"] for each in rows] == [1, 2, 3, 4, 5]
    assert all(len(each["hash"]) == 64 for each in rows)


async def test_a_ticket_of_a_former_day_can_be_looked_up(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    number = await issue("tax")
    await hall.call(1, number)
    former = await hall.business_date()
    clock.advance(timedelta(days=1))
    with pytest.raises(UnknownTicket):
        await hall.ticket(number)
    with pytest.raises(UnknownFormerTicket):
        await hall.ticket("A099", former)
    await issue("tax")
    assert await hall.why(number) == ""
    assert (await hall.ticket(number, former)).state is TicketState.PASSED
    assert (await hall.ticket(number, former)).business_date == former
    assert (await hall.ticket(number)).state is TicketState.WAITING
    assert "1" in await hall.why(number, former)
    assert len(await hall.history(number, former)) > len(await hall.history(number)) == 1
