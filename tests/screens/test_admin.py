"""The administration screen: what is changed there is shown before, written, in force, and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.frame import assert_frame, until_gone, until_seen
from tests.waiting import until
from yichuang.bootstrap.following import following_settings
from yichuang.bootstrap.settings_file import SettingsFile
from yichuang.config import Settings
from yichuang.config.edit import Put, Spot, edited
from yichuang.config.field import Shape, fields_of, section_model
from yichuang.config.labels import field_label, section_label
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import Means, screen_for
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.admin import SECTIONS, AdminScreen

NAME = Spot("window", 2, ("name",))


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, the screens are somebody's of that name."""
    monkeypatch.setattr("yichuang.tui.screens.admin.supervisor", lambda: "zhang")


@asynccontextmanager
async def admin(
    hall: Hall, folder: Path, size: tuple[int, int] = (80, 24), theme: str = "default"
) -> AsyncIterator[Pilot[Restart]]:
    """The administration screen, up and loaded, with hall.toml followed."""
    async with following_settings(hall, folder) as settings:
        means = Means(settings=settings)
        app = HallApp(
            hall,
            lambda place, window: screen_for(hall, place, window, means),
            "admin",
            theme=theme,
        )
        async with app.run_test(size=size) as pilot:
            await until_seen(pilot, "F8")
            await pilot.pause()
            yield pilot


async def typed(pilot: Pilot[Restart], text: str) -> None:
    """Type into the dialog that is up."""
    await pilot.press(*text)


async def entered(pilot: Pilot[Restart], *keys: str) -> None:
    """Keys one after the other, each once the screen stands on which it is to be pressed."""
    for key in keys:
        await pilot.press(key)
        await until(lambda: _stands(pilot.app.screen))


def _stands(screen: Screen[object]) -> bool:
    return not isinstance(screen, HallScreen) or (screen.is_up() and not screen.is_behind)


async def rename_second(pilot: Pilot[Restart], name: str) -> None:
    """Give the second window a name, unsaved."""
    await entered(pilot, "1", "home", "down", "enter", "home", "down", "enter")
    await until_seen(pilot, "最多 20 个字")
    await typed(pilot, name)
    await pilot.press("enter")
    await until_seen(pilot, "按 F2 存")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_frames(hall: Hall, hall_folder: Path, size: tuple[int, int]) -> None:
    async with admin(hall, hall_folder, size) as pilot:
        await rename_second(pilot, "zonghe")
        rows = await until_seen(pilot, "有 1 处修改没有存")
        assert_frame(f"admin-windows-{size[0]}x{size[1]}", rows)
        for digit, name, seen in (
            ("3", "items", "共 196 个事项"),
            ("5", "devices", "语音"),
            ("6", "rules", "号码位数"),
        ):
            await entered(pilot, digit)
            rows = await until_seen(pilot, seen)
            assert_frame(f"admin-{name}-{size[0]}x{size[1]}", rows)


async def test_a_frame_in_the_plain_theme(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder, theme="plain") as pilot:
        await entered(pilot, "4", "enter", "down")
        rows = await until_seen(pilot, "几个值，用 | 隔开")
        assert_frame("admin-hours-plain-80x24", rows)


async def test_people_are_looked_after_elsewhere(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder) as pilot:
        await rename_second(pilot, "lost")
        await entered(pilot, "8")
        await until_seen(pilot, "离开吗")
        await entered(pilot, "1")
        await until_gone(pilot, "窗口号")
        assert not isinstance(pilot.app.screen, AdminScreen)


async def test_a_change_is_shown_before_it_is_written_and_taken_back(
    hall: Hall, hall_folder: Path
) -> None:
    path = hall_folder / "hall.toml"
    before = path.read_text(encoding="utf-8")
    async with admin(hall, hall_folder) as pilot:
        await rename_second(pilot, "zonghe")
        assert hall.rules.window(2).name == ""
        await pilot.press("f2")
        rows = await until_seen(pilot, "窗口 2 名称：（空） -> zonghe")
        assert_frame("admin-preview-80x24", rows)
        await pilot.press("4")
        await until_seen(pilot, "已存进 hall.toml")
        assert hall.rules.window(2).name == "zonghe"
        assert edited(before, [Put(NAME, "zonghe")]) == path.read_text(encoding="utf-8")
        entry = (await hall.entries(0))[-1]
        assert entry.event.kind is EventKind.SETTINGS_CHANGED
        assert entry.event.data["reason"] == "改正错误"
        await pilot.press("f8")
        await until_seen(pilot, "窗口 2 名称：zonghe -> （空）")
        await pilot.press("4")
        await until_seen(pilot, "已撤销")
        assert path.read_text(encoding="utf-8") == before
        await entered(pilot, "9")
        rows = await until_seen(pilot, "撤销修改")
        assert_frame("admin-history-80x24", rows)


