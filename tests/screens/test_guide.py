"""The guide desk: every step by digits, its result and its paper; and that it never calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual import events
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.profile import printer_toml
from yichuang.queue.appointment import AppointmentState, Channel
from yichuang.queue.arrivals import Scan, Unread
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.id_card import CardKind, IdCard
from yichuang.queue.person import identify
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.rating import RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, PriorityClass, TicketState
from yichuang.queue.ticket_code import ticket_code
from yichuang.queue.wait import Wait
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.screens.guide import GuideScreen
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.key_bar import active_keys

SIZES = [(80, 24), (100, 30)]
SHANGHAI = ZoneInfo("Asia/Shanghai")
ID_NUMBER = "11010519491231002X"
PHONE = "13812345678"
LONG = 600.0
"""Seconds that no test lasts."""


@pytest.fixture(autouse=True)
def still_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expected waits that stand still: the frames are about the screen, not about the forecast."""

    async def waits(_hall: Hall) -> dict[str, Wait]:
        return {"tax": Wait(300, 600), "police": Wait(1500, 2400)}

    monkeypatch.setattr("yichuang.tui.screens.guide.waits_of", waits)


@asynccontextmanager
async def guide(
    hall: Hall, size: tuple[int, int] = (80, 24), theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The guide desk, up and loaded."""
    forecast = hall.settings.forecast.model_copy(update={"enabled": False})
    settings = hall.settings.model_copy(update={"forecast": forecast})
    hall.choose(settings)
    app = HallApp(
        hall, lambda _place, _window: GuideScreen(hall), "guide", theme=theme, language=language
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, " 0 " if theme != "plain" else "[0]")
        yield pilot


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A time of March 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def screen_of(pilot: Pilot[Restart]) -> GuideScreen:
    """The guide desk, wherever it is in the stack."""
    return next(each for each in pilot.app.screen_stack if isinstance(each, GuideScreen))


def large(pilot: Pilot[Restart]) -> str:
    """The large number."""
    return screen_of(pilot).query_one("#number", BigNumber).text


async def shown_until(pilot: Pilot[Restart], *texts: str) -> str:
    """The whole frame once it holds the first text; all the others must be in it."""
    rows = "\n".join(await until_seen(pilot, texts[0]))
    assert [text for text in texts if text not in rows] == []
    return rows


async def busy_morning(hall: Hall, clock: FixedClock) -> None:
    """One passed, one held, one served, some waiting."""
    await hall.open_window(5)
    await hall.open_window(6)
    for category in ("tax", "police", "tax", "social_affairs"):
        await hall.issue(category=category)
        clock.advance(timedelta(minutes=2))
    await hall.call_next(6)
    await hall.start(6)
    await hall.hold(6, kind=HoldKind.KEPT)
    await hall.call_next(5)
    for _each in range(2):
        clock.advance(timedelta(seconds=30))
        await hall.recall(5)
    clock.advance(timedelta(seconds=30))
    await hall.pass_(5, reason="未到")
    await hall.issue(category="tax", priority_class="priority", group="elderly")


# --- looking ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    await busy_morning(hall, clock)
    async with guide(hall, size) as pilot:
        assert_frame(f"guide-start-{name}", await until_seen(pilot, "过号 1"))
        await pilot.press("1")
        assert_frame(f"guide-category-{name}", await until_seen(pilot, "取什么号"))
        await pilot.press("4")
        assert_frame(f"guide-class-{name}", await until_seen(pilot, "普通号"))
        await pilot.press("1")
        assert_frame(f"guide-issued-{name}", await until_seen(pilot, "刚才"))
        await pilot.press("0", "d", "0")
        assert_frame(f"guide-find-{name}", await until_seen(pilot, "号码：D0_"))
        await pilot.press("0", "1", "enter")
        assert_frame(f"guide-ticket-{name}", await until_seen(pilot, "过号  未到"))
        await pilot.press("escape", "7")
        assert_frame(f"guide-appointments-{name}", await until_seen(pilot, "电话预约"))


@pytest.mark.parametrize("theme", ["plain", "contrast"])
async def test_frames_in_other_themes(hall: Hall, clock: FixedClock, theme: str) -> None:
    await busy_morning(hall, clock)
    async with guide(hall, theme=theme) as pilot:
        await pilot.press("1", "4", "1")
        assert_frame(f"guide-{theme}-80x24", await until_seen(pilot, "D004"))


async def test_it_cannot_call(hall: Hall, clock: FixedClock) -> None:
    await busy_morning(hall, clock)
    async with guide(hall) as pilot:
        actions = {key.action for key in active_keys(screen_of(pilot))}
        assert not any("call" in action for action in actions)
        await pilot.press("9", "f2", "f3")
        await pilot.pause()
        tickets = await hall.tickets()
        assert not any(ticket.state is TicketState.CALLED for ticket in tickets)


async def test_the_hours_are_told(hall: Hall, clock: FixedClock) -> None:
    async with guide(hall) as pilot:
        await until_seen(pilot, "取号到 12:00")
        for time, said in [(at(11, 50), "快到了"), (at(12, 10), "下次 3月2日（周一）13:00")]:
            clock.at = time
            await screen_of(pilot).reload()
            await until_seen(pilot, said)


# --- issuing ------------------------------------------------------------------------------------


async def test_three_keys_to_a_number_outside_the_hours_too(hall: Hall, clock: FixedClock) -> None:
    clock.at = at(12, 30)
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "1")
        await shown_until(pilot, "前面还有 0 人", "到 5 号窗口", "没有打印机：把号写给办事人")
        assert large(pilot) == "D001"
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.origin) == (PriorityClass.ORDINARY, "")
        [entry] = await hall.history("D001")
        assert entry.actor == "guide"


@pytest.mark.parametrize(("digit", "group"), [("2", "frail"), ("0", None)])
async def test_a_priority_number_and_why(hall: Hall, digit: str, group: str | None) -> None:
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "2")
        await until_seen(pilot, "优先的原因（只作统计，不显示）")
        await pilot.press(digit)
        rows = await shown_until(pilot, "刚才", "优先")
        assert "弱" not in rows
        ticket = await hall.ticket("D001")
        assert (ticket.priority_class, ticket.group) == (PriorityClass.PRIORITY, group)


async def test_items_are_found_and_added_and_make_a_route(hall: Hall) -> None:
    items = {item.code: item for item in await hall.items()}
    other = next(item for item in items.values() if item.category == "police")
    async with guide(hall) as pilot:
        await pilot.press("1", "7")
        await until_seen(pilot, "查事项")
        await pilot.press(*"rs156", "enter")
        await until_seen(pilot, "社保医保  1 个事项")
        await pilot.press("3", *other.code.lower(), "enter")
        await until_seen(pilot, "社保医保  2 个事项")
        await pilot.press("1")
        await shown_until(pilot, "共 2 件", "再办：公安服务")
        [ticket] = await hall.tickets()
        assert ticket.items == ("RS156", other.code)
        assert ticket.route == ("police",)


async def test_items_of_another_category_lead_there_first(hall: Hall) -> None:
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "3")
        await until_seen(pilot, "查事项")
        await pilot.press(*"rs156", "enter")
        await until_seen(pilot, "1 个事项")
        await pilot.press("1")
        await until_seen(pilot, "再办：纳税服务")
        [ticket] = await hall.tickets()
        assert (ticket.category, ticket.route) == ("social_insurance", ("tax",))


async def test_a_number_for_one_window(hall: Hall) -> None:
    await hall.open_window(5)
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "4")
        await until_seen(pilot, "由几号窗口叫")
        await pilot.press("5", "enter")
        await until_seen(pilot, "纳税服务  5 号窗口")
        await pilot.press("1")
        await until_seen(pilot, "到 5 号窗口")
        [ticket] = await hall.tickets()
        assert ticket.target_window == 5


async def test_a_window_that_is_closed_or_unknown_is_refused(hall: Hall) -> None:
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "4", "5", "enter", "1")
        await until_seen(pilot, "5 号窗口没有开")
        await pilot.press("1", "4", "4", "9", "9", "enter", "escape")
        await until_seen(pilot, "没有 99 号窗口")
        assert await hall.tickets() == []


async def test_a_skill_is_asked_for(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "skills"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    path = folder / "hall.toml"
    more = '\n[[window]]\nnumber = 22\ncategories = ["tax"]\nskills = ["手语"]\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    async with open_hall(folder, clock=clock) as hall, guide(hall) as pilot:
        await pilot.press("1", "4", "4")
        await until_seen(pilot, "要什么")
        await pilot.press("1")
        await until_seen(pilot, "纳税服务  手语")
        await pilot.press("1")
        await shown_until(pilot, "到 22 号窗口", "手语")
        [ticket] = await hall.tickets()
        assert ticket.need == "手语"


async def test_long_waits_and_what_is_asked_for_have_room_in_english(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def waits(_hall: Hall) -> dict[str, Wait]:
        return {"social_insurance": Wait(15000, 20000)}

    monkeypatch.setattr("yichuang.tui.screens.guide.waits_of", waits)
    folder = tmp_path / "skills"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    path = folder / "hall.toml"
    more = '\n[[window]]\nnumber = 22\ncategories = ["social_insurance"]\nskills = ["手语"]\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    async with open_hall(folder, clock=clock) as hall:
        number = ""
        for _each in range(3):
            done = await hall.issue(
                category="social_insurance", need="手语", priority_class="priority"
            )
            number = done.ticket.number if done.ticket else ""
        clock.advance(timedelta(minutes=250))
        async with guide(hall, language="en") as pilot:
            rows = await until_seen(pilot, number)
            line = next(row for row in rows if "Social insurance" in row)
            assert line.split()[:6] == ["Social", "insurance", "3", "250", "min", "~250"]
            told = next(row for row in rows if number in row)
            assert " 250 min  手语" in told


async def test_a_second_number_of_one_person_offers_a_reprint(printing_hall: Hall) -> None:
    person = printing_hall.identify(ID_NUMBER)
    await printing_hall.issue(category="tax", person=person.key, on_paper=False)
    async with guide(printing_hall) as pilot:
        await pilot.press("1", "4", "5")
        await until_seen(pilot, "身份证号码")
        await pilot.press(*ID_NUMBER, "enter")
        rows = await shown_until(pilot, "**************002X")
        assert ID_NUMBER not in rows
        await pilot.press("1")
        await shown_until(pilot, "补打 D001", "已经有")
        await pilot.press("1")
        await until_seen(pilot, "号票等待打印")
        assert len(await printing_hall.tickets()) == 1
        job = await printing_hall.store.claim("kiosk", "test")
        assert job is not None
        assert job.document.reprint


async def test_a_wrong_id_number_is_refused_and_nothing_issued(hall: Hall) -> None:
    async with guide(hall) as pilot:
        await pilot.press("1", "4", "5")
        await until_seen(pilot, "键入 18 位身份证号码")
        await pilot.press(*"110105194912310021", "enter", "escape")
        await until_seen(pilot, "校验位不符")
        assert await hall.tickets() == []


# --- one ticket ---------------------------------------------------------------------------------


@pytest.fixture
async def printing_hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with one printer that no worker works: the test plays the worker."""
    folder = tmp_path / "printing"
    printers = printer_toml("kiosk", host="127.0.0.1", port=9, width=80)
    await create_hall(folder, level="town", place="郑陆镇", printers=printers, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        assert await hall.store.lease("kiosk", "test", LONG)
        await hall.devices.note("kiosk", "test", DeviceHealth(DeviceState.READY))
        yield hall


async def test_a_reprint_is_followed_to_its_end(printing_hall: Hall) -> None:
    await printing_hall.issue(category="tax", on_paper=False)
    async with guide(printing_hall) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "补打哪个号")
        await pilot.press("d", "0", "0", "1", "enter")
        await until_seen(pilot, "号票等待打印")
        job = await printing_hall.store.claim("kiosk", "test")
        assert job is not None
        await until_seen(pilot, "号票正在打印")
        report = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT)
        await printing_hall.store.report(job.id, report, "test")
        await shown_until(pilot, "号票没有打印", "缺纸：请装纸")


