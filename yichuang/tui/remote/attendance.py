"""One client before its screens, from the first app to the last word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual.app import App

from yichuang.language import _
from yichuang.tui.remote.allowance import Allowance, Turns
from yichuang.tui.remote.driver import dress, fault_of
from yichuang.tui.remote.kind import Kind, encoded_for
from yichuang.tui.remote.link import Link
from yichuang.tui.remote.patience import Patience
from yichuang.tui.remote.reception import Entrant, Reception, Terminal, Visit, Why

logger = logging.getLogger(__name__)

END_SECONDS = 5.0
"""How long an app may take to end when it is asked to; then it is cancelled."""
CANCEL_SECONDS = 0.5
"""How long a cancelled one may take."""
LEAVE_SECONDS = 5.0
"""How long the hall may take to note that somebody left."""
STOP_SECONDS = 1.0
"""Instead of each, when the server stops: all must be over in five."""

APPS_AT_ONCE, APPS_A_SECOND = 4, 0.5
"""How many apps one terminal may begin at once, and in each second from then on (our own numbers): each
costs the work of a hundred keys, and whoever changes the language begins one."""

GUESTS_AT_ONCE, GUESTS_A_SECOND = 8, 2.0
"""How many sign-in screens may begin at once in the whole hall, and in each second from then on (our own
numbers): a morning's rush never waits, and who comes again and again to guess PINs slows no keys."""

Limit = Callable[["Attendance", Entrant], str | None]
"""Says why somebody may not have one more screen."""


