"""What a supervisor does: pin, surge mode, other categories for a window, one ticket, the day's end."""

from __future__ import annotations

import getpass
from functools import partial

from yichuang.errors import IllegalMove, QueueRefusal
from yichuang.language import N_, _
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState, legal_moves
from yichuang.queue.view import Overview
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.choice import NO_WINDOW, Choice, Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_assign import Assign, Assignment
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.reason import Reason
from yichuang.tui.screens.window_rows import category_row, ticket_row, window_row
from yichuang.tui.text import Line

PIN_REASONS = (N_("身体不适"), N_("窗口办错"), N_("设备故障误号"), N_("急事"))
SURGE_REASONS = (N_("等候人多"), N_("窗口人手少"), N_("业务集中办理"), N_("设备故障"))
CANCEL_REASONS = (N_("放弃办理"), N_("取错号"), N_("重复取号"))
"""What is offered for a reason; any other can be typed."""

MOST_TICKETS = 300
"""The longest list of tickets to choose from."""

_ACTS = {
    Move.REROUTE: N_("改派到别的类别或窗口"),
    Move.RESUME: N_("唤回"),
    Move.REINSTATE: N_("恢复过号"),
    Move.CANCEL: N_("取消这个号"),
}
"""What can be done with one ticket, in this order."""

_OPEN = (TicketState.WAITING, TicketState.HELD, TicketState.PASSED, TicketState.CALLED)
_WINDOW = "window"
"""What the re-route dialog gives when a window is wanted instead of a category."""


