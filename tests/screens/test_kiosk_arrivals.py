"""Cards and codes at the kiosk: what they lead to, and that no visit is mixed up with another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.screens.test_kiosk import (
    HOME,
    ID_NUMBER,
    booked,
    choose,
    kiosk,
    note,
    number_of,
    printing_hall,
    screen_of,
)
from tests.waiting import until
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.queue.arrivals import Arrival, Scan, Unread
from yichuang.queue.desk import Done
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.id_card import CardKind, IdCard
from yichuang.queue.person import identify
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.ticket_code import ticket_code
from yichuang.tui.app import Restart
from yichuang.tui.typed_scans import TypedScans

__all__ = ["printing_hall"]

ID_NUMBERS = (ID_NUMBER, "440524188001010014")


def card_of(hall: Hall, number: str = ID_NUMBERS[0], age: int = 40) -> IdCard:
    """A card as the reader hands it on."""
    return IdCard(CardKind.RESIDENT, identify(hall.secret, number), "张*", age)


async def arrive(pilot: Pilot[Restart], hall: Hall, arrival: Arrival, kiosk: str = "") -> None:
    """The reader or the scanner tells of it, and the kiosk has dealt with it."""
    assert hall.arrivals.tell(kiosk, arrival)
    await pilot.pause()
    async with asyncio.timeout(20):
        while screen_of(pilot).reception.is_busy:
            await pilot.pause(0.02)
    await pilot.pause()


# --- cards ------------------------------------------------------------------------------------------


async def test_a_card_opens_the_menu_and_the_ticket_carries_the_person(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        card = card_of(hall)
        await arrive(pilot, hall, card)
        rows = await until_seen(pilot, "已读到证件，请选要办的业务")
        assert_frame("kiosk-card-80x24", rows)
        assert not any("张" in row or "1234" in row or "002X" in row for row in rows)
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.person == card.person.key
        assert ticket.priority_class is PriorityClass.ORDINARY


async def test_a_card_that_cannot_be_read_is_told_of_and_changes_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "证件没有读出来：请拿起来再放一次，或直接按键取号"
    async with kiosk(hall) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "请选一类")
        await arrive(pilot, hall, Unread())
        rows = await until_seen(pilot, told)
        assert any("请选一类" in row for row in rows)
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "已读到证件，请选要办的业务")
        await until_gone(pilot, told)
        monkeypatch.setattr("yichuang.tui.screens.unread.UNREAD_SECONDS", 0.05)
        await arrive(pilot, hall, Unread())
        await until_gone(pilot, "已读到证件")
        await until_gone(pilot, told)


async def test_a_card_is_forgotten_with_its_visit(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card_of(hall))
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        await screen_of(pilot).go_home()
        await until_seen(pilot, HOME)
        await pilot.press("5", "4", "1")
        await until_seen(pilot, "您的号码")
        assert (await hall.ticket("E001")).person is None


async def test_a_card_is_forgotten_when_nobody_presses_a_key(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.screens.kiosk_reception.CARD_SECONDS", 0.05)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card_of(hall))
        async with asyncio.timeout(20):
            while screen_of(pilot).reception.card is not None:
                await pilot.pause(0.02)
        await until_gone(pilot, "已读到证件")
        # The next visitor has as long as anybody.
        assert screen_of(pilot).presence.limit is None


async def test_an_appointment_is_checked_in_by_card(printing_hall: Hall, clock: FixedClock) -> None:
    hall = printing_hall
    await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card_of(hall), "kiosk")
        rows = await until_seen(pilot, "您的号码")
        assert any("预约 10:00 起叫号" in row for row in rows)
        [ticket] = await hall.tickets()
        assert ticket.priority_class is PriorityClass.APPOINTMENT
        assert await hall.store.claim("kiosk", "test") is not None


async def test_an_open_ticket_is_shown_instead_of_a_second_one(printing_hall: Hall) -> None:
    hall = printing_hall
    card = card_of(hall)
    await hall.issue(category="tax", on_paper=False)
    await hall.issue(category="tax", person=card.person.key, on_paper=False)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card)
        rows = await until_seen(pilot, "前面还有 1 人")
        assert_frame("kiosk-card-known-80x24", rows)
        await pilot.press("1")
        await until_seen(pilot, "您的号码")
        assert number_of(pilot) == "D002"
        job = await hall.store.claim("kiosk", "test")
        assert job is not None
        assert job.document.reprint
        assert len(await hall.tickets()) == 2


async def test_who_has_a_ticket_may_take_one_for_something_else(hall: Hall) -> None:
    card = card_of(hall)
    await hall.issue(category="tax", person=card.person.key)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card)
        await until_seen(pilot, "另取一个号")
        await pilot.press("1")
        await until_seen(pilot, HOME)
        await pilot.press("4", "0")
        await until_seen(pilot, "已经有「纳税服务」的号 D001")
        await pilot.press("escape", "escape", "5", "4", "1")
        await until_seen(pilot, "您的号码")
        assert (await hall.ticket("E001")).person == card.person.key


async def test_who_leaves_the_page_of_a_ticket_is_forgotten(hall: Hall) -> None:
    card = card_of(hall)
    await hall.issue(category="tax", person=card.person.key)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card)
        await until_seen(pilot, "另取一个号")
        await pilot.press("escape")
        await until_seen(pilot, HOME)
        assert screen_of(pilot).reception.card is None


@pytest.mark.parametrize(
    ("age", "keys", "priority", "group"),
    [
        (59, (), PriorityClass.ORDINARY, None),
        (60, ("1",), PriorityClass.PRIORITY, "elderly"),
        (60, ("escape",), PriorityClass.ORDINARY, None),
    ],
)
async def test_the_green_channel_is_offered_by_age(
    hall: Hall, age: int, keys: tuple[str, ...], priority: PriorityClass, group: str | None
) -> None:
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card_of(hall, age=age))
        if age >= 60:
            rows = await until_seen(pilot, "您可以走绿色通道")
            assert_frame("kiosk-elderly-80x24", rows)
            assert not any(str(age) in row for row in rows)
        await pilot.press(*keys, "4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.group) == (priority, group)


async def test_the_age_of_the_offer_is_the_halls_choice(hall: Hall) -> None:
    choose(hall, kiosk=hall.settings.kiosk.model_copy(update={"elderly_age": 70}))
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card_of(hall, age=69))
        await until_seen(pilot, "已读到证件")
        assert not any("您可以走绿色通道" in row for row in frame(pilot.app))


async def test_a_card_begins_a_visit_of_its_own(hall: Hall) -> None:
    """What the one before had chosen and left open is not the card's visitor's."""
    async with kiosk(hall) as pilot:
        await pilot.press("9", "4", "slash", "s")
        await until_seen(pilot, "查事项：")
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "已读到证件")
        assert len(pilot.app.screen_stack) == 1
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.group) == (PriorityClass.ORDINARY, None)


async def test_digits_that_were_typed_do_not_reach_the_cards_check_in(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("7", "1", "2", "3")
        await until_seen(pilot, "123_")
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "已读到证件")
        await pilot.press("7")
        await until_seen(pilot, "预约签到")
        assert not any("123_" in row for row in frame(pilot.app))


async def test_a_second_card_takes_the_place_of_the_first(hall: Hall) -> None:
    first, second = (card_of(hall, number) for number in ID_NUMBERS)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, first)
        await pilot.press("9", "0")
        await arrive(pilot, hall, second)
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.person == second.person.key
        assert ticket.priority_class is PriorityClass.ORDINARY


async def test_a_card_that_lies_on_the_reader_disturbs_nothing(hall: Hall) -> None:
    card = card_of(hall)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, card)
        await pilot.press("5", "4")
        await until_seen(pilot, "迁移  请选事项")
        await arrive(pilot, hall, card)
        await until_seen(pilot, "迁移  请选事项")
        await pilot.press("2")
        await until_seen(pilot, "您的号码")
        await arrive(pilot, hall, card)
        await until_seen(pilot, "您的号码")
        assert len(await hall.tickets()) == 1


async def test_a_card_does_not_take_the_number_from_who_just_got_it(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "请稍等，再放一次证件")
        assert number_of(pilot) == "D001"
        assert screen_of(pilot).reception.card is None


async def test_a_card_during_an_issue_is_not_mixed_up_with_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hall is slow with the first visitor's number: the second one's card changes nothing of it."""
    slow, begun = asyncio.Event(), asyncio.Event()
    issue = hall.issue

    async def slowly(**asked: Any) -> Done:
        begun.set()
        await slow.wait()
        return await issue(**asked)

    monkeypatch.setattr(hall, "issue", slowly)
    async with kiosk(hall) as pilot:
        pressing = asyncio.create_task(pilot.press("4", "0"))
        async with asyncio.timeout(20):
            await begun.wait()
            hall.arrivals.tell("", card_of(hall))
            # The pilot's own waiting would wait for the number, too.
            await until(lambda: any("请稍等" in row for row in frame(pilot.app)))
            slow.set()
            await pressing
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.person is None


