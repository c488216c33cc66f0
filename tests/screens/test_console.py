"""The supervisor's console: what each page shows at three sizes, and how one goes about in it."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.screens.conftest import MORNING
from tests.screens.console_hall import a_supervised_morning, console, press_until
from tests.screens.frame import assert_frame, until_gone, until_seen
from yichuang.clock import FixedClock
from yichuang.queue.event import EventKind
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import WaitBucket
from yichuang.tui.screens.console import PAGES
from yichuang.tui.screens.console_journal import GROUPS, raw_rows
from yichuang.tui.screens.console_rows import wait_rows
from yichuang.tui.text import parts_of, width

pytestmark = pytest.mark.usefixtures("foretold")

SIZES = [(80, 24), (100, 30), (200, 60)]
SHOWN = {
    "windows": "王芳（101）",
    "tickets": "取号后 34 分",
    "alerts": "3 号窗口空着 34 分钟",
    "items": "打印机报修",
    "day": "窗口今天办的",
    "journal": "流水从第",
    "people": "陈主任",
    "notices": "到 10:40",
}
"""A text by which each page is known to be loaded."""


@pytest.mark.parametrize("size", SIZES)
async def test_the_main_page_tells_everything_at_a_glance(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, size) as pilot:
        rows = await until_seen(pilot, "设备故障")
        assert_frame(f"console-{size[0]}x{size[1]}", rows)
    text = "\n".join(rows)
    assert "预警  红 3   黄 2   督办 1  通知 1  ! E001 评价不满意（6 号窗口）" in text
    assert re.search(r"5 已叫号 +E013 +20 分 +王芳", text)
    assert re.search(r"3 空闲 +40 分!!", text)
    assert re.search(r"6 办理中 +E002 +4 分!! 赵敏", text)


@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]])
async def test_every_page_fits(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, size) as pilot:
        for page in PAGES:
            if not page.is_place:
                rows = await press_until(pilot, str(page.digit), SHOWN[page.name])
                assert_frame(f"console-{page.name}-{size[0]}x{size[1]}", rows)
                assert rows[1].startswith(" 预警  红 3   黄 2   督办 1")
                assert any("0-9 换页" in row for row in rows[-2:])
                assert any("Esc 返回" in row for row in rows[-2:])


async def test_esc_leads_from_any_page_to_the_main_page(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall) as pilot:
        await press_until(pilot, "1", SHOWN["windows"])
        await press_until(pilot, "6", SHOWN["day"])
        await press_until(pilot, "escape", "预警（5 条）")
        assert len(pilot.app.screen_stack) == 1
        await press_until(pilot, "0", "目标：")
        await press_until(pilot, "escape", "预警（5 条）")
        await press_until(pilot, "f1", "帮助：这个界面的按键")


async def test_the_console_in_the_plain_theme_and_in_english(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall, theme="plain") as pilot:
        assert_frame("console-plain-80x24", await until_seen(pilot, "设备故障"))
    async with console(hall, language="en") as pilot:
        await until_seen(pilot, "red 3")
        await press_until(pilot, "6", "min")


async def test_alerts_that_come_and_go_are_seen_on_every_page(
    hall: Hall, clock: FixedClock
) -> None:
    async with console(hall) as pilot:
        await press_until(pilot, "2", "现在没有排着或在办的号")
        await hall.issue(category="tax")
        clock.advance(timedelta(minutes=31))
        await hall.supervision.watch()
        await until_seen(pilot, "! 纳税服务等候最久的已等 31 分钟")
        await hall.open_window(5)
        await hall.call_next(5)
        await hall.supervision.watch()
        clock.advance(timedelta(seconds=40))
        await hall.supervision.watch()
        await until_seen(pilot, "红 0")


async def test_the_cursor_stays_on_its_ticket(hall: Hall) -> None:
    for _each in range(3):
        await hall.issue(category="tax")
    await hall.open_window(5)
    async with console(hall) as pilot:
        await press_until(pilot, "2", "D003")
        await press_until(pilot, "down", "> D002")
        await hall.call_next(5)
        rows = await until_seen(pilot, "已叫号")
        assert any(row.startswith("> D002") for row in rows)


# --- one ticket, one person --------------------------------------------------------------------------


async def test_a_tickets_whole_history(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall) as pilot:
        await press_until(pilot, "2", "A001")
        await press_until(pilot, "f7", "查哪个号")
        await pilot.press(*"e001")
        rows = await press_until(pilot, "enter", "E001 取号，公安服务")
        assert_frame("console-history-80x24", rows)
        text = "\n".join(rows)
        for told in (
            "6 号窗口办结 E001",
            "E001 评价：不满意",
            "叫号依据    E001（普通）等了 0 分钟",
        ):
            assert told in text
        assert "评价        不满意（评价器）" in text
        await press_until(pilot, "escape", "A001")
        await press_until(pilot, "f7", "查哪个号")
        await pilot.press(*"E001 2026-03-0x")
        await press_until(pilot, "enter", "看不懂日期")


async def test_a_clerks_day(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    await hall.people.set_whereabouts("103", Whereabouts.IN_MEETING)
    async with console(hall) as pilot:
        await press_until(pilot, "1", "王芳")
        await pilot.press(*["down"] * 5)
        rows = await press_until(pilot, "f7", "赵敏（103）  2026-03-02")
        assert_frame("console-clerk-80x24", rows)
        text = "\n".join(rows)
        assert "叫号 2，办结 1，过号 0；平均办 6 分" in text
        assert "09:30 E001    6 号窗口    办结" in text
        assert "开会" in text
        await press_until(pilot, "f2", "2026-03-01")
        await until_seen(pilot, "流水里这一天没有这个人的记录")
        await press_until(pilot, "f3", "2026-03-02")


# --- the journal -------------------------------------------------------------------------------------


async def test_the_journal_is_paged_backwards_and_back(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall) as pilot:
        rows = await press_until(pilot, "7", "流水从第 45 行往前")
        assert any("发通知「办事人多，请耐心等候」" in row for row in rows)
        await press_until(pilot, "pagedown", "流水从第 30 行往前")
        await press_until(pilot, "pagedown", "流水从第 15 行往前")
        rows = await press_until(pilot, "pageup", "流水从第 30 行往前")
        assert any("PgUp 更新" in row for row in rows)
        # An older page stays as it is while the hall goes on.
        await hall.issue(category="tax")
        await press_until(pilot, "down", "> ")
        await until_seen(pilot, "流水从第 30 行往前")
        await press_until(pilot, "pageup", "流水从第 46 行往前")


async def test_the_journal_is_filtered(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    async with console(hall) as pilot:
        await press_until(pilot, "7", "流水从第 45 行往前")
        await press_until(pilot, "f3", "哪一种流水")
        rows = await press_until(pilot, "2", "种类 叫号")
        assert sum("叫号：" in row for row in rows) == 4
        await press_until(pilot, "f5", "几号窗口的")
        await pilot.press("6")
        rows = await press_until(pilot, "enter", "窗口 6")
        assert not any("5 号窗口" in row for row in rows)
        await press_until(pilot, "f6", "哪个号的")
        await pilot.press(*"e001")
        rows = await press_until(pilot, "enter", "号码 E001")
        assert not any("E002" in row for row in rows)
        await press_until(pilot, "f8", "流水从第 45 行往前")
        await press_until(pilot, "f7", "写着什么的")
        await pilot.press(*"设备")
        await press_until(pilot, "enter", "7 号窗口暂停服务（设备故障）")
        await press_until(pilot, "f4", "谁做的")
        await pilot.press(*"103")
        rows = await press_until(pilot, "enter", "人员 103，文字 设备")
        assert any("没有这样的流水" in row for row in rows)
        await press_until(pilot, "f8", "流水从第 45 行往前")
        await press_until(pilot, "f2", "哪天的流水")
        await pilot.press(*"2026-03-01")
        await press_until(pilot, "enter", "没有这样的流水")


async def test_an_entry_is_shown_as_it_is_kept(hall: Hall, clock: FixedClock) -> None:
    await a_supervised_morning(hall, clock)
    entry = (await hall.entries(0))[-1]
    shown = "".join(text for line in raw_rows(entry) for text, _style in parts_of(line)[1:])
    assert entry.hash in shown
    assert "NoticeBroadcast" in shown
    async with console(hall) as pilot:
        await press_until(pilot, "7", "流水从第 45 行往前")
        rows = await press_until(pilot, "enter", "流水第 45 行")
        assert any(entry.hash[:40] in row for row in rows)
        await press_until(pilot, "escape", "流水从第 45 行往前")
        await until_gone(pilot, "流水第 45 行")


def test_every_kind_of_entry_can_be_asked_for() -> None:
    named = frozenset().union(*GROUPS.values())
    others = {each.value for each in EventKind if each not in named}
    assert {"TicketCalled", "PostTaken", "AlertRaised", "DeviceChanged"} <= {
        each.value for each in named
    }
    assert all(not each.startswith(("Ticket", "Window", "Alert", "Device")) for each in others)


# --- the chart ---------------------------------------------------------------------------------------


SHANGHAI = ZoneInfo("Asia/Shanghai")


def chart(*waits: tuple[float, float], cells: int = 80) -> list[str]:
    """The bars of half hours with these middle waits and those of nine in ten, in minutes."""
    buckets = [
        WaitBucket(MORNING + timedelta(minutes=30 * place), 4, median * 60, ninety * 60)
        for place, (median, ninety) in enumerate(waits)
    ]
    lines = wait_rows(buckets, SHANGHAI, cells, 99)
    return ["".join(text for text, _style in parts_of(line)) for line in lines]


def test_the_chart_has_a_mark_a_minute() -> None:
    rows = chart((3, 8), (0, 0), (12, 12))
    assert len(rows) == 4
    assert re.fullmatch(r" 09:30 +4 +3 分 +8 分  #{3}-{5}", rows[1])
    assert re.fullmatch(r" 10:00 +4 +0 分 +0 分 *", rows[2])
    assert rows[3].endswith("  ############")


def test_the_chart_fits_however_long_the_waits_are() -> None:
    for cells in (60, 80, 110):
        rows = chart((30, 200), (1, 5), cells=cells)
        assert all(width(row) <= cells for row in rows[1:])
        assert rows[1].count("#") * 6 < rows[1].count("-") + rows[1].count("#") * 7
        assert "#" in rows[1]


def test_the_chart_says_that_nobody_was_called() -> None:
    assert chart()[1].strip() == "今天还没有叫过号"
    assert wait_rows([], SHANGHAI, 80, 0) == []
