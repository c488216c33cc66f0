"""The console's page of tickets: all that have not ended, and the keys to act on the one under the cursor."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.supervision.view import SupervisionView
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.view import view_tickets
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.screens.overview_tickets import MOST_TICKETS, OPEN_STATES, TicketActs
from yichuang.tui.screens.window_rows import ticket_row
from yichuang.tui.text import Line, pad


class TicketsScreen(ListPage[Ticket], TicketActs):
    """Who waits, is called, is served, is held or passed; Enter shows a ticket's whole history."""

    NAME = N_("排队的号")
    PAGE = "tickets"
    NOTHING = N_("现在没有排着或在办的号")
    DETAILS = 1
    HOW_TO = (
        N_("先列等候的号（按叫号次序），再列已叫、在办、挂起和过号的。"),
        N_("上下键选号，F 键处理它，按 Enter 看它的全部经过。"),
        N_("办完的号、以前的号：按 F7 键入号码，号码后面可以写日期。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "pin", N_("置顶")),
        Binding("f2", "unpin", N_("取消置顶")),
        Binding("f3", "reroute", N_("改派")),
        Binding("f4", "cancel", N_("取消号")),
        Binding("f5", "bring_back", N_("回到队里")),
        Binding("f6", "paper", N_("补打")),
        Binding("f7", "find", N_("查号")),
    ]

    async def read_items(self, view: SupervisionView) -> Sequence[Ticket]:
        """Today's tickets that have not ended."""
        del view
        found: list[Ticket] = []
        for state in OPEN_STATES:
            found += await self.hall.look(view_tickets, state, MOST_TICKETS)
        return found

    def key_of(self, item: Ticket) -> Hashable:
        """A ticket is known by its id."""
        return item.id

    def list_heading(self) -> str:
        """The heads of the columns."""
        heads = pad(_("号", "head"), 8) + pad(_("类别", "head"), 18) + pad(_("状态", "head"), 16)
        return heads + _("备注", "head")

    def row_of(self, item: Ticket) -> Line:
        """A ticket as a row."""
        told = "" if item.state is TicketState.WAITING else item.state.label
        if item.window is not None and told:
            told += _(" {window} 号窗口").format(window=item.window)
        now = self.view.at if self.view else self.hall.clock.now()
        return ticket_row(item, self.categories, now, told)

    def details_of(self, item: Ticket) -> list[str]:
        """How many are ahead of it."""
        if item.state is not TicketState.WAITING:
            return []
        return [_("{number} 前面 {ahead} 人").format(number=item.number, ahead=item.ahead)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key pins and gives the place back."""
        if not self.allows(action):
            return False
        if action in ("pin", "unpin"):
            item = self.chosen
            is_pinned = item is not None and item.priority_class is PriorityClass.PINNED
            return (action == "unpin") == is_pinned
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether the key can do anything with the ticket under the cursor."""
        item = self.chosen
        acting = ("pin", "unpin", "reroute", "cancel", "bring_back", "paper")
        if item is None or action not in acting:
            return action not in acting
        if action == "paper":
            return bool(self.hall.settings.printer)
        if action == "bring_back":
            return item.state in (TicketState.HELD, TicketState.PASSED)
        if action == "cancel":
            return item.state is not TicketState.SERVING
        return item.state is TicketState.WAITING

    async def enter_item(self, item: Ticket) -> None:
        """Show everything that happened to it."""
        await self.show_history(item)

    async def action_pin(self) -> None:
        """Put it before all others."""
        if self.chosen is not None:
            await self.ask_pin(self.chosen)

    async def action_unpin(self) -> None:
        """Give it its place back."""
        if self.chosen is not None:
            await self.ask_unpin(self.chosen)

    async def action_reroute(self) -> None:
        """Send it to another line."""
        if self.chosen is not None:
            await self.ask_line(self.chosen)

    async def action_cancel(self) -> None:
        """Take it out."""
        if self.chosen is not None:
            await self.ask_cancel(self.chosen)

    async def action_bring_back(self) -> None:
        """Bring it back into line."""
        if self.chosen is not None:
            await self.ask_back(self.chosen)

    async def action_paper(self) -> None:
        """Print it."""
        if self.chosen is not None:
            await self.ask_paper(self.chosen)

    def action_find(self) -> None:
        """Look for a ticket of whatever state and day: ask for its number."""
        hint = _("键入号码，例如 A012；以前的号在后面写日期，例如 A012 2026-03-02")
        ask(self, Typing(_("查哪个号"), hint), partial(self._find))

    async def _find(self, typed: str) -> None:
        number, _space, day = typed.partition(" ")
        on: date | None = None
        if day.strip():
            try:
                on = date.fromisoformat(day.strip())
            except ValueError:
                self.tell(_("看不懂日期「{day}」").format(day=day.strip()), _("写成 2026-03-02"))
                return
        ticket = await self.look(self.hall.ticket(number, on))
        if ticket is not None:
            await self.show_history(ticket)
