"""The clerk's screen: one ticket at a time, every step one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from yichuang.errors import QueueRefusal
from yichuang.language import N_, _
from yichuang.queue.clerk import view_clerk
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, Ticket, TicketState
from yichuang.queue.view import WindowView
from yichuang.queue.wait import Wait
from yichuang.queue.window import WindowState
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens import window_rows as rows
from yichuang.tui.screens.choice import Choice, Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.reason import Reason
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.screens.window_clerk import ClerkScreen
from yichuang.tui.screens.window_details import TicketDetails, detail_rows
from yichuang.tui.text import Line
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows, TextLine

_WINDOW, _AND_BACK = "window", "and_back"
"""What the transfer dialog gives when a window is wanted instead of a category, or a way back."""

_HOLDS = (
    (HoldKind.FREE, N_("不持件：材料由办事人带走，本类窗口都可取回")),
    (HoldKind.KEPT, N_("持件：材料留在本窗口，由本窗口取回")),
    (HoldKind.OUTSIDE, N_("等待：等外面的结果，有结果再唤回本窗口")),
)
"""The kinds of hold as the clerk chooses them, the usual one first."""

TALL = 28
"""A screen with so many rows has two for the reason of a call."""


def _key(digit: str, action: str, label: str) -> Binding:
    return Binding(digit_keys(digit), action, label, key_display=digit, id=f"window.{action}")


def _translated(reasons: Sequence[str]) -> list[tuple[Line, str]]:
    """Reasons to choose from: shown in the user's language, kept as the hall wrote them."""
    return [(_(reason), reason) for reason in reasons]


