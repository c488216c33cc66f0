"""How much work comes to a hall in each hour of a day: from its own past, or from a profile."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise

from yichuang.config import TimeSpan
from yichuang.foresight.crowd import HOUR, Business, Crowd, Habits
from yichuang.queue.ports import PastVisit

LONGEST = 4 * HOUR
"""Somebody at windows for longer than this was forgotten to be ended; that teaches nothing."""

FEWEST = 30
"""Visits from which a category's time is learnt; with fewer the profile's counts, too."""

FEWEST_DAYS = 3
FEWEST_VISITS = 30
"""A past with fewer days, or with fewer visits in all, says too little of a hall: its level's counts."""


@dataclass(frozen=True, slots=True)
class Work:
    """What comes in one hour for one category."""

    visits: float = 0.0
    """People who came for it, on an average day."""
    mean: float = 0.0
    """Seconds that one of them keeps windows busy, from call to end, all calls together."""
    variation: float = 0.8
    """The standard deviation of that time as a part of its mean."""


@dataclass(frozen=True, slots=True)
class Demand:
    """An average day."""

    days: int
    """How many days it was learnt from; 0 for a profile's."""
    hours: Mapping[int, Mapping[str, Work]]
    """By hour of the day in the hall's zone, then by category code."""

    @property
    def visits(self) -> float:
        """People who come in a day; who goes on to another category counts there, too."""
        return sum(work.visits for hour in self.hours.values() for work in hour.values())


def demand_of_hall(
    visits: Sequence[PastVisit], zone: tzinfo, profile: Crowd, most_days: int = 20
) -> Demand:
    """An average day of the hall's own past; its level's profile while that is too short (`days` is 0)."""
    if len({visit.on for visit in visits}) < FEWEST_DAYS or len(visits) < FEWEST_VISITS:
        return demand_of_profile(profile)
    return demand_of_past(visits, zone, profile, most_days)


def demand_of_past(
    visits: Iterable[PastVisit], zone: tzinfo, profile: Crowd, most_days: int = 20
) -> Demand:
    """An average of the last `most_days` business dates on which anybody came.

    Times at the window are robust means: the longest and the shortest twentieth count as the quantile they
    are beyond, and a category with few visits leans on the profile.
    """
    by_day: defaultdict[date, list[PastVisit]] = defaultdict(list)
    for visit in visits:
        by_day[visit.on].append(visit)
    days = sorted(by_day)[-most_days:]
    counts: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    stays: defaultdict[str, list[float]] = defaultdict(list)
    for day in days:
        for visit in by_day[day]:
            counts[visit.issued_at.astimezone(zone).hour][visit.category] += 1
            if visit.seconds is not None and 0 < visit.seconds < LONGEST:
                stays[visit.category].append(visit.seconds)
    learnt = {code: _learn(times, profile.business.get(code)) for code, times in stays.items()}
    hours = {
        hour: {
            code: Work(count / len(days), *(learnt.get(code) or _of_profile(profile, code)))
            for code, count in sorted(of_hour.items())
        }
        for hour, of_hour in sorted(counts.items())
    }
    return Demand(len(days), hours)


def _learn(stays: Sequence[float], prior: Business | None) -> tuple[float, float]:
    """The mean of the stays and their variation."""
    ranked = sorted(stays)
    cut = len(ranked) // 20
    low, high = ranked[cut], ranked[len(ranked) - 1 - cut]
    kept = [min(max(stay, low), high) for stay in ranked]
    mean = sum(kept) / len(kept)
    variation = math.sqrt(sum((stay - mean) ** 2 for stay in kept) / len(kept)) / mean
    if prior is None or len(stays) >= FEWEST:
        return mean, variation
    weight = len(stays) / FEWEST
    return (
        weight * mean + (1 - weight) * prior.mean,
        weight * variation + (1 - weight) * prior.variation,
    )


def _of_profile(profile: Crowd, code: str) -> tuple[float, float]:
    business = profile.business.get(code) or next(iter(profile.business.values()))
    return business.mean + profile.habits.walk, business.variation


