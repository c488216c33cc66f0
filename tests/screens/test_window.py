"""The clerk's screen: keys, what they do to the hall, and what is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.errors import StoreBusy, UnknownWindow
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.view import LIST_LENGTH
from yichuang.queue.window import WindowState
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for
from yichuang.tui.message import HallChanged
from yichuang.tui.widgets.big_number import BigNumber

pytestmark = pytest.mark.usefixtures("foretold")

WINDOW = 3
SIZES = [(80, 24), (100, 30)]


@asynccontextmanager
async def window_screen(
    hall: Hall, size: tuple[int, int] = (80, 24), theme: str = "default", language: str = "zh_CN"
) -> AsyncIterator[Pilot[Restart]]:
    """Window 3's screen, up and loaded."""
    app = HallApp(
        hall,
        lambda place, window: screen_for(hall, place, window),
        "window",
        WINDOW,
        theme=theme,
        language=language,
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "郑陆镇为民服务中心")
        await pilot.pause()
        yield pilot


async def fill(hall: Hall, clock: FixedClock) -> None:
    """Nine visitors, a minute apart; the last has priority and the longest item."""
    for category in ("tax", "police", "social_insurance", "social_insurance") * 2:
        await hall.issue(category=category)
        clock.advance(timedelta(minutes=1))
    items = [item for item in await hall.items() if item.category == "social_insurance"]
    longest = max(items, key=lambda item: len(item.name))
    await hall.issue(
        category="social_insurance",
        items=(longest.code,),
        priority_class=PriorityClass.PRIORITY,
    )
    clock.advance(timedelta(minutes=4))


async def present(hall: Hall) -> tuple[WindowState, str, TicketState | None]:
    """The window's state, its ticket's number, and that ticket's state."""
    view = await hall.window_view(WINDOW)
    ticket = view.ticket
    return view.window.state, ticket.number if ticket else "", ticket.state if ticket else None


async def call_thrice(pilot: Pilot[Restart], clock: FixedClock) -> list[str]:
    """Call the visitor again as often as the hall wants before a pass, and wait as long."""
    for times in (2, 3):
        clock.advance(timedelta(seconds=20))
        await press_until(pilot, "2", f"已叫 {times}/3 次")
    clock.advance(timedelta(seconds=20))
    pilot.app.screen.post_message(HallChanged())
    return await until_seen(pilot, "已叫 3/3 次，可以过号")


async def press_until(pilot: Pilot[Restart], key: str, text: str) -> list[str]:
    """Press a key and wait for what it brings."""
    await pilot.press(key)
    return await until_seen(pilot, text)


