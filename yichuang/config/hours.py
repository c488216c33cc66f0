"""The section of hall.toml about service hours, and its table of holidays (requirements G, E03)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from yichuang.config.section import Line, Section, refuse_twins
from yichuang.language import _

_DAY = 24 * 60
_SPAN = re.compile(r"([0-9]{1,2}):([0-5][0-9])-([0-9]{1,2}):([0-5][0-9])", re.ASCII)


class TimeSpan(NamedTuple):
    """A part of a day on the hall's own clock, its end left out."""

    start: int
    """Minutes since midnight."""
    end: int
    """Minutes since midnight, at most 1440: a session may last until midnight."""

    def __str__(self) -> str:
        return f"{_clock_text(self.start)}-{_clock_text(self.end)}"


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _span(value: Any) -> TimeSpan:
    if isinstance(value, tuple):  # a span read back from settings that were dumped
        return TimeSpan(*value)
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_('「{value}」不是时段，要写成 "09:00-12:00" 这样').format(value=value))
    hour, minute, last_hour, last_minute = map(int, match.groups())
    span = TimeSpan(hour * 60 + minute, last_hour * 60 + last_minute)
    if max(span) > _DAY:
        raise ValueError(_("时段 {span} 超过了 24:00").format(span=value))
    if span.start >= span.end:
        raise ValueError(_("时段 {span} 的结束要晚于开始").format(span=value))
    return span


def _in_order(spans: tuple[TimeSpan, ...]) -> tuple[TimeSpan, ...]:
    ordered = tuple(sorted(spans))
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise ValueError(_("时段 {first} 和 {second} 重叠").format(first=first, second=second))
    return ordered


def _calendar_day(value: Any) -> date:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(_("要写成日期，例如 date = 2026-10-01"))


_Spans = Annotated[
    tuple[Annotated[TimeSpan, BeforeValidator(_span)], ...], AfterValidator(_in_order)
]
"""Spans of one day, which do not overlap; put in order."""

_CalendarDay = Annotated[date, BeforeValidator(_calendar_day)]


class HoursSettings(Section):
    """`[hours]`: when the hall serves, on its own clock."""

    weekday: _Spans = Field((TimeSpan(9 * 60, 12 * 60), TimeSpan(13 * 60, 17 * 60)))
    """Working days, make-up working days among them (G01, G02: "9:00—12:00", "13:00—17:00")."""
    noon: _Spans = ()
    """Service in the breaks of a working day (G03); none when empty."""
    noon_windows: tuple[int, ...] = ()
    """The windows that serve at noon; all of them when empty."""
    saturday: _Spans = ()
    """Saturdays that are neither holidays nor make-up days (G04); closed when empty."""
    saturday_flagged_only: bool = True
    """On Saturdays only items that are flagged for it (G04)."""
    sunday: _Spans = ()
    """Sundays alike (G05)."""
    elastic_minutes: int = Field(0, ge=0, le=60)
    """So long before a day's first session and after its last one, holders of appointments only (E03:
    "前、后各一小时之内")."""
    closing_minutes: int = Field(15, ge=0, le=120)
    """From so long before closing on, the kiosk says the expected wait and asks; 0 never asks."""

    @model_validator(mode="after")
    def _noon_is_a_break(self) -> HoursSettings:
        if not self.weekday:
            raise ValueError(_('weekday 至少要有一个时段，例如 weekday = ["09:00-17:00"]'))
        breaks = [(before.end, after.start) for before, after in pairwise(self.weekday)]
        for span in self.noon:
            if not any(start <= span.start and span.end <= end for start, end in breaks):
                raise ValueError(
                    _("noon 的时段 {span} 不在 weekday 两个时段之间").format(span=span)
                )
        refuse_twins("noon_windows", list(self.noon_windows))
        return self


class HolidaySettings(Section):
    """`[[holiday]]`: one day that is other than its weekday and the national notice say (G06)."""

    date: _CalendarDay
    open: bool = False
    """True makes it a working day, False a day off."""
    name: Line = Field("", max_length=20)
    """What the day is called."""
    hours: _Spans = ()
    """The sessions of an open day; those of `weekday` and `noon` when empty."""

    @model_validator(mode="after")
    def _closed_days_have_no_hours(self) -> HolidaySettings:
        if self.hours and not self.open:
            raise ValueError(
                _("{date} 写了 hours，就要写 open = true").format(date=self.date.isoformat())
            )
        return self
