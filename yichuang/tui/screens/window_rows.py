"""What the window screen says: pure functions from a `WindowView` to rows, and to what is possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from yichuang.clock import elapsed
from yichuang.config import CategorySettings
from yichuang.errors import (
    IllegalMove,
    NothingHeld,
    NothingPassed,
    NothingToUndo,
    NothingWaiting,
    QueueRefusal,
    WindowAlreadyOpen,
    WindowBusy,
    WindowClosed,
    WindowIdle,
    WindowPaused,
)
from yichuang.language import _
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState
from yichuang.queue.view import LineView, WindowLine, WindowView
from yichuang.queue.window import WindowState
from yichuang.tui.text import Line, pad, pad_left, width

Categories = dict[str, CategorySettings]

_NAME, _COUNT, _HEAD, _WAIT = 16, 8, 7, 8
"""The widths of a line's columns in cells; with its edges and the priority mark, 49."""

MOVES = {
    "recall": Move.RECALL,
    "start": Move.START,
    "finish": Move.FINISH,
    "pass": Move.PASS,
    "hold": Move.HOLD,
    "transfer": Move.TRANSFER,
}
"""The actions that are moves of the window's present ticket."""


def minutes(since: datetime | None, until: datetime) -> int:
    """Whole minutes from `since` to `until`; 0 when there is no `since`."""
    return int(elapsed(since, until).total_seconds() // 60) if since else 0


def refusal(view: WindowView, action: str) -> QueueRefusal | None:
    """Why the window's rules would refuse an action now; None when they would not."""
    number, ticket = view.settings.number, view.ticket
    if action == "open":
        return None if _closed(view) else WindowAlreadyOpen(window=number)
    if action in ("reinstate", "reprint"):
        return _nothing_for(view, action)
    if _closed(view):
        return WindowClosed(window=number)
    if action in MOVES:
        return _move_refused(ticket, MOVES[action], number)
    if action in ("call_next", "pick", "pause", "close") and ticket is not None:
        return WindowBusy(window=number, number=ticket.number, state=ticket.state)
    if action in ("call_next", "pick"):
        if view.window.state is WindowState.PAUSED:
            return WindowPaused(window=number)
        return None if view.waiting else NothingWaiting(window=number)
    return _nothing_for(view, action)


def _closed(view: WindowView) -> bool:
    return view.window.state is WindowState.CLOSED


def _move_refused(ticket: Ticket | None, move: Move, window: int) -> QueueRefusal | None:
    if ticket is None:
        return WindowIdle(window=window)
    try:
        ticket.moved(move)
    except IllegalMove as refused:
        return refused
    return None


def _nothing_for(view: WindowView, action: str) -> QueueRefusal | None:
    if action == "take_back" and not view.held:
        return NothingHeld()
    if action == "reinstate" and not view.passed:
        return NothingPassed()
    if action == "undo" and not view.can_undo:
        return NothingToUndo(window=view.settings.number)
    if action == "reprint" and view.ticket is None:
        return WindowIdle(window=view.settings.number)
    return None


# --- rows --------------------------------------------------------------------------------------------


def duty_row(view: WindowView, zone: ZoneInfo) -> Line:
    """The window's state, since when and why."""
    window = view.window
    since = f"{window.since.astimezone(zone):%H:%M}" if window.since else ""
    state = window.state.label + (f"  {_(window.reason)}" if window.reason else "")
    # A filled row would run into the big number below it, where there are no colours.
    style = "strong" if window.state is WindowState.OPEN else "alert"
    return [(f" {state}  {_('{time} 起').format(time=since) if since else ''}", style)]


def fact_rows(view: WindowView, categories: Categories) -> list[Line]:
    """The five rows beside the big number."""
    ticket = view.ticket
    if ticket is None:
        return _guidance(view)
    mark = f"  [{ticket.priority_class.label}]" if _is_priority(ticket) else ""
    return [
        [(f" {ticket.state.label} ", "good"), (mark, "mark")],
        [(_category(ticket, categories), "strong")],
        _("取号后等了 {minutes} 分钟").format(
            minutes=minutes(ticket.issued_at, ticket.called_at or view.at)
        ),
        _so_far(ticket, view.at),
        _("叫了 {times} 次").format(times=ticket.calls),
    ]


def _so_far(ticket: Ticket, now: datetime) -> str:
    if ticket.state is TicketState.SERVING:
        return _("办理了 {minutes} 分钟").format(minutes=minutes(ticket.started_at, now))
    return _("叫号后过了 {minutes} 分钟").format(minutes=minutes(ticket.called_at, now))


def _guidance(view: WindowView) -> list[Line]:
    if view.window.state is WindowState.CLOSED:
        return [[(_("窗口没有开"), "strong")], _("按 F2 开窗，再叫号")]
    if view.window.state is WindowState.PAUSED:
        return [[(_("暂停服务中"), "strong")], _("按 8 恢复服务，再叫号")]
    if view.waiting:
        return [[(_("手上没有号"), "strong")], _("按 1 叫下一个号")]
    return [[(_("手上没有号"), "strong")], _("没有人在等，有人取号就会显示")]


def item_row(view: WindowView) -> Line:
    """The item's name, when the ticket has one."""
    return f" {_('事项')}{_('：')}{view.item.name}" if view.item else ""


def line_rows(view: WindowView) -> list[Line]:
    """Own lines and help lines with their counts, heads and longest waits."""
    rows: list[Line] = [_line_heading(_("本窗口"))]
    rows += [_line(line, view.at) for line in view.own]
    if view.help:
        rows.append(_line_heading(_("帮办")))
        rows += [_line(line, view.at) for line in view.help]
    return rows


def _line_heading(name: str) -> Line:
    columns = (
        pad(name, _NAME)
        + pad_left(_("等候"), _COUNT)
        + "  "
        + pad(_("队首"), _HEAD)
        + pad_left(_("最久"), _WAIT)
    )
    return [(f" {columns}", "section")]


def _line(line: LineView, now: datetime) -> Line:
    wait = _("{minutes} 分").format(minutes=minutes(line.oldest, now)) if line.oldest else ""
    text = (
        pad(line.category.label, _NAME)
        + pad_left(str(line.waiting), _COUNT)
        + "  "
        + pad(line.head, _HEAD)
        + pad_left(wait, _WAIT)
    )
    priority = (" " + _("优先{count}").format(count=line.priority), "mark") if line.priority else ""
    return [(f" {text}", "" if line.waiting else "dim"), priority]


def waiting_rows(view: WindowView, categories: Categories) -> list[Line]:
    """Who can be called here, in order of place."""
    rows: list[Line] = [[(f" {_('等候')} {len(view.waiting)}", "section")]]
    for ticket in view.waiting:
        wait = _("{minutes} 分").format(minutes=minutes(ticket.issued_at, view.at))
        text = (
            f" {pad(ticket.number, 8)}{pad(_category(ticket, categories), 17)}{pad_left(wait, 9)}"
        )
        rows.append([text, *_marks(ticket)])
    return rows


def kept_rows(tickets: Sequence[Ticket], heading: str, categories: Categories) -> list[Line]:
    """Held or passed tickets in columns as wide as they must be, with the reason where there is one."""
    rows: list[Line] = [[(f" {heading} {len(tickets)}", "section")]]
    labels = [_category(ticket, categories) for ticket in tickets]
    number_cells = max((width(ticket.number) for ticket in tickets), default=0)
    label_cells = max(map(width, labels), default=0)
    for ticket, label in zip(tickets, labels, strict=True):
        number, reason = pad(ticket.number, number_cells), _(ticket.reason or "")
        rows.append(f" {number} {pad(label, label_cells)} {reason}")
    return rows


def ticket_row(ticket: Ticket, categories: Categories, now: datetime) -> Line:
    """One ticket in a list to choose from."""
    wait = _("取号后 {minutes} 分").format(minutes=minutes(ticket.issued_at, now))
    text = f"{pad(ticket.number, 8)}{pad(_category(ticket, categories), 18)}{pad(wait, 16)}"
    return [text, *_marks(ticket), _(ticket.reason or "")]


def category_row(line: LineView) -> Line:
    """A category to transfer to, with how many wait there."""
    waiting = _("等候 {count} 人").format(count=line.waiting)
    return f"{pad(line.category.label, 20)}{waiting}"


def window_row(line: WindowLine, categories: Categories) -> Line:
    """A window to choose: number, state, and its own categories."""
    own = _("、").join(
        categories[code].label for code in line.settings.categories if code in categories
    )
    name = _("{window} 号窗口").format(window=line.settings.number)
    return f"{pad(name, 14)}{pad(line.window.state.label, 10)}{own}"


def _marks(ticket: Ticket) -> list[tuple[str, str]]:
    marks = [ticket.priority_class.label] if _is_priority(ticket) else []
    if ticket.target_window is not None:
        marks.append(_("到本窗口"))
    return [(f"  {' '.join(marks)}  ", "mark")] if marks else []


def _is_priority(ticket: Ticket) -> bool:
    return ticket.priority_class is PriorityClass.PRIORITY


def _category(ticket: Ticket, categories: Categories) -> str:
    found = categories.get(ticket.category)
    return found.label if found else ticket.category
