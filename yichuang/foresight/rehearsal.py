"""Days of a hall played through under one policy or several: the same people, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from yichuang.clock import Clock
from yichuang.config import CategorySettings, Settings, WindowSettings
from yichuang.foresight.clock import VirtualClock
from yichuang.foresight.crowd import SESSIONS, Crowd
from yichuang.foresight.day import DayDone, Progress, SimulatedDay, Visit
from yichuang.foresight.statistics import Summary, summarize
from yichuang.foresight.visitors import draw_visitors
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass

Key = TypeVar("Key")

MakeHall = Callable[[Settings, Clock], Hall]
"""Gives a new hall that forgets everything at its end."""

FIRST_DAY = date(2026, 3, 2)
"""A Monday; simulated days are working days from it on."""

SHOWN_CLASSES = (PriorityClass.ORDINARY, PriorityClass.APPOINTMENT, PriorityClass.PRIORITY)
"""The classes in which visitors come."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played."""

    settings: Settings
    crowd: Crowd
    visitors: int
    """A day."""
    seed: int = 1
    days: int = 1
    pace: float = 1.0
    """Scales all times at the window."""

    @property
    def load(self) -> float:
        """The work that comes in a day as a part of what the windows can do in their sessions."""
        business = self.crowd.business.values()
        mean = sum(each.share * each.mean for each in business) / sum(
            each.share for each in business
        )
        work = self.visitors * (mean * self.pace + self.crowd.habits.walk)
        open_time = sum(end - start for start, end in SESSIONS)
        return work / (open_time * len(self.settings.window))


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of one policy."""

    policy: str
    days: Sequence[DayDone]

    @property
    def waits(self) -> Summary:
        """Everybody's waits, in seconds."""
        return self._grouped(lambda visit: 0).get(0, summarize([]))

    @property
    def by_class(self) -> Mapping[PriorityClass, Summary]:
        """The waits of each class in which somebody came, in seconds."""
        waits = self._grouped(lambda visit: visit.visitor.priority_class)
        return {each: waits[each] for each in SHOWN_CLASSES if each in waits}

    def by_category(self, categories: Sequence[CategorySettings]) -> Mapping[str, Summary]:
        """The waits of each category for which somebody came, in seconds, by code."""
        waits = self._grouped(lambda visit: visit.visitor.category)
        return {each.code: waits[each.code] for each in categories if each.code in waits}

    def _grouped(self, key: Callable[[Visit], Key]) -> dict[Key, Summary]:
        groups: defaultdict[Key, list[list[float]]] = defaultdict(lambda: [[] for _ in self.days])
        for run, day in enumerate(self.days):
            for visit in day.visits:
                if visit.wait is not None:
                    groups[key(visit)][run].append(visit.wait)
        return {each: summarize(runs) for each, runs in groups.items()}

    @property
    def came(self) -> int:
        """How many visitors took a number."""
        return sum(len(day.visits) for day in self.days)

    def total(self, what: str) -> int:
        """The sum of one of `DayDone`'s counts over the days."""
        return sum(getattr(day, what) for day in self.days)

    def as_json(self, categories: Sequence[CategorySettings]) -> dict[str, Any]:
        """The figures for scripts, waits in minutes."""
        counts = ("finished", "missed", "void", "left", "passed", "held", "transferred", "commands")
        return {
            "policy": self.policy,
            "came": self.came,
            "all": self.waits.as_json(),
            "classes": {each.value: waits.as_json() for each, waits in self.by_class.items()},
            "categories": {
                code: waits.as_json() for code, waits in self.by_category(categories).items()
            },
            **{name: self.total(name) for name in counts},
            "peak": max(day.peak for day in self.days),
        }


async def rehearse(
    plan: Plan, policy: str, make_hall: MakeHall, progress: Progress = lambda part: None
) -> Rehearsed:
    """Play the plan's days under a policy, each in a hall of its own."""
    settings = with_policy(plan.settings, policy)
    done = []
    for number, day in enumerate(_working_days(plan.days)):
        visitors = draw_visitors(plan.crowd, plan.visitors, f"{plan.seed}:{number}", plan.pace)
        clock = VirtualClock(midnight(settings, day))

        def of_all(part: float, number: int = number) -> None:
            progress((number + part) / plan.days)

        async with make_hall(settings, clock) as hall:
            done.append(await SimulatedDay(hall, clock, visitors).play(of_all))
    return Rehearsed(policy, done)


def with_policy(settings: Settings, policy: str) -> Settings:
    """The same hall under another policy; raises ValueError for one that there is not."""
    dispatch = {**settings.dispatch.model_dump(), "policy": policy}
    return Settings.model_validate({**settings.model_dump(), "dispatch": dispatch})


def with_windows(settings: Settings, count: int, crowd: Crowd) -> Settings:
    """The same hall with `count` windows, shared out among the categories by their work.

    Every category is some window's own; where there are fewer windows than categories, a window has
    several. Every window helps with all others.
    """
    codes = [each.code for each in settings.category]
    work = {
        code: crowd.business[code].share * crowd.business[code].mean
        for code in codes
        if code in crowd.business
    }
    owned: list[list[str]] = [[] for _each in range(count)]
    if count < len(codes):
        loads = [0.0] * count
        for code in sorted(codes, key=lambda code: -work.get(code, 0.0)):
            least = loads.index(min(loads))
            owned[least].append(code)
            loads[least] += work.get(code, 0.0)
    else:
        windows = dict.fromkeys(codes, 1)
        for _each in range(count - len(codes)):
            busiest = max(codes, key=lambda code: work.get(code, 0.0) / windows[code])
            windows[busiest] += 1
        owned = [[code] for code in codes for _each in range(windows[code])]
    shared = tuple(
        WindowSettings(
            number=number,
            categories=tuple(own),
            helps=tuple(code for code in codes if code not in own),
        )
        for number, own in enumerate(owned, start=1)
    )
    return settings.model_copy(update={"window": shared})


def midnight(settings: Settings, day: date) -> datetime:
    """The first moment of a date in the hall's own time zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=settings.zone).astimezone(UTC)


def _working_days(count: int) -> list[date]:
    days: list[date] = []
    day = FIRST_DAY
    while len(days) < count:
        if day.weekday() < _SATURDAY:
            days.append(day)
        day += timedelta(days=1)
    return days
