"""A line in steady state through the real hall: the runs that queueing theory can be held against.

One category, windows alike, visitors from a homogeneous Poisson process, nobody misses a call. The time scale
is chosen so that a run fits into one business date: the hall keeps microseconds, so a second may hold
many visitors.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import fmean
from typing import NamedTuple

from yichuang.config import Settings, parse_settings
from yichuang.foresight.clock import VirtualClock
from yichuang.foresight.day import Progress, SimulatedDay
from yichuang.foresight.rehearsal import FIRST_DAY, MakeHall, midnight, with_policy
from yichuang.foresight.statistics import BATCHES, Interval, batch_means, controlled_interval
from yichuang.foresight.theory import mean_wait
from yichuang.foresight.visitors import Visitor
from yichuang.queue.ticket import PriorityClass

RUN_TIME = 60_000.0
"""How long a run is at about, in simulated seconds: well inside one date."""

_CATEGORY = "line"

WARM_UP = 0.05
"""The first part of a run is not counted: the hall is empty when it begins."""

Draw = Callable[[Random], float]
"""Draws a service time whose mean is 1."""


def exponential(stream: Random) -> float:
    """Service times without memory: M/M/c."""
    return stream.expovariate(1.0)


def lognormal(variation: float) -> Draw:
    """Service times as halls see them, with a coefficient of variation."""
    scale = math.log1p(variation**2)
    return lambda stream: stream.lognormvariate(-scale / 2, math.sqrt(scale))


class Line(NamedTuple):
    """What comes, and to how many windows. The mean service time is the unit of time."""

    windows: int
    load: float
    """ρ, offered work per window."""
    classes: Mapping[PriorityClass, float] = {PriorityClass.ORDINARY: 1.0}
    """The part of the visitors in each class."""
    draw: Draw = exponential

    @property
    def arrival_rate(self) -> float:
        """Visitors per mean service time."""
        return self.load * self.windows

    @property
    def loads(self) -> dict[PriorityClass, float]:
        """Each class's part of the load."""
        whole = sum(self.classes.values())
        return {each: self.load * part / whole for each, part in self.classes.items()}


class Observed(NamedTuple):
    """One visitor of a run, in units of the mean service time."""

    priority_class: PriorityClass
    gap: float
    """Since the visitor before."""
    service: float
    wait: float
    """In the real hall."""
    fifo_wait: float
    """What theory's own recursion says of the same people in order of arrival."""
    single_wait: float
    """The same at one window that is as fast as all together."""


async def observe(
    line: Line,
    policy: str,
    count: int,
    seed: int,
    make_hall: MakeHall,
    progress: Progress = lambda part: None,
    warm_up: float = WARM_UP,
) -> list[Observed]:
    """Let `count` visitors pass through a hall; those after the warm-up, in order of arrival."""
    settings = with_policy(_settings(line.windows), policy)
    unit = RUN_TIME * line.arrival_rate / count
    people = _people(line, count, seed)
    visitors, at = [], 0.0
    for priority_class, gap, service in people:
        at += gap * unit
        visitors.append(Visitor(at, _CATEGORY, priority_class, service * unit))
    clock = VirtualClock(midnight(settings, FIRST_DAY))
    async with make_hall(settings, clock) as hall:
        done = await SimulatedDay(hall, clock, visitors, ((0.0, math.inf),)).play(progress)
    if done.left:
        raise AssertionError(f"{done.left} of {count} were left: the run was too long for a day")
    gaps = [gap for _each, gap, _service in people]
    services = [service for _each, _gap, service in people]
    fifo = first_come_waits(gaps, services, line.windows)
    single = first_come_waits(gaps, [service / line.windows for service in services], 1)
    seen = [
        Observed(priority_class, gap, service, (visit.wait or 0.0) / unit, wait, alone)
        for (priority_class, gap, service), visit, wait, alone in zip(
            people, done.visits, fifo, single, strict=True
        )
    ]
    return seen[int(count * warm_up) :]


def first_come_waits(gaps: Sequence[float], services: Sequence[float], windows: int) -> list[float]:
    """Everyone's wait in order of arrival, by the recursion of Kiefer and Wolfowitz (1955).

    Independent of the hall and its engine: each visitor takes the window that is free first.
    """
    free_at = [0.0] * windows
    waits, now = [], 0.0
    for gap, service in zip(gaps, services, strict=True):
        now += gap
        begins = max(now, free_at[0])
        heapq.heapreplace(free_at, begins + service)
        waits.append(begins - now)
    return waits


def mean_of_all(line: Line, runs: Sequence[Sequence[Observed]], batches: int = BATCHES) -> Interval:
    """The mean wait of everybody in M/M/c in order of arrival, from one run or several.

    The control for one window is how much more work came than should have: the mean service less the mean gap
    times the rate, in truth 0. For several it is the mean wait of the same people at one window that is as
    fast as all together, by recursion, whose true mean is known. Neither knows of the engine's waits.
    """
    expected = 0.0 if line.windows == 1 else mean_wait(line.arrival_rate, line.windows, 1)
    means, controls = [], []
    for run in runs:
        means += batch_means([each.wait for each in run], batches)
        controls += batch_means(
            [
                each.service - each.gap * line.arrival_rate
                if line.windows == 1
                else each.single_wait
                for each in run
            ],
            batches,
        )
    return controlled_interval(means, controls, expected)


def mean_of_class(
    runs: Sequence[Sequence[Observed]],
    priority_class: PriorityClass,
    fifo_wait: float,
    batches: int = BATCHES,
) -> Interval:
    """The mean wait of one class, from one run or several.

    The control is the mean wait that the same people would have in order of arrival, by recursion; its true
    mean `fifo_wait` is known. It takes away the chance that lies in the people and leaves the discipline.
    """
    means, controls = [], []
    for run in runs:
        size = len(run) // batches
        for at in range(len(run) - size * batches, len(run), size):
            batch = run[at : at + size]
            means.append(
                fmean(each.wait for each in batch if each.priority_class is priority_class)
            )
            controls.append(fmean(each.fifo_wait for each in batch))
    return controlled_interval(means, controls, fifo_wait)


def _people(line: Line, count: int, seed: int) -> list[tuple[PriorityClass, float, float]]:
    root = Random(f"yichuang:{seed}")
    gaps, services, choices = (Random(root.getrandbits(64)) for _each in range(3))
    classes = choices.choices(list(line.classes), list(line.classes.values()), k=count)
    return [(each, gaps.expovariate(line.arrival_rate), line.draw(services)) for each in classes]


def _settings(windows: int) -> Settings:
    """A hall with one category and windows that are alike."""
    category = f'[[category]]\ncode = "{_CATEGORY}"\nname = "line"\nletter = "A"\n'
    rows = "".join(
        f'[[window]]\nnumber = {number}\ncategories = ["{_CATEGORY}"]\n'
        for number in range(1, windows + 1)
    )
    return parse_settings(f'[hall]\nname = "line"\n{category}{rows}', Path("hall.toml"))
