"""The console's page of alerts: each is taken note of, or turned into a 督办 item (O01, O02)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.alert import AlertKind
from yichuang.queue.supervision.view import AlertView, SupervisionView
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.console_rows import alert_row, day_time, severity_cells
from yichuang.tui.screens.overview_tickets import TicketActs
from yichuang.tui.screens.overview_urging import UrgingActs
from yichuang.tui.screens.overview_windows import WindowActs
from yichuang.tui.text import Line, pad

_AT_WINDOWS = (AlertKind.LONG_SERVICE, AlertKind.LONG_PAUSE, AlertKind.WINDOW_IDLE)
_PAGES = {
    AlertKind.WAIT: "tickets",
    AlertKind.LINE_LENGTH: "tickets",
    AlertKind.PAPER: "devices",
    AlertKind.DEVICE: "devices",
    AlertKind.OVERDUE: "items",
}
"""Where to look into an alert."""


class AlertsScreen(ListPage[AlertView], UrgingActs, WindowActs, TicketActs):
    """Those that nobody took note of first, then the red ones, then the newest."""

    NAME = N_("预警")
    PAGE = "alerts"
    NOTHING = N_("没有预警")
    DETAILS = 3
    HOW_TO = (
        N_("知悉：说明已经在处理，预警不再排在前面；变得更严重会再提醒。"),
        N_("转督办：交给一个人，写明期限；逾期自动成为红色预警。"),
        N_("事情好转后预警自己消除；差评要知悉或督办后才消除。"),
        N_("按 Enter 去看预警说的窗口、号或设备。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "acknowledge_alert", N_("知悉")),
        Binding("f3", "urge", N_("转督办")),
    ]

    async def read_items(self, view: SupervisionView) -> Sequence[AlertView]:
        """The open ones."""
        return view.alerts

    def key_of(self, item: AlertView) -> Hashable:
        """An alert is known by its id."""
        return item.kept.id

    def list_heading(self) -> str:
        """The heads of the columns."""
        return f"{pad(_('程度', 'head'), severity_cells())}{pad(_('起于'), 6)}{_('情况', 'head')}"

    def row_of(self, item: AlertView) -> Line:
        """An alert as a row."""
        return alert_row(item, self.said, self.hall.settings.zone)

    def details_of(self, item: AlertView) -> list[str]:
        """What kind it is; who took note of it; who is urged."""
        zone, kept = self.hall.settings.zone, item.kept
        texts = [f"{item.alert.kind.label}{_('：')}{self.said(item.alert)}"]
        if kept.acknowledged_at is not None:
            said = _("{time} {person} 已知悉：{note}").format(
                time=day_time(kept.acknowledged_at, zone),
                person=self.person(kept.acknowledged_by),
                note=_(kept.note) or "-",
            )
            texts.append(said)
        if item.item is not None:
            said = _("督办 {item}：{person}，期限 {time}").format(
                item=item.item.id,
                person=self.person(item.item.owner),
                time=day_time(item.item.deadline, zone),
            )
            texts.append(said)
        return texts

    def possible(self, action: str) -> bool:
        """Whether the key can do anything with the alert under the cursor."""
        item = self.chosen
        if action == "acknowledge_alert":
            return item is not None and not item.kept.is_acknowledged
        return action != "urge" or (item is not None and item.item is None)

    def action_acknowledge_alert(self) -> None:
        """Take note of it."""
        if self.chosen is not None:
            self.ask_note(self.chosen, self.said(self.chosen.alert))

    def action_urge(self) -> None:
        """Give it to somebody."""
        if self.chosen is not None:
            self.ask_title(self.chosen, self.said(self.chosen.alert))

    async def enter_item(self, item: AlertView) -> None:
        """Look into it."""
        kind, alert = item.alert.kind, item.alert
        if kind in _AT_WINDOWS and alert.window is not None:
            await self.ask_what_at(alert.window)
        elif kind is AlertKind.BAD_REVIEW:
            on = item.kept.raised_at.astimezone(self.hall.settings.zone).date()
            ticket = await self.look(self.hall.ticket(alert.subject, on))
            if ticket is not None:
                await self.show_history(ticket)
        elif kind in _PAGES:
            self.action_page(_PAGES[kind])
