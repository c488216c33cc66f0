"""The console's main page: warnings, lines, windows and devices at one glance; digits lead further."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from yichuang.language import N_, _
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens import console_rows
from yichuang.tui.screens import overview_rows as rows
from yichuang.tui.screens.console import MAIN_KEYS, ConsoleScreen
from yichuang.tui.screens.console_pages import PAGES
from yichuang.tui.screens.device_rows import Seen, devices_of, trouble_rows, unheard
from yichuang.tui.screens.overview_day import ClosingScreen
from yichuang.tui.screens.overview_notices import NoticeActs
from yichuang.tui.screens.overview_tickets import TicketActs
from yichuang.tui.screens.overview_windows import WindowActs
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.text import Part
from yichuang.tui.widgets.rows import Rows, TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows

MOST_DEVICES, MOST_WHERE_TALL, TALL = 2, 5, 40
"""Rows for devices that need an eye, the worst first; more of them on a screen with `TALL` rows."""

WIDE = 160
"""A screen with so many columns has the alerts, the 督办 items and the chart beside the windows."""

FRAME_ROWS = 5
"""Title, status and keys."""

MOST_ALERTS, MOST_ITEMS = 14, 8
"""Rows for them on a wide screen, with their headings."""


class OverviewScreen(ConsoleScreen, TicketActs, WindowActs, NoticeActs, ClosingScreen):
    """Lines on top with long waits in words, windows below, devices in trouble at the foot."""

    CSS_PATH = "overview.tcss"
    NAME = N_("总览")
    IS_MAIN = True
    HOW_TO = (
        N_("数字进各页，F 键办事，每一步都要写原因，记入流水。"),
        N_("第二行总是预警：红黄各几条没人知悉，最急的一条是什么。"),
        N_("久等、超长、人多、拥挤和 ! !! 的界限在 hall.toml 的 [alert] 里。"),
        N_("预计：现在取普通号的人大约要等多久。前列：置顶、转来、优先和预约的号。"),
        N_("! 窗口有黄色预警，!! 有红色预警。* 号窗口的类别改过。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *MAIN_KEYS,
        Binding("f2", "ticket", N_("处理号"), id="overview.ticket"),
        Binding("f3", "window", N_("处理窗口"), id="overview.window"),
        Binding("f4", "begin_surge", N_("高峰互助"), id="overview.begin_surge"),
        Binding("f4", "end_surge", N_("结束高峰"), id="overview.end_surge"),
        Binding("f5", "broadcast", N_("发通知"), id="overview.broadcast"),
        Binding("f6", "incident", N_("记事件"), id="overview.incident"),
        Binding("f7", "close_day", N_("收工"), id="overview.close_day"),
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", N_("下一页"), key_display="PgDn"),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.pages = PAGES
        self._windows = len(hall.settings.window)
        self._devices: list[Seen] = []
        self._unheard = ""

    # --- laying out ---------------------------------------------------------------------------

    def compose_page(self) -> ComposeResult:
        """Figures, then lines and windows, and beside or below them what there is to be warned of."""
        yield TextLine(widget_id="figures")
        with Container(id="sides"):
            with Container(id="near"):
                yield Rows(widget_id="lines")
                yield TextLine(widget_id="heading")
                yield ScrollRows(widget_id="windows")
            with Container(id="far"):
                yield Rows(widget_id="alerts")
                yield Rows(widget_id="items")
                yield Rows(widget_id="chart")
        yield Rows(widget_id="devices")

    @property
    def is_wide(self) -> bool:
        """Whether there is room beside the windows."""
        return self.size.width >= WIDE

    def _lay_out(self) -> None:
        """Give every part its height, which then stays: what changes costs its own cells alone."""
        height, lines = self.size.height, len(self.hall.settings.category) + 1
        devices = MOST_WHERE_TALL if height >= TALL else MOST_DEVICES
        room = max(1, height - FRAME_ROWS - 2 - devices)
        self.set_class(self.is_wide, "-wide")
        self.query_one("#devices").styles.height = devices
        self.query_one("#lines").styles.height = lines
        rest = max(1, room - lines - 1)
        if self.is_wide:
            self._alerts, self._items = MOST_ALERTS, MOST_ITEMS
            self._chart = max(0, room - MOST_ALERTS - MOST_ITEMS)
            self.query_one("#windows").styles.height = rest
        else:
            needed = -(-self._windows // rows.columns_in(self.size.width))
            windows = min(needed, rest)
            self._alerts = rest - windows if rest - windows > 1 else 0
            self._items = self._chart = 0
            windows = rest - self._alerts
            self.query_one("#windows").styles.height = windows
            self.query_one("#near").styles.height = lines + 1 + windows
        for name, size in (
            ("#alerts", self._alerts), ("#items", self._items), ("#chart", self._chart),
        ):  # fmt: skip
            part = self.query_one(name)
            part.display = size > 0
            part.styles.height = size

    async def on_mount(self) -> None:
        """Lay out before the first reading."""
        self._lay_out()
        await super().on_mount()

    def on_resize(self) -> None:
        """Lay the parts out for the new size."""
        self._lay_out()
        self.call_after_refresh(self.reload)

    # --- showing ------------------------------------------------------------------------------

    async def load_page(self, view: SupervisionView) -> None:
        """Show the hall as it is now."""
        overview = await self.hall.overview()
        self.seen = overview
        self._devices = await devices_of(self.hall)
        self._unheard = unheard(self._devices)
        waits = await waits_of(self.hall) if self.hall.settings.forecast.enabled else None
        now, bounds = overview.at, self.hall.settings.alert
        figures = rows.figures_row(overview, view, self.size.width)
        self.query_one("#figures", TextLine).show_line(figures)
        lines = rows.line_rows(overview.lines, now, waits, bounds)
        self.query_one("#lines", Rows).show(lines)
        self._show_windows(rows.windows_seen(overview, view))
        self._show_heading()
        await self._show_far_side(view)
        most = MOST_WHERE_TALL if self.size.height >= TALL else MOST_DEVICES
        self.query_one("#devices", Rows).show(trouble_rows(self._devices, most))
        await self.follow_slips()

    def _show_windows(self, windows: list[rows.WindowSeen]) -> None:
        now = self.seen.at if self.seen else self.hall.clock.now()
        if self.is_wide:
            labels = {code: each.label for code, each in self.categories.items()}
            shown = [rows.window_table_row(each, now, self.person, labels) for each in windows]
        else:
            shown = rows.window_rows(windows, now, self.size.width)
        self._pane.show_all(shown)

    async def _show_far_side(self, view: SupervisionView) -> None:
        zone = self.hall.settings.zone
        alerts = console_rows.alert_rows(view, self.said, zone, self._alerts)
        self.query_one("#alerts", Rows).show(alerts)
        items = console_rows.item_rows(view, self.person, zone, self._items)
        self.query_one("#items", Rows).show(items)
        if self._chart:
            buckets = await self.hall.supervision.waits_over_day()
            cells = self.query_one("#chart").size.width
            chart = console_rows.wait_rows(buckets, zone, cells, self._chart)
            self.query_one("#chart", Rows).show(chart)

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#windows", ScrollRows)

    def _scrolls(self) -> bool:
        return self.is_up() and self._pane.total > self._pane.room

    def _show_heading(self) -> None:
        heading = _("窗口（{count} 个）").format(count=self._windows)
        if self.is_wide:
            heading = rows.window_heading()
        windows = self.seen.windows if self.seen else ()
        if any(each.window.categories is not None for each in windows):
            heading += f"  {rows.CHANGED} {_('类别已改派')}"
        if self._scrolls():
            pane = self._pane
            place = _("第 {first}-{last} 行，共 {all} 行：按上下键看其余的")
            last = min(pane.top + pane.room, pane.total)
            heading += "  " + place.format(first=pane.top + 1, last=last, all=pane.total)
        row: list[Part] = [(f" {heading}  ", "section")]
        if self._unheard:
            row.append((f" {self._unheard} ", "error"))
        self.query_one("#heading", TextLine).show_line(row)

    # --- keys ---------------------------------------------------------------------------------

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
        return action != "ticket" or self.seen.issued > 0

    def action_scroll(self, rows: int) -> None:
        """Show other windows."""
        self._pane.scroll_by(rows)
        self._show_heading()

    def action_turn(self, pages: int) -> None:
        """Show the next or the former page of windows."""
        self._pane.turn(pages)
        self._show_heading()
