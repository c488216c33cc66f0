"""What time it is, as something that can be given, fixed in a test, or wrong (DESIGN: a clock can lie)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present time."""

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


class FixedClock:
    """A clock that a test or a simulation sets and moves by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time that was set."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move the clock on (or, with a negative `by`, back)."""
        self.at += by


def elapsed(since: datetime, now: datetime) -> timedelta:
    """How long ago `since` was; never negative, even when the clock was put back meanwhile."""
    return max(now - since, timedelta(0))
