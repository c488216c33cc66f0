"""The supervisor's plan: how many windows each hour needs, and what one more would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.foresight.crowd import CROWDS
from yichuang.foresight.demand import (
    FEWEST_DAYS,
    FEWEST_VISITS,
    Demand,
    demand_of_hall,
    in_sessions,
)
from yichuang.foresight.staffing import HourNeed, Target, staffing
from yichuang.language import N_, _
from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.keys import digit_keys
from yichuang.tui.text import Line, pad, pad_left
from yichuang.tui.widgets.rows import Rows, TextLine

LOOK_BACK = timedelta(days=60)
"""How far back the hall's own past is read."""

DAYS = 20
"""How many days of it are averaged."""

TARGETS = (5, 10, 15, 20, 30)
"""Minutes that one may promise."""

SHARES = (0.8, 0.9, 0.95)
"""For which part of the people."""

MOST_WINDOWS = 99

_BAR_FROM = 44
"""The column where the chart begins."""

_ALARM = 0.5
"""A share kept below this part of the promised one is shown as an alarm."""


class PlanScreen(HallScreen):
    """A table of hours with a bar each; the target, the share and the windows are changed by keys."""

    CSS_PATH = "plan.tcss"
    NAME = N_("排班")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("需要：都是综合窗口、这一小时一直这么忙时，要开的窗口；| 是假定开的窗口数。"),
        N_("达标：开这么多窗口时，等候不超过目标的人。按 + 和 - 试试多开、少开。"),
        N_("把几天演一遍作比较：yichuang plan --what-if windows=10"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(digit_keys("1"), "next_target", N_("换目标"), key_display="1"),
        Binding(digit_keys("2"), "next_share", N_("换比例"), key_display="2"),
        Binding("plus,equals_sign,up", "windows(1)", N_("多开一个"), key_display="+"),
        Binding("minus,down", "windows(-1)", N_("少开一个"), key_display="-"),
        Binding(digit_keys("0"), "as_it_is", N_("现有窗口"), key_display="0"),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._windows = self._present
        self._target = TARGETS.index(15)
        self._share = SHARES.index(0.9)
        self._demand: Demand | None = None

    @property
    def _present(self) -> int:
        return len(self.hall.settings.window)

    def compose_body(self) -> ComposeResult:
        """The promise, the table, and what it rests on."""
        yield TextLine(widget_id="promise")
        yield Rows(widget_id="hours")
        yield Rows(widget_id="basis")

    async def load(self) -> None:
        """Read the hall's past once: only former days count, and they do not change."""
        if self._demand is None:
            visits = await self.hall.past_visits(LOOK_BACK)
            profile = CROWDS[self.hall.settings.hall.level]
            demand = demand_of_hall(visits, self.hall.settings.zone, profile, DAYS)
            self._demand = in_sessions(demand, self.hall.settings.hours.weekday)
        self._show()

    def _show(self) -> None:
        if self._demand is None:
            return
        target = Target(TARGETS[self._target] * 60, SHARES[self._share])
        needs = staffing(self._demand, target, self._windows)
        self.query_one("#promise", TextLine).show_line(self._promise(target))
        width = self.size.width
        rows = [_heading(), *(_hour_row(each, self._windows, target, width) for each in needs)]
        self.query_one("#hours", Rows).show(rows)
        self.query_one("#basis", Rows).show(self._basis(needs))

    def _promise(self, target: Target) -> Line:
        text = _(
            " 目标：{share:.0%} 的人等候不超过 {minutes:.0f} 分钟  假定开 {windows} 个窗口"
        ).format(share=target.share, minutes=target.seconds / 60, windows=self._windows)
        other = _("（现有 {count} 个）").format(count=self._present)
        return [(text + (other if self._windows != self._present else ""), "section")]

    def _basis(self, needs: Sequence[HourNeed]) -> list[Line]:
        most = max((need.together for need in needs), default=0)
        lines: list[Line] = [
            "",
            [(_(" 最忙的一小时要 {count} 个窗口").format(count=most), "strong")],
        ]
        demand = self._demand
        if demand is not None and demand.days:
            text = _(" 依据：最近 {days} 个有人来的日子，平均每天 {visits:.0f} 人次")
            lines.append(text.format(days=demand.days, visits=demand.visits))
        elif demand is not None:
            text = _(" 依据：这一级大厅的常量，每天 {visits:.0f} 人次")
            lines.append(text.format(visits=demand.visits))
            text = _(" 本大厅自己的过去还不到 {days} 天或 {visits} 人次，够了就用自己的")
            lines.append(text.format(days=FEWEST_DAYS, visits=FEWEST_VISITS))
        return lines

    def action_next_target(self) -> None:
        """Promise another wait."""
        self._target = (self._target + 1) % len(TARGETS)
        self._show()

    def action_next_share(self) -> None:
        """Promise it to another part of the people."""
        self._share = (self._share + 1) % len(SHARES)
        self._show()

    def action_windows(self, more: int) -> None:
        """Suppose other windows."""
        self._windows = min(max(self._windows + more, 1), MOST_WINDOWS)
        self._show()

    def action_as_it_is(self) -> None:
        """Back to the windows that there are."""
        self._windows = self._present
        self._show()


def _heading() -> Line:
    cells = (pad_left(_(head), 8) for head in (N_("人次"), N_("需要"), N_("相差"), N_("达标")))
    return [(pad(_(" 时段"), 12) + "".join(cells), "dim")]


def _hour_row(need: HourNeed, windows: int, target: Target, width: int) -> Line:
    short = need.together - windows
    cells = (
        f"{need.visits:.0f}",
        str(need.together),
        f"+{short}" if short > 0 else str(short) if short else "-",
    )
    kept = f"{need.kept:.0%}"
    style = ""
    if need.kept < target.share:
        style = "alert" if need.kept >= target.share * _ALARM else "error"
    hours = f" {need.hour:02d}:00-{need.hour + 1:02d}:00"
    return [
        pad(hours, 12) + "".join(pad_left(cell, 8) for cell in cells) + pad_left("", 8 - len(kept)),
        (kept, style),
        "  " + _bar(need.together, windows, width - _BAR_FROM - 4),
    ]


def _bar(needed: int, windows: int, room: int) -> str:
    """One mark a window, with a line where the windows that are supposed end."""
    scale = max(1.0, max(needed, windows) / max(room, 1))
    bar, at = "#" * round(needed / scale), round(windows / scale)
    return bar.ljust(at) + "|" if len(bar) < at else bar[:at] + "|" + bar[at:]
