"""Signing in, and the visit from the sign-in screen to the person's own screens."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.screens.people import (
    ADMIN,
    CHIEF,
    HERE,
    LI,
    PIN,
    THERE,
    WANG,
    employ,
    give_pin,
    in_hands,
    type_in,
)
from tests.waiting import until
from yichuang.clock import FixedClock
from yichuang.errors import SignInRefused
from yichuang.queue.event import EventKind
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.service import Hall
from yichuang.queue.window import WindowState
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.goings import Farewell, SignOut, SignOutWhy
from yichuang.tui.idle import Idle
from yichuang.tui.message import GoTo, Speak
from yichuang.tui.places import Landing
from yichuang.tui.remote.reception import Entrant, Terminal, Visit, Why
from yichuang.tui.remote.visits import Visits
from yichuang.tui.screens.board import BoardScreen
from yichuang.tui.screens.notice import IdleWarning
from yichuang.tui.screens.window import WindowScreen
from yichuang.tui.sign_in_app import SignInApp

pytestmark = pytest.mark.usefixtures("foretold")

SIZE = (80, 24)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMJnKIiGg8kyf2h42Td4IZZKMP6hyz9JO+qYaoz0w9ZL"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBINa0b/mRn9kvU4AP8zwcg4QiFZniWFGLw+ZGmrLA0Q"


@pytest.fixture(autouse=True)
async def staff(hall: Hall) -> None:
    """The hall's people; Li has chosen a PIN."""
    await employ(hall)
    await give_pin(hall, LI)


@pytest.fixture
def visits(hall: Hall) -> Visits:
    """Who lets in."""
    return Visits(hall)


def terminal(
    origin: str = HERE, *, language: str | None = None, is_ascii: bool = False
) -> Terminal:
    """A terminal somewhere."""
    return Terminal(
        "xterm", 80, 24, has_colour=True, is_ascii=is_ascii, language=language, origin=origin
    )


def next_app(visit: Visit) -> HallApp:
    """The app that follows."""
    app = visit.next_app()
    assert isinstance(app, HallApp)
    return app


def name_of(visit: Visit) -> str:
    """Who has signed in, as the server's log names him."""
    return visit.entrant.name if visit.entrant else "-"


async def happened(hall: Hall, *kinds: EventKind) -> list[tuple[EventKind, str, object]]:
    """What the journal says of signing in and out: kind, badge number, and where from or why."""
    entries = await hall.entries(0)
    return [
        (each.event.kind, str(each.event.data["badge"]), each.event.data.get("why"))
        for each in entries
        if each.event.kind in kinds
    ]


async def ended(pilot: Pilot[Restart]) -> None:
    """Wait until an app ends by itself; fails when it does not."""
    for _each in range(250):
        if pilot.app.return_code is not None:
            return
        await pilot.pause(0.02)
    raise AssertionError("\n".join(frame(pilot.app)))


async def sign_in(visit: Visit, badge: str = LI, pin: str = PIN) -> SignInApp:
    """Sign in at the visit's first app."""
    app = next_app(visit)
    assert isinstance(app, SignInApp)
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        type_in(pilot, *badge, "enter", *pin, "enter")
        await ended(pilot)
    assert app.signed_in is not None
    return app


async def test_a_clerk_signs_in_and_comes_to_the_window(visits: Visits, hall: Hall) -> None:
    visit = visits.receive(None, terminal())
    app = next_app(visit)
    async with app.run_test(size=SIZE) as pilot:
        assert_frame("sign-in-80x24", await until_seen(pilot, "请用工号和密码登录"))
        type_in(pilot, *"０231", "tab", *"４82913")
        assert_frame("sign-in-typed-80x24", await until_seen(pilot, "******"))
        assert not any(PIN in row for row in frame(app))
        assert name_of(visit) == "-"
        await pilot.press("enter")
        await ended(pilot)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "窗口没有开")
        assert name_of(visit) == LI
        duty = await hall.people.on_duty(3)
        assert duty is not None
        assert (duty.badge, duty.origin) == (LI, HERE)
        await pilot.press("ctrl+q", "1")
        await pilot.pause()
    assert visit.next_app() is None
    await visit.left(Why.FINISHED)
    assert await happened(hall, EventKind.SIGNED_IN, EventKind.SIGNED_OUT) == [
        (EventKind.SIGNED_IN, LI, None),
        (EventKind.SIGNED_OUT, LI, "asked"),
    ]
    assert (await hall.people.on_duty(3)) is not None


