"""The console's page of windows: who is there, what goes on, and keys to act on one of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.supervision.view import SupervisionView
from yichuang.queue.window import WindowState
from yichuang.tui.screens import overview_rows as rows
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.overview_windows import WindowActs
from yichuang.tui.text import Line


class WindowsScreen(ListPage[rows.WindowSeen], WindowActs):
    """Every window as a row; Enter offers all that can be done with it."""

    NAME = N_("窗口")
    PAGE = "windows"
    HOW_TO = (
        N_("上下键选窗口，F 键处理它，按 Enter 列出全部能做的事。"),
        N_("! 有黄色预警，!! 有红色预警。* 号窗口的类别改过。"),
        N_("每一步都要写原因，记入流水。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "open", N_("开窗口")),
        Binding("f3", "pause", N_("暂停")),
        Binding("f3", "resume", N_("恢复")),
        Binding("f4", "close", N_("关窗口")),
        Binding("f5", "assign", N_("改类别")),
        Binding("f6", "take_off", N_("撤岗")),
        Binding("f7", "clerk", N_("人员一天")),
    ]

    async def read_items(self, view: SupervisionView) -> Sequence[rows.WindowSeen]:
        """The windows by number."""
        self.seen = await self.hall.overview()
        return rows.windows_seen(self.seen, view)

    def key_of(self, item: rows.WindowSeen) -> Hashable:
        """A window is known by its number."""
        return item.number

    def list_heading(self) -> str:
        """The heads of the columns."""
        return rows.window_heading()

    def row_of(self, item: rows.WindowSeen) -> Line:
        """A window as a row."""
        now = self.seen.at if self.seen else self.hall.clock.now()
        labels = {code: each.label for code, each in self.categories.items()}
        return rows.window_table_row(item, now, self.person, labels)

    def details_of(self, item: rows.WindowSeen) -> list[str]:
        """What there is to be warned of at it; what it serves."""
        found = [
            self.said(each.alert)
            for each in (self.view.alerts if self.view else ())
            if each.alert.window == item.number
        ]
        own, helps = (
            _("、").join(self.categories[code].label for code in codes if code in self.categories)
            for codes in (item.line.duty.own, item.line.duty.helps)
        )
        serves = _("办：{own}").format(own=own or "-")
        if helps:
            serves += _("；帮办：{helps}").format(helps=helps)
        return [*(f"! {text}" for text in found[:1]), serves]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key pauses and resumes."""
        if not self.allows(action):
            return False
        item = self.chosen
        if action in ("pause", "resume"):
            is_paused = item is not None and item.line.window.state is WindowState.PAUSED
            return (action == "resume") == is_paused
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether the key can do anything at the window under the cursor."""
        item = self.chosen
        if item is None:
            return action not in ("open", "pause", "close", "assign", "take_off", "clerk")
        state = item.line.window.state
        if action == "open":
            return state is WindowState.CLOSED
        if action in ("pause", "close"):
            return state is not WindowState.CLOSED and item.line.ticket is None
        return action not in ("take_off", "clerk") or item.supervised.duty is not None

    async def enter_item(self, item: rows.WindowSeen) -> None:
        """Offer all that can be done with it."""
        await self.ask_what_at(item.number)

    async def action_open(self) -> None:
        """Open it."""
        if self.chosen is not None:
            await self.ask_open(self.chosen.number)

    async def action_pause(self) -> None:
        """Pause it."""
        if self.chosen is not None:
            await self.ask_pause(self.chosen.number)

    async def action_resume(self) -> None:
        """End its pause."""
        if self.chosen is not None:
            await self.ask_resume(self.chosen.number)

    async def action_close(self) -> None:
        """Close it."""
        if self.chosen is not None:
            await self.ask_close(self.chosen.number)

    async def action_assign(self) -> None:
        """Give it other categories."""
        if self.chosen is not None:
            await self.ask_categories(self.chosen.number)

    async def action_take_off(self) -> None:
        """Sign out who is there."""
        if self.chosen is not None:
            await self.ask_take_off(self.chosen.number)

    async def action_clerk(self) -> None:
        """Show the day of who is there."""
        if self.chosen is not None:
            await self.show_clerk(self.chosen.number)
