"""The kiosk: keys to a number, the truth about its paper, and what happens when nobody is there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.waiting import DEADLINE, until
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.profile import printer_toml
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.hours import ServiceHours
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass
from yichuang.queue.wait import Wait
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.screens.kiosk import KioskScreen
from yichuang.tui.screens.kiosk_search import ItemSearch
from yichuang.tui.widgets.big_number import BigNumber

SHANGHAI = ZoneInfo("Asia/Shanghai")
SIZES = [(80, 24), (100, 30)]
HOME = "请按数字选择要办的业务"
LONG = 600.0
"""Seconds that no test lasts."""
SERVED = '["social_affairs", "tax"]'
"""What the only window serves in the hall that refuses."""


@pytest.fixture
async def printing_hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with one printer that no worker works: the test plays the worker."""
    folder = tmp_path / "printing"
    printers = printer_toml("kiosk", host="127.0.0.1", port=9, width=80)
    await create_hall(folder, level="town", place="郑陆镇", printers=printers, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        assert await hall.store.lease("kiosk", "test", LONG)
        await note(hall, DeviceState.READY)
        yield hall


async def note(hall: Hall, state: DeviceState, reason: DeviceReason = DeviceReason.NONE) -> None:
    """Let the printer be seen in that state."""
    await hall.devices.note("kiosk", "test", DeviceHealth(state, reason))


def choose(chosen_by: Hall, **sections: Any) -> None:
    """Let the hall have chosen otherwise."""
    settings = chosen_by.settings.model_copy(update=sections)
    chosen_by.choose(settings)


@asynccontextmanager
async def kiosk(
    hall: Hall,
    size: tuple[int, int] = (80, 24),
    theme: str = "default",
    language: str = "zh_CN",
    *,
    is_open: bool = True,
) -> AsyncIterator[Pilot[Restart]]:
    """The kiosk, up and loaded; its timers never end by themselves, and it foretells nothing."""
    choose(hall, forecast=hall.settings.forecast.model_copy(update={"enabled": False}))

    def open_place(_place: str, _window: int | None) -> KioskScreen:
        return KioskScreen(hall, idle_seconds=LONG, guard_seconds=LONG)

    app = HallApp(hall, open_place, "kiosk", theme=theme, language=language)
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, f"{hall.clock.now().astimezone(SHANGHAI):%H:%M}")
        if is_open:
            await until_seen(pilot, HOME if language == "zh_CN" else " 6 ")
        await pilot.pause()
        yield pilot


def screen_of(pilot: Pilot[Restart]) -> KioskScreen:
    """The kiosk, wherever it is in the stack."""
    return next(each for each in pilot.app.screen_stack if isinstance(each, KioskScreen))


def number_of(pilot: Pilot[Restart]) -> str:
    """The large number."""
    return screen_of(pilot).query_one("#number", BigNumber).text


@pytest.mark.parametrize("size", SIZES)
async def test_frames_of_each_step(hall: Hall, size: tuple[int, int]) -> None:
    for category in ("police", "tax", "tax"):
        await hall.issue(category=category)
    name = f"{size[0]}x{size[1]}"
    async with kiosk(hall, size) as pilot:
        assert_frame(f"kiosk-start-{name}", await until_seen(pilot, "等候   2 人"))
        await pilot.press("9")
        assert_frame(f"kiosk-reasons-{name}", await until_seen(pilot, "退役军人"))
        await pilot.press("0")
        assert_frame(f"kiosk-priority-{name}", await until_seen(pilot, "已选：取优先号"))
        await pilot.press("5")
        assert_frame(f"kiosk-groups-{name}", await until_seen(pilot, "请选一类"))
        await pilot.press("4", "pagedown")
        assert_frame(f"kiosk-items-{name}", await until_seen(pilot, "第 2/5 页"))
        await pilot.press("3")
        assert_frame(f"kiosk-given-{name}", await until_seen(pilot, "您的号码"))


@pytest.mark.parametrize("theme", ["plain", "contrast"])
async def test_frames_in_other_themes(hall: Hall, theme: str) -> None:
    async with kiosk(hall, theme=theme) as pilot:
        await pilot.press("4", "0")
        assert_frame(f"kiosk-{theme}-80x24", await until_seen(pilot, "您的号码"))


async def test_frame_in_english(hall: Hall) -> None:
    async with kiosk(hall, language="en") as pilot:
        rows = await until_seen(pilot, "Police")
        assert_frame("kiosk-english-80x24", rows)


@pytest.mark.parametrize(
    "keys", [("4", "0"), ("4", "enter"), ("４", "０")], ids=["zero", "enter", "full width"]
)
async def test_two_keys_to_a_number(hall: Hall, keys: tuple[str, str]) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press(*keys)
        await until_seen(pilot, "您的号码")
        assert number_of(pilot) == "D001"
        [ticket] = await hall.tickets()
        assert (ticket.category, ticket.item) == ("tax", None)
        assert ticket.priority_class is PriorityClass.ORDINARY


