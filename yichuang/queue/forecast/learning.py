"""How long windows have their visitors, learnt from the latest calls; a prior speaks first.

A window's time with a call, from call to end and whatever the ending, is what the next visitor waits for:
walking, recalls and no-shows are in it. Times are skewed and some are forgotten to be ended, so they are
winsorised on a logarithmic scale. Each level leans on the one above in proportion to what it has seen: an
item on its category, a category on the hall's prior as far as the whole hall bears that out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import cache

from yichuang.config import ForecastSettings
from yichuang.queue.ports import EndedCall, Told
from yichuang.queue.ticket import PriorityClass

GRID = 72
"""A distribution is kept as so many equally likely values; 4, 6, 8, 12, 18 and 24 parts of it are even."""

QUARTERS, QUARTER = 96, 900.0
"""The parts of a day in which arrivals are counted, and their length in seconds."""

LONGEST = 4 * 3600.0
"""A call that lasted longer was forgotten to be ended; it teaches nothing. Seconds."""

_VARIATION = 0.8
"""The prior standard deviation of a time at the window, as a part of its mean."""

_HALL_WEIGHT, _CATEGORY_WEIGHT, _ITEM_WEIGHT, _SHAPE_WEIGHT = 10, 6, 8, 25
"""How many calls the level above is worth, for the mean of each level and for the shape."""

_OUTLIER = 4.0
"""Robust standard deviations on the logarithmic scale beyond which a time counts as that far out."""

_LONGEST_GAP, _PRIOR_GAP, _GAP_WEIGHT = 180.0, 5.0, 10
"""Between two calls at a window while somebody waits; seconds, seconds, calls."""

_TOLD_WEIGHT = 60
_NARROWEST, _WIDEST = 0.6, 2.5


class Stay:
    """The distribution of the time that a window has one visitor, the gap to the next call included."""

    __slots__ = ("mean", "values")

    def __init__(self, mean: float, shape: Sequence[float], gap: float) -> None:
        self.mean = mean + gap
        """Seconds."""
        self.values = [mean * each + gap for each in shape]
        """`GRID` equally likely values, ascending; seconds."""

    def sampled(self, count: int) -> list[float]:
        """The distribution as `count` equally likely values, ascending."""
        return _strata(self.values, count)

    def residuals(self, elapsed: float, count: int) -> list[float]:
        """What is still to come of a visit that has lasted `elapsed` seconds; equally likely values.

        What has outlasted all that was ever seen lasts as long again, more or less, as a fifth of it.
        """
        later = [value - elapsed for value in self.values if value > elapsed]
        if len(later) < 3:
            scale = max(0.2 * elapsed, 0.3 * self.mean)
            return [-scale * math.log(1 - (place + 0.5) / count) for place in range(count)]
        return _strata(later, count)


def _strata(values: Sequence[float], count: int) -> list[float]:
    """The means of `count` parts of a distribution, so that its own mean is kept."""
    step = len(values) / count
    parts = []
    for place in range(count):
        start = int(place * step)
        part = values[start : max(int((place + 1) * step), start + 1)]
        parts.append(sum(part) / len(part))
    return parts


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the past teaches."""

    calls: int
    """From how many calls."""
    categories: Mapping[str, Stay]
    items: Mapping[tuple[str, str], Stay]
    returning: Mapping[str, float]
    """By category: calls of tickets that had been called before, for each first call. They come from other
    windows, from holds, and after a missed call."""
    doubt: float
    """The standard deviation of our error in the mean time, as a part of it."""
    pattern: Sequence[float] = ()
    """Arrivals a second in each quarter of an hour of an average day, in the hall's own time; empty when no
    whole day is known."""
    shares: Mapping[tuple[str, PriorityClass], int] = field(default_factory=dict)
    """How many came of each category and class."""
    width: float = 1.0
    """By what the spread above the median is to be multiplied so that nine in ten wait less."""

    def stay(self, category: str, item: str | None) -> Stay:
        """How long a window has a visitor for that item."""
        found = self.items.get((category, item)) if item is not None else None
        return found or self.categories[category]


def learn(
    settings: ForecastSettings,
    categories: Iterable[str],
    zone: tzinfo,
    calls: Sequence[EndedCall],
    told: Sequence[Told] = (),
) -> Learnt:
    """What `calls`, the newest first, teach about each category; `told` calibrates the 90 % figure."""
    priors = {code: 60.0 * settings.categories.get(code, settings.minutes) for code in categories}
    stays: defaultdict[str, list[tuple[float, str | None]]] = defaultdict(list)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    known: set[int] = set()
    for call in reversed(calls):
        seconds = (call.ended_at - call.called_at).total_seconds()
        if call.category in priors and 0 <= seconds < LONGEST:
            stays[call.category].append((max(seconds, 1.0), call.item))
            counts[call.category][call.ticket in known] += 1
            known.add(call.ticket)
    kept = {code: _winsorised(found) for code, found in stays.items()}
    seen = sum(map(len, kept.values()))
    ratios = sum(seconds / priors[code] for code, found in kept.items() for seconds, _ in found)
    pace = (ratios + _HALL_WEIGHT) / (seen + _HALL_WEIGHT)
    gap = _gap(calls)
    by_category: dict[str, Stay] = {}
    by_item: dict[tuple[str, str], Stay] = {}
    for code, prior in priors.items():
        found = kept.get(code, [])
        mean = _leaning([each for each, _item in found], prior * pace, _CATEGORY_WEIGHT)
        shape = _shape([each for each, _item in found])
        by_category[code] = Stay(mean, shape, gap)
        for item, times in _by_item(found).items():
            by_item[code, item] = Stay(_leaning(times, mean, _ITEM_WEIGHT), shape, gap)
    return Learnt(
        calls=seen,
        categories=by_category,
        items=by_item,
        returning={code: back / (other + 10) for code, (other, back) in counts.items()},
        doubt=_VARIATION / math.sqrt(seen / max(len(priors), 1) + _CATEGORY_WEIGHT),
        pattern=_pattern(calls, zone, len(calls) >= settings.calls),
        shares=Counter((each.category, each.priority_class) for each in calls if _came(each)),
        width=calibrated_width(told),
    )


