"""Every key of the console that acts: it asks for a reason, changes the hall, and the journal tells both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.screens.conftest import MORNING
from tests.screens.console_hall import a_supervised_morning, console, press_until
from tests.screens.frame import assert_frame, frame, until_seen
from yichuang.clock import FixedClock
from yichuang.queue import command as commands
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.item import SupervisionState
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.window import WindowState
from yichuang.tui.screens.console import PAGES
from yichuang.tui.screens.console_pages import PAGES as SCREENS
from yichuang.tui.screens.overview_acts import NEEDS
from yichuang.tui.screens.overview_urging import deadlines, read_deadline

pytestmark = pytest.mark.usefixtures("foretold")

CHIEF = "201"


async def facts(hall: Hall, kind: EventKind) -> dict[str, Any]:
    """What the newest journal entry of a kind tells, with who did it."""
    entry = [each for each in await hall.entries(0) if each.event.kind is kind][-1]
    return {**entry.event.data, "actor": entry.actor}


# --- windows -----------------------------------------------------------------------------------------


async def test_a_window_is_opened_paused_resumed_and_closed(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "1", "王芳（101）")
        for key, asked, answer, told in (
            ("f2", "开 1 号窗口的原因", "1", "1 号窗口已开"),
            ("f3", "1 号窗口暂停服务的原因", "2", "1 号窗口已暂停服务"),
            ("f3", "1 号窗口恢复服务的原因", "2", "1 号窗口已恢复服务"),
            ("f4", "关 1 号窗口的原因", "3", "1 号窗口已关"),
        ):
            await press_until(pilot, key, asked)
            await press_until(pilot, answer, told)
    for kind, reason in (
        (EventKind.WINDOW_OPENED, "等候人多"),
        (EventKind.WINDOW_PAUSED, "临时有事"),
        (EventKind.WINDOW_RESUMED, "人已回岗"),
        (EventKind.WINDOW_CLOSED, "等候人少"),
    ):
        kept = await facts(hall, kind)
        assert (kept["reason"], kept["actor"]) == (reason, CHIEF)
    assert (await hall.window_view(1)).window.state is WindowState.CLOSED


async def test_enter_offers_all_that_can_be_done_with_a_window(
    hall: Hall, clock: FixedClock
) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "1", "王芳（101）")
        await pilot.press(*["down"] * 4)
        rows = await press_until(pilot, "enter", "5 号窗口（开放）怎样处理")
        assert_frame("console-window-acts-80x24", rows)
        await press_until(pilot, "3", "5 号窗口办哪些类别")
        await pilot.press("5")
        await press_until(pilot, "enter", "改 5 号窗口类别的原因")
        await press_until(pilot, "2", "5 号窗口的类别已改")
    told = await facts(hall, EventKind.WINDOW_ASSIGNED)
    assert (told["reason"], told["actor"]) == ("换班", CHIEF)
    assert "police" not in (await hall.window_view(5)).duty.helps


async def test_somebody_is_taken_off_a_post_or_replaced(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    await hall.finish(6, actor="103")
    await hall.people.name_post(6, "103", ("101",))
    await hall.start(5, actor="101")
    await hall.finish(5, actor="101")
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "1", "王芳（101）")
        await pilot.press(*["down"] * 5)
        await press_until(pilot, "f6", "交给 王芳（101）")
        await press_until(pilot, "1", "把 103 从 6 号窗口撤下的原因")
        await press_until(pilot, "2", "6 号窗口已由 101 接替 103")
        duty = await hall.people.on_duty(6)
        assert duty is not None
        assert duty.badge == "101"
        assert (await facts(hall, EventKind.POST_HANDED_OVER))["reason"] == "临时调岗"
        await hall.people.set_whereabouts("103", Whereabouts.ON_LEAVE)
        await press_until(pilot, "f6", "把 101 从 6 号窗口撤下的原因")
        await press_until(pilot, "1", "101 已从 6 号窗口撤下")
        assert await hall.people.on_duty(6) is None
    told = [each for each in await hall.entries(0) if each.event.kind is EventKind.POST_LEFT][-1]
    assert (told.event.data["reason"], told.actor) == ("忘了退出", CHIEF)


# --- tickets -----------------------------------------------------------------------------------------


async def test_the_ticket_under_the_cursor_is_pinned_moved_and_cancelled(
    hall: Hall, clock: FixedClock
) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "2", "> A001")
        await press_until(pilot, "f2", "A001 置顶的原因")
        await press_until(pilot, "1", "A001 已置顶")
        assert (await hall.ticket("A001")).priority_class is PriorityClass.PINNED
        await press_until(pilot, "f2", "A001 取消置顶的原因")
        await press_until(pilot, "1", "A001 已取消置顶")
        await press_until(pilot, "f3", "A001 改派到哪里")
        await press_until(pilot, "4", "A001 改派到「纳税服务」的原因")
        await press_until(pilot, "1", "A001 已改派到「纳税服务」")
        assert (await hall.ticket("A001")).category == "tax"
        await press_until(pilot, "f4", "取消 A001 的原因")
        await press_until(pilot, "1", "A001 已取消")
        assert (await hall.ticket("A001")).state is TicketState.CANCELLED
    for kind in (
        EventKind.TICKET_PINNED,
        EventKind.TICKET_UNPINNED,
        EventKind.TICKET_REROUTED,
        EventKind.TICKET_CANCELLED,
    ):
        told = await facts(hall, kind)
        assert told["actor"] == CHIEF
        assert told["reason"]


async def test_a_passed_ticket_comes_back_into_line(hall: Hall) -> None:
    await hall.issue(category="tax")
    await hall.open_window(5)
    await hall.call_next(5)
    await hall.start(5)
    await hall.hold(5, reason="补材料")
    async with console(hall) as pilot:
        await press_until(pilot, "2", "> D001")
        await press_until(pilot, "f5", "D001 回到队里的原因")
        await press_until(pilot, "2", "D001 回到队里，前面 0 人")
    assert (await facts(hall, EventKind.TICKET_RESUMED))["reason"] == "材料已补齐"


# --- alerts and 督办 ------------------------------------------------------------------------------------


async def test_an_alert_is_taken_note_of(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "3", "E001 评价不满意")
        await press_until(pilot, "down", "有人等候，窗口空着")
        rows = await press_until(pilot, "f2", "或键入处理情况")
        assert any("3 号窗口空着 34 分钟，有人等候" in row for row in rows)
        await press_until(pilot, "2", "预警已知悉：已安排人")
        rows = await until_seen(pilot, "[已知悉]")
        assert rows[1].startswith(" 预警  红 2   黄 2 ")
    told = await facts(hall, EventKind.ALERT_ACKNOWLEDGED)
    assert (told["note"], told["actor"], told["key"]) == ("已安排人", CHIEF, "window_idle:3")


async def test_an_alert_becomes_a_matter_with_owner_and_deadline_and_is_closed(
    hall: Hall, clock: FixedClock
) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "3", "E001 评价不满意")
        await press_until(pilot, "f3", "交给谁督办：E001 评价不满意")
        await pilot.press(*"103")
        await press_until(pilot, "enter", "办结期限")
        await press_until(pilot, "2", "督办要求")
        await press_until(pilot, "3", "已交 103 督办，期限 03-02 17:00")
        await until_seen(pilot, "[督办 2]")
        rows = await press_until(pilot, "4", "打印机报修")
        assert any("03-02 17:00  赵敏（103）       E001 评价不满意" in row for row in rows)
        assert not any("F3 回复" in row for row in frame(pilot.app))
        await press_until(pilot, "f4", "办结督办：打印机报修")
        await press_until(pilot, "2", "督办已办结")
        await press_until(pilot, "f5", "（已办结的）")
        await until_seen(pilot, "已办结 ")
    open_item = (await hall.supervision.items())[0]
    assert open_item.owner == "103"
    assert open_item.deadline == MORNING.replace(hour=9, minute=0)
    closed = (await hall.supervision.items(closed=True))[0]
    assert (closed.state, closed.feedback, closed.closed_by) == (
        SupervisionState.CLOSED,
        "已解决",
        CHIEF,
    )


async def test_the_owner_answers_and_a_deadline_can_be_typed(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall) as pilot:
        await press_until(pilot, "4", "打印机报修")
        await press_until(pilot, "f2", "督办什么事")
        await press_until(pilot, "4", "交给谁督办：补齐人手")
        await press_until(pilot, "enter", "办结期限")
        await pilot.press(*"x")
        await press_until(pilot, "enter", "看不懂期限「x」")
        await press_until(pilot, "f3", "回复督办：打印机报修")
        await pilot.press(*"换好了")
        await press_until(pilot, "enter", "已回复，等督查办结")
        await until_seen(pilot, "已回复 ")
    assert (await hall.supervision.items())[0].answer == "换好了"


def test_deadlines_that_are_offered_are_ends_of_service(hall: Hall) -> None:
    offered = [at for _text, at in deadlines(hall.rules, MORNING)]
    assert offered == [
        MORNING + timedelta(minutes=30),
        MORNING.replace(hour=9, minute=0),
        MORNING.replace(day=3, hour=9, minute=0),
        MORNING.replace(day=5, hour=9, minute=0),
    ]
    after_work = MORNING.replace(hour=10)
    assert len(deadlines(hall.rules, after_work)) == 3


@pytest.mark.parametrize(
    ("typed", "day", "hour", "minute"),
    [
        ("16:30", 2, 8, 30),
        ("１６：３０", 2, 8, 30),
        ("03-05 10:00", 5, 2, 0),
        ("3/5", 5, 9, 0),
        ("2026-03-04 9:05", 4, 1, 5),
        ("03-07", 7, 9, 0),
    ],
)
def test_deadlines_are_read_as_they_are_typed(
    hall: Hall, typed: str, day: int, hour: int, minute: int
) -> None:
    expected = MORNING.replace(day=day, hour=hour, minute=minute)
    assert read_deadline(typed, hall.rules, MORNING) == expected


@pytest.mark.parametrize("typed", ["", "morgen", "25:00", "13-40", "16:30 03-05", "2026"])
def test_what_is_no_deadline_is_none(hall: Hall, typed: str) -> None:
    assert read_deadline(typed, hall.rules, MORNING) is None


# --- notices and incidents ---------------------------------------------------------------------------


async def test_a_notice_is_broadcast_and_withdrawn(hall: Hall) -> None:
    async with console(hall) as pilot:
        await press_until(pilot, "f5", "发给大屏和广播的通知")
        await press_until(pilot, "1", "通知留多久")
        await press_until(pilot, "2", "怎样告诉")
        await press_until(pilot, "2", "发通知的原因")
        rows = await press_until(pilot, "1", "通知已发：办事人多，请耐心等候")
        assert any(" 通知 1" in row for row in rows)
        assert (await hall.board()).notice == "办事人多，请耐心等候"
        told = await facts(hall, EventKind.NOTICE_BROADCAST)
        assert (told["reason"], told["minutes"], told["spoken"]) == ("等候人多", 30, False)
        await press_until(pilot, "9", "原因：等候人多")
        await press_until(pilot, "f3", "撤回通知的原因")
        await press_until(pilot, "1", "通知已撤回")
        await until_seen(pilot, "大屏上没有发出的通知")
    assert (await hall.board()).notice == hall.settings.hall.notice
    assert (await facts(hall, EventKind.NOTICE_WITHDRAWN))["reason"] == "事情已过"


async def test_an_incident_is_recorded_with_to_whom_it_was_reported(hall: Hall) -> None:
    async with console(hall) as pilot:
        await press_until(pilot, "f6", "记什么事件")
        await press_until(pilot, "3", "事件：有人突发疾病")
        await pilot.press(*"2 hao ting")
        await press_until(pilot, "enter", "上报给谁")
        await press_until(pilot, "4", "事件已记入流水，上报给急救 120")
    told = await facts(hall, EventKind.INCIDENT_RECORDED)
    assert told["what"] == "2 hao ting"
    assert told["reported_to"] == "急救 120"


# --- people ------------------------------------------------------------------------------------------


async def test_a_pin_is_reset_and_shown_once(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "8", "> 101")
        await press_until(pilot, "f2", "重设 王芳（101）密码的原因")
        rows = await press_until(pilot, "1", "只在这里显示一次")
        said = next(row for row in rows if "密码 " in row)
        pin = said.partition("密码 ")[2].partition("：")[0]
        await press_until(pilot, "escape", "> 101")
        assert not any(pin in row for row in frame(pilot.app))
    assert (await hall.people.sign_in("101", pin)).must_change
    told = await facts(hall, EventKind.PIN_RESET)
    assert (told["reason"], told["actor"]) == ("忘了密码", CHIEF)
    assert pin not in str(told)


async def test_an_unqualified_clerk_is_allowed_for_today(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "8", "> 101")
        await press_until(pilot, "f3", "王芳 考核合格，不用特许")
        await press_until(pilot, "end", "> 102")
        await press_until(pilot, "f3", "特许 李强（102）今天上岗的原因")
        await press_until(pilot, "1", "李强 今天可以上岗")
    await hall.people.take_post(3, "102")
    told = await facts(hall, EventKind.UNQUALIFIED_ALLOWED)
    assert (told["reason"], told["actor"]) == ("人手不足，由老同志带班", CHIEF)


# --- who only looks ----------------------------------------------------------------------------------

ACTING = (
    *(
        "开窗口",
        "暂停",
        "关窗口",
        "改类别",
        "撤岗",
        "置顶",
        "改派",
        "取消号",
        "回到队里",
        "补打",
        "知悉",
    ),
    *(
        "转督办",
        "新督办",
        "办结",
        "发通知",
        "撤回",
        "记事件",
        "重设密码",
        "特许上岗",
        "处理号",
        "处理窗口",
    ),
    *("高峰", "收工"),
)
"""What no read-only supervisor is offered."""


async def test_who_only_looks_sees_everything_and_no_acting_key(
    hall: Hall, clock: FixedClock
) -> None:
    await a_supervised_morning(hall, clock)
    before = len(await hall.entries(0))
    async with console(hall, badge="202") as pilot:
        for page in ("", "1", "2", "3", "4", "8", "9"):
            await pilot.press(*page)
            rows = await until_seen(pilot, "换页" if page else "0 排班")
            bar = "\n".join(rows[-2:])
            offered = [label for label in ACTING if f" {label}" in bar]
            assert (page, offered) == (page, [])
            await pilot.press("f2", "f3", "f4", "f5", "f6")
            await pilot.pause()
            assert len(pilot.app.screen_stack) == (2 if page else 1), (page, frame(pilot.app))
        await press_until(pilot, "1", "王芳（101）")
        await pilot.press(*["down"] * 4)
        rows = await press_until(pilot, "enter", "看值班人员的一天")
        assert not any("撤下" in row or "关窗口" in row for row in rows)
        await press_until(pilot, "1", "王芳（101）  2026-03-02")
    assert len(await hall.entries(0)) == before


async def test_what_is_pressed_after_the_role_was_lost_is_refused(
    hall: Hall, clock: FixedClock
) -> None:
    await a_supervised_morning(hall, clock)
    chief = await hall.people.member(CHIEF)
    async with console(hall, badge=CHIEF) as pilot:
        await press_until(pilot, "f4", "开始高峰互助的原因")
        await hall.people.save(chief._replace(roles=()), actor="admin")
        await press_until(pilot, "1", "您的角色不能办这一步")
    assert (await hall.overview()).surge is None


def test_every_page_has_its_screen() -> None:
    assert {page.name for page in PAGES if not page.is_place} < set(SCREENS)
    assert sorted(page.digit for page in PAGES) == list(range(10))
    assert commands.CallNext not in NEEDS.values()
