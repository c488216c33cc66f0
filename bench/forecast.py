"""What visitors are told of their wait against what came true, on simulated town days with rush hours.

The real engine plays whole days under each policy: appointments, the green channel, missed calls, holds,
transfers, the noon break, windows that help each other. The first day is only learnt from. On each later
day every ticket is told its wait as the product tells it, from the days before and the lines of that moment
alone. Beside it stands what signs in halls say: the tickets ahead times the mean time at a window (the true
mean of the days before, to the naive one's favour) over the open windows. It is read in three ways, and ours
is held to the best of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, median
from typing import Any

from bench.measure import millis, percentile
from bench.report import Figure, at_most, main, say
from yichuang.clock import FixedClock
from yichuang.config import Level, Settings, parse_settings
from yichuang.foresight.clock import VirtualClock
from yichuang.foresight.crowd import CROWDS
from yichuang.foresight.day import SimulatedDay
from yichuang.foresight.rehearsal import FIRST_DAY, midnight, with_policy
from yichuang.foresight.visitors import draw_visitors
from yichuang.profile import hall_toml, printer_toml
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.view import Overview
from yichuang.queue.window import WindowState
from yichuang.store.memory import InMemoryStore

POLICIES = ("fifo", "alternating", "accumulating")
SEEDS = (1, 2, 3)
TOLD_DAYS = 2
MOST = 0.7
"""Our mean absolute error as a part of the naive one."""
LEAST_COVERED, MOST_COVERED = 0.85, 0.95

COSTS: Sequence[tuple[Level, int, float]] = (
    ("town", 60, 0.02),
    ("town", 300, 0.04),
    ("city", 300, 0.04),
    ("city", 1500, 0.15),
)
"""With so many waiting one forecast may take so many seconds: a visitor stands at the kiosk."""

NAIVE = ("own windows", "serving windows", "all ahead, all windows")
"""Tickets ahead in the category over its own windows, over all that serve it; all who wait over all."""


@dataclass
class Case:
    """One visitor who was told."""

    told: float
    high: float
    naive: Sequence[float]
    true: float = -1.0


@dataclass
class Cases:
    """All who were told under one policy."""

    cases: list[Case] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def error(self, which: int | None = None) -> float:
        """The mean absolute error of ours, or of a naive reading; seconds."""
        return fmean(
            abs((each.told if which is None else each.naive[which]) - each.true)
            for each in self.cases
        )

    @property
    def covered(self) -> float:
        """The part of the visitors who waited no longer than the 90 % figure."""
        return fmean(each.true <= each.high for each in self.cases)

    @property
    def nobody(self) -> float:
        """The part of the visitors who did not wait."""
        return fmean(each.true < 1 for each in self.cases)


class WatchedHall(Hall):
    """A hall that notes beside each ticket what a naive sign would have said."""

    cases: dict[int, Case]
    costs: list[float]
    mean: float = 0.0

    async def issue(self, **asked: Any) -> Done:
        """Issue as ever; note what was told."""
        before = await self.overview()
        began = time.perf_counter()
        await self.forecast()
        self.costs.append(time.perf_counter() - began)
        done = await super().issue(**asked)
        if done.ticket is not None and done.expected is not None:
            self.cases[done.ticket.id] = Case(
                done.expected.median,
                done.expected.high,
                naive(before, done.ticket.category, done.ticket.ahead, self.mean),
            )
        return done


def naive(hall: Overview, category: str, ahead: int, mean: float) -> list[float]:
    """Ahead × mean service ÷ open windows, in the readings of `NAIVE`; seconds."""
    on_duty = [each for each in hall.windows if each.window.state is WindowState.OPEN]
    on_duty = on_duty or list(hall.windows)
    own = sum(category in each.duty.own for each in on_duty)
    serving = sum(category in each.duty.serves for each in on_duty)
    waiting = sum(line.waiting for line in hall.lines)
    return [
        ahead * mean / max(own, 1),
        ahead * mean / max(serving, 1),
        waiting * mean / len(on_duty),
    ]


def settings_of(level: Level, policy: str) -> Settings:
    """The hall that a new hall of the level is, under a policy."""
    printer = printer_toml("kiosk", host="127.0.0.1", port=9100, width=80)
    settings = parse_settings(hall_toml("bench", level, printer), Path("hall.toml"))
    return with_policy(settings, policy)


async def play(settings: Settings, level: Level, seed: int, told_days: int) -> Cases:
    """One hall's days: the first is learnt from, on the later ones the waits are told and compared."""
    crowd = CROWDS[level]
    quiet = settings.model_copy(
        update={"forecast": settings.forecast.model_copy(update={"enabled": False})}
    )
    found = Cases()
    day = FIRST_DAY
    store = InMemoryStore(VirtualClock(midnight(settings, day)))
    for number in range(1 + told_days):
        clock = VirtualClock(midnight(settings, day))
        visitors = draw_visitors(crowd, crowd.visitors, f"{seed}:{number}")
        if number == 0:
            await SimulatedDay(Hall(quiet, store, clock), clock, visitors).play()
        else:
            hall = WatchedHall(settings, store, clock)
            hall.cases, hall.costs = {}, found.costs
            hall.mean = await mean_service(hall)
            await SimulatedDay(hall, clock, visitors).play()
            found.cases += await true_waits(hall, day)
        day += timedelta(days=1)
    return found