def calibrated_width(told: Sequence[Told]) -> float:
    """How much wider than foreseen the 90 % figure has to be, by what was told and what came of it."""
    scores = sorted((each.waited - each.median) / each.spread for each in told if each.spread > 1)
    if not scores:
        return 1.0
    ninth = scores[min(len(scores) - 1, math.ceil(0.9 * len(scores)) - 1)]
    weight = len(scores) / (len(scores) + _TOLD_WEIGHT)
    return min(max(weight * ninth + 1 - weight, _NARROWEST), _WIDEST)


def _winsorised(found: list[tuple[float, str | None]]) -> list[tuple[float, str | None]]:
    """The times with outliers drawn in to the robust bounds of their logarithms."""
    logs = sorted(math.log(seconds) for seconds, _item in found)
    middle = logs[len(logs) // 2]
    distances = sorted(abs(each - middle) for each in logs)
    scale = max(1.4826 * distances[len(distances) // 2], 0.25)
    low, high = math.exp(middle - _OUTLIER * scale), math.exp(middle + _OUTLIER * scale)
    return [(min(max(seconds, low), high), item) for seconds, item in found]


def _leaning(seconds: Sequence[float], prior: float, weight: int) -> float:
    """The mean, where the prior counts as `weight` times."""
    return (sum(seconds) + weight * prior) / (len(seconds) + weight)


def _by_item(found: Iterable[tuple[float, str | None]]) -> dict[str, list[float]]:
    by_item: defaultdict[str, list[float]] = defaultdict(list)
    for seconds, item in found:
        if item is not None:
            by_item[item].append(seconds)
    return by_item


def _shape(seconds: Sequence[float]) -> list[float]:
    """The distribution with mean 1: that of the times, leaning on the prior one."""
    prior = _prior_shape()
    if not seconds:
        return list(prior)
    mean = sum(seconds) / len(seconds)
    ranked = sorted(each / mean for each in seconds)
    weight = len(ranked) / (len(ranked) + _SHAPE_WEIGHT)
    step = len(ranked) / GRID
    mixed = [
        weight * ranked[int((place + 0.5) * step)] + (1 - weight) * prior[place]
        for place in range(GRID)
    ]
    total = sum(mixed) / GRID
    return [each / total for each in mixed]


@cache
def _prior_shape() -> tuple[float, ...]:
    """A lognormal distribution with mean 1: service times in offices are close to it."""
    from statistics import NormalDist

    scale = math.sqrt(math.log1p(_VARIATION**2))
    normal = NormalDist(-scale * scale / 2, scale)
    values = [math.exp(normal.inv_cdf((place + 0.5) / GRID)) for place in range(GRID)]
    mean = sum(values) / GRID
    return tuple(value / mean for value in values)


def _gap(calls: Sequence[EndedCall]) -> float:
    """The mean time from one call's end to the next call of the window, when that one already waited."""
    gaps = []
    following: dict[int, EndedCall] = {}
    for call in calls:
        later = following.get(call.window)
        if later is not None and _followed_at_once(call, later):
            gap = (later.called_at - call.ended_at).total_seconds()
            gaps.append(min(gap, _LONGEST_GAP))
        following[call.window] = call
    return _leaning(gaps, _PRIOR_GAP, _GAP_WEIGHT)


def _followed_at_once(call: EndedCall, later: EndedCall) -> bool:
    """Whether the later ticket stood in line when the call ended; one that was put aside may not have."""
    return (
        later.priority_class is not PriorityClass.TRANSFERRED
        and later.since <= call.ended_at <= later.called_at
        and (later.called_at - call.ended_at).total_seconds() < LONGEST
    )


def _came(call: EndedCall) -> bool:
    """Whether the ticket came from an entrance, not from another window or a hold."""
    return call.priority_class is not PriorityClass.TRANSFERRED


def _pattern(calls: Sequence[EndedCall], zone: tzinfo, is_cut: bool) -> list[float]:
    """Arrivals a second in each quarter of an average day, smoothed over its neighbours.

    Only whole days count: not the newest, nor the oldest where the calls were cut off in it.
    """
    days: dict[date, list[int]] = {}
    for call in calls:
        if _came(call):
            came = call.since.astimezone(zone)
            quarters = days.setdefault(came.date(), [0] * QUARTERS)
            quarters[(came.hour * 60 + came.minute) // 15] += 1
    whole = sorted(days)[1 if is_cut else 0 : -1]
    if not whole:
        return []
    means = [sum(days[day][place] for day in whole) / len(whole) for place in range(QUARTERS)]
    padded = [0.0, *means, 0.0]
    return [
        (padded[place] + 2 * padded[place + 1] + padded[place + 2]) / (4 * QUARTER)
        for place in range(QUARTERS)
    ]
