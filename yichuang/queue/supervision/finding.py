"""What there is to warn of, as one look at the hall finds it (O01, H10, requirements 4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.queue.desk import business_date, clock_behind, hall_time
from yichuang.queue.device import DeviceReason, DeviceState
from yichuang.queue.oversight.alert import Alert, AlertKind, MachineFacts, Severity
from yichuang.queue.ports import Latest, Records
from yichuang.queue.printing import JobState
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.window import Surge, Window, WindowState

MOST_ITEMS = 500
"""督办 items under way that are looked at."""

_NO_FACTS = MachineFacts()
_REVIEWS_BACK = timedelta(days=1)
_JOBS_BACK = 30
_MANY_PAPERS = 3

BEHIND = "behind"
UNSYNCHRONISED = "unsynchronised"
"""What is wrong with a clock."""


def find_alerts(
    records: Records, rules: HallRules, now: datetime, machine: MachineFacts = _NO_FACTS
) -> list[Alert]:
    """Everything to be warned of at `now`, the worst first."""
    latest = records.latest()
    look = _Look(
        records, rules, now, hall_time(latest, now), business_date(latest, rules, now), latest
    )
    found = [
        *_of_lines(look),
        *_of_windows(look),
        *_of_devices(look),
        *_of_papers(look),
        *_of_machine(look, machine),
        *_of_reviews(look),
        *_of_items(look),
    ]
    return sorted(found, key=lambda alert: -alert.severity.rank)


class _Look(NamedTuple):
    records: Records
    rules: HallRules
    now: datetime
    time: datetime
    """The hall's time, by which waits are measured."""
    on: date
    latest: Latest | None

    def minutes(self, since: datetime) -> float:
        return elapsed(since, self.time).total_seconds() / 60


def _graded(value: float, bounds: tuple[int, int]) -> Severity | None:
    if value >= bounds[1]:
        return Severity.RED
    return Severity.YELLOW if value >= bounds[0] else None


def _of_lines(look: _Look) -> Iterator[Alert]:
    bounds = look.rules.settings.alert
    oldest: dict[str, datetime] = {}
    for line in look.records.lines(look.on, look.now):
        if line.category in look.rules.categories:
            oldest[line.category] = min(line.oldest, oldest.get(line.category, line.oldest))
    for code, since in oldest.items():
        minutes = look.minutes(since)
        severity = _graded(minutes, bounds.wait_minutes)
        if severity:
            yield Alert(f"wait:{code}", AlertKind.WAIT, severity, code, minutes)
    # Counted no further than needed to tell: how long a line is, screens know themselves.
    limit = bounds.line_length[1] + 100
    for code, waiting in look.records.line_lengths(list(oldest), limit, look.now).items():
        severity = _graded(waiting - 1, bounds.line_length)
        if severity:
            yield Alert(f"line_length:{code}", AlertKind.LINE_LENGTH, severity, code, waiting)


def _of_windows(look: _Look) -> Iterator[Alert]:
    tickets = {ticket.window: ticket for ticket in look.records.active()}
    surge = look.records.surge()
    for window in look.records.windows():
        if window.number in look.rules.windows and window.state is not WindowState.CLOSED:
            alert = _of_window(look, window, tickets.get(window.number), surge)
            if alert is not None:
                yield alert


def _of_window(
    look: _Look, window: Window, ticket: Ticket | None, surge: Surge | None
) -> Alert | None:
    bounds, number = look.rules.settings.alert, window.number
    if ticket is not None:
        began = ticket.started_at or ticket.called_at
        minutes = look.minutes(began) if began else 0.0
        kind, severity = AlertKind.LONG_SERVICE, _graded(minutes, bounds.service_minutes)
    elif window.state is WindowState.PAUSED:
        minutes = look.minutes(window.since) if window.since else 0.0
        kind, severity = AlertKind.LONG_PAUSE, _graded(minutes, bounds.pause_minutes)
    else:
        minutes = _idle_minutes(look, window, surge)
        kind, severity = AlertKind.WINDOW_IDLE, _graded(minutes, bounds.idle_minutes)
    if severity is None:
        return None
    detail = ticket.number if ticket else window.reason or ""
    return Alert(f"{kind}:{number}", kind, severity, str(number), minutes, detail, number)