@pytest.mark.parametrize("size", SIZES)
async def test_a_visit_from_opening_to_finish(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    await fill(hall, clock)
    name = f"{size[0]}x{size[1]}"
    async with window_screen(hall, size) as pilot:
        assert_frame(f"window-closed-{name}", await until_seen(pilot, "窗口没有开"))
        assert_frame(f"window-idle-{name}", await press_until(pilot, "f2", "按 1 叫下一个号"))
        assert_frame(f"window-called-{name}", await press_until(pilot, "1", "已叫 1/3 次"))
        assert pilot.app.screen.query_one(BigNumber).text == "C005"
        assert await present(hall) == (WindowState.OPEN, "C005", TicketState.CALLED)
        await press_until(pilot, "2", "已重呼 C005；离上次太近，不计次数")
        clock.advance(timedelta(minutes=2))
        await press_until(pilot, "2", "已叫 2/3 次")
        await press_until(pilot, "3", "办理了 0 分钟")
        clock.advance(timedelta(minutes=5))
        await hall.issue(category="police")
        assert_frame(f"window-serving-{name}", await until_seen(pilot, "办理了 5 分钟"))
        await press_until(pilot, "4", "C005 已办结")
        assert await present(hall) == (WindowState.OPEN, "", None)
        assert pilot.app.screen.query_one(BigNumber).text == ""
        await press_until(pilot, "9", "已撤销：C005")
        assert await present(hall) == (WindowState.OPEN, "C005", TicketState.SERVING)


@pytest.mark.parametrize("size", SIZES)
async def test_holding_passing_and_bringing_back(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    await fill(hall, clock)
    name = f"{size[0]}x{size[1]}"
    await hall.open_window(WINDOW)
    async with window_screen(hall, size) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "1", "已叫 1/3 次")
        assert_frame(f"window-hold-{name}", await press_until(pilot, "6", "怎样挂起"))
        await press_until(pilot, "enter", "C005 已挂起（不持件）")
        await press_until(pilot, "1", "已叫 1/3 次")
        assert_frame(f"window-counted-{name}", await call_thrice(pilot, clock))
        assert_frame(f"window-pass-{name}", await press_until(pilot, "5", "过号的原因"))
        await press_until(pilot, "2", "C001 已过号")
        assert (await hall.ticket("C001")).reason == "走开了"
        rows = await until_seen(pilot, "过号 1")
        assert_frame(f"window-lists-{name}", rows)
        assert any("C001" in row and "走开了" in row for row in rows)
        assert_frame(f"window-reinstate-{name}", await press_until(pilot, "f4", "1  C001"))
        await press_until(pilot, "enter", "C001 回到队里")
        assert_frame(f"window-take-back-{name}", await press_until(pilot, "f3", "取回挂起的号"))
        await press_until(pilot, "1", "已取回 C005")
        await press_until(pilot, "1", "先叫")
        assert await present(hall) == (WindowState.OPEN, "C005", TicketState.CALLED)


@pytest.mark.parametrize("size", SIZES)
async def test_transferring(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    await fill(hall, clock)
    name = f"{size[0]}x{size[1]}"
    await hall.open_window(WINDOW)
    await hall.open_window(1)
    async with window_screen(hall, size) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "1", "已叫 1/3 次")
        assert_frame(f"window-transfer-{name}", await press_until(pilot, "7", "C005 转到哪里"))
        await press_until(pilot, "5", "C005 已转移")
        assert (await hall.ticket("C005")).category == "police"
        await press_until(pilot, "1", "已叫 1/3 次")
        await press_until(pilot, "7", "C001 转到哪里")
        rows = await press_until(pilot, "7", "C001 转到哪个窗口")
        assert_frame(f"window-transfer-window-{name}", rows)
        await press_until(pilot, "1", "窗口号：1_")
        await press_until(pilot, "enter", "C001 已转到 1 号窗口")
        assert (await hall.ticket("C001")).target_window == 1


async def test_transferring_to_a_window_that_is_not_there(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "已叫 1/3 次")
        await press_until(pilot, "7", "转到哪里")
        await press_until(pilot, "7", "转到哪个窗口")
        await pilot.press("9", "9")
        await press_until(pilot, "enter", "没有 99 号窗口")
        assert await present(hall) == (WindowState.OPEN, "C005", TicketState.CALLED)


@pytest.mark.parametrize("size", SIZES)
async def test_picking_a_ticket(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    await fill(hall, clock)
    name = f"{size[0]}x{size[1]}"
    await hall.open_window(WINDOW)
    async with window_screen(hall, size) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        assert_frame(f"window-pick-{name}", await press_until(pilot, "0", "叫指定的号"))
        await pilot.press("0", "0", "3", "backspace")
        await press_until(pilot, "2", "号码：002_")
        await pilot.press("down")
        assert_frame(f"window-why-{name}", await press_until(pilot, "enter", "为什么先叫 D002"))
        seen = await press_until(pilot, "2", "已叫 1/3 次")
        said = f"D002 由 window-{WINDOW} 指定叫号（材料已备齐），没有按顺序"
        assert any(said in row for row in seen)
        assert await present(hall) == (WindowState.OPEN, "D002", TicketState.CALLED)


async def test_picking_asks_why_of_a_number_beyond_the_list_and_can_be_left(
    hall: Hall, clock: FixedClock
) -> None:
    for _each in range(LIST_LENGTH + 2):
        await hall.issue(category="tax")
    last = (await hall.tickets())[0].number
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "0", "叫指定的号")
        await pilot.press(*last.lower())
        await until_seen(pilot, "没有这样的号")
        await press_until(pilot, "enter", f"为什么先叫 {last}")
        await press_until(pilot, "escape", "按 1 叫下一个号")
        assert (await hall.ticket(last)).state is TicketState.WAITING
        await press_until(pilot, "0", "叫指定的号")
        await pilot.press(*last.lower())
        await press_until(pilot, "enter", f"为什么先叫 {last}")
        await pilot.press("x")
        await press_until(pilot, "enter", f"{last} 由 window-{WINDOW} 指定叫号（x），没有按顺序")


async def test_picking_a_number_that_was_not_issued(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "0", "叫指定的号")
        await pilot.press("a", "9")
        await until_seen(pilot, "没有这样的号")
        rows = await press_until(pilot, "enter", "今天没有 A9 这个号")
        assert any("核对票上的号和日期" in row for row in rows)


async def test_a_pass_that_wants_another_call_says_when(hall: Hall, clock: FixedClock) -> None:
    await hall.issue(category="tax")
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    clock.advance(timedelta(seconds=13))
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "已叫 1/3 次，隔 20 秒可再叫")
        await press_until(pilot, "5", "再过 7 秒重呼或过号")
        clock.advance(timedelta(seconds=7))
        await press_until(pilot, "5", "现在就可以重呼")


