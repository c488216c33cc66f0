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
    ITEM_CHANGED = "ItemChanged"
    ITEM_RETIRED = "ItemRetired"
    ITEM_RESTORED = "ItemRestored"
    ITEM_UNDONE = "ItemUndone"
    SETTINGS_CHANGED = "SettingsChanged"
    SETTINGS_UNDONE = "SettingsUndone"
    DEVICE_CHANGED = "DeviceChanged"
    DEVICE_TESTED = "DeviceTested"
    DEVICE_MUTED = "DeviceMuted"
    DEVICE_UNMUTED = "DeviceUnmuted"
    STAFF_SAVED = "StaffSaved"
    STAFF_IMPORTED = "StaffImported"
    PIN_SET = "PinSet"
    PIN_RESET = "PinReset"
    KEY_ADDED = "KeyAdded"
    KEY_REMOVED = "KeyRemoved"
    POST_NAMED = "PostNamed"
    UNQUALIFIED_ALLOWED = "UnqualifiedAllowed"
    POST_TAKEN = "PostTaken"
    POST_LEFT = "PostLeft"
    POST_HANDED_OVER = "PostHandedOver"
    WHEREABOUTS_CHANGED = "WhereaboutsChanged"
    SIGNED_IN = "SignedIn"
    SIGNED_OUT = "SignedOut"
    SIGN_IN_REFUSED = "SignInRefused"
    SIGN_IN_LOCKED = "SignInLocked"
    SHEET_PRINTED = "SheetPrinted"
    ALERT_RAISED = "AlertRaised"
    ALERT_WORSENED = "AlertWorsened"
    ALERT_CLEARED = "AlertCleared"
    ALERT_ACKNOWLEDGED = "AlertAcknowledged"
    SUPERVISION_OPENED = "SupervisionOpened"
    SUPERVISION_ANSWERED = "SupervisionAnswered"
    SUPERVISION_CLOSED = "SupervisionClosed"
    NOTICE_BROADCAST = "NoticeBroadcast"
    NOTICE_WITHDRAWN = "NoticeWithdrawn"
    INCIDENT_RECORDED = "IncidentRecorded"

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
    EventKind.ITEM_CHANGED: N_("修改事项"),
    EventKind.ITEM_RETIRED: N_("停用事项"),
    EventKind.ITEM_RESTORED: N_("恢复事项"),
    EventKind.ITEM_UNDONE: N_("撤销事项修改"),
    EventKind.SETTINGS_CHANGED: N_("修改设置"),
    EventKind.SETTINGS_UNDONE: N_("撤销设置修改"),
    EventKind.DEVICE_CHANGED: N_("设备状态变化"),
    EventKind.DEVICE_TESTED: N_("测试设备"),
    EventKind.DEVICE_MUTED: N_("设备静音"),
    EventKind.DEVICE_UNMUTED: N_("取消静音"),
    EventKind.STAFF_SAVED: N_("人员登记"),
    EventKind.STAFF_IMPORTED: N_("导入人员"),
    EventKind.PIN_SET: N_("改密码"),
    EventKind.PIN_RESET: N_("重设密码"),
    EventKind.KEY_ADDED: N_("登记公钥"),
    EventKind.KEY_REMOVED: N_("删除公钥"),
    EventKind.POST_NAMED: N_("定岗"),
    EventKind.UNQUALIFIED_ALLOWED: N_("特许上岗"),
    EventKind.POST_TAKEN: N_("上岗"),
    EventKind.POST_LEFT: N_("离岗"),
    EventKind.POST_HANDED_OVER: N_("AB岗交接"),
    EventKind.WHEREABOUTS_CHANGED: N_("去向变化"),
    EventKind.SIGNED_IN: N_("登录"),
    EventKind.SIGNED_OUT: N_("退出登录"),
    EventKind.SIGN_IN_REFUSED: N_("密码不对"),
    EventKind.SIGN_IN_LOCKED: N_("登录锁定"),
    EventKind.SHEET_PRINTED: N_("打印公示单"),
    EventKind.ALERT_RAISED: N_("预警"),
    EventKind.ALERT_WORSENED: N_("预警升级"),
    EventKind.ALERT_CLEARED: N_("预警消除"),
    EventKind.ALERT_ACKNOWLEDGED: N_("预警已知悉"),
    EventKind.SUPERVISION_OPENED: N_("督办"),
    EventKind.SUPERVISION_ANSWERED: N_("督办回复"),
    EventKind.SUPERVISION_CLOSED: N_("督办办结"),
    EventKind.NOTICE_BROADCAST: N_("发通知"),
    EventKind.NOTICE_WITHDRAWN: N_("撤回通知"),
    EventKind.INCIDENT_RECORDED: N_("事件上报"),
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
