"""The clerk's screen: one ticket at a time, every step one key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from yichuang.errors import NeverPrinted, QueueRefusal
from yichuang.language import N_, _
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.view import WindowView
from yichuang.queue.window import WindowState
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens import window_rows as rows
from yichuang.tui.screens.choice import Choice, Pick
from yichuang.tui.screens.question import Question
from yichuang.tui.text import Line
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows, TextLine

Step = Coroutine[Any, Any, Done]
_WINDOW = "window"
"""What the transfer dialog gives when a window is wanted instead of a category."""


def _key(digit: str, action: str, label: str) -> Binding:
    return Binding(digit_keys(digit), action, label, key_display=digit, id=f"window.{action}")


def _translated(reasons: Sequence[str]) -> list[tuple[Line, str]]:
    """Reasons to choose from: shown in the user's language, kept as the hall wrote them."""
    return [(_(reason), reason) for reason in reasons]


class WindowScreen(HallScreen):
    """One window's duty: its ticket, its lines, what it holds and what was passed."""

    CSS_PATH = "window.tcss"
    NAME = N_("{window} 号窗口")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("叫号按 1，办事人来了按 3，办完按 4。"),
        N_("没有来按 2 再呼叫，还是没有来按 5 过号；他来了按 F4 恢复。"),
        N_("缺材料按 6 挂起，先叫别人；材料齐了按 F3 取回。"),
        N_("按错了，30 秒内按 9 撤销。离开窗口先按 8 暂停。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("1", "call_next", N_("叫号")),
        _key("2", "recall", N_("重呼")),
        _key("3", "start", N_("开始")),
        _key("4", "finish", N_("办结")),
        _key("5", "pass", N_("过号")),
        _key("6", "hold", N_("挂起")),
        _key("7", "transfer", N_("转移", "key")),
        _key("8", "pause", N_("暂停")),
        _key("8", "resume_duty", N_("恢复")),
        _key("9", "undo", N_("撤销")),
        _key("0", "pick", N_("指定")),
        Binding("f2", "open", N_("开窗"), id="window.open"),
        Binding("f2", "close", N_("关窗"), id="window.close"),
        Binding("f3", "take_back", N_("取回挂起"), id="window.take_back"),
        Binding("f4", "reinstate", N_("恢复过号", "key"), id="window.reinstate"),
        Binding("f5", "reprint", N_("补打"), id="window.reprint"),
    ]

    def __init__(self, hall: Hall, window: int) -> None:
        """`window` must be one of the hall's."""
        super().__init__(hall)
        self.window_number = window
        self.actor = f"window-{window}"
        self._view: WindowView | None = None
        self._print_job: int | None = None
        self._categories = {each.code: each for each in hall.settings.category}

    @property
    def heading(self) -> str:
        """The window's number and name."""
        name = next(
            each.name for each in self.hall.settings.window if each.number == self.window_number
        )
        return f"{_(self.NAME).format(window=self.window_number)} {name}"

    def compose_body(self) -> ComposeResult:
        """Duty, number and facts, item, lines and lists."""
        yield TextLine(widget_id="duty")
        with Horizontal(id="now"):
            yield BigNumber(widget_id="number")
            yield Rows(widget_id="facts")
        yield TextLine(widget_id="item")
        with Horizontal(id="lists"):
            with Vertical(id="left"):
                yield Rows(widget_id="lines")
                yield Rows(widget_id="waiting")
            with Vertical(id="right"):
                yield Rows(widget_id="held")
                yield Rows(widget_id="passed")

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the window and show it."""
        view = await self.hall.window_view(self.window_number)
        self._view = view
        self.query_one("#duty", TextLine).show_line(rows.duty_row(view, self.hall.settings.zone))
        self.query_one("#number", BigNumber).show(view.ticket.number if view.ticket else "")
        self.query_one("#facts", Rows).show(rows.fact_rows(view, self._categories))
        self.query_one("#item", TextLine).show_line(rows.item_row(view))
        self.query_one("#lines", Rows).show(rows.line_rows(view))
        self.query_one("#waiting", Rows).show(rows.waiting_rows(view, self._categories))
        held = rows.kept_rows(view.held, TicketState.HELD.label, self._categories)
        self.query_one("#held", Rows).show(held)
        passed = rows.kept_rows(view.passed, TicketState.PASSED.label, self._categories)
        self.query_one("#passed", Rows).show(passed)
        await self._follow_print_job()

    async def _follow_print_job(self) -> None:
        if self._print_job is None:
            return
        job = await self.hall.print_job(self._print_job)
        if job is None:
            self._print_job = None
            return
        text = _("补打 {number}：{state}").format(number=job.number, state=job.state.label)
        self.status.say(f" {text}", f" {job.reason.label}")
        if job.state.is_final:
            self._print_job = None

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if action == "reprint" and not self.hall.settings.printer:
            return False
        return self._view is None or rows.refusal(self._view, action) is None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key opens and closes, one pauses and resumes: only one of the two is there."""
        state = self._view.window.state if self._view else WindowState.CLOSED
        if action in ("open", "close"):
            return (action == "open") == (state is WindowState.CLOSED)
        if action in ("pause", "resume_duty"):
            return (action == "resume_duty") == (state is WindowState.PAUSED)
        allowed = super().check_action(action, parameters)
        if action == "acknowledge" and not allowed and len(self.app.screen_stack) == 1:
            # Dim instead of gone: the keys beside it would move with each notice, and cost bytes.
            return None
        return allowed

    # --- steps without a question -------------------------------------------------------------

    async def step(self, command: Step, said: str = "") -> None:
        """Run one command; `said` is shown after it, with `{number}` filled in."""
        done = await self.act(command)
        if done is not None and said:
            number = done.ticket.number if done.ticket else ""
            self.status.say(f" {said.format(number=number)}")

    async def action_call_next(self) -> None:
        """Call the ticket whose turn it is."""
        await self.step(self.hall.call_next(self.window_number, actor=self.actor))

    async def _step_shown(self, action: str, command: Callable[..., Step], said: str = "") -> None:
        """Run a command on the ticket that stands on the screen, and on no other.

        Another terminal may have gone on meanwhile; what the clerk does not see is left alone.
        """
        shown = self._present()
        if shown:
            step = command(self.window_number, ticket=shown, actor=self.actor)
            await self.step(step, said)
        else:
            self._may(action)

    async def action_recall(self) -> None:
        """Announce the ticket again."""
        await self._step_shown("recall", self.hall.recall, _("已重呼 {number}"))

    async def action_start(self) -> None:
        """The visitor came."""
        await self._step_shown("start", self.hall.start)

    async def action_finish(self) -> None:
        """The work is done."""
        said = _("{number} 已办结；按错了 30 秒内按 9 撤销")
        await self._step_shown("finish", self.hall.finish, said)

    async def action_hold(self) -> None:
        """Put the ticket aside."""
        await self._step_shown("hold", self.hall.hold, _("{number} 已挂起；按 F3 取回"))

    async def action_undo(self) -> None:
        """Take the last step back."""
        said = _("已撤销：{number}")
        await self.step(self.hall.undo(self.window_number, actor=self.actor), said)

    async def action_open(self) -> None:
        """Begin duty."""
        await self.step(self.hall.open_window(self.window_number, actor=self.actor))

    async def action_resume_duty(self) -> None:
        """End the pause."""
        await self.step(self.hall.resume_window(self.window_number, actor=self.actor))

    async def action_reprint(self) -> None:
        """Print the present ticket once more."""
        if not self.hall.settings.printer:
            self.status.refuse(NeverPrinted())
            return
        if not self._may("reprint") or self._view is None or self._view.ticket is None:
            return
        done = await self.act(self.hall.reprint(self._view.ticket.number, actor=self.actor))
        if done is not None:
            self._print_job = done.print_job
            await self.reload()

    # --- steps with a question ----------------------------------------------------------------

    def _may(self, action: str) -> bool:
        """Whether to ask at all; shows why not."""
        refused = rows.refusal(self._view, action) if self._view else None
        if refused is not None:
            self.status.refuse(refused)
        return refused is None

    def _ask(self, dialog: Choice[str] | Pick, answer: Callable[[str], Awaitable[None]]) -> None:
        async def take(value: str | None) -> None:
            if value is not None:
                await answer(value)

        self.app.push_screen(dialog, take)

    def _present(self) -> str:
        ticket = self._view.ticket if self._view else None
        return ticket.number if ticket else ""

    def action_pass(self) -> None:
        """The visitor did not come: ask why."""
        if not self._may("pass"):
            return
        shown = self._present()
        heading = _("{number} 过号的原因").format(number=shown)
        reasons = _translated(self.hall.settings.missed.reasons)
        self._ask(Choice(heading, reasons), partial(self._pass, shown))

    async def _pass(self, shown: str, reason: str) -> None:
        said = _("{number} 已过号；来了按 F4 恢复，按错了按 9 撤销")
        command = self.hall.pass_(self.window_number, reason=reason, ticket=shown, actor=self.actor)
        await self.step(command, said)

    def action_pause(self) -> None:
        """Stop calling: ask why."""
        if not self._may("pause"):
            return
        reasons = _translated(self.hall.settings.pause.reasons)
        self._ask(Choice(_("暂停服务的原因"), reasons), self._pause)

    async def _pause(self, reason: str) -> None:
        await self.step(self.hall.pause_window(self.window_number, reason=reason, actor=self.actor))

    def action_close(self) -> None:
        """End duty: ask whether it is meant."""
        if not self._may("close"):
            return

        async def take(sure: bool | None) -> None:
            if sure:
                await self.step(self.hall.close_window(self.window_number, actor=self.actor))

        question = _("关 {window} 号窗口？没有办的号留给别的窗口叫。")
        self.app.push_screen(Question(question.format(window=self.window_number)), take)

    def action_pick(self) -> None:
        """Call a chosen ticket."""
        if self._view is None or not self._may("pick"):
            return
        view = self._view
        entries = [
            (ticket.number, rows.ticket_row(ticket, self._categories, view.at))
            for ticket in view.waiting
        ]
        self._ask(Pick(_("叫指定的号"), _("号码"), entries), self._call)

    async def _call(self, number: str) -> None:
        await self.step(self.hall.call(self.window_number, number, actor=self.actor))

    def action_take_back(self) -> None:
        """Take a held ticket back."""
        if self._view is None or not self._may("take_back"):
            return
        self._ask(Choice(_("取回挂起的号"), self._choices(self._view.held)), self._take_back)

    async def _take_back(self, number: str) -> None:
        said = _("已取回 {number}；按 1 就叫它")
        await self.step(self.hall.resume(self.window_number, number, actor=self.actor), said)

    def action_reinstate(self) -> None:
        """Bring a passed ticket back into its line."""
        if self._view is None or not self._may("reinstate"):
            return
        self._ask(Choice(_("恢复过号"), self._choices(self._view.passed)), self._reinstate)

    async def _reinstate(self, number: str) -> None:
        done = await self.act(self.hall.reinstate(number, actor=self.actor))
        if done is not None and done.ticket is not None:
            said = _("{number} 回到队里，前面 {ahead} 人")
            self.status.say(f" {said.format(number=number, ahead=done.ticket.ahead)}")

    def _choices(self, tickets: Sequence[Ticket]) -> list[tuple[Line, str]]:
        now = self.hall.clock.now()
        return [(rows.ticket_row(each, self._categories, now), each.number) for each in tickets]

    async def action_transfer(self) -> None:
        """Send the ticket on: ask to which category, or to which window."""
        shown = self._present()
        if not self._may("transfer"):
            return
        lines = await self.look(self.hall.lines())
        if lines is None:
            return
        choices: list[tuple[Line, str]] = [
            (rows.category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("转到一个窗口"), _WINDOW))
        heading = _("{number} 转到哪里").format(number=shown)
        self._ask(Choice(heading, choices), partial(self._transfer, shown))

    async def _transfer(self, shown: str, to: str) -> None:
        if to == _WINDOW:
            await self._ask_window(shown)
            return
        command = self.hall.transfer(
            self.window_number, to_category=to, ticket=shown, actor=self.actor
        )
        await self.step(command, _("{number} 已转移"))

    async def _ask_window(self, shown: str) -> None:
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), rows.window_row(each, self._categories))
            for each in overview.windows
            if each.settings.number != self.window_number
        ]
        heading = _("{number} 转到哪个窗口").format(number=shown)
        answer = partial(self._transfer_to_window, shown)
        self._ask(Pick(heading, _("窗口号"), entries), answer)

    async def _transfer_to_window(self, shown: str, typed: str) -> None:
        try:
            target = self.hall.rules.window(typed).number
        except QueueRefusal as refused:
            self.status.refuse(refused)
            return
        command = self.hall.transfer(
            self.window_number, to_window=target, ticket=shown, actor=self.actor
        )
        said = _("{number} 已转到 {window} 号窗口").replace("{window}", str(target))
        await self.step(command, said)
