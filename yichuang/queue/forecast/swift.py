"""Who is next, without the reasons: what `dispatch` decides, on plain numbers, for the many calls of a roll.

One forecast decides some thousand times who is next. The rules of `yichuang.queue.dispatch` also say why, on
aware times, which takes several times as long. What stands here must give the same answers for the same
heads; tests hold it to them. A policy that is not known here is asked itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from yichuang.config import DispatchSettings
from yichuang.queue.dispatch import (
    Accumulating,
    Alternating,
    DispatchPolicy,
    FirstCome,
    Head,
    Turn,
)
from yichuang.queue.ticket import PriorityClass

PINNED, TRANSFERRED, PRIORITY, ORDINARY = (
    PriorityClass.PINNED.rank,
    PriorityClass.TRANSFERRED.rank,
    PriorityClass.PRIORITY.rank,
    PriorityClass.ORDINARY.rank,
)
_CLASSES = tuple(PriorityClass)


class Guest(NamedTuple):
    """Somebody in line. Guests compare as first come, first served."""

    since: float
    """From when on they count as waiting, in seconds from the roll's beginning."""
    order: int
    entry: int
    rank: int
    """The rank of the class."""
    place: int
    """Which of the scene's comers it is; -1 for those who come later."""
    category: str
    target: int | None
    """The only window that may call it."""
    stays: Sequence[float] | None
    """How long a window has it, by replication; None for who is only asked about."""


class Asking(NamedTuple):
    """The window that is about to call."""

    now: float
    """Seconds from the roll's beginning."""
    recent: Sequence[PriorityClass]
    is_green: bool


Pick = Callable[[Sequence[Guest], Asking], Guest]


def pick_for(policy: DispatchPolicy, start: datetime) -> Pick:
    """The policy's choice between two heads or more; `start` is the roll's beginning."""
    if type(policy) is FirstCome:
        return _first_come
    if type(policy) is Accumulating:
        return _accumulating(policy)
    if type(policy) is Alternating:
        return _alternating(policy)
    return _asked_itself(policy, start)


def _set_apart(heads: Sequence[Guest], asking: Asking) -> Guest | None:
    in_front = [head for head in heads if head.rank <= TRANSFERRED]
    if in_front:
        pinned = [head for head in in_front if head.rank == PINNED]
        if pinned:
            return min(pinned)
        returned = [head for head in in_front if head.target is not None]
        if returned:
            return min(returned)
    if asking.is_green:
        green = [head for head in heads if head.rank == PRIORITY]
        return min(green) if green else None
    return None


def _first_come(heads: Sequence[Guest], asking: Asking) -> Guest:
    return _set_apart(heads, asking) or min(heads)


def _accumulating(policy: Accumulating) -> Pick:
    rates = [policy.rate(each) for each in _CLASSES]

    def pick(heads: Sequence[Guest], asking: Asking) -> Guest:
        found = _set_apart(heads, asking)
        if found is not None:
            return found
        now, best, most = asking.now, heads[0], -1.0
        for head in heads:
            waited = now - head.since
            gathered = rates[head.rank] * waited if waited > 0.0 else 0.0
            if gathered > most or (
                gathered == most and (head.rank, *head[:3]) < (best.rank, *best[:3])
            ):
                best, most = head, gathered
        return best

    return pick


def _alternating(policy: Alternating) -> Pick:
    front_calls = policy.looks_back

    def pick(heads: Sequence[Guest], asking: Asking) -> Guest:
        ordinary = [head for head in heads if head.rank == ORDINARY]
        recent = asking.recent
        is_turn = len(recent) >= front_calls and PriorityClass.ORDINARY not in recent
        if ordinary and (is_turn or len(ordinary) == len(heads)):
            return min(ordinary)
        found = _set_apart(heads, asking)
        if found is not None:
            return found
        return min(head for head in heads if head.rank != ORDINARY)

    return pick


def _asked_itself(policy: DispatchPolicy, start: datetime) -> Pick:
    def pick(heads: Sequence[Guest], asking: Asking) -> Guest:
        asked = [as_head(head, number, start) for number, head in enumerate(heads)]
        turn = Turn(start + timedelta(seconds=asking.now), asking.recent, asking.is_green)
        return heads[policy.choose(asked, turn).head.id]

    return pick


def as_head(guest: Guest, number: int, start: datetime) -> Head:
    """The guest as the rules of dispatch see it, with `number` for its id."""
    return Head(
        id=number,
        number="",
        category=guest.category,
        priority_class=_CLASSES[guest.rank],
        target_window=guest.target,
        since=start + timedelta(seconds=guest.since),
        line_order=guest.order,
        line_entry=guest.entry,
    )


def helped(
    heads: Sequence[Guest], settings: DispatchSettings, now: float, lengths: Mapping[str, int]
) -> list[Guest]:
    """Those heads of help lines that count beside own ones (`dispatch.contenders`)."""
    late = 60.0 * settings.help_after_minutes or -math.inf
    longest = settings.help_longer_than
    codes = {
        head.category
        for head in heads
        if now - head.since >= late or lengths[head.category] > longest
    }
    return [head for head in heads if head.category in codes] if codes else []