async def mean_service(hall: Hall) -> float:
    """The mean time from call to end of all calls so far, in seconds."""
    calls = await hall.store.read(lambda records: records.ended_calls(100_000))
    return fmean((call.ended_at - call.called_at).total_seconds() for call in calls)


async def true_waits(hall: WatchedHall, day: date) -> list[Case]:
    """The cases of those who were called, with how long they waited for it."""
    tickets = await hall.store.read(lambda records: records.in_state(day, None, None))
    cases = []
    for ticket in tickets:
        case = hall.cases.get(ticket.id)
        if case is not None and ticket.first_called_at is not None:
            case.true = (ticket.first_called_at - ticket.issued_at).total_seconds()
            cases.append(case)
    return cases


def figures_of(policy: str, found: Cases) -> list[Figure]:
    """A policy's figures."""
    ours = found.error()
    errors = [found.error(which) for which in range(len(NAIVE))]
    best = min(errors)
    said = ", ".join(f"{name} {error:.0f} s" for name, error in zip(NAIVE, errors, strict=True))
    return [
        at_most(f"{policy}: error", ours / best, MOST, f"{ours:.0f} s", said),
        Figure(
            f"{policy}: waited no longer than the 90 % figure",
            f"{found.covered:.1%}",
            f"{len(found.cases)} visitors told, {found.nobody:.0%} of them called at once",
            target="85..95 %",
            met=LEAST_COVERED <= found.covered <= MOST_COVERED,
        ),
        Figure(
            f"{policy}: one forecast",
            millis(median(found.costs)),
            f"95 %: {millis(percentile(found.costs, 95))}",
        ),
    ]


async def crowded_hall(level: Level, waiting: int) -> Hall:
    """A hall in which every window has somebody and so many wait, all come in the last hour."""
    settings = settings_of(level, "accumulating")
    codes = [each.code for each in settings.category]
    clock = FixedClock(midnight(settings, FIRST_DAY) + timedelta(hours=9, minutes=30))
    hall = Hall(settings, InMemoryStore(clock), clock)
    random = Random(1)
    everybody = waiting + len(settings.window)
    for window in settings.window:
        await hall.open_window(window.number)
    for place in range(everybody):
        await hall.issue(
            category=random.choice(codes),
            priority_class="priority" if place % 12 == 0 else "ordinary",
            on_paper=False,
        )
        clock.advance(timedelta(hours=1) / everybody)
    for window in settings.window:
        await hall.call_next(window.number)
        clock.advance(timedelta(seconds=5))
    return hall


async def cost_of(level: Level, waiting: int, repeats: int = 15) -> float:
    """The seconds that one forecast takes, the past known already; the quickest of some."""
    hall = await crowded_hall(level, waiting)
    await hall.forecast()
    times = []
    for _each in range(repeats):
        clock = hall.clock
        if isinstance(clock, FixedClock):
            clock.advance(timedelta(seconds=hall.settings.forecast.seconds))
        began = time.perf_counter()
        await hall.forecast()
        times.append(time.perf_counter() - began)
    return min(times)


def costs() -> list[Figure]:
    """What one forecast costs."""
    figures = []
    for level, waiting, most in COSTS:
        cost = asyncio.run(cost_of(level, waiting))
        name = f"one forecast of a {level} hall with {waiting} waiting"
        figures.append(Figure(name, millis(cost), target=f"<= {millis(most)}", met=cost <= most))
    return figures


def run() -> list[Figure]:
    """Town days under each policy, and what one forecast costs."""
    figures = []
    for policy in POLICIES:
        found = Cases()
        for seed in SEEDS:
            say(f"  {policy}, seed {seed}")
            part = asyncio.run(play(settings_of("town", policy), "town", seed, TOLD_DAYS))
            found.cases += part.cases
            found.costs += part.costs
        figures += figures_of(policy, found)
    return figures + costs()


if __name__ == "__main__":
    main(run)
