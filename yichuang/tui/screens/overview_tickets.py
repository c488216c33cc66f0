"""What a supervisor does with one ticket: pin, re-route, cancel, bring back, print; each with a reason."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from yichuang.errors import IllegalMove
from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.printing import PrintJob
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState, legal_moves
from yichuang.tui.screens.choice import NO_WINDOW, Choice, Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.screens.window_rows import category_row, ticket_row, window_row
from yichuang.tui.text import Line

PIN_REASONS = (N_("身体不适"), N_("窗口办错"), N_("设备故障误号"), N_("急事"))
UNPIN_REASONS = (N_("事由已解决"), N_("置顶错了"))
REROUTE_REASONS = (N_("取错类别"), N_("换窗口办更快"), N_("窗口停办"), N_("办事人要求"))
CANCEL_REASONS = (N_("放弃办理"), N_("取错号"), N_("重复取号"))
BACK_REASONS = (N_("办事人已到"), N_("材料已补齐"), N_("没听到叫号"))
PAPER_REASONS = (N_("票没打出来"), N_("票丢了"), N_("票看不清"))
"""What is offered for a reason; any other can be typed."""

MOST_TICKETS = 300
"""The longest list of tickets to choose from."""

LATEST_JOBS = 500
"""Among so many print jobs a ticket's paper is looked for."""

OPEN_STATES = (
    TicketState.WAITING,
    TicketState.CALLED,
    TicketState.SERVING,
    TicketState.HELD,
    TicketState.PASSED,
)
"""Tickets with which something may still be done, in the order of the lists."""

_WINDOW = "window"
"""What the re-route dialog gives when a window is wanted instead of a category."""