def supervisor() -> str:
    """Who acts: the user of this terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "supervisor"


class SupervisingScreen(HallScreen):
    """A screen from which a supervisor acts. A subclass keeps in `seen` what it showed."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.actor = supervisor()
        self.seen: Overview | None = None
        """The hall as it was last read; None before the first reading."""
        self._categories = {each.code: each for each in hall.settings.category}

    def tell(self, text: str, hint: str = "") -> None:
        """Show a notice, and what to do next."""
        self.status.say(f" {text}", f" {hint}" if hint else "")

    # --- pin ----------------------------------------------------------------------------------

    async def action_pin(self) -> None:
        """Put a waiting ticket first, or give a pinned one its place back: ask which."""
        tickets = await self.look(self.hall.tickets(TicketState.WAITING, MOST_TICKETS))
        if tickets is None:
            return
        if not tickets:
            self.tell(_("没有人在等，没有可以置顶的号"))
            return
        heading = _("置顶哪个号（已经置顶的，再选就取消置顶）")
        ask(self, self._pick(heading, tickets), self._ask_pin)

    def _pick(self, heading: str, tickets: list[Ticket]) -> Pick:
        now = self.hall.clock.now()
        entries: list[tuple[str, Line]] = []
        for each in tickets:
            told = "" if each.state is TicketState.WAITING else each.state.label
            entries.append((each.number, ticket_row(each, self._categories, now, told)))
        return Pick(heading, _("号码"), entries)

    async def _ask_pin(self, number: str) -> None:
        ticket = await self.look(self.hall.ticket(number))
        if ticket is None or not self._may(ticket, Move.PIN):
            return
        number = ticket.number
        if ticket.priority_class is PriorityClass.PINNED:
            text = _("取消 {number} 的置顶？它回到原来的位置。").format(number=number)
            ask(self, Question(text), partial(self._unpin, number))
        else:
            heading = _("{number} 置顶的原因").format(number=number)
            ask(self, Reason(heading, PIN_REASONS), partial(self._pin, number))

    async def _pin(self, number: str, reason: str) -> None:
        done = await self.act(self.hall.pin(number, reason=reason, actor=self.actor))
        if done is not None and done.ticket is not None:
            text = _("{number} 已置顶：办这一类的窗口下一次叫号就轮到它")
            self.tell(text.format(number=done.ticket.number))

    async def _unpin(self, number: str, _sure: bool) -> None:
        done = await self.act(self.hall.unpin(number, actor=self.actor))
        if done is not None and done.ticket is not None:
            text = _("{number} 已取消置顶，前面 {ahead} 人")
            self.tell(text.format(number=done.ticket.number, ahead=done.ticket.ahead))

    # --- surge mode ---------------------------------------------------------------------------

    def action_begin_surge(self) -> None:
        """Every window helps with every category: ask why."""
        ask(self, Reason(_("开始高峰互助的原因"), SURGE_REASONS), self._begin_surge)

    async def _begin_surge(self, reason: str) -> None:
        done = await self.act(self.hall.set_surge(True, reason=reason, actor=self.actor))
        if done is not None:
            self.tell(_("高峰互助开始：各窗口自己的队空了就帮办所有类别"))

    def action_end_surge(self) -> None:
        """Windows help as usual again: ask whether it is meant."""
        ask(self, Question(_("结束高峰互助？各窗口只帮办原来设的类别。")), self._end_surge)

    async def _end_surge(self, _sure: bool) -> None:
        done = await self.act(self.hall.set_surge(False, actor=self.actor))
        if done is not None:
            self.tell(_("高峰互助已结束"))

    # --- a window's categories ----------------------------------------------------------------

    async def action_assign(self) -> None:
        """Give a window other categories: ask which window."""
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), window_row(each, self._categories))
            for each in overview.windows
        ]
        pick = Pick(_("改哪个窗口的类别"), _("窗口号"), entries, NO_WINDOW)
        ask(self, pick, self._ask_categories)

    async def _ask_categories(self, typed: str) -> None:
        overview = await self.look(self.hall.overview())
        number = self._window_number(typed)
        if overview is None or number is None:
            return
        line = next(each for each in overview.windows if each.settings.number == number)
        own, helps = line.window.categories, line.window.helps
        dialog = Assign(
            number,
            self.hall.settings.category,
            line.settings.categories if own is None else own,
            line.settings.helps if helps is None else helps,
        )
        ask(self, dialog, partial(self._assign, number))

    def _window_number(self, typed: str) -> int | None:
        """The window that was typed; what the hall has not is refused."""
        try:
            return self.hall.rules.window(typed).number
        except QueueRefusal as refused:
            self.status.refuse(refused)
            return None

    async def _assign(self, number: int, wanted: Assignment) -> None:
        command = self.hall.assign_window(
            number, categories=wanted.own, helps=wanted.helps, actor=self.actor
        )
        if await self.act(command) is None:
            return
        text = _("{window} 号窗口的类别已改，下一次叫号起生效")
        if wanted.own is None:
            text = _("{window} 号窗口恢复原来设的类别，下一次叫号起生效")
        self.tell(text.format(window=number))

    # --- one ticket ---------------------------------------------------------------------------

    async def action_ticket(self) -> None:
        """Do something with one ticket: ask which."""
        tickets: list[Ticket] = []
        for state in _OPEN:
            found = await self.look(self.hall.tickets(state, MOST_TICKETS))
            if found is None:
                return
            tickets += found
        ask(self, self._pick(_("处理哪个号"), tickets), self._ask_act)

    async def _ask_act(self, number: str) -> None:
        ticket = await self.look(self.hall.ticket(number))
        if ticket is None:
            return
        legal = legal_moves(ticket.state)
        acts: list[tuple[Line, Move]] = [
            (_(text), move) for move, text in _ACTS.items() if move in legal
        ]
        if not acts:
            self._may(ticket, Move.CANCEL)
            return
        heading = _("{number}（{state}）怎样处理").format(
            number=ticket.number, state=ticket.state.label
        )
        ask(self, Choice(heading, acts), partial(self._act_on, ticket.number))

    def _may(self, ticket: Ticket, move: Move) -> bool:
        """Whether the ticket can be moved so; says why not, before anything more is asked."""
        try:
            ticket.moved(move)
        except IllegalMove as refused:
            self.status.refuse(refused)
            return False
        return True

    async def _act_on(self, number: str, move: Move) -> None:
        if move is Move.CANCEL:
            heading = _("取消 {number} 的原因").format(number=number)
            ask(self, Reason(heading, CANCEL_REASONS), partial(self._cancel, number))
        elif move is Move.REROUTE:
            await self._ask_line(number)
        else:
            command = self.hall.wake if move is Move.RESUME else self.hall.reinstate
            done = await self.act(command(number, actor=self.actor))
            if done is not None and done.ticket is not None:
                text = _("{number} 回到队里，前面 {ahead} 人")
                self.tell(text.format(number=number, ahead=done.ticket.ahead))

    async def _cancel(self, number: str, reason: str) -> None:
        done = await self.act(self.hall.cancel(number, reason=reason, actor=self.actor))
        if done is not None:
            self.tell(_("{number} 已取消").format(number=number))

    async def _ask_line(self, number: str) -> None:
        lines = await self.look(self.hall.lines())
        if lines is None:
            return
        choices: list[tuple[Line, str]] = [
            (category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("派到一个窗口"), _WINDOW))
        heading = _("{number} 改派到哪里").format(number=number)
        ask(self, Choice(heading, choices), partial(self._reroute, number))

    async def _reroute(self, number: str, to: str) -> None:
        if to != _WINDOW:
            command = self.hall.reroute(number, to_category=to, actor=self.actor)
            if await self.act(command) is not None:
                label = self._categories[to].label
                self.tell(
                    _("{number} 已改派到「{category}」").format(number=number, category=label)
                )
            return
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), window_row(each, self._categories))
            for each in overview.windows
        ]
        heading = _("{number} 改派到哪个窗口").format(number=number)
        pick = Pick(heading, _("窗口号"), entries, NO_WINDOW)
        ask(self, pick, partial(self._reroute_to_window, number))

    async def _reroute_to_window(self, number: str, typed: str) -> None:
        target = self._window_number(typed)
        if target is None:
            return
        command = self.hall.reroute(number, to_window=target, actor=self.actor)
        if await self.act(command) is not None:
            text = _("{number} 已改派到 {window} 号窗口")
            self.tell(text.format(number=number, window=target))
