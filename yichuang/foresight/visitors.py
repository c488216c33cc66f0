"""The visitors of one simulated day, drawn before it begins: every policy meets the very same people."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

from yichuang.foresight.crowd import HOUR, SESSIONS, Crowd, Habits
from yichuang.queue.ticket import PriorityClass

NEVER = 0
"""The call at which someone comes who does not come."""


class Visitor(NamedTuple):
    """One person's day, as if it were written beforehand. Times are in seconds."""

    arrives: float
    """After midnight."""
    category: str
    priority_class: PriorityClass
    service: float
    """At the window."""
    walk: float = 0.0
    """From the call to the window."""
    comes_at: int = 1
    """The call, recalls counted, at which they set out; `NEVER` when they miss all."""
    away: float = 0.0
    """How long they are gone when put aside, or until they ask for a missed number."""
    returns: bool = False
    """Whether they ask for a missed number."""
    held_after: float | None = None
    """The part of the service after which they are put aside; None for most."""
    sent_to: str | None = None
    """The category that they are sent on to afterwards; None for most."""
    second_service: float = 0.0
    """The time at the window there."""
    slot: float | None = None
    """The start of their appointment, after midnight."""


_SLOTS = tuple(
    start + half_hour * HOUR / 2
    for start, end in SESSIONS
    for half_hour in range(int((end - start) / (HOUR / 2)))
)


class _Streams:
    """One stream of chance per purpose, so that a change of one share leaves all else as it was."""

    def __init__(self, seed: int | str) -> None:
        root = Random(f"yichuang:{seed}")

        def stream() -> Random:
            return Random(root.getrandbits(64))

        self.arrival = stream()
        self.category = stream()
        self.priority = stream()
        self.service = stream()
        self.walk = stream()
        self.missing = stream()
        self.hold = stream()
        self.transfer = stream()


def draw_visitors(crowd: Crowd, count: int, seed: int | str, pace: float = 1.0) -> list[Visitor]:
    """`count` visitors of one day, in order of arrival; `pace` scales all times at the window.

    Arrivals are an inhomogeneous Poisson process given that `count` come: independent draws from the
    day's pattern, sorted.
    """
    streams = _Streams(seed)
    arrivals = _arrivals(crowd.pattern, count, streams.arrival)
    codes = list(crowd.business)
    shares = [crowd.business[code].share for code in codes]
    categories = streams.category.choices(codes, shares, k=count)
    return [
        _visitor(crowd, arrives, category, streams, pace)
        for arrives, category in zip(arrivals, categories, strict=True)
    ]


def _visitor(
    crowd: Crowd, arrives: float, category: str, streams: _Streams, pace: float
) -> Visitor:
    """Every visitor takes the same number of draws from each stream, whatever they turn out to be."""
    habits = crowd.habits
    serve = _service(crowd, streams.service)
    service, second = serve(category) * pace, serve(category) * pace
    walk = habits.walk * streams.walk.uniform(1 / 3, 5 / 3)
    chance, which, gone, asks = (streams.missing.random() for _each in range(4))
    held, after = streams.hold.random(), streams.hold.uniform(0.2, 0.8)
    sent, target = streams.transfer.random(), streams.transfer.random()
    priority_class = _class(habits, streams.priority.random())
    others = [code for code in crowd.business if code != category]
    misses = chance < habits.no_show
    comes_at = 1
    if misses:
        comes_at = NEVER
    elif chance < habits.no_show + habits.late:
        comes_at = 2 if which < 0.7 else 3
    is_booked = priority_class is PriorityClass.APPOINTMENT
    return Visitor(
        arrives=arrives,
        category=category,
        priority_class=priority_class,
        service=service,
        walk=walk,
        comes_at=comes_at,
        away=-habits.away * math.log(1 - gone),
        returns=misses and asks < habits.returns,
        held_after=after if held < habits.hold and not misses else None,
        sent_to=others[int(target * len(others))] if others and sent < habits.transfer else None,
        second_service=second,
        slot=_slot(arrives) if is_booked else None,
    )


def _class(habits: Habits, chance: float) -> PriorityClass:
    if chance < habits.priority:
        return PriorityClass.PRIORITY
    if chance < habits.priority + habits.appointment:
        return PriorityClass.APPOINTMENT
    return PriorityClass.ORDINARY


def _slot(arrives: float) -> float:
    """The half hour of the sessions that begins nearest: people come a little early or a little late."""
    return min(_SLOTS, key=lambda slot: abs(slot - arrives))


def _service(crowd: Crowd, stream: Random) -> Callable[[str], float]:
    """Draws a time at the window for a category."""
    if crowd.spread == "exponential":
        return lambda category: stream.expovariate(1 / crowd.business[category].mean)

    def draw(category: str) -> float:
        business = crowd.business[category]
        scale = math.log1p(business.variation**2)
        return stream.lognormvariate(math.log(business.mean) - scale / 2, math.sqrt(scale))

    return draw


def _arrivals(pattern: Sequence[tuple[float, float]], count: int, stream: Random) -> list[float]:
    """Sorted times after midnight, drawn from a density that is constant between the pattern's hours."""
    hours = [hour for hour, _rate in pattern]
    spans = [later - hour for hour, later in pairwise(hours)]
    weights = [rate * span for (_hour, rate), span in zip(pattern, spans, strict=False)]
    ends = list(accumulate(weights))

    def draw() -> float:
        mark = stream.random() * ends[-1]
        at = min(bisect_right(ends, mark), len(spans) - 1)
        inside = 1 - (ends[at] - mark) / weights[at] if weights[at] else 0.0
        return (hours[at] + inside * spans[at]) * HOUR

    return sorted(draw() for _each in range(count))