class TicketActs(SupervisingScreen):
    """A screen from which a supervisor acts on tickets."""

    def _ticket_runs(self) -> dict[str, Callable[[Ticket], Coroutine[Any, Any, None]]]:
        return {
            "pin": self.ask_pin,
            "unpin": self.ask_unpin,
            "reroute": self.ask_line,
            "bring_back": self.ask_back,
            "cancel": self.ask_cancel,
            "paper": self.ask_paper,
            "history": self.show_history,
        }

    async def open_tickets(self) -> list[Ticket] | None:
        """Today's tickets that have not ended, by state."""
        tickets: list[Ticket] = []
        for state in OPEN_STATES:
            found = await self.look(self.hall.tickets(state, MOST_TICKETS))
            if found is None:
                return None
            tickets += found
        return tickets

    async def action_ticket(self) -> None:
        """Do something with one ticket: ask which."""
        tickets = await self.open_tickets()
        if tickets is not None:
            ask(self, self._pick(_("处理哪个号"), tickets), self._ask_act)

    def _pick(self, heading: str, tickets: list[Ticket]) -> Pick:
        now = self.hall.clock.now()
        entries: list[tuple[str, Line]] = []
        for each in tickets:
            told = "" if each.state is TicketState.WAITING else each.state.label
            entries.append((each.number, ticket_row(each, self.categories, now, told)))
        return Pick(heading, _("号码"), entries)

    async def _ask_act(self, number: str) -> None:
        ticket = await self.look(self.hall.ticket(number))
        if ticket is not None:
            self.ask_what_with(ticket)

    def ask_what_with(self, ticket: Ticket) -> None:
        """Ask what to do with a ticket: what its state and one's role allow."""
        heading = _("{number}（{state}）怎样处理").format(
            number=ticket.number, state=ticket.state.label
        )
        acts = _acts(ticket)
        if not self.hall.settings.printer:
            acts = [each for each in acts if each[0] != "paper"]
        ask(self, Choice(heading, self.allowed(*acts)), partial(self._run, ticket))

    async def _run(self, ticket: Ticket, action: str) -> None:
        await self._ticket_runs()[action](ticket)

    def may_move(self, ticket: Ticket, move: Move) -> bool:
        """Whether the ticket can be moved so; says why not, before anything more is asked."""
        try:
            ticket.moved(move)
        except IllegalMove as refused:
            self.status.refuse(refused)
            return False
        return True

    async def show_history(self, ticket: Ticket) -> None:
        """Show everything that happened to it."""
        self.show_page("history", ticket.number, ticket.business_date)

    # --- pin ----------------------------------------------------------------------------------

    async def ask_pin(self, ticket: Ticket) -> None:
        """Put it before all others: ask why."""
        if self.may_move(ticket, Move.PIN):
            heading = _("{number} 置顶的原因").format(number=ticket.number)
            self.ask_why(heading, PIN_REASONS, partial(self._pin, ticket.number))

    async def _pin(self, number: str, reason: str) -> None:
        if await self.order(commands.PinTicket(number, reason)) is not None:
            text = _("{number} 已置顶：办这一类的窗口下一次叫号就轮到它")
            self.tell(text.format(number=number))

    async def ask_unpin(self, ticket: Ticket) -> None:
        """Give it its place back: ask why."""
        heading = _("{number} 取消置顶的原因（回到原来的位置）").format(number=ticket.number)
        self.ask_why(heading, UNPIN_REASONS, partial(self._unpin, ticket.number))

    async def _unpin(self, number: str, reason: str) -> None:
        done = await self.order(commands.UnpinTicket(number, reason))
        if done is not None and done.ticket is not None:
            text = _("{number} 已取消置顶，前面 {ahead} 人")
            self.tell(text.format(number=number, ahead=done.ticket.ahead))

    # --- another line, back into line, the end ------------------------------------------------

    async def ask_line(self, ticket: Ticket) -> None:
        """Send it to another line: ask which."""
        lines = await self.look(self.hall.lines())
        if lines is None or not self.may_move(ticket, Move.REROUTE):
            return
        choices: list[tuple[Line, str]] = [
            (category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("派到一个窗口"), _WINDOW))
        heading = _("{number} 改派到哪里").format(number=ticket.number)
        ask(self, Choice(heading, choices), partial(self._ask_whereto, ticket.number))

    async def _ask_whereto(self, number: str, to: str) -> None:
        if to != _WINDOW:
            label = self.categories[to].label
            command = commands.RerouteTicket(number, to_category=to)
            self._ask_why_there(command, _("「{category}」").format(category=label))
            return
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), window_row(each, self.categories))
            for each in overview.windows
        ]
        heading = _("{number} 改派到哪个窗口").format(number=number)
        pick = Pick(heading, _("窗口号"), entries, NO_WINDOW)
        ask(self, pick, partial(self._ask_window, number))

    async def _ask_window(self, number: str, typed: str) -> None:
        target = self.window_number(typed)
        if target is not None:
            command = commands.RerouteTicket(number, to_window=target)
            self._ask_why_there(command, _(" {window} 号窗口").format(window=target))

    def _ask_why_there(self, command: commands.RerouteTicket, where: str) -> None:
        heading = _("{number} 改派到{where}的原因").format(number=command.number, where=where)
        self.ask_why(heading, REROUTE_REASONS, partial(self._reroute, command, where))

    async def _reroute(self, command: commands.RerouteTicket, where: str, reason: str) -> None:
        if await self.order(command._replace(reason=reason)) is not None:
            self.tell(_("{number} 已改派到{where}").format(number=command.number, where=where))

    async def ask_back(self, ticket: Ticket) -> None:
        """Bring a held or passed one back into line: ask why."""
        is_held = ticket.state is TicketState.HELD
        if self.may_move(ticket, Move.RESUME if is_held else Move.REINSTATE):
            heading = _("{number} 回到队里的原因").format(number=ticket.number)
            kind = commands.WakeTicket if is_held else commands.ReinstateTicket
            self.ask_why(heading, BACK_REASONS, partial(self._back, kind(ticket.number)))

    async def _back(
        self, command: commands.WakeTicket | commands.ReinstateTicket, reason: str
    ) -> None:
        done = await self.order(command._replace(reason=reason))
        if done is not None and done.ticket is not None:
            text = _("{number} 回到队里，前面 {ahead} 人")
            self.tell(text.format(number=command.number, ahead=done.ticket.ahead))

    async def ask_cancel(self, ticket: Ticket) -> None:
        """Take it out for good: ask why."""
        if self.may_move(ticket, Move.CANCEL):
            heading = _("取消 {number} 的原因").format(number=ticket.number)
            self.ask_why(heading, CANCEL_REASONS, partial(self._cancel, ticket.number))

    async def _cancel(self, number: str, reason: str) -> None:
        if await self.order(commands.CancelTicket(number, reason)) is not None:
            self.tell(_("{number} 已取消").format(number=number))

    # --- paper --------------------------------------------------------------------------------

    async def ask_paper(self, ticket: Ticket) -> None:
        """Print it: again where surely nothing came out, else once more with 补打; ask why."""
        job = await self._last_job(ticket)
        text = _("补打 {number} 的原因")
        command: commands.ReprintTicket | commands.RetryPrint
        command = commands.ReprintTicket(ticket.number)
        if job is not None and job.is_surely_unprinted:
            text, command = _("再打 {number} 的原因"), commands.RetryPrint(job.id)
        heading = text.format(number=ticket.number)
        self.ask_why(heading, PAPER_REASONS, partial(self._print, ticket.number, command))

    async def _last_job(self, ticket: Ticket) -> PrintJob | None:
        jobs = await self.look(self.hall.print_jobs(LATEST_JOBS)) or ()
        return next((job for job in jobs if job.ticket == ticket.id), None)

    async def _print(
        self, number: str, command: commands.ReprintTicket | commands.RetryPrint, reason: str
    ) -> None:
        if await self.order(command._replace(reason=reason)) is not None:
            self.tell(_("{number} 已交去打印").format(number=number), _("打没打好，看设备界面"))


def _acts(ticket: Ticket) -> list[tuple[str, Line]]:
    """What can be done with it: (action, text)."""
    legal = legal_moves(ticket.state)
    pinned = ticket.priority_class is PriorityClass.PINNED
    found: list[tuple[str, Line]] = []
    if Move.PIN in legal:
        found.append(("unpin", _("取消置顶")) if pinned else ("pin", _("置顶")))
    if Move.REROUTE in legal:
        found.append(("reroute", _("改派到别的类别或窗口")))
    if Move.RESUME in legal or Move.REINSTATE in legal:
        text = _("唤回") if ticket.state is TicketState.HELD else _("恢复过号")
        found.append(("bring_back", text))
    if Move.CANCEL in legal:
        found.append(("cancel", _("取消这个号")))
    return [*found, ("paper", _("补打号票")), ("history", _("看全部经过"))]
