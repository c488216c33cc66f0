"""The tables `alert`, `supervision` and `notice`: what supervisors are warned of, urge and announce."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yichuang.queue.oversight.alert import Alert, AlertKept, AlertKind, Severity
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.oversight.notice import Notice
from yichuang.store.table import Table, text_or_none, time_or_none

_ALERTS = """
SELECT id, key, kind, severity, subject, value, detail, window, raised_at, gone_since, cleared_at,
    acknowledged_by, acknowledged_at, note
FROM alert
"""

_OPEN_ALERTS = _ALERTS + "WHERE cleared_at IS NULL ORDER BY id"

_ALERT = _ALERTS + "WHERE id = :id"

_LAST_ALERT = _ALERTS + "WHERE key = :key ORDER BY id DESC LIMIT 1"

_ADD_ALERT = """
INSERT INTO alert (key, kind, severity, subject, value, detail, window, raised_at)
VALUES (:key, :kind, :severity, :subject, :value, :detail, :window, :at)
"""

_SAVE_ALERT = """
UPDATE alert SET
    severity = :severity, subject = :subject, value = :value, detail = :detail, window = :window,
    gone_since = :gone_since, cleared_at = :cleared_at, acknowledged_by = :acknowledged_by,
    acknowledged_at = :acknowledged_at, note = :note
WHERE id = :id
"""

_ITEMS = """
SELECT id, title, owner, deadline, state, opened_at, opened_by, alert, note, answer, answered_at,
    feedback, closed_at, closed_by
FROM supervision
"""

_UNDER_WAY = _ITEMS + "WHERE state <> 'closed' ORDER BY deadline, id LIMIT :limit"

_CLOSED = _ITEMS + "WHERE state = 'closed' ORDER BY id DESC LIMIT :limit"

_ITEM = _ITEMS + "WHERE id = :id"

_ADD_ITEM = """
INSERT INTO supervision (
    title, owner, deadline, state, opened_at, opened_by, alert, note, answer, answered_at, feedback,
    closed_at, closed_by
) VALUES (
    :title, :owner, :deadline, :state, :opened_at, :opened_by, :alert, :note, :answer, :answered_at,
    :feedback, :closed_at, :closed_by
)
"""

_SAVE_ITEM = """
UPDATE supervision SET
    state = :state, answer = :answer, answered_at = :answered_at, feedback = :feedback,
    closed_at = :closed_at, closed_by = :closed_by
WHERE id = :id
"""

_NOTICES = "SELECT id, text, at, until, by, reason, spoken, shown, withdrawn_at FROM notice "

_LIVE = _NOTICES + "WHERE withdrawn_at IS NULL AND until > :at ORDER BY id DESC"

_NOTICE = _NOTICES + "WHERE id = :id"

_ADD_NOTICE = """
INSERT INTO notice (text, at, until, by, reason, spoken, shown)
VALUES (:text, :at, :until, :by, :reason, :spoken, :shown)
"""

_WITHDRAW = "UPDATE notice SET withdrawn_at = :at WHERE id = :id"


class Supervision(Table):
    """What supervisors are warned of, urge and announce (`yichuang.queue.oversight.ports`)."""

    __slots__ = ()

    def open_alerts(self) -> list[AlertKept]:
        """The alerts that were not cleared, as raised."""
        return [_alert_from(row) for row in self.connection.execute(_OPEN_ALERTS)]

    def alert(self, alert: int) -> AlertKept | None:
        """The alert with that id."""
        row = self.connection.execute(_ALERT, {"id": alert}).fetchone()
        return _alert_from(row) if row else None

    def last_alert(self, key: str) -> AlertKept | None:
        """The newest alert of that key."""
        row = self.connection.execute(_LAST_ALERT, {"key": key}).fetchone()
        return _alert_from(row) if row else None

    def add_alert(self, alert: Alert, at: datetime) -> int:
        """Keep a new alert; a second open one of its key breaks a unique index."""
        facts = alert._asdict() | {"at": at.isoformat()}
        return self.connection.execute(_ADD_ALERT, facts).lastrowid or 0

    def save_alert(self, kept: AlertKept) -> None:
        """Keep a changed alert."""
        facts = {
            **kept.alert._asdict(),
            "id": kept.id,
            "gone_since": text_or_none(kept.gone_since),
            "cleared_at": text_or_none(kept.cleared_at),
            "acknowledged_by": kept.acknowledged_by,
            "acknowledged_at": text_or_none(kept.acknowledged_at),
            "note": kept.note,
        }
        self.connection.execute(_SAVE_ALERT, facts)

    def supervisions(self, limit: int, *, closed: bool = False) -> list[SupervisionItem]:
        """The 督办 items under way by deadline, or those closed, newest first."""
        rows = self.connection.execute(_CLOSED if closed else _UNDER_WAY, {"limit": limit})
        return [_item_from(row) for row in rows]

    def supervision(self, item: int) -> SupervisionItem | None:
        """The 督办 item with that id."""
        row = self.connection.execute(_ITEM, {"id": item}).fetchone()
        return _item_from(row) if row else None

    def add_supervision(self, item: SupervisionItem) -> int:
        """Keep a new 督办 item; returns its id."""
        return self.connection.execute(_ADD_ITEM, item.as_json()).lastrowid or 0

    def save_supervision(self, item: SupervisionItem) -> None:
        """Keep how far a 督办 item is."""
        self.connection.execute(_SAVE_ITEM, item.as_json())

    def notices(self, at: datetime) -> list[Notice]:
        """The notices that are live at that time, newest first."""
        return [_notice_from(row) for row in self.connection.execute(_LIVE, {"at": at.isoformat()})]

    def notice(self, notice: int) -> Notice | None:
        """The notice with that id."""
        row = self.connection.execute(_NOTICE, {"id": notice}).fetchone()
        return _notice_from(row) if row else None

    def add_notice(self, notice: Notice) -> int:
        """Keep a new notice; returns its id."""
        return self.connection.execute(_ADD_NOTICE, notice.as_json()).lastrowid or 0

    def withdraw_notice(self, notice: int, at: datetime) -> None:
        """Take a notice back."""
        self.connection.execute(_WITHDRAW, {"id": notice, "at": at.isoformat()})


def _alert_from(row: tuple[Any, ...]) -> AlertKept:
    alert = Alert(row[1], AlertKind(row[2]), Severity(row[3]), row[4], row[5], row[6], row[7])
    return AlertKept(
        row[0],
        alert,
        datetime.fromisoformat(row[8]),
        time_or_none(row[9]),
        time_or_none(row[10]),
        row[11],
        time_or_none(row[12]),
        row[13],
    )


def _item_from(row: tuple[Any, ...]) -> SupervisionItem:
    return SupervisionItem(
        id=row[0],
        title=row[1],
        owner=row[2],
        deadline=datetime.fromisoformat(row[3]),
        state=SupervisionState(row[4]),
        opened_at=datetime.fromisoformat(row[5]),
        opened_by=row[6],
        alert=row[7],
        note=row[8],
        answer=row[9],
        answered_at=time_or_none(row[10]),
        feedback=row[11],
        closed_at=time_or_none(row[12]),
        closed_by=row[13],
    )


def _notice_from(row: tuple[Any, ...]) -> Notice:
    at, until = datetime.fromisoformat(row[2]), datetime.fromisoformat(row[3])
    shown = (bool(row[6]), bool(row[7]))
    return Notice(row[0], row[1], at, until, row[4], row[5], *shown, time_or_none(row[8]))
