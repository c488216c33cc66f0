"""Whether a visitor is still there: two timers, one for going home, one against a bouncing key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.screen import Screen
from textual.timer import Timer

MOST_GUARDS = 2.5
"""No hand keeps a number's page for longer than so many guards."""


class Presence:
    """The timers of one kiosk."""

    def __init__(
        self,
        screen: Screen[None],
        go_home: Callable[[], Awaitable[None]],
        idle_seconds: float,
        guard_seconds: float,
    ) -> None:
        self.idle_seconds = idle_seconds
        """After so long without a key `go_home` is called."""
        self.limit: float | None = None
        """Where the present visit is to end earlier."""
        self.guard_seconds = guard_seconds
        """So long after the last key a number's page takes none."""
        self._screen = screen
        self._go_home = go_home
        self._idle: Timer | None = None
        self._guard: Timer | None = None
        self._guard_ends = 0.0

    @property
    def is_guarded(self) -> bool:
        """Whether a key now may be one that bounces or is held down."""
        return self._guard is not None

    def noticed(self) -> None:
        """Begin to wait for the next key."""
        if self._idle is not None:
            self._idle.stop()
        seconds = min(self.idle_seconds, self.limit or self.idle_seconds)
        self._idle = self._screen.set_timer(seconds, self._go_home, name="idle")

    def guard(self) -> None:
        """Take no key until none was pressed for `guard_seconds`."""
        now = asyncio.get_running_loop().time()
        if self._guard is None:
            self._guard_ends = now + self.guard_seconds * MOST_GUARDS
        else:
            self._guard.stop()
        wait = max(0.001, min(self.guard_seconds, self._guard_ends - now))
        self._guard = self._screen.set_timer(wait, self._lower, name="guard")

    def _lower(self) -> None:
        self._guard = None

    def rest(self) -> None:
        """Nobody is there."""
        for timer in (self._idle, self._guard):
            if timer is not None:
                timer.stop()
        self._idle = self._guard = None
