"""What happened: events, and their rows in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from yichuang.language import N_, _


class EventKind(StrEnum):
    """The kinds of event, in the past tense."""

    TICKET_ISSUED = "TicketIssued"
    TICKET_CALLED = "TicketCalled"
    TICKET_RECALLED = "TicketRecalled"
    TICKET_STARTED = "TicketStarted"
    TICKET_FINISHED = "TicketFinished"
    TICKET_PASSED = "TicketPassed"
    TICKET_REINSTATED = "TicketReinstated"
    TICKET_HELD = "TicketHeld"
    TICKET_RESUMED = "TicketResumed"
    TICKET_TRANSFERRED = "TicketTransferred"
    TICKET_FORWARDED = "TicketForwarded"
    TICKET_REROUTED = "TicketRerouted"
    TICKET_PINNED = "TicketPinned"
    TICKET_UNPINNED = "TicketUnpinned"
    TICKET_VOIDED = "TicketVoided"
    TICKET_CANCELLED = "TicketCancelled"
    TICKET_REPRINTED = "TicketReprinted"
    PRINT_RETRIED = "PrintRetried"
    TICKET_RATED = "TicketRated"
    CALL_UNDONE = "CallUndone"
    FINISH_UNDONE = "FinishUndone"
    PASS_UNDONE = "PassUndone"
    WINDOW_OPENED = "WindowOpened"
    WINDOW_PAUSED = "WindowPaused"
    WINDOW_RESUMED = "WindowResumed"
    WINDOW_CLOSED = "WindowClosed"
    WINDOW_ASSIGNED = "WindowAssigned"
    SURGE_BEGAN = "SurgeBegan"
    SURGE_ENDED = "SurgeEnded"
    APPOINTMENT_BOOKED = "AppointmentBooked"
    APPOINTMENT_CANCELLED = "AppointmentCancelled"
    APPOINTMENT_MISSED = "AppointmentMissed"
    APPOINTMENTS_IMPORTED = "AppointmentsImported"
    DAY_TURNED = "DayTurned"
    LINES_SETTLED = "LinesSettled"
    DAY_CLOSED = "DayClosed"
    CLOCK_WENT_BACK = "ClockWentBack"
    CLOCK_CAME_RIGHT = "ClockCameRight"
    ITEMS_IMPORTED = "ItemsImported"
    DEVICE_CHANGED = "DeviceChanged"
    DEVICE_TESTED = "DeviceTested"
    DEVICE_MUTED = "DeviceMuted"
    DEVICE_UNMUTED = "DeviceUnmuted"

    @property
    def label(self) -> str:
        """The event in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    EventKind.TICKET_ISSUED: N_("取号"),
    EventKind.TICKET_CALLED: N_("叫号"),
    EventKind.TICKET_RECALLED: N_("重呼"),
    EventKind.TICKET_STARTED: N_("开始办理"),
    EventKind.TICKET_FINISHED: N_("办结"),
    EventKind.TICKET_PASSED: N_("过号"),
    EventKind.TICKET_REINSTATED: N_("恢复过号"),
    EventKind.TICKET_HELD: N_("挂起"),
    EventKind.TICKET_RESUMED: N_("取回挂起"),
    EventKind.TICKET_TRANSFERRED: N_("转移"),
    EventKind.TICKET_FORWARDED: N_("联办转号"),
    EventKind.TICKET_REROUTED: N_("改派"),
    EventKind.TICKET_PINNED: N_("置顶"),
    EventKind.TICKET_UNPINNED: N_("取消置顶"),
    EventKind.TICKET_VOIDED: N_("作废"),
    EventKind.TICKET_CANCELLED: N_("取消"),
    EventKind.TICKET_REPRINTED: N_("补打"),
    EventKind.PRINT_RETRIED: N_("再打"),
    EventKind.TICKET_RATED: N_("评价"),
    EventKind.CALL_UNDONE: N_("撤销叫号"),
    EventKind.FINISH_UNDONE: N_("撤销办结"),
    EventKind.PASS_UNDONE: N_("撤销过号"),
    EventKind.WINDOW_OPENED: N_("开窗口"),
    EventKind.WINDOW_PAUSED: N_("暂停服务"),
    EventKind.WINDOW_RESUMED: N_("恢复服务"),
    EventKind.WINDOW_CLOSED: N_("关窗口"),
    EventKind.WINDOW_ASSIGNED: N_("窗口改派类别"),
    EventKind.SURGE_BEGAN: N_("开始高峰互助"),
    EventKind.SURGE_ENDED: N_("结束高峰互助"),
    EventKind.APPOINTMENT_BOOKED: N_("预约"),
    EventKind.APPOINTMENT_CANCELLED: N_("取消预约"),
    EventKind.APPOINTMENT_MISSED: N_("爽约"),
    EventKind.APPOINTMENTS_IMPORTED: N_("导入预约"),
    EventKind.LINES_SETTLED: N_("按新设置归队"),
    EventKind.DAY_CLOSED: N_("收工"),
    EventKind.DAY_TURNED: N_("换日"),
    EventKind.CLOCK_WENT_BACK: N_("时钟倒退"),
    EventKind.CLOCK_CAME_RIGHT: N_("时钟恢复"),
    EventKind.ITEMS_IMPORTED: N_("导入事项"),
    EventKind.DEVICE_CHANGED: N_("设备状态变化"),
    EventKind.DEVICE_TESTED: N_("测试设备"),
    EventKind.DEVICE_MUTED: N_("设备静音"),
    EventKind.DEVICE_UNMUTED: N_("取消静音"),
}


_NO_FACTS: Mapping[str, Any] = MappingProxyType({})


class Event(NamedTuple):
    """Something that happened in the hall."""

    kind: EventKind
    ticket: int | None = None
    """The ticket's id."""
    window: int | None = None
    data: Mapping[str, Any] = _NO_FACTS
    """Facts of this kind of event, as JSON values."""


class Entry(NamedTuple):
    """An event as the journal keeps it."""

    seq: int
    """1, 2, 3 … without a gap."""
    at: datetime
    business_date: date
    event: Event
    actor: str
    """Who did it; empty for the system."""
    hash: str
    """SHA-256 over this row and the hash of the row before it, in hexadecimal."""

    def as_json(self) -> dict[str, Any]:
        """The entry for scripts."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "business_date": self.business_date.isoformat(),
            "event": self.event.kind.value,
            "ticket": self.event.ticket,
            "window": self.event.window,
            "actor": self.actor,
            "data": dict(self.event.data),
            "hash": self.hash,
        }
