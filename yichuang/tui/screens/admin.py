"""Administration: windows, categories, items, hours, devices, rules and the hall itself, while it is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip

from yichuang.errors import YichuangError
from yichuang.language import N_, _
from yichuang.queue.revision.command import KeepSettings
from yichuang.queue.service import Hall
from yichuang.queue.settings_keeper import SettingsKeeper
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.keys import digit_keys
from yichuang.tui.message import GoTo
from yichuang.tui.screens.admin_history import HistoryTab
from yichuang.tui.screens.admin_items import ItemsTab
from yichuang.tui.screens.admin_settings import SettingsTab, SettingsWork
from yichuang.tui.screens.admin_tab import Tab
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_acts import supervisor
from yichuang.tui.screens.question import Question
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("窗口", "tab"), ("window",)),
    (N_("类别", "tab"), ("category",)),
    (N_("事项", "tab"), ()),
    (N_("时间", "tab"), ("hours", "holiday")),
    (
        N_("设备", "tab"),
        (
            "printer",
            "display",
            "call_feed",
            "voice",
            "id_reader",
            "rating_pad",
            "caller_pad",
            "scanner",
            "kiosk",
        ),
    ),
    (
        N_("规则", "tab"),
        (
            "ticket",
            "missed",
            "dispatch",
            "pause",
            "appointment",
            "rating",
            "forecast",
            "alert",
            "group",
        ),
    ),
    (N_("大厅", "tab"), ("hall", "staff", "remote")),
    (N_("人员", "tab"), ()),
    (N_("历史", "tab"), ()),
)
"""The sections by digit from 1, and what of hall.toml each shows."""

ITEMS, STAFF, HISTORY = 3, 8, 9
"""The digits of those that are not in hall.toml."""

ABOUT_ROWS = 2
"""Rows for a value in full."""

WIDE = 120
"""Columns from which the names have more room."""

STAFF_PLACE = "staff"
"""The place where people are looked after."""

_KEYS = (
    ("f2", "save", N_("存")),
    ("f3", "profile", N_("套用范本")),
    ("f4", "forget", N_("放弃")),
    ("f5", "add", N_("添加")),
    ("f6", "remove", N_("删除", "key")),
    ("f6", "retire", N_("停用或恢复")),
    ("f7", "reset", N_("恢复默认")),
    ("f7", "search", N_("查找")),
    ("f8", "undo", N_("撤销")),
)


class TwinPane(ListPane):
    """One of two lists side by side: only the one with the keyboard has its cursor reversed."""

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that the keyboard is elsewhere."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Row `y`; without the keyboard the cursor's row is bold."""
        if self.has_focus or y + self._top != self._cursor or not self._lines:
            return super().render_line(y)
        return self.strip_of([("> ", ""), *self._lines[self._cursor]], "strong")