class Attendance:
    """A connection that has got as far as a screen."""

    def __init__(
        self,
        reception: Reception,
        entrant: Entrant | None,
        terminal: Terminal,
        link: Link,
        kind: Kind,
        *,
        guests: Turns,
        since: datetime,
    ) -> None:
        """`guests` are the sign-in screens that all terminals together may begin."""
        self.terminal = terminal
        self.since = since
        """When it began."""
        self._reception = reception
        self._entrant = entrant
        self._link = link
        self._kind = kind
        self._visit: Visit | None = None
        self._last_words = ""
        self._allowance = Allowance(APPS_A_SECOND, APPS_AT_ONCE)
        self._guests = guests
        loop = asyncio.get_running_loop()
        self._ending: asyncio.Future[Why] = loop.create_future()
        self._hurry: asyncio.Future[None] = loop.create_future()

    @property
    def link(self) -> Link:
        """Its line."""
        return self._link

    @property
    def entrant(self) -> Entrant | None:
        """Who it is now; None before somebody has signed in."""
        return self._visit.entrant if self._visit is not None else self._entrant

    @property
    def name(self) -> str:
        """Who it is, for lists and the log."""
        entrant = self.entrant
        return entrant.name if entrant is not None else "-"

    @property
    def origin(self) -> str:
        """The client's address."""
        return self.terminal.origin

    @property
    def is_ending(self) -> bool:
        """Whether it was told to end."""
        return self._ending.done()

    def end(self, why: Why = Why.ENDED, last_words: str = "") -> None:
        """End it: its app, its visit, its line. Only the first reason counts."""
        if why is Why.STOPPED and not self._hurry.done():
            self._hurry.set_result(None)
        if not self._ending.done():
            self._last_words = last_words
            self._ending.set_result(why)

    async def run(self, limit: Limit, sign_in_seconds: float) -> None:
        """Show one app after the other, and take leave. Never fails."""
        where = f"{self.terminal.kind} {self.terminal.columns}x{self.terminal.rows}"
        logger.info("in: %s from %s on %s", self.name, self.origin, where)
        why = Why.FAULT
        try:
            self._visit = self._reception.receive(self._entrant, self.terminal)
            why = await self._show_all(self._visit, limit, sign_in_seconds)
        except Exception:  # it ends this visit, and nobody else's
            logger.exception("the visit of %s from %s failed", self.name, self.origin)
            self._last_words = _failed()
        finally:
            name = self.name
            try:
                if self._visit is not None:
                    await self._leave(self._visit, why)
            finally:
                if self._last_words:
                    self.say(self._last_words)
                self._link.hang_up(0 if why in (Why.FINISHED, Why.GONE) else 1)
                logger.info("out: %s from %s: %s", name, self.origin, why)

    def say(self, text: str) -> None:
        """A line on the terminal where no screen is."""
        self._link.put(encoded_for(None, f"\r\n{text}\r\n"))

    async def _show_all(self, visit: Visit, limit: Limit, sign_in_seconds: float) -> Why:
        patience = Patience(visit, sign_in_seconds, self._lose_patience)
        try:
            while not self._ending.done():
                await self._wait_for(self._ending, self._allowance.take(1))
                if visit.entrant is None:
                    await self._wait_among_guests()
                entered = visit.entered
                app = None if self._ending.done() else visit.next_app()
                if app is None:
                    break
                refusal = limit(self, visit.entrant) if visit.entrant is not None else None
                if refusal is not None:
                    self._last_words = refusal
                    return Why.REFUSED
                patience.begin()
                if not await self._show(app, visit):
                    self._last_words = _failed()
                    return Why.FAULT
                if visit.entered != entered:
                    patience.forget()  # who was in and is out again has the whole time once more
            return self._ending.result() if self._ending.done() else Why.FINISHED
        finally:
            patience.forget()

    async def _wait_among_guests(self) -> None:
        if self._ending.done():
            return
        turn = self._guests.join()
        if not turn.done():
            self.say(_("来登录的人多，请稍候"))
        try:
            either: set[asyncio.Future[Any]] = {turn, self._ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turn.cancel()

    def _lose_patience(self) -> None:
        self.end(Why.NOT_SIGNED_IN, _("太久没有登录，连接结束了。"))

    async def _show(self, app: App[Any], visit: Visit) -> bool:
        """Run one app until it ends or must; says whether it did without a fault."""
        dress(app, self._link, self._kind)
        task = asyncio.create_task(
            app.run_async(size=self._link.size, mouse=visit.has_mouse),
            name=f"screens of {self.origin}",
        )
        try:
            either: set[asyncio.Future[Any]] = {task, self._ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_broken_off = not task.done()
            await self._end_app(app, task)
        fault = fault_of(app)
        if task.done() and not task.cancelled():
            fault = task.exception() or fault
        if fault is None:
            return True
        if is_broken_off:
            # As when a client goes while its first screen is still being made.
            logger.info("a screen from %s failed while it was ended: %r", self.origin, fault)
            return True
        logger.error(
            "a screen of %s from %s failed",
            self.name,
            self.origin,
            exc_info=(type(fault), fault, fault.__traceback__),
        )
        return False

    async def _end_app(self, app: App[Any], task: asyncio.Task[Any]) -> None:
        if task.done():
            return
        app.exit()
        await self._wait_for(task, END_SECONDS)
        # The second one is for what shields itself from the first.
        for _each in range(2):
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=CANCEL_SECONDS)
        if not task.done():
            logger.error("a screen of %s from %s does not end", self.name, self.origin)

    async def _wait_for(self, task: asyncio.Future[Any], seconds: float) -> None:
        """Wait so long, and less from the moment at which the server stops."""
        either: set[asyncio.Future[Any]] = {task, self._hurry}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self._hurry.done() and not task.done():
            await asyncio.wait({task}, timeout=min(seconds, STOP_SECONDS))

    async def _leave(self, visit: Visit, why: Why) -> None:
        """Tell the visit, even while this task is being cancelled."""
        task = asyncio.ensure_future(visit.left(why))
        try:
            await self._wait_for(task, LEAVE_SECONDS)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=CANCEL_SECONDS)
            raise
        finally:
            if not task.done():
                task.cancel()
                logger.error("leaving was not noted for %s from %s", self.name, self.origin)
            elif not task.cancelled() and task.exception() is not None:
                logger.error("leaving was not noted for %s", self.name, exc_info=task.exception())


def _failed() -> str:
    return _("屏幕出了错，已经记进日志。请再连接一次；还是不行就告诉管理员。")
