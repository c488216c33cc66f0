"""The supervisor's overview: every window, line and device at once, and the keys to act on them."""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.service import Hall
from yichuang.tui.keys import digit_keys
from yichuang.tui.message import GoTo
from yichuang.tui.screens.device_rows import devices_of, trouble_rows, unheard
from yichuang.tui.screens.overview_day import ClosingScreen
from yichuang.tui.screens.overview_rows import CHANGED, figures_row, line_rows, window_rows
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.text import Part
from yichuang.tui.widgets.rows import Rows, TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows

MOST_DEVICES, MOST_WHERE_TALL, TALL = 2, 5, 40
"""Rows for devices that need an eye, the worst first; more of them on a screen with `TALL` rows."""


def _key(digit: int, action: str, label: str) -> Binding:
    return Binding(
        digit_keys(digit), action, label, key_display=str(digit), id=f"overview.{action}"
    )


class OverviewScreen(ClosingScreen):
    """Lines on top with long waits in words, windows below, devices in trouble at the foot."""

    CSS_PATH = "overview.tcss"
    NAME = N_("总览")
    HOW_TO = (
        N_("久等：最久的等了 15 分钟以上；超长：30 分钟以上。"),
        N_("人多：一类有 10 人以上在等；拥挤：20 人以上。"),
        N_("预计：现在取普通号的人大约要等多久。"),
        N_("前列：置顶、转来、优先和预约的号。* 号窗口的类别改过。"),
        N_("置顶、高峰互助、改类别和停办都记入流水，写明是谁、为什么。"),
    )
    NEEDS = MappingProxyType(
        {
            "pin": commands.PinTicket,
            "begin_surge": commands.SetSurge,
            "end_surge": commands.SetSurge,
            "assign": commands.AssignWindow,
            "ticket": commands.RerouteTicket,
            "close_day": commands.CloseDay,
        }
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        _key(1, "pin", N_("置顶")),
        _key(2, "begin_surge", N_("高峰互助")),
        _key(2, "end_surge", N_("结束高峰")),
        _key(3, "assign", N_("改窗口类别")),
        _key(4, "ticket", N_("处理号")),
        _key(5, "close_day", N_("收工")),
        _key(6, "plan", N_("排班")),
        _key(7, "devices", N_("设备")),
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", N_("下一页"), key_display="PgDn"),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._windows = len(hall.settings.window)
        self._unheard = ""

    def action_plan(self) -> None:
        """Go to the plan of windows."""
        self.post_message(GoTo("plan"))

    def action_devices(self) -> None:
        """Go to the devices."""
        self.post_message(GoTo("devices"))

    def compose_body(self) -> ComposeResult:
        """Figures, lines, windows, devices."""
        yield TextLine(widget_id="figures")
        yield Rows(widget_id="lines")
        yield TextLine(widget_id="heading")
        yield ScrollRows(widget_id="windows")
        yield Rows(widget_id="devices")

    async def load(self) -> None:
        """Show the hall as it is now."""
        overview = await self.hall.overview()
        self.seen = overview
        devices = await devices_of(self.hall)
        waits = await waits_of(self.hall) if self.hall.settings.forecast.enabled else None
        now, cells = overview.at, self.size.width
        self.query_one("#figures", TextLine).show_line(figures_row(overview))
        self.query_one("#lines", Rows).show(line_rows(overview.lines, now, waits))
        self._pane.show_all(window_rows(overview.windows, now, cells))
        most = MOST_WHERE_TALL if self.size.height >= TALL else MOST_DEVICES
        self.query_one("#devices", Rows).show(trouble_rows(devices, most))
        self._unheard = unheard(devices)
        self._show_heading()
        await self.follow_slips()

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#windows", ScrollRows)

    def _scrolls(self) -> bool:
        return self.is_up() and self._pane.total > self._pane.room

    def _show_heading(self) -> None:
        heading = _("窗口（{count} 个）").format(count=self._windows)
        windows = self.seen.windows if self.seen else ()
        if any(each.window.categories is not None for each in windows):
            heading += f"  {CHANGED} {_('类别已改派')}"
        if self._scrolls():
            pane = self._pane
            place = _("第 {first}-{last} 行，共 {all} 行：按上下键看其余的")
            last = min(pane.top + pane.room, pane.total)
            heading += "  " + place.format(first=pane.top + 1, last=last, all=pane.total)
        row: list[Part] = [(f" {heading}  ", "section")]
        if self._unheard:
            row.append((f" {self._unheard} ", "error"))
        self.query_one("#heading", TextLine).show_line(row)

    def on_resize(self) -> None:
        """Lay the windows out for the new width."""
        self.call_after_refresh(self.reload)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered when there is something to scroll to; one key begins and ends a surge."""
        if not self.allows(action):
            return False
        if action in ("begin_surge", "end_surge"):
            surge = self.seen.surge if self.seen else None
            return (action == "end_surge") == (surge is not None)
        if action in ("scroll", "turn"):
            return self._scrolls()
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if self.seen is None:
            return True
        if action == "pin":
            return self.seen.waiting > 0
        return action != "ticket" or self.seen.issued > 0

    def action_scroll(self, rows: int) -> None:
        """Show other windows."""
        self._pane.scroll_by(rows)
        self._show_heading()

    def action_turn(self, pages: int) -> None:
        """Show the next or the former page of windows."""
        self._pane.turn(pages)
        self._show_heading()
