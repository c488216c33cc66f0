"""How many windows an hour needs: against theory, against common sense, and from a hall's own past."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import small_settings
from yichuang.foresight.crowd import CROWDS, HOUR
from yichuang.foresight.demand import (
    Demand,
    Work,
    crowd_of,
    demand_of_past,
    demand_of_profile,
    in_sessions,
    merged,
)
from yichuang.foresight.staffing import Target, kept_with, staffing, windows_needed
from yichuang.foresight.theory import wait_longer_than
from yichuang.queue.ports import PastVisit

WORKS = st.builds(
    Work,
    visits=st.floats(0.5, 300),
    mean=st.floats(30, 1800),
    variation=st.floats(0.1, 2),
)
TARGET = Target(900, 0.9)
ZONE = small_settings().zone


@pytest.mark.parametrize("windows", [1, 4, 8])
def test_exponential_times_are_erlangs(windows: int) -> None:
    work = Work(visits=0.7 * windows * HOUR / 400, mean=400, variation=1.0)
    longer = wait_longer_than(600, work.visits / HOUR, 1 / work.mean, windows)
    assert kept_with(work, windows, 600) == pytest.approx(1 - longer)


@given(WORKS)
def test_the_need_is_the_fewest_that_keep_the_target(work: Work) -> None:
    needed = windows_needed(work, TARGET)
    assert kept_with(work, needed, TARGET.seconds) >= TARGET.share
    assert kept_with(work, needed - 1, TARGET.seconds) < TARGET.share


@given(WORKS, st.integers(1, 60))
def test_one_more_window_never_makes_it_worse(work: Work, windows: int) -> None:
    assert kept_with(work, windows + 1, 900) >= kept_with(work, windows, 900)


@given(st.lists(WORKS, min_size=1, max_size=6))
def test_together_needs_no_more_windows_than_apart(works: list[Work]) -> None:
    alike = [Work(work.visits, 400, 1.0) for work in works]
    apart = sum(windows_needed(work, TARGET) for work in alike)
    assert windows_needed(merged(alike), TARGET) <= apart


def test_more_than_the_windows_can_do_keeps_nothing() -> None:
    assert kept_with(Work(60, 400, 0.8), 6, 900) == 0
    assert windows_needed(Work(), TARGET) == 0
    assert kept_with(Work(), 1, 900) == 1


def test_merging_keeps_the_work_and_its_spread() -> None:
    both = merged([Work(10, 300, 0.5), Work(30, 600, 1.0)])
    assert both.visits == 40
    assert both.mean == pytest.approx((10 * 300 + 30 * 600) / 40)
    square = (10 * 300**2 * 1.25 + 30 * 600**2 * 2) / 40
    assert both.variation == pytest.approx(math.sqrt(square / both.mean**2 - 1))


def test_a_profile_gives_its_visitors() -> None:
    for crowd in CROWDS.values():
        demand = demand_of_profile(crowd)
        assert demand.visits == pytest.approx(crowd.visitors)
        assert crowd_of(demand, crowd).visitors == crowd.visitors


def test_who_comes_while_the_doors_are_shut_is_the_next_hours_work() -> None:
    demand = Demand(
        1, {8: {"tax": Work(5, 300)}, 9: {"tax": Work(7, 600)}, 18: {"tax": Work(1, 300)}}
    )
    shifted = in_sessions(demand, small_settings().hours.weekday)
    assert {hour: works["tax"].visits for hour, works in shifted.hours.items()} == {9: 12, 18: 1}


def _past(days: int, each_day: int, stay: float) -> list[PastVisit]:
    """Every day at 9:30 some people for tax, each at a window for `stay` seconds."""
    visits = []
    for day in range(days):
        on = date(2026, 3, 2) + timedelta(days=day)
        issued = datetime(2026, 3, 2, 1, 30, tzinfo=UTC) + timedelta(days=day)
        visits += [PastVisit(on, "tax", issued, stay) for _each in range(each_day)]
    return visits


def test_the_past_is_averaged_over_its_last_days() -> None:
    visits = [*_past(5, 40, 300), *_past(2, 20, 300)]
    visits.append(PastVisit(date(2026, 3, 6), "police", visits[0].issued_at, None))
    demand = demand_of_past(visits, ZONE, CROWDS["town"], most_days=2)
    assert demand.days == 2
    work = demand.hours[9]["tax"]
    assert work.visits == 40
    assert work.mean == pytest.approx(300)
    assert demand.hours[9]["police"].visits == 0.5


def test_few_visits_lean_on_the_profile_and_forgotten_ones_teach_nothing() -> None:
    prior = CROWDS["town"].business["tax"].mean
    few = demand_of_past(_past(1, 3, 60), ZONE, CROWDS["town"]).hours[9]["tax"]
    assert 60 < few.mean < prior
    forgotten = [*_past(1, 60, 300), *_past(1, 60, 9 * HOUR)]
    learnt = demand_of_past(forgotten, ZONE, CROWDS["town"]).hours[9]["tax"]
    assert learnt.mean == pytest.approx(300)


def test_nothing_happened_yet() -> None:
    demand = demand_of_past([], ZONE, CROWDS["town"])
    assert (demand.days, demand.visits) == (0, 0)
    assert staffing(demand, TARGET, 8) == []
