"""What a supervisor does with a window: open, pause, close, categories, who is there; with a reason."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from yichuang.errors import QueueRefusal, WindowBusy
from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.people.command import LeavePost
from yichuang.queue.people.post import OnDuty
from yichuang.queue.view import WindowLine
from yichuang.queue.window import WindowState
from yichuang.tui.screens.choice import NO_WINDOW, Choice, Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.screens.overview_assign import Assign, Assignment
from yichuang.tui.screens.window_rows import window_row
from yichuang.tui.text import Line

OPEN_REASONS = (N_("等候人多"), N_("替班"), N_("按排班"))
PAUSE_REASONS = (N_("设备故障"), N_("临时有事"), N_("开会"), N_("整理材料"))
RESUME_REASONS = (N_("设备修好了"), N_("人已回岗"), N_("等候人多"))
CLOSE_REASONS = (N_("人手不足"), N_("设备故障"), N_("等候人少"), N_("忘了关窗口"))
ASSIGN_REASONS = (N_("等候人多"), N_("换班"), N_("业务调整"), N_("改错了"))
TAKE_OFF_REASONS = (N_("忘了退出"), N_("临时调岗"), N_("身体不适"), N_("擅自离岗"))
"""What is offered for a reason; any other can be typed."""


class WindowActs(SupervisingScreen):
    """A screen from which a supervisor acts on windows."""

    def _window_runs(self) -> dict[str, Callable[[int], Coroutine[Any, Any, None]]]:
        return {
            "open": self.ask_open,
            "pause": self.ask_pause,
            "resume": self.ask_resume,
            "close": self.ask_close,
            "assign": self.ask_categories,
            "take_off": self.ask_take_off,
            "clerk": self.show_clerk,
        }

    async def action_window(self) -> None:
        """Do something with one window: ask which."""
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), window_row(each, self.categories))
            for each in overview.windows
        ]
        pick = Pick(_("处理哪个窗口"), _("窗口号"), entries, NO_WINDOW)
        ask(self, pick, self._ask_act_at)

    async def _ask_act_at(self, typed: str) -> None:
        number = self.window_number(typed)
        if number is not None:
            await self.ask_what_at(number)

    async def line_of(self, number: int) -> WindowLine | None:
        """The window as it is now."""
        overview = await self.look(self.hall.overview())
        lines = overview.windows if overview else ()
        return next((each for each in lines if each.settings.number == number), None)

    async def ask_what_at(self, number: int) -> None:
        """Ask what to do with a window: what its state and one's role allow."""
        line = await self.line_of(number)
        duty = await self.look(self.hall.people.on_duty(number))
        if line is None:
            return
        heading = _("{window} 号窗口（{state}）怎样处理").format(
            window=number, state=line.window.state.label
        )
        choices = self.allowed(*_acts(line.window.state, duty))
        if not choices:
            self.tell(_("{window} 号窗口现在没有人值班").format(window=number))
            return
        ask(self, Choice(heading, choices), partial(self._run_at, number))

    async def _run_at(self, number: int, action: str) -> None:
        await self._window_runs()[action](number)

    async def show_clerk(self, number: int) -> None:
        """Show the day of whoever is signed in there."""
        duty = await self.look(self.hall.people.on_duty(number))
        if duty is None:
            self.tell(_("{window} 号窗口现在没有人值班").format(window=number))
            return
        self.show_page("clerk", duty.badge)

    # --- open, pause, close -------------------------------------------------------------------

    async def ask_open(self, number: int) -> None:
        """Begin duty there: ask why."""
        heading = _("开 {window} 号窗口的原因").format(window=number)
        self.ask_why(heading, OPEN_REASONS, partial(self._open, number))

    async def _open(self, number: int, reason: str) -> None:
        if await self.order(commands.OpenWindow(number, reason)) is not None:
            self.tell(_("{window} 号窗口已开").format(window=number))

    async def ask_pause(self, number: int) -> None:
        """Stop calling there: ask why."""
        if await self._is_free(number):
            heading = _("{window} 号窗口暂停服务的原因").format(window=number)
            self.ask_why(heading, PAUSE_REASONS, partial(self._pause, number))

    async def _is_free(self, number: int) -> bool:
        """Whether no ticket is at the window; says so before a reason is asked for."""
        line = await self.line_of(number)
        if line is None:
            return False
        if line.ticket is None:
            return True
        busy: QueueRefusal = WindowBusy(
            window=number, number=line.ticket.number, state=line.ticket.state
        )
        self.status.refuse(busy)
        return False

    async def _pause(self, number: int, reason: str) -> None:
        if await self.order(commands.PauseWindow(number, reason)) is not None:
            self.tell(_("{window} 号窗口已暂停服务").format(window=number))

    async def ask_resume(self, number: int) -> None:
        """End a pause: ask why."""
        heading = _("{window} 号窗口恢复服务的原因").format(window=number)
        self.ask_why(heading, RESUME_REASONS, partial(self._resume, number))

    async def _resume(self, number: int, reason: str) -> None:
        if await self.order(commands.ResumeWindow(number, reason)) is not None:
            self.tell(_("{window} 号窗口已恢复服务").format(window=number))

    async def ask_close(self, number: int) -> None:
        """End duty there: ask why."""
        if await self._is_free(number):
            heading = _("关 {window} 号窗口的原因").format(window=number)
            self.ask_why(heading, CLOSE_REASONS, partial(self._close_it, number))

    async def _close_it(self, number: int, reason: str) -> None:
        if await self.order(commands.CloseWindow(number, reason)) is not None:
            self.tell(_("{window} 号窗口已关").format(window=number))

    # --- its categories -----------------------------------------------------------------------

    async def ask_categories(self, number: int) -> None:
        """Give it other categories: ask which."""
        line = await self.line_of(number)
        if line is None:
            return
        own, helps = line.window.categories, line.window.helps
        dialog = Assign(
            number,
            self.hall.settings.category,
            line.settings.categories if own is None else own,
            line.settings.helps if helps is None else helps,
        )
        ask(self, dialog, partial(self._ask_why_those, number))

    async def _ask_why_those(self, number: int, wanted: Assignment) -> None:
        heading = _("改 {window} 号窗口类别的原因").format(window=number)
        self.ask_why(heading, ASSIGN_REASONS, partial(self._assign, number, wanted))

    async def _assign(self, number: int, wanted: Assignment, reason: str) -> None:
        command = commands.AssignWindow(number, wanted.own, wanted.helps, reason)
        if await self.order(command) is None:
            return
        text = _("{window} 号窗口的类别已改，下一次叫号起生效")
        if wanted.own is None:
            text = _("{window} 号窗口恢复原来设的类别，下一次叫号起生效")
        self.tell(text.format(window=number))

    # --- who is there -------------------------------------------------------------------------

    async def ask_take_off(self, number: int) -> None:
        """Sign out who is there: ask who steps in, where somebody could, and why."""
        duty = await self.look(self.hall.people.on_duty(number))
        if duty is None:
            self.tell(_("{window} 号窗口现在没有人值班").format(window=number))
            return
        other = await self.look(self.hall.people.stand_in(number))
        if other is None:
            self._ask_why_off(LeavePost(number, duty.badge))
            return
        handed: Line = _("交给 {name}（{badge}）").format(
            name=other.staff.name, badge=other.staff.badge
        )
        choices: list[tuple[Line, str | None]] = [(handed, other.staff.badge)]
        choices.append((_("只撤下，窗口关闭"), None))
        named = [(line, LeavePost(number, duty.badge, to)) for line, to in choices]
        heading = _("把 {badge} 从 {window} 号窗口撤下").format(badge=duty.badge, window=number)
        ask(self, Choice(heading, named), self._ask_off)

    async def _ask_off(self, command: LeavePost) -> None:
        self._ask_why_off(command)

    def _ask_why_off(self, command: LeavePost) -> None:
        heading = _("把 {badge} 从 {window} 号窗口撤下的原因").format(
            badge=command.badge, window=command.window
        )
        self.ask_why(heading, TAKE_OFF_REASONS, partial(self._take_off, command))

    async def _take_off(self, command: LeavePost, reason: str) -> None:
        if await self.order(command._replace(reason=reason)) is None:
            return
        text = _("{badge} 已从 {window} 号窗口撤下")
        if command.to is not None:
            text = _("{window} 号窗口已由 {to} 接替 {badge}")
        self.tell(text.format(badge=command.badge, window=command.window, to=command.to))


def _acts(state: WindowState, duty: OnDuty | None) -> list[tuple[str, Line]]:
    """What can be done with a window: (action, text)."""
    found: list[tuple[str, Line]] = []
    if state is WindowState.CLOSED:
        found.append(("open", _("开窗口")))
    if state is WindowState.OPEN:
        found.append(("pause", _("暂停服务", "key")))
    if state is WindowState.PAUSED:
        found.append(("resume", _("恢复服务")))
    if state is not WindowState.CLOSED:
        found.append(("close", _("关窗口")))
    found.append(("assign", _("改类别")))
    if duty is not None:
        found += [("take_off", _("撤下值班人员")), ("clerk", _("看值班人员的一天"))]
    return found