def demand_of_profile(crowd: Crowd) -> Demand:
    """An average day of a profile's crowd, hour by hour."""
    total = sum(rate * (end - hour) for (hour, rate), (end, _rate) in pairwise(crowd.pattern))
    shares = sum(each.share for each in crowd.business.values())
    by_hour: defaultdict[int, float] = defaultdict(float)
    for (start, rate), (end, _rate) in pairwise(crowd.pattern):
        for hour in range(int(start), math.ceil(end)):
            inside = min(end, hour + 1) - max(start, hour)
            by_hour[hour] += crowd.visitors * rate * max(inside, 0.0) / total
    return Demand(
        0,
        {
            hour: {
                code: Work(
                    visits * each.share / shares, each.mean + crowd.habits.walk, each.variation
                )
                for code, each in crowd.business.items()
            }
            for hour, visits in sorted(by_hour.items())
            if visits
        },
    )


def in_sessions(demand: Demand, sessions: Iterable[TimeSpan]) -> Demand:
    """The same day with each hour's visits in the first hour from it on in which windows call.

    Who comes before the doors open, or over noon, stands in line and is the next hour's work.
    """
    sessions = list(sessions)
    gathered: dict[int, dict[str, list[Work]]] = {}
    for hour, works in demand.hours.items():
        place = working_hour(hour, sessions)
        for code, work in works.items():
            gathered.setdefault(place, {}).setdefault(code, []).append(work)
    return Demand(
        demand.days,
        {
            hour: {code: merged(works) for code, works in of_hour.items()}
            for hour, of_hour in sorted(gathered.items())
        },
    )


def working_hour(hour: int, sessions: Iterable[TimeSpan]) -> int:
    """The first hour from that one on in which windows call; the hour itself where there is none."""
    open_hours = {
        each for span in sessions for each in range(span.start // 60, math.ceil(span.end / 60))
    }
    return min((each for each in open_hours if each >= hour), default=hour)


def merged(works: Iterable[Work]) -> Work:
    """Several kinds of work as one."""
    each = [work for work in works if work.visits]
    visits = sum(work.visits for work in each)
    if not visits:
        return Work()
    mean = sum(work.visits * work.mean for work in each) / visits
    square = sum(work.visits * work.mean**2 * (1 + work.variation**2) for work in each) / visits
    return Work(visits, mean, math.sqrt(max(square / mean**2 - 1, 0.0)))


def crowd_of(demand: Demand, profile: Crowd) -> Crowd:
    """People to play a day with: as many, when and with what the demand says, with the profile's habits."""
    totals: defaultdict[str, float] = defaultdict(float)
    seconds: defaultdict[str, float] = defaultdict(float)
    variations: dict[str, float] = {}
    for of_hour in demand.hours.values():
        for code, work in of_hour.items():
            totals[code] += work.visits
            seconds[code] += work.visits * work.mean
            variations[code] = work.variation
    pattern = [
        (float(hour), sum(work.visits for work in of_hour.values()))
        for hour, of_hour in demand.hours.items()
    ]
    last = max(demand.hours, default=16)
    habits = profile.habits if not demand.days else _all_counted(profile.habits)
    walk = habits.walk
    return Crowd(
        visitors=max(1, round(demand.visits)),
        pattern=(*_without_gaps(pattern), (float(last + 1), 0.0)),
        business={
            code: Business(
                totals[code], max(seconds[code] / totals[code] - walk, 30.0), variations[code]
            )
            for code in totals
            if totals[code]
        },
        habits=habits,
    )


def _all_counted(habits: Habits) -> Habits:
    """The past's times hold every call of a visit, and who was sent on: nobody is called again besides."""
    return Habits(priority=habits.priority, appointment=habits.appointment, walk=habits.walk)


def _without_gaps(pattern: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The pattern with hours in which nobody came."""
    filled: list[tuple[float, float]] = []
    for hour, rate in pattern:
        while filled and filled[-1][0] + 1 < hour:
            filled.append((filled[-1][0] + 1, 0.0))
        filled.append((hour, rate))
    return filled
