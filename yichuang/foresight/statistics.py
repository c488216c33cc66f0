"""What many waits come to: means, quantiles, and how sure a mean is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median, variance
from typing import Any, NamedTuple

BATCHES = 20
"""Into how many runs of consecutive visitors a simulation is cut to judge its mean."""

_LEAST_IN_BATCH = 5
"""Fewer waits than this a batch say nothing about the mean's sureness."""


class Interval(NamedTuple):
    """A mean with its 95 % confidence interval, mean ± half_width."""

    mean: float
    half_width: float
    """NaN when there was too little to judge by."""

    def holds(self, value: float) -> bool:
        """Whether `value` is inside."""
        return abs(value - self.mean) <= self.half_width


class Summary(NamedTuple):
    """What the waits of some visitors come to; in the unit of the waits, 0 when there are none."""

    people: int
    mean: float
    half_width: float
    """Of the mean's 95 % confidence interval; NaN when there was too little to judge by."""
    median: float
    ninetieth: float
    """Nine of ten waits are no longer."""
    longest: float

    def as_json(self) -> dict[str, Any]:
        """The figures in minutes (the waits are seconds), for scripts."""
        minutes = {
            "mean": self.mean,
            "half_width": self.half_width,
            "median": self.median,
            "p90": self.ninetieth,
            "longest": self.longest,
        }
        shown = {
            name: None if math.isnan(value) else round(value / 60, 3)
            for name, value in minutes.items()
        }
        return {"n": self.people, **shown}


def summarize(runs: Sequence[Sequence[float]]) -> Summary:
    """The summary of the waits of one or more independent runs, each in order of coming.

    With several runs their means are compared, for they are independent; a single one is cut into
    batches of consecutive visitors, which in a day with a rush is a rough guide only.
    """
    values = [value for run in runs for value in run]
    if not values:
        return Summary(0, 0.0, math.nan, 0.0, 0.0, 0.0)
    means = [fmean(run) for run in runs if run]
    sure = interval_of(means) if len(means) > 1 else batch_interval(values)
    return Summary(
        len(values),
        fmean(values),
        sure.half_width,
        median(values),
        quantile(values, 0.9),
        max(values),
    )


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that `part` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * part) - 1)]


def interval_of(means: Sequence[float]) -> Interval:
    """The mean of independent means of equal weight, with its 95 % confidence interval."""
    if len(means) < 2:
        return Interval(means[0] if means else 0.0, math.nan)
    spread = math.sqrt(variance(means) / len(means))
    return Interval(fmean(means), student(len(means) - 1) * spread)


def batch_means(values: Sequence[float], batches: int = BATCHES) -> list[float]:
    """The means of `batches` runs of consecutive values; what is left over at the start is dropped."""
    size = len(values) // batches
    first = len(values) - size * batches
    return [fmean(values[at : at + size]) for at in range(first, len(values), size)]


def batch_interval(values: Sequence[float], batches: int = BATCHES) -> Interval:
    """The mean of dependent values, such as waits one after the other, by batch means."""
    if len(values) < batches * _LEAST_IN_BATCH:
        return Interval(fmean(values) if values else 0.0, math.nan)
    return interval_of(batch_means(values, batches))


def controlled_interval(
    means: Sequence[float], controls: Sequence[float], expected: float
) -> Interval:
    """The mean of batch means, with the help of a control variate.

    `controls` are the batch means of something measured in the same batches whose true mean `expected`
    is known; by as much as they strayed, the mean is put right, by regression (Lavenberg and Welch 1981).
    """
    count = len(means)
    middle, control_middle = fmean(means), fmean(controls)
    square = sum((control - control_middle) ** 2 for control in controls)
    pairs = zip(means, controls, strict=True)
    slope = sum((mean - middle) * (control - control_middle) for mean, control in pairs) / square
    strayed = control_middle - expected
    left = sum(
        (mean - middle - slope * (control - control_middle)) ** 2
        for mean, control in zip(means, controls, strict=True)
    )
    spread = math.sqrt(left / (count - 2) * (1 / count + strayed**2 / square))
    return Interval(middle - slope * strayed, student(count - 2) * spread)


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t distribution, to 0.3 % for any degrees of freedom.

    Exact to four figures for 1, 2 and 3; for more, the Cornish-Fisher expansion about the normal quantile.
    """
    if freedom < 1:
        raise ValueError("no degree of freedom")
    if freedom <= 3:
        return (12.7062, 4.3027, 3.1824)[freedom - 1]
    z = 1.959964
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