async def test_what_is_wrong_is_said_and_nothing_tells_who_works_here(
    visits: Visits, hall: Hall
) -> None:
    async with next_app(visits.receive(None, terminal())).run_test(size=SIZE) as pilot:
        said = []
        for badge in (LI, "9999"):
            await until_seen(pilot, "请用工号和密码登录")
            await pilot.press("escape", "escape")
            await until_gone(pilot, "工号或密码不对")
            type_in(pilot, *badge, "enter", *"111222", "enter")
            said.append(await until_seen(pilot, "工号或密码不对"))
            assert not any("******" in row for row in said[-1])
        assert [row for row in said[0] if "工号  " not in row] == [
            row for row in said[1] if "工号  " not in row
        ]
        await pilot.press("escape")
        await until_gone(pilot, "工号或密码不对")
        type_in(pilot, *PIN, "enter")
        await until_seen(pilot, "工号或密码不对")
    assert [kind for kind, badge, _why in await happened(hall, EventKind.SIGN_IN_REFUSED)] == [
        EventKind.SIGN_IN_REFUSED
    ]


async def test_from_afar_a_refusal_comes_late_and_nothing_can_be_tried_meanwhile(
    visits: Visits, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.screens.sign_in.LATE_SECONDS", 3600.0)
    async with next_app(visits.receive(None, terminal())).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        type_in(pilot, *LI, "enter", *"111222", "enter")
        while not await happened(hall, EventKind.SIGN_IN_REFUSED):
            await pilot.pause()
        type_in(pilot, *PIN, "enter")
        await pilot.pause()
        assert "正在核对" in "".join(frame(pilot.app))
    assert not await happened(hall, EventKind.SIGNED_IN)
    async with next_app(visits.receive(None, terminal(""))).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        type_in(pilot, *LI, "enter", *"111222", "enter")
        await until_seen(pilot, "工号或密码不对")


async def test_a_lock_says_how_long(visits: Visits, hall: Hall) -> None:
    for _each in range(hall.settings.staff.wrong_pins):
        with pytest.raises(SignInRefused):
            await hall.people.sign_in(LI, "999111", THERE)
    async with next_app(visits.receive(None, terminal())).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        type_in(pilot, *LI, "enter", *PIN, "enter")
        await until_seen(pilot, "60 秒后才能再试")


async def test_letters_in_a_pin_and_chinese_are_refused_with_a_word(visits: Visits) -> None:
    async with next_app(visits.receive(None, terminal())).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        await pilot.press("中")
        await until_seen(pilot, "中文输入法请先关掉")
        await pilot.press("tab", "a")
        await until_seen(pilot, "密码只有数字")


async def test_a_pin_of_somebody_elses_choosing_is_changed_first(
    visits: Visits, hall: Hall
) -> None:
    pin = await hall.people.reset_pin(LI, reason="忘了")
    visit = visits.receive(None, terminal())
    app = next_app(visit)
    assert isinstance(app, SignInApp)
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        type_in(pilot, *LI, "enter", *pin, "enter")
        assert_frame("sign-in-change-80x24", await until_seen(pilot, "先换一个自己的密码"))
        type_in(pilot, *"730184", "enter", *"730185", "enter")
        await until_seen(pilot, "两次输的不一样")
        type_in(pilot, *"111111", "enter", *"111111", "enter")
        rows = await until_seen(pilot, "换一个别人猜不到的")
        assert any("! 密码要 6 到 20 位数字，不能全一样，也不能是顺着的一串" in row for row in rows)
        type_in(pilot, *pin, "enter", *pin, "enter")
        await until_seen(pilot, "新密码和原来的一样")
        await pilot.press("escape")
        await until_seen(pilot, "要先换密码才能用")
        assert app.return_code is None
        type_in(pilot, *pin, "enter")
        await until_seen(pilot, "先换一个自己的密码")
        type_in(pilot, *"730184", "enter", *"730184", "enter")
        await ended(pilot)
    assert (await hall.people.sign_in(LI, "730184")).must_change is False


async def test_another_language_is_kept_for_the_persons_screens(visits: Visits) -> None:
    visit = visits.receive(None, terminal())
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        await pilot.press("f2")
        await ended(pilot)
    assert next_app(visit).language == "en"
    assert next_app(visits.receive(None, terminal(language="en"))).language == "en"
    assert next_app(visits.receive(None, terminal(is_ascii=True))).theme == "plain"


async def test_another_language_keeps_the_person_and_the_window(visits: Visits, hall: Hall) -> None:
    visit = visits.receive(None, terminal())
    await sign_in(visit)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "窗口没有开")
        pilot.app.post_message(Speak("en"))
        await ended(pilot)
    app = next_app(visit)
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, LI)
        assert isinstance(app.screen, WindowScreen)
        assert app.language == "en"
    assert [kind for kind, *_more in await happened(hall, EventKind.SIGNED_IN)] == [
        EventKind.SIGNED_IN
    ]


