"""One clerk's day, and everybody's attendance, from the journal alone (H10, H11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from yichuang.errors import UnknownStaff
from yichuang.queue.desk import business_date, hall_time
from yichuang.queue.event import EventKind
from yichuang.queue.hours import Session
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.supervision.timeline import (
    PRESENCE,
    WORK,
    Moved,
    Paused,
    PersonDay,
    PostHeld,
    Rated,
    Sign,
    Timeline,
    Visit,
)

MOST_DAYS = 92
"""The longest span of an attendance report."""

_LOOK_BACK = timedelta(days=60)
"""So long before a span the last change of somebody's whereabouts is looked for."""

_ONE_DAY = timedelta(days=1)

_DROPPED = frozenset({"gone", "stopped", "fault"})
"""Why somebody was signed out, as the journal has it, when the line or the program broke off."""


class ClerkDay(NamedTuple):
    """What one person did on one business date."""

    badge: str
    name: str
    on: date
    signs: tuple[Sign, ...]
    """Signing in and out, and from where; locks after wrong PINs."""
    posts: tuple[PostHeld, ...]
    pauses: tuple[Paused, ...]
    visits: tuple[Visit, ...]
    """The tickets that were called, in order."""
    ratings: tuple[Rated, ...]
    moves: tuple[Moved, ...]
    """Changes on the whereabouts board."""

    @property
    def served(self) -> int:
        """How many tickets were finished or sent on after they were served."""
        return sum(each.seconds is not None and _is_service(each) for each in self.visits)

    @property
    def average_service(self) -> float | None:
        """Seconds; None when nobody was served."""
        took = [each.seconds for each in self.visits if _is_service(each)]
        known = [each for each in took if each is not None]
        return sum(known) / len(known) if known else None

    @property
    def passed(self) -> int:
        """How many called visitors did not come."""
        ended = (EventKind.TICKET_PASSED, EventKind.TICKET_VOIDED)
        return sum(each.ending in ended for each in self.visits)


_SERVED = (
    EventKind.TICKET_FINISHED,
    EventKind.TICKET_FORWARDED,
    EventKind.TICKET_TRANSFERRED,
)


def _is_service(visit: Visit) -> bool:
    return visit.ending in _SERVED


class AttendanceDay(NamedTuple):
    """One person on one business date."""

    badge: str
    name: str
    on: date
    is_working_day: bool
    """Whether the hall serves that day, and has begun to."""
    first_in: datetime | None
    """When the person signed in first, at a terminal or at a window; None for who never did."""
    last_out: datetime | None
    """When the person signed out last; None for who is signed in still, whose line was dropped on a day
    that is not over, or when the journal does not tell."""
    minutes_at_post: int
    paused: Mapping[str, int]
    """Minutes of pauses, by reason."""
    away: Mapping[Whereabouts, int]
    """Minutes in the hall's service hours, by where the person was instead of at the post."""
    late: int
    """Minutes after the first session began; 0 for who came in time, or did not come."""
    early: int
    """Minutes before the last session ended; 0 until it has, for who stayed, or whose leaving is not told."""

    @property
    def is_absent(self) -> bool:
        """Whether the hall served, and the person neither came nor was said to be elsewhere."""
        return self.is_working_day and self.first_in is None and not self.away

    def as_json(self) -> dict[str, Any]:
        """The day for scripts."""
        return {
            **self._asdict(),
            "on": self.on.isoformat(),
            "first_in": self.first_in.isoformat() if self.first_in else None,
            "last_out": self.last_out.isoformat() if self.last_out else None,
            "paused": dict(self.paused),
            "away": {state.value: minutes for state, minutes in self.away.items()},
            "is_absent": self.is_absent,
        }


def view_clerk_day(
    records: Records, rules: HallRules, now: datetime, badge: str, on: date | None = None
) -> ClerkDay:
    """One person's business date, today's when none is named; raises UnknownStaff."""
    person = records.staff_member(badge)
    if person is None:
        raise UnknownStaff(badge=badge)
    on = on or business_date(records.latest(), rules, now)
    day = Timeline(records.entries_of_days(on, on, WORK)).of(badge, on)
    return ClerkDay(
        badge,
        person.name,
        on,
        tuple(day.signs),
        tuple(day.posts),
        tuple(day.pauses),
        tuple(day.visits),
        tuple(day.ratings),
        tuple(day.moves),
    )


