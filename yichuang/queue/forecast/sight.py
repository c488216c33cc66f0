"""What a forecast reads of the hall: rows of one moment, which it works on when the reading is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yichuang.queue.desk import business_date, hall_time
from yichuang.queue.dispatch import Duty
from yichuang.queue.hours import Session
from yichuang.queue.ports import EndedCall, LineCount, Records, Told
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.queue.window import Window

LIMIT = 600
"""At most so many waiting tickets are rolled forward; who comes behind them is told by the slope."""

LATELY = timedelta(minutes=30)
"""The arrivals of this time tell how many will come."""

BEFORE_OPENING = timedelta(minutes=15)
"""People come before the doors open: a day's first arrivals are counted from so long before."""

_SHORTEST = 300.0
"""Seconds: a shorter time does not tell how many come."""

_TOLD = 1000
"""Among so many of the newest tickets, what was told is compared with what came true."""


class Day:
    """Today's sessions, in seconds from now. A hall for trying out has none, and is always open."""

    def __init__(self, rules: HallRules, now: datetime, today: date) -> None:
        self.now = now
        self.today = today
        self.sessions: Sequence[Session] = ()
        if not rules.settings.hall.sample:
            self.sessions = rules.hours.day(today).sessions

    def seconds_to(self, moment: datetime) -> float:
        """Seconds from now; negative for what has been."""
        return (moment - self.now).total_seconds()

    def _of(self, window: int | None) -> Iterator[tuple[float, float]]:
        for session in self.sessions:
            if window is None or session.windows is None or window in session.windows:
                yield self.seconds_to(session.start), self.seconds_to(session.end)

    def breaks(self, window: int | None) -> list[tuple[float, float]]:
        """The breaks that are not over, of a window or of the hall; after the last session there is none."""
        found = []
        end = -float("inf")
        for start, stop in self._of(window):
            if start > max(end, 0.0):
                found.append((max(end, 0.0), start))
            end = stop
        return found

    def next_start(self, window: int) -> float | None:
        """When the window's next session of today begins, in seconds from now; None when there is none."""
        return next((start for start, _end in self._of(window) if start > 0), None)

    def is_on(self, window: int) -> bool:
        """Whether the window has a session now."""
        return not self.sessions or any(start <= 0 < end for start, end in self._of(window))

    @property
    def first(self) -> datetime | None:
        """The start of the first session."""
        return self.sessions[0].start if self.sessions else None


class Sight(NamedTuple):
    """The rows of one moment; nothing in it changes or reads further."""

    seq: int
    """The journal's last row."""
    at: datetime
    """The hall's own time."""
    day: Day
    windows: Mapping[int, Window]
    """Every window that was ever opened, by number."""
    duties: Sequence[Duty]
    tickets: Sequence[Ticket]
    """The first `LIMIT` waiting tickets in order of class and place."""
    lines: Sequence[LineCount]
    """All who wait, counted; empty where `tickets` are all."""
    active: Mapping[int, Ticket]
    """Who is at a window, by its number."""
    recent: Mapping[int, Sequence[PriorityClass]]
    """By window the classes of its last calls, the latest first, as far as the policy looks back."""
    lately: Mapping[tuple[str, PriorityClass], int]
    """How many came in the last `span` seconds, by category and class."""
    span: float


class Past(NamedTuple):
    """What is learnt from."""

    calls: Sequence[EndedCall]
    told: Sequence[Told]


def see(records: Records, rules: HallRules, now: datetime) -> Sight:
    """The hall as it stands at `now`."""
    latest = records.latest()
    at, today = hall_time(latest, now), business_date(latest, rules, now)
    day = Day(rules, now, today)
    windows = {window.number: window for window in records.windows()}
    duties = rules.duties(list(windows.values()), records.surge())
    looks_back = rules.policy.looks_back
    recent: dict[int, Sequence[PriorityClass]] = {}
    if looks_back:
        for duty in duties:
            recent[duty.window] = records.recent_classes(duty.window, today, looks_back)
    start = now - LATELY
    if day.first is not None:
        start = max(start, day.first - BEFORE_OPENING)
    tickets = records.waiting(today, LIMIT)
    return Sight(
        seq=latest.seq if latest else 0,
        at=at,
        day=day,
        windows=windows,
        duties=duties,
        tickets=tickets,
        lines=records.lines(today, at) if len(tickets) == LIMIT else (),
        active={
            each.window: each
            for each in records.active()
            if each.window is not None and each.business_date == today
        },
        recent=recent,
        lately=records.issued_since(today, start),
        span=max((now - start).total_seconds(), _SHORTEST),
    )


def see_past(records: Records, rules: HallRules) -> Past:
    """The latest calls, and what was told of late."""
    return Past(records.ended_calls(rules.settings.forecast.calls), records.told(_TOLD))