async def test_a_key_goes_straight_to_the_screen(visits: Visits, hall: Hall) -> None:
    await hall.people.add_key(KEY, badge=LI)
    entrant = await visits.recognise(KEY, HERE)
    assert entrant == Entrant(LI, is_staff=True)
    visit = visits.receive(entrant, terminal())
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "窗口没有开")
    assert await visits.recognise(OTHER_KEY, HERE) is None
    assert await visits.recognise("ssh-dss AAAA", HERE) is None
    person = await hall.people.member(LI)
    await hall.people.save(person._replace(active=False))
    assert await visits.recognise(KEY, HERE) is None


async def test_a_dropped_line_leads_back_to_the_window_and_its_ticket(
    visits: Visits, hall: Hall
) -> None:
    await hall.issue(category="social_insurance")
    first = visits.receive(Entrant(LI, is_staff=True), terminal())
    async with next_app(first).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "窗口没有开")
        await pilot.press("f2")
        await until_seen(pilot, "按 1 叫下一个号")
        await pilot.press("1")
        await until_seen(pilot, "已叫 1/3 次")
    await first.left(Why.GONE)
    again = visits.receive(Entrant(LI, is_staff=True), terminal(THERE))
    async with next_app(again).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "已叫 1/3 次")
    assert (await happened(hall, EventKind.SIGNED_OUT)) == [(EventKind.SIGNED_OUT, LI, "gone")]


async def test_one_terminal_too_many_closes_the_oldest_after_a_question(
    visits: Visits, hall: Hall, clock: FixedClock
) -> None:
    entrant = Entrant(LI, is_staff=True)
    first, second, third = (
        visits.receive(entrant, terminal(f"10.0.0.{place}")) for place in (1, 2, 3)
    )
    async with AsyncExitStack() as stack:
        pilots = []
        for visit in (first, second):
            app = next_app(visit)
            pilots.append(await stack.enter_async_context(app.run_test(size=SIZE)))
            await until_seen(pilots[-1], "窗口没有开")
            clock.advance(timedelta(minutes=5))
        last = await stack.enter_async_context(next_app(third).run_test(size=SIZE))
        assert_frame("sign-in-too-many-80x24", await until_seen(last, "也登录着"))
        assert len(visits.sessions.of(LI)) == 2
        await last.press("enter")
        await until_seen(last, "窗口没有开")
        await ended(pilots[0])
        assert [each.origin for each in visits.sessions.of(LI)] == ["10.0.0.2", "10.0.0.3"]
        assert name_of(first) == "-"
        following = next_app(first)
        again = await stack.enter_async_context(following.run_test(size=SIZE))
        await until_seen(again, "您在 10.0.0.3 登录了，这里已经退出")
    assert (await happened(hall, EventKind.SIGNED_OUT)) == [(EventKind.SIGNED_OUT, LI, "elsewhere")]