def view_attendance(
    records: Records, rules: HallRules, now: datetime, first: date, last: date
) -> list[AttendanceDay]:
    """Everybody's days of a span, by date and badge number; `MOST_DAYS` at most, none to come.

    Of those who work here no more, only the days of which the journal tells.
    """
    latest = records.latest()
    today, time = business_date(latest, rules, now), hall_time(latest, now)
    last = min(last, today)
    first = max(first, last - (MOST_DAYS - 1) * _ONE_DAY)
    timeline = Timeline(records.entries_of_days(first, last, PRESENCE))
    everybody = records.staff()
    before = _whereabouts_before(records, first)
    found = []
    for on in (first + ahead * _ONE_DAY for ahead in range((last - first).days + 1)):
        sessions = rules.hours.day(on).sessions
        until = time if on == today else timeline.last_at.get(on, time)
        for person in everybody:
            is_told = (person.badge, on) in timeline.days
            day = timeline.of(person.badge, on)
            away = _away(before.get(person.badge), day.moves, sessions, time)
            if day.moves:
                before[person.badge] = day.moves[-1].state
            if is_told or (person.active and sessions):
                is_over = on < today or (bool(sessions) and time >= sessions[-1].end)
                attended = _attended(person, on, day, sessions, until, is_over=is_over)
                has_begun = bool(sessions) and sessions[0].start < time
                found.append(attended._replace(is_working_day=has_begun, away=away))
    return found


def _whereabouts_before(records: Records, first: date) -> dict[str, Whereabouts]:
    """Where everybody was when the span began."""
    kinds = (EventKind.WHEREABOUTS_CHANGED,)
    entries = records.entries_of_days(first - _LOOK_BACK, first - _ONE_DAY, kinds)
    days = Timeline(entries).days
    return {badge: day.moves[-1].state for (badge, _on), day in days.items() if day.moves}


def _attended(
    person: Staff,
    on: date,
    day: PersonDay,
    sessions: Sequence[Session],
    until: datetime,
    *,
    is_over: bool,
) -> AttendanceDay:
    ins = [each.at for each in day.signs if each.kind is EventKind.SIGNED_IN]
    ins += [each.since for each in day.posts]
    first_in = min(ins, default=None)
    last_out = _last_out(day, is_over=is_over)
    leaves = last_out if is_over else None  # until then, whoever left may come back
    paused: dict[str, float] = {}
    for pause in day.pauses:
        took = _minutes(pause.since, pause.until or until)
        paused[pause.reason] = paused.get(pause.reason, 0.0) + took
    return AttendanceDay(
        badge=person.badge,
        name=person.name,
        on=on,
        is_working_day=bool(sessions),
        first_in=first_in,
        last_out=last_out,
        minutes_at_post=round(sum(_minutes(each.since, each.until or until) for each in day.posts)),
        paused={reason: round(minutes) for reason, minutes in paused.items()},
        away={},
        late=int(_minutes(sessions[0].start, first_in)) if sessions and first_in else 0,
        early=int(_minutes(leaves, sessions[-1].end)) if sessions and leaves else 0,
    )


def _last_out(day: PersonDay, *, is_over: bool) -> datetime | None:
    """When the person left for good, from all terminals and windows."""
    terminals, signed_out = 0, None
    for sign in day.signs:
        if sign.kind is EventKind.SIGNED_IN:
            terminals += 1
        elif sign.kind is EventKind.SIGNED_OUT and terminals:
            # One without a sign-in closes a terminal of the day before: that is nobody's leaving.
            terminals -= 1
            signed_out = sign
    if terminals or any(each.until is None for each in day.posts):
        return None
    if signed_out is not None and signed_out.why in _DROPPED and not is_over:
        return None
    left = [each.until for each in day.posts if each.until is not None]
    left += [signed_out.at] if signed_out is not None else []
    return max(left, default=None)


def _away(
    before: Whereabouts | None,
    moves: Sequence[Moved],
    sessions: Sequence[Session],
    now: datetime,
) -> dict[Whereabouts, int]:
    """Minutes within the sessions, by state; being at the post is none."""
    found: dict[Whereabouts, float] = {}
    for session in sessions:
        state, since = before, session.start
        end = min(session.end, now)
        for move in [*moves, None]:
            until = end if move is None else min(max(move.at, session.start), end)
            if state not in (None, Whereabouts.AT_POST) and until > since:
                found[state] = found.get(state, 0.0) + _minutes(since, until)
            if move is not None:
                state, since = move.state, until
    return {state: max(1, round(minutes)) for state, minutes in found.items()}


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60)
