"""The role menu: who sits here, and so which screen."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap, BindingType

from yichuang.errors import QueueRefusal
from yichuang.language import N_, _
from yichuang.queue.people.role import Role
from yichuang.queue.service import Hall
from yichuang.queue.view import Overview
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.keys import digit_keys
from yichuang.tui.message import GoTo, Speak
from yichuang.tui.screens.choice import Pick
from yichuang.tui.screens.device_rows import devices_of, trouble_rows
from yichuang.tui.screens.window_rows import window_row
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows

PLACES = (
    ("kiosk", N_("取号"), N_("办事人自己取号，或报预约码签到")),
    ("window", N_("窗口"), N_("叫号、办理、过号、挂起、转移")),
    ("board", N_("大屏"), N_("等候区看的叫号屏")),
    ("overview", N_("总览"), N_("所有窗口和队，给主管看")),
    ("guide", N_("导引台"), N_("代取号、补打、改派、恢复、预约")),
    ("plan", N_("排班"), N_("每个时段要开几个窗口，给主管看")),
    ("devices", N_("设备"), N_("打印机、显示屏、语音等：状态、测试、补打")),
    ("whereabouts", N_("去向牌"), N_("谁在岗、谁去了哪里，改自己的去向")),
    ("staff", N_("人员"), N_("登记、角色、密码、公钥、定岗")),
    ("admin", N_("管理"), N_("窗口、类别、事项、时间、设备和规则")),
    ("me", N_("我的信息"), N_("自己的资料和公钥，改密码")),
    ("papers", N_("号票"), N_("模拟打印机打出的号票")),
)
"""Place, name and what it is for. Who may not go to a place does not see it: the keys follow the rows."""

KEYS = (*"123456789", "f2", "f3", "f4")
"""The keys of the rows: digits, then function keys, for ten places and more."""

LEAST_ROWS = 9
"""The list of places is at least so high."""

LEAST_DEVICES = 4
"""Rows for devices that need an eye; more of them where there is room."""


class MenuScreen(HallScreen):
    """The first screen of `yichuang run`."""

    CSS_PATH = "menu.tcss"
    NAME = N_("首页")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("按数字进一个界面，按 Esc 回到这里。"),
        N_("同一个大厅可以在几个终端上同时打开。"),
    )
    AUTO_FOCUS = "#places"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(digit_keys(0), "speak", "中文/English", key_display="0"),
        Binding("q", "app.leave", show=False),
    ]

    def __init__(self, hall: Hall, known: Collection[str]) -> None:
        """`known` are the places that there are."""
        super().__init__(hall)
        self._known = known
        self._places: list[tuple[str, str, str]] = []
        self._keys_of_all = self._bindings.copy()

    def compose_body(self) -> ComposeResult:
        """The places, today's figures, the devices that need an eye."""
        yield Rows(["", f" {_('按数字选择，或用上下键和 Enter')}"], widget_id="intro")
        yield ListPane(widget_id="places")
        yield Rows(widget_id="devices")

    def _offer_places(self) -> None:
        """Show the places that are for whoever sits here, and give them their keys."""
        places = [each for each in PLACES if self._is_for(each[0])]
        if places == self._places:
            return
        self._places = places
        self._bindings = BindingsMap()
        rows: list[Line] = []
        for key, (place, name, purpose) in zip(KEYS, places, strict=False):
            keys = digit_keys(key) if key.isdigit() else key
            # Each row tells its key: the bar has room for the others.
            self._bindings.bind(keys, f"go('{place}')", name, show=False)
            rows.append([(f" {key.upper():<2}", "key"), f" {pad(_(name), 12)}{_(purpose)}"])
        self._bindings.key_to_bindings.update(self._keys_of_all.key_to_bindings)
        pane = self.query_one("#places", ListPane)
        pane.styles.height = max(len(rows), LEAST_ROWS)
        pane.show(rows)

    def _is_for(self, place: str) -> bool:
        if place == "me" and not self.session.is_person:
            return False
        return place in self._known and self.session.may_visit(place)

    async def load(self) -> None:
        """Show the places, today's figures and which devices need an eye."""
        self._offer_places()
        overview = await self.hall.overview()
        devices = await devices_of(self.hall)
        pane = self.query_one("#devices", Rows)
        figures = _figures(overview)
        room = max(LEAST_DEVICES, pane.size.height - len(figures))
        pane.show([*figures, *trouble_rows(devices, room)])

    @on(ListPane.Chosen)
    async def go_to_row(self, message: ListPane.Chosen) -> None:
        """Go where the cursor stands."""
        place, _name, _purpose = self._places[message.row]
        await self.action_go(place)

    async def action_go(self, place: str) -> None:
        """Go to a place; for a window, ask which."""
        if place != "window":
            self.post_message(GoTo(place))
            return
        if self.session.is_person and self.session.may(Role.CLERK):
            duty = self.session.duty
            there = GoTo("window", duty.window) if duty else GoTo("choose_post")
            self.post_message(there)
            return
        windows = self.hall.settings.window
        if len(windows) == 1:
            self.post_message(GoTo("window", windows[0].number))
            return
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        categories = {each.code: each for each in self.hall.settings.category}
        entries = [
            (str(each.settings.number), window_row(each, categories)) for each in overview.windows
        ]
        self.app.push_screen(Pick(_("到几号窗口"), _("窗口号"), entries), self._go_to_window)

    def _go_to_window(self, typed: str | None) -> None:
        if typed is None:
            return
        try:
            self.post_message(GoTo("window", self.hall.rules.window(typed).number))
        except QueueRefusal as refused:
            self.status.refuse(refused)

    def action_speak(self) -> None:
        """Change between Chinese and English."""
        self.post_message(Speak())


def _figures(overview: Overview) -> list[Line]:
    busy = sum(line.ticket is not None for line in overview.windows)
    text = _("今天取号 {issued}，等候 {waiting}，办结 {finished}，正在办 {busy}").format(
        issued=overview.issued, waiting=overview.waiting, finished=overview.finished, busy=busy
    )
    return [[(f" {_('今天')} {overview.business_date:%Y-%m-%d}", "section")], f" {text}"]
