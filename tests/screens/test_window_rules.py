"""The clerk's screen over the rules of a fair hall: holds, missed calls, routes, classes, surge."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.conftest import MORNING
from tests.screens.frame import assert_frame, frame, until_seen
from tests.screens.test_window import SIZES, WINDOW, press_until, window_screen
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.config import SETTINGS_FILE
from yichuang.queue.clerk import view_clerk
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.wait import Wait
from yichuang.tui.app import Restart
from yichuang.tui.screens import window_rows as rows
from yichuang.tui.text import Line, parts_of, width
from yichuang.tui.widgets.big_number import BigNumber

pytestmark = pytest.mark.usefixtures("foretold")


@asynccontextmanager
async def hall_with(folder: Path, clock: FixedClock, missed: str) -> AsyncIterator[Hall]:
    """A town hall with a `[missed]` section of its own."""
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    section = re.compile(r"(?<=^\[missed\]\n).*?(?=^\[)", re.MULTILINE | re.DOTALL)
    path.write_text(section.sub(f"{missed}\n", text, count=1), encoding="utf-8")
    async with open_hall(folder, clock=clock) as hall:
        yield hall


def number_of(pilot: Pilot[Restart]) -> str:
    """The large number."""
    return pilot.app.screen.query_one(BigNumber).text


# --- holds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "word"),
    [("1", "不持件"), ("2", "持件"), ("3", "等待")],
    ids=["free", "kept", "outside"],
)
async def test_a_hold_asks_how_it_comes_back(hall: Hall, key: str, word: str) -> None:
    await hall.issue(category="social_insurance")
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "已叫 1/3 次")
        await press_until(pilot, "6", "C001 怎样挂起")
        await press_until(pilot, key, f"C001 已挂起（{word}）；按 F3 取回")
        assert any(f"C001 {word} 3 号" in row for row in frame(pilot.app))
        await press_until(pilot, "f3", "取回挂起的号")
        await press_until(pilot, "1", "已取回 C001")


async def test_papers_at_another_window_are_taken_back_there(hall: Hall) -> None:
    await hall.issue(category="social_insurance")
    await hall.open_window(1)
    await hall.open_window(WINDOW)
    await hall.call(1, "C001")
    await hall.hold(1, kind="kept")
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "C001 持件 1 号")
        await press_until(pilot, "f3", "取回挂起的号")
        seen = await press_until(pilot, "1", "C001 的材料在 1 号窗口")
        assert any("请 1 号窗口取回" in row for row in seen)


# --- missed calls ------------------------------------------------------------------------------------


async def test_the_pass_becomes_possible_at_its_moment_without_a_key(
    tmp_path: Path, clock: FixedClock
) -> None:
    async with hall_with(tmp_path / "hall", clock, "calls = 1\ngap_seconds = 1") as hall:
        await hall.issue(category="social_insurance")
        await hall.open_window(WINDOW)
        async with window_screen(hall, theme="plain") as pilot:
            await until_seen(pilot, "按 1 叫下一个号")
            seen = await press_until(pilot, "1", "已叫 1/1 次，隔 1 秒可过号")
            assert not any("[5]过号" in row for row in seen)
            clock.advance(timedelta(seconds=1))
            seen = await until_seen(pilot, "已叫 1/1 次，可以过号")
            assert any("[5]过号" in row for row in seen)


@pytest.mark.parametrize("missed", ["void_at_once = true", "returns = 0"])
async def test_a_pass_that_is_final_says_so(tmp_path: Path, clock: FixedClock, missed: str) -> None:
    async with hall_with(tmp_path / "hall", clock, f"calls = 1\ngap_seconds = 0\n{missed}") as hall:
        await hall.issue(category="social_insurance")
        await hall.open_window(WINDOW)
        await hall.call_next(WINDOW)
        async with window_screen(hall) as pilot:
            await until_seen(pilot, "可以过号")
            await press_until(pilot, "5", "C001 过号就作废，要重新取号：原因")
            await press_until(pilot, "1", "C001 已作废，来了要重新取号；按错了按 9 撤销")
            assert (await hall.ticket("C001")).state is TicketState.VOID
            await press_until(pilot, "9", "已撤销：C001")
            assert number_of(pilot) == "C001"


def plain(line: Line) -> str:
    """A row without its styles."""
    return "".join(text for text, _style in parts_of(line))


async def miss(hall: Hall, number: str) -> None:
    """Call a ticket and pass it; the hall wants no second call."""
    await hall.call(WINDOW, number)
    await hall.pass_(WINDOW, reason="未到")


async def test_a_late_visitor_is_called_directly_and_that_can_be_undone(
    tmp_path: Path, clock: FixedClock
) -> None:
    async with hall_with(tmp_path / "hall", clock, "calls = 1\ngap_seconds = 0") as hall:
        await hall.issue(category="social_insurance")
        await hall.open_window(WINDOW)
        await miss(hall, "C001")
        async with window_screen(hall) as pilot:
            await until_seen(pilot, "C001 可补叫 社保医保 未到")
            seen = await press_until(pilot, "0", "叫指定的号")
            assert any("C001" in row and "过号，可补叫" in row for row in seen)
            await press_until(pilot, "enter", "过号后迟到")
            assert number_of(pilot) == "C001"
            await press_until(pilot, "9", "已撤销：C001")
            assert (await hall.ticket("C001")).state is TicketState.PASSED


async def test_a_visitor_who_comes_too_late_is_told_the_way(
    tmp_path: Path, clock: FixedClock
) -> None:
    async with hall_with(tmp_path / "hall", clock, "calls = 1\ngap_seconds = 0") as hall:
        for _each in range(6):
            await hall.issue(category="social_insurance")
        await hall.open_window(WINDOW)
        for number in ("C001", "C002", "C003", "C004", "C005"):
            await miss(hall, number)
        async with window_screen(hall) as pilot:
            seen = await until_seen(pilot, "C002 可补叫")
            assert not any("C001 可补叫" in row for row in seen)
            await press_until(pilot, "0", "叫指定的号")
            await pilot.press("c", "0", "0", "1")
            await until_seen(pilot, "没有这样的号")
            seen = await press_until(pilot, "enter", "C001 过号后已经叫了超过 3 个号")
            assert any("按 F4 恢复过号" in row for row in seen)


# --- routes and transfers ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_joint_route_shows_its_next_stop_and_goes_there(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    items = [item for item in await hall.items() if item.category == "social_insurance"]
    codes = tuple(item.code for item in items[:3])
    await hall.issue(
        category="social_insurance",
        items=codes,
        route=("tax", "police"),
        priority_class="priority",
        group="elderly",
    )
    await hall.open_window(WINDOW)
    async with window_screen(hall, size) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        name = f"{size[0]}x{size[1]}"
        seen = await press_until(pilot, "1", "下一站：纳税服务，余 2 站")
        assert any("3 个事项：" in row for row in seen)
        assert_frame(f"window-route-{name}", seen)
        details = await press_until(pilot, "f6", "C001 的详情")
        assert_frame(f"window-details-{name}", details)
        text = "".join(details)
        assert "社保医保 -> 纳税服务 -> 公安服务" in text
        assert all(item.name[:12] in text for item in items[:3])
        assert "老" not in text.replace("养老", "")
        await press_until(pilot, "f6", "下一站")
        await press_until(pilot, "3", "办理了 0 分钟")
        await until_seen(pilot, "下一站：纳税服务，余 2 站")
        await press_until(pilot, "4", "C001 本站已办结，转到纳税服务；按错了 30 秒内按 9 撤销")
        assert (await hall.ticket("C001")).category == "tax"
        await press_until(pilot, "9", "已撤销：C001")
        assert (await hall.ticket("C001")).route == ("tax", "police")
        assert number_of(pilot) == "C001"


async def test_there_and_back_again(hall: Hall) -> None:
    await hall.issue(category="social_insurance")
    for window in (WINDOW, 5, 6):
        await hall.open_window(window)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "1", "已叫 1/3 次")
        await press_until(pilot, "7", "转过去，办完再回本窗口")
        await press_until(pilot, "8", "C001 转到哪里，办完再回来")
        await press_until(pilot, "4", "C001 已转移，办完再回本窗口")
        await hall.call_next(5)
        await hall.start(5)
        await hall.finish(5)
        await until_seen(pilot, "到 3 号")
        await press_until(pilot, "1", "先叫")
        assert number_of(pilot) == "C001"
        await press_until(pilot, "7", "转过去，办完再回本窗口")
        await press_until(pilot, "8", "办完再回来")
        await press_until(pilot, "7", "转到哪个窗口")
        await pilot.press("6")
        await press_until(pilot, "enter", "C001 已转到 6 号窗口，办完再回本窗口")
        assert (await hall.ticket("C001")).route == ("social_insurance@3",)


# --- what is seen ------------------------------------------------------------------------------------


async def test_details_want_a_ticket(hall: Hall) -> None:
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "窗口没有开")
        await press_until(pilot, "f6", "! 3 号窗口手上没有号")


async def test_surge_and_other_categories_are_seen(hall: Hall) -> None:
    await hall.open_window(WINDOW)
    await hall.issue(category="tax")
    async with window_screen(hall) as pilot:
        seen = await until_seen(pilot, "帮办")
        assert not any("高峰互助" in row or "改派" in row for row in seen)
        await hall.assign_window(WINDOW, categories=["police"], helps=["social_insurance"])
        seen = await until_seen(pilot, "[类别已改派]")
        assert not any("纳税服务" in row for row in seen)
        await hall.set_surge(True, reason="等候人多")
        seen = await until_seen(pilot, "[高峰互助]  等候人多 09:30 起")
        assert any("纳税服务" in row for row in seen)
        assert_frame("window-surge-80x24", seen)


async def test_marks_tell_the_class_and_never_the_group(hall: Hall) -> None:
    for group in ("elderly", "veterans", "key_project"):
        await hall.issue(category="social_insurance", priority_class="priority", group=group)
    await hall.open_window(WINDOW)
    await hall.pin("C002", reason="窗口办错", actor="supervisor")
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "置顶 优先")
        seen = await press_until(pilot, "1", "已置顶")
        assert any("[置顶] [优先]" in row for row in seen)
        seen += await press_until(pilot, "f6", "C002 的详情")
        labels = [group.label for group in hall.rules.groups.values()]
        assert [each for each in labels if any(each in row for row in seen)] == []
        assert not any("窗口办错" in row for row in seen)


async def test_an_appointment_tells_its_slot(hall: Hall, clock: FixedClock) -> None:
    done = await hall.issue(category="tax")
    assert done.ticket is not None
    slot = MORNING + timedelta(minutes=30)
    booked = done.ticket._replace(
        not_before=slot,
        since=slot,
        issued_class=PriorityClass.APPOINTMENT,
        priority_class=PriorityClass.APPOINTMENT,
    )
    zone = hall.settings.zone
    view = await hall.window_view(WINDOW)
    early = rows.waiting_rows(replace(view, waiting=(booked,)), {}, zone)
    assert "10:00 起" in plain(early[1])
    later = booked._replace(called_at=slot + timedelta(minutes=7))
    assert rows.waited_text(later, later.called_at or slot, zone) == "预约 10:00，等了 7 分钟"
    assert rows.class_marks(later) == ["预约"]


async def test_a_line_tells_the_expected_wait_where_it_is_known(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.issue(category="social_insurance", priority_class="priority")
    clock.advance(timedelta(minutes=3))
    view = await hall.window_view(WINDOW)
    lines = rows.line_rows(view, {"social_insurance": Wait(25 * 60, 40 * 60)})
    texts = [plain(line) for line in lines]
    assert "预计" in texts[0]
    assert "25 分" in texts[1]
    assert "前列1" in texts[1]
    assert max(map(width, texts)) <= rows.LINE_CELLS


async def test_why_is_cut_and_the_key_for_the_rest_stands_there(hall: Hall) -> None:
    long = "甲" * 100
    short = rows.why_rows("因为来得最早", 80, 1)
    assert short == [" 叫号理由：因为来得最早"]
    for count in (1, 2):
        lines = rows.why_rows(long, 80, count)
        assert len(lines) == count
        text = plain(lines[-1])
        assert re.search(r"甲\.\. +F6 看全文 $", text)
        assert width(text) <= 80


async def test_late_tickets_are_of_lines_that_the_window_serves(
    tmp_path: Path, clock: FixedClock
) -> None:
    async with hall_with(tmp_path / "hall", clock, "calls = 1\ngap_seconds = 0") as hall:
        await hall.issue(category="tax")
        await hall.open_window(WINDOW)
        await miss(hall, "D001")
        clerk = await hall.look(view_clerk, WINDOW)
        assert [each.number for each in clerk.late] == ["D001"]
        await hall.assign_window(WINDOW, categories=["police"])
        clerk = await hall.look(view_clerk, WINDOW)
        assert clerk.late == ()
        assert [each.number for each in clerk.window.passed] == ["D001"]
