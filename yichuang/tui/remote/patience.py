"""How long somebody may stand before the sign-in screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from yichuang.tui.remote.reception import Visit


class Patience:
    """Waits so long for somebody to sign in; screens in another language begin nothing anew."""

    def __init__(self, visit: Visit, seconds: float | None, lose: Callable[[], None]) -> None:
        """`lose` is called when nobody has signed in; with None for `seconds`, never."""
        self._visit = visit
        self._seconds = seconds
        self._lose = lose
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """A screen comes up."""
        if self._visit.entrant is not None:
            self.forget()
        elif self._timer is None and self._seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def forget(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        if self._visit.entrant is None:
            self._lose()