class AdminScreen(HallScreen):
    """Nine sections; on the left what there is, on the right its values."""

    CSS_PATH = "admin.tcss"
    NAME = N_("管理")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("按数字换一类。左边选一个，按 Enter 到右边；选一项再按 Enter 修改，Esc 回左边。"),
        N_("改好几处再一起存：按 F2 先看改了什么，写明原因才存。没有存的不生效。"),
        N_("事项每改一项就存一项。停用的事项不能再取号，老号还认得它。"),
        N_("存了马上生效，各个终端和设备都跟着换；按 F8 撤销上一次，可以一直往回退。"),
        N_("开着的窗口、有人排队的类别不能删除或换编码。"),
    )
    NEEDS: ClassVar[Mapping[str, Any]] = MappingProxyType({"act": KeepSettings})
    AUTO_FOCUS = "#names"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                digit_keys(digit),
                f"section({digit})",
                N_("换一类"),
                key_display="1-9",
                show=digit == 1,
            )
            for digit in range(1, len(SECTIONS) + 1)
        ),
        *(
            Binding(key, f"act('{action}')", label, id=f"admin.{action}")
            for key, action, label in _KEYS
        ),
        Binding("right", "to_values", show=False),
        Binding("left", "to_names", show=False),
    ]

    def __init__(self, hall: Hall, keeper: SettingsKeeper) -> None:
        """`keeper` reads and writes hall.toml."""
        super().__init__(hall)
        self.actor = supervisor()
        self.work = SettingsWork(self, keeper)
        self._section = 1
        self._tabs: dict[int, Tab] = {
            digit: SettingsTab(self, self.work, sections)
            for digit, (_name, sections) in enumerate(SECTIONS, start=1)
            if sections
        }
        self._tabs[ITEMS] = ItemsTab(self)
        self._tabs[HISTORY] = HistoryTab(self, self.work)

    def compose_body(self) -> ComposeResult:
        """The sections, what is to be said of them, and the two lists."""
        yield TextLine(self._section_row(), widget_id="sections")
        yield TextLine(widget_id="heading")
        with Horizontal(id="lists"):
            yield TwinPane(widget_id="names")
            yield TwinPane(widget_id="values")
        yield Rows([""] * ABOUT_ROWS, widget_id="about")

    def _section_row(self) -> Line:
        parts: list[Any] = []
        for digit, (name, _sections) in enumerate(SECTIONS, start=1):
            style = "section" if digit == self._section else ""
            parts += [(f" {digit} {_(name, 'tab')} ", style), ("", "")]
        return parts

    # --- for the sections ---------------------------------------------------------------------

    @property
    def screen_itself(self) -> Screen[Any]:
        """Where dialogs are asked over."""
        return self

    @property
    def tab(self) -> Tab:
        """The present section."""
        return self._tabs[self._section]

    def tell(self, text: str, hint: str = "") -> None:
        """Show a notice."""
        self.status.say(f" {text}", f" {hint}" if hint else "")

    async def run(self, act: Callable[[], Awaitable[Any]]) -> bool:
        """Do something to the hall, and read again; a refusal is shown, a wrong text in full."""
        try:
            await act()
        except YichuangError as error:
            await self.reload()
            self.status.refuse(error)
            return False
        self.status.say("")
        await self.reload()
        return True

    async def show_again(self) -> None:
        """Something has changed on the screen alone."""
        self._show()
        self.refresh_bindings()

    def go_to_row(self, row: int) -> None:
        """Put the cursor of the names on a row."""
        self._names.move_to(row)
        self._show_values()

    # --- showing ------------------------------------------------------------------------------

    @property
    def _names(self) -> ListPane:
        return self.query_one("#names", ListPane)

    @property
    def _values(self) -> ListPane:
        return self.query_one("#values", ListPane)

    @property
    def _row(self) -> int:
        return self._names.cursor or 0

    async def load(self) -> None:
        """Read the present section, and show it."""
        await self.tab.load()
        self._show()

    def _show(self) -> None:
        self.query_one("#sections", TextLine).show_line(self._section_row())
        self.query_one("#heading", TextLine).show_line(self.tab.heading())
        self._names.show(list(self.tab.names()))
        self._show_values()

    def _show_values(self) -> None:
        is_any = self._names.cursor is not None
        self._values.show(list(self.tab.values(self._row)) if is_any else [])
        self._show_about()

    def _show_about(self) -> None:
        value = self._values.cursor
        # What has the keyboard is known at once here; the widget itself hears of it later.
        is_there = self.focused is self._values and value is not None
        about = self.tab.about(self._row, value or 0) if is_there else ""
        lines: list[Line] = [[(f" {line}", "dim")] for line in wrap(about, self.size.width - 2)]
        self.query_one("#about", Rows).show([*lines, *[""] * ABOUT_ROWS][:ABOUT_ROWS])

    @on(ListPane.Moved, "#values")
    def tell_of_value(self) -> None:
        """Show in full what the cursor came to."""
        self._show_about()

    @on(ListPane.Moved, "#names")
    def follow_the_cursor(self) -> None:
        """Show the values of what the cursor came to."""
        self._values.move_to(0)
        self._show_values()

    def on_resize(self) -> None:
        """Names have more room where there is some."""
        self.set_class(self.size.width >= WIDE, "-wide")

    # --- keys ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A section offers what it can do."""
        allowed = super().check_action(action, parameters)
        if action == "act":
            return allowed and str(parameters[0]) in self.tab.ACTIONS
        return allowed

    def possible(self, action: str) -> bool:
        """Whether an action makes sense now; the key bar shows the others dim."""
        if action.startswith("act("):
            return self.tab.possible(action.removeprefix("act('").removesuffix("')"))
        return True

    async def action_section(self, digit: int) -> None:
        """Show another section."""
        if digit == STAFF:
            await self._leave_for(self._go_to_staff)
            return
        self._section = digit
        self.tell("")
        self._names.move_to(0)
        self._values.move_to(0)
        self.set_focus(self._names)
        await self.reload()

    async def action_act(self, action: str) -> None:
        """What the section can do."""
        await self.tab.act(action, self._row, self._values.cursor or 0)

    def action_to_values(self) -> None:
        """Go to the right."""
        if self._values.cursor is not None:
            self.set_focus(self._values)
            self._show_about()

    def action_to_names(self) -> None:
        """Go back to the left."""
        self.set_focus(self._names)
        self._show_about()

    @on(ListPane.Chosen, "#names")
    async def choose(self, message: ListPane.Chosen) -> None:
        """Enter on the left leads to the right, unless the section has its own use for it."""
        if not await self.tab.choose(message.row):
            self.action_to_values()

    @on(ListPane.Chosen, "#values")
    async def edit(self, message: ListPane.Chosen) -> None:
        """Enter on the right edits the value."""
        await self.tab.edit(self._row, message.row)

    async def action_back(self) -> None:
        """From the right to the left; then away, after a question where something is not saved."""
        if self.focused is self._values:
            self.action_to_names()
        else:
            await self._leave_for(super().action_back)

    async def _leave_for(self, go: Callable[[], Awaitable[None]]) -> None:
        """Go away, after a question where something is not saved."""
        if self.work.draft.is_changed:
            text = _("有没有存的修改，离开就没有了。离开吗？")
            ask(self, Question(text), partial(self._leave, go))
        else:
            await go()

    async def _leave(self, go: Callable[[], Awaitable[None]], _sure: bool) -> None:
        self.work.draft.forget()
        await go()

    async def _go_to_staff(self) -> None:
        self.post_message(GoTo(STAFF_PLACE))

    def commands(self) -> Sequence[tuple[str, str]]:
        """The palette leads to each section."""
        return [
            (_("管理：{name}").format(name=_(name, "tab")), f"section({digit})")
            for digit, (name, _sections) in enumerate(SECTIONS, start=1)
        ]
