"""The crowd's board: the newest call large, recalls, pauses, and nothing personal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_seen
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import StoreBusy
from yichuang.queue.oversight.notice import LONGEST_NOTICE
from yichuang.queue.ports import CallShown
from yichuang.queue.service import Hall
from yichuang.queue.view import Board
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.screens.board import BoardScreen
from yichuang.tui.screens.board_rows import call_rows, featured
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows

SIZES = [(80, 24), (100, 30), (200, 60)]
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@asynccontextmanager
async def board(
    hall: Hall, size: tuple[int, int] = (80, 24), theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """The board, up and loaded."""
    app = HallApp(
        hall, lambda _place, _window: BoardScreen(hall), "board", theme=theme, language=language
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "12345")
        await pilot.pause()
        yield pilot


def large(pilot: Pilot[Restart]) -> tuple[str, str]:
    """The large number and window."""
    screen = pilot.app.screen
    return screen.query_one("#number", BigNumber).text, screen.query_one("#window", BigNumber).text


async def until_large(pilot: Pilot[Restart], number: str) -> None:
    """Wait until that number is the large one."""
    for _each in range(200):
        if large(pilot)[0] == number:
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{number} never became large; {large(pilot)} is")


async def a_morning(hall: Hall, clock: FixedClock) -> None:
    """Six calls, one of them a recall, one served to its end; two windows paused."""
    for category in ("legal_affairs", "social_affairs", "tax", "police", "police", "police"):
        await hall.issue(category=category)
    await hall.issue(category="social_insurance", priority_class="priority")
    for window in (1, 2, 3, 5, 6, 7, 8):
        await hall.open_window(window)
    for window in (1, 2, 3, 5, 6):
        await hall.call_next(window)
        clock.advance(timedelta(minutes=1))
    await hall.recall(2)
    await hall.start(1)
    await hall.finish(1)
    await hall.pause_window(1, reason="用餐")
    await hall.pause_window(8, reason="开会")


@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with board(hall, size) as pilot:
        assert_frame(f"board-empty-{name}", await until_seen(pilot, "还没有叫号"))
    await a_morning(hall, clock)
    async with board(hall, size) as pilot:
        rows = await until_seen(pilot, "暂停服务：1、8 号窗口")
        assert_frame(f"board-{name}", rows)
        assert large(pilot) == ("E001", "6")


async def test_frame_in_the_plain_theme(hall: Hall, clock: FixedClock) -> None:
    await a_morning(hall, clock)
    async with board(hall, theme="plain") as pilot:
        assert_frame("board-plain-80x24", await until_seen(pilot, "C001"))


@pytest.mark.parametrize("size", SIZES[:2])
async def test_frame_with_large_characters(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    """C09: the number is drawn at twice the size, its window in rows of its own."""
    await a_morning(hall, clock)
    async with board(hall, size, theme="contrast") as pilot:
        rows = await until_seen(pilot, "暂停服务：1、8 号窗口")
        assert_frame(f"board-large-{size[0]}x{size[1]}", rows)
        number = pilot.app.screen.query_one("#number", BigNumber)
        assert (number.size.height, number.text) == (10, "E001")


async def test_frame_in_english(hall: Hall, clock: FixedClock) -> None:
    await a_morning(hall, clock)
    async with board(hall, language="en") as pilot:
        assert_frame("board-english-80x24", await until_seen(pilot, "C001"))


async def test_a_call_by_another_process_becomes_large(hall: Hall, hall_folder: Path) -> None:
    async with board(hall) as pilot, open_hall(hall_folder, clock=hall.clock) as other:
        await until_seen(pilot, "还没有叫号")
        await other.issue(category="tax")
        await until_seen(pilot, "等候 1 人")
        await other.open_window(5)
        await other.call_next(5)
        await until_large(pilot, "D001")
        assert large(pilot) == ("D001", "5")
        rows = await until_seen(pilot, "等候 0 人")
        assert any("请到" in row and "号窗口" in row for row in rows)


async def test_a_recall_is_marked_and_becomes_large(hall: Hall) -> None:
    for category in ("tax", "police"):
        await hall.issue(category=category)
    for window in (5, 6):
        await hall.open_window(window)
        await hall.call_next(window)
    async with board(hall) as pilot:
        await until_large(pilot, "E001")
        await hall.recall(5)
        await until_large(pilot, "D001")
        rows = await until_seen(pilot, "（重呼）")
        assert any(row.startswith("  E001    请到 6 号窗口") for row in rows)
        await hall.undo(6)
        await until_seen(pilot, "等候 1 人")
        assert large(pilot) == ("D001", "5")
        assert not any("E001" in row for row in frame(pilot.app))


async def test_no_item_and_no_priority_is_shown(hall: Hall) -> None:
    item = next(item for item in await hall.items() if item.private)
    await hall.issue(category=item.category, items=(item.code,), priority_class="priority")
    await hall.open_window(6)
    await hall.call_next(6)
    async with board(hall, theme="plain") as pilot:
        text = "\n".join(frame(pilot.app))
        assert item.alias not in text
        assert item.name not in text
        assert "优先" not in text


async def test_an_error_is_shown_and_goes_by_itself(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with board(hall) as pilot:

        async def busy(_calls: int = 12) -> Board:
            raise StoreBusy(seconds=5)

        with monkeypatch.context() as broken:
            broken.setattr(hall, "board", busy)
            await hall.issue(category="tax")
            await until_seen(pilot, "数据库正忙")
        await hall.issue(category="tax")
        await until_seen(pilot, "等候 2 人")
        assert not any("数据库正忙" in row for row in frame(pilot.app))


async def test_a_call_repaints_little(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    for window in (5, 6):
        await hall.open_window(window)
    for category in ("tax", "police"):
        await hall.issue(category=category)
    await hall.call_next(5)
    async with board(hall) as pilot:
        await until_large(pilot, "D001")
        painted: list[Region] = []
        refresh = Rows.refresh

        def count(self: Rows, *regions: Region, **options: bool) -> Rows:
            painted.extend(regions or [self.size.region])
            return refresh(self, *regions, **options)

        monkeypatch.setattr(Rows, "refresh", count)
        await hall.call_next(6)
        await until_large(pilot, "E001")
        await until_seen(pilot, "  D001    请到 5 号窗口")
        await until_seen(pilot, "等候 0 人")
        cells = sum(region.area for region in painted)
        # One row of calls and a digit of the count; the whole screen would be 1920 cells.
        assert 0 < cells < 160, painted
        painted.clear()
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        await screen.reload()
        assert painted == []


def shown(number: str, times: int = 1, minute: int = 0, window: int = 1) -> CallShown:
    """A call on the board."""
    return CallShown(number, window, AT + timedelta(minutes=minute), times, True)


def test_featured_is_the_latest_announcement() -> None:
    first, second = shown("A001"), shown("A002", minute=1)
    assert featured([], []) is None
    assert featured([second, first], []) == second
    assert featured([second, first], [first]) == second
    again = shown("A001", times=2)
    assert featured([second, again], [second, first]) == again
    assert featured([second, again], [again, second]) == again
    assert featured([second], [again, second]) == second


def test_calls_fill_columns_downwards() -> None:
    calls = [shown(f"A{number:03}") for number in range(8)]
    rows = call_rows(calls, ZoneInfo("Asia/Shanghai"), 200, 3)
    texts = ["".join(part if isinstance(part, str) else part[0] for part in row) for row in rows]
    assert [text.split()[0] for text in texts] == ["A000", "A001", "A002"]
    assert [text.count("请到") for text in texts] == [3, 3, 2]
    assert texts[0].index("A003") < texts[0].index("A006")


@pytest.mark.parametrize("size", SIZES)
async def test_a_broadcast_notice_of_full_length_takes_the_usual_ones_place(
    hall: Hall, size: tuple[int, int]
) -> None:
    text = "因供电局检修下午三点至五点全厅停电" * 4 + "请改日再来，给您添麻烦了"
    assert len(text) == LONGEST_NOTICE
    async with board(hall, size) as pilot:
        assert "取号后请在等候区休息" in "".join(frame(pilot.app))
        done = await hall.supervision.broadcast(text, minutes=5, reason="停电", actor="9001")
        await until_seen(pilot, "通知：因供电局检修")
        shown = "".join(line.strip() for line in frame(pilot.app))
        assert text in shown
        assert "12345" in shown
        assert done.notice is not None
        await hall.supervision.withdraw(done.notice.id)
        await until_seen(pilot, "取号后请在等候区休息")