async def test_what_cannot_be_cancelled_is_refused_before_it_is_asked_why(hall: Hall) -> None:
    await hall.issue(category="tax")
    async with guide(hall) as pilot:
        await pilot.press("3", "d", "0", "7", "7", "enter")
        await until_seen(pilot, "今天没有 D077 这个号")


async def test_cancelling_asks_why(hall: Hall) -> None:
    await hall.issue(category="tax")
    async with guide(hall) as pilot:
        await pilot.press("3", "enter")
        await until_seen(pilot, "取消 D001 的原因")
        await pilot.press("2")
        await until_seen(pilot, "D001 已取消")
        ticket = await hall.ticket("D001")
        assert (ticket.state, ticket.reason) == (TicketState.CANCELLED, "取错号")


async def test_rerouting_to_a_category_and_to_a_window(hall: Hall) -> None:
    await hall.open_window(6)
    await hall.issue(category="tax")
    async with guide(hall) as pilot:
        await pilot.press("4", "enter", "5")
        await until_seen(pilot, "D001 已改派")
        assert (await hall.ticket("D001")).category == "police"
        await pilot.press("4", "enter", "7")
        await until_seen(pilot, "改派到几号窗口")
        await pilot.press("6", "enter")
        await until_gone(pilot, "改派到几号窗口")
        await until_seen(pilot, "D001 已改派")
        assert (await hall.ticket("D001")).target_window == 6