def _idle_minutes(look: _Look, window: Window, surge: Surge | None) -> float:
    """How long the window has called nobody though somebody waited whom it may call."""
    least = look.rules.settings.alert.idle_minutes[0]
    if window.since is None or look.minutes(window.since) < least:
        return 0.0
    last = look.records.last_call(window.number, ended=True)
    since = max(window.since, last.ended_at) if last and last.ended_at else window.since
    if look.minutes(since) < least:
        return 0.0
    heads = look.records.heads(look.rules.duty(window, surge), look.time)
    if not heads:
        return 0.0
    return look.minutes(max(since, min(head.since for head in heads)))


def _of_devices(look: _Look) -> Iterator[Alert]:
    known = {each.name for each in look.rules.settings.devices}
    for status in look.records.devices():
        health = status.health
        if status.name not in known or health.reason is DeviceReason.MUTED:
            continue
        if health.state in (DeviceState.MISSING, DeviceState.DEGRADED):
            is_missing = health.state is DeviceState.MISSING
            severity = Severity.RED if is_missing else Severity.YELLOW
            yield Alert(
                f"device:{status.name}",
                AlertKind.DEVICE,
                severity,
                status.name,
                detail=health.reason.value,
            )


def _of_papers(look: _Look) -> Iterator[Alert]:
    """Papers that failed, of people who wait and have got none since."""
    lacking = 0
    for job in look.records.print_jobs(_JOBS_BACK):
        if job.state is not JobState.FAILED or job.ticket is None:
            continue
        ticket = look.records.ticket(job.ticket)
        if (
            ticket is not None
            and (ticket.state, ticket.business_date) == (TicketState.WAITING, look.on)
            and look.records.last_print_job(ticket.id) == job.id
        ):
            lacking += 1
    if lacking:
        severity = Severity.RED if lacking >= _MANY_PAPERS else Severity.YELLOW
        yield Alert("paper", AlertKind.PAPER, severity, value=lacking)


def _of_machine(look: _Look, machine: MachineFacts) -> Iterator[Alert]:
    behind = clock_behind(look.latest, look.now)
    if behind is not None:
        minutes = behind.total_seconds() / 60
        yield Alert("clock", AlertKind.CLOCK, Severity.RED, value=minutes, detail=BEHIND)
    elif machine.clock_synchronised is False:
        yield Alert("clock", AlertKind.CLOCK, Severity.YELLOW, detail=UNSYNCHRONISED)
    yellow, red = look.rules.settings.alert.disk_mb
    free = machine.disk_free_mb
    if free is not None and free < yellow:
        severity = Severity.RED if free < red else Severity.YELLOW
        yield Alert("disk", AlertKind.DISK, severity, value=free)
    mistakes = machine.settings_mistakes
    if mistakes:
        yield Alert("settings", AlertKind.SETTINGS, Severity.YELLOW, value=mistakes)


def _of_reviews(look: _Look) -> Iterator[Alert]:
    for each in look.records.bad_ratings(look.time - _REVIEWS_BACK):
        yield Alert(
            f"review:{each.ticket}",
            AlertKind.BAD_REVIEW,
            Severity.RED,
            each.number,
            detail=each.grade.value,
            window=each.window,
        )


def _of_items(look: _Look) -> Iterator[Alert]:
    for item in look.records.supervisions(MOST_ITEMS):
        if item.is_overdue(look.time):
            yield Alert(
                f"overdue:{item.id}",
                AlertKind.OVERDUE,
                Severity.RED,
                str(item.id),
                look.minutes(item.deadline),
                item.title,
            )
