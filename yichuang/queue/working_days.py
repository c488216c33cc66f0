"""Which days are worked: the week, the State Council's yearly notice of holidays and make-up days, and
the hall's own table, which wins (requirements G06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from yichuang.config import HolidaySettings
from yichuang.language import N_, _

_ONE_DAY = timedelta(days=1)

_SATURDAY = 5
"""`date.weekday()` of a Saturday; Sunday follows."""


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKING = "working"
    MAKE_UP = "make_up"
    """A Saturday or Sunday that is worked in exchange for a day off (调休)."""
    HOLIDAY = "holiday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def is_working(self) -> bool:
        """Whether it is a working day (工作日), by which time limits are counted."""
        return self in (DayKind.WORKING, DayKind.MAKE_UP)

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_KIND_LABELS[self])


_KIND_LABELS = {
    DayKind.WORKING: N_("工作日"),
    DayKind.MAKE_UP: N_("调休上班"),
    DayKind.HOLIDAY: N_("放假"),
    DayKind.SATURDAY: N_("周六"),
    DayKind.SUNDAY: N_("周日"),
}


class DaySource(StrEnum):
    """Where it is said what kind of day it is."""

    WEEK = "week"
    """Nowhere: it is as its weekday is."""
    NOTICE = "notice"
    """In the State Council's notice for that year."""
    LAW = "law"
    """In the regulation on public holidays; the notice for that year is not known."""
    HALL = "hall"
    """In the table of the hall's own hall.toml."""

    @property
    def label(self) -> str:
        """The source in the user's language; empty for a day like any other."""
        return _(_SOURCE_LABELS[self])


_SOURCE_LABELS = {
    DaySource.WEEK: "",
    DaySource.NOTICE: N_("国务院"),
    DaySource.LAW: N_("法定节日"),
    DaySource.HALL: N_("本厅设置"),
}


class Day(NamedTuple):
    """What one day is."""

    date: date
    kind: DayKind
    name: str
    """The holiday's name, also of the day that makes up for it; empty for a day like any other."""
    source: DaySource


_NAMES = {
    "New Year's Day": N_("元旦"),
    "Spring Festival": N_("春节"),
    "Tomb-sweeping Day": N_("清明节"),
    "Labour Day": N_("劳动节"),
    "Dragon Boat Festival": N_("端午节"),
    "National Day": N_("国庆节"),
    "Mid-autumn Festival": N_("中秋节"),
    "Anti-Fascist 70th Day": N_("抗战胜利70周年纪念日"),
}
"""The holidays by the calendar library's names."""

_FIXED = {
    (1, 1): "New Year's Day",
    (5, 1): "Labour Day",
    (5, 2): "Labour Day",
    (10, 1): "National Day",
    (10, 2): "National Day",
    (10, 3): "National Day",
}
"""Month and day of the holidays that every year has whatever its notice says: 全国年节及纪念日放假办法,
art. 2, as in force since 1 January 2025. The others follow the moon or the sun."""


class WorkingDays:
    """The hall's calendar of days, and arithmetic in working days (工作日)."""

    def __init__(self, holidays: Iterable[HolidaySettings] = ()) -> None:
        self._own = {holiday.date: _own_day(holiday) for holiday in holidays}

    def day(self, on: date) -> Day:
        """What `on` is: by the hall's table, else by the notice or the law, else by its weekday."""
        return self._own.get(on) or _special_days(on.year).get(on) or _plain_day(on)

    def is_working_day(self, on: date) -> bool:
        """Whether `on` is a working day."""
        return self.day(on).kind.is_working

    def is_known(self, year: int) -> bool:
        """Whether the program knows the notice of that year.

        Without it only weekdays, holidays of fixed date and the hall's own table count. A notice is
        published in the November before its year.
        """
        return _is_known(year)

    def next(self, after: date) -> date:
        """The first working day after `after`."""
        return self.add(after, 1)

    def add(self, start: date, days: int) -> date:
        """The day on which a limit of `days` working days that began on `start` ends.

        `start` itself does not count (Civil Code art. 201); 0 gives `start`, a negative count goes back.
        """
        step = _ONE_DAY if days >= 0 else -_ONE_DAY
        left, day = abs(days), start
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def between(self, start: date, end: date) -> int:
        """The working days after `start` up to and with `end`; the opposite of `add`.

        With an `end` before `start`: those before `start` down to and with `end`, negative.
        """
        step = _ONE_DAY if end >= start else -_ONE_DAY
        count, day = 0, start
        while day != end:
            day += step
            count += self.is_working_day(day)
        return count if end >= start else -count


def _own_day(holiday: HolidaySettings) -> Day:
    if not holiday.open:
        kind = DayKind.HOLIDAY
    else:
        kind = DayKind.MAKE_UP if holiday.date.weekday() >= _SATURDAY else DayKind.WORKING
    return Day(holiday.date, kind, holiday.name, DaySource.HALL)


def _plain_day(on: date) -> Day:
    weekday = on.weekday()
    if weekday < _SATURDAY:
        return Day(on, DayKind.WORKING, "", DaySource.WEEK)
    kind = DayKind.SATURDAY if weekday == _SATURDAY else DayKind.SUNDAY
    return Day(on, kind, "", DaySource.WEEK)


@lru_cache(maxsize=256)
def _is_known(year: int) -> bool:
    from chinese_calendar.constants import holidays

    return date(year, 10, 1) in holidays  # every notice names National Day


@lru_cache(maxsize=256)
def _special_days(year: int) -> Mapping[date, Day]:
    """The days of a year that are not what their weekday says, or have a name."""
    from chinese_calendar.constants import holidays, workdays  # only when a day is asked for

    days: dict[date, Day] = {}
    if not _is_known(year):
        for (month, day), name in _FIXED.items():
            on = date(year, month, day)
            days[on] = Day(on, DayKind.HOLIDAY, _NAMES[name], DaySource.LAW)
    for kind, table in ((DayKind.HOLIDAY, holidays), (DayKind.MAKE_UP, workdays)):
        for on, name in table.items():
            if on.year == year:
                days[on] = Day(on, kind, _NAMES.get(name, name), DaySource.NOTICE)
    return MappingProxyType(days)
