"""Taking times: pairs that alternate, medians, percentiles."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

Timed = Callable[[], Awaitable[float]]
"""Does the work, and gives the seconds that one operation took."""


class Pairs:
    """Times of ours and of the reference, taken in turn: A B, then B A, so that neither comes first."""

    def __init__(self) -> None:
        self.ours: list[float] = []
        self.reference: list[float] = []

    async def add(self, ours: Timed, reference: Timed) -> None:
        """Take one more pair."""
        sides = [(ours, self.ours), (reference, self.reference)]
        for run, kept in sides if len(self.ours) % 2 == 0 else reversed(sides):
            kept.append(await run())

    @property
    def ratio(self) -> float:
        """The median of ours / reference in each pair: what disturbs both at once cancels out."""
        return median(mine / other for mine, other in zip(self.ours, self.reference, strict=True))

    @property
    def speed(self) -> float:
        """The median of reference / ours: our rate as a part of the reference's."""
        return median(other / mine for mine, other in zip(self.ours, self.reference, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def micros(times: Sequence[float]) -> str:
    """The median of some seconds, for short operations."""
    return f"{median(times) * 1e6:.0f} µs"


def millis(seconds: float) -> str:
    """A time that a person could notice."""
    return f"{seconds * 1e3:.1f} ms"
