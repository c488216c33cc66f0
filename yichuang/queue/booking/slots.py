"""The slots of a day, and the days that can be booked (requirements E02, E03, 4.7). Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yichuang.queue.appointment.appointment import BookableDay, Slot
from yichuang.queue.desk import business_date, hall_time
from yichuang.queue.dispatch import Duty
from yichuang.queue.hours import Session
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules

_ONE_DAY = timedelta(days=1)


class _Span(NamedTuple):
    """A time in which slots lie."""

    start: datetime
    end: datetime
    session: Session
    """The session that it is, or that it lies beside."""
    is_elastic: bool


def slots_of_day(
    rules: HallRules, duties: Sequence[Duty], category: str, on: date
) -> Iterator[Slot]:
    """The slots of a category on a day, in order of time, their bookings not counted.

    Slots lie wholly inside the sessions in which a window serves the category, and as far before the first
    and after the last one as the elastic hours reach. None on a day off, or where nothing can be booked.
    """
    settings = rules.settings.appointment
    capacity = settings.capacity_of(category)
    if not settings.enabled or not capacity:
        return
    length = timedelta(minutes=settings.slot_minutes)
    for span in _spans(rules, on, length):
        if not _is_served(duties, category, span.session):
            continue
        start = span.start
        while start + length <= span.end:
            flagged_only = span.session.flagged_only
            yield Slot(category, start, start + length, capacity, 0, span.is_elastic, flagged_only)
            start += length


def _spans(rules: HallRules, on: date, length: timedelta) -> Iterator[_Span]:
    sessions = rules.hours.day(on).sessions
    if not sessions:
        return
    first, last = sessions[0], sessions[-1]
    margin = timedelta(minutes=rules.settings.hours.elastic_minutes)
    # Counted back from the opening, so that no gap is left before it.
    early = margin // length * length
    yield _Span(first.start - early, first.start, first, is_elastic=True)
    for session in sessions:
        yield _Span(session.start, session.end, session, is_elastic=False)
    yield _Span(last.end, last.end + margin, last, is_elastic=True)


def _is_served(duties: Sequence[Duty], category: str, session: Session) -> bool:
    return any(
        category in duty.serves and (session.windows is None or duty.window in session.windows)
        for duty in duties
    )


def counted(records: Records, slots: Sequence[Slot]) -> list[Slot]:
    """The slots of one category and day with how many bookings each has.

    A booking counts in the slot in which it begins, also when the hall has changed its slots since.
    """
    if not slots:
        return []
    counts = records.slot_counts(slots[0].category, slots[0].start, slots[-1].end)
    return [
        slot._replace(
            booked=sum(count for at, count in counts.items() if slot.start <= at < slot.end)
        )
        for slot in slots
    ]


def days_ahead(rules: HallRules, today: date, on: date) -> int:
    """How many working days ahead a day is; a day off counts as the working day that comes after it.

    Negative for a day that is over, 0 for today.
    """
    if on <= today:
        return (on - today).days
    return rules.hours.working_days.between(today, on - _ONE_DAY) + 1


def may_be_booked(rules: HallRules, today: date, on: date) -> bool:
    """Whether the day is neither too near nor too far."""
    settings = rules.settings.appointment
    ahead = days_ahead(rules, today, on)
    return settings.days_ahead_least <= ahead <= settings.days_ahead_most


def bookable_dates(rules: HallRules, today: date) -> Iterator[date]:
    """The open days that are neither too near nor too far, in order."""
    most = rules.settings.appointment.days_ahead_most
    on = today
    while days_ahead(rules, today, on) <= most:
        if may_be_booked(rules, today, on) and rules.hours.day(on).sessions:
            yield on
        on += _ONE_DAY


def view_slots(
    records: Records, rules: HallRules, now: datetime, category: str, on: date
) -> list[Slot]:
    """The slots of a category on a day; raises UnknownCategory.

    By what the windows serve on an ordinary day: a surge is over when the booked day comes.
    """
    code = rules.category(category).code
    duties = rules.duties(records.windows(), None)
    return counted(records, list(slots_of_day(rules, duties, code, on)))


def view_days(
    records: Records, rules: HallRules, now: datetime, category: str
) -> list[BookableDay]:
    """The days on which a category can be booked, with their slots to come; raises UnknownCategory."""
    latest = records.latest()
    today, time = business_date(latest, rules, now), hall_time(latest, now)
    days = []
    for on in bookable_dates(rules, today):
        slots = tuple(
            slot for slot in view_slots(records, rules, now, category, on) if slot.start > time
        )
        if slots:
            days.append(BookableDay(on, slots))
    return days
