"""The three disciplines between heads, and which heads a window may call: pure functions, by tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from tests.halls import MORNING
from yichuang.config import DispatchSettings, RateSettings
from yichuang.queue.dispatch import (
    Accumulating,
    Alternating,
    Duty,
    FirstCome,
    Head,
    Turn,
    contenders,
    policy_for,
)
from yichuang.queue.dispatch.eligible import HelpCause
from yichuang.queue.ticket import PriorityClass

PINNED, TRANSFERRED, PRIORITY, APPOINTMENT, ORDINARY = PriorityClass
NOW = MORNING + timedelta(hours=1)
DUTY = Duty(1, ("tax", "social"), ("police",), ("",), ("",))


def head(
    place: int,
    waited: float,
    priority_class: PriorityClass = ORDINARY,
    category: str = "tax",
    target: int | None = None,
) -> Head:
    """A head that has waited so many minutes."""
    since = NOW - timedelta(minutes=waited)
    number = f"A{place:03d}"
    return Head(place, number, category, priority_class, target, since, place, place)


FIFO = [
    ([head(5, 10), head(2, 20, category="social")], 2),
    ([head(5, 10, PRIORITY), head(2, 20)], 2),
    ([head(5, 10), head(2, 10, PRIORITY), head(9, 10, APPOINTMENT)], 2),
    ([head(1, 50), head(9, 1, PINNED)], 9),
    ([head(1, 50), head(9, 1, PINNED), head(8, 2, PINNED, "social")], 8),
    ([head(1, 50), head(9, 1, TRANSFERRED, target=1)], 9),
    ([head(1, 50), head(9, 1, TRANSFERRED)], 1),
    ([head(1, 50), head(9, 1, ORDINARY, target=1)], 1),
    ([head(1, 50, TRANSFERRED, target=1), head(9, 1, PINNED)], 9),
]


@pytest.mark.parametrize(("heads", "chosen"), FIFO)
def test_first_come(heads: list[Head], chosen: int) -> None:
    for order in permutations(heads):
        assert FirstCome().choose(order, Turn(NOW)).head.id == chosen


F, N = PRIORITY, ORDINARY
BOTH = [head(5, 30), head(9, 1, PRIORITY)]
ALTERNATING = [
    (BOTH, [], 9),
    (BOTH, [F], 9),
    (BOTH, [N, F, F], 9),
    (BOTH, [F, N, F], 9),
    (BOTH, [F, F], 5),
    (BOTH, [TRANSFERRED, PINNED], 5),
    (BOTH, [F, F, N], 5),
    ([head(5, 1, category="social"), head(4, 2), head(1, 9, PRIORITY)], [F, F], 4),
    ([head(9, 1, PRIORITY), head(8, 50, APPOINTMENT)], [F, F], 8),
    ([head(9, 50, PRIORITY), head(8, 1, APPOINTMENT), head(1, 60)], [F], 9),
    ([head(9, 1, PRIORITY), head(8, 2, APPOINTMENT), head(1, 60)], [F], 8),
    ([head(9, 5, PRIORITY), head(8, 5, APPOINTMENT)], [], 8),
    ([head(9, 1, PRIORITY), head(8, 2, TRANSFERRED)], [], 8),
    ([head(9, 1, PRIORITY), head(8, 2, PRIORITY, "social")], [], 8),
    ([head(9, 1, PRIORITY), head(8, 1, TRANSFERRED), head(1, 60)], [N], 8),
    ([head(9, 1, PINNED), head(8, 60, TRANSFERRED), head(1, 60)], [F], 9),
    ([head(9, 1, PINNED), head(1, 60)], [F, F], 1),
    ([head(9, 1, TRANSFERRED, target=1), head(1, 60)], [F, F], 1),
    ([head(9, 1, TRANSFERRED, target=1), head(8, 3, PRIORITY), head(1, 60)], [F], 9),
    ([head(3, 1), head(2, 4, category="social")], [F, F], 2),
]


@pytest.mark.parametrize(("heads", "recent", "chosen"), ALTERNATING)
def test_alternating(heads: list[Head], recent: list[PriorityClass], chosen: int) -> None:
    policy = Alternating(2)
    assert policy.looks_back == 2
    for order in permutations(heads):
        assert policy.choose(order, Turn(NOW, recent)).head.id == chosen


ACCUMULATING = [
    ([head(5, 10), head(9, 2, PRIORITY)], 5),  # 10 against 8
    ([head(5, 10), head(9, 3, PRIORITY)], 9),  # 10 against 12
    ([head(5, 12), head(9, 3, PRIORITY)], 9),  # equal: the front class
    ([head(5, 12), head(9, 5, APPOINTMENT)], 5),  # 12 against 10
    ([head(5, 12), head(9, 6.1, APPOINTMENT)], 9),
    ([head(5, 12), head(9, 2.1, TRANSFERRED)], 9),  # 12.6
    ([head(5, 3, PRIORITY), head(4, 3, PRIORITY, "social")], 4),
    ([head(5, 60), head(9, 0, PINNED)], 9),
    ([head(5, 60), head(9, 0, TRANSFERRED, target=1)], 9),
    ([head(5, 60), head(9, 0, PRIORITY, target=1)], 5),
    ([head(5, -30), head(4, -60)], 5),  # a clock that went back: nobody has waited, arrival decides
]


@pytest.mark.parametrize(("heads", "chosen"), ACCUMULATING)
def test_accumulating(heads: list[Head], chosen: int) -> None:
    for order in permutations(heads):
        assert Accumulating(RateSettings()).choose(order, Turn(NOW)).head.id == chosen


@pytest.mark.parametrize("policy", [FirstCome(), Alternating(2), Accumulating(RateSettings())])
def test_a_window_for_servicemen_puts_the_green_channel_first(
    policy: FirstCome | Alternating | Accumulating,
) -> None:
    """F02; but not before a pin or who returns, and under `alternating` not for ever."""
    heads = [head(1, 60), head(2, 40, TRANSFERRED), head(9, 1, PRIORITY)]
    assert policy.choose(heads, Turn(NOW, (), is_green=True)).head.id == 9
    for front in (head(8, 0, PINNED), head(8, 0, TRANSFERRED, target=1)):
        assert policy.choose([*heads, front], Turn(NOW, (), is_green=True)).head.id == 8


def test_the_policy_is_the_halls_choice() -> None:
    assert isinstance(policy_for(DispatchSettings()), Accumulating)
    assert isinstance(policy_for(DispatchSettings(policy="fifo")), FirstCome)
    alternating = policy_for(DispatchSettings(policy="alternating", front_calls=5))
    assert isinstance(alternating, Alternating)
    assert alternating.looks_back == 5


class Lengths:
    """How many wait in each category, and what was asked about them."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.asked: list[tuple[list[str], int]] = []

    def __call__(self, codes: Sequence[str], limit: int, now: datetime) -> Mapping[str, int]:
        """Answer, and remember the question."""
        assert now == NOW
        self.asked.append((list(codes), limit))
        return {code: min(self.counts.get(code, 0), limit) for code in codes}