async def test_no_number_is_taken_while_a_card_is_looked_up(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, begun = asyncio.Event(), asyncio.Event()
    look = hall.appointments.check_in

    async def slowly(*given: Any, **asked: Any) -> Done:
        begun.set()
        await slow.wait()
        return await look(*given, **asked)

    pressed: list[str] = []
    take = TypedScans.take

    async def handed_on(scans: TypedScans, event: events.Key) -> None:
        await take(scans, event)
        pressed.append(event.key)

    monkeypatch.setattr(hall.appointments, "check_in", slowly)
    monkeypatch.setattr(TypedScans, "take", handed_on)
    async with kiosk(hall) as pilot:
        hall.arrivals.tell("", card_of(hall))
        async with asyncio.timeout(20):
            await begun.wait()
            pressing = asyncio.create_task(pilot.press("4", "0"))
            await until(lambda: pressed == ["4", "0"])
            slow.set()
            await pressing
        # They count for who stands there now.
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.person == card_of(hall).person.key


async def test_a_question_of_the_visitor_before_is_closed_and_issues_nothing(
    printing_hall: Hall,
) -> None:
    hall = printing_hall
    await note(hall, DeviceState.MISSING, DeviceReason.PAPER_OUT)
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "出不了票")
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "已读到证件")
        await pilot.press("escape")
        assert await hall.tickets() == []


