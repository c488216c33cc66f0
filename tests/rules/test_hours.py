"""Service hours: what hall.toml may say of them, the sessions of a day, and how a hall stands at a moment."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import small_settings
from yichuang.config import HolidaySettings, HoursSettings, TimeSpan, parse_settings
from yichuang.errors import InvalidHall
from yichuang.profile import hall_toml
from yichuang.queue.hours import LOOK_AHEAD, Opening, ServiceHours, Session
from yichuang.queue.working_days import DayKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")

MONDAY = date(2026, 3, 2)
SATURDAY = date(2026, 3, 7)
SUNDAY = date(2026, 3, 8)
MAKE_UP_SATURDAY = date(2026, 2, 14)


def _hours(text: str = "", zone: ZoneInfo = SHANGHAI) -> ServiceHours:
    """The service hours of a hall.toml with this section `[hours]` and what follows it."""
    found = tomllib.loads("[hours]\n" + text)
    return ServiceHours(
        HoursSettings.model_validate(found["hours"]),
        [HolidaySettings.model_validate(each) for each in found.get("holiday", [])],
        zone,
    )


def _local(on: date, clock: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), zone).astimezone(UTC)


def _spans(hours: ServiceHours, on: date) -> list[str]:
    """The sessions of a day as a person writes them."""
    return [
        f"{each.start.astimezone(SHANGHAI):%H:%M}-{each.end.astimezone(SHANGHAI):%H:%M}"
        for each in hours.day(on).sessions
    ]


# --- the settings -----------------------------------------------------------------------------


def test_a_hall_that_says_nothing_has_the_standard_hours() -> None:
    hours = small_settings().hours
    assert [str(span) for span in hours.weekday] == ["09:00-12:00", "13:00-17:00"]
    assert (hours.noon, hours.saturday, hours.sunday) == ((), (), ())
    assert (hours.elastic_minutes, hours.closing_minutes) == (0, 15)
    assert hours.saturday_flagged_only
    assert small_settings().holiday == ()


def test_a_new_hall_writes_down_the_standard_hours() -> None:
    new = parse_settings(hall_toml("郑陆镇为民服务中心", "town"), Path("hall.toml"))
    assert new.hours == HoursSettings()
    assert new.hours.model_fields_set == set(HoursSettings.model_fields)


def test_spans_are_put_in_order_and_may_end_at_midnight() -> None:
    hours = _hours('weekday = ["13:00-24:00", "8:30-12:00"]').settings
    assert [str(span) for span in hours.weekday] == ["08:30-12:00", "13:00-24:00"]
    assert hours.weekday[1] == TimeSpan(13 * 60, 24 * 60)


def test_a_date_may_be_quoted() -> None:
    text = '[[holiday]]\ndate = 2026-10-08\n[[holiday]]\ndate = "2026-10-09"\n'
    assert [each.date for each in small_settings(text).holiday] == [
        date(2026, 10, 8),
        date(2026, 10, 9),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'weekday = ["9-12"]',
            'hours.weekday[第 1 个]：「9-12」不是时段，要写成 "09:00-12:00" 这样',
        ),
        (
            'weekday = ["09:00-12:60"]',
            'hours.weekday[第 1 个]：「09:00-12:60」不是时段，要写成 "09:00-12:00" 这样',
        ),
        (
            "sunday = [9]",
            'hours.sunday[第 1 个]：「9」不是时段，要写成 "09:00-12:00" 这样',
        ),
        (
            'saturday = ["12:00-12:00"]',
            "hours.saturday[第 1 个]：时段 12:00-12:00 的结束要晚于开始",
        ),
        ('sunday = ["23:00-24:30"]', "hours.sunday[第 1 个]：时段 23:00-24:30 超过了 24:00"),
        (
            'weekday = ["9:00-12:00", "11:59-17:00"]',
            "hours.weekday：时段 09:00-12:00 和 11:59-17:00 重叠",
        ),
        ("weekday = []", 'hours：weekday 至少要有一个时段，例如 weekday = ["09:00-17:00"]'),
        ('noon = ["11:30-13:00"]', "hours：noon 的时段 11:30-13:00 不在 weekday 两个时段之间"),
        ('noon = ["17:00-18:00"]', "hours：noon 的时段 17:00-18:00 不在 weekday 两个时段之间"),
        ("noon_windows = [2, 2]", "hours：noon_windows 重复：2"),
        ("noon_windows = [7]", "hours.noon_windows 写了 7 号窗口，大厅里没有"),
        ("weekend = []", "hours.weekend：没有这一项，是不是 weekday？"),
        ("[[holiday]]\ndate = 20261001", "holiday[第 1 个].date：要写成日期，例如 date = 2026-10-01"),
        (
            "[[holiday]]\ndate = 2026-10-01T08:00:00",
            "holiday[第 1 个].date：要写成日期，例如 date = 2026-10-01",
        ),
        (
            '[[holiday]]\ndate = "国庆"',
            "holiday[第 1 个].date：要写成日期，例如 date = 2026-10-01",
        ),
        ("[[holiday]]\nopen = true", "holiday[第 1 个].date：缺少这一项"),
        (
            '[[holiday]]\ndate = 2026-10-01\nhours = ["09:00-12:00"]',
            "holiday[第 1 个]：2026-10-01 写了 hours，就要写 open = true",
        ),
        (
            "[[holiday]]\ndate = 2026-10-01\n[[holiday]]\ndate = 2026-10-01\nopen = true",
            "holiday：date 重复：2026-10-01",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidHall) as refused:
        small_settings("[hours]\n" + text)
    assert refused.value.problems == [problem]


@pytest.mark.parametrize("minutes", [-1, 61])
def test_elastic_service_is_an_hour_at_most(minutes: int) -> None:
    with pytest.raises(InvalidHall) as refused:
        small_settings(f"[hours]\nelastic_minutes = {minutes}")
    assert "hours.elastic_minutes" in refused.value.problems[0]


# --- the sessions of a day --------------------------------------------------------------------


def test_the_sessions_of_a_working_day() -> None:
    day = _hours().day(MONDAY)
    assert (day.date, day.kind, day.name) == (MONDAY, DayKind.WORKING, "")
    assert day.sessions == (
        Session(_local(MONDAY, "09:00"), _local(MONDAY, "12:00"), None, False, False),
        Session(_local(MONDAY, "13:00"), _local(MONDAY, "17:00"), None, False, False),
    )


def test_at_noon_only_some_windows_serve() -> None:
    sessions = _hours('noon = ["12:00-13:00"]\nnoon_windows = [1, 3]').day(MONDAY).sessions
    assert [(each.is_noon, each.windows) for each in sessions] == [
        (False, None),
        (True, (1, 3)),
        (False, None),
    ]
    everybody = _hours('noon = ["12:00-13:00"]').day(MONDAY).sessions[1]
    assert (everybody.is_noon, everybody.windows) == (True, None)


def test_saturday_is_for_flagged_items_and_sunday_for_all() -> None:
    hours = _hours('saturday = ["09:00-12:00"]\nsunday = ["10:00-11:00"]\nnoon = ["12:00-13:00"]')
    assert _spans(hours, SATURDAY) == ["09:00-12:00"]
    assert [each.flagged_only for each in hours.day(SATURDAY).sessions] == [True]
    assert _spans(hours, SUNDAY) == ["10:00-11:00"]
    assert [each.flagged_only for each in hours.day(SUNDAY).sessions] == [False]
    everything = _hours('saturday = ["09:00-12:00"]\nsaturday_flagged_only = false')
    assert [each.flagged_only for each in everything.day(SATURDAY).sessions] == [False]
    assert _spans(_hours(), SATURDAY) == _spans(_hours(), SUNDAY) == []


def test_a_make_up_saturday_is_a_whole_working_day() -> None:
    hours = _hours('saturday = ["09:00-10:00"]\nnoon = ["12:00-13:00"]')
    assert _spans(hours, MAKE_UP_SATURDAY) == ["09:00-12:00", "12:00-13:00", "13:00-17:00"]
    assert not any(each.flagged_only for each in hours.day(MAKE_UP_SATURDAY).sessions)


def test_a_holiday_is_closed_even_on_a_saturday() -> None:
    hours = _hours('saturday = ["09:00-10:00"]\nsunday = ["09:00-10:00"]')
    for on in (date(2026, 2, 16), date(2026, 2, 21), date(2026, 2, 22)):
        day = hours.day(on)
        assert (day.kind, day.name, day.sessions) == (DayKind.HOLIDAY, "春节", ())


def test_the_halls_table_closes_opens_and_sets_hours() -> None:
    hours = _hours(
        """
        noon = ["12:00-13:00"]
        [[holiday]]
        date = 2026-03-02
        name = "搬迁"
        [[holiday]]
        date = 2026-02-16
        open = true
        hours = ["09:00-11:00"]
        [[holiday]]
        date = 2026-03-07
        open = true
        """
    )
    assert (hours.day(MONDAY).kind, hours.day(MONDAY).name) == (DayKind.HOLIDAY, "搬迁")
    assert _spans(hours, MONDAY) == []
    assert _spans(hours, date(2026, 2, 16)) == ["09:00-11:00"]
    assert _spans(hours, SATURDAY) == ["09:00-12:00", "12:00-13:00", "13:00-17:00"]


def test_an_hour_that_does_not_exist_overlaps_no_other() -> None:
    # Clocks go from 2:00 to 3:00: what ends at 2:30 ends as late as 3:30.
    hours = _hours('sunday = ["01:30-02:30", "03:00-04:00"]', BERLIN)
    first, second = hours.day(date(2026, 3, 29)).sessions
    assert first.end == second.start == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


# --- how the hall stands at a moment ----------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "is_open", "closes", "opens", "closing"),
    [
        ("08:59", False, None, "09:00", False),
        ("09:00", True, "12:00", "13:00", False),
        ("11:44", True, "12:00", "13:00", False),
        ("11:45", True, "12:00", "13:00", True),
        ("12:00", False, None, "13:00", False),
        ("13:00", True, "17:00", None, False),
        ("16:59", True, "17:00", None, True),
        ("17:00", False, None, None, False),
    ],
)
def test_through_a_working_day(
    clock: str, is_open: bool, closes: str | None, opens: str | None, closing: bool
) -> None:
    found = _hours().at(_local(MONDAY, clock))
    tomorrow = _local(MONDAY + timedelta(days=1), "09:00")
    assert found == Opening(
        is_open=is_open,
        is_elastic=False,
        session=found.session,
        closes_at=_local(MONDAY, closes) if closes else None,
        opens_next=_local(MONDAY, opens) if opens else tomorrow,
        is_closing=closing,
    )
    assert (found.session is not None) is is_open


def test_morning_noon_and_afternoon_are_one_stretch() -> None:
    hours = _hours('noon = ["12:00-13:00"]')
    found = hours.at(_local(MONDAY, "09:30"))
    assert found.closes_at == _local(MONDAY, "17:00")
    assert found.opens_next == _local(MONDAY + timedelta(days=1), "09:00")
    assert not hours.at(_local(MONDAY, "11:50")).is_closing
    noon = hours.at(_local(MONDAY, "12:00")).session
    assert noon is not None
    assert noon.is_noon


def test_a_shorter_noon_leaves_a_gap() -> None:
    found = _hours('noon = ["12:00-12:30"]').at(_local(MONDAY, "09:30"))
    assert found.closes_at == _local(MONDAY, "12:30")
    assert found.opens_next == _local(MONDAY, "13:00")


@pytest.mark.parametrize(
    ("clock", "is_elastic"),
    [
        ("08:29", False),
        ("08:30", True),
        ("09:00", False),
        ("12:10", False),
        ("16:59", False),
        ("17:00", True),
        ("17:29", True),
        ("17:30", False),
    ],
)
def test_elastic_service_is_around_the_day_not_at_noon(clock: str, is_elastic: bool) -> None:
    found = _hours("elastic_minutes = 30").at(_local(MONDAY, clock))
    assert found.is_elastic is is_elastic
    assert not (found.is_elastic and found.is_open)
    assert not _hours("elastic_minutes = 30").at(_local(SUNDAY, clock)).is_elastic


def test_elastic_service_goes_over_midnight() -> None:
    hours = _hours('weekday = ["00:20-23:50"]\nelastic_minutes = 30')
    assert hours.at(_local(MONDAY, "00:10")).is_elastic
    assert hours.at(_local(SUNDAY, "23:55")).is_elastic
    assert hours.at(_local(SATURDAY, "00:10")).is_elastic
    assert not hours.at(_local(SATURDAY, "00:20")).is_elastic


def test_nobody_is_asked_when_closing_is_not_announced() -> None:
    assert not _hours("closing_minutes = 0").at(_local(MONDAY, "16:59")).is_closing


def test_the_next_opening_is_after_the_holidays() -> None:
    found = _hours().at(_local(date(2026, 2, 14), "17:00"))
    assert found.opens_next == _local(date(2026, 2, 24), "09:00")


def test_a_hall_that_stays_closed_has_no_next_opening() -> None:
    first = date(2026, 3, 9)
    closed = [first + timedelta(each) for each in range(LOOK_AHEAD + 1)]
    hours = _hours("".join(f"[[holiday]]\ndate = {on}\n" for on in closed))
    assert hours.at(_local(first, "08:00")).opens_next is None
    found = hours.at(_local(first + timedelta(days=1), "08:00")).opens_next
    assert found == _local(closed[-1] + timedelta(days=1), "09:00")


def test_a_hall_that_never_closes() -> None:
    always = '["00:00-24:00"]'
    hours = _hours(f"weekday = {always}\nsaturday = {always}\nsunday = {always}")
    found = hours.at(_local(MONDAY, "23:59"))
    assert found.is_open
    assert not found.is_closing
    assert found.closes_at == _local(date(2026, 4, 4), "00:00")


# --- properties -------------------------------------------------------------------------------


@st.composite
def _day_spans(draw: st.DrawFn, least: int = 0) -> tuple[str, ...]:
    """Spans that do not overlap, some of them without a gap between."""
    count = draw(st.integers(least, 3))
    marks = sorted(
        draw(st.lists(st.integers(0, 96), min_size=2 * count, max_size=2 * count, unique=True))
    )
    spans = [(marks[2 * each] * 15, marks[2 * each + 1] * 15) for each in range(count)]
    if count > 1 and draw(st.booleans()):
        spans[0] = (spans[0][0], spans[1][0])
    return tuple(str(TimeSpan(*span)) for span in spans)


@st.composite
def _any_hours(draw: st.DrawFn) -> ServiceHours:
    raw: dict[str, object] = {
        "weekday": draw(_day_spans(1)),
        "saturday": draw(_day_spans()),
        "sunday": draw(_day_spans()),
        "elastic_minutes": draw(st.integers(0, 60)),
        "closing_minutes": draw(st.integers(0, 120)),
    }
    breaks = [
        str(TimeSpan(first.end, second.start))
        for first, second in pairwise(HoursSettings.model_validate(raw).weekday)
        if first.end < second.start
    ]
    if breaks:
        raw["noon"] = draw(st.lists(st.sampled_from(breaks), unique=True))
    settings = HoursSettings.model_validate(raw)
    dates = st.dates(date(2026, 1, 20), date(2026, 4, 10))
    table = draw(
        st.lists(
            st.builds(HolidaySettings, date=dates, open=st.booleans()),
            unique_by=lambda holiday: holiday.date,
            max_size=20,
        )
    )
    return ServiceHours(settings, table, draw(st.sampled_from([SHANGHAI, BERLIN, UTC])))


MOMENTS = st.builds(
    datetime.combine,
    st.dates(date(2026, 2, 1), date(2026, 4, 4)),
    st.times(),
    tzinfo=st.just(UTC),
)


@given(hours=_any_hours(), first=st.dates(date(2026, 2, 1), date(2026, 4, 5)))
def test_sessions_are_in_order_and_never_overlap(hours: ServiceHours, first: date) -> None:
    days = [hours.day(first + timedelta(each)) for each in range(3)]
    sessions = [session for day in days for session in day.sessions]
    for session in sessions:
        assert session.start < session.end
    for before, after in pairwise(sessions):
        assert before.end <= after.start


@given(hours=_any_hours(), now=MOMENTS)
def test_a_moment_agrees_with_its_day(hours: ServiceHours, now: datetime) -> None:
    found = hours.at(now)
    around = [hours.day(now.date() + timedelta(each)) for each in (-1, 0, 1)]
    going_on = [each for day in around for each in day.sessions if each.start <= now < each.end]
    assert found.session == (going_on[0] if going_on else None)
    assert found.is_open is bool(going_on)
    assert (found.closes_at is not None) is found.is_open
    assert not (found.is_open and found.is_elastic)
    assert not found.is_closing or found.is_open


@given(hours=_any_hours(), now=MOMENTS)
def test_a_stretch_is_open_until_it_closes_and_the_next_opening_is_open(
    hours: ServiceHours, now: datetime
) -> None:
    found = hours.at(now)
    instant = timedelta(microseconds=1)
    if found.closes_at is not None:
        assert hours.at(found.closes_at - instant).is_open
        assert found.opens_next is None or found.closes_at < found.opens_next
    if found.opens_next is not None:
        assert found.opens_next > now
        assert hours.at(found.opens_next).is_open
        assert not hours.at(found.opens_next - instant).is_open
