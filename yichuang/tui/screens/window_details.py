"""Everything about the ticket at hand that the clerk's screen has no room for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.ticket import Ticket
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.window_rows import Categories, class_marks, route_stops
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.scroll_rows import ScrollRows

TEXT_CELLS = 58
"""How wide the text may be."""
MOST_ROWS = 18
"""The tallest text that leaves an 80x24 screen its heading and keys."""


class TicketDetails(Dialog[None]):
    """Rows to read; they scroll where there are more than the screen holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
        Binding("pageup", "scroll(-9)", show=False),
        Binding("pagedown,space", "scroll(9)", show=False),
        Binding("f6,enter", "dismiss_dialog", show=False),
    ]

    def __init__(self, heading: str, rows: Sequence[Line]) -> None:
        super().__init__(heading)
        self._rows = list(rows)

    def compose_body(self) -> ComposeResult:
        """The rows."""
        pane = ScrollRows(self._rows, widget_id="details")
        pane.styles.height = min(len(self._rows), MOST_ROWS)
        yield pane

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered when there is something to scroll to."""
        if action == "scroll":
            return len(self._rows) > MOST_ROWS
        return super().check_action(action, parameters)

    def action_scroll(self, rows: int) -> None:
        """Show other rows."""
        self.query_one("#details", ScrollRows).scroll_by(rows)


def detail_rows(
    ticket: Ticket, items: Sequence[Item], why: str, categories: Categories, zone: ZoneInfo
) -> list[Line]:
    """The reason for the call in full, the items by their whole names, the route, the times."""
    rows: list[Line] = []
    if why:
        rows += _paragraph(_("叫号理由"), [why])
    if items:
        rows += _paragraph(_("事项"), [item.name for item in items])
    found = categories.get(ticket.category)
    here = found.label if found else ticket.category
    if ticket.route:
        rows += _paragraph(_("联办"), [" -> ".join([here, *route_stops(ticket, categories)])])
    else:
        rows += _paragraph(_("类别"), [here])
    marks = class_marks(ticket)
    if marks:
        rows += _paragraph(_("次序"), [_("、").join(marks)])
    if ticket.need:
        rows += _paragraph(_("需要"), [need_label(ticket.need)])
    return rows + _paragraph(_("经过"), _times(ticket, zone))


def _times(ticket: Ticket, zone: ZoneInfo) -> list[str]:
    told: list[tuple[str, datetime | None]] = [
        (_("取号 {time}"), ticket.issued_at),
        (_("预约 {time}"), ticket.not_before),
        (_("叫号 {time}"), ticket.called_at),
        (_("开始办理 {time}"), ticket.started_at),
    ]
    times = [text.format(time=f"{at.astimezone(zone):%H:%M}") for text, at in told if at]
    texts = [_("，").join(times), _("叫了 {times} 次").format(times=ticket.calls)]
    if ticket.reinstated:
        texts.append(_("过号后恢复过 {times} 次").format(times=ticket.reinstated))
    return texts


def _paragraph(label: str, texts: Sequence[str]) -> list[Line]:
    rows: list[Line] = [[(f"  {label}", "strong")]]
    for text in texts:
        rows += [f"    {line}" for line in wrap(text, TEXT_CELLS)]
    return rows
