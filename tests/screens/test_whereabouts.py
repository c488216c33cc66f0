"""The whereabouts board: who is where, changed in two keys and journaled; turning pages for visitors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from yichuang.clock import FixedClock
from yichuang.config import PrinterSettings
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.actor import HOST, Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import Means, screen_for
from yichuang.tui.screens.overview_acts import supervisor

SIZES = [(80, 24), (100, 30)]
CLERK = Actor(ActorKind.STAFF, "0231", "10.0.0.5")
GUIDE = Actor(ActorKind.STAFF, "0301", "10.0.0.6")
BOARD = Actor(ActorKind.POST, "whereabouts", "10.0.0.9")

PEOPLE = (
    Staff("0231", "王芳", (Role.CLERK,), department="社会事务办", phone="0519-88886601"),
    Staff("0232", "李强", (Role.CLERK,), department="社会事务办", phone="13800000002"),
    Staff("0301", "曾小明", (Role.GUIDE,), department="政务服务中心", phone="0519-88886600"),
    Staff("0100", "周莉", (Role.SUPERVISOR,), department="政务服务中心"),
)


@pytest.fixture
async def people(hall: Hall) -> None:
    """Four who work here; one is at a window, one in a village since yesterday."""
    await hall.people.save(*PEOPLE)
    await hall.people.take_post(3, "0231")
    await hall.people.set_whereabouts(
        "0232", Whereabouts.IN_VILLAGE, "新桥村，下午回", actor="0232"
    )


@asynccontextmanager
async def whereabouts(
    hall: Hall, who: Actor = HOST, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[Restart]]:
    """The board in somebody's hands, up and loaded."""
    mine = hall.acting(who)
    app = HallApp(mine, lambda place, window: screen_for(mine, place, window), "whereabouts")
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "工作人员")
        yield pilot


async def moves(hall: Hall) -> list[Entry]:
    """What the journal says about who went where."""
    kind = EventKind.WHEREABOUTS_CHANGED
    return [each for each in await hall.entries(0) if each.event.kind is kind]


async def state_of(hall: Hall, badge: str) -> tuple[Whereabouts | None, str]:
    """Where somebody is, with the note."""
    view = await hall.people.person(badge)
    return view.state, view.whereabouts.note if view.whereabouts else ""


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    clock.advance(timedelta(days=1))
    await hall.people.set_whereabouts("0301", Whereabouts.SHORTLY_AWAY, actor="0301")
    async with whereabouts(hall, CLERK, size) as pilot:
        rows = await until_seen(pilot, "王芳")
        assert_frame(f"whereabouts-{size[0]}x{size[1]}", rows)


@pytest.mark.usefixtures("people")
async def test_one_digit_says_where_one_is_and_f2_with_a_digit_too(hall: Hall) -> None:
    async with whereabouts(hall, CLERK) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "0231 王芳：开会")
        assert await state_of(hall, "0231") == (Whereabouts.IN_MEETING, "")
        await until_seen(pilot, "王芳 还登在 3 号窗口")
        entry = (await moves(hall))[-1]
        assert (entry.actor, entry.event.data["former"]) == ("0231", "at_post")
        await pilot.press("down")
        await pilot.press("f2")
        await until_seen(pilot, "0231 王芳 的去向")
        await pilot.press("8")
        await until_seen(pilot, "0231 王芳：请假")
        assert await state_of(hall, "0231") == (Whereabouts.ON_LEAVE, "")


@pytest.mark.usefixtures("people")
async def test_a_clerk_says_nothing_about_others_and_a_guide_does(hall: Hall) -> None:
    async with whereabouts(hall, CLERK) as pilot:
        await until_seen(pilot, "> 社会事务办")
        await pilot.press("down")
        await pilot.press("8")
        await until_seen(pilot, "您的角色不能办这一步")
        assert (await state_of(hall, "0232"))[0] is Whereabouts.IN_VILLAGE
    async with whereabouts(hall, GUIDE) as pilot:
        await pilot.press("f4")
        await until_seen(pilot, "查人")
        await pilot.press("l", "q")
        await until_gone(pilot, "周莉")
        await pilot.press("enter")
        await until_gone(pilot, "查人：")
        await pilot.press("1")
        await until_seen(pilot, "0232 李强：在岗")
        assert (await moves(hall))[-1].actor == "0301"


