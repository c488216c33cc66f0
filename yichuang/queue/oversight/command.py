"""What is asked of supervision: alerts, 督办 items, notices, incidents."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from yichuang.queue.oversight.alert import Alert


class NoteAlerts(NamedTuple):
    """Keep what one look at the hall found; what is not among it is gone."""

    found: tuple[Alert, ...]


class AcknowledgeAlert(NamedTuple):
    """Take note of an alert."""

    alert: int
    note: str = ""


class OpenSupervision(NamedTuple):
    """Give a matter to somebody, with a deadline."""

    title: str
    owner: str
    """A badge number."""
    deadline: datetime
    note: str = ""
    alert: int | None = None
    """The alert that it is made from."""


class AnswerSupervision(NamedTuple):
    """The owner of a matter tells what was done."""

    item: int
    text: str


class CloseSupervision(NamedTuple):
    """The supervisor is content, or lets it be."""

    item: int
    feedback: str = ""


class BroadcastNotice(NamedTuple):
    """Tell the waiting crowd something."""

    text: str
    minutes: int
    reason: str
    spoken: bool = True
    shown: bool = True


class WithdrawNotice(NamedTuple):
    """Take a notice back."""

    notice: int
    reason: str = ""


class RecordIncident(NamedTuple):
    """Write down that something happened, and to whom it was reported (R04)."""

    kind: str
    what: str
    reported_to: str


SupervisionCommand = (
    NoteAlerts
    | AcknowledgeAlert
    | OpenSupervision
    | AnswerSupervision
    | CloseSupervision
    | BroadcastNotice
    | WithdrawNotice
    | RecordIncident
)
