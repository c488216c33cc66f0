"""How a ticket stands, for whoever holds it: its number, large, what to do now, and what can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType

from yichuang.errors import UnknownCode
from yichuang.language import N_, _
from yichuang.queue.appointment import CODE_DIGITS
from yichuang.queue.booking.appointments import tidy_code
from yichuang.queue.rating import Grade
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.view import Standing, view_scanned
from yichuang.queue.wait import Wait
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.kiosk_rows import digit_row
from yichuang.tui.screens.kiosk_touch import PressedRow, TouchRows
from yichuang.tui.screens.waits import full_wait, wait_of
from yichuang.tui.text import Line, Part, wrap
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows

REPRINT, OTHER, HANDLE = "reprint", "other", "handle"
"""What the page gives besides a grade."""

_CELLS = 74
_STANDING = (TicketState.CALLED, TicketState.SERVING, TicketState.WAITING, TicketState.HELD)
_ENDED = {
    TicketState.CANCELLED: N_("这个号已经取消"),
    TicketState.VOID: N_("这个号已经作废"),
    TicketState.PASSED: N_("这个号已经过号"),
}


async def scanned(hall: Hall, text: str) -> Standing | str:
    """The ticket whose code was scanned, or a booking's code; raises UnknownCode."""
    found = await hall.look(view_scanned, text)
    if found is not None:
        return found
    code = tidy_code(text)
    if len(code) != CODE_DIGITS or not code.isdecimal():
        raise UnknownCode
    return code


def nearest_first(standings: Sequence[Standing]) -> list[Standing]:
    """Of several open tickets the one that is called or served before those that wait."""
    return sorted(standings, key=lambda each: _STANDING.index(each.ticket.state))


def can_rate(standing: Standing) -> bool:
    """Whether its visitor may say now how it was: finished today, and not rated yet."""
    is_finished = standing.ticket.state is TicketState.FINISHED
    return standing.is_today and is_finished and standing.rating is None


def standing_rows(standing: Standing, rules: HallRules, wait: Wait | None) -> list[Line]:
    """What it is, how it stands, what to do; neither an item nor a reason, for others look on."""
    ticket = standing.ticket
    what: list[Part] = ["  ", (_category(ticket, rules), "strong")]
    if not standing.is_today:
        said = _("这是 {date} 的号，已经过了那一天").format(date=f"{ticket.business_date:%Y-%m-%d}")
        return [what, *_told(said, _slip_hint(ticket) or _("今天要办请重新取号"), style="alert")]
    said, hint, style = _how(standing, rules, wait)
    return [what, *_told(said, hint, style=style)]


def _category(ticket: Ticket, rules: HallRules) -> str:
    found = rules.categories.get(ticket.category)
    return found.label if found else ticket.category


def _told(said: str, hint: str, *, style: str) -> list[Line]:
    lines: list[Line] = ["", ["  ", (f" {said} ", style) if style else said]]
    return [*lines, *(f"  {line}" for line in wrap(hint, _CELLS) if line)]


def _how(standing: Standing, rules: HallRules, wait: Wait | None) -> tuple[str, str, str]:
    """How a ticket of today stands, what to do, and the style of the former."""
    ticket = standing.ticket
    window = ticket.window or ticket.target_window
    if ticket.state is TicketState.WAITING:
        return _waiting(ticket, rules, wait)
    if ticket.state is TicketState.CALLED:
        said = _("正在叫您的号：请到 {window} 号窗口").format(window=window)
        return said, _("不来会按过号处理"), "alert"
    if ticket.state is TicketState.SERVING:
        return _("正在 {window} 号窗口办理").format(window=window), "", ""
    if ticket.state is TicketState.HELD:
        hint = _("材料齐了，请回 {window} 号窗口告诉工作人员").format(window=window)
        return _("这个号先放着，没有作废"), hint, ""
    if ticket.state is TicketState.FINISHED:
        if standing.rating is not None:
            return _("已经办结，也评价过了，谢谢"), "", ""
        return _("已经办结：请按数字评价这次服务"), "", ""
    if ticket.state is TicketState.PASSED and ticket.reinstated < rules.settings.missed.returns:
        return _("这个号已经过号"), _("请告诉导引台或原窗口的工作人员，可以恢复排队"), "alert"
    return _(_ENDED[ticket.state]), _slip_hint(ticket) or _("要办请重新取号"), "alert"


