"""Keeps one forecast for all who ask within a few seconds, and what was learnt for longer.

Only rows are read on the store's thread, where every screen's readings have their turn; what is made of them
is made on another one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yichuang.clock import Clock
from yichuang.errors import StoreError
from yichuang.queue.command import IssueTicket
from yichuang.queue.forecast.sight import Past, Sight, see, see_past
from yichuang.queue.ports import Records, Store
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass

if TYPE_CHECKING:
    from yichuang.queue.forecast.forecast import Forecast
    from yichuang.queue.forecast.learning import Learnt

_LEARN_EVERY = timedelta(minutes=5)
"""What the past teaches changes slowly."""

_GOOD_ENOUGH = 60.0
"""Seconds for which a ticket is told by the kept forecast; who came since is counted on top of it."""

_BETTER_THAN_NOTHING = 300.0
"""Seconds for which a ticket is told by the kept forecast when a new one does not come in time."""

PATIENCE = 0.3
"""Seconds that a ticket waits for a forecast at most."""

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
        self._learnt: tuple[datetime, Learnt] | None = None
        self._making: asyncio.Task[Forecast] | None = None
        self._renewal: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._kept: tuple[datetime, int, Forecast] | None = None
        self._given: Counter[tuple[str, PriorityClass, str]] = Counter()
        """How many took a number in each line since the kept forecast was made."""

    def choose(self, rules: HallRules) -> None:
        """The hall goes by other settings from now on."""
        self._rules = rules
        self._learnt = None
        self.forget()

    async def forecast(self) -> Forecast:
        """The present forecast; made anew, once for all who ask, when it is old. Raises StoreError.

        It is empty in a hall that has `[forecast] enabled = false`.
        """
        young = self._young()
        if young is not None:
            return young
        making = self._begun()
        await asyncio.wait({making})  # who gives up waiting leaves it to the others
        if making.cancelled():
            raise StoreError(detail="the hall was closed")
        return making.result()

    def forget(self) -> None:
        """A window began or ended its duty: what was foretold is no longer so."""
        self._kept = None

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

        Not told: who is directed to one window, or comes with a slip. A forecast that fails or is slow
        stops nobody.
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
            more = self._given[line]
            self._given[line] += 1
            if forecast is None:
                return command
            wait = forecast.newcomer(*line[:2], need=command.need, more=more)
        except Exception:  # whatever it is, the visitor gets a number
            logger.exception("no forecast")
            return command
        return command._replace(expected=wait)

    async def _at_once(self) -> Forecast | None:
        """A forecast for a ticket: nobody waits for a new one while there is one of this minute.

        For the first one, and in place of an old one, a ticket waits for `PATIENCE` and no longer.
        """
        young = self._young()
        if young is not None:
            return young
        if self._is_of_the_last(_GOOD_ENOUGH):
            self._renew_later()
        else:
            making = self._begun()
            await asyncio.wait({making}, timeout=PATIENCE)
            if making.done() and not making.cancelled() and making.exception() is None:
                return making.result()
        return self._kept[2] if self._kept and self._is_of_the_last(_BETTER_THAN_NOTHING) else None

    def _is_of_the_last(self, seconds: float) -> bool:
        if self._kept is None:
            return False
        return 0 <= (self._clock.now() - self._kept[0]).total_seconds() < seconds

    def _renew_later(self) -> None:
        """Make a new forecast when the ticket that asks for it is on its way to the printer."""
        is_under_way = self._making is not None and not self._making.done()
        if self._renewal is None and not is_under_way:
            loop = asyncio.get_running_loop()
            self._renewal = loop.call_later(_AFTER_THE_TICKET, self._renew)

    def _renew(self) -> None:
        self._renewal = None
        if self._young() is None:
            self._begun()

    def _begun(self) -> asyncio.Task[Forecast]:
        """The forecast that is being made, by this call if by none before."""
        if self._is_closed:
            raise StoreError(detail="the hall was closed")
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
            self._making.add_done_callback(_noted)
        return self._making

    async def _make(self) -> Forecast:
        mark, now, given = self._store.mark(), self._clock.now(), self._given.copy()
        if self._rules.settings.forecast.enabled:
            sight, past = await self._store.read(lambda records: self._look(records, now))
            made = await asyncio.to_thread(self._foresee, sight, past)
        else:
            made = _nothing_foreseen(now)
        self._kept = (now, mark, made)
        self._given -= given  # who took a number meanwhile is not in it
        return made

    async def close(self) -> None:
        """Give up a forecast that is being made; who waits for it gets StoreError."""
        self._is_closed = True
        if self._renewal is not None:
            self._renewal.cancel()
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait({self._making})

    async def _category_of(self, items: tuple[str, ...]) -> str | None:
        found = await self._store.read(lambda records: records.item(items[0])) if items else None
        return found.category if found is not None else None

    def _look(self, records: Records, now: datetime) -> tuple[Sight, Past | None]:
        """What has to be read; the past when it is time to learn anew."""
        is_known = self._learnt is not None and (
            timedelta(0) <= now - self._learnt[0] < _LEARN_EVERY
        )
        return see(records, self._rules, now), None if is_known else see_past(records, self._rules)

    def _foresee(self, sight: Sight, past: Past | None) -> Forecast:
        """What follows from what was read. Runs on a thread of its own, one at a time."""
        from yichuang.queue.forecast.forecast import foresee
        from yichuang.queue.forecast.learning import learn

        rules = self._rules
        if past is not None or self._learnt is None:
            calls, told = past or ((), ())
            learnt = learn(rules.settings.forecast, rules.categories, rules.zone, calls, told)
            self._learnt = (sight.day.now, learnt)
        return foresee(sight, rules, self._learnt[1], self._between)

    def _between(self) -> None:
        """Give way to the screens' thread; end the roll of a hall that was closed."""
        if self._is_closed:
            raise StoreError(detail="the hall was closed")
        time.sleep(0)


def _nothing_foreseen(now: datetime) -> Forecast:
    from yichuang.queue.forecast.forecast import Forecast

    return Forecast(now, 0, {}, {})


def _noted(making: asyncio.Task[Forecast]) -> None:
    """A forecast that failed is noted, whether anybody still waits for it or not."""
    if not making.cancelled() and making.exception() is not None:
        logger.error("no forecast", exc_info=making.exception())
