"""What the display over a window says: the window's state with its ticket (C01)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from yichuang.language import N_, _
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.window import WindowState


class FaceState(StrEnum):
    """What a window's display shows."""

    CALLING = "calling"
    SERVING = "serving"
    IDLE = "idle"
    PAUSED = "paused"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    FaceState.CALLING: N_("正在叫号"),
    FaceState.SERVING: N_("正在办理"),
    FaceState.IDLE: N_("空闲"),
    FaceState.PAUSED: N_("暂停服务"),
    FaceState.CLOSED: N_("未开"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """One window's display. It holds numbers and business, never a name or a reason (DESIGN 9)."""

    window: int
    state: FaceState
    number: str = ""
    """The called or served ticket's number."""
    calls: int = 0
    """How often the ticket was announced: one more is a new call to show."""
    called_at: datetime | None = None
    unit: str = ""
    """The accepting unit (受理单位): the department of the item, else the hall."""
    item: str = ""
    """The item's short name; empty for none, and for one of a private kind."""
    badge: str = ""
    """The badge number of the clerk on duty; empty while nobody is signed in."""
    label: str = ""
    """What the window is called besides its number."""


def view_faces(records: Records, rules: HallRules, now: datetime) -> tuple[Face, ...]:
    """The display of every window, by number."""
    windows = {window.number: window for window in records.windows()}
    tickets = {ticket.window: ticket for ticket in records.active()}
    badges = {duty.window: duty.badge for duty in records.all_on_duty()}
    faces = []
    for number, settings in sorted(rules.windows.items()):
        window = windows.get(number)
        state = window.state if window else WindowState.CLOSED
        ticket = tickets.get(number)
        if ticket is not None:
            face = _busy(records, rules, number, ticket, settings.name)
        else:
            face = Face(number, _FREE[state], unit=rules.settings.hall.name, label=settings.name)
        faces.append(replace(face, badge=badges.get(number, "")))
    return tuple(faces)


_FREE = {
    WindowState.OPEN: FaceState.IDLE,
    WindowState.PAUSED: FaceState.PAUSED,
    WindowState.CLOSED: FaceState.CLOSED,
}


def _busy(records: Records, rules: HallRules, window: int, ticket: Ticket, label: str) -> Face:
    item = records.item(ticket.items[0]) if ticket.items else None
    is_named = item is not None and not item.private
    return Face(
        window=window,
        state=FaceState.CALLING if ticket.state is TicketState.CALLED else FaceState.SERVING,
        number=ticket.number,
        calls=ticket.calls,
        called_at=ticket.called_at,
        unit=(item.department if item and is_named else "") or rules.settings.hall.name,
        item=(item.alias or item.name) if item and is_named else "",
        label=label,
    )
