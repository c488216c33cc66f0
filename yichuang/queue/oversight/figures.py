"""Figures of one business date, as the memory counts them. Waits and services are in seconds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from yichuang.queue.rating import Grade


class CategoryFigures(NamedTuple):
    """What happened in one category, by the tickets and calls that count to it now."""

    category: str
    issued: int = 0
    finished: int = 0
    passed: int = 0
    waiting: int = 0
    called: int = 0
    """Tickets that were called at least once."""
    waited: float = 0.0
    """From coming into line to the first call, all of them together."""
    longest_wait: float = 0.0
    services: int = 0
    """Visits to windows that were begun and led to an end, or on to another window."""
    served: float = 0.0
    """How long they took, all of them together."""
    ratings: int = 0
    bad_ratings: int = 0

    @property
    def average_wait(self) -> float | None:
        """Seconds; None when nobody was called."""
        return self.waited / self.called if self.called else None

    @property
    def average_service(self) -> float | None:
        """Seconds; None when nobody was served."""
        return self.served / self.services if self.services else None


class WindowFigures(NamedTuple):
    """What one window did."""

    window: int
    services: int = 0
    served: float = 0.0
    last_ended_at: datetime | None = None
    """When its latest call ended; None when it called nobody, or its first one is still there."""


class DayFigures(NamedTuple):
    """One business date."""

    categories: tuple[CategoryFigures, ...] = ()
    """By code; only those with anything in them."""
    windows: tuple[WindowFigures, ...] = ()
    """By number; only those that called."""


class FirstCall(NamedTuple):
    """When a ticket was called for the first time, and how long it had waited."""

    at: datetime
    seconds: float


class BadRating(NamedTuple):
    """A rating of the two lowest grades."""

    ticket: int
    """The ticket's id."""
    number: str
    grade: Grade
    window: int | None
    at: datetime


def in_all(figures: DayFigures) -> CategoryFigures:
    """The whole hall's figures; the code is empty."""
    categories = figures.categories
    return CategoryFigures(
        "",
        issued=sum(each.issued for each in categories),
        finished=sum(each.finished for each in categories),
        passed=sum(each.passed for each in categories),
        waiting=sum(each.waiting for each in categories),
        called=sum(each.called for each in categories),
        waited=sum(each.waited for each in categories),
        longest_wait=max((each.longest_wait for each in categories), default=0.0),
        services=sum(each.services for each in categories),
        served=sum(each.served for each in categories),
        ratings=sum(each.ratings for each in categories),
        bad_ratings=sum(each.bad_ratings for each in categories),
    )