async def test_the_passed_come_back_and_the_held_are_woken(hall: Hall, clock: FixedClock) -> None:
    await busy_morning(hall, clock)
    async with guide(hall) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "恢复哪个过号")
        await pilot.press("enter")
        await until_seen(pilot, "D001 已回到队里")
        assert (await hall.ticket("D001")).state is TicketState.WAITING
        await pilot.press("6", "enter")
        await until_seen(pilot, "E001 已唤回")
        ticket = await hall.ticket("E001")
        assert (ticket.state, ticket.target_window) == (TicketState.WAITING, 6)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2", "今天还没有号"),
        ("3", "没有可以取消的号"),
        ("4", "现在没有人等候"),
        ("5", "今天没有过号的号"),
        ("6", "现在没有挂起的号"),
        ("0", "今天还没有号"),
    ],
)
async def test_what_is_not_there_is_said(hall: Hall, key: str, said: str) -> None:
    async with guide(hall) as pilot:
        await pilot.press(key)
        await until_seen(pilot, said)
        assert len(pilot.app.screen_stack) == 1


async def test_finding_a_ticket_leads_to_what_can_be_done(hall: Hall, clock: FixedClock) -> None:
    await busy_morning(hall, clock)
    async with guide(hall) as pilot:
        await pilot.press("0", *"d001", "enter")
        rows = await shown_until(pilot, "过号  未到", "恢复过号", "取消这个号")
        assert "改派" not in rows.split("过号  未到")[1]
        await pilot.press("2")
        await until_seen(pilot, "D001 已回到队里")


