"""So much at once, and so much each second: what one client may cost the others."""

from __future__ import annotations

import time
from collections.abc import Callable


class Allowance:
    """Whatever is counted, bytes or screens: it is taken first, and paid by waiting afterwards."""

    def __init__(
        self, each_second: float, at_once: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = each_second
        self._most = at_once
        self._now = now
        self._left = at_once
        self._at = now()

    def take(self, amount: float) -> float:
        """Take so much, whether it is there or not; gives the seconds until nothing more is owed."""
        now = self._now()
        self._left = min(self._most, self._left + (now - self._at) * self._rate) - amount
        self._at = now
        return max(0.0, -self._left / self._rate)

    def wait_for(self, amount: float) -> float:
        """Seconds until so much is there; nothing is taken, so that who gives up owes nothing."""
        left = self._left + (self._now() - self._at) * self._rate
        return max(0.0, (amount - left) / self._rate)
