"""Service hours: the sessions of each day, and how the hall stands at a moment (requirements G, E03, A06).

Pure functions of the time that is asked about; nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from yichuang.config import HolidaySettings, HoursSettings, TimeSpan
from yichuang.queue.working_days import Day, DayKind, DaySource, WorkingDays

LOOK_AHEAD = 60
"""Days after today in which the next opening is looked for; the longest public holiday has 9."""

_ONE_DAY = timedelta(days=1)
_MOST_DAYS_KEPT = 512


class Session(NamedTuple):
    """A part of a day in which the hall serves."""

    start: datetime
    """UTC."""
    end: datetime
    """UTC; at this moment it is over."""
    windows: tuple[int, ...] | None
    """The windows that serve; None for all."""
    is_noon: bool
    flagged_only: bool
    """Only items that are flagged for Saturday (G04)."""


class ServiceDay(NamedTuple):
    """One day of the hall."""

    date: date
    kind: DayKind
    name: str
    """The holiday's name; empty for a day like any other."""
    sessions: tuple[Session, ...]
    """In order of time, never overlapping; empty when the hall stays closed."""
    source: DaySource
    """Where it is said what kind of day it is."""


class Opening(NamedTuple):
    """How the hall stands at a moment."""

    is_open: bool
    """A session is going on."""
    is_elastic: bool
    """None is, but holders of appointments are served (E03)."""
    session: Session | None
    closes_at: datetime | None
    """UTC, while open: the end of the last session of this stretch. Sessions without a gap between
    them, such as morning, noon and afternoon, are one stretch."""
    opens_next: datetime | None
    """UTC: the start of the next stretch after this moment; None when there is none in `LOOK_AHEAD`
    days."""
    is_closing: bool
    """It is open and closes within `closing_minutes`."""


class ServiceHours:
    """The hall's service hours in its own time zone."""

    def __init__(
        self, settings: HoursSettings, holidays: Collection[HolidaySettings], zone: tzinfo
    ) -> None:
        self.settings = settings
        self.working_days = WorkingDays(holidays)
        self._zone = zone
        self._own_hours = {each.date: each.hours for each in holidays if each.hours}
        self._days: dict[date, ServiceDay] = {}

    def day(self, on: date) -> ServiceDay:
        """What kind of day `on` is, and its sessions."""
        found = self._days.get(on)
        if found is None:
            if len(self._days) >= _MOST_DAYS_KEPT:
                self._days.clear()
            found = self._days[on] = self._day(self.working_days.day(on))
        return found

    def at(self, now: datetime) -> Opening:
        """How the hall stands at `now`, an aware time."""
        today = now.astimezone(self._zone).date()
        session, closes_at, opens_next = None, None, None
        for each in self._sessions(today):
            if each.end <= now:
                continue
            if each.start <= now:
                session, closes_at = each, each.end
            elif each.start == closes_at:
                closes_at = each.end
            else:
                opens_next = each.start
                break
        closing = timedelta(minutes=self.settings.closing_minutes)
        return Opening(
            is_open=session is not None,
            is_elastic=session is None and self._is_elastic(now, today),
            session=session,
            closes_at=closes_at,
            opens_next=opens_next,
            is_closing=closes_at is not None and closes_at - now <= closing,
        )

    def _sessions(self, today: date) -> Iterator[Session]:
        for ahead in range(LOOK_AHEAD + 1):
            yield from self.day(today + ahead * _ONE_DAY).sessions

    def _is_elastic(self, now: datetime, today: date) -> bool:
        """Whether `now` is shortly before the first or after the last session of a day."""
        margin = timedelta(minutes=self.settings.elastic_minutes)
        for on in (today - _ONE_DAY, today, today + _ONE_DAY):
            sessions = self.day(on).sessions
            if not sessions:
                continue
            first, last = sessions[0].start, sessions[-1].end
            if first - margin <= now < first or last <= now < last + margin:
                return True
        return False

    def _day(self, day: Day) -> ServiceDay:
        sessions: list[Session] = []
        for span, is_noon in self._spans(day):
            start, end = self._moment(day.date, span.start), self._moment(day.date, span.end)
            if sessions:
                # When clocks are put forward a local time that does not exist falls behind a later one.
                start = max(start, sessions[-1].end)
            if start < end:
                windows = (self.settings.noon_windows or None) if is_noon else None
                flagged_only = day.kind is DayKind.SATURDAY and self.settings.saturday_flagged_only
                sessions.append(Session(start, end, windows, is_noon, flagged_only))
        return ServiceDay(day.date, day.kind, day.name, tuple(sessions), day.source)

    def _spans(self, day: Day) -> list[tuple[TimeSpan, bool]]:
        """The day's spans in order, and whether each is the noon service."""
        if not day.kind.is_working:
            weekend = {
                DayKind.SATURDAY: self.settings.saturday,
                DayKind.SUNDAY: self.settings.sunday,
            }
            return [(span, False) for span in weekend.get(day.kind, ())]
        own = self._own_hours.get(day.date)
        if own:
            return [(span, False) for span in own]
        usual = [(span, False) for span in self.settings.weekday]
        return sorted(usual + [(span, True) for span in self.settings.noon])

    def _moment(self, on: date, minutes: int) -> datetime:
        if minutes == 24 * 60:
            on, minutes = on + _ONE_DAY, 0
        hour, minute = divmod(minutes, 60)
        return datetime.combine(on, time(hour, minute), self._zone).astimezone(UTC)