@pytest.mark.parametrize("size", SIZES)
async def test_pausing_and_resuming(hall: Hall, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    await hall.open_window(WINDOW)
    async with window_screen(hall, size) as pilot:
        await until_seen(pilot, "没有人在等")
        assert_frame(f"window-pause-{name}", await press_until(pilot, "8", "暂停服务的原因"))
        await pilot.press("down")
        rows = await press_until(pilot, "enter", "暂停服务  用餐")
        assert_frame(f"window-paused-{name}", rows)
        assert (await hall.window_view(WINDOW)).window.reason == "用餐"
        await press_until(pilot, "8", "没有人在等")
        assert await present(hall) == (WindowState.OPEN, "", None)


async def test_closing_asks_first(hall: Hall) -> None:
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "没有人在等")
        assert_frame("window-close-80x24", await press_until(pilot, "f2", "关 3 号窗口？"))
        await press_until(pilot, "escape", "没有人在等")
        assert (await present(hall))[0] is WindowState.OPEN
        await press_until(pilot, "f2", "关 3 号窗口？")
        await press_until(pilot, "1", "窗口没有开")
        assert (await present(hall))[0] is WindowState.CLOSED


async def test_digits_of_an_input_method_work(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        await press_until(pilot, "１", "已叫 1/3 次")
        await press_until(pilot, "６", "C005 怎样挂起")
        await press_until(pilot, "２", "C005 已挂起（持件）")


@pytest.mark.parametrize(
    ("keys", "refused", "hint"),
    [
        (["1"], "! 3 号窗口还有 C005（已叫号）", "先把它办结、过号、挂起或转移"),
        (["4"], "! C005 现在是「已叫号」，不能办结", "现在可以：重呼、开始办理"),
        (["8"], "! 3 号窗口还有 C005（已叫号）", "先把它办结"),
        (["0"], "! 3 号窗口还有 C005（已叫号）", "先把它办结"),
        (["f2"], "! 3 号窗口还有 C005（已叫号）", "先把它办结"),
        (["5"], "! C005 还不能过号：已叫 1 次，要叫 3 次，每次隔 20 秒", "再过 20 秒"),
        (["3", "5"], "! C005 现在是「办理中」，不能过号", "现在可以：办结、挂起、转移"),
        (["9", "9"], "! 3 号窗口没有可以撤销的一步", "只能撤销本窗口刚做的"),
        (["f3"], "! 没有挂起的号", "按 6 挂起"),
        (["f4"], "! 今天没有过号的号", "过号的号会列在右边"),
        (["f5"], "! 本大厅没有设打印机", "[[printer]]"),
    ],
)
async def test_a_refused_key_says_why_and_what_to_do(
    hall: Hall, clock: FixedClock, keys: list[str], refused: str, hint: str
) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "已叫 1/3 次")
        await pilot.press(*keys)
        rows = await until_seen(pilot, refused)
        assert any(hint in row for row in rows)
        await pilot.press("escape")
        await until_gone(pilot, refused)