OWN, HELP, MINE = head(1, 1), head(7, 2, category="police"), head(3, 1, category="far", target=1)
LATE = head(8, 15, PRIORITY, "police")
CONTENDERS = [
    # heads, how many wait for police, who contends, why help does
    ([OWN], 99, {1}, {}),
    ([OWN, MINE], 99, {1, 3}, {}),
    ([HELP], 1, {7}, {"police": HelpCause.OWN_EMPTY}),
    ([HELP, MINE], 1, {3}, {}),
    ([HELP, MINE], 11, {3, 7}, {"police": HelpCause.LONG}),
    ([OWN, HELP], 10, {1}, {}),
    ([OWN, HELP], 11, {1, 7}, {"police": HelpCause.LONG}),
    ([OWN, LATE], 1, {1, 8}, {"police": HelpCause.WAITED}),
    ([OWN, HELP, LATE], 1, {1, 7, 8}, {"police": HelpCause.WAITED}),
    ([OWN, head(8, 14.9, category="police")], 1, {1}, {}),
]


@pytest.mark.parametrize(("heads", "waiting", "ids", "causes"), CONTENDERS)
def test_own_before_help(
    heads: list[Head], waiting: int, ids: set[int], causes: dict[str, HelpCause]
) -> None:
    """Requirements 4.9: help when the own lines are empty, or theirs is longer than 10 or 15 minutes old."""
    lengths = Lengths(police=waiting)
    found, why = contenders(heads, DUTY, NOW, DispatchSettings(), lengths)
    assert {each.id for each in found} == ids
    assert dict(why) == causes
    # Counting is asked for only when the answer matters, and no further than it matters.
    helping = [each for each in heads if each.category == "police"]
    matters = 0 < len(helping) < len(heads) and LATE not in heads
    assert lengths.asked == ([(["police"], 11)] if matters else [])


def test_help_rules_are_the_halls_choice() -> None:
    choose = DispatchSettings(help_longer_than=0, help_after_minutes=0)
    found, why = contenders([OWN, HELP], DUTY, NOW, choose, Lengths(police=1))
    assert (len(found), dict(why)) == (2, {"police": HelpCause.WAITED})
    choose = DispatchSettings(help_longer_than=0, help_after_minutes=600)
    found, why = contenders([OWN, HELP], DUTY, NOW, choose, Lengths(police=1))
    assert (len(found), dict(why)) == (2, {"police": HelpCause.LONG})
