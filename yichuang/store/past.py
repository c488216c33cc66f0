"""Visits put together from their calls: a ticket that is called again is no further visitor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from yichuang.queue.ports import PastVisit


class PastCall(NamedTuple):
    """A call of the past, or with no `called_at` a ticket that may have had none."""

    ticket: int
    """The ticket's id."""
    on: date
    category: str
    issued_at: datetime
    called_at: datetime | None = None
    ended_at: datetime | None = None


def visits_of(calls: Iterable[PastCall], tickets: Iterable[PastCall]) -> list[PastVisit]:
    """One visit for each ticket and category that was called, then one for each ticket that never was.

    Who was put aside, or missed a call and came back, is one visitor; who was sent on to another category is
    work there, too. A call that has not ended adds no time.
    """
    found: dict[tuple[int, str], PastVisit] = {}
    called = set()
    for call in calls:
        called.add(call.ticket)
        key = (call.ticket, call.category)
        before = found.get(key) or PastVisit(call.on, call.category, call.issued_at, None)
        found[key] = before._replace(seconds=_sum(before.seconds, _seconds(call)))
    never = (
        PastVisit(each.on, each.category, each.issued_at, None)
        for each in tickets
        if each.ticket not in called
    )
    return [*found.values(), *never]


def _seconds(call: PastCall) -> float | None:
    if call.called_at is None or call.ended_at is None:
        return None
    return (call.ended_at - call.called_at).total_seconds()


def _sum(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