async def test_an_answer_that_comes_too_late_is_not_the_next_visitors(hall: Hall) -> None:
    """The first one agrees to the green channel just as the second one's card is read."""
    first, second = (card_of(hall, number, age=70) for number in ID_NUMBERS)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, first)
        await until_seen(pilot, "您可以走绿色通道")
        question = pilot.app.screen
        assert hall.arrivals.tell("", second)
        question.dismiss(True)
        await pilot.pause()
        async with asyncio.timeout(20):
            while screen_of(pilot).reception.person != second.person.key:
                await pilot.pause(0.02)
        await until_seen(pilot, "您可以走绿色通道")
        await pilot.press("escape", "4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.person == second.person.key
        assert (ticket.priority_class, ticket.group) == (PriorityClass.ORDINARY, None)


async def test_a_reprint_that_comes_too_late_takes_no_screen(printing_hall: Hall) -> None:
    hall = printing_hall
    first, second = (card_of(hall, number) for number in ID_NUMBERS)
    await hall.issue(category="tax", person=first.person.key, on_paper=False)
    async with kiosk(hall) as pilot:
        await arrive(pilot, hall, first)
        await until_seen(pilot, "补打这张号票")
        page = pilot.app.screen
        assert hall.arrivals.tell("", second)
        page.dismiss("reprint")
        await until_seen(pilot, "已读到证件，请选要办的业务")
        assert await hall.store.claim("kiosk", "test") is None


async def test_a_closed_hall_takes_no_card(hall: Hall, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=12))
    async with kiosk(hall, is_open=False) as pilot:
        await arrive(pilot, hall, card_of(hall))
        await until_seen(pilot, "现在不取号")


READERS = """
[[id_reader]]
name = "reader"

[[scanner]]
name = "scanner"
input = "serial"
path = "/dev/ttyACM0"
kiosk = "{kiosk}"
"""


@pytest.mark.parametrize(
    ("of_scanner", "said"),
    [
        ("kiosk", "也可以把身份证放在阅读器上，扫号票或预约的码"),
        ("kiosk2", "也可以把身份证放在阅读器上"),
    ],
)
async def test_visitors_are_told_of_a_reader_that_works(
    tmp_path: Path, clock: FixedClock, of_scanner: str, said: str
) -> None:
    folder = tmp_path / "readers"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    with (folder / "hall.toml").open("a", encoding="utf-8") as file:
        file.write(READERS.format(kiosk=of_scanner))
    async with open_hall(folder, clock=clock) as hall, kiosk(hall) as pilot:
        assert not any("也可以" in row for row in frame(pilot.app))
        for name in ("reader", "scanner"):
            assert await hall.store.lease(name, "test", 600)
            await hall.devices.note(name, "test", DeviceHealth(DeviceState.READY))
        rows = await until_seen(pilot, said)
        assert any(row.strip() == said for row in rows)
        missing = DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED)
        for name in ("reader", "scanner"):
            await hall.devices.note(name, "test", missing)
        await until_gone(pilot, "也可以")


# --- codes ------------------------------------------------------------------------------------------


async def scan(pilot: Pilot[Restart], hall: Hall, text: str) -> None:
    """A code under the scanner."""
    await arrive(pilot, hall, Scan(text))


async def test_a_tickets_code_tells_how_it_stands(hall: Hall) -> None:
    await hall.issue(category="tax")
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    code = ticket_code(ticket)
    await hall.open_window(5)
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, code)
        await until_seen(pilot, "前面还有 1 人")
        await pilot.press("escape")
        await until_seen(pilot, HOME)
        await hall.open_window(4)
        await hall.call(4, "D002", reason="急事")
        await scan(pilot, hall, code.lower())
        await until_seen(pilot, "正在叫您的号：请到 4 号窗口")
        await hall.start(4)
        await scan(pilot, hall, code)
        await until_seen(pilot, "正在 4 号窗口办理")
        await hall.hold(4)
        await scan(pilot, hall, code)
        await until_seen(pilot, "没有作废")
        await hall.cancel("D002", reason="放弃办理")
        await scan(pilot, hall, code)
        await until_seen(pilot, "这个号已经取消")