async def test_shows_what_another_process_does(
    hall: Hall, hall_folder: Path, clock: FixedClock
) -> None:
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot, open_hall(hall_folder, clock=clock) as other:
        await until_seen(pilot, "没有人在等")
        await other.issue(category="social_insurance")
        await until_seen(pilot, "按 1 叫下一个号")
        await other.call_next(WINDOW)
        await until_seen(pilot, "已叫 1/3 次")
        assert pilot.app.screen.query_one(BigNumber).text == "C001"


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (("5", "1"), "D003 过号的原因"),
        (("6", "1"), "D003 怎样挂起"),
        (("7", "5"), "D003 转到哪里"),
        (("7", "7", "1", "enter"), "D003 转到哪个窗口"),
    ],
)
async def test_a_dialog_acts_on_the_number_in_its_heading_only(
    hall: Hall, hall_folder: Path, clock: FixedClock, keys: tuple[str, ...], asked: str
) -> None:
    """Another terminal at the same window finishes D003 and calls D004 behind the dialog."""
    for _each in range(4):
        await hall.issue(category="tax")
    await hall.open_window(WINDOW)
    await hall.open_window(1)
    await hall.call(WINDOW, "D003")
    for _each in range(2):
        clock.advance(timedelta(seconds=20))
        await hall.recall(WINDOW)
    clock.advance(timedelta(seconds=20))
    async with window_screen(hall) as pilot, open_hall(hall_folder, clock=clock) as other:
        await until_seen(pilot, "已叫 3/3 次")
        questions = {"5": 1, "6": 1, "7": 1 + keys.count("7") // 2}[keys[0]]
        await pilot.press(*keys[:questions])
        await until_seen(pilot, asked)
        await other.start(WINDOW)
        await other.finish(WINDOW)
        await other.call(WINDOW, "D004")
        await pilot.press(*keys[questions:])
        rows = await until_seen(pilot, "D003 已经不在 3 号窗口")
        assert any("现在是 D004" in row for row in rows)
        assert pilot.app.screen.query_one(BigNumber).text == "D004"
        assert await present(hall) == (WindowState.OPEN, "D004", TicketState.CALLED)


async def unheard() -> AsyncIterator[None]:
    """Changes that nobody is told of."""
    await asyncio.Event().wait()
    yield


@pytest.mark.parametrize(
    ("keys", "asked", "reading"),
    [(["7"], "已叫 1/3 次", "lines"), (["7", "7"], "C005 转到哪里", "overview")],
)
async def test_a_store_error_before_a_dialog_is_shown_and_the_screen_goes_on(
    hall: Hall,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    keys: list[str],
    asked: str,
    reading: str,
) -> None:
    async def busy() -> None:
        raise StoreBusy(seconds=5)

    await fill(hall, clock)
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "已叫 1/3 次")
        await pilot.press(*keys[:-1])
        await until_seen(pilot, asked)
        with monkeypatch.context() as patched:
            patched.setattr(hall, reading, busy)
            await press_until(pilot, keys[-1], "! 出错 数据库正忙")
        await pilot.press("escape")
        await press_until(pilot, "3", "办理了 0 分钟")


