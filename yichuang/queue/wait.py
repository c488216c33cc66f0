"""How long a visitor will likely wait."""

from __future__ import annotations

from typing import Any, NamedTuple


class Wait(NamedTuple):
    """An expected wait, in seconds from the moment of telling."""

    median: float
    """As likely to be shorter as longer."""
    high: float
    """Nine visitors in ten wait less."""
    spread: float = 0.0
    """Seconds from the median to the 90 % figure before its width was calibrated on what came true."""

    @property
    def minutes(self) -> int:
        """The median in whole minutes, at least 1."""
        return _minutes(self.median)

    @property
    def high_minutes(self) -> int:
        """The 90 % figure in whole minutes, at least 1."""
        return _minutes(self.high)

    def as_json(self) -> dict[str, int]:
        """The wait for scripts, in whole seconds."""
        return {"median_seconds": round(self.median), "high_seconds": round(self.high)}

    def as_facts(self) -> dict[str, Any]:
        """The wait for the journal, in seconds: what was told is compared with what came true."""
        return {
            "expected_median": round(self.median, 1),
            "expected_high": round(self.high, 1),
            "expected_spread": round(self.spread, 1),
        }


def _minutes(seconds: float) -> int:
    return max(1, -(-round(seconds) // 60))
