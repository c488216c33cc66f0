"""What a clerk was given to see to: told on one's own page, answered there, and nobody else's is shown."""

from __future__ import annotations

from datetime import timedelta

from tests.screens.console_hall import STAFF, press_until
from tests.screens.frame import assert_frame, until_gone, until_seen
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
