"""What a clerk was given to see to: told on one's own page, answered there, and nobody else's is shown."""

from __future__ import annotations

from datetime import timedelta

from tests.screens.console_hall import STAFF, press_until
from tests.screens.frame import assert_frame, until_gone, until_seen
from tests.screens.people import app_of, screens_of
from yichuang.clock import FixedClock
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.item import SupervisionState
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.entry import screen_for


async def test_one_answers_what_one_was_given(hall: Hall, clock: FixedClock) -> None:
    await hall.people.save(*STAFF, actor="admin")
    for owner, title in (("101", "回访不满意的办事人"), ("103", "打印机报修")):
        deadline = clock.now() + timedelta(hours=2)
        await hall.supervision.open_item(
            title, owner=owner, deadline=deadline, note="请尽快处理并回复", actor="201"
        )
    mine = hall.acting(Actor(ActorKind.STAFF, "101", "10.0.0.5"))
    app = HallApp(mine, lambda place, window: screen_for(mine, place, window), "me")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "督办 1 件等您办：按 F4")
        rows = await press_until(pilot, "f4", "要我办的督办（1 件）")
        assert_frame("own-items-80x24", rows)
        assert not any("打印机报修" in row for row in rows)
        await press_until(pilot, "f2", "回复督办：回访不满意的办事人")
        await pilot.press(*"已道歉")
        await press_until(pilot, "enter", "已回复，等督查办结")
        await until_seen(pilot, "回复：已道歉")
        await pilot.press("escape")
        await until_gone(pilot, "等您办")
    item = next(each for each in await hall.supervision.items() if each.owner == "101")
    assert (item.state, item.answer) == (SupervisionState.ANSWERED, "已道歉")
    entry = (await hall.entries(0))[-1]
    assert (entry.event.kind, entry.actor) == (EventKind.SUPERVISION_ANSWERED, "101")


async def test_one_is_told_at_the_window_of_each_item_once_and_when_its_time_is_over(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.people.save(*STAFF, actor="admin")
    deadline = clock.now() + timedelta(hours=2)
    async with screens_of(hall, "101", "window", 3) as pilot:
        await until_seen(pilot, "窗口没有开")
        await hall.supervision.open_item("打印机报修", owner="103", deadline=deadline, actor="201")
        await hall.supervision.open_item("回访", owner="101", deadline=deadline, actor="201")
        rows = await until_seen(pilot, "回访：03-02 11:30 前回复")
        assert_frame("own-items-told-80x24", rows)
        assert not any("打印机报修" in row for row in rows)
        await press_until(pilot, "escape", "F1 帮助")
        await until_gone(pilot, "前回复")
        # Nothing is said of it again, whatever else happens, until its time is over.
        await hall.open_window(3)
        await until_seen(pilot, "开放")
        assert not any("回访" in row for row in await until_seen(pilot, "F1 帮助"))
        clock.advance(timedelta(hours=3))
        await hall.issue(category="tax")
        await until_seen(pilot, "回访：03-02 11:30 已到期，还没有回复")
        await press_until(pilot, "enter", "要我办的督办（1 件）")
        await press_until(pilot, "escape", "3 号窗口")


async def test_one_is_told_after_what_one_is_typing(hall: Hall, clock: FixedClock) -> None:
    await hall.people.save(*STAFF, actor="admin")
    deadline = clock.now() + timedelta(hours=2)
    async with screens_of(hall, "103", "guide") as pilot:
        await press_until(pilot, "f9", "转到：导引台")
        await hall.supervision.open_item("打印机报修", owner="103", deadline=deadline, actor="201")
        await hall.issue(category="tax")
        await until_seen(pilot, "转到：导引台")
        await pilot.press("escape")
        await until_seen(pilot, "打印机报修：03-02 11:30 前回复")
        await press_until(pilot, "enter", "要我办的督办（1 件）")


async def test_one_is_told_of_what_was_given_while_one_was_away(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.people.save(*STAFF, actor="admin")
    for number in range(4):
        deadline = clock.now() + timedelta(hours=2 + number)
        await hall.supervision.open_item(
            f"第{number}件", owner="103", deadline=deadline, actor="201"
        )
    await hall.supervision.open_item("自己记的", owner="103", deadline=deadline, actor="103")
    async with app_of(hall, "103").run_test(size=(80, 24)) as pilot:
        rows = await until_seen(pilot, "第0件：03-02 11:30 前回复")
        assert any("一共 4 件" in row for row in rows)
        await press_until(pilot, "enter", "要我办的督办（5 件）")
        await pilot.press("escape")
        await until_gone(pilot, "要我办的督办")
