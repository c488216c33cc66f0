"""The hall as its users meet it: `Hall` runs commands in one transaction each, and reads views."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any

from yichuang.clock import Clock
from yichuang.config import Settings
from yichuang.errors import QueueRefusal, UnknownClass
from yichuang.queue import command as commands
from yichuang.queue import duty
from yichuang.queue.arrivals import Arrivals
from yichuang.queue.booking.appointments import Appointments
from yichuang.queue.command import Command
from yichuang.queue.desk import Desk, Done
from yichuang.queue.device import DeviceStatus
from yichuang.queue.devices import Devices
from yichuang.queue.event import Entry
from yichuang.queue.forecast.foretelling import Foretelling
from yichuang.queue.item import Item
from yichuang.queue.people.actor import HOST, Actor
from yichuang.queue.permission import permit
from yichuang.queue.person import Person, identify, new_secret
from yichuang.queue.personnel.people import People
from yichuang.queue.ports import Memory, PastVisit, Records, Result, Store
from yichuang.queue.printing import PrintJob
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.rulebook import OF_DUTY, RULES
from yichuang.queue.rules import Chosen, HallRules
from yichuang.queue.supervision.supervising import Supervision
from yichuang.queue.ticket import HoldKind, PriorityClass, Ticket, TicketState
from yichuang.queue.view import (
    Board,
    LineView,
    Overview,
    WindowView,
    today,
    view_board,
    view_history,
    view_lines,
    view_overview,
    view_past,
    view_ticket,
    view_tickets,
    view_why,
    view_window,
)

if TYPE_CHECKING:
    from yichuang.queue.forecast.forecast import Forecast


class Hall:
    """One hall, open. Every method either did all that it says or raised a `YichuangError`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        rules: HallRules | None = None,
        secret: bytes | Callable[[], bytes] = new_secret,
    ) -> None:
        """`secret` is what persons are hashed under, or what fetches it when it is first needed."""
        self.store = store
        self.clock = clock
        self.who = HOST
        """Who asks for what is done through this object."""
        self.arrivals = Arrivals()
        self._chosen = Chosen(rules or HallRules(settings))
        self._secret = secret
        self._foretelling = Foretelling(self._chosen.rules, store, clock)
        self.appointments = Appointments(self)
        self.devices = Devices(self)
        self.people = People(self)
        self.supervision = Supervision(self)

    @property
    def settings(self) -> Settings:
        """What hall.toml says."""
        return self._chosen.rules.settings

    @property
    def rules(self) -> HallRules:
        """The same in the form the rules use."""
        return self._chosen.rules

    def acting(self, who: Actor) -> Hall:
        """The same hall in somebody's hands: what is asked of it is asked by that one, and may be refused."""
        mine = copy.copy(self)
        mine.who = who
        mine.appointments = Appointments(mine)
        mine.devices = Devices(mine, self.devices.lent)
        mine.people = self.people.through(mine)
        mine.supervision = Supervision(mine)
        return mine

    def choose(self, settings: Settings) -> None:
        """Go by other settings from now on: hall.toml was changed while the hall is open."""
        self._chosen.rules = HallRules(settings)
        self._foretelling.choose(self._chosen.rules)

    @property
    def secret(self) -> bytes:
        """What persons are hashed under; it never leaves the process."""
        if not isinstance(self._secret, bytes):
            self._secret = self._secret()
        return self._secret

    def identify(self, typed: str) -> Person:
        """The person with that ID number, which is forgotten at once; raises InvalidIdNumber."""
        return identify(self.secret, typed)

    async def __aenter__(self) -> Hall:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the hall's file go."""
        await self._foretelling.close()
        await self.store.close()

    async def do(self, command: Command, actor: str = "") -> Done:
        """Run one command in one transaction; raises QueueRefusal or StoreError.

        `actor` names whoever asks at the host; who signed in is named by badge number.
        """
        rule = RULES[type(command)]

        noted = False

        def work(memory: Memory) -> Done:
            nonlocal noted
            permit(memory, self.who, command)
            desk = Desk(memory, self.rules, self.clock.now(), actor, self.who)
            noted = desk.has_noted
            return rule(desk, command)

        try:
            done = await self.store.transact(work)
        except QueueRefusal:
            if noted:
                await self._settle_the_day(actor)
            raise
        if type(command) in OF_DUTY:
            self._foretelling.forget()
        return done

    async def _settle_the_day(self, actor: str) -> None:
        """A refused command changes nothing, but the new day it saw begins all the same."""

        def work(memory: Memory) -> None:
            Desk(memory, self.rules, self.clock.now(), actor)

        await self.store.transact(work)

    async def look(self, view: Callable[..., Result], *arguments: Any) -> Result:
        """Read a view: `view(records, rules, now, *arguments)` on one moment of the memory."""

        def read(records: Records) -> Result:
            return view(records, self.rules, self.clock.now(), *arguments)

        return await self.store.read(read)

    # --- the entrance -------------------------------------------------------------------------

    async def issue(
        self,
        *,
        category: str | None = None,
        priority_class: PriorityClass | str = PriorityClass.ORDINARY,
        actor: str = "",
        is_told: bool = False,
        **asked: Any,
    ) -> Done:
        """Give a visitor a number; `Done.print_job` is its paper's job, when there is a printer.

        `asked` are further fields of `yichuang.queue.command.IssueTicket`. `Done.expected` is the wait that
        the visitor is told, on paper or because `is_told` asks for it.
        """
        try:
            chosen = PriorityClass(priority_class)
        except ValueError:
            raise UnknownClass(priority_class=priority_class) from None
        command = commands.IssueTicket(category, priority_class=chosen, **asked)
        if is_told or (command.on_paper and self.settings.printer):
            command = await self._foretelling.told(command)
        return await self.do(command, actor)

    async def reprint(
        self,
        number: str,
        *,
        printer: str | None = None,
        window: int | None = None,
        actor: str = "",
    ) -> Done:
        """Print a ticket once more, marked 补打; at the window's printer, where it has one."""
        return await self.do(commands.ReprintTicket(number, printer, window), actor)

    async def cancel(self, number: str, *, reason: str | None = None, actor: str = "") -> Done:
        """Take a ticket out for good."""
        return await self.do(commands.CancelTicket(number, reason), actor)

    async def pin(self, number: str, *, reason: str, actor: str = "") -> Done:
        """Put a waiting ticket before all others; `actor` is the supervisor who answers for it."""
        return await self.do(commands.PinTicket(number, reason), actor)

    async def unpin(self, number: str, *, actor: str = "") -> Done:
        """Give a pinned ticket its former place."""
        return await self.do(commands.UnpinTicket(number), actor)

    async def reroute(
        self,
        number: str,
        *,
        to_category: str | None = None,
        to_window: int | None = None,
        actor: str = "",
    ) -> Done:
        """Send a waiting ticket to another line; give exactly one of the two."""
        if (to_window is None) == (to_category is None):
            raise TypeError("give exactly one of to_window and to_category")
        return await self.do(commands.RerouteTicket(number, to_category, to_window), actor)

    async def wake(self, number: str, *, actor: str = "") -> Done:
        """A held ticket comes back into line."""
        return await self.do(commands.WakeTicket(number), actor)

    async def reinstate(self, number: str, *, actor: str = "") -> Done:
        """Bring a passed ticket back into its line."""
        return await self.do(commands.ReinstateTicket(number), actor)

    # --- the hall -----------------------------------------------------------------------------

    async def assign_window(
        self,
        window: int,
        *,
        categories: Sequence[str] | None,
        helps: Sequence[str] = (),
        actor: str = "",
    ) -> Done:
        """Give a window other categories from its next call on; None for those of hall.toml again."""
        own = None if categories is None else tuple(categories)
        return await self.do(commands.AssignWindow(window, own, tuple(helps)), actor)

    async def settle(self) -> None:
        """Let nobody wait for what hall.toml has no more, since it was edited; once, when a hall opens."""

        def look(records: Records) -> bool:
            on = today(records, self.rules, self.clock.now())
            windows = records.reassigned()
            places = records.standing(on)
            return any(duty.is_astray(self.rules, windows, place) for place in places)

        if await self.store.read(look):
            await self.store.transact(
                lambda memory: duty.settle_lines(Desk(memory, self.rules, self.clock.now(), ""))
            )

    async def set_surge(self, on: bool, *, reason: str = "", actor: str = "") -> Done:
        """Begin or end surge mode: every window helps with every category."""
        return await self.do(commands.SetSurge(on, reason), actor)

    async def close_day(self, *, outage: bool = False, reason: str = "", actor: str = "") -> Done:
        """End the business day; `Done.tickets` are those that were passed, or sent home with a slip."""
        return await self.do(commands.CloseDay(outage, reason), actor)

    # --- a window -----------------------------------------------------------------------------

    async def open_window(self, window: int, *, actor: str = "") -> Done:
        """Begin duty at a window."""
        return await self.do(commands.OpenWindow(window), actor)

    async def pause_window(self, window: int, *, reason: str, actor: str = "") -> Done:
        """Stop calling for a while."""
        return await self.do(commands.PauseWindow(window, reason), actor)

    async def resume_window(self, window: int, *, actor: str = "") -> Done:
        """End a pause."""
        return await self.do(commands.ResumeWindow(window), actor)

    async def close_window(self, window: int, *, actor: str = "") -> Done:
        """End duty at a window."""
        return await self.do(commands.CloseWindow(window), actor)

    async def call_next(self, window: int, *, actor: str = "") -> Done:
        """Call the ticket whose turn it is; raises NothingWaiting."""
        return await self.do(commands.CallNext(window), actor)

    async def call(
        self, window: int, number: str, *, reason: str | None = None, actor: str = ""
    ) -> Done:
        """Call one ticket out of order; the journal keeps the reason and who gave it."""
        return await self.do(commands.CallChosen(window, number, reason), actor)

    # With `ticket`, a step is refused (StaleView) when that is not the number the window has.

    async def recall(self, window: int, *, ticket: str | None = None, actor: str = "") -> Done:
        """Announce the called ticket again."""
        return await self.do(commands.Recall(window, ticket), actor)

    async def start(self, window: int, *, ticket: str | None = None, actor: str = "") -> Done:
        """The visitor came: begin to serve."""
        return await self.do(commands.Start(window, ticket), actor)

    async def finish(self, window: int, *, ticket: str | None = None, actor: str = "") -> Done:
        """The window has done its work for the ticket."""
        return await self.do(commands.Finish(window, ticket), actor)

    async def pass_(
        self, window: int, *, reason: str, ticket: str | None = None, actor: str = ""
    ) -> Done:
        """The called visitor did not come."""
        return await self.do(commands.Pass(window, reason, ticket), actor)

    async def hold(
        self,
        window: int,
        *,
        kind: HoldKind | str = HoldKind.FREE,
        reason: str | None = None,
        ticket: str | None = None,
        actor: str = "",
    ) -> Done:
        """Put the window's ticket aside; `kind` says how it comes back."""
        return await self.do(commands.Hold(window, HoldKind(kind), reason, ticket), actor)

    async def resume(self, window: int, number: str, *, actor: str = "") -> Done:
        """Take a held ticket back: the window calls it next."""
        return await self.do(commands.Resume(window, number), actor)

    async def transfer(
        self,
        window: int,
        *,
        to_window: int | None = None,
        to_category: str | None = None,
        and_back: bool = False,
        ticket: str | None = None,
        actor: str = "",
    ) -> Done:
        """Send the window's ticket to a window or to a category; give exactly one of the two.

        With `and_back` it returns to this window when it is finished there.
        """
        if (to_window is None) == (to_category is None):
            raise TypeError("give exactly one of to_window and to_category")
        command = commands.Transfer(window, to_window, to_category, and_back, ticket)
        return await self.do(command, actor)

    async def undo(self, window: int, *, actor: str = "") -> Done:
        """Take back the window's last call, finish or pass within 30 seconds."""
        return await self.do(commands.Undo(window), actor)

    # --- reading ------------------------------------------------------------------------------

    async def ticket(self, number: str, on: date | None = None) -> Ticket:
        """The ticket with that number on a business date, else today's; raises UnknownTicket."""
        return await self.look(view_ticket, number, on)

    async def tickets(self, state: TicketState | None = None, limit: int = 1000) -> list[Ticket]:
        """Today's tickets: the waiting ones in order of place, any others newest first."""
        return await self.look(view_tickets, state, limit)

    async def history(self, number: str, on: date | None = None) -> list[Entry]:
        """The journal entries of the ticket with that number on a business date, else today's."""
        return await self.look(view_history, number, on)

    async def why(self, number: str, on: date | None = None) -> str:
        """Why that ticket was called last, as one sentence; empty if never."""
        return await self.look(view_why, number, on)

    async def entries(self, after: int, limit: int = 500) -> list[Entry]:
        """Journal entries behind row `after`, in order."""
        return await self.store.read(lambda records: records.entries(after, limit))

    async def window_view(self, window: int) -> WindowView:
        """Everything on one clerk's screen; raises UnknownWindow."""
        return await self.look(view_window, window)

    async def overview(self) -> Overview:
        """All windows and lines."""
        return await self.look(view_overview)

    async def board(self, calls: int = 12) -> Board:
        """What the waiting crowd sees."""
        return await self.look(view_board, calls)

    async def lines(self) -> tuple[LineView, ...]:
        """Every category with its lines."""
        return await self.look(view_lines)

    async def business_date(self) -> date:
        """The hall's own date: it never goes back."""
        return await self.look(today)

    async def past_visits(self, back: timedelta) -> list[PastVisit]:
        """The visits of the business dates before today, as far back as asked."""
        return await self.look(view_past, back)

    async def forecast(self) -> Forecast:
        """The expected waits of the whole hall, `[forecast] seconds` old at most."""
        return await self._foretelling.forecast()

    async def items(self) -> list[Item]:
        """All items in the order of the catalogue."""
        return await self.store.read(lambda records: records.items())

    async def import_items(self, items: list[Item], *, source: str, actor: str = "") -> Done:
        """Add or update items by code; `Done.counts` says how many were new and changed."""
        return await self.do(commands.ImportItems(items, source), actor)

    async def print_job(self, job: int) -> PrintJob | None:
        """What became of a print job so far."""
        return await self.store.read(lambda records: records.print_job(job))

    async def print_jobs(self, limit: int = 20) -> list[PrintJob]:
        """The latest print jobs, newest first."""
        return await self.store.read(lambda records: records.print_jobs(limit))

    async def printers(self) -> list[DeviceStatus]:
        """The printers of hall.toml as their workers last saw them; unknown when unwatched."""
        statuses = await self.devices.statuses()
        return statuses[: len(self.settings.printer)]

    async def rate(
        self,
        grade: Grade,
        channel: RatingChannel,
        *,
        window: int | None = None,
        number: str | None = None,
        actor: str = "",
    ) -> Done:
        """A visitor rates the ticket that a window has just finished, or the one of that number."""
        if (window is None) == (number is None):
            raise TypeError("give exactly one of window and number")
        return await self.do(commands.RateTicket(grade, channel, window, number), actor)

    def changes(self, at_least_every: float = 3600.0) -> AsyncIterator[None]:
        """Yields after every change of the hall, by any process, several at once as one.

        Changes count from this call on, so call it before the first reading. Also yields when
        nothing has changed for `at_least_every` seconds.
        """
        return self._changes_after(self.store.mark(), at_least_every)

    async def _changes_after(self, mark: int, at_least_every: float) -> AsyncIterator[None]:
        while True:
            mark = await self.store.wait_for_change(mark, at_least_every)
            yield
