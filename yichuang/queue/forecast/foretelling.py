"""Keeps one forecast for all who ask within a few seconds, and what was learnt for longer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yichuang.clock import Clock
from yichuang.queue.command import IssueTicket
from yichuang.queue.ports import Records, Store
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass

if TYPE_CHECKING:
    from yichuang.queue.forecast.forecast import Forecast
    from yichuang.queue.forecast.learning import Learnt

_LEARN_EVERY = timedelta(minutes=5)
"""What the past teaches changes slowly."""

_TOLD = 1000
"""Among so many of the newest tickets, what was told is compared with what came true."""

_GOOD_ENOUGH = 60.0
"""Seconds for which a ticket is told by the kept forecast; who came since is counted on top of it."""

_AFTER_THE_TICKET = 0.25
"""Seconds after a ticket until the forecast is made anew: its paper goes first."""

_FEW_CHANGES = 4
"""So many commands, or a tenth of who waits, do not make a forecast old."""

logger = logging.getLogger(__name__)


class Foretelling:
    """The forecasts of one open hall."""

    def __init__(self, rules: HallRules, store: Store, clock: Clock) -> None:
        self._rules = rules
        self._store = store
        self._clock = clock
        self._lock = asyncio.Lock()
        self._learnt: tuple[datetime, Learnt] | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._kept: tuple[datetime, int, Forecast] | None = None
        self._given: Counter[tuple[str, PriorityClass, str]] = Counter()
        """How many were told a wait in each line since the kept forecast was made."""

    async def forecast(self) -> Forecast:
        """The present forecast; made anew, once for all who ask, when it is old. Raises StoreError.

        It is empty in a hall that has `[forecast] enabled = false`.
        """
        async with self._lock:
            kept = self._young()
            if kept is None:
                mark, now = self._store.mark(), self._clock.now()
                kept = await self._store.read(self._foresee)
                self._kept = (now, mark, kept)
                self._given.clear()
            return kept

    def _young(self) -> Forecast | None:
        """The kept forecast, if it is still good: not too long ago, and not too much happened."""
        if self._kept is None:
            return None
        made, mark, forecast = self._kept
        age = (self._clock.now() - made).total_seconds()
        changes = self._store.mark() - mark
        is_young = 0 <= age < self._rules.settings.forecast.seconds
        return forecast if is_young and changes <= _FEW_CHANGES + forecast.waiting // 10 else None

    async def told(self, command: IssueTicket) -> IssueTicket:
        """The command with what its visitor is told, where that can be told.

        Not told: who is directed to one window, or comes with a slip. A forecast that fails stops nobody.
        """
        is_known = command.expected is not None or command.window is not None or command.slip
        if is_known or not self._rules.settings.forecast.enabled:
            return command
        try:
            category = command.category or await self._category_of(command.items)
            if category is None:
                return command
            forecast = await self._at_once()
            line = (category, command.priority_class, command.need)
            wait = forecast.newcomer(*line[:2], need=command.need, more=self._given[line])
            self._given[line] += 1
        except Exception:  # whatever it is, the visitor gets a number
            logger.exception("no forecast")
            return command
        return command._replace(expected=wait)

    async def _at_once(self) -> Forecast:
        """A forecast for a ticket: nobody waits for a new one while there is one of this minute."""
        young = self._young()
        if young is not None or self._kept is None:
            return young or await self.forecast()
        made, _mark, forecast = self._kept
        if not 0 <= (self._clock.now() - made).total_seconds() < _GOOD_ENOUGH:
            return await self.forecast()
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        return forecast

    async def _renew(self) -> None:
        """Make a new forecast when the ticket that asked for it is on its way to the printer."""
        await asyncio.sleep(_AFTER_THE_TICKET)
        try:
            await self.forecast()
        except Exception:  # the next one who asks is told
            logger.exception("no forecast")

    async def close(self) -> None:
        """Give up a forecast that is being made."""
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal

    async def _category_of(self, items: tuple[str, ...]) -> str | None:
        found = await self._store.read(lambda records: records.item(items[0])) if items else None
        return found.category if found is not None else None

    def _foresee(self, records: Records) -> Forecast:
        from yichuang.queue.forecast.forecast import Forecast, foresee

        now = self._clock.now()
        if not self._rules.settings.forecast.enabled:
            return Forecast(now, 0, {}, {})
        return foresee(records, self._rules, now, self._learn(records, now))

    def _learn(self, records: Records, now: datetime) -> Learnt:
        from yichuang.queue.forecast.learning import learn

        if self._learnt is not None and timedelta(0) <= now - self._learnt[0] < _LEARN_EVERY:
            return self._learnt[1]
        settings = self._rules.settings.forecast
        learnt = learn(
            settings,
            self._rules.categories,
            self._rules.zone,
            records.ended_calls(settings.calls),
            records.told(_TOLD),
        )
        self._learnt = (now, learnt)
        return learnt