def _slip_hint(ticket: Ticket) -> str:
    if ticket.valid_on is None or ticket.redeemed is not None:
        return ""
    text = _("它是优先凭条，{date} 有效：请到导引台换号")
    return text.format(date=f"{ticket.valid_on:%Y-%m-%d}")


def _waiting(ticket: Ticket, rules: HallRules, wait: Wait | None) -> tuple[str, str, str]:
    said = _("前面还有 {count} 人").format(count=ticket.ahead)
    if ticket.target_window is not None:
        said += _("，到 {window} 号窗口办理").format(window=ticket.target_window)
    parts = []
    if ticket.not_before is not None:
        time = f"{ticket.not_before.astimezone(rules.zone):%H:%M}"
        parts.append(_("{mark} {time} 起叫号").format(mark=_("预约"), time=time))
    if wait is not None:
        parts.append(_("等候{wait}").format(wait=full_wait(wait)))
    return said, _("。").join([*parts, _("叫号时看屏幕、听语音")]), ""


def others_row(standings: Sequence[Standing], rules: HallRules) -> Line:
    """A person's further open tickets; empty when there are none."""
    named = [
        f"{each.ticket.number} {_category(each.ticket, rules)}"
        + _("（{why}）").format(why=each.ticket.state.label)
        for each in standings
    ]
    text = _("您还有：{others}").format(others=_("、").join(named))
    return f"  {text}" if named else ""


def grade_choices(standing: Standing) -> list[tuple[str, str]]:
    """The five grades, the best first, with what the page gives for them, where one may be given."""
    return [(grade.label, grade.value) for grade in Grade] if can_rate(standing) else []


class StandingPage(Dialog[str]):
    """Gives what was chosen, by digit or by a finger; a `Grade`'s value, `REPRINT` or `OTHER`."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "ticket_standing.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(digit_keys(digit), f"take({digit})", show=False) for digit in range(1, 6)
    ]

    def __init__(
        self,
        heading: str,
        number: str,
        facts: Sequence[Line],
        choices: Sequence[tuple[str, str]],
        used: Callable[[], None] | None = None,
    ) -> None:
        """`choices` are (what is written, what is given); `used` is called at every key."""
        super().__init__(heading)
        self._number = number
        self._facts = list(facts)
        self._choices = list(choices)[:5]
        self._used = used

    def compose_body(self) -> ComposeResult:
        """The number, how it stands, the choices."""
        yield BigNumber(self._number, widget_id="large")
        yield Rows(self._facts, widget_id="facts")
        rows: list[Line] = []
        for digit, (text, _given) in enumerate(self._choices, start=1):
            rows += [digit_row(digit, text), ""]
        yield TouchRows(rows, widget_id="choices")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As many digits as there are choices."""
        if action == "take":
            return parameters[0] in range(1, len(self._choices) + 1)
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        """Someone is there."""
        if self._used is not None:
            self._used()

    def action_take(self, digit: int) -> None:
        """Choose by digit."""
        self.dismiss(self._choices[digit - 1][1])

    @on(PressedRow)
    def press(self, message: PressedRow) -> None:
        """Choose by a finger; the free row below a choice belongs to it."""
        if message.row // 2 < len(self._choices):
            self.action_take(message.row // 2 + 1)


async def page_of(
    hall: Hall,
    heading: str,
    found: Standing,
    choices: Sequence[tuple[str, str]],
    others: Sequence[Standing] = (),
    used: Callable[[], None] | None = None,
) -> StandingPage:
    """The page of a ticket as it stands now; `others` are further ones of the same person."""
    wait = await wait_of(hall, found.ticket)
    facts = standing_rows(found, hall.rules, wait)
    if others:
        facts += ["", others_row(others, hall.rules)]
    return StandingPage(heading, found.ticket.number, facts, choices, used)