async def test_an_unattended_screen_has_no_way_out(visits: Visits, hall: Hall) -> None:
    await hall.people.add_key(KEY, post="kiosk:kiosk2")
    entrant = await visits.recognise(KEY, HERE)
    assert entrant == Entrant("kiosk:kiosk2", is_staff=False)
    visit = visits.receive(entrant, terminal())
    assert visit.has_mouse
    app = next_app(visit)
    assert app.hall.who == Actor(ActorKind.POST, "kiosk2", HERE)
    async with app.run_test(size=SIZE) as pilot:
        rows = await until_seen(pilot, "请按数字选择要办的业务")
        assert "退出" not in "".join(rows[-2:])
        await pilot.press("ctrl+q", "ctrl+q", "f9")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.return_code is None
        await pilot.press("1", "0")
        await until_seen(pilot, "您的号码")
        (ticket,) = await hall.tickets()
        assert ticket.number == "A001"


@pytest.mark.parametrize(("post", "seen"), [("board", "等候"), ("whereabouts", "去向")])
async def test_other_unattended_screens(visits: Visits, post: str, seen: str) -> None:
    visit = visits.receive(Entrant(post, is_staff=False), terminal())
    assert not visit.has_mouse
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, seen)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert pilot.app.return_code is None


async def test_who_is_not_there_is_warned_and_signed_out(visits: Visits, hall: Hall) -> None:
    visit = visits.receive(Entrant(CHIEF, is_staff=True), terminal())
    app = next_app(visit)
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, CHIEF)
        now = [time.monotonic()]
        minutes = 60.0 * hall.settings.staff.idle_minutes_supervisor
        app.idle = Idle(app, lambda: minutes, app.warn_idle, app.leave_idle, lambda: now[0])
        now[0] += minutes - 120
        app.idle.look()
        await pilot.pause()
        assert not isinstance(app.screen, IdleWarning)
        now[0] += 90
        app.idle.look()
        assert_frame("idle-80x24", await until_seen(pilot, "按任意键继续"))
        await pilot.press("f5")
        await until_gone(pilot, "按任意键继续")
        now[0] += minutes - 61
        app.idle.look()
        await pilot.pause()
        assert not isinstance(app.screen, IdleWarning)
        now[0] += 2
        app.idle.look()
        await until_seen(pilot, "按任意键继续")
        now[0] += 60
        app.idle.look()
        await ended(pilot)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "很久没有按键，已经退出登录")
        await pilot.pause()
        assert await happened(hall, EventKind.SIGNED_OUT) == [(EventKind.SIGNED_OUT, CHIEF, "idle")]


async def test_a_changed_limit_counts_at_once_and_from_then_on(visits: Visits, hall: Hall) -> None:
    app = next_app(visits.receive(Entrant(CHIEF, is_staff=True), terminal()))
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, CHIEF)
        now, asked = [time.monotonic()], []

        def limit() -> float:
            asked.append(hall.settings.staff.idle_minutes_supervisor)
            return 60.0 * asked[-1]

        app.idle = Idle(app, limit, app.warn_idle, app.leave_idle, lambda: now[0])
        now[0] += 600
        staff = hall.settings.staff.model_copy(update={"idle_minutes_supervisor": 5})
        hall.choose(hall.settings.model_copy(update={"staff": staff}))
        await hall.store.transact(lambda memory: None)
        await until(lambda: asked)
        await pilot.pause()
        assert (asked, app.farewell) == ([5], None)
        assert not isinstance(app.screen, IdleWarning)


