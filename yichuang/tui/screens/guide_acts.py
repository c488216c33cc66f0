"""What the guide desk does with a ticket: reprint, cancel, re-route, reinstate, wake (A08); never call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from textual import events

from yichuang.config import CategorySettings
from yichuang.errors import IllegalMove, QueueRefusal
from yichuang.language import N_, _
from yichuang.queue.appointment import Appointment
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Move, Ticket, TicketState
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.choice import NO_WINDOW, Choice, Pick
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.guide_dialogs import TicketCard, Typing
from yichuang.tui.screens.guide_rows import card_rows, entry_row
from yichuang.tui.screens.reason import Reason
from yichuang.tui.screens.window_rows import category_row, window_row
from yichuang.tui.text import Line

Answer = TypeVar("Answer")

ACTOR = "guide"
CANCEL_REASONS = (N_("放弃办理"), N_("取错号"), N_("重复取号"))
"""What is offered for a reason; any other can be typed."""

MOST_TICKETS = 300
"""The longest list of tickets to choose from."""

_WINDOW = "window"
"""What the re-route dialog gives when a window is wanted instead of a category."""

_STEPS = {
    "reprint": N_("补打号票"),
    "cancel": N_("取消这个号"),
    "reroute": N_("改派到别的类别或窗口"),
    "reinstate": N_("恢复过号"),
    "wake": N_("唤回"),
}
_MOVES = {
    "cancel": Move.CANCEL,
    "reroute": Move.REROUTE,
    "reinstate": Move.REINSTATE,
    "wake": Move.RESUME,
}


class EntranceScreen(HallScreen):
    """A screen whose steps ask one thing after the other; each runs as a worker of the screen."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.actor = ACTOR
        self._is_busy = False
        self._early: list[events.Key] = []

    @property
    def categories(self) -> dict[str, CategorySettings]:
        """The categories by code, as they are now."""
        return self.hall.rules.categories

    async def tell(self, done: Done | None, said: str = "") -> None:
        """Show what was done; a subclass also shows the ticket and follows its paper."""
        if done is not None and done.ticket is not None and said:
            self.status.say(f" {said.format(number=done.ticket.number)}")

    async def tell_booking(self, booking: Appointment) -> None:
        """Show a new booking with its code."""
        raise NotImplementedError

    # --- asking one thing after the other -----------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a step is under way."""
        return self._is_busy

    def begin(self, step: Coroutine[Any, Any, None]) -> None:
        """Run a step that may ask, unless one is under way.

        Keys that come before its next dialog is up are kept for it.
        """
        if self._is_busy:
            step.close()
            return
        self._is_busy = True
        self.run_worker(self._until_done(step), group="step")

    async def _until_done(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        finally:
            self._is_busy = False
            self._pass_on()

    def on_key(self, event: events.Key) -> None:
        """Keep what a quick hand types between two dialogs: it belongs to the step."""
        if self._is_busy:
            event.stop()
            self._early.append(event)

    def _pass_on(self) -> None:
        early, self._early = self._early, []
        for event in early:
            self.app.post_message(events.Key(event.key, event.character))

    async def ask(self, dialog: Dialog[Answer]) -> Answer | None:
        """What the dialog gives; None when it is left."""
        dialog.call_after_refresh(self._pass_on)
        return await self.app.push_screen_wait(dialog)

    async def pick(self, heading: str, tickets: Sequence[Ticket]) -> str | None:
        """A ticket's number, chosen or typed."""
        now = self.hall.clock.now()
        entries = [(each.number, entry_row(each, self.categories, now)) for each in tickets]
        return await self.ask(Pick(heading, _("号码"), entries))

    async def _pick_of(
        self,
        heading: str,
        is_wanted: Callable[[Ticket], bool] = lambda _ticket: True,
        none: str = "",
    ) -> str | None:
        """A ticket of those that are wanted; `none` is said where there is no such ticket."""
        tickets = await self.look(self.hall.tickets(limit=MOST_TICKETS))
        if tickets is None:
            return None
        wanted = [each for each in tickets if is_wanted(each)]
        if not wanted:
            self.status.say(f" {none or _('今天还没有号')}")
            return None
        return await self.pick(heading, wanted)

    # --- one step with one ticket -------------------------------------------------------------

    async def reprint(self, number: str | None = None) -> None:
        """Print a ticket once more."""
        number = number or await self._pick_of(_("补打哪个号"))
        if number is not None:
            await self.tell(
                await self.act(self.hall.reprint(number, actor=self.actor)), _("{number} 补打")
            )

    async def cancel(self, number: str | None = None) -> None:
        """End a ticket that was not served."""
        number = number or await self._pick_of(
            _("取消哪个号"), _may(Move.CANCEL), _("没有可以取消的号")
        )
        if number is None or not await self._can_be(number, Move.CANCEL):
            return
        heading = _("取消 {number} 的原因").format(number=number)
        reason = await self.ask(Reason(heading, CANCEL_REASONS))
        if reason is not None:
            step = self.hall.cancel(number, reason=reason, actor=self.actor)
            await self.tell(await self.act(step), _("{number} 已取消"))

    async def _can_be(self, number: str, move: Move) -> bool:
        """Whether there is such a ticket and it can be moved so; says why not, before more is asked."""
        ticket = await self.look(self.hall.ticket(number))
        if ticket is None:
            return False
        try:
            ticket.moved(move)
        except IllegalMove as refused:
            self.status.refuse(refused)
            return False
        return True

    async def reroute(self, number: str | None = None) -> None:
        """Send a waiting ticket to another category, or to one window."""
        number = number or await self._pick_of(
            _("改派哪个号"), _may(Move.REROUTE), _("现在没有人等候")
        )
        if number is None or not await self._can_be(number, Move.REROUTE):
            return
        lines = await self.look(self.hall.lines())
        if lines is None:
            return
        choices: list[tuple[Line, str]] = [
            (category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("指定一个窗口"), _WINDOW))
        heading = _("{number} 改派到哪里").format(number=number)
        to = await self.ask(Choice(heading, choices))
        if to is None:
            return
        if to != _WINDOW:
            step = self.hall.reroute(number, to_category=to, actor=self.actor)
        else:
            window = await self.ask_window(_("{number} 改派到几号窗口").format(number=number))
            if window is None:
                return
            step = self.hall.reroute(number, to_window=window, actor=self.actor)
        await self.tell(await self.act(step), _("{number} 已改派"))

    async def ask_window(self, heading: str) -> int | None:
        """A window of the hall."""
        overview = await self.look(self.hall.overview())
        if overview is None:
            return None
        entries = [
            (str(each.settings.number), window_row(each, self.categories))
            for each in overview.windows
        ]
        typed = await self.ask(Pick(heading, _("窗口号"), entries, NO_WINDOW))
        try:
            return None if typed is None else self.hall.rules.window(typed).number
        except QueueRefusal as refused:
            self.status.refuse(refused)
            return None

    async def reinstate(self, number: str | None = None) -> None:
        """Bring a passed ticket back into its line."""
        number = number or await self._pick_of(
            _("恢复哪个过号"), _in(TicketState.PASSED), _("今天没有过号的号")
        )
        if number is not None:
            step = self.hall.reinstate(number, actor=self.actor)
            await self.tell(await self.act(step), _("{number} 已回到队里"))

    async def wake(self, number: str | None = None) -> None:
        """Bring a held ticket back."""
        number = number or await self._pick_of(
            _("唤回哪个挂起的号"), _in(TicketState.HELD), _("现在没有挂起的号")
        )
        if number is not None:
            step = self.hall.wake(number, actor=self.actor)
            await self.tell(await self.act(step), _("{number} 已唤回"))

    async def redeem(self) -> None:
        """Give a priority number for a slip of a day that an outage ended."""
        hint = _("键入凭条上的号；凭条在它写明的那一天有效，只用一次")
        number = await self.ask(Typing(_("优先凭条"), hint))
        if number is not None:
            step = self.hall.issue(slip=number, actor=self.actor)
            await self.tell(await self.act(step), _("凭条换成 {number}"))

    async def find(self, number: str | None = None) -> None:
        """Show one ticket, and do with it what can be done."""
        number = number or await self._pick_of(_("查哪个号"))
        ticket = await self.look(self.hall.ticket(number)) if number is not None else None
        if ticket is None:
            return
        why = await self.look(self.hall.why(ticket.number)) or ""
        known = {item.code: item for item in await self.look(self.hall.items()) or ()}
        items = [known[code] for code in ticket.items if code in known]
        facts = card_rows(ticket, items, why, self.hall.rules, self.hall.settings.zone)
        choices: list[tuple[Line, str]] = [
            (_(label), step) for step, label in _STEPS.items() if self._can(step, ticket)
        ]
        step = await self.ask(TicketCard(f"{ticket.number}", facts, choices))
        if step is not None:
            await self._step(step, ticket.number)

    def _can(self, step: str, ticket: Ticket) -> bool:
        if step == "reprint":
            return bool(self.hall.settings.printer)
        return _may(_MOVES[step])(ticket)

    async def _step(self, step: str, number: str) -> None:
        steps = {
            "reprint": self.reprint,
            "cancel": self.cancel,
            "reroute": self.reroute,
            "reinstate": self.reinstate,
            "wake": self.wake,
        }
        await steps[step](number)


def _may(move: Move) -> Callable[[Ticket], bool]:
    """Whether the table of moves lets a ticket make this one."""

    def may(ticket: Ticket) -> bool:
        try:
            ticket.moved(move)
        except IllegalMove:
            return False
        return True

    return may


def _in(state: TicketState) -> Callable[[Ticket], bool]:
    return lambda ticket: ticket.state is state
