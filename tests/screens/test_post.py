"""A clerk at a window: going on duty, leaving, handing over, being taken over, whereabouts."""

from __future__ import annotations

import pytest

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.screens.people import (
    ALL,
    CHIEF,
    GUIDE,
    LI,
    OBSERVER,
    THERE,
    WANG,
    ZHAO,
    employ,
    in_hands,
    screens_of,
)
from yichuang.errors import NotYourPost
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.goings import Farewell, SignOutWhy
from yichuang.tui.screens.choose_post import ChoosePostScreen
from yichuang.tui.screens.menu import MenuScreen
from yichuang.tui.screens.window import WindowScreen

pytestmark = pytest.mark.usefixtures("foretold")


@pytest.fixture(autouse=True)
async def staff(hall: Hall) -> None:
    """The hall's people."""
    await employ(hall)


async def who(hall: Hall, window: int = 3) -> str:
    """Who is on duty at a window."""
    duty = await hall.people.on_duty(window)
    return duty.badge if duty else ""


async def take(hall: Hall, badge: str, window: int = 3, origin: str = THERE) -> None:
    """Go on duty elsewhere, whoever is there."""
    await in_hands(hall, badge, origin).people.take_post(window, badge, take_over=True)


async def test_a_clerk_on_duty_works_and_says_where_he_goes(hall: Hall) -> None:
    await take(hall, LI)
    await hall.issue(category="social_insurance")
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f2")
        await until_seen(pilot, "按 1 叫下一个号")
        await pilot.press("1")
        assert_frame("post-window-80x24", await until_seen(pilot, "F8 去向"))
        await pilot.press("f8")
        assert_frame("post-whereabouts-80x24", await until_seen(pilot, "我的去向"))
        await pilot.press("2")
        await until_seen(pilot, "去向：暂离")
        assert not any("由谁顶岗" in row for row in frame(pilot.app))
        await pilot.press("f8", "3")
        assert_frame("post-hand-over-80x24", await until_seen(pilot, "B岗 王芳 (0232) 顶岗"))
        await pilot.press("enter")
        await until_seen(pilot, "在哪个窗口上岗？")
        assert await who(hall) == WANG
        assert (await hall.people.person(LI)).state is Whereabouts.IN_MEETING


async def test_esc_keeps_the_post_when_somebody_goes_away(hall: Hall) -> None:
    await take(hall, LI)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f8", "4")
        await until_seen(pilot, "由谁顶岗")
        await pilot.press("escape")
        await until_gone(pilot, "由谁顶岗")
        assert await who(hall) == LI
        assert (await hall.people.person(LI)).state is Whereabouts.IN_VILLAGE


async def test_another_one_steps_in_or_nobody(hall: Hall) -> None:
    await take(hall, LI)
    await hall.people.set_whereabouts(WANG, Whereabouts.ON_LEAVE)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f7")
        rows = await until_seen(pilot, "由谁顶岗")
        assert not any("王芳" in row for row in rows)
        await pilot.press("1")
        rows = await until_seen(pilot, "孙梅")
        assert not any(WANG in row or GUIDE in row for row in rows)
        await pilot.press(*ALL, "enter")
        await until_seen(pilot, "在哪个窗口上岗？")
        assert await who(hall) == ALL
        await take(hall, LI)
        await until_seen(pilot, "3 号窗口现在由您在岗")
        await pilot.press("enter")
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f7")
        await until_seen(pilot, "由谁顶岗")
        await pilot.press("2")
        await until_seen(pilot, "在哪个窗口上岗？")
        assert await who(hall) == ""


async def test_who_has_a_visitor_cannot_just_leave(hall: Hall) -> None:
    await take(hall, LI)
    await hall.issue(category="social_insurance")
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f2")
        await until_seen(pilot, "按 1 叫下一个号")
        await pilot.press("1")
        await until_seen(pilot, "已叫 1/3 次")
        await pilot.press("f7")
        await until_seen(pilot, "由谁顶岗")
        await pilot.press("3")
        await until_seen(pilot, "C001")
        await until_seen(pilot, " ! ")
        assert await who(hall) == LI


async def test_who_is_taken_over_is_told_at_once_and_has_no_keys_there(hall: Hall) -> None:
    await take(hall, LI)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "F2 开窗")
        await take(hall, WANG)
        rows = await until_seen(pilot, "0232 王芳 在 10.0.0.9 接手了 3 号窗口")
        assert_frame("post-taken-over-80x24", rows)
        await pilot.press("1")
        await pilot.press("escape")
        await until_seen(pilot, "在哪个窗口上岗？")
        assert isinstance(pilot.app.screen, ChoosePostScreen)
        assert await who(hall) == WANG


async def test_a_dialog_hides_nothing_from_who_is_taken_over(hall: Hall) -> None:
    await take(hall, LI)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f8")
        await until_seen(pilot, "我的去向")
        await take(hall, WANG)
        await until_seen(pilot, "接手了 3 号窗口")