async def test_three_keys_to_a_number_for_an_item(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("5", "4", "2")
        rows = await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        items = {item.code: item for item in await hall.items()}
        assert ticket.item is not None
        assert items[ticket.item].group == "迁移"
        assert any("市内迁移(直系亲属投靠)" in row for row in rows)
        assert any("到 6、7 号窗口" in row for row in rows)


async def test_the_last_page_of_a_long_group(hall: Hall) -> None:
    items = [item for item in await hall.items() if item.group == "迁移"]
    assert len(items) == 39
    async with kiosk(hall) as pilot:
        await pilot.press("5", "4", *["pagedown"] * 9)
        rows = await until_seen(pilot, "第 5/5 页")
        assert sum("迁" in row for row in rows[2:]) == 3
        await pilot.press("4")
        await pilot.pause()
        assert await hall.tickets() == []
        await pilot.press("3")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.item == items[-1].code


async def test_the_green_channel_is_told_and_kept(hall: Hall) -> None:
    await hall.issue(category="tax")
    async with kiosk(hall) as pilot:
        await pilot.press("9", "0", "4")
        await until_seen(pilot, "纳税服务  优先  请选一类")
        await pilot.press("0")
        rows = await until_seen(pilot, "前面还有 0 人")
        assert any("纳税服务   优先" in row for row in rows)
        ticket = await hall.ticket("D002")
        assert ticket.priority_class is PriorityClass.PRIORITY
        assert ticket.group is None
        await screen_of(pilot).go_home()
        await until_seen(pilot, "未选（按 9 选）")


async def test_esc_goes_back_step_by_step(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("5", "4", "pagedown", "escape")
        await until_seen(pilot, "公安服务  请选一类")
        await pilot.press("escape")
        await until_seen(pilot, HOME)
        assert await hall.tickets() == []


async def test_a_private_item_is_not_named(hall: Hall) -> None:
    private = next(item for item in await hall.items() if item.private)
    async with kiosk(hall) as pilot:
        await pilot.press("slash", *private.code.lower(), "enter")
        rows = await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.item == private.code
        assert not any(private.alias in row for row in rows)


@pytest.mark.parametrize("size", SIZES)
async def test_search_by_initials(hall: Hall, size: tuple[int, int]) -> None:
    async with kiosk(hall, size) as pilot:
        await pilot.press("0", "s", "b", "k")
        rows = await until_seen(pilot, "社保卡申领")
        assert_frame(f"kiosk-search-{size[0]}x{size[1]}", rows)
        await pilot.press("1")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert (ticket.category, ticket.item) == ("social_insurance", "RS156")


async def test_search_follows_every_key_and_digits_of_codes_are_typed(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("slash", "v", "v", "v")
        await until_seen(pilot, "没有找到")
        await pilot.press("backspace", "backspace", "backspace", *"rs156")
        await until_seen(pilot, "社保卡申领")
        assert isinstance(pilot.app.screen, ItemSearch)
        await pilot.press("enter")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.item == "RS156"


async def test_search_by_arrows(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("slash", "s", "b", "k", "down", "enter")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.item == "RS157"


async def test_a_key_that_bounces_issues_once(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("5", "4", "1", "1", "1", "0", "enter")
        await until_seen(pilot, "您的号码")
        await pilot.pause()
        assert len(await hall.tickets()) == 1


async def test_any_key_returns_once_the_guard_is_down(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0", "x")
        rows = await until_seen(pilot, "您的号码")
        screen_of(pilot).presence.guard_seconds = 0.01
        for _each in range(200):
            await pilot.press("x")
            await pilot.pause(0.02)
            rows = frame(pilot.app)
            if any(HOME in row for row in rows):
                break
        assert any(HOME in row for row in rows)
        assert len(await hall.tickets()) == 1


async def test_the_next_visitors_digit_counts_at_once(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        screen = screen_of(pilot)
        screen.presence.guard_seconds = 0.01
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        await until(lambda: not screen.presence.is_guarded)
        await pilot.press("5")
        await until_seen(pilot, "公安服务  请选一类")
        assert len(await hall.tickets()) == 1


async def test_a_hand_that_keeps_pressing_does_not_keep_the_page(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        screen = screen_of(pilot)
        screen.presence.guard_seconds = 0.2
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        async with asyncio.timeout(DEADLINE):
            while screen._given is not None:
                await pilot.press("x")
                await pilot.pause(0.02)
        assert len(await hall.tickets()) == 1


async def test_help_is_what_the_key_bar_says_on_the_numbers_page_too(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        await pilot.press("f1")
        await until_seen(pilot, "这个界面的按键")
        await pilot.press("escape")
        await until_seen(pilot, "您的号码")


async def test_the_first_page_returns_when_nobody_presses_a_key(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("9", "0", "5")
        await until_seen(pilot, "请选一类")
        screen_of(pilot).presence.idle_seconds = 0.05
        await pilot.press("4")
        await until_seen(pilot, HOME)
        await until_seen(pilot, "未选（按 9 选）")


async def test_a_number_gives_way_to_the_next_visitor(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "请选一类")
        screen_of(pilot).presence.idle_seconds = 0.05
        await pilot.press("0")
        await until_seen(pilot, HOME)
        assert len(await hall.tickets()) == 1


async def test_a_search_that_was_left_open_is_closed(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("slash", "s")
        await until_seen(pilot, "查事项")
        screen_of(pilot).presence.idle_seconds = 0.05
        await pilot.press("b")
        await until_seen(pilot, HOME)
        assert len(pilot.app.screen_stack) == 1


async def test_a_refusal_is_shown_with_its_hint(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "hall"
    await create_hall(folder, level="village", place="村", clock=clock)
    path = folder / "hall.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("number = 1", f"number = 1\ncategories = {SERVED}"), encoding="utf-8"
    )
    async with open_hall(folder, clock=clock) as hall, kiosk(hall) as pilot:
        await pilot.press("1", "0")
        rows = await until_seen(pilot, "没有窗口办理「法人事务」")
        assert any("请到导引台咨询" in row for row in rows)
        assert await hall.tickets() == []
        await pilot.press("escape", "escape")
        await until_seen(pilot, HOME)
        await pilot.press("2", "0")
        await until_seen(pilot, "您的号码")


async def test_visitors_do_not_get_at_the_commands(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("f9", "ctrl+p")
        await pilot.pause()
        assert pilot.app.screen is screen_of(pilot)
        assert not any("命令" in row for row in frame(pilot.app))


@pytest.mark.parametrize("keys", [(), ("slash",), ("4", "0")])
async def test_a_visitor_does_not_leave_by_one_key(hall: Hall, keys: tuple[str, ...]) -> None:
    """Nothing on the screen tells of the key, and once is not enough, whatever is shown."""
    async with kiosk(hall) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert not any("^Q" in row or "退出" in row for row in frame(pilot.app))
        before = len(pilot.app.screen_stack)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == before
        assert not any("退出" in row for row in frame(pilot.app))


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_the_staff_leave_by_pressing_twice(hall: Hall, key: str) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press(key, key)
        await until_seen(pilot, "退出一窗？")
        await pilot.press("1")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_two_presses_far_apart_do_not_leave(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.app.LEAVE_WITHIN", 0.01)
    async with kiosk(hall) as pilot:
        for _each in range(2):
            await pilot.press("ctrl+q")
            async with asyncio.timeout(10):
                while any(timer.name == "leaving" for timer in pilot.app._timers):
                    await pilot.pause(0.02)
        assert pilot.app.screen is screen_of(pilot)


async def test_counts_follow_other_processes(hall: Hall, hall_folder: Path) -> None:
    async with kiosk(hall) as pilot, open_hall(hall_folder, clock=hall.clock) as other:
        await other.issue(category="tax")
        await until_seen(pilot, "等候   1 人")


# --- paper --------------------------------------------------------------------------------------


async def test_without_a_printer_the_number_is_to_be_noted(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "没有打印机：请记下号码")


@pytest.mark.parametrize(
    ("state", "reason", "seen"),
    [
        (JobState.PRINTED, DeviceReason.NONE, ("已打印", "请取走号票")),
        (JobState.PRINTED, DeviceReason.NEAR_END, ("已打印", "请取走号票")),
        (JobState.PROCESSED, DeviceReason.NONE, ("已打印", "请取走号票")),
        (JobState.HANDED_OVER, DeviceReason.NONE, ("已送打印机", "没有出票请记下号码")),
        (
            JobState.FAILED,
            DeviceReason.PAPER_OUT,
            ("没有打印：打印机缺纸", "请记下号码，并叫工作人员"),
        ),
        (JobState.FAILED, DeviceReason.OFFLINE, ("没有打印：打印机没有回应", "请记下号码")),
        (JobState.UNKNOWN, DeviceReason.NO_ANSWER, ("不知有没有打出", "没有票就补打。请记下号码")),
    ],
)
async def test_the_paper_is_followed_to_its_end(
    printing_hall: Hall, state: JobState, reason: DeviceReason, seen: tuple[str, str]
) -> None:
    async with kiosk(printing_hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "等待打印")
        job = await printing_hall.store.claim("kiosk", "test")
        assert job is not None
        await until_seen(pilot, "正在打印")
        await printing_hall.store.report(job.id, PrintReport(state, reason), "test")
        rows = await until_seen(pilot, seen[0])
        assert any(seen[1] in row for row in rows)


@pytest.mark.parametrize("size", SIZES)
async def test_missing_paper_is_told_and_asked_about(
    printing_hall: Hall, size: tuple[int, int]
) -> None:
    name = f"{size[0]}x{size[1]}"
    async with kiosk(printing_hall, size) as pilot:
        await note(printing_hall, DeviceState.MISSING, DeviceReason.PAPER_OUT)
        rows = await until_seen(pilot, "打印机缺纸：取号后请记下号码")
        assert_frame(f"kiosk-no-paper-{name}", rows)
        await pilot.press("4", "0")
        rows = await until_seen(pilot, "出不了票")
        assert_frame(f"kiosk-asks-{name}", rows)
        assert await printing_hall.tickets() == []
        await pilot.press("escape")
        await until_gone(pilot, "出不了票")
        assert await printing_hall.tickets() == []
        await pilot.press("0", "1", "1", "1")
        await until_seen(pilot, "您的号码")
        assert len(await printing_hall.tickets()) == 1
        job = await printing_hall.store.claim("kiosk", "test")
        assert job is not None
        await printing_hall.store.report(
            job.id, PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), "test"
        )
        rows = await until_seen(pilot, "没有打印：打印机缺纸")
        assert_frame(f"kiosk-failed-{name}", rows)


async def test_paper_that_is_back_is_no_longer_complained_of(printing_hall: Hall) -> None:
    await note(printing_hall, DeviceState.MISSING, DeviceReason.COVER_OPEN)
    async with kiosk(printing_hall) as pilot:
        await until_seen(pilot, "打印机盖子开着：取号后请记下号码")
        await note(printing_hall, DeviceState.READY)
        await until_gone(pilot, "打印机盖子开着")
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")


@pytest.fixture
async def backed_hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall whose kiosk's printer has another for a backup; the test plays both workers."""
    folder = tmp_path / "backed"
    printers = "".join(
        [
            printer_toml("guide", host="127.0.0.1", port=9, width=80),
            printer_toml("kiosk", host="127.0.0.1", port=10, width=80) + 'backup = "guide"\n',
        ]
    )
    await create_hall(folder, level="town", place="郑陆镇", printers=printers, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        for name in ("guide", "kiosk"):
            assert await hall.store.lease(name, "test", LONG)
        missing = DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
        await hall.devices.note("kiosk", "test", missing)
        await hall.devices.note("guide", "test", DeviceHealth(DeviceState.READY))
        yield hall


async def test_paper_that_another_printer_prints_is_fetched_there(backed_hall: Hall) -> None:
    store = backed_hall.store
    async with kiosk(backed_hall) as pilot:
        await until_seen(pilot, "打印机缺纸：号票改在「guide」打印机打印")
        await pilot.press("4", "0")
        rows = await until_seen(pilot, "等待打印")
        assert not any("出不了票" in row for row in rows)
        job = await store.claim("kiosk", "test")
        assert job is not None
        failed = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True)
        await store.report(job.id, failed, "test", "guide")
        await until_seen(pilot, "号票在「guide」打印机打印，请到那里取")
        assert await store.claim("guide", "test") is not None
        await store.report(job.id, PrintReport(JobState.PRINTED), "test")
        rows = await until_seen(pilot, "号票在「guide」打印机，请到那里取")
        assert not any("请取走号票" in row for row in rows)
        assert_frame("kiosk-printed-elsewhere-80x24", rows)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (JobState.HANDED_OVER, "号票送到「guide」打印机了，请到那里看出纸口"),
        (JobState.UNKNOWN, "「guide」不知有没有打出：打印机没有回应"),
    ],
)
async def test_paper_that_may_be_at_another_printer_is_looked_for_there(
    backed_hall: Hall, state: JobState, seen: str
) -> None:
    store = backed_hall.store
    async with kiosk(backed_hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "等待打印")
        job = await store.claim("kiosk", "test")
        assert job is not None
        failed = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True)
        await store.report(job.id, failed, "test", "guide")
        assert await store.claim("guide", "test") is not None
        reason = DeviceReason.NO_ANSWER if state is JobState.UNKNOWN else DeviceReason.NONE
        await store.report(job.id, PrintReport(state, reason), "test")
        await until_seen(pilot, seen)


async def test_a_backup_that_cannot_print_either_is_no_help(backed_hall: Hall) -> None:
    missing = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
    await backed_hall.devices.note("guide", "test", missing)
    async with kiosk(backed_hall) as pilot:
        await until_seen(pilot, "打印机缺纸：取号后请记下号码")
        await pilot.press("4", "0")
        await until_seen(pilot, "出不了票")


async def test_a_printer_that_names_the_kiosk_is_its_own(backed_hall: Hall) -> None:
    guide, own = backed_hall.settings.printer
    choose(
        backed_hall, printer=(guide, own.model_copy(update={"name": "two", "kiosks": ("kiosk",)}))
    )
    assert KioskScreen(backed_hall).printer_name == "two"


async def test_a_question_that_was_left_does_not_lock_the_kiosk(printing_hall: Hall) -> None:
    await note(printing_hall, DeviceState.MISSING, DeviceReason.PAPER_OUT)
    async with kiosk(printing_hall) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "请选一类")
        screen_of(pilot).presence.idle_seconds = 0.05
        await pilot.press("0")
        await until_seen(pilot, HOME)
        assert len(pilot.app.screen_stack) == 1
        assert await printing_hall.tickets() == []
        screen_of(pilot).presence.idle_seconds = LONG
        await pilot.press("4", "0")
        await until_seen(pilot, "出不了票")
        await pilot.press("1")
        await until_seen(pilot, "您的号码")


# --- classes, desks, several matters ------------------------------------------------------------


async def shown_until(pilot: Pilot[Restart], *texts: str) -> str:
    """The whole frame once it holds the first text; all the others must be in it."""
    rows = "\n".join(await until_seen(pilot, texts[0]))
    assert [text for text in texts if text not in rows] == []
    return rows


async def test_the_group_is_kept_for_statistics_and_shown_nowhere(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("9", "5")
        rows = await shown_until(pilot, "已选：取优先号")
        assert "孕" not in rows.replace("老弱病残孕", "")
        await pilot.press("4", "0")
        rows = await shown_until(pilot, "您的号码", "优先")
        assert "孕" not in rows
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.group) == (PriorityClass.PRIORITY, "pregnant")


async def test_the_green_channel_can_be_left_again(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("9", "escape")
        await until_seen(pilot, "未选（按 9 选）")
        await pilot.press("9", "1", "9")
        await until_seen(pilot, "未选（按 9 选）")
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.group) == (PriorityClass.ORDINARY, None)


@pytest.mark.parametrize("size", SIZES)
async def test_several_matters_make_one_joint_ticket(hall: Hall, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with kiosk(hall, size) as pilot:
        await pilot.press("asterisk", "2", "1", "1")
        await shown_until(pilot, "就这些，取号", "1. 社会事务", "还要办一件")
        await pilot.press("1", "5", "4", "2")
        rows = await until_seen(pilot, "联办：一个号依次办")
        assert_frame(f"kiosk-basket-{name}", rows)
        await pilot.press("0")
        assert_frame(f"kiosk-joint-{name}", await until_seen(pilot, "您的号码"))
        [ticket] = await hall.tickets()
        assert len(ticket.items) == 2
        assert (ticket.category, ticket.route) == ("social_affairs", ("police",))


async def test_a_ticket_carries_five_matters_and_no_more(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("asterisk", "5", "4", "1")
        for digit in "2345":
            await pilot.press("1", "5", "4", digit)
            await until_seen(pilot, f"{digit}. 公安服务")
        await shown_until(pilot, "一个号最多办五件")
        await pilot.press("1")
        await pilot.pause()
        await until_seen(pilot, "要办的事")
        await pilot.press("escape")
        await shown_until(pilot, "还要办一件", "4. 公安服务")
        await pilot.press("0")
        await until_seen(pilot, "共 4 件")
        [ticket] = await hall.tickets()
        assert len(ticket.items) == 4


async def test_several_begin_on_any_page_and_categories_alone_count(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "asterisk")
        await until_seen(pilot, "纳税服务  一次办几件")
        await pilot.press("0")
        await until_seen(pilot, "1. 纳税服务")
        await pilot.press("1", "5", "4", "2")
        await until_seen(pilot, "2. 公安服务")
        await pilot.press("0")
        await until_seen(pilot, "同一个号再办：纳税服务")
        [ticket] = await hall.tickets()
        assert (ticket.category, ticket.route) == ("police", ("tax",))


async def test_going_back_while_adding_leads_to_the_list(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("asterisk", "5", "4", "1", "1")
        await until_seen(pilot, HOME)
        await pilot.press("escape")
        await until_seen(pilot, "1. 公安服务")
        await pilot.press("escape")
        await shown_until(pilot, HOME, "已选：一次办几件")
        await pilot.press("escape")
        await shown_until(pilot, HOME, "未选（按 * 选）")
        assert await hall.tickets() == []


DESKS = """
[[window]]
number = 21
kind = "collection"
categories = ["public_service"]

[[window]]
number = 22
kind = "one_thing"
categories = ["social_affairs", "police"]
skills = ["手语", "英语"]
"""


@pytest.fixture
async def desks_hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """A hall with special desks and skills."""
    folder = tmp_path / "desks"
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    path = folder / "hall.toml"
    path.write_text(path.read_text(encoding="utf-8") + DESKS, encoding="utf-8")
    async with open_hall(folder, clock=clock) as hall:
        yield hall


async def test_a_desk_with_one_category_is_entered_at_once(desks_hall: Hall) -> None:
    async with kiosk(desks_hall) as pilot:
        await pilot.press("8")
        await shown_until(pilot, "请选窗口或服务", "一件事", "出件", "手语", "英语")
        await pilot.press("2")
        await until_seen(pilot, "公共服务  要求：出件")
        await pilot.press("0")
        await shown_until(pilot, "到 21 号窗口", "出件")
        [ticket] = await desks_hall.tickets()
        assert (ticket.category, ticket.need) == ("public_service", "collection")


@pytest.mark.parametrize("size", SIZES)
async def test_a_skill_narrows_the_categories(desks_hall: Hall, size: tuple[int, int]) -> None:
    async with kiosk(desks_hall, size) as pilot:
        await pilot.press("8", "3")
        rows = await until_seen(pilot, "要求：手语")
        assert_frame(f"kiosk-need-{size[0]}x{size[1]}", rows)
        await pilot.press("4")
        await pilot.pause()
        await until_seen(pilot, HOME)
        await pilot.press("5", "4", "1")
        await until_seen(pilot, "到 22 号窗口")
        [ticket] = await desks_hall.tickets()
        assert (ticket.category, ticket.need) == ("police", "手语")


async def test_a_skill_is_taken_back_by_its_key(desks_hall: Hall) -> None:
    async with kiosk(desks_hall) as pilot:
        await pilot.press("8", "4")
        await until_seen(pilot, "已选：英语")
        await pilot.press("8")
        await until_gone(pilot, "英语 ")
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await desks_hall.tickets()
        assert ticket.need == ""


# --- hours --------------------------------------------------------------------------------------


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A time of March 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize("size", SIZES)
async def test_between_sessions_the_next_opening_stands_large(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    async with kiosk(hall, size) as pilot:
        clock.at = at(12, 30)
        await screen_of(pilot).reload()
        rows = await until_seen(pilot, "现在不是取号时间")
        assert_frame(f"kiosk-closed-{size[0]}x{size[1]}", rows)
        assert screen_of(pilot).query_one("#opening", BigNumber).text == "13:00"
        await pilot.press("4", "0", "9", "asterisk")
        await pilot.pause()
        assert await hall.tickets() == []
        clock.at = at(13)
        await screen_of(pilot).reload()
        await until_seen(pilot, HOME)


async def test_on_a_day_off_it_says_which_day_is_next(hall: Hall, clock: FixedClock) -> None:
    async with kiosk(hall) as pilot:
        clock.at = at(10, day=7)
        await screen_of(pilot).reload()
        rows = await shown_until(pilot, "现在不是取号时间", "3月9日（周一）9:00")
        assert "签到" not in rows


async def test_a_hall_for_trying_out_is_always_open(hall: Hall, clock: FixedClock) -> None:
    choose(hall, hall=hall.settings.hall.model_copy(update={"sample": True}))
    async with kiosk(hall) as pilot:
        clock.at = at(22)
        await screen_of(pilot).reload()
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")


@pytest.mark.parametrize("size", SIZES)
async def test_near_closing_it_says_so_and_asks(
    hall: Hall, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async def waits(_hall: Hall) -> dict[str, Wait]:
        return {"tax": Wait(1200.0, 2100.0)}

    monkeypatch.setattr("yichuang.tui.screens.kiosk.waits_of", waits)
    async with kiosk(hall, size) as pilot:
        clock.at = at(16, 50)
        await screen_of(pilot).reload()
        await until_seen(pilot, "约 20 分钟")
        await pilot.press("4", "0")
        rows = await until_seen(pilot, "还要取号吗？")
        assert_frame(f"kiosk-closing-{size[0]}x{size[1]}", rows)
        await pilot.press("escape")
        await until_gone(pilot, "还要取号吗？")
        assert await hall.tickets() == []
        await pilot.press("0", "1")
        await until_seen(pilot, "您的号码")
        assert len(await hall.tickets()) == 1


async def test_on_a_saturday_only_flagged_items_are_offered(hall: Hall, clock: FixedClock) -> None:
    spans = hall.settings.hours.weekday
    choose(hall, hours=hall.settings.hours.model_copy(update={"saturday": spans}))
    hall.rules.hours = ServiceHours(hall.settings.hours, (), hall.settings.zone)
    flagged = [item for item in await hall.items() if item.saturday]
    codes = [each.code for each in hall.settings.category]
    digit = str(codes.index(flagged[0].category) + 1)
    without = [code for code in codes if code not in {item.category for item in flagged}]
    async with kiosk(hall) as pilot:
        clock.at = at(10, day=7)
        await screen_of(pilot).reload()
        # On Saturday afternoon nothing more is handled than in the morning.
        notice = "周六只办标记的事项；别的业务请在 3月9日（周一）9:00 来"
        rows = await shown_until(pilot, notice)
        assert rows.count(notice) == 1
        assert without
        assert "现在不办" in rows
        await pilot.press(str(codes.index(without[0]) + 1))
        await until_seen(pilot, f" {notice}")
        await pilot.pause()
        assert "\n".join(frame(pilot.app)).count(notice) == 2
        await pilot.press(digit)
        rows = await shown_until(pilot, "请选")
        assert "直接取号" not in rows
        await pilot.press("escape", "slash", *flagged[0].code.lower(), "enter")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.items == (flagged[0].code,)


# --- several kiosks, repeated presses -----------------------------------------------------------


async def test_the_journal_names_the_kiosk(hall: Hall) -> None:
    app = HallApp(hall, lambda _place, _window: KioskScreen(hall, kiosk="kiosk2"), "kiosk")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, HOME)
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        [ticket] = await hall.tickets()
        assert ticket.origin == "kiosk2"
        [entry] = await hall.history(ticket.number)
        assert entry.actor == "kiosk2"


def opener(screen: KioskScreen) -> Callable[[str, int | None], KioskScreen]:
    """Opens this screen, whatever is asked for."""
    return lambda _place, _window: screen


async def test_each_kiosk_prints_on_the_printer_of_its_name(
    tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "two"
    printers = "\n".join(
        printer_toml(name, host="127.0.0.1", port=9, width=80) for name in ("front", "kiosk2")
    )
    await create_hall(folder, level="town", place="郑陆镇", printers=printers, clock=clock)
    async with open_hall(folder, clock=clock) as hall:
        for name, printer in (("kiosk2", "kiosk2"), ("kiosk3", "front")):
            app = HallApp(hall, opener(KioskScreen(hall, kiosk=name)), "kiosk")
            async with app.run_test(size=(80, 24)) as pilot:
                await until_seen(pilot, HOME)
                await pilot.press("4", "0")
                await until_seen(pilot, "您的号码")
                [job] = await hall.print_jobs(1)
                assert job.printer == printer


async def test_the_same_choice_within_two_seconds_shows_the_same_number(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        await screen_of(pilot).go_home()
        await until_seen(pilot, HOME)
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")
        assert number_of(pilot) == "D001"
        assert len(await hall.tickets()) == 1


async def test_what_is_foretold_stands_in_the_menu_and_on_the_numbers_page(hall: Hall) -> None:
    for number in (1, 2, 3, 4, 5, 6):
        await hall.open_window(number)
    for _each in range(3):
        await hall.issue(category="tax")
    app = HallApp(hall, lambda _place, _window: KioskScreen(hall), "kiosk")
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await until_seen(pilot, HOME)
        [tax] = [row for row in rows if "纳税服务" in row]
        assert re.search(r"等候   3 人   约 \d+ 分钟", tax)
        await pilot.press("4", "0")
        rows = await until_seen(pilot, "您的号码")
        assert any(re.search(r"等候约 \d+ 分钟", row) for row in rows)


async def test_a_forecast_that_fails_stops_nobody(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(hall._foretelling, "forecast", fail)
    app = HallApp(hall, lambda _place, _window: KioskScreen(hall), "kiosk")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, HOME)
        await pilot.press("4", "0")
        await until_seen(pilot, "您的号码")


# --- appointments -------------------------------------------------------------------------------


ID_NUMBER = "11010519491231002X"


async def booked(hall: Hall, clock: FixedClock) -> str:
    """The code of a booking for Tuesday 10:00, made on Monday; it is now Tuesday 9:30."""
    done = await hall.appointments.book(at(10, day=3), category="tax", id_number=ID_NUMBER)
    clock.at = at(9, 30, day=3)
    assert done.appointment is not None
    return done.appointment.code


@pytest.mark.parametrize("size", SIZES)
async def test_checking_in_by_code(hall: Hall, clock: FixedClock, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    code = await booked(hall, clock)
    async with kiosk(hall, size) as pilot:
        await pilot.press("7", *"123")
        assert_frame(f"kiosk-check-in-{name}", await until_seen(pilot, "123_"))
        await pilot.press("backspace", "backspace", "backspace", *code, "enter")
        await shown_until(pilot, "您的号码", "预约 10:00 起叫号", "纳税服务")
        assert number_of(pilot) == "YD001"
        [ticket] = await hall.tickets()
        assert (ticket.priority_class, ticket.origin) == (PriorityClass.APPOINTMENT, "kiosk")


@pytest.mark.parametrize("last", ["x", "X", "Ｘ"])
async def test_checking_in_by_an_id_number_that_is_not_shown(
    hall: Hall, clock: FixedClock, last: str
) -> None:
    await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await pilot.press("7", *ID_NUMBER[:-1], last)
        rows = await shown_until(pilot, "**************002X_")
        assert ID_NUMBER[:8] not in rows
        await pilot.press("enter")
        await until_seen(pilot, "预约 10:00 起叫号")


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_check_in_is_said_and_one_may_type_again(
    hall: Hall, clock: FixedClock, size: tuple[int, int]
) -> None:
    code = await booked(hall, clock)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    async with kiosk(hall, size) as pilot:
        await pilot.press("7", *wrong, "enter")
        rows = await until_seen(pilot, "没有找到预约")
        assert_frame(f"kiosk-no-appointment-{size[0]}x{size[1]}", rows)
        await pilot.press(*code, "enter")
        await until_seen(pilot, "预约 10:00 起叫号")


async def test_a_ticket_that_is_there_already_is_reprinted_by_one_key(
    printing_hall: Hall, clock: FixedClock
) -> None:
    code = await booked(printing_hall, clock)
    await printing_hall.appointments.check_in(code, on_paper=False)
    async with kiosk(printing_hall) as pilot:
        await pilot.press("7", *code, "enter")
        await shown_until(pilot, "已经签到", "按 Enter 补打 YD001")
        await pilot.press("enter")
        await shown_until(pilot, "您的号码", "等待打印")
        assert number_of(pilot) == "YD001"
        job = await printing_hall.store.claim("kiosk", "test")
        assert job is not None
        assert job.document.reprint


async def test_without_a_printer_the_number_is_shown_again(hall: Hall, clock: FixedClock) -> None:
    code = await booked(hall, clock)
    await hall.appointments.check_in(code)
    async with kiosk(hall) as pilot:
        await pilot.press("7", *code, "enter")
        await until_seen(pilot, "已经签到")
        await pilot.press("enter")
        await shown_until(pilot, "您的号码", "没有打印机：请记下号码")
        assert number_of(pilot) == "YD001"


async def test_early_visitors_check_in_before_the_hall_opens(hall: Hall, clock: FixedClock) -> None:
    code = await booked(hall, clock)
    async with kiosk(hall) as pilot:
        # The clock went back; the business date did not.
        clock.at = at(8, 40, day=3)
        await screen_of(pilot).reload()
        await until_seen(pilot, "约好的请按 7 签到")
        await pilot.press("7", *code, "enter")
        await until_seen(pilot, "预约 10:00 起叫号")


async def test_a_check_in_that_was_left_is_closed(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await pilot.press("7", "1")
        await until_seen(pilot, "1_")
        screen_of(pilot).presence.idle_seconds = 0.05
        await pilot.press("2")
        await until_seen(pilot, HOME)
        assert len(pilot.app.screen_stack) == 1


async def test_a_hall_without_appointments_offers_no_check_in(hall: Hall) -> None:
    choose(hall, appointment=hall.settings.appointment.model_copy(update={"enabled": False}))
    async with kiosk(hall) as pilot:
        rows = await shown_until(pilot, HOME)
        assert "签到" not in rows
        await pilot.press("7")
        await pilot.pause()
        assert pilot.app.screen is screen_of(pilot)


# --- touch --------------------------------------------------------------------------------------


async def press(pilot: Pilot[Restart], text: str) -> None:
    """Put a finger on a text that is shown."""
    rows = frame(pilot.app)
    y = next(y for y, row in enumerate(rows) if text in row)
    x = cell_len(rows[y][: rows[y].index(text)])
    await pilot.click(offset=(x, y))
    await pilot.pause()


async def test_a_finger_takes_a_number_and_leaves_its_page(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await press(pilot, "纳税服务")
        await until_seen(pilot, "请选一类")
        await press(pilot, "不选事项，直接取号")
        await until_seen(pilot, "您的号码")
        await press(pilot, "您的号码")
        await until_seen(pilot, "您的号码")
        screen_of(pilot).presence.guard_seconds = 0.01
        screen_of(pilot).presence.guard()
        await until(lambda: not screen_of(pilot).presence.is_guarded)
        await press(pilot, "您的号码")
        await until_seen(pilot, HOME)
        [ticket] = await hall.tickets()
        assert ticket.number == "D001"


async def test_a_finger_presses_the_keys_at_the_foot(hall: Hall) -> None:
    async with kiosk(hall) as pilot:
        await press(pilot, "绿色通道（")
        await until_seen(pilot, "退役军人")
        await press(pilot, "上一步")
        await until_seen(pilot, "未选（按 9 选）")
        await press(pilot, "公安服务")
        await until_seen(pilot, "迁移")
        await press(pilot, "迁移")
        await until_seen(pilot, "第 1/5 页")
        await press(pilot, "下一页")
        await until_seen(pilot, "第 2/5 页")
        await press(pilot, "请选事项")
        await until_seen(pilot, "第 2/5 页")


async def test_a_finger_types_a_booking_code(hall: Hall, clock: FixedClock) -> None:
    code = await booked(hall, clock)
    async with kiosk(hall) as pilot:
        await press(pilot, "预约签到（")
        for digit in code:
            rows = await until_seen(pilot, "  9  ")
            pad_row = next(row for row in rows if "  9  " in row and "  X" in row)
            await pilot.click(offset=(pad_row.index(f"  {digit}") + 2, rows.index(pad_row)))
        await until_seen(pilot, f"{code}_")
        await press(pilot, "Enter 签到")
        await until_seen(pilot, "预约 10:00 起叫号")
