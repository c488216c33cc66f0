"""What the window screen says: pure functions from one moment of a window to rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from yichuang.clock import elapsed
from yichuang.config import CategorySettings, MissedSettings
from yichuang.language import N_, _
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.ticket import HoldKind, PriorityClass, Ticket, TicketState
from yichuang.queue.view import LineView, Rated, WindowLine, WindowView
from yichuang.queue.wait import Wait
from yichuang.queue.window import WindowState
from yichuang.tui.text import Line, Part, cut, pad, pad_left, width, wrap

Categories = dict[str, CategorySettings]

_NAME, _COUNT, _HEAD, _WAIT = 16, 6, 6, 8
"""The widths of a line's columns in cells."""
LINE_CELLS = 49
"""The width of the lines' pane."""

HOLD_WORDS: Mapping[HoldKind, str] = MappingProxyType(
    {
        HoldKind.FREE: N_("不持件", "hold"),
        HoldKind.KEPT: N_("持件", "hold"),
        HoldKind.OUTSIDE: N_("等待", "hold"),
    }
)
"""The kinds of hold in one word each, to be translated."""


def minutes(since: datetime | None, until: datetime) -> int:
    """Whole minutes from `since` to `until`; 0 when there is no `since`."""
    return int(elapsed(since, until).total_seconds() // 60) if since else 0


# --- the ticket at hand ------------------------------------------------------------------------------


def duty_row(view: WindowView, zone: ZoneInfo, unheard: str = "") -> Line:
    """The window's state, since when and why; surge mode, and whether its categories were changed.

    `unheard` says that nobody hears the calls, which the clerk must know.
    """
    window = view.window
    since = f"{window.since.astimezone(zone):%H:%M}" if window.since else ""
    state = window.state.label + (f"  {_(window.reason)}" if window.reason else "")
    # A filled row would run into the big number below it, where there are no colours.
    style = "strong" if window.state is WindowState.OPEN else "alert"
    row: list[Part] = [(f" {state}  {_('{time} 起').format(time=since) if since else ''}", style)]
    if unheard:
        row += ["  ", (f"! {unheard}", "mark")]
    if view.settings.kind != "integrated":
        row.append(f"  {view.settings.label}")
    if view.settings.skills:
        row.append(f"  {' '.join(view.settings.skills)}")
    if window.categories is not None:
        row.append((f"  [{_('类别已改派')}]", "mark"))
    if view.surge is not None:
        began = _("{time} 起").format(time=f"{view.surge.since.astimezone(zone):%H:%M}")
        row.append((f"  [{_('高峰互助')}]  {_(view.surge.reason)} {began}", "mark"))
    return row


def fact_rows(
    view: WindowView,
    categories: Categories,
    missed: MissedSettings,
    zone: ZoneInfo,
    rated: Rated | None = None,
    *,
    has_pad: bool = False,
) -> list[Line]:
    """The five rows beside the big number; where there is no ticket, what became of the last one's rating."""
    ticket = view.ticket
    if ticket is None:
        return [*_guidance(view), "", *rated_rows(rated, has_pad=has_pad)]
    marks = "".join(f" [{mark}]" for mark in class_marks(ticket))
    need = f"  {need_label(ticket.need)}" if ticket.need else ""
    serving = ticket.state is TicketState.SERVING
    last = _("叫了 {times} 次").format(times=ticket.calls) if serving else _counted(view, missed)
    rows: list[Line] = [
        [(f" {ticket.state.label} ", "good"), (f" {marks}", "mark")],
        [(_category(ticket, categories), "strong"), (need, "mark")],
        waited_text(ticket, view.at, zone),
        _so_far(ticket, view.at),
        last,
    ]
    if ticket.route:
        # Where it goes next matters more than the calls once it is served, and than the minutes before.
        rows[4 if serving else 3] = [(next_stop(ticket, categories), "mark")]
    return rows


def rated_rows(rated: Rated | None, *, has_pad: bool) -> list[Line]:
    """What the last visitor thought, or that it is awaited; nothing at a window that nobody rates."""
    if rated is None:
        return []
    number = rated.ticket.number
    if rated.rating is not None:
        said = _("{number} 评价：{grade}").format(number=number, grade=rated.rating.grade.label)
        return [said, _("（{channel}）").format(channel=rated.rating.channel.label)]
    if not has_pad:
        return []
    if rated.awaited:
        return [[(_("{number} 等待评价").format(number=number), "mark")]]
    return [_("{number} 未评价").format(number=number)]


def class_marks(ticket: Ticket) -> list[str]:
    """The classes of a ticket that are not the usual one; never the reason behind them."""
    classes = dict.fromkeys((ticket.priority_class, ticket.issued_class))
    return [each.label for each in classes if each is not PriorityClass.ORDINARY]


def waited_text(ticket: Ticket, now: datetime, zone: ZoneInfo) -> str:
    """How long it waited until its call: since its issue, or since its slot."""
    until = ticket.called_at or now
    if ticket.not_before is not None:
        return _("预约 {time}，等了 {minutes} 分钟").format(
            time=_slot(ticket, zone), minutes=minutes(ticket.since, until)
        )
    return _("取号后等了 {minutes} 分钟").format(minutes=minutes(ticket.issued_at, until))


def _slot(ticket: Ticket, zone: ZoneInfo) -> str:
    return f"{ticket.not_before.astimezone(zone):%H:%M}" if ticket.not_before else ""


def _so_far(ticket: Ticket, now: datetime) -> str:
    if ticket.state is TicketState.SERVING:
        return _("办理了 {minutes} 分钟").format(minutes=minutes(ticket.started_at, now))
    return _("叫号后过了 {minutes} 分钟").format(minutes=minutes(ticket.called_at, now))


def _counted(view: WindowView, missed: MissedSettings) -> str:
    """How many calls count, and the next step; the seconds are the rule's, for nothing here ticks."""
    counted = view.ticket.counted if view.ticket else 0
    enough = counted >= missed.calls
    if view.pass_in:
        text = _("隔 {gap} 秒可过号") if enough else _("隔 {gap} 秒可再叫")
    else:
        text = _("可以过号") if enough else _("可以再叫")
    return _("已叫 {counted}/{calls} 次，{then}").format(
        counted=min(counted, missed.calls),
        calls=missed.calls,
        then=text.format(gap=missed.gap_seconds),
    )


def next_stop(ticket: Ticket, categories: Categories) -> str:
    """The next stop of a joint route, and how many there are still."""
    stops = route_stops(ticket, categories)
    text = _("下一站：{stop}").format(stop=stops[0])
    if len(stops) > 1:
        text += _("，余 {count} 站").format(count=len(stops))
    return text


def route_stops(ticket: Ticket, categories: Categories) -> list[str]:
    """The stops that follow: categories, or the window that it comes back to."""
    names = []
    for stop in ticket.route:
        code, _mark, back_to = stop.partition("@")
        found = categories.get(code)
        category = found.label if found else code
        names.append(_("{window} 号窗口").format(window=back_to) if back_to else category)
    return names


def _guidance(view: WindowView) -> list[Line]:
    if view.window.state is WindowState.CLOSED:
        return [[(_("窗口没有开"), "strong")], _("按 F2 开窗，再叫号")]
    if view.window.state is WindowState.PAUSED:
        return [[(_("暂停服务中"), "strong")], _("按 8 继续服务，再叫号")]
    if view.waiting:
        return [[(_("手上没有号"), "strong")], _("按 1 叫下一个号")]
    return [[(_("手上没有号"), "strong")], _("没有人在等，有人取号就会显示")]


def item_row(items: Sequence[Item]) -> Line:
    """The item's name; of several their short names."""
    if not items:
        return ""
    if len(items) == 1:
        return f" {_('事项')}{_('：')}{items[0].name}"
    names = _("、").join(item.alias or item.name for item in items)
    return f" {_('{count} 个事项').format(count=len(items))}{_('：')}{names}"


def why_rows(why: str, cells: int, rows: int) -> list[Line]:
    """Why the ticket was called, in so many rows; the last one names the key for the rest."""
    if not why:
        return [""] * rows
    lines = wrap(f"{_('叫号理由')}{_('：')}{why}", cells - 2)
    if len(lines) <= rows:
        return [f" {line}" for line in [*lines, *[""] * (rows - len(lines))]]
    more = f" {_('F6 看全文')} "
    last = "".join(lines[rows - 1 :])
    shown = pad(f" {cut(last, cells - 2 - width(more))}", cells - width(more))
    return [*(f" {line}" for line in lines[: rows - 1]), [shown, (more, "key")]]


# --- the lines ---------------------------------------------------------------------------------------


def line_rows(view: WindowView, expected: Mapping[str, Wait] | None = None) -> list[Line]:
    """Own lines and help lines with their counts, heads and longest waits.

    `expected` is the wait that a visitor who came now would have, by category code; None in a hall that
    does not foretell, which has no column for it.
    """
    lines = [*view.own, *view.help]
    longest = max((width(line.category.label) for line in lines), default=0)
    name = _NAME if expected is None else min(longest, _NAME)
    rows: list[Line] = [_line_heading(_("本窗口"), name, expected)]
    rows += [_line(line, view.at, name, expected) for line in view.own]
    if view.help:
        rows.append(_line_heading(_("帮办"), name, expected))
        rows += [_line(line, view.at, name, expected) for line in view.help]
    return rows


def _line_heading(heading: str, name: int, expected: Mapping[str, Wait] | None) -> Line:
    columns = (
        pad(heading, name)
        + pad_left(_("等候"), _COUNT)
        + "  "
        + pad(_("队首"), _HEAD)
        + pad_left(_("最久"), _WAIT)
    )
    if expected is not None:
        columns += pad_left(_("预计", "wait"), _WAIT)
    return [(f" {columns}", "section")]


def _line(line: LineView, now: datetime, name: int, expected: Mapping[str, Wait] | None) -> Line:
    wait = _("{minutes} 分").format(minutes=minutes(line.oldest, now)) if line.oldest else ""
    text = (
        pad(line.category.label, name)
        + pad_left(str(line.waiting), _COUNT)
        + "  "
        + pad(line.head, _HEAD)
        + pad_left(wait, _WAIT)
    )
    if expected is not None:
        known = expected.get(line.category.code)
        text += pad_left(wait_text(known), _WAIT)
    row: list[Part] = [(f" {text}", "" if line.waiting else "dim")]
    front = " " + _("前列{count}").format(count=line.priority) if line.priority else ""
    if width(text) + width(front) < LINE_CELLS:
        row.append((front, "mark"))
    return row


def wait_text(wait: Wait | None) -> str:
    """The median of an expected wait; empty when it is not known."""
    return _("{minutes} 分").format(minutes=wait.minutes) if wait else ""


def waiting_rows(
    view: WindowView, categories: Categories, zone: ZoneInfo, most: int = 50
) -> list[Line]:
    """Who can be called here, in order of place; `most` is how many rows can be seen at all."""
    rows: list[Line] = [[(f" {_('等候')} {len(view.waiting)}", "section")]]
    for ticket in view.waiting[:most]:
        wait = _wait_text(ticket, view.at, zone)
        text = (
            f" {pad(ticket.number, 8)}{pad(_category(ticket, categories), 17)}{pad_left(wait, 9)}"
        )
        rows.append([text, *_marks(ticket)])
    return rows


def _wait_text(ticket: Ticket, now: datetime, zone: ZoneInfo) -> str:
    """The minutes that it has waited; of an appointment that is not due, from when on it may be called."""
    if ticket.not_before is not None and ticket.not_before > now:
        return _("{time} 起").format(time=_slot(ticket, zone))
    return _("{minutes} 分").format(minutes=minutes(ticket.since, now))


def held_rows(held: Sequence[Ticket], categories: Categories) -> list[Line]:
    """Held tickets: how, and by which window."""
    words = [_(HOLD_WORDS[each.hold], "hold") if each.hold else "" for each in held]
    by = [_("{window} 号", "window").format(window=each.window) for each in held]
    labels = [_category(each, categories) for each in held]
    rows: list[Line] = [[(f" {TicketState.HELD.label} {len(held)}", "section")]]
    return rows + _columns([each.number for each in held], words, by, labels)


def passed_rows(
    passed: Sequence[Ticket], late: Sequence[Ticket], categories: Categories
) -> list[Line]:
    """Passed tickets with the reason; which of them may be called directly stands first."""
    callable_now = {each.number for each in late}
    marks = [_("可补叫") if each.number in callable_now else "" for each in passed]
    labels = [_category(each, categories) for each in passed]
    reasons = [_(each.reason or "") for each in passed]
    rows: list[Line] = [[(f" {TicketState.PASSED.label} {len(passed)}", "section")]]
    return rows + _columns([each.number for each in passed], marks, labels, reasons)


def _columns(*columns: Sequence[str]) -> list[Line]:
    """Rows of columns as wide as they must be; an empty column takes no room."""
    widths = [max(map(width, column), default=0) for column in columns]
    return [
        "".join(f" {pad(text, cells)}" for text, cells in zip(row, widths, strict=True) if cells)
        for row in zip(*columns, strict=True)
    ]


# --- entries to choose from --------------------------------------------------------------------------


def ticket_row(ticket: Ticket, categories: Categories, now: datetime, told: str = "") -> Line:
    """One ticket in a list to choose from; `told` stands in place of its waiting time."""
    told = told or _("取号后 {minutes} 分").format(minutes=minutes(ticket.issued_at, now))
    text = f"{pad(ticket.number, 8)}{pad(_category(ticket, categories), 18)}{pad(told, 16)}"
    return [text, *_marks(ticket), _(ticket.reason or "")]


def held_row(ticket: Ticket, categories: Categories) -> Line:
    """A held ticket to choose: how it is held, and by which window."""
    kind = _(HOLD_WORDS[ticket.hold], "hold") if ticket.hold else ""
    by = _("{window} 号", "window").format(window=ticket.window)
    text = (
        f"{pad(ticket.number, 8)}{pad(kind, 9)}{pad(by, 7)}{pad(_category(ticket, categories), 18)}"
    )
    return [text, *_marks(ticket), _(ticket.reason or "")]


def category_row(line: LineView) -> Line:
    """A category to transfer to, with how many wait there."""
    waiting = _("等候 {count} 人").format(count=line.waiting)
    return f"{pad(line.category.label, 20)}{waiting}"


def window_row(line: WindowLine, categories: Categories) -> Line:
    """A window to choose: number, state, and its own categories."""
    own = _("、").join(categories[code].label for code in line.duty.own if code in categories)
    name = _("{window} 号窗口").format(window=line.settings.number)
    return f"{pad(name, 14)}{pad(line.window.state.label, 10)}{own}"


def _marks(ticket: Ticket) -> list[tuple[str, str]]:
    marks = class_marks(ticket)
    if ticket.need:
        marks.append(need_label(ticket.need))
    if ticket.target_window is not None:
        marks.append(_("到 {window} 号").format(window=ticket.target_window))
    return [(f"  {' '.join(marks)}  ", "mark")] if marks else []


def _category(ticket: Ticket, categories: Categories) -> str:
    found = categories.get(ticket.category)
    return found.label if found else ticket.category
