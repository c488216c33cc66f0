"""A scanner that types like a keyboard, at the kiosk and the guide desk."""

from __future__ import annotations

import time

import pytest
from textual import events

from tests.screens.frame import frame, until_gone, until_seen
from tests.screens.test_guide import guide
from tests.screens.test_kiosk import HOME, ID_NUMBER, booked, choose, kiosk
from tests.screens.test_window import WINDOW, window_screen
from yichuang.clock import FixedClock
from yichuang.config import KioskSettings
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass
from yichuang.queue.ticket_code import ticket_code
from yichuang.tui.app import HallApp

LONG = 30.0
"""Seconds that no pressing of keys takes: all of them come like a scanner's."""


@pytest.fixture(autouse=True)
def typing_scanner(monkeypatch: pytest.MonkeyPatch, no_typed_scans: None) -> None:
    """Keys that come at once are a scanner's."""
    monkeypatch.setattr(HallApp, "SCAN_GAP", LONG)


async def code_of_a_ticket(hall: Hall) -> str:
    """The code on a new ticket."""
    ticket = (await hall.issue(category="tax")).ticket
    assert ticket is not None
    return ticket_code(ticket)


def hold_digits(hall: Hall) -> None:
    """The hall has a scanner that types booking codes, too."""
    choose(hall, kiosk=KioskSettings(keyboard_scanner=True))


async def test_no_digit_waits_where_only_tickets_are_scanned(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "公安服务  请选一类")


@pytest.mark.parametrize("end", ["enter", "tab"])
async def test_a_ticket_is_scanned_on_the_first_page(hall: Hall, end: str) -> None:
    code = await code_of_a_ticket(hall)
    async with kiosk(hall) as pilot:
        await pilot.press(*code, end)
        await until_seen(pilot, "前面还有 0 人")
        assert len(await hall.tickets()) == 1


async def test_no_key_of_a_ticket_lands_in_a_field(hall: Hall) -> None:
    code = await code_of_a_ticket(hall)
    async with kiosk(hall) as pilot:
        await pilot.press("slash", "up")
        await until_seen(pilot, "查事项：")
        await pilot.press(*code, "enter")
        await until_seen(pilot, "前面还有 0 人")
        await until_gone(pilot, "查事项：")


async def test_a_booking_code_chooses_nothing_from_the_menu(hall: Hall, clock: FixedClock) -> None:
    hold_digits(hall)
    code = await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await pilot.press(*code, "enter")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.priority_class is PriorityClass.APPOINTMENT


async def test_what_nobody_knows_chooses_nothing_either(hall: Hall) -> None:
    hold_digits(hall)
    async with kiosk(hall) as pilot:
        await pilot.press(*"4000000", "enter")
        await until_seen(pilot, "这个码认不出来")
        await until_seen(pilot, HOME)
        assert await hall.tickets() == []


async def test_an_id_number_that_a_reader_types_reaches_the_check_in(
    hall: Hall, clock: FixedClock
) -> None:
    hold_digits(hall)
    await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await pilot.press("7", "up")
        await until_seen(pilot, "请键入六位预约码")
        await pilot.press(*ID_NUMBER, "enter")
        await until_seen(pilot, "您的号码")
        assert len(await hall.tickets()) == 1


async def test_a_hand_is_not_taken_for_a_scanner(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that are further apart than a scanner's do what they always do."""
    hold_digits(hall)
    monkeypatch.setattr(HallApp, "SCAN_GAP", 0.5)
    async with kiosk(hall) as pilot:
        began = time.monotonic() - 10.0
        for second, key in enumerate("542"):
            typed = events.Key(key, key)
            typed.time = began + second
            pilot.app.post_message(typed)
        await until_seen(pilot, "您的号码")


async def test_the_last_key_of_a_hand_is_not_kept_for_ever(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_digits(hall)
    monkeypatch.setattr(HallApp, "SCAN_GAP", 0.2)
    async with kiosk(hall) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "公安服务  请选一类")


async def test_keys_that_no_scanner_has_come_at_once(hall: Hall) -> None:
    hold_digits(hall)
    async with kiosk(hall) as pilot:
        await pilot.press("5", "pagedown")
        await until_seen(pilot, "公安服务  请选一类")
        await pilot.press("escape")
        await until_seen(pilot, HOME)


async def test_screens_without_a_scanner_wait_for_no_key(hall: Hall) -> None:
    await hall.issue(category="social_insurance")
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await pilot.press("1")
        await until_seen(pilot, "已叫 1/3 次")


async def test_the_guide_desk_takes_scans_and_its_dialogs_take_numbers(hall: Hall) -> None:
    code = await code_of_a_ticket(hall)
    async with guide(hall) as pilot:
        await pilot.press(*code, "enter")
        await until_seen(pilot, "前面还有 0 人")
        await pilot.press("escape")
        await until_gone(pilot, "前面还有 0 人")
        assert any("D001" in row for row in frame(pilot.app))