@pytest.mark.parametrize("key", ["2", "3", "4"])
async def test_a_key_acts_on_the_number_that_is_shown_only(
    hall: Hall, hall_folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """The key is pressed before the screen has heard of the other terminal's step."""
    for _each in range(2):
        await hall.issue(category="tax")
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    monkeypatch.setattr(hall, "changes", unheard)
    async with window_screen(hall) as pilot, open_hall(hall_folder, clock=clock) as other:
        await until_seen(pilot, "已叫 1/3 次")
        await other.start(WINDOW)
        await other.finish(WINDOW)
        await other.call_next(WINDOW)
        await pilot.press(key)
        await until_seen(pilot, "D001 已经不在 3 号窗口")
        assert await present(hall) == (WindowState.OPEN, "D002", TicketState.CALLED)
        assert (await hall.ticket("D002")).calls == 1


async def test_the_plain_theme_needs_no_colours(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    async with window_screen(hall, theme="plain") as pilot:
        await until_seen(pilot, "按 1 叫下一个号")
        rows = await press_until(pilot, "1", "已叫 1/3 次")
        assert_frame("window-plain-80x24", rows)
        assert any("[2]重呼" in row and " 1 叫号" in row for row in rows)


async def test_english_fits_80_columns(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    await hall.open_window(WINDOW)
    async with window_screen(hall, language="en") as pilot:
        rows = await until_seen(pilot, "Social insurance")
        assert any("Tax" in row for row in rows)
        assert not any("纳税服务" in row for row in rows)
        await press_until(pilot, "1", "1/3")
        await press_until(pilot, "6", "  3  ")
        await press_until(pilot, "2", "On hold 1")
        rows = await press_until(pilot, "1", "1/3")
        assert_frame("window-english-80x24", rows)


ENGLISH_KEYS = (
    "1 Call", "2 Recall", "3 Start", "4 Finish", "5 Pass", "6 Hold", "7 Send", "8 Pause",
    "9 Undo", "0 Pick", "F2 Close", "F3 Resume", "F4 Return", "F5 Reprint", "F6", "F9 More", "F1 Help",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["default", "plain"])
async def test_every_key_stands_in_the_english_bar_at_80_columns(hall: Hall, theme: str) -> None:
    await hall.open_window(WINDOW)

    def shown(rows: list[str]) -> list[str]:
        text = " ".join(rows[-2:]).replace("[", " ").replace("]", " ")
        return [key for key in ENGLISH_KEYS if key not in text]

    async with window_screen(hall, language="en", theme=theme) as pilot:
        rows = await until_seen(pilot, "F1")
        assert shown(rows) == []
        await pilot.press("1")
        rows = await until_seen(pilot, "has no ticket to call now")
        assert shown(rows) in ([], ["F9 More"])
        assert any("Esc" in row for row in rows[-2:])


async def test_an_unknown_window_is_refused_before_a_screen(hall: Hall) -> None:
    with pytest.raises(UnknownWindow) as refused:
        screen_for(hall, "window", 99)
    assert "99" in refused.value.message
    assert "1、2、3" in refused.value.hint


async def test_the_key_bar_follows_what_is_possible(hall: Hall, clock: FixedClock) -> None:
    await fill(hall, clock)
    async with window_screen(hall, theme="plain") as pilot:
        await until_seen(pilot, "[F2]开窗")
        assert not any("[1]叫号" in row for row in frame(pilot.app))
        await press_until(pilot, "f2", "[1]叫号")
        await until_seen(pilot, "[F2]关窗")
        assert not any("[9]撤销" in row for row in frame(pilot.app))
        await press_until(pilot, "1", "[2]重呼")
        await until_seen(pilot, "[9]撤销")
        assert not any("[1]叫号" in row for row in frame(pilot.app))
        await press_until(pilot, "3", "办理了 0 分钟")
        await until_gone(pilot, "[9]撤销")
