"""What the supervisor's screens show, read from one moment of the memory."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yichuang.queue.desk import business_date, hall_time
from yichuang.queue.oversight.alert import Alert, AlertKept, AlertKind, Severity
from yichuang.queue.oversight.figures import CategoryFigures, WindowFigures, in_all
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.people.post import OnDuty
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.supervision.finding import MOST_ITEMS, find_alerts
from yichuang.queue.ticket import Ticket
from yichuang.queue.window import Window, WindowState

BUCKET = timedelta(minutes=30)

_OF_MACHINE = (AlertKind.CLOCK, AlertKind.DISK, AlertKind.SETTINGS)
"""What only the watcher can see: it stands as it was kept."""


class AlertView(NamedTuple):
    """An open alert as it is now."""

    kept: AlertKept
    alert: Alert
    """With its present value; its severity is the worst since it was raised, or since somebody took note."""
    is_lasting: bool
    """Whether it is still so; else it is about to be cleared, or waits to be seen to."""
    item: SupervisionItem | None
    """The 督办 item under way that was made from it."""


class WindowSupervised(NamedTuple):
    """One window."""

    window: Window
    ticket: Ticket | None
    figures: WindowFigures
    duty: OnDuty | None
    """Who is signed in there."""
    clerk: str
    """That one's name."""
    since: datetime | None
    """Since when it serves its ticket, pauses, or calls nobody; None while it is closed."""


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """Everything that a supervisor watches beside the overview."""

    at: datetime
    """The hall's time."""
    business_date: date
    alerts: tuple[AlertView, ...]
    """Those that nobody took note of first, then the red ones, then the newest."""
    items: tuple[SupervisionItem, ...]
    """督办 under way, by deadline."""
    notices: tuple[Notice, ...]
    """The live ones, newest first."""
    total: CategoryFigures
    """The whole hall today."""
    categories: tuple[CategoryFigures, ...]
    """Every category of hall.toml, in its order."""
    windows: tuple[WindowSupervised, ...]
    """Every window of hall.toml, by number."""


class WaitBucket(NamedTuple):
    """The waits of those who were called for the first time in one half hour."""

    start: datetime
    calls: int
    median: float
    """Seconds."""
    ninety: float
    """Nine in ten waited no longer; seconds."""


def view_supervision(records: Records, rules: HallRules, now: datetime) -> SupervisionView:
    """Everything that a supervisor watches."""
    latest = records.latest()
    time, on = hall_time(latest, now), business_date(latest, rules, now)
    figures = records.figures(on)
    by_code = {each.category: each for each in figures.categories}
    by_window = {each.window: each for each in figures.windows}
    items = records.supervisions(MOST_ITEMS)
    return SupervisionView(
        at=time,
        business_date=on,
        alerts=_alerts(records, rules, now, items),
        items=tuple(items),
        notices=tuple(records.notices(time)),
        total=in_all(figures),
        categories=tuple(by_code.get(code) or CategoryFigures(code) for code in rules.categories),
        windows=_windows(records, rules, by_window),
    )


def _alerts(
    records: Records, rules: HallRules, now: datetime, items: list[SupervisionItem]
) -> tuple[AlertView, ...]:
    kept = records.open_alerts()
    found = {each.key: each for each in find_alerts(records, rules, now)} if kept else {}
    urged = {each.alert: each for each in items if each.alert is not None}
    views = [_alert_view(each, found.get(each.alert.key), urged.get(each.id)) for each in kept]
    return tuple(
        sorted(
            views,
            key=lambda each: (
                each.kept.is_acknowledged,
                -each.alert.severity.rank,
                -each.kept.raised_at.timestamp(),
                -each.kept.id,
            ),
        )
    )


def _alert_view(kept: AlertKept, found: Alert | None, item: SupervisionItem | None) -> AlertView:
    is_of_machine = kept.alert.kind in _OF_MACHINE
    if found is None or is_of_machine:
        return AlertView(kept, kept.alert, is_of_machine and kept.gone_since is None, item)
    severity = Severity.RED if kept.alert.severity is Severity.RED else found.severity
    return AlertView(kept, found._replace(severity=severity), True, item)


def _windows(
    records: Records, rules: HallRules, figures: dict[int, WindowFigures]
) -> tuple[WindowSupervised, ...]:
    windows = {window.number: window for window in records.windows()}
    tickets = {ticket.window: ticket for ticket in records.active()}
    duties = {duty.window: duty for duty in records.all_on_duty()}
    found = []
    for number in sorted(rules.windows):
        duty = duties.get(number)
        clerk = records.staff_member(duty.badge) if duty else None
        window = windows.get(number) or Window(number, WindowState.CLOSED)
        of_window = figures.get(number) or WindowFigures(number)
        ticket = tickets.get(number)
        found.append(
            WindowSupervised(
                window,
                ticket,
                of_window,
                duty,
                clerk.name if clerk else "",
                _since(window, ticket, of_window),
            )
        )
    return tuple(found)


def _since(window: Window, ticket: Ticket | None, figures: WindowFigures) -> datetime | None:
    if ticket is not None:
        return ticket.started_at or ticket.called_at
    if window.state is WindowState.CLOSED or window.since is None:
        return None
    if window.state is WindowState.OPEN and figures.last_ended_at is not None:
        return max(window.since, figures.last_ended_at)
    return window.since


def view_waits(
    records: Records, rules: HallRules, now: datetime, on: date | None = None
) -> list[WaitBucket]:
    """The waits of a business date, else of today, by half hours from the first call to the last."""
    on = on or business_date(records.latest(), rules, now)
    buckets: dict[datetime, list[float]] = {}
    for call in records.first_calls(on):
        local = call.at.astimezone(rules.zone)
        start = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
        buckets.setdefault(start.astimezone(call.at.tzinfo), []).append(call.seconds)
    if not buckets:
        return []
    start, last, found = min(buckets), max(buckets), []
    while start <= last:
        waits = sorted(buckets.get(start, ()))
        median = statistics.median(waits) if waits else 0.0
        ninety = waits[math.ceil(len(waits) * 0.9) - 1] if waits else 0.0
        found.append(WaitBucket(start, len(waits), median, ninety))
        start += BUCKET
    return found