async def test_who_is_dismissed_is_signed_out_at_once(visits: Visits, hall: Hall) -> None:
    visit = visits.receive(Entrant(ADMIN, is_staff=True), terminal())
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, ADMIN)
        person = await hall.people.member(ADMIN)
        chief = await hall.people.member(CHIEF)
        await hall.people.save(chief._replace(roles=(Role.ADMINISTRATOR,)))
        await hall.people.save(person._replace(active=False))
        await ended(pilot)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "工号 0260 已经停用")


async def test_whose_pin_is_reset_signs_in_anew_and_who_changes_his_own_stays(
    visits: Visits, hall: Hall
) -> None:
    visit = visits.receive(Entrant(LI, is_staff=True), terminal())
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, LI)
        await in_hands(hall, LI).people.change_pin(LI, PIN, "271828")
        await pilot.pause()
        assert pilot.app.return_code is None
        await hall.people.reset_pin(LI, reason="密码可能被别人知道")
        await ended(pilot)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "您的密码被重设了")
    assert (EventKind.SIGNED_OUT, LI, "pin_reset") in await happened(hall, EventKind.SIGNED_OUT)


@pytest.mark.parametrize(
    ("roles", "seen"), [((Role.CLERK,), "选窗口上岗"), ((), "您的角色改了，现在是：-")]
)
async def test_who_loses_a_role_leaves_the_screen_that_was_for_it(
    visits: Visits, hall: Hall, roles: tuple[Role, ...], seen: str
) -> None:
    visit = visits.receive(Entrant(CHIEF, is_staff=True), terminal())
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "总览")
        chief = await hall.people.member(CHIEF)
        await hall.people.save(chief._replace(roles=(Role.SUPERVISOR, Role.CLERK)))
        await hall.people.save(chief._replace(roles=roles))
        if roles:
            await until_seen(pilot, "您的角色改了，现在是：窗口人员")
            type_in(pilot, "enter")
            rows = await until_seen(pilot, seen)
            assert not any("总览" in row for row in rows)
            return
        await ended(pilot)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, seen)


async def test_many_people_in_one_process_share_nothing(visits: Visits, hall: Hall) -> None:
    await hall.people.name_post(4, WANG)
    async with AsyncExitStack() as stack:
        pilots = {}
        for badge, language in ((LI, "zh_CN"), (WANG, "en")):
            visit = visits.receive(Entrant(badge, is_staff=True), terminal(language=language))
            pilots[badge] = await stack.enter_async_context(next_app(visit).run_test(size=SIZE))
        await until_seen(pilots[LI], "窗口没有开")
        rows = await until_seen(pilots[WANG], "F1 Help")
        assert WANG in rows[0]
        assert LI not in "".join(rows)
        await pilots[LI].press("f2")
        await until_seen(pilots[LI], "F2 关窗")
        assert (await hall.window_view(4)).window.state is WindowState.CLOSED


async def test_a_terminal_of_the_hall_waits_for_the_next_person(hall: Hall) -> None:
    visit = Visits(hall, stays=True).receive(None, terminal(), Landing("board"))
    await sign_in(visit)
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请")
        assert isinstance(pilot.app.screen, BoardScreen)
        pilot.app.post_message(SignOut(Farewell(SignOutWhy.ASKED)))
        await ended(pilot)
    app = next_app(visit)
    assert isinstance(app, SignInApp)
    async with app.run_test(size=SIZE) as pilot:
        await until_seen(pilot, "请用工号和密码登录")
        await pilot.press("ctrl+q")
        await ended(pilot)
    assert visit.next_app() is None
    await visit.left(Why.FINISHED)
    assert await happened(hall, EventKind.SIGNED_OUT) == [(EventKind.SIGNED_OUT, LI, "asked")]


async def test_a_screen_that_is_not_for_the_role_is_not_shown(visits: Visits) -> None:
    visit = visits.receive(Entrant(LI, is_staff=True), terminal(), Landing("staff"))
    async with next_app(visit).run_test(size=SIZE) as pilot:
        await until_seen(pilot, "窗口没有开")
        pilot.app.screen.post_message(GoTo("staff"))
        await pilot.pause()
        assert isinstance(pilot.app.screen, WindowScreen)