async def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    hall: Hall, hall_folder: Path
) -> None:
    async with admin(hall, hall_folder) as pilot:
        await entered(pilot, "6", "down", "enter", "enter")
        await until_seen(pilot, "整数，1 到 9")
        await entered(pilot, "backspace")
        await typed(pilot, "12")
        await pilot.press("enter")
        rows = await until_seen(pilot, "不能大于 9，现在是 12")
        assert any(" 12" in row for row in rows)
        await entered(pilot, "backspace", "backspace")
        await typed(pilot, "5")
        await pilot.press("enter")
        await until_seen(pilot, "有 1 处修改没有存")
        await entered(pilot, "f2", "1")
        await until_seen(pilot, "已存进")
        assert hall.settings.missed.calls == 5


async def test_what_is_wrong_together_keeps_it_from_being_saved(
    hall: Hall, hall_folder: Path
) -> None:
    async with admin(hall, hall_folder) as pilot:
        await entered(pilot, "enter", "down", "down", "down", "enter")
        await until_seen(pilot, "部门窗口")
        await entered(pilot, "8")
        await until_seen(pilot, "还有 1 处要改")
        await entered(pilot, "f2")
        await until_seen(pilot, "还不能存")
        await entered(pilot, "escape", "f4")
        await until_seen(pilot, "放弃没有存的 1 处修改")
        await entered(pilot, "1")
        await until_gone(pilot, "还有 1 处要改")
        assert hall.rules.window(1).kind == "integrated"


async def test_a_window_is_added_filled_in_and_removed(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder) as pilot:
        await entered(pilot, "f5")
        await until_seen(pilot, "添加窗口")
        await typed(pilot, "8")
        await pilot.press("enter")
        await until_seen(pilot, "8 已经有了")
        await entered(pilot, "backspace", "9", "enter")
        await until_seen(pilot, "还有 1 处要改")
        await entered(pilot, "enter", *["down"] * 4, "enter")
        await until_seen(pilot, "按数字选或不选")
        await entered(pilot, "4", "2", "enter")
        await until_seen(pilot, "纳税服务、社会事务")
        await entered(pilot, "f2", "1")
        await until_seen(pilot, "已存进")
        assert hall.rules.window(9).categories == ("tax", "social_affairs")
        await hall.open_window(9)
        await entered(pilot, "escape", "f6", "1")
        await until_seen(pilot, "有 1 处修改没有存")
        await entered(pilot, "f2", "1")
        await until_seen(pilot, "9 号窗口")
        assert 9 in hall.rules.windows
        await hall.close_window(9)
        await entered(pilot, "f2", "1")
        await until_seen(pilot, "已存进")
        assert 9 not in hall.rules.windows


async def test_another_s_change_is_taken_in_under_one_s_own(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder) as pilot:
        await rename_second(pilot, "mine")
        other = SettingsFile(hall, hall_folder)
        found = await other.read()
        text = edited(found.text, [Put(Spot("window", 3, ("name",)), "theirs")])
        await other.keep(hall, text, was=found.hash, reason="another")
        await until_seen(pilot, "您没存的修改已接在新的内容上")
        await entered(pilot, "f2", "1")
        await until_seen(pilot, "已存进")
        assert [hall.rules.window(number).name for number in (2, 3)] == ["mine", "theirs"]


async def test_leaving_with_something_unsaved_asks(hall: Hall, hall_folder: Path) -> None:
    async with following_settings(hall, hall_folder) as settings:
        means = Means(settings=settings)
        app = HallApp(hall, lambda place, window: screen_for(hall, place, window, means))
        async with app.run_test(size=(80, 24)) as pilot:
            await until_seen(pilot, "导引台")
            app.visit("admin")
            await until_seen(pilot, "F8")
            await rename_second(pilot, "lost")
            await entered(pilot, "escape", "escape")
            await until_seen(pilot, "离开吗")
            await entered(pilot, "escape")
            assert isinstance(app.screen, AdminScreen)
            await entered(pilot, "escape", "1")
            await until_gone(pilot, "离开吗")
            assert not isinstance(app.screen, AdminScreen)


