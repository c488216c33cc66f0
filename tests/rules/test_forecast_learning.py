"""What forecasts learn: a prior first, each level leaning on the one above, robustly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

import pytest

from yichuang.config import ForecastSettings
from yichuang.queue.forecast.learning import GRID, Learnt, Stay, calibrated_width, learn
from yichuang.queue.ports import EndedCall, Told
from yichuang.queue.ticket import PriorityClass

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = 60.0
CODES = ("tax", "police")
GAP = 5.0
"""Between two calls, as long as nothing is known."""

_numbers = count(1)


def call(
    seconds: float,
    *,
    category: str = "tax",
    item: str | None = None,
    at: datetime = NINE,
    window: int = 1,
    waited: float = 0.0,
    ticket: int | None = None,
    priority_class: PriorityClass = PriorityClass.ORDINARY,
) -> EndedCall:
    """A call that lasted so long."""
    since = at - timedelta(seconds=waited)
    end = at + timedelta(seconds=seconds)
    number = next(_numbers) if ticket is None else ticket
    return EndedCall(number, window, category, item, priority_class, since, at, end)


def apart(times: list[float], item: str | None = None) -> list[EndedCall]:
    """Calls of such lengths, an hour apart: no gap between two is learnt from. The newest first."""
    return [
        call(seconds, item=item, at=NINE + place * timedelta(hours=1))
        for place, seconds in enumerate(times)
    ][::-1]


def learnt(calls: list[EndedCall], settings: ForecastSettings | None = None) -> Learnt:
    """What the calls teach."""
    return learn(settings or ForecastSettings(), CODES, ZONE, calls)


def test_a_new_hall_supposes_what_its_settings_say() -> None:
    settings = ForecastSettings(minutes=10.0, categories={"police": 4.0})
    found = learnt([], settings)
    assert found.calls == 0
    assert found.stay("tax", None).mean == pytest.approx(10 * MINUTE + GAP)
    assert found.stay("police", "P1").mean == pytest.approx(4 * MINUTE + GAP)
    assert not found.pattern
    assert found.width == 1.0


def test_ten_calls_teach_already_and_many_teach_all() -> None:
    few, many = learnt(apart([120.0] * 10)), learnt(apart([120.0] * 500))
    assert few.stay("tax", None).mean < 0.6 * 8 * MINUTE
    assert many.stay("tax", None).mean == pytest.approx(120.0 + GAP, rel=0.03)
    assert many.doubt < few.doubt < learnt([]).doubt


def test_a_category_without_calls_leans_on_the_pace_of_the_hall() -> None:
    found = learnt(apart([240.0] * 200))
    assert found.stay("police", None).mean == pytest.approx(4 * MINUTE, rel=0.1)


def test_an_item_leans_on_its_category_until_it_is_known() -> None:
    usual = apart([300.0] * 100)
    once = learnt([*usual, *apart([1200.0], item="long")])
    often = learnt([*usual, *apart([1200.0] * 100, item="long")])
    assert once.stay("tax", "long").mean < 500
    assert 950 < often.stay("tax", "long").mean < 1205
    assert often.stay("tax", "unheard of") is often.stay("tax", None)


def test_what_was_forgotten_to_be_ended_teaches_little() -> None:
    plain = learnt(apart([300.0] * 50)).stay("tax", None).mean
    odd = apart([300.0] * 50) + apart([3.9 * 3600, 9 * 3600, 30 * 3600.0])
    assert learnt(odd).stay("tax", None).mean == pytest.approx(plain, rel=0.1)


def test_the_spread_is_learnt_too() -> None:
    random = Random(1)
    even = learnt(apart([300.0 + place % 2 for place in range(800)])).stay("tax", None)
    wide = learnt(apart([300 * random.lognormvariate(-0.5, 1.0) for _ in range(800)]))
    assert even.values[GRID * 9 // 10] < 1.15 * even.mean
    assert wide.stay("tax", None).values[GRID * 9 // 10] > 1.8 * 300


def test_values_are_ascending_and_have_the_mean() -> None:
    stay = learnt(apart([60.0, 90.0, 400.0, 1000.0, 240.0] * 9)).stay("tax", None)
    assert stay.values == sorted(stay.values)
    assert sum(stay.values) / GRID == pytest.approx(stay.mean)
    assert sum(stay.sampled(24)) / 24 == pytest.approx(stay.mean)


def test_what_has_lasted_long_lasts_longer_but_what_is_left_is_never_negative() -> None:
    stay = learnt([]).stay("tax", None)
    at_once = stay.residuals(0.0, 24)
    assert sum(at_once) / 24 == pytest.approx(stay.mean)
    for elapsed in (300.0, 600.0, 3600.0, 36000.0):
        left = stay.residuals(elapsed, 24)
        assert len(left) == 24
        assert min(left) >= 0
        assert elapsed + sum(left) / 24 > 1.02 * stay.mean


def test_the_gap_to_the_next_call_counts_only_when_somebody_waited() -> None:
    def calls(waited: float) -> list[EndedCall]:
        step = timedelta(seconds=400)
        return [call(300.0, at=NINE + place * step, waited=waited) for place in range(200)][::-1]

    assert learnt(calls(1000.0)).stay("tax", None).mean == pytest.approx(395, rel=0.05)
    assert learnt(calls(10.0)).stay("tax", None).mean == pytest.approx(300 + GAP, rel=0.05)


def test_who_comes_back_is_counted_for_each_who_came() -> None:
    first = apart([300.0] * 490)
    back = [
        call(60.0, ticket=each.ticket, priority_class=PriorityClass.TRANSFERRED)
        for each in first[:50]
    ]
    found = learnt(back + first)
    assert found.returning["tax"] == pytest.approx(0.1)
    assert found.shares == {("tax", PriorityClass.ORDINARY): 490}


def test_the_pattern_of_the_day_is_that_of_whole_days() -> None:
    days = [NINE + day * timedelta(days=1) for day in range(3)]
    calls = [
        call(60.0, at=day + timedelta(minutes=minute)) for day in days for minute in range(60)
    ][::-1]
    pattern = learnt(calls).pattern
    assert len(pattern) == 96
    assert sum(pattern) * 900 == pytest.approx(60), "two of the days are over"
    assert pattern[4 * 9 + 1] == pytest.approx(1 / 60)
    assert pattern[4 * 8] == 0
    assert not learnt(calls[:60]).pattern, "today is not a whole day"


def test_a_day_that_was_cut_off_is_none() -> None:
    calls = [
        call(60.0, at=NINE + day * timedelta(days=1) + timedelta(minutes=minute))
        for day in range(3)
        for minute in range(60)
    ][::-1]
    found = learn(ForecastSettings(calls=130), CODES, ZONE, calls[:130])
    assert sum(found.pattern) * 900 == pytest.approx(60)
    assert not list(learn(ForecastSettings(calls=60), CODES, ZONE, calls[:60]).pattern)


def test_the_ninety_per_cent_figure_follows_what_came_true() -> None:
    assert calibrated_width([]) == 1.0
    right = [Told(600.0, 300.0, 300.0 + 6 * each) for each in range(111)]
    assert calibrated_width(right) == pytest.approx(1.0, abs=0.05)
    longer = [told._replace(waited=told.waited + 300) for told in right]
    assert 1.4 < calibrated_width(longer) < 2.0
    assert calibrated_width(longer[:3]) < 1.2, "three cases are no proof"
    assert calibrated_width([Told(0.0, 0.0, 500.0)] * 90) == 1.0, "no spread was told"
    shorter = [told._replace(waited=0.0) for told in right]
    assert calibrated_width(shorter * 20) >= 0.6


def test_a_stay_keeps_its_gap() -> None:
    stay = Stay(100.0, [1.0] * GRID, 7.0)
    assert stay.mean == 107.0
    assert set(stay.values) == {107.0}
