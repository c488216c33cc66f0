"""Signing out whoever has left the terminal alone. One timer, which no key sets anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.timer import Timer

from yichuang.config import StaffSettings
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff

WARN_SECONDS = 60.0
"""So long before the end one is warned."""

_LOOK_AGAIN = 600.0
"""Seconds until it is looked whether somebody without a limit has one now."""


def idle_minutes(person: Staff, settings: StaffSettings) -> int:
    """After how long without a key somebody is signed out; 0 for never.

    Of several roles the strictest counts: who may do more must not leave more behind.
    """
    limits = {
        Role.CLERK: settings.idle_minutes_clerk,
        Role.GUIDE: settings.idle_minutes_guide,
        Role.SUPERVISOR: settings.idle_minutes_supervisor,
        Role.OBSERVER: settings.idle_minutes_supervisor,
        Role.ADMINISTRATOR: settings.idle_minutes_administrator,
    }
    return min((limits[role] for role in person.roles if limits.get(role)), default=0)


class Idle:
    """Watches one terminal."""

    def __init__(
        self,
        app: App[Any],
        limit: Callable[[], float],
        warn: Callable[[float], None],
        leave: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`limit` gives the seconds that count now, 0 for none; `warn` is told how many are left."""
        self._app = app
        self._limit = limit
        self._warn = warn
        self._leave = leave
        self._now = now
        self._last = now()
        self._timer: Timer | None = None

    def stir(self) -> None:
        """A key was pressed."""
        self._last = self._now()

    def look(self) -> None:
        """See how long nobody has pressed a key, and look again when that may matter."""
        limit = self._limit()
        if not limit:
            self._wait(_LOOK_AGAIN)
            return
        left = self._last + limit - self._now()
        warning = min(WARN_SECONDS, limit / 2)
        if left <= 0:
            self._leave()
        elif left <= warning:
            self._warn(left)
            self._wait(left)
        else:
            self._wait(left - warning)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        # A little late rather than early: an early look would only wait once more.
        self._timer = self._app.set_timer(seconds + 0.05, self.look, name="idle")