async def test_a_profile_is_shown_before_it_is_applied(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder) as pilot:
        await entered(pilot, "7", "f3")
        await until_seen(pilot, "套用哪一级的范本")
        await entered(pilot, "1")
        rows = await until_seen(pilot, "删 窗口 3")
        assert_frame("admin-profile-80x24", rows)
        await entered(pilot, "1")
        await until_seen(pilot, "已存进")
        (window,) = hall.settings.window
        assert (hall.settings.hall.level, window.kind) == ("village", "all_subject")
        assert len(window.categories) == 6


async def test_items_are_changed_one_by_one_and_undone(hall: Hall, hall_folder: Path) -> None:
    first = (await hall.items())[0]
    async with admin(hall, hall_folder) as pilot:
        await entered(pilot, "3", "enter", "down", "enter")
        await until_seen(pilot, "最多 32 列")
        await typed(pilot, "x")
        await entered(pilot, "enter")
        await until_seen(pilot, f"{first.alias} -> {first.alias}x")
        await entered(pilot, "1")
        await until_seen(pilot, "已修改")
        assert (await hall.items())[0].alias == f"{first.alias}x"
        await entered(pilot, "f8")
        await until_seen(pilot, "撤销上一次事项修改")
        await entered(pilot, "1")
        await until_seen(pilot, "已撤销")
        assert (await hall.items())[0] == first
        await entered(pilot, "escape", "f6", "1")
        await until_seen(pilot, "已停用")
        assert first.code not in [each.code for each in await hall.items()]
        await entered(pilot, "f5")
        await until_seen(pilot, "添加事项：编码")
        await typed(pilot, "NEW-1")
        await entered(pilot, "enter")
        await until_seen(pilot, "添加事项：名称")
        await typed(pilot, "jiaoyu")
        await entered(pilot, "enter", "4", "1")
        await until_seen(pilot, "共 197 个事项")
        await entered(pilot, "f7")
        await until_seen(pilot, "查找事项")
        await typed(pilot, "jiao")
        await entered(pilot, "enter")
        await until_seen(pilot, "「jiao」找到")
    added = next(each for each in await hall.items() if each.code == "NEW-1")
    assert (added.category, added.initials) == ("tax", "jiaoyu")


async def test_mistakes_in_the_file_are_told(hall: Hall, hall_folder: Path) -> None:
    async with admin(hall, hall_folder) as pilot:
        (hall_folder / "hall.toml").write_text("[hall]\nname = 3\n", encoding="utf-8")
        await hall.open_window(1)
        await until_seen(pilot, "hall.toml 有错，大厅仍按原来的设置")
        assert len(hall.settings.window) == 8


def test_every_value_has_a_name() -> None:
    nameless = []
    for section in Settings.model_fields:
        queue = [(section_model(section), "")]
        while queue:
            model, path = queue.pop()
            for field in fields_of(model):
                if field.shape is Shape.SECTION and field.section is not None:
                    queue.append((field.section, f"{path}{field.name}."))
                if field_label(section, f"{path}{field.name}") == f"{path}{field.name}":
                    nameless.append(f"{section}.{path}{field.name}")
    assert nameless == []
    assert [each for each in Settings.model_fields if section_label(each) == each] == []


def test_every_section_of_the_file_is_somewhere() -> None:
    shown = [section for _name, sections in SECTIONS for section in sections]
    assert sorted(shown) == sorted(Settings.model_fields)


@pytest.mark.parametrize("spoiled", ["[hall\nname = ", "[hall]\nname = 5\n"])
@pytest.mark.parametrize("way", ["undo", "restore"])
async def test_what_a_hand_has_spoiled_is_taken_back_here(
    hall: Hall, hall_folder: Path, spoiled: str, way: str
) -> None:
    path = hall_folder / "hall.toml"
    good = path.read_text(encoding="utf-8")
    async with admin(hall, hall_folder) as pilot:
        path.write_text(spoiled, encoding="utf-8")
        await entered(pilot, "9")
        await until_seen(pilot, "取回那一版")
        # The newest is the version that the hall goes by: nobody has looked at the file since.
        await entered(pilot, *(["f8"] if way == "undo" else ["enter"]))
        await until_seen(pilot, "hall.toml 里的错误没有了")
        await entered(pilot, "1")
        await until_seen(pilot, "现在就生效")
        assert path.read_text(encoding="utf-8") == good