async def test_the_card_does_not_name_the_group(hall: Hall, clock: FixedClock) -> None:
    await busy_morning(hall, clock)
    async with guide(hall) as pilot:
        await pilot.press("0", *"d003", "enter")
        await until_seen(pilot, "等候  优先")
        assert not any("老" in row for row in frame(pilot.app))


async def test_an_unknown_number_is_refused(hall: Hall) -> None:
    await hall.issue(category="tax")
    async with guide(hall) as pilot:
        await pilot.press("0", *"z999", "enter")
        await until_seen(pilot, "今天没有 Z999 这个号")


async def test_a_slip_gives_a_priority_number_once(hall: Hall, clock: FixedClock) -> None:
    await hall.issue(category="tax")
    await hall.close_day(outage=True, reason="停电", actor="lead")
    clock.at = at(9, 5, day=3)
    async with guide(hall) as pilot:
        await pilot.press("8")
        await until_seen(pilot, "优先凭条")
        await pilot.press(*"d001", "enter")
        await shown_until(pilot, "凭条换成 D001", "优先")
        assert (await hall.ticket("D001")).priority_class is PriorityClass.PRIORITY
        await pilot.press("8", *"d001", "enter")
        await until_seen(pilot, "没有 D001 这张优先凭条")


# --- appointments -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_booking_on_site_shows_the_code_large(hall: Hall, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with guide(hall, size) as pilot:
        await pilot.press("7", "2", "4")
        assert_frame(f"guide-days-{name}", await until_seen(pilot, "约哪一天"))
        await pilot.press("1")
        assert_frame(f"guide-slots-{name}", await until_seen(pilot, "约几点"))
        await pilot.press("0", "9", "3", "enter")
        await until_seen(pilot, "键入 18 位身份证号码")
        await pilot.press(*ID_NUMBER, "enter")
        await until_seen(pilot, "姓名")
        await pilot.press("enter")
        await shown_until(pilot, "约好了，预约码", "3月3日（周二）9:30", "纳税服务")
        [booking] = await hall.appointments.between(at(9, day=3).date())
        assert large(pilot) == booking.code
        assert (booking.channel, booking.start) == (Channel.ON_SITE, at(9, 30, day=3))


