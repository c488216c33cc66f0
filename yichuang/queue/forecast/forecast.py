"""What the rolls say, as waits: of every waiting ticket, and of a newcomer in every line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.queue.forecast.learning import Learnt
from yichuang.queue.forecast.roll import give_way, roll_forward
from yichuang.queue.forecast.scene import Comer, Scene, look_around
from yichuang.queue.forecast.sight import Sight
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass
from yichuang.queue.wait import Wait

_ENOUGH = 4
"""So many ahead tell how fast the line moves."""


_DOUBT = 1.03
"""From the mean of a step to what nine in ten do not exceed, as a part of the mean: 1.28 standard deviations
of four fifths each, the spread of times at a window."""


class Curve(NamedTuple):
    """How long a newcomer of one line waits, by how many are ahead."""

    points: Sequence[tuple[int, Wait]]
    """(how many are ahead, the wait), the number ahead rising, the waits never falling."""
    step: float
    """Seconds for each one more than in the last point."""
    behind: int = 0
    """How many more than in the last point were ahead of a newcomer when the forecast was made."""

    def at(self, ahead: int) -> Wait:
        """The wait with so many ahead."""
        last_ahead, last = self.points[-1]
        if ahead == last_ahead:
            return last
        if ahead > last_ahead:
            return self._beyond(last, ahead - last_ahead)
        below = (0, Wait(0.0, 0.0, 0.0))
        for point in self.points:
            if point[0] >= ahead:
                return _between(below, point, ahead)
            below = point
        return last

    def _beyond(self, last: Wait, more: int) -> Wait:
        """The wait behind the last point: each one more adds a step, and the doubt of one."""
        median = last.median + more * self.step
        spread = math.hypot(last.spread, _DOUBT * self.step * math.sqrt(more))
        width = (last.high - last.median) / last.spread if last.spread else 1.0
        return Wait(median, median + width * spread, spread)


def _between(below: tuple[int, Wait], above: tuple[int, Wait], ahead: int) -> Wait:
    span = above[0] - below[0]
    part = (ahead - below[0]) / span if span else 1.0
    first, second = below[1], above[1]
    return Wait(
        first.median + part * (second.median - first.median),
        first.high + part * (second.high - first.high),
        first.spread + part * (second.spread - first.spread),
    )


class Forecast:
    """The expected waits of one moment."""

    def __init__(
        self,
        at: datetime,
        waiting: int,
        waits: Mapping[int, Wait],
        curves: Mapping[tuple[str, PriorityClass, str], Curve],
    ) -> None:
        self.at = at
        """When it was made, by the hall's time."""
        self.waiting = waiting
        """How many waited."""
        self.waits = waits
        """By ticket id, counted from `at`. Missing: a ticket that no window will call today, one whose slot
        is far away, and one behind the `sight.LIMIT` first."""
        self._curves = curves

    def newcomer(
        self,
        category: str,
        priority_class: PriorityClass = PriorityClass.ORDINARY,
        ahead: int | None = None,
        need: str = "",
        more: int = 0,
    ) -> Wait | None:
        """The wait of somebody who takes a number now, with so many ahead as their ticket says.

        Without `ahead`, as many as there were at `at`, and `more`. None when no window serves that.
        """
        curve = self._curves.get((category, priority_class, need))
        if curve is None:
            return None
        if ahead is None:
            ahead = curve.points[-1][0] + curve.behind + more
        return curve.at(ahead)

    def line(self, category: str) -> Wait | None:
        """The wait of an ordinary newcomer."""
        return self.newcomer(category)

    def ticket(self, ticket_id: int, now: datetime) -> Wait | None:
        """What a waiting ticket still has to wait from `now` on, by a forecast that is some seconds old."""
        found = self.waits.get(ticket_id)
        if found is None:
            return None
        past = elapsed(self.at, now).total_seconds()
        return Wait(max(found.median - past, 0.0), max(found.high - past, 0.0), found.spread)


def foresee(
    sight: Sight, rules: HallRules, learnt: Learnt, between: Callable[[], None] = give_way
) -> Forecast:
    """The hall as it was seen, rolled forward; `between` as in `roll_forward`."""
    scene = look_around(sight, rules, learnt)
    samples = roll_forward(scene, rules, learnt, between)
    waits: dict[int, Wait] = {}
    points: dict[tuple[str, PriorityClass, str], list[tuple[int, Wait]]] = {}
    curves: dict[tuple[str, PriorityClass, str], Curve] = {}
    for comer, times in zip(scene.comers, samples, strict=True):
        wait = _wait(times, learnt.width)
        if wait is None:
            continue
        if comer.head.id > 0:
            waits[comer.head.id] = wait
        if len(comer.line) != 3:
            continue
        line = points.setdefault(comer.line, [])
        if comer.due == 0:
            line.append((comer.ahead, wait))
        if comer.head.id < 0:
            step = _step(scene, learnt, comer, wait)
            curves[comer.line] = Curve(_rising(line, learnt.width), step, comer.behind)
    return Forecast(scene.at, scene.tickets + scene.behind, waits, curves)


def _wait(times: Sequence[float], width: float) -> Wait | None:
    """The median and the 90 % figure; None where the roll did not come to it."""
    ranked = sorted(times)
    median = _quantile(ranked, 0.5)
    if math.isinf(median):
        return None
    high = _quantile(ranked, 0.9)
    spread = (2 * median if math.isinf(high) else high) - median
    return Wait(median, median + width * spread, spread)


def _quantile(ranked: Sequence[float], part: float) -> float:
    """Between the two middle ones of the sample (Hyndman and Fan 1996, definition 8)."""
    place = part * (len(ranked) + 1 / 3) - 2 / 3
    below = min(max(int(place), 0), len(ranked) - 1)
    above = min(below + 1, len(ranked) - 1)
    inside = min(max(place - below, 0.0), 1.0)
    if ranked[above] == ranked[below]:
        return ranked[below]
    return ranked[below] + inside * (ranked[above] - ranked[below])


def _rising(points: Sequence[tuple[int, Wait]], width: float) -> list[tuple[int, Wait]]:
    """One point for each number ahead, each wait at least as long as the one before."""
    found: list[tuple[int, Wait]] = []
    longest = Wait(0.0, 0.0)
    for ahead, wait in points:
        median, high = max(wait.median, longest.median), max(wait.high, longest.high)
        longest = Wait(median, high, (high - median) / width)
        if found and found[-1][0] >= ahead:
            ahead = found.pop()[0]
        found.append((ahead, longest))
    return found


def _step(scene: Scene, learnt: Learnt, newcomer: Comer, wait: Wait) -> float:
    """How much longer one more ahead makes the wait: as the line before did, else by its own windows."""
    if newcomer.ahead >= _ENOUGH:
        return wait.median / newcomer.ahead
    code = newcomer.head.category
    own = sum(code in post.duty.own for post in scene.posts)
    helping = sum(code in post.duty.helps for post in scene.posts)
    return learnt.categories[code].mean / max(own or helping, 1)
