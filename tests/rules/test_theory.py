"""Theory's formulas against each other, and the real engine against theory."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as some

from yichuang.bootstrap import rehearsal_hall
from yichuang.foresight.statistics import (
    batch_interval,
    batch_means,
    controlled_interval,
    interval_of,
    quantile,
    student,
    summarize,
)
from yichuang.foresight.steady import (
    Line,
    Observed,
    first_come_waits,
    lognormal,
    mean_of_all,
    mean_of_class,
    observe,
)
from yichuang.foresight.theory import (
    accumulating_waits,
    erlang_c,
    mean_wait,
    mean_wait_of_one,
    strict_waits,
    wait_longer_than,
)
from yichuang.queue.ticket import PriorityClass

THREE_CLASSES = {
    PriorityClass.ORDINARY: 0.6,
    PriorityClass.APPOINTMENT: 0.2,
    PriorityClass.PRIORITY: 0.2,
}

RATES = {
    PriorityClass.ORDINARY: 1.0,
    PriorityClass.APPOINTMENT: 2.0,
    PriorityClass.PRIORITY: 4.0,
}
"""The defaults of `[dispatch.rates]`; `test_the_rates_are_the_halls_own` holds them to it."""

AS_GOOD_AS_EQUAL = 1e-5
"""In units of the mean service time: the engine keeps microseconds."""

MANY = 6_000


# --- the formulas -----------------------------------------------------------------------------


def test_erlang_c_by_hand() -> None:
    assert erlang_c(0.7, 1.0, 1) == pytest.approx(0.7)
    # Three erlangs at four windows: (3^4/4!)(4/(4-3)) over that and 1 + 3 + 9/2 + 27/6.
    assert erlang_c(3.0, 1.0, 4) == pytest.approx(13.5 / (13.5 + 13))
    assert mean_wait(0.7, 1.0, 1) == pytest.approx(0.7 / 0.3)


@given(some.integers(1, 40), some.floats(0.05, 0.95))
def test_the_tail_of_the_wait_fits_its_mean(servers: int, load: float) -> None:
    rate = load * servers
    assert wait_longer_than(0.0, rate, 1.0, servers) == pytest.approx(erlang_c(rate, 1.0, servers))
    step = 0.01 / (servers - rate)
    area = step * sum(
        wait_longer_than((each + 0.5) * step, rate, 1.0, servers) for each in range(2000)
    )
    assert area == pytest.approx(mean_wait(rate, 1.0, servers), rel=1e-3)


def test_one_window_with_any_service_time() -> None:
    assert mean_wait_of_one(0.7, 1.0, 2.0) == pytest.approx(mean_wait(0.7, 1.0, 1))
    assert mean_wait_of_one(0.7, 1.0, 1.0) == pytest.approx(mean_wait(0.7, 1.0, 1) / 2)


@given(
    some.lists(
        some.tuples(some.floats(0.01, 1.0), some.floats(0.01, 100.0)), min_size=1, max_size=6
    ),
    some.floats(0.05, 0.95),
)
def test_work_is_conserved(classes: list[tuple[float, float]], load: float) -> None:
    """No order of service changes Σ ρ_p W_p (Kleinrock's conservation law)."""
    whole = sum(part for part, _rate in classes)
    loads = [part * load / whole for part, _rate in classes]
    waits = accumulating_waits(3.0, loads, [rate for _part, rate in classes])
    total = sum(part * wait for part, wait in zip(loads, waits, strict=True))
    assert total == pytest.approx(3.0 * load)
    assert min(waits) > 0


def test_the_limits_of_accumulating_priority() -> None:
    loads = [0.2, 0.15, 0.4]
    assert accumulating_waits(3.0, loads, [2.0, 2.0, 2.0]) == pytest.approx([3.0] * 3)
    far_apart = accumulating_waits(3.0, loads, [1e12, 1e6, 1.0])
    assert far_apart == pytest.approx(strict_waits(3.0, loads), rel=1e-4)
    one, other = accumulating_waits(3.0, [0.3, 0.4], [4.0, 1.0])
    assert one < 3.0 < other


@pytest.mark.parametrize("load", [1.0, 1.2, -0.1])
def test_no_mean_wait_where_work_piles_up(load: float) -> None:
    for formula in (
        lambda: mean_wait(load, 1.0, 1),
        lambda: mean_wait_of_one(load, 1.0, 2.0),
        lambda: accumulating_waits(1.0, [load], [1.0]),
    ):
        with pytest.raises(ValueError, match="load"):
            formula()


# --- how sure a mean is -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("freedom", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (19, 2.093), (120, 1.980)],
)
def test_students_quantiles_are_those_of_the_tables(freedom: int, printed: float) -> None:
    assert student(freedom) == pytest.approx(printed, rel=3e-3)


def test_intervals_hold_the_mean_as_often_as_they_say() -> None:
    chance = Random(7)
    plain, controlled = 0, 0
    for _each in range(400):
        controls = [chance.gauss(0, 1) for _batch in range(20)]
        means = [5 + 2 * control + chance.gauss(0, 1) for control in controls]
        plain += interval_of(means).holds(5)
        better = controlled_interval(means, controls, 0)
        controlled += better.holds(5)
        assert better.half_width < 1
    # 95 % of 400 is 380; less than 366 or more than 392 would be one in a thousand.
    assert 366 <= plain <= 392
    assert 366 <= controlled <= 392