async def test_frames_in_english(hall: Hall, clock: FixedClock) -> None:
    await busy_morning(hall, clock)
    async with guide(hall, language="en") as pilot:
        await pilot.press("1", "4", "1")
        assert_frame("guide-english-80x24", await until_seen(pilot, "D004"))
        await pilot.press("7", "2", "4")
        assert_frame("guide-english-days-80x24", await until_seen(pilot, "28 free"))


async def test_booking_by_telephone(hall: Hall) -> None:
    async with guide(hall) as pilot:
        await pilot.press("7", "3", "4", "2", "enter")
        await until_seen(pilot, "键入电话号码")
        await pilot.press(*PHONE, "enter")
        await until_seen(pilot, "姓名")
        await pilot.press("z", "enter")
        await until_seen(pilot, "约好了，预约码")
        [booking] = await hall.appointments.find(phone=PHONE)
        assert (booking.channel, booking.visitor.name) == (Channel.PHONE, "z")
        assert booking.start == at(9, day=4)


async def test_a_slot_that_is_full_or_unknown_is_refused(hall: Hall) -> None:
    start = at(9, 30, day=3)
    for phone in ("13800000001", "13800000002"):
        await hall.appointments.book(start, category="tax", phone=phone)
    async with guide(hall) as pilot:
        await pilot.press("7", "3", "4", "1", *"0930", "enter")
        await until_seen(pilot, "键入电话号码")
        await pilot.press(*PHONE, "enter")
        await until_seen(pilot, "姓名")
        await pilot.press("enter")
        await until_seen(pilot, "约满了（2 人）")
        await pilot.press("7", "3", "4", "1", *"0935", "enter")
        await shown_until(pilot, "没有可以约的时段", "09:00")


async def test_checking_in_and_todays_list(hall: Hall, clock: FixedClock) -> None:
    done = await hall.appointments.book(
        at(10, day=3), category="tax", id_number=ID_NUMBER, name="张三"
    )
    assert done.appointment is not None
    clock.at = at(9, 40, day=3)
    async with guide(hall) as pilot:
        await pilot.press("7", "5")
        await shown_until(
            pilot, "今天的预约 1 个，1 个还没到", done.appointment.code, "张*", "已预约"
        )
        await pilot.press("escape", "7", "1")
        await until_seen(pilot, "请键入六位预约码")
        await pilot.press(*done.appointment.code, "enter")
        await shown_until(pilot, "预约 10:00 起叫号")
        assert large(pilot) == "YD001"
        [entry] = await hall.history("YD001")
        assert entry.actor == "guide"


async def test_cancelling_by_telephone(hall: Hall) -> None:
    await hall.appointments.book(at(10, day=3), category="tax", phone=PHONE)
    async with guide(hall) as pilot:
        await pilot.press("7", "4")
        await until_seen(pilot, "键入预约码、电话号码或身份证号码")
        await pilot.press(*PHONE, "enter")
        await shown_until(pilot, "取消哪一个", "03-03 10:00")
        await pilot.press("1")
        await until_seen(pilot, "预约已取消")
        [booking] = await hall.appointments.find(phone=PHONE)
        assert booking.state is AppointmentState.CANCELLED


async def test_a_late_cancellation_needs_a_reason(hall: Hall, clock: FixedClock) -> None:
    done = await hall.appointments.book(at(10, day=3), category="tax", phone=PHONE)
    assert done.appointment is not None
    clock.at = at(9, day=3)
    async with guide(hall) as pilot:
        await pilot.press("7", "4")
        await until_seen(pilot, "键入预约码")
        await pilot.press(*done.appointment.code, "enter")
        await until_seen(pilot, "取消哪一个")
        await pilot.press("1")
        await until_seen(pilot, "要取消请写明原因")
        await pilot.press("1")
        await until_seen(pilot, "预约已取消")
        [booking] = await hall.appointments.find(phone=PHONE)
        assert (booking.state, booking.reason) == (AppointmentState.CANCELLED, "来不了了")


