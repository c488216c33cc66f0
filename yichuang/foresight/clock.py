"""The time of a simulated hall: it stands still until the simulation moves it on."""

from __future__ import annotations

from datetime import datetime, timedelta


class VirtualClock:
    """A `yichuang.clock.Clock` that tells how many seconds a simulation has gone on since `start`."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._now = start
        self.seconds = 0.0

    def now(self) -> datetime:
        """The simulated time, aware, to the microsecond."""
        return self._now

    def at(self, seconds: float) -> datetime:
        """The moment `seconds` after the start."""
        return self._start + timedelta(seconds=seconds)

    def move_to(self, seconds: float) -> None:
        """Move on to `seconds` after the start; raises ValueError for a time that has passed."""
        if seconds < self.seconds:
            raise ValueError(f"time runs on: {seconds} after {self.seconds}")
        self.seconds = seconds
        self._now = self.at(seconds)
