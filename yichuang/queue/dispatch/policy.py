"""The three disciplines between lines. Inside a line the order is always strict (A05)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from yichuang.config import DispatchSettings, RateSettings
from yichuang.queue.dispatch.head import Choice, Head, Turn, waited
from yichuang.queue.ticket import PriorityClass


class DispatchPolicy(Protocol):
    """A discipline between the heads of a window's lines."""

    @property
    def looks_back(self) -> int:
        """How many of the window's last calls it wants to know."""
        ...

    def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
        """The next one of the heads, of which there is at least one."""
        ...


class FirstCome:
    """First come, first served, over all classes; only a pin and a ticket that returns go before."""

    looks_back = 0

    def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
        """The head that has waited longest."""
        found = _set_apart(heads, turn)
        if found is not None:
            return found
        return Choice(min(heads, key=_arrival), {"policy": "fifo"})


class Alternating:
    """After `front_calls` calls from the front classes the window calls one ordinary ticket.

    The first of the ordinary heads never sees more than `front_calls` of them go before it at its window,
    pins and returning tickets counted (requirements 4.4: halls were asked for a ratio; 2:1 is ours). Inside
    the front and inside the ordinary, who came first goes first.
    """

    def __init__(self, front_calls: int) -> None:
        self._front_calls = front_calls

    @property
    def looks_back(self) -> int:
        """As many calls as may come from the front in a row."""
        return self._front_calls

    def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
        """The ordinary head when its turn has come, else of the front who came first."""
        ordinary = [head for head in heads if head.priority_class is PriorityClass.ORDINARY]
        in_a_row = _front_in_a_row(turn.recent)
        facts = {"policy": "alternating", "front_calls": self._front_calls, "in_a_row": in_a_row}
        if len(ordinary) == len(heads):
            return Choice(min(ordinary, key=_arrival), {**facts, "among": "ordinary"})
        if ordinary and in_a_row >= self._front_calls:
            return Choice(min(ordinary, key=_arrival), {**facts, "among": "ordinary_turn"})
        found = _set_apart(heads, turn)
        if found is not None:
            return found
        front = [head for head in heads if head.priority_class is not PriorityClass.ORDINARY]
        among = "front_turn" if ordinary else "front"
        return Choice(min(front, key=_arrival), {**facts, "among": among})


class Accumulating:
    """Each class gathers priority in proportion to its wait, at its own rate; the highest goes first.

    The delay-dependent discipline of L. Kleinrock, "A delay dependent queue discipline", Naval Research
    Logistics Quarterly 11 (1964), studied as the accumulating priority queue by D. Stanford, P. Taylor and
    I. Ziedins, Queueing Systems 77 (2014). No class can starve: a waiting ticket overtakes every later
    arrival of a class k times as fast once it has waited k times as long. Pins and returning tickets go
    before; there are few of them, each by a person's act.
    """

    looks_back = 0

    def __init__(self, rates: RateSettings) -> None:
        self._rates = {
            PriorityClass.ORDINARY: rates.ordinary,
            PriorityClass.APPOINTMENT: rates.appointment,
            PriorityClass.PRIORITY: rates.priority,
            PriorityClass.TRANSFERRED: rates.transferred,
            PriorityClass.PINNED: rates.transferred,
        }

    def rate(self, priority_class: PriorityClass) -> float:
        """How fast a class gathers priority, in relation to the others."""
        return self._rates[priority_class]

    def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
        """The head with the highest priority gathered; between equals the front class, then the first."""
        found = _set_apart(heads, turn)
        if found is not None:
            return found
        ranked = sorted(heads, key=self._key(turn.now))[:2]
        facts: dict[str, Any] = {"policy": "accumulating", **self._facts(ranked[0], turn.now)}
        if len(ranked) > 1:
            rival = {"number": ranked[1].number, "class": ranked[1].priority_class.value}
            facts["rival"] = rival | self._facts(ranked[1], turn.now)
        return Choice(ranked[0], facts)

    def _key(self, now: datetime) -> Callable[[Head], tuple[float, int, datetime, int, int]]:
        def key(head: Head) -> tuple[float, int, datetime, int, int]:
            rate = self._rates[head.priority_class]
            return (-rate * waited(head, now).total_seconds(), *_class_then_arrival(head))

        return key

    def _facts(self, head: Head, now: datetime) -> dict[str, Any]:
        seconds = round(waited(head, now).total_seconds())
        return {"seconds": seconds, "rate": self._rates[head.priority_class]}


def policy_for(settings: DispatchSettings) -> DispatchPolicy:
    """The hall's policy."""
    if settings.policy == "fifo":
        return FirstCome()
    if settings.policy == "alternating":
        return Alternating(settings.front_calls)
    return Accumulating(settings.rates)


def _set_apart(heads: Sequence[Head], turn: Turn) -> Choice | None:
    """What goes before in every policy: a pin, a ticket that returns to this window, a green window."""
    pinned = [head for head in heads if head.priority_class is PriorityClass.PINNED]
    if pinned:
        return Choice(min(pinned, key=_arrival), {"policy": "pinned"})
    returned = [
        head
        for head in heads
        if head.target_window is not None and head.priority_class is PriorityClass.TRANSFERRED
    ]
    if returned:
        return Choice(min(returned, key=_arrival), {"policy": "returned"})
    if turn.is_green:
        green = [head for head in heads if head.priority_class is PriorityClass.PRIORITY]
        if green:
            return Choice(min(green, key=_arrival), {"policy": "green_window"})
    return None


def _arrival(head: Head) -> tuple[datetime, int, int]:
    return (head.since, head.line_order, head.line_entry)


def _class_then_arrival(head: Head) -> tuple[int, datetime, int, int]:
    return (head.priority_class.rank, *_arrival(head))


def _front_in_a_row(recent: Iterable[PriorityClass]) -> int:
    count = 0
    for each in recent:
        if each is PriorityClass.ORDINARY:
            break
        count += 1
    return count