async def test_cancelling_what_is_not_there_is_refused(hall: Hall) -> None:
    async with guide(hall) as pilot:
        await pilot.press("7", "4")
        await until_seen(pilot, "键入预约码")
        await pilot.press(*"000000", "enter")
        await until_seen(pilot, "没有找到预约")


# --- typing ahead -------------------------------------------------------------------------------


async def test_two_answers_at_once_do_not_take_the_screen_away(hall: Hall) -> None:
    """Over a slow line several keys come in one packet."""
    await hall.issue(category="tax")
    async with guide(hall) as pilot:
        await pilot.press("3", "enter")
        await until_seen(pilot, "取消 D001 的原因")
        for key in ("escape", "escape", "escape"):
            pilot.app.post_message(events.Key(key, None))
        await until_gone(pilot, "取消 D001 的原因")
        assert [type(screen) for screen in pilot.app.screen_stack] == [GuideScreen]
        await until_seen(pilot, "过号 0")


async def test_a_second_step_does_not_begin_before_the_first_has_asked(hall: Hall) -> None:
    async with guide(hall) as pilot:
        for key in ("1", "7"):
            pilot.app.post_message(events.Key(key, key))
        await until_seen(pilot, "取什么号")
        assert len(pilot.app.screen_stack) == 2


# --- cards and codes --------------------------------------------------------------------------------


async def test_a_scanned_ticket_is_shown_and_handled(hall: Hall) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    async with guide(hall) as pilot:
        assert hall.arrivals.tell("", Scan(ticket_code(ticket)))
        await until_seen(pilot, "前面还有 0 人")
        # Another one meanwhile is not mixed up with it.
        hall.arrivals.tell("guide", Scan("x"))
        await pilot.press("1")
        rows = await until_seen(pilot, "取消这个号")
        assert any("D001" in row for row in rows)
        await pilot.press("escape")
        await until_seen(pilot, "先办完这一步")


async def test_a_rating_that_the_staff_are_told_is_kept_as_such(hall: Hall) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    await hall.open_window(5)
    await hall.call_next(5)
    await hall.start(5)
    await hall.finish(5)
    async with guide(hall) as pilot:
        hall.arrivals.tell("guide", Scan(ticket_code(ticket)))
        await until_seen(pilot, "非常满意")
        await pilot.press("1")
        await until_seen(pilot, "D001 的评价记下了")
    rating = await hall.store.read(lambda each: each.rating_of(ticket.id))
    assert rating is not None
    assert rating.channel is RatingChannel.STAFF


async def test_a_card_leads_to_a_number_for_its_person(hall: Hall) -> None:
    person = identify(hall.secret, ID_NUMBER)
    card = IdCard(CardKind.RESIDENT, person, "张*", 40)
    async with guide(hall) as pilot:
        hall.arrivals.tell("", card)
        await pilot.pause()
        await pilot.press("4", "1")
        await until_seen(pilot, "D001")
        assert (await hall.ticket("D001")).person == person.key
        hall.arrivals.tell("", card)
        await until_seen(pilot, "另取一个号")


async def test_a_card_that_cannot_be_read_is_told_of_also_beside_a_step(hall: Hall) -> None:
    async with guide(hall) as pilot:
        assert hall.arrivals.tell("", Unread())
        await until_seen(pilot, "证件没有读出来：请拿起来再放一次")
        await pilot.press("1")
        await until_seen(pilot, "取什么号")
        screen = pilot.app.screen_stack[0]
        assert isinstance(screen, GuideScreen)
        screen.status.acknowledge()
        assert hall.arrivals.tell("guide", Unread())
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 2
        await pilot.press("escape")
        await until_seen(pilot, "证件没有读出来：请拿起来再放一次")
        assert await hall.tickets() == []


async def test_a_code_that_nobody_knows_is_refused(hall: Hall) -> None:
    async with guide(hall) as pilot:
        hall.arrivals.tell("", Scan("hello world"))
        await until_seen(pilot, "这个码认不出来")
