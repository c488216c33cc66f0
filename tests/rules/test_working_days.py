"""Working days: the week, the State Council's notices, the hall's own table, and counting in them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.config import HolidaySettings
from yichuang.queue.working_days import Day, DayKind, DaySource, WorkingDays

DAYS_OFF = {
    2025: ["01-01/01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08"],
    2026: [
        "01-01/01-03",
        "02-15/02-23",
        "04-04/04-06",
        "05-01/05-05",
        "06-19/06-21",
        "09-25/09-27",
        "10-01/10-07",
    ],
}  # fmt: skip
"""The State Council's notices 国办发明电〔2024〕12号 and 国办发明电〔2025〕7号: first and last days off."""

MAKE_UP_DAYS = {
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
"""The Saturdays and Sundays that the same notices name as worked."""

UNKNOWN_YEAR = 2060
"""No notice names it for a generation."""

DATES = st.dates(date(2024, 1, 1), date(2028, 12, 31))
TABLES = st.lists(
    st.builds(HolidaySettings, date=DATES, open=st.booleans()),
    unique_by=lambda holiday: holiday.date,
    max_size=40,
)


@pytest.fixture
def days() -> WorkingDays:
    """The calendar of a hall with no table of its own."""
    return WorkingDays()


@pytest.mark.parametrize("year", sorted(DAYS_OFF))
def test_every_day_is_as_the_notice_says(days: WorkingDays, year: int) -> None:
    off: set[date] = set()
    for span in DAYS_OFF[year]:
        first, last = (date.fromisoformat(f"{year}-{part}") for part in span.split("/"))
        off |= {first + timedelta(each) for each in range((last - first).days + 1)}
    made_up = {date.fromisoformat(f"{year}-{each}") for each in MAKE_UP_DAYS[year]}
    day = date(year, 1, 1)
    while day.year == year:
        worked = day in made_up or (day.weekday() < 5 and day not in off)
        assert days.is_working_day(day) is worked, day
        assert (days.day(day).kind is DayKind.MAKE_UP) is (day in made_up), day
        assert (days.day(day).kind is DayKind.HOLIDAY) is (day in off), day
        day += timedelta(days=1)
    assert days.is_known(year)


@pytest.mark.parametrize(
    ("on", "kind", "name", "source"),
    [
        (date(2026, 2, 13), DayKind.WORKING, "", DaySource.WEEK),
        (date(2026, 2, 14), DayKind.MAKE_UP, "春节", DaySource.NOTICE),
        (date(2026, 2, 17), DayKind.HOLIDAY, "春节", DaySource.NOTICE),
        (date(2026, 10, 10), DayKind.MAKE_UP, "国庆节", DaySource.NOTICE),
        (date(2026, 9, 26), DayKind.HOLIDAY, "中秋节", DaySource.NOTICE),
        (date(2026, 3, 7), DayKind.SATURDAY, "", DaySource.WEEK),
        (date(2026, 3, 8), DayKind.SUNDAY, "", DaySource.WEEK),
    ],
)
def test_a_day_says_what_it_is_and_why(
    days: WorkingDays, on: date, kind: DayKind, name: str, source: DaySource
) -> None:
    assert days.day(on) == Day(on, kind, name, source)


def test_every_name_of_the_library_has_ours() -> None:
    from chinese_calendar.constants import holidays, workdays

    calendar = WorkingDays()
    named = [calendar.day(on) for on in (*holidays, *workdays)]
    assert [day for day in named if not day.name or day.name.isascii()] == []


def test_a_year_without_a_notice_has_weekdays_and_fixed_holidays(days: WorkingDays) -> None:
    assert not days.is_known(UNKNOWN_YEAR)
    assert days.day(date(UNKNOWN_YEAR, 1, 1)).source is DaySource.LAW
    for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)):
        assert days.day(date(UNKNOWN_YEAR, month, day)).kind is DayKind.HOLIDAY
    first = date(UNKNOWN_YEAR, 6, 1)
    june = [first + timedelta(each) for each in range(30)]
    assert [days.is_working_day(on) for on in june] == [on.weekday() < 5 for on in june]


def test_the_halls_table_wins() -> None:
    table = [
        HolidaySettings(date=date(2026, 2, 17), open=True, name="值班"),
        HolidaySettings(date=date(2026, 2, 14), name="停电"),
        HolidaySettings(date=date(2026, 3, 7), open=True),
        HolidaySettings(date=date(UNKNOWN_YEAR, 1, 1), open=True),
    ]
    days = WorkingDays(table)
    assert [days.day(each.date)[1:] for each in table] == [
        (DayKind.WORKING, "值班", DaySource.HALL),
        (DayKind.HOLIDAY, "停电", DaySource.HALL),
        (DayKind.MAKE_UP, "", DaySource.HALL),
        (DayKind.WORKING, "", DaySource.HALL),
    ]
    assert days.next(date(2026, 2, 13)) == date(2026, 2, 17)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 3, date(2026, 3, 5)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
    ],
)
def test_a_limit_in_working_days(days: WorkingDays, start: date, count: int, end: date) -> None:
    assert days.add(start, count) == end
    assert days.between(start, end) == count


@given(table=TABLES, start=DATES, count=st.integers(-60, 60))
def test_between_is_the_opposite_of_add(
    table: list[HolidaySettings], start: date, count: int
) -> None:
    days = WorkingDays(table)
    end = days.add(start, count)
    assert days.between(start, end) == count
    assert count == 0 or days.is_working_day(end)
    assert days.next(start) > start


@given(table=TABLES, start=DATES, first=st.integers(0, 30), second=st.integers(0, 30))
def test_limits_follow_one_another(
    table: list[HolidaySettings], start: date, first: int, second: int
) -> None:
    days = WorkingDays(table)
    assert days.add(days.add(start, first), second) == days.add(start, first + second)


def test_the_library_is_loaded_only_for_a_day() -> None:
    code = (
        "import sys, yichuang.queue.working_days as days; print('chinese_calendar' in sys.modules);"
        "from datetime import date; days.WorkingDays().is_working_day(date(2026, 1, 1));"
        "print('chinese_calendar' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
