"""What a supervisor does from the overview, and that the journal says who did it and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.screens.test_overview import overview
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.profile import printer_toml
from yichuang.queue.device import DeviceReason
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.store.sqlite import SqliteStore
from yichuang.tui.app import Restart
from yichuang.tui.screens.overview_acts import supervisor

pytestmark = pytest.mark.usefixtures("foretold")


async def press_until(pilot: Pilot[Restart], key: str, text: str) -> list[str]:
    """Press a key and wait for what it brings."""
    await pilot.press(key)
    return await until_seen(pilot, text)


async def last(hall: Hall, kind: EventKind) -> Entry:
    """The newest journal entry of a kind; fails when there is none."""
    return [each for each in await hall.entries(0) if each.event.kind is kind][-1]


async def some_visitors(hall: Hall) -> None:
    """Five who wait in two lines."""
    for category in ("tax", "tax", "tax", "police", "police"):
        await hall.issue(category=category)


# --- one ticket --------------------------------------------------------------------------------------


async def choose_ticket(pilot: Pilot[Restart], *typed: str) -> list[str]:
    """F2 and the number, up to the question what to do with it."""
    await press_until(pilot, "f2", "处理哪个号")
    await pilot.press(*typed)
    return await press_until(pilot, "enter", "怎样处理")


async def test_a_pin_asks_for_a_reason_and_can_be_taken_back(hall: Hall) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        assert_frame("overview-pin-80x24", await press_until(pilot, "f2", "处理哪个号"))
        await pilot.press("d", "0", "0", "3")
        await until_seen(pilot, "号码：D003_")
        await press_until(pilot, "enter", "D003（等候）怎样处理")
        asked = await press_until(pilot, "1", "D003 置顶的原因")
        assert_frame("overview-reason-80x24", asked)
        await press_until(pilot, "2", "D003 已置顶")
        assert (await hall.ticket("D003")).priority_class is PriorityClass.PINNED
        entry = await last(hall, EventKind.TICKET_PINNED)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "窗口办错")
        await choose_ticket(pilot)
        await press_until(pilot, "1", "D003 取消置顶的原因")
        await press_until(pilot, "2", "D003 已取消置顶，前面 2 人")
        entry = await last(hall, EventKind.TICKET_UNPINNED)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "置顶错了")


async def test_a_number_that_is_not_there_is_refused_before_a_reason_is_asked_for(
    hall: Hall,
) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        await press_until(pilot, "f2", "处理哪个号")
        await pilot.press(*"d077")
        rows = await press_until(pilot, "enter", "今天没有 D077 这个号")
        assert not any("原因" in row for row in rows)


async def test_what_has_ended_is_only_looked_at(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.cancel("D001", reason="取错号")
    async with overview(hall) as pilot:
        rows = await choose_ticket(pilot, *"d001")
        assert not any("置顶" in row or "改派" in row or "取消这个号" in row for row in rows)
        rows = await press_until(pilot, "1", "D001 取消（取错号）")
        assert any("D001 取号，纳税服务" in row for row in rows)
        await press_until(pilot, "escape", "今天取号 5")


async def test_a_reason_can_be_typed(hall: Hall) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        await choose_ticket(pilot)
        await press_until(pilot, "1", "置顶的原因")
        await pilot.press("赶", "火", "车", "1", "2")
        await until_seen(pilot, "赶火车12")
        await press_until(pilot, "enter", "已置顶")
        assert (await last(hall, EventKind.TICKET_PINNED)).event.data["reason"] == "赶火车12"


async def test_arrows_choose_a_reason_too(hall: Hall) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        await press_until(pilot, "f4", "开始高峰互助的原因")
        await pilot.press("down", "down")
        await until_seen(pilot, ">  3  业务集中办理")
        await press_until(pilot, "enter", "[高峰互助] 业务集中办理")


async def test_no_ticket_is_offered_before_one_was_given(hall: Hall) -> None:
    async with overview(hall, theme="plain") as pilot:
        assert not any("[F2]处理号" in row for row in frame(pilot.app))
        await hall.issue(category="tax")
        await until_seen(pilot, "[F2]处理号")


async def test_one_ticket_is_rerouted_and_cancelled(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.open_window(6)
    async with overview(hall) as pilot:
        rows = await choose_ticket(pilot, *"d001")
        assert_frame("overview-ticket-80x24", rows)
        await press_until(pilot, "2", "D001 改派到哪里")
        await press_until(pilot, "5", "D001 改派到「公安服务」的原因")
        await press_until(pilot, "1", "D001 已改派到「公安服务」")
        assert (await hall.ticket("D001")).category == "police"
        assert (await last(hall, EventKind.TICKET_REROUTED)).event.data["reason"] == "取错类别"
        await choose_ticket(pilot, *"d002")
        await press_until(pilot, "2", "D002 改派到哪里")
        await press_until(pilot, "7", "D002 改派到哪个窗口")
        await pilot.press("6")
        await press_until(pilot, "enter", "号窗口的原因")
        await press_until(pilot, "2", "D002 已改派到 6 号窗口")
        assert (await hall.ticket("D002")).target_window == 6
        await choose_ticket(pilot, *"d003")
        await press_until(pilot, "3", "取消 D003 的原因")
        await press_until(pilot, "1", "D003 已取消")
        ticket = await hall.ticket("D003")
        assert (ticket.state, ticket.reason) == (TicketState.CANCELLED, "放弃办理")
        assert (await last(hall, EventKind.TICKET_CANCELLED)).actor == supervisor()


async def test_a_held_ticket_is_woken(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.open_window(5)
    await hall.call_next(5)
    await hall.hold(5, kind="outside")
    async with overview(hall) as pilot:
        rows = await choose_ticket(pilot, *"d001")
        assert any("D001（挂起）怎样处理" in row for row in rows)
        await press_until(pilot, "1", "D001 回到队里的原因")
        await press_until(pilot, "2", "D001 回到队里，前面")
        assert (await hall.ticket("D001")).target_window == 5
        assert (await last(hall, EventKind.TICKET_RESUMED)).event.data["reason"] == "材料已补齐"


async def test_a_ticket_that_is_served_is_left_alone(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.open_window(5)
    await hall.call_next(5)
    await hall.start(5)
    async with overview(hall) as pilot:
        rows = await choose_ticket(pilot, *"d001")
        assert any("D001（办理中）怎样处理" in row for row in rows)
        assert not any("取消这个号" in row or "改派" in row for row in rows)


# --- surge mode --------------------------------------------------------------------------------------


async def test_surge_mode_begins_with_a_reason_and_ends_with_one(hall: Hall) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        await press_until(pilot, "f4", "开始高峰互助的原因")
        rows = await press_until(pilot, "1", "[高峰互助] 等候人多")
        assert_frame("overview-surge-80x24", rows)
        assert any("F4 结束高峰" in row for row in rows)
        entry = await last(hall, EventKind.SURGE_BEGAN)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "等候人多")
        await press_until(pilot, "f4", "结束高峰互助的原因")
        await press_until(pilot, "1", "高峰互助已结束")
        await until_gone(pilot, "[高峰互助]")
        entry = await last(hall, EventKind.SURGE_ENDED)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "等候已减少")


# --- a window ----------------------------------------------------------------------------------------


async def choose_window(pilot: Pilot[Restart], *typed: str) -> list[str]:
    """F3 and the number, up to the question what to do with it."""
    await press_until(pilot, "f3", "处理哪个窗口")
    await pilot.press(*typed)
    return await press_until(pilot, "enter", "号窗口（")


async def test_a_window_gets_other_categories_and_its_own_back(hall: Hall) -> None:
    async with overview(hall) as pilot:
        await press_until(pilot, "f3", "处理哪个窗口")
        await pilot.press("3")
        await until_seen(pilot, "窗口号：3_")
        await press_until(pilot, "enter", "3 号窗口（未开）怎样处理")
        await press_until(pilot, "2", "3 号窗口办哪些类别")
        await pilot.press("4", "5", "5")
        asked = await until_seen(pilot, "帮办      本窗口")
        assert_frame("overview-assign-80x24", asked)
        await press_until(pilot, "enter", "改 3 号窗口类别的原因")
        await press_until(pilot, "3", "3 号窗口的类别已改")
        duty = (await hall.window_view(3)).duty
        assert duty.own == ("social_insurance", "police")
        assert duty.helps == ("legal_affairs", "social_affairs", "public_service")
        entry = await last(hall, EventKind.WINDOW_ASSIGNED)
        assert (entry.actor, entry.event.window) == (supervisor(), 3)
        assert entry.event.data["reason"] == "业务调整"
        rows = await until_seen(pilot, "* 类别已改派")
        assert any("  3*未开" in row for row in rows)
        await choose_window(pilot, "3")
        await press_until(pilot, "2", "办哪些类别")
        await press_until(pilot, "0", "改 3 号窗口类别的原因")
        await press_until(pilot, "4", "3 号窗口恢复原来设的类别")
        assert (await hall.window_view(3)).window.categories is None
        await until_gone(pilot, "* 类别已改派")


async def test_no_category_is_orphaned_and_no_window_left_without_one(hall: Hall) -> None:
    for window in range(1, 9):
        categories = ["tax"] if window == 5 else ["police"]
        if window not in (1, 2, 3, 8):
            await hall.assign_window(window, categories=categories)
    for window in (1, 2, 3, 8):
        own = list(hall.rules.windows[window].categories)
        await hall.assign_window(window, categories=own)
    async with overview(hall) as pilot:
        await choose_window(pilot, "5")
        await press_until(pilot, "2", "5 号窗口办哪些类别")
        await pilot.press("4", "4")
        await until_seen(pilot, "至少有一类是本窗口的")
        await pilot.press("enter")
        await until_seen(pilot, "5 号窗口办哪些类别")
        await pilot.press("１")
        await until_gone(pilot, "至少有一类")
        await press_until(pilot, "enter", "改 5 号窗口类别的原因")
        rows = await press_until(pilot, "1", "这样改以后没有窗口办理「纳税服务」")
        assert any("先让另一个窗口办这一类" in row for row in rows)
        assert (await hall.window_view(5)).duty.own == ("tax",)


async def test_a_window_that_is_not_there(hall: Hall) -> None:
    async with overview(hall) as pilot:
        await press_until(pilot, "f3", "处理哪个窗口")
        await pilot.press("9")
        await press_until(pilot, "9", "没有这样的窗口")
        await press_until(pilot, "enter", "没有 99 号窗口")


async def test_a_window_is_opened_paused_resumed_and_closed_each_with_a_reason(hall: Hall) -> None:
    async with overview(hall) as pilot:
        for key, asked, answer, told in (
            ("1", "开 2 号窗口的原因", "1", "2 号窗口已开"),
            ("1", "2 号窗口暂停服务的原因", "3", "2 号窗口已暂停服务"),
            ("1", "2 号窗口恢复服务的原因", "2", "2 号窗口已恢复服务"),
            ("2", "关 2 号窗口的原因", "1", "2 号窗口已关"),
        ):
            await choose_window(pilot, "2")
            await press_until(pilot, key, asked)
            await press_until(pilot, answer, told)
        reasons = [
            (await last(hall, kind)).event.data["reason"]
            for kind in (
                EventKind.WINDOW_OPENED,
                EventKind.WINDOW_PAUSED,
                EventKind.WINDOW_RESUMED,
                EventKind.WINDOW_CLOSED,
            )
        ]
        assert reasons == ["等候人多", "开会", "人已回岗", "人手不足"]


async def test_a_window_with_a_visitor_is_not_closed_and_no_reason_asked_for(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.open_window(5)
    await hall.call_next(5)
    async with overview(hall) as pilot:
        await choose_window(pilot, "5")
        rows = await press_until(pilot, "2", "5 号窗口还有 D001")
        assert not any("原因" in row for row in rows)


# --- the end of the day ------------------------------------------------------------------------------


async def test_the_day_is_closed(hall: Hall) -> None:
    await some_visitors(hall)
    await hall.open_window(5)
    await hall.call_next(5)
    async with overview(hall) as pilot:
        await press_until(pilot, "f7", "结束今天")
        await press_until(pilot, "1", "收工的原因")
        await press_until(pilot, "1", "收工？4 个没有办的号按过号处理")
        await press_until(pilot, "1", "5 号窗口还有 D001（已叫号）")
        await hall.start(5)
        await hall.finish(5)
        await press_until(pilot, "f7", "结束今天")
        await press_until(pilot, "1", "收工的原因")
        await press_until(pilot, "1", "收工？4 个没有办的号")
        await press_until(pilot, "1", "已收工，窗口都关了；4 个没有办的号按过号处理")
        entry = await last(hall, EventKind.DAY_CLOSED)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "下班时间到")


async def test_an_outage_without_a_printer_says_what_to_do(hall: Hall) -> None:
    await some_visitors(hall)
    async with overview(hall) as pilot:
        await press_until(pilot, "f7", "结束今天")
        await press_until(pilot, "2", "停办的原因")
        asked = await press_until(pilot, "1", "5 个没有办完的号都作废")
        assert_frame("overview-outage-80x24", asked)
        rows = await press_until(pilot, "1", "5 个号换成优先凭条，2026-03-03 有效")
        assert any("没有设打印机：请把号抄给办事人" in row for row in rows)
        entry = await last(hall, EventKind.DAY_CLOSED)
        assert (entry.actor, entry.event.data["reason"]) == (supervisor(), "停电")


@asynccontextmanager
async def printing_hall(folder: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A town hall with a printer that the test itself works."""
    printer = printer_toml("kiosk", host="127.0.0.1", port=9100, width=80)
    await create_hall(folder, level="town", place="郑陆镇", printers=printer, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        yield hall


async def test_the_slips_of_an_outage_are_followed_to_their_paper(
    tmp_path: Path, clock: FixedClock
) -> None:
    async with printing_hall(tmp_path / "hall", clock) as hall:
        store = hall.store
        assert isinstance(store, SqliteStore)
        for _each in range(2):
            await hall.issue(category="tax", on_paper=False)
        async with overview(hall) as pilot:
            await press_until(pilot, "f7", "结束今天")
            await press_until(pilot, "2", "停办的原因")
            await press_until(pilot, "1", "都作废")
            await press_until(pilot, "1", "优先凭条 2 张：已打印 0，没打好 0，还在打 2")
            assert await store.lease("kiosk", "test", 60)
            outcomes: list[Any] = [
                PrintReport(JobState.PRINTED),
                PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT),
            ]
            for outcome in outcomes:
                job = await store.claim("kiosk", "test")
                assert job is not None
                await store.report(job.id, outcome, "test")
            rows = await until_seen(pilot, "优先凭条 2 张：已打印 1，没打好 1，还在打 0")
            assert any("没打好的，把号抄给办事人" in row for row in rows)


@pytest.mark.parametrize("key", ["f2", "f3", "f4", "f5", "f6", "f7"])
async def test_a_dialog_that_is_left_changes_nothing(hall: Hall, key: str) -> None:
    await some_visitors(hall)
    before = len(await hall.entries(0))
    async with overview(hall) as pilot:
        await press_until(pilot, key, "Esc 返回")
        await press_until(pilot, "escape", "今天取号 5")
        assert len(await hall.entries(0)) == before
