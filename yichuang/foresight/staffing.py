"""How many windows each hour needs, so that most people wait no longer than a target.

Each hour is taken for itself, as a stationary M/G/c system: A. K. Erlang's delay formula for the chance of
waiting, and an exponential tail whose mean is corrected for the variation of the service time by the factor
(1 + v²) / 2 of A. O. Allen and J. R. Cunneen. What an hour leaves over to the next is seen by playing days
(`yichuang.foresight.rehearsal`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from yichuang.foresight.crowd import HOUR
from yichuang.foresight.demand import Demand, Work, merged
from yichuang.foresight.theory import erlang_c

MOST_WINDOWS = 300


@dataclass(frozen=True, slots=True)
class Target:
    """What the hall promises."""

    seconds: float
    """The longest wait that counts as kept."""
    share: float
    """The part of the people for whom it must be kept."""


@dataclass(frozen=True, slots=True)
class HourNeed:
    """What one hour needs."""

    hour: int
    visits: float
    apart: Mapping[str, int]
    """Windows for each category, if every window serves one only."""
    together: int
    """Windows that serve everything (综合窗口)."""
    kept: float
    """The part of the people who wait no longer than the target with the windows that there are."""


def staffing(demand: Demand, target: Target, windows: int) -> list[HourNeed]:
    """The need of each hour in which somebody comes; `windows` are those that there are."""
    needs = []
    for hour, works in sorted(demand.hours.items()):
        all_work = merged(works.values())
        apart = {code: windows_needed(work, target) for code, work in works.items()}
        together = windows_needed(all_work, target)
        kept = kept_with(all_work, windows, target.seconds)
        needs.append(HourNeed(hour, all_work.visits, apart, together, kept))
    return needs


def windows_needed(work: Work, target: Target) -> int:
    """The fewest windows that keep the target in an hour with that work."""
    if not work.visits:
        return 0
    for count in range(max(1, math.ceil(_load(work))), MOST_WINDOWS):
        if kept_with(work, count, target.seconds) >= target.share:
            return count
    return MOST_WINDOWS


def kept_with(work: Work, windows: int, seconds: float) -> float:
    """The part of the people who wait no longer than `seconds` at that many windows.

    0 where more comes than the windows can do: the line then grows as long as the hour lasts.
    """
    if not work.visits:
        return 1.0
    if windows <= _load(work):
        return 0.0
    arrivals, rate = work.visits / HOUR, 1 / work.mean
    chance = erlang_c(arrivals, rate, windows)
    slowness = (1 + work.variation**2) / 2
    return 1 - chance * math.exp(-(windows * rate - arrivals) * seconds / slowness)


def _load(work: Work) -> float:
    return work.visits / HOUR * work.mean
