"""So much at once, and so much each second: what one client may cost the others."""

from __future__ import annotations

import asyncio
import time
from collections import deque
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


class Turns:
    """An allowance, one by one to many, who get it in the order in which they came for it.

    If each only waited until something is there, whoever looks a moment earlier would get it: those who
    come again and again could keep another one waiting for ever.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def join(self) -> asyncio.Future[None]:
        """Stand last: done when it is one's turn, at once where nobody has to wait. Who leaves cancels it."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._timer is None:
            self._give()
        return turn

    def _give(self) -> None:
        self._timer = None
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            wait = self._allowance.wait_for(1)
            if wait:
                self._timer = asyncio.get_running_loop().call_later(wait, self._give)
                return
            self._allowance.take(1)
            self._waiting.popleft().set_result(None)