async def test_a_finished_ticket_is_rated_by_one_key_and_once(hall: Hall) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    await hall.open_window(5)
    await hall.open_window(4)
    await hall.call_next(4)
    await hall.start(4)
    await hall.finish(4)
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, ticket_code(ticket))
        rows = await until_seen(pilot, "请按数字评价")
        assert_frame("kiosk-rate-80x24", rows)
        await pilot.press("2")
        await until_seen(pilot, "D001 的评价记下了")
        rating = await hall.store.read(lambda each: each.rating_of(ticket.id))
        assert rating is not None
        assert (rating.grade, rating.channel) == (Grade.SATISFIED, RatingChannel.CODE)
        await scan(pilot, hall, ticket_code(ticket))
        await until_seen(pilot, "也评价过了")
        await pilot.press("1", "escape")
        await until_seen(pilot, HOME)


async def test_a_rating_that_another_way_was_faster_with_says_so(hall: Hall) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    await hall.open_window(4)
    await hall.call_next(4)
    await hall.start(4)
    await hall.finish(4)
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, ticket_code(ticket))
        await until_seen(pilot, "请按数字评价")
        await hall.rate(Grade.DISSATISFIED, RatingChannel.PAD, window=4)
        await pilot.press("1")
        await until_seen(pilot, "D001 已经评价过了")


async def test_a_passed_ticket_is_told_what_to_do(hall: Hall, clock: FixedClock) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    await hall.open_window(4)
    await hall.call_next(4)
    for _each in range(2):
        clock.advance(timedelta(seconds=21))
        await hall.recall(4)
    clock.advance(timedelta(seconds=21))
    await hall.pass_(4, reason="未到")
    assert (await hall.ticket("D001")).state is TicketState.PASSED
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, ticket_code(ticket))
        await until_seen(pilot, "可以恢复排队")


async def test_a_code_of_another_day_says_so(hall: Hall, clock: FixedClock) -> None:
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    clock.advance(timedelta(days=1))
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, ticket_code(ticket))
        await until_seen(pilot, "这是 2026-03-02 的号")


async def test_a_bookings_code_checks_in_and_says_when_it_was_done(
    hall: Hall, clock: FixedClock
) -> None:
    code = await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, code)
        await until_seen(pilot, "您的号码")
        await screen_of(pilot).go_home()
        clock.advance(timedelta(minutes=1))
        await scan(pilot, hall, code)
        await until_seen(pilot, "已经签到，不用再签")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "Q1999999X",
        "Q11A7K2U",
        "12345",
        "1234567",
        "http://example.com/\x1b[2J",
        "Q" * 5000,
    ],
)
async def test_other_codes_are_not_known(hall: Hall, text: str) -> None:
    await hall.issue(category="tax")
    async with kiosk(hall) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "请选一类")
        await scan(pilot, hall, text)
        rows = await until_seen(pilot, "这个码认不出来")
        # The visit goes on.
        assert any("请选一类" in row for row in rows)


async def test_what_is_said_of_a_code_goes_away_by_itself(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        screen_of(pilot).presence.idle_seconds = 0.3
        await scan(pilot, hall, "hello")
        await until_seen(pilot, "这个码认不出来")
        await until_gone(pilot, "这个码认不出来")


async def test_a_booking_code_that_nobody_has_is_refused(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await scan(pilot, hall, "123456")
        await until_seen(pilot, "没有找到预约")


async def test_a_kiosk_hears_only_its_own_reader_and_only_while_it_is_up(hall: Hall) -> None:
    async with kiosk(hall):
        assert not hall.arrivals.tell("kiosk2", Scan("x"))
        assert hall.arrivals.tell("kiosk", Scan("x"))
    assert not hall.arrivals.tell("kiosk", Scan("x"))
    assert not hall.arrivals.tell("", Scan("x"))


@pytest.mark.parametrize(("theme", "language"), [("plain", "zh_CN"), ("default", "en")])
async def test_frames_in_another_theme_and_language(hall: Hall, theme: str, language: str) -> None:
    card = card_of(hall)
    await hall.issue(category="tax", person=card.person.key)
    async with kiosk(hall, theme=theme, language=language) as pilot:
        await arrive(pilot, hall, card)
        rows = await until_seen(pilot, "Esc")
        await pilot.pause()
        assert_frame(f"kiosk-card-known-{theme}-{language}-80x24", rows)