async def test_a_window_of_another_one_is_only_looked_at(hall: Hall) -> None:
    await take(hall, WANG)
    async with screens_of(hall, LI, "window", 3) as pilot:
        rows = await until_seen(pilot, "现在由 0232 王芳 在岗")
        keys = "".join(rows[-2:])
        assert "叫号" not in keys
        assert "F7 上岗" in keys
        await pilot.press("f2")
        await pilot.press("1")
        await pilot.pause()
        assert (await hall.window_view(3)).window.state.value == "closed"
        await pilot.press("f7")
        assert_frame("post-take-over-80x24", await until_seen(pilot, "由您接手"))
        await pilot.press("1")
        await until_seen(pilot, "F2 开窗")
        assert await who(hall) == LI
    with pytest.raises(NotYourPost):
        await in_hands(hall, WANG, THERE).open_window(3)


async def test_a_supervisor_opens_and_closes_a_window_but_calls_nobody(hall: Hall) -> None:
    async with screens_of(hall, CHIEF, "window", 3) as pilot:
        keys = "".join((await until_seen(pilot, "F2 开窗"))[-2:])
        assert "叫号" not in keys
        assert "上岗" not in keys
        await pilot.press("f2")
        await until_seen(pilot, "F2 关窗")


async def test_a_read_only_supervisor_has_no_acting_key(hall: Hall) -> None:
    async with screens_of(hall, OBSERVER, "window", 3) as pilot:
        rows = await until_seen(pilot, "F1 帮助")
        assert "".join(rows[-2:]).split() == [
            *("F6", "详情", "F8", "去向", "^Q", "退出", "Esc", "收起", "F9", "命令", "F1", "帮助")
        ]


async def test_choosing_a_post(hall: Hall) -> None:
    await take(hall, LI, 2)
    async with screens_of(hall, WANG) as pilot:
        await until_seen(pilot, "在哪个窗口上岗？")
        assert_frame("choose-post-80x24", await until_seen(pilot, "0231 李强"))
        await pilot.press("2", "enter")
        await until_seen(pilot, "由您接手")
        await pilot.press("escape")
        await until_gone(pilot, "由您接手")
        await pilot.press("5", "enter")
        await until_seen(pilot, "窗口没有开")
        assert await who(hall, 5) == WANG
        assert isinstance(pilot.app.screen, WindowScreen)
        assert len(pilot.app.screen_stack) == 1


async def test_a_clerk_with_one_post_lands_there(hall: Hall) -> None:
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        assert await who(hall) == LI


async def test_a_post_that_somebody_holds_is_not_taken_by_landing(hall: Hall) -> None:
    await take(hall, WANG)
    async with screens_of(hall, LI) as pilot:
        rows = await until_seen(pilot, "在哪个窗口上岗？")
        assert any(row.startswith(">") and "A岗" in row and "0232 王芳" in row for row in rows)
        assert await who(hall) == WANG


async def test_who_has_not_passed_is_told_who_can_help(hall: Hall) -> None:
    async with screens_of(hall, ZHAO) as pilot:
        await until_seen(pilot, "在哪个窗口上岗？")
        await pilot.press("3", "enter")
        rows = await until_seen(pilot, "0233 赵敏 还没有上岗资格")
        assert any("请督查今天特许上岗" in row for row in rows)
        await in_hands(hall, CHIEF).people.allow_unqualified(ZHAO, reason="实习")
        await pilot.press("enter")
        await until_seen(pilot, "窗口没有开")
        assert await who(hall) == ZHAO


async def test_several_roles_choose_from_a_menu_of_what_they_allow(hall: Hall) -> None:
    async with screens_of(hall, ALL) as pilot:
        assert_frame("menu-roles-80x24", await until_seen(pilot, "今天取号 0"))
        await pilot.press("2")
        await until_seen(pilot, "在哪个窗口上岗？")
        await pilot.press("3", "enter")
        await until_seen(pilot, "窗口没有开")
        await pilot.press("escape")
        await until_seen(pilot, "今天取号 0")
        assert isinstance(pilot.app.screen, MenuScreen)
        await pilot.press("2")
        await until_seen(pilot, "窗口没有开")


async def test_a_guide_lands_at_the_guide_desk(hall: Hall) -> None:
    async with screens_of(hall, GUIDE) as pilot:
        await until_seen(pilot, "查号")


async def test_leaving_asks_whether_the_post_is_kept(hall: Hall) -> None:
    await take(hall, LI)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("ctrl+q")
        assert_frame("post-sign-out-80x24", await until_seen(pilot, "只退出，岗位留着"))
        await pilot.press("1")
        await pilot.pause()
        app = pilot.app
    assert isinstance(app, HallApp)
    assert app.farewell == Farewell(SignOutWhy.ASKED)
    assert await who(hall) == LI


async def test_leaving_may_leave_the_post(hall: Hall) -> None:
    await take(hall, LI)
    async with screens_of(hall, LI) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("ctrl+q")
        await until_seen(pilot, "只退出，岗位留着")
        await pilot.press("2")
        await until_seen(pilot, "由谁顶岗")
        await pilot.press("1")
        await pilot.pause()
        app = pilot.app
    assert isinstance(app, HallApp)
    assert app.farewell == Farewell(SignOutWhy.ASKED)
    assert await who(hall) == WANG


async def test_at_the_halls_own_machine_nobody_has_a_post(hall: Hall) -> None:
    from tests.screens.test_window import window_screen

    await take(hall, LI)
    async with window_screen(hall) as pilot:
        rows = await until_seen(pilot, "0231 李强")
        assert "F7" not in "".join(rows[-2:])
        await pilot.press("f7", "f8", "f2")
        await until_seen(pilot, "F2 关窗")
