"""预警: what a supervisor is warned of (O01: "Yellow/red alerts")."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from yichuang.language import N_, _


class Severity(StrEnum):
    """How bad it is."""

    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        """The severity in the user's language."""
        return _(_SEVERITIES[self], "severity")

    @property
    def rank(self) -> int:
        """The larger the worse."""
        return 1 if self is Severity.RED else 0


_SEVERITIES = {Severity.YELLOW: N_("黄", "severity"), Severity.RED: N_("红", "severity")}


class AlertKind(StrEnum):
    """What there is to warn of."""

    WAIT = "wait"
    """The longest-waiting visitor of a category."""
    LINE_LENGTH = "line_length"
    """How many wait in a category."""
    LONG_SERVICE = "long_service"
    LONG_PAUSE = "long_pause"
    WINDOW_IDLE = "window_idle"
    """An open window calls nobody though somebody waits whom it may call."""
    BAD_REVIEW = "bad_review"
    """A visitor was dissatisfied. It stays until somebody sees to it."""
    DEVICE = "device"
    PAPER = "paper"
    """Tickets of people who wait were not printed."""
    CLOCK = "clock"
    DISK = "disk"
    SETTINGS = "settings"
    """hall.toml has mistakes: the hall goes by what it was before."""
    OVERDUE = "overdue"
    """A 督办 item is past its deadline."""

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_KINDS[self])


_KINDS = {
    AlertKind.WAIT: N_("等候太久"),
    AlertKind.LINE_LENGTH: N_("队伍太长"),
    AlertKind.LONG_SERVICE: N_("办理太久"),
    AlertKind.LONG_PAUSE: N_("暂停太久"),
    AlertKind.WINDOW_IDLE: N_("有人等候，窗口空着"),
    AlertKind.BAD_REVIEW: N_("差评"),
    AlertKind.DEVICE: N_("设备异常"),
    AlertKind.PAPER: N_("号票没有打出"),
    AlertKind.CLOCK: N_("时钟异常"),
    AlertKind.DISK: N_("磁盘空间不足"),
    AlertKind.SETTINGS: N_("设置写错了"),
    AlertKind.OVERDUE: N_("督办逾期"),
}


class Alert(NamedTuple):
    """Something to be warned of, as one look found it."""

    key: str
    """What it is about, the same at every look: `wait:tax`, `window_idle:3`."""
    kind: AlertKind
    severity: Severity
    subject: str = ""
    """A category's code, a window's number, a device's name, a ticket's number, by kind."""
    value: float = 0.0
    """Minutes, people, papers or MB, by kind."""
    detail: str = ""
    """Of a device its reason, of a rating its grade, of a 督办 item its title, of the clock what is wrong."""
    window: int | None = None
    """The window that it is about."""

    def as_data(self) -> dict[str, Any]:
        """The alert for the journal; its window goes by another name, since it is no step of a clerk's."""
        facts: dict[str, Any] = {
            "key": self.key,
            "kind_of": self.kind.value,
            "severity": self.severity.value,
            "subject": self.subject,
            "value": round(self.value, 1),
            "detail": self.detail,
            "at_window": self.window,
        }
        return {name: fact for name, fact in facts.items() if fact not in ("", None)}


class AlertKept(NamedTuple):
    """An alert as the hall keeps it."""

    id: int
    alert: Alert
    """As it was when it was raised, or got worse."""
    raised_at: datetime
    gone_since: datetime | None = None
    """Since when looks do not find it any more; it is cleared soon."""
    cleared_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    note: str = ""
    """What was said when it was acknowledged."""

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has taken note of it since it got as bad as it is."""
        return self.acknowledged_at is not None


class MachineFacts(NamedTuple):
    """What the rules cannot know of the machine by themselves; None for what is not known."""

    disk_free_mb: int | None = None
    clock_synchronised: bool | None = None
    settings_mistakes: int = 0
    """How many mistakes hall.toml has."""
