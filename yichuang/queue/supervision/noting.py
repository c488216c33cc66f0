"""Alerts over time: raised once, worse once, cleared only after they are surely gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.queue.desk import Desk, Done, hall_time
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.alert import Alert, AlertKept, AlertKind, MachineFacts
from yichuang.queue.oversight.command import NoteAlerts
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.supervision.finding import find_alerts

CLEAR_AFTER = timedelta(seconds=30)
"""How long an alert must be gone, at two looks, until it is cleared: what comes and goes is told once."""


class Changes(NamedTuple):
    """What one look changes in the alerts that the hall keeps."""

    raised: tuple[Alert, ...]
    worsened: tuple[tuple[AlertKept, Alert], ...]
    back: tuple[AlertKept, ...]
    """Thought to be gone, and found again."""
    gone: tuple[AlertKept, ...]
    """Not found for the first time."""
    cleared: tuple[AlertKept, ...]
    """Not found for long enough."""

    @property
    def is_any(self) -> bool:
        """Whether there is anything to keep."""
        return any(self)


def compare(records: Records, found: Sequence[Alert], now: datetime) -> Changes:
    """What a look that found these alerts changes; a key that was found twice counts once."""
    present: dict[str, Alert] = {}
    for alert in found:
        present.setdefault(alert.key, alert)
    kept = {each.alert.key: each for each in records.open_alerts()}
    both = [(kept[key], alert) for key, alert in present.items() if key in kept]
    missing = [each for key, each in kept.items() if key not in present and _may_go(each)]
    return Changes(
        raised=tuple(
            alert
            for key, alert in present.items()
            if key not in kept and not _was_seen_to(records, alert)
        ),
        worsened=tuple(
            (each, alert) for each, alert in both if alert.severity.rank > each.alert.severity.rank
        ),
        back=tuple(each for each, _alert in both if each.gone_since is not None),
        gone=tuple(each for each in missing if each.gone_since is None),
        cleared=tuple(
            each
            for each in missing
            if each.gone_since is not None and elapsed(each.gone_since, now) >= CLEAR_AFTER
        ),
    )


def _may_go(kept: AlertKept) -> bool:
    """A bad review stays until somebody has seen to it."""
    return kept.alert.kind is not AlertKind.BAD_REVIEW


def _was_seen_to(records: Records, alert: Alert) -> bool:
    return alert.kind is AlertKind.BAD_REVIEW and records.last_alert(alert.key) is not None


class Look(NamedTuple):
    """What a look found, and whether that is anything new."""

    found: tuple[Alert, ...]
    is_new: bool


def view_alerts(records: Records, rules: HallRules, now: datetime, machine: MachineFacts) -> Look:
    """One look at the hall, which writes nothing: most looks find nothing new."""
    found = tuple(find_alerts(records, rules, now, machine))
    time = hall_time(records.latest(), now)
    return Look(found, compare(records, found, time).is_any)


def note_alerts(desk: Desk, command: NoteAlerts) -> Done:
    """Keep what a look found; journaled is only what is raised, gets worse or is cleared."""
    changes = compare(desk.memory, command.found, desk.now)
    for each in changes.back:
        desk.memory.save_alert(each._replace(gone_since=None))
    for each in changes.gone:
        desk.memory.save_alert(each._replace(gone_since=desk.now))
    for alert in changes.raised:
        number = desk.memory.add_alert(alert, desk.now)
        desk.record(EventKind.ALERT_RAISED, alert=number, **alert.as_data())
    for before, alert in changes.worsened:
        # Who took note of it, took note of something less bad.
        worse = before._replace(
            alert=alert, gone_since=None, acknowledged_by="", acknowledged_at=None, note=""
        )
        desk.memory.save_alert(worse)
        desk.record(EventKind.ALERT_WORSENED, alert=before.id, **alert.as_data())
    for each in changes.cleared:
        clear(desk, each)
    return Done()


def clear(desk: Desk, kept: AlertKept) -> None:
    """An alert is over."""
    desk.memory.save_alert(kept._replace(cleared_at=desk.now))
    lasted = elapsed(kept.raised_at, desk.now).total_seconds() / 60
    facts = {**kept.alert.as_data(), "minutes": round(lasted)}
    desk.record(EventKind.ALERT_CLEARED, alert=kept.id, **facts)