class WindowScreen(ClerkScreen):
    """One window's duty: its ticket, its lines, what it holds and what was passed."""

    CSS_PATH = "window.tcss"
    NAME = N_("{window} 号窗口")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("叫号按 1，办事人来了按 3，办完按 4。"),
        N_("没有来按 2 再呼叫，够次数了按 5 过号；他来了按 F4 恢复。"),
        N_("刚过号就来了，按 0 直接补叫（标着「可补叫」的）。"),
        N_("缺材料按 6 挂起，先叫别人；材料齐了按 F3 取回。"),
        N_("为什么叫这个号、全部事项和联办的去处，按 F6 看。"),
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
        _key("8", "resume_duty", N_("继续")),
        _key("9", "undo", N_("撤销")),
        _key("0", "pick", N_("指定")),
        Binding("f2", "open", N_("开窗"), id="window.open"),
        Binding("f2", "close", N_("关窗"), id="window.close"),
        Binding("f3", "take_back", N_("取回挂起"), id="window.take_back"),
        Binding("f4", "reinstate", N_("恢复过号", "key"), id="window.reinstate"),
        Binding("f5", "reprint", N_("补打"), id="window.reprint"),
        Binding("f6", "details", N_("详情"), id="window.details"),
        Binding("f7", "leave_post", N_("离岗", "key"), id="window.leave_post"),
        Binding("f7", "take_post", N_("上岗"), id="window.take_post"),
        Binding("f8", "whereabouts", N_("去向"), id="window.whereabouts"),
    ]

    def __init__(self, hall: Hall, window: int) -> None:
        """`window` must be one of the hall's."""
        super().__init__(hall, window)
        self._until_counts: Timer | None = None
        self._told: dict[str, object] = {}
        """What the rows of each pane were worked out from."""
        # What a hall foretells has its column from the first reading on: nothing moves later.
        self._expected: Mapping[str, Wait] | None = {} if hall.settings.forecast.enabled else None

    @property
    def heading(self) -> str:
        """The window's number and name."""
        # The hall may have the window no more: its screen then says so.
        window = self.hall.rules.windows.get(self.window_number)
        return f"{_(self.NAME).format(window=self.window_number)} {window.name if window else ''}"

    def compose_body(self) -> ComposeResult:
        """Duty, number and facts, item, lines and lists."""
        yield TextLine(widget_id="duty")
        with Horizontal(id="now"):
            yield BigNumber(widget_id="number")
            yield Rows(widget_id="facts")
        yield TextLine(widget_id="item")
        yield Rows(widget_id="why")
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
        self._rules = self.hall.rules
        clerk = await self.hall.look(view_clerk, self.window_number)
        self.clerk = clerk
        view, zone, size = clerk.window, self.hall.settings.zone, self.size
        duty = [*rows.duty_row(view, zone, await self.unheard()), *await self.who_is_here()]
        self.query_one("#duty", TextLine).show_line(duty)
        self.query_one("#number", BigNumber).show(view.ticket.number if view.ticket else "")
        self.take_rating(clerk.rated)
        facts = rows.fact_rows(
            view,
            self._categories,
            self.hall.settings.missed,
            zone,
            self.rated,
            has_pad=self.has_pad,
        )
        self.query_one("#facts", Rows).show(facts)
        self.query_one("#item", TextLine).show_line(rows.item_row(clerk.items))
        self._tell(
            "why",
            (view.why, size),
            lambda: rows.why_rows(view.why, size.width, 2 if size.height >= TALL else 1),
        )
        self._show_lines()
        pane = self.query_one("#waiting", Rows)
        seen = pane.size.height or size.height
        pane.show(rows.waiting_rows(view, self._categories, zone, seen))
        self._tell("held", view.held, lambda: rows.held_rows(view.held, self._categories))
        self._tell(
            "passed",
            (view.passed, clerk.late),
            lambda: rows.passed_rows(view.passed, clerk.late, self._categories),
        )
        self._wake_when_it_counts(view)
        await self.follow_job()
        if self.hall.settings.forecast.enabled:
            # Last: nobody waits for a forecast to see the number that was called.
            expected = await waits_of(self.hall)
            if expected != self._expected:
                self._expected = expected
                self._show_lines()

    def _tell(self, pane: str, about: object, lines: Callable[[], Sequence[Line]]) -> None:
        """Show rows in a pane; what is as it was told before is not even worked out again."""
        told = (about, self.hall.rules)
        if self._told.get(pane) != told:
            self._told[pane] = told
            self.query_one(f"#{pane}", Rows).show(lines())

    def _show_lines(self) -> None:
        if self._view is not None:
            self.query_one("#lines", Rows).show(rows.line_rows(self._view, self._expected))

    def _wake_when_it_counts(self, view: WindowView) -> None:
        """Show the next step at the moment when it becomes possible; nothing ticks until then."""
        if self._until_counts is not None:
            self._until_counts.stop()
            self._until_counts = None
        ticket = view.ticket
        if view.pass_in and ticket is not None and ticket.state is TicketState.CALLED:
            # The rule's seconds are rounded up, so that this is never too early.
            self._until_counts = self.set_timer(view.pass_in, self.reload, name="counts")

    def on_resize(self) -> None:
        """Break the reason of the call for the new width."""
        self.call_after_refresh(self.reload)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key opens and closes, one pauses and resumes: only one of the two is there."""
        if not self.allows(action):
            return False
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

    # --- steps with a question ----------------------------------------------------------------

    def action_details(self) -> None:
        """Show all about the ticket."""
        clerk = self.clerk
        if clerk is None or not self._may("details") or clerk.window.ticket is None:
            return
        ticket, zone = clerk.window.ticket, self.hall.settings.zone
        text = detail_rows(ticket, clerk.items, clerk.window.why, self._categories, zone)
        heading = _("{number} 的详情").format(number=ticket.number)
        self.app.push_screen(TicketDetails(heading, text))

    def action_hold(self) -> None:
        """Put the ticket aside: ask how it comes back."""
        if not self._may("hold"):
            return
        shown = self._present()
        heading = _("{number} 怎样挂起").format(number=shown)
        kinds: list[tuple[Line, str]] = [(_(text), kind.value) for kind, text in _HOLDS]
        ask(self, Choice(heading, kinds), partial(self._hold, shown))

    async def _hold(self, shown: str, kind: str) -> None:
        word = _(rows.HOLD_WORDS[HoldKind(kind)], "hold")
        said = _("{number} 已挂起（{kind}）；按 F3 取回").replace("{kind}", word)
        command = self.hall.hold(self.window_number, kind=kind, ticket=shown, actor=self.actor)
        await self.step(command, said)

    def action_pass(self) -> None:
        """The visitor did not come: ask why."""
        ticket = self._view.ticket if self._view else None
        if not self._may("pass") or ticket is None:
            return
        is_final = self._is_final_pass(ticket)
        text = _("{number} 过号就作废，要重新取号：原因") if is_final else _("{number} 过号的原因")
        reasons = _translated(self.hall.settings.missed.reasons)
        heading = text.format(number=ticket.number)
        ask(self, Choice(heading, reasons), partial(self._pass, ticket.number))

    def _is_final_pass(self, ticket: Ticket) -> bool:
        missed = self.hall.settings.missed
        return missed.void_at_once or ticket.reinstated >= missed.returns

    async def _pass(self, shown: str, reason: str) -> None:
        command = self.hall.pass_(self.window_number, reason=reason, ticket=shown, actor=self.actor)
        done = await self.act(command)
        if done is None or done.ticket is None:
            return
        said = _("{number} 已过号；来了按 F4 恢复，按错了按 9 撤销")
        if done.ticket.state is TicketState.VOID:
            said = _("{number} 已作废，来了要重新取号；按错了按 9 撤销")
        self.status.say(f" {said.format(number=shown)}")

    def action_pause(self) -> None:
        """Stop calling: ask why."""
        if not self._may("pause"):
            return
        reasons = _translated(self.hall.settings.pause.reasons)
        ask(self, Choice(_("暂停服务的原因"), reasons), self._pause)

    async def _pause(self, reason: str) -> None:
        await self.step(self.hall.pause_window(self.window_number, reason=reason, actor=self.actor))

    def action_close(self) -> None:
        """End duty: ask whether it is meant."""
        if not self._may("close"):
            return

        async def close(_sure: bool) -> None:
            await self.step(self.hall.close_window(self.window_number, actor=self.actor))

        question = _("关 {window} 号窗口？没有办的号留给别的窗口叫。")
        ask(self, Question(question.format(window=self.window_number)), close)

    def action_pick(self) -> None:
        """Call a chosen ticket and ask why, or one whose visitor comes a little late."""
        clerk = self.clerk
        if clerk is None or not self._may("pick"):
            return
        now = clerk.window.at
        late, waiting = clerk.late, clerk.window.waiting
        told = _("过号，可补叫")
        entries = [
            *((each.number, rows.ticket_row(each, self._categories, now, told)) for each in late),
            *((each.number, rows.ticket_row(each, self._categories, now)) for each in waiting),
        ]
        known = {each.number: each.state for each in (*clerk.window.passed, *late, *waiting)}
        ask(self, Pick(_("叫指定的号"), _("号码"), entries), partial(self._pick, known))

    async def _pick(self, known: Mapping[str, TicketState], number: str) -> None:
        """Ask why, unless the visitor had a turn and missed it, or the hall refuses the call anyway."""
        state = known.get(number)
        if state is None:
            ticket = await self.look(self.hall.ticket(number))
            if ticket is None:
                return
            state = ticket.state
        if state is not TicketState.WAITING:
            await self._call(number)
            return
        heading = _("为什么先叫 {number}").format(number=number)
        reasons = self.hall.settings.dispatch.chosen_reasons
        ask(self, Reason(heading, reasons), partial(self._call, number))

    async def _call(self, number: str, reason: str | None = None) -> None:
        command = self.hall.call(self.window_number, number, reason=reason, actor=self.actor)
        await self.step(command)

    def action_take_back(self) -> None:
        """Take a held ticket back."""
        if self._view is None or not self._may("take_back"):
            return
        held: list[tuple[Line, str]] = [
            (rows.held_row(each, self._categories), each.number) for each in self._view.held
        ]
        ask(self, Choice(_("取回挂起的号"), held), self._take_back)

    async def _take_back(self, number: str) -> None:
        said = _("已取回 {number}；按 1 就叫它")
        await self.step(self.hall.resume(self.window_number, number, actor=self.actor), said)

    def action_reinstate(self) -> None:
        """Bring a passed ticket back into its line."""
        if self._view is None or not self._may("reinstate"):
            return
        now = self._view.at
        passed: list[tuple[Line, str]] = [
            (rows.ticket_row(each, self._categories, now), each.number)
            for each in self._view.passed
        ]
        ask(self, Choice(_("恢复过号"), passed), self._reinstate)

    async def _reinstate(self, number: str) -> None:
        done = await self.act(self.hall.reinstate(number, actor=self.actor))
        if done is not None and done.ticket is not None:
            said = _("{number} 回到队里，前面 {ahead} 人")
            self.status.say(f" {said.format(number=number, ahead=done.ticket.ahead)}")

    async def action_transfer(self) -> None:
        """Send the ticket on: ask to which category, or to which window."""
        if self._may("transfer"):
            await self._ask_where(self._present(), and_back=False)

    async def _ask_where(self, shown: str, *, and_back: bool) -> None:
        lines = await self.look(self.hall.lines())
        if lines is None:
            return
        choices: list[tuple[Line, str]] = [
            (rows.category_row(line), line.category.code) for line in lines
        ]
        choices.append((_("转到一个窗口"), _WINDOW))
        if not and_back:
            choices.append((_("转过去，办完再回本窗口"), _AND_BACK))
        text = _("{number} 转到哪里，办完再回来") if and_back else _("{number} 转到哪里")
        answer = partial(self._transfer, shown, and_back)
        ask(self, Choice(text.format(number=shown), choices), answer)

    async def _transfer(self, shown: str, and_back: bool, to: str) -> None:
        if to == _AND_BACK:
            await self._ask_where(shown, and_back=True)
        elif to == _WINDOW:
            await self._ask_window(shown, and_back)
        else:
            command = self.hall.transfer(
                self.window_number,
                to_category=to,
                and_back=and_back,
                ticket=shown,
                actor=self.actor,
            )
            await self.step(command, self._sent(_("{number} 已转移"), and_back))

    def _sent(self, said: str, and_back: bool) -> str:
        return said + _("，办完再回本窗口") if and_back else said

    async def _ask_window(self, shown: str, and_back: bool) -> None:
        overview = await self.look(self.hall.overview())
        if overview is None:
            return
        entries = [
            (str(each.settings.number), rows.window_row(each, self._categories))
            for each in overview.windows
            if each.settings.number != self.window_number
        ]
        heading = _("{number} 转到哪个窗口").format(number=shown)
        answer = partial(self._transfer_to_window, shown, and_back)
        ask(self, Pick(heading, _("窗口号"), entries), answer)

    async def _transfer_to_window(self, shown: str, and_back: bool, typed: str) -> None:
        try:
            target = self.hall.rules.window(typed).number
        except QueueRefusal as refused:
            self.status.refuse(refused)
            return
        command = self.hall.transfer(
            self.window_number,
            to_window=target,
            and_back=and_back,
            ticket=shown,
            actor=self.actor,
        )
        said = _("{number} 已转到 {window} 号窗口").replace("{window}", str(target))
        await self.step(command, self._sent(said, and_back))
