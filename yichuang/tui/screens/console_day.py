"""The console's page of today: figures of every category and window, and the waits over the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.figures import CategoryFigures
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView, WindowSupervised
from yichuang.tui.screens.console_rows import minutes_text, seconds_text, wait_rows
from yichuang.tui.screens.console_text import TextPage
from yichuang.tui.text import Line, pad, pad_left

_HEADS = (
    (N_("类别", "head"), -14), (N_("取号", "figure"), 6), (N_("办结", "figure"), 6),
    (N_("过号", "figure"), 6), (N_("等候", "figure"), 6), (N_("平均等", "figure"), 9),
    (N_("最长等", "figure"), 9), (N_("平均办", "figure"), 9), (N_("评价", "figure"), 6),
    (N_("差评", "figure"), 6),
)  # fmt: skip
"""The heads of the figures, and how wide their columns are; the first stands to the left."""


class DayScreen(TextPage):
    """Categories, the chart, windows: in this order, and it scrolls."""

    NAME = N_("今日")
    PAGE = "day"
    HOW_TO = (
        N_("平均等：从取号到第一次叫号。平均办：从开始办理到办结或转出。"),
        N_("图：每半小时第一次叫到的人等了多久，# 是一半人以内，- 是九成人以内。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "day(-1)", N_("前一天的等候")),
        Binding("f3", "day(1)", N_("后一天的等候")),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._on: date | None = None
        self._today: date | None = None

    async def read_text(self, view: SupervisionView) -> tuple[str, list[Line]]:
        """Today's figures; the chart also of former days."""
        self._today = view.business_date
        on = self._on or view.business_date
        buckets = await self.hall.supervision.waits_over_day(on)
        chart = wait_rows(buckets, self.hall.settings.zone, self.size.width, len(buckets) + 1)
        if on != view.business_date:
            return _("{date} 的等候").format(date=on), chart
        labels = {each.code: each.label for each in self.hall.settings.category}
        rows: list[Line] = [[(_heads(), "mark")]]
        rows += [_figures(each, labels.get(each.category, "")) for each in view.categories]
        rows += [[(_figures(view.total, _("全部")), "strong")], "", *chart, ""]
        rows += [[(f" {_('窗口今天办的')}", "section")], *map(self._window, view.windows)]
        return _("{date} 的数字").format(date=on), rows

    def _window(self, window: WindowSupervised) -> Line:
        figures = window.figures
        average = figures.served / figures.services if figures.services else None
        number = _("{window} 号窗口").format(window=window.window.number)
        clerk = self.person(window.duty.badge) if window.duty else "-"
        served = _("办了 {count} 个，平均 {average}").format(
            count=figures.services, average=seconds_text(average)
        )
        return f" {pad(number, 13)}{pad(window.window.state.label, 10)}{pad(clerk, 18)}{served}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No day is shown that is yet to come."""
        if action == "day" and parameters == (1,):
            return self._on is not None and self._on != self._today
        return super().check_action(action, parameters)

    async def action_day(self, days: int) -> None:
        """Show the waits of the day before, or after."""
        on = self._on or self._today
        if on is not None and self._today is not None:
            self._on = min(on + timedelta(days=days), self._today)
            await self.reload()


def _heads() -> str:
    cells = []
    for head, size in _HEADS:
        text = _(head, "head" if size < 0 else "figure")
        cells.append(pad(text, -size) if size < 0 else pad_left(text, size))
    return " " + "".join(cells)


def _figures(figures: CategoryFigures, label: str) -> str:
    longest = figures.longest_wait / 60 if figures.called else None
    values = (
        str(figures.issued),
        str(figures.finished),
        str(figures.passed),
        str(figures.waiting),
        seconds_text(figures.average_wait),
        minutes_text(longest),
        seconds_text(figures.average_service),
        str(figures.ratings),
        str(figures.bad_ratings),
    )
    sizes = (size for _head, size in _HEADS[1:])
    cells = (pad_left(value, size) for value, size in zip(values, sizes, strict=True))
    return f" {pad(label, 14)}{''.join(cells)}"