def test_summaries() -> None:
    waits = [float(each) for each in range(1, 101)]
    assert quantile(waits, 0.9) == 90
    found = summarize([waits])
    assert (found.people, found.mean, found.median, found.ninetieth, found.longest) == (
        100, 50.5, 50.5, 90, 100,
    )  # fmt: skip
    assert found.half_width == batch_interval(waits).half_width
    assert batch_means([9.0, 1.0, 3.0, 5.0, 7.0], 2) == [2.0, 6.0]
    assert math.isnan(summarize([[1.0, 2.0]]).half_width)
    days = summarize([[1.0, 3.0], [3.0, 5.0]])
    assert days.mean == 3.0
    assert days.half_width == pytest.approx(12.7062)
    nobody = summarize([[], []])
    assert (nobody.people, nobody.as_json()["half_width"]) == (0, None)


# --- the engine -------------------------------------------------------------------------------


def test_the_rates_are_the_halls_own() -> None:
    from tests.halls import small_settings

    rates = small_settings().dispatch.rates
    assert {each: getattr(rates, each.value) for each in RATES} == RATES


@pytest.mark.parametrize("windows", [1, 4])
async def test_first_come_first_served_is_exactly_that(windows: int) -> None:
    """Each single wait in the hall is that of the recursion of Kiefer and Wolfowitz."""
    line = Line(windows, 0.75, THREE_CLASSES)
    seen = await observe(line, "fifo", MANY, 3, rehearsal_hall)
    assert max(abs(each.wait - each.fifo_wait) for each in seen) < AS_GOOD_AS_EQUAL
    interval = mean_of_all(line, [seen])
    expected = mean_wait(line.arrival_rate, 1.0, windows)
    assert interval.half_width < expected / 2
    assert abs(interval.mean - expected) < 2 * interval.half_width


@pytest.mark.parametrize("windows", [1, 3])
async def test_accumulating_priority_calls_as_its_definition_says(windows: int) -> None:
    """Each single wait is that of a plain loop that looks at everybody who waits."""
    line = Line(windows, 0.85, THREE_CLASSES, lognormal(0.9))
    seen = await observe(line, "accumulating", MANY // 2, 4, rehearsal_hall, warm_up=0.0)
    expected = accumulated_waits(seen, windows)
    assert (
        max(abs(each.wait - wait) for each, wait in zip(seen, expected, strict=True))
        < AS_GOOD_AS_EQUAL
    )
    assert any(abs(each.wait - each.fifo_wait) > 1 for each in seen)


@pytest.mark.parametrize(("windows", "is_exponential"), [(1, True), (1, False), (4, True)])
async def test_accumulating_priority_waits_as_kleinrock_says(
    windows: int, is_exponential: bool
) -> None:
    variation = 1.0 if is_exponential else 0.6
    line = Line(windows, 0.75, THREE_CLASSES)
    if not is_exponential:
        line = line._replace(draw=lognormal(variation))
    seen = await observe(line, "accumulating", MANY, 11, rehearsal_hall)
    fifo = mean_wait(line.arrival_rate, 1.0, windows)
    if windows == 1:
        fifo = mean_wait_of_one(line.arrival_rate, 1.0, 1 + variation**2)
    loads = line.loads
    expected = accumulating_waits(fifo, list(loads.values()), [RATES[each] for each in loads])
    for priority_class, wait in zip(loads, expected, strict=True):
        interval = mean_of_class([seen], priority_class, fifo)
        assert interval.half_width < wait / 4
        assert abs(interval.mean - wait) < 2 * interval.half_width
    means = [fmean(each.wait for each in seen if each.priority_class is one) for one in loads]
    assert means == sorted(means, reverse=True)


def accumulated_waits(seen: Sequence[Observed], windows: int) -> list[float]:
    """Everyone's wait when the one with the highest rate times wait goes first; looks at everybody."""
    arrivals = list(accumulate(each.gap for each in seen))
    free_at = [0.0] * windows
    waits = [0.0] * len(seen)
    waiting: list[int] = []
    upcoming = 0
    while upcoming < len(seen) or waiting:
        now = heapq.heappop(free_at)
        if not waiting:
            now = max(now, arrivals[upcoming])
        while upcoming < len(seen) and arrivals[upcoming] <= now:
            waiting.append(upcoming)
            upcoming += 1
        chosen = max(
            waiting, key=lambda each: RATES[seen[each].priority_class] * (now - arrivals[each])
        )
        waiting.remove(chosen)
        waits[chosen] = now - arrivals[chosen]
        heapq.heappush(free_at, now + seen[chosen].service)
    return waits


def test_the_recursion_by_hand() -> None:
    assert first_come_waits([1.0, 1.0, 1.0], [3.0, 3.0, 1.0], 1) == [0.0, 2.0, 4.0]
    assert first_come_waits([1.0, 1.0, 1.0], [3.0, 3.0, 1.0], 2) == [0.0, 0.0, 1.0]