@pytest.mark.usefixtures("people")
async def test_a_note_tells_more_and_the_host_speaks_for_everybody(hall: Hall) -> None:
    async with whereabouts(hall) as pilot:
        assert not any("我的去向" in row for row in frame(pilot.app))
        await pilot.press("f3")
        await until_seen(pilot, "先按数字说明去向")
        await pilot.press("enter")
        await until_seen(pilot, "0100 周莉 的去向")
        await pilot.press("6")
        await until_seen(pilot, "按 F3 写备注")
        await pilot.press("f3")
        await until_seen(pilot, "周莉（出差）的备注")
        await pilot.press(*"常州市", "enter")
        await until_seen(pilot, "常州市")
        assert await state_of(hall, "0100") == (Whereabouts.ON_TRIP, "常州市")
        assert (await moves(hall))[-1].actor == supervisor()


async def test_the_cursor_stays_with_its_person(hall: Hall) -> None:
    await hall.people.save(PEOPLE[0], PEOPLE[1])
    async with whereabouts(hall, Actor(ActorKind.STAFF, "0232", "-")) as pilot:
        await until_seen(pilot, "> 社会事务办    0232")
        await hall.people.save(Staff("0001", "安然", (Role.CLERK,), department="办公室"))
        await until_seen(pilot, "安然")
        await until_seen(pilot, "> 社会事务办    0232")


async def test_before_visitors_pages_turn_and_no_key_does_anything(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.screens.whereabouts.PAGE_SECONDS", 0.05)
    await hall.people.save(*(Staff(f"{each:04}", f"人员{each}") for each in range(30)))
    async with whereabouts(hall, BOARD) as pilot:
        rows = await until_seen(pilot, "第 1/2 页")
        assert any("人员0" in row for row in rows)
        assert not any("F2" in row or "返回" in row for row in rows)
        await until_seen(pilot, "第 2/2 页")
        await pilot.press("1", "f2", "f5", "escape", "enter")
        await until_seen(pilot, "第 1/2 页")
        assert await moves(hall) == []


@pytest.mark.usefixtures("people")
async def test_a_short_public_board_stands_still(hall: Hall) -> None:
    async with whereabouts(hall, BOARD) as pilot:
        rows = await until_seen(pilot, "王芳")
        assert_frame("whereabouts-public-80x24", rows)
        assert not any("page" in str(timer.name) for timer in pilot.app.screen._timers)


@pytest.mark.usefixtures("people")
async def test_an_unattended_screen_of_the_host_stays_public(hall: Hall) -> None:
    means = Means(public=True)
    app = HallApp(hall, lambda place, window: screen_for(hall, place, window, means), "whereabouts")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "王芳")
        await pilot.press("escape", "f5", "8", "enter")
        await pilot.pause()
        assert frame(pilot.app) == await until_seen(pilot, "王芳")
        assert not any("F5" in row for row in frame(pilot.app))
    assert [view.state for view in await hall.people.everybody()].count(Whereabouts.ON_LEAVE) == 0


@pytest.mark.usefixtures("people")
async def test_the_host_can_show_the_public_board_and_come_back(hall: Hall) -> None:
    async with whereabouts(hall) as pilot:
        await until_seen(pilot, "F5")
        await pilot.press("f5")
        await until_gone(pilot, "F5")
        await pilot.press("3")
        await pilot.press("escape")
        await until_seen(pilot, "F5")
        assert (await state_of(hall, "0100"))[0] is None


@pytest.mark.usefixtures("people")
async def test_the_sheet_is_printed_by_those_who_may(hall: Hall) -> None:
    printers = [
        PrinterSettings(name=name, transport="tcp", host="127.0.0.1") for name in ("kiosk", "desk")
    ]
    async with whereabouts(hall) as pilot:
        await pilot.press("f7")
        await until_seen(pilot, "没有设打印机")
    hall.choose(hall.settings.model_copy(update={"printer": tuple(printers)}))
    async with whereabouts(hall, CLERK) as pilot:
        assert not any("F7" in row for row in frame(pilot.app))
    async with whereabouts(hall, GUIDE) as pilot:
        await pilot.press("f7")
        await until_seen(pilot, "用哪台打印机打去向公示牌")
        await pilot.press("2")
        await until_seen(pilot, "desk 打")
        (job,) = await hall.print_jobs(5)
        assert (job.printer, job.document.sheet != ()) == ("desk", True)
        entries = await hall.entries(0)
        entry = next(each for each in entries if each.event.kind is EventKind.SHEET_PRINTED)
        assert (entry.actor, entry.event.data["printer"]) == ("0301", "desk")
