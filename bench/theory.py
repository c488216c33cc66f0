"""The real engine held against queueing theory: mean waits in steady state, with 95 % confidence intervals.

Every visitor is issued, called, started and finished by commands of a real hall on a virtual clock. Mean
waits are in units of the mean service time. The seeds are fixed, so the figures are the same on every
machine; they say nothing about speed.

Variance reduction: intervals are of batch means over independent runs, with one control variate each, whose
true mean is known and which knows nothing of the engine. In order of arrival it is the excess of work that
came for one window, and for several the mean wait of the same people at one window as fast as all together;
for a class under `accumulating` it is the mean wait of the same people in order of arrival. The last two are
by recursion from the arrivals and the service times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import fmean

from bench.report import Figure, main, say
from yichuang.bootstrap import rehearsal_hall
from yichuang.config import RateSettings
from yichuang.foresight.statistics import Interval
from yichuang.foresight.steady import (
    Line,
    Observed,
    lognormal,
    mean_of_all,
    mean_of_class,
    observe,
)
from yichuang.foresight.theory import (
    accumulating_waits,
    mean_wait,
    mean_wait_of_one,
    wait_longer_than,
)
from yichuang.queue.ticket import PriorityClass

LOAD = 0.7
"""Offered work per window. The busier, the longer a run must be for the same sureness: by (1 - ρ) ** -4."""

VISITORS = 50_000
"""In each run, the first twentieth of which is not counted."""

FIFO_RUNS = {1: 6, 4: 2, 8: 2}
"""By windows: the control variate of one window takes away less than that of several."""

CLASS_RUNS = 2

FIFO_WITHIN = 0.03
CLASS_WITHIN = 0.05

SAME = 1e-5
"""Waits that differ by less, in mean service times, are the same: the engine keeps microseconds."""

VARIATION = 0.8
"""The coefficient of variation of the lognormal service times."""

CLASSES = {
    PriorityClass.ORDINARY: 0.6,
    PriorityClass.APPOINTMENT: 0.2,
    PriorityClass.PRIORITY: 0.2,
}


async def _runs(name: str, line: Line, policy: str, count: int) -> list[list[Observed]]:
    runs = []
    for seed in range(1, count + 1):
        say(f"  {name}: run {seed} of {count}")
        runs.append(await observe(line, policy, VISITORS, seed, rehearsal_hall))
    return runs


def _figure(name: str, found: Interval, wanted: float, within: float) -> Figure:
    ratio = found.mean / wanted
    return Figure(
        name,
        f"{found.mean:.4f} +- {found.half_width:.4f}",
        f"{wanted:.4f}",
        ratio,
        f"{1 - within:.2f}..{1 + within:.2f}",
        abs(ratio - 1) <= within,
    )


async def _first_come(windows: int) -> list[Figure]:
    """M/M/c against Erlang C, and each single wait against the recursion of Kiefer and Wolfowitz."""
    line, name = Line(windows, LOAD), f"fifo M/M/{windows}"
    runs = await _runs(name, line, "fifo", FIFO_RUNS[windows])
    furthest = max(abs(each.wait - each.fifo_wait) for run in runs for each in run)
    rate = line.arrival_rate
    patience = 1 / (windows * (1 - LOAD))
    late = fmean(each.wait > patience for run in runs for each in run)
    expected_late = wait_longer_than(patience, rate, 1.0, windows)
    return [
        _figure(
            f"{name}: mean wait",
            mean_of_all(line, runs),
            mean_wait(rate, 1.0, windows),
            FIFO_WITHIN,
        ),
        Figure(
            f"{name}: share that waits longer than {patience:.2f}",
            f"{late:.4f}",
            f"{expected_late:.4f}",
            late / expected_late,
        ),
        Figure(
            f"{name}: furthest single wait from the recursion",
            f"{furthest:.1e}",
            target=f"< {SAME:.0e}",
            met=furthest < SAME,
        ),
    ]


async def _accumulating(name: str, line: Line, fifo_wait: float) -> list[Figure]:
    """Each class's mean wait against Kleinrock's closed form."""
    rates = RateSettings()
    runs = await _runs(name, line, "accumulating", CLASS_RUNS)
    loads = line.loads
    expected = accumulating_waits(
        fifo_wait, list(loads.values()), [getattr(rates, each.value) for each in loads]
    )
    return [
        _figure(
            f"{name}: mean wait, {each.value}",
            mean_of_class(runs, each, fifo_wait),
            wait,
            CLASS_WITHIN,
        )
        for each, wait in zip(loads, expected, strict=True)
    ] + [_conserved(name, runs)]


def _conserved(name: str, runs: Sequence[Sequence[Observed]]) -> Figure:
    """The mean over all classes does not depend on the order: beside it, the same people's by recursion."""
    people = [each for run in runs for each in run]
    mean, fifo = fmean(each.wait for each in people), fmean(each.fifo_wait for each in people)
    return Figure(f"{name}: mean wait of all", f"{mean:.4f}", f"{fifo:.4f}", mean / fifo)


async def _all() -> list[Figure]:
    figures = []
    for windows in FIFO_RUNS:
        figures += await _first_come(windows)
    for windows in (1, 4):
        line = Line(windows, LOAD, CLASSES)
        wait = mean_wait(line.arrival_rate, 1.0, windows)
        figures += await _accumulating(f"accumulating M/M/{windows}", line, wait)
    line = Line(1, LOAD, CLASSES, lognormal(VARIATION))
    wait = mean_wait_of_one(line.arrival_rate, 1.0, 1 + VARIATION**2)
    return figures + await _accumulating("accumulating M/G/1", line, wait)


def run() -> list[Figure]:
    """First come, first served against Erlang C; accumulating priority against Kleinrock."""
    return asyncio.run(_all())


if __name__ == "__main__":
    main(run)
