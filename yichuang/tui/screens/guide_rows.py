"""What the guide desk's screen says, as rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from yichuang.language import _
from yichuang.queue.appointment import Appointment
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.opening import closes_soon, opening_at, opening_text
from yichuang.queue.printing import PrintJob
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.view import LineView
from yichuang.queue.wait import Wait
from yichuang.tui.screens.kiosk_given import Given
from yichuang.tui.screens.waits import short_wait
from yichuang.tui.screens.window_rows import (
    Categories,
    class_marks,
    held_row,
    minutes,
    ticket_row,
)
from yichuang.tui.text import Line, Part, pad, pad_left, wrap

_NAME, _COUNT, _OLDEST, _WAIT = 16, 5, 8, 11
_WAITED = 8
"""Room for `250 min`, so that it stands apart from the category's name."""

_FACTS_CELLS = 58


class Shown(NamedTuple):
    """How tickets are shown in the lists."""

    categories: Categories
    now: datetime
    cells: int
    """The width of the lists."""

    @property
    def label_cells(self) -> int:
        """The width of a category's name, before what is told and the marks."""
        return max(10, min(18, self.cells - 28))


def opening_row(rules: HallRules, now: datetime, on: date) -> Line:
    """Whether kiosks give numbers now, and until when."""
    if rules.settings.hall.sample:
        return f" {_('试用大厅：随时可以取号')}"
    opening = opening_at(rules, now, on)
    if opening is None:
        return [(f" {_('电脑的时间不对：取号机不看办公时间，一直开着')} ", "alert")]
    if opening.closes_at is None:
        opens = opening_text(rules, opening.opens_next)
        text = _("取号机停着，下次 {opens}").format(opens=opens)
        return [(f" {text} ", "alert")]
    time = f"{opening.closes_at.astimezone(rules.zone):%H:%M}"
    text = _("取号到 {time}").format(time=time)
    if closes_soon(rules, now, on) is not None:
        return [(f" {text}{_('，快到了')} ", "alert")]
    return f" {text}"


def line_rows(lines: Sequence[LineView], waits: Mapping[str, Wait], now: datetime) -> list[Line]:
    """Every category: who waits, the longest wait so far, what a newcomer is told."""
    heading = (
        pad(_("类别"), _NAME)
        + pad_left(_("等候"), _COUNT)
        + pad_left(_("最久"), _OLDEST)
        + pad_left(_("预计") if waits else "", _WAIT)
    )
    return [[(heading, "section")], *(_line(line, waits, now) for line in lines)]


def _line(line: LineView, waits: Mapping[str, Wait], now: datetime) -> Line:
    oldest = _("{minutes} 分").format(minutes=minutes(line.oldest, now)) if line.oldest else ""
    text = (
        pad(line.category.label, _NAME)
        + pad_left(str(line.waiting), _COUNT)
        + pad_left(oldest, _OLDEST)
        + pad_left(_short(waits.get(line.category.code)), _WAIT)
    )
    return [(text, "" if line.waiting else "dim")]


def _short(wait: Wait | None) -> str:
    return _("约 {minutes} 分", "column").format(minutes=wait.minutes) if wait else ""


def ticket_rows(
    passed: Sequence[Ticket], held: Sequence[Ticket], waiting: Sequence[Ticket], shown: Shown
) -> list[Line]:
    """Who missed the call, who is put aside, who waits: those that one asks for at the entrance first."""
    rows: list[Line] = [_heading(TicketState.PASSED, passed)]
    rows += [_short_row(each, shown, _(each.reason or "")) for each in passed]
    rows.append(_heading(TicketState.HELD, held))
    rows += [_short_row(each, shown, each.hold.label if each.hold else "") for each in held]
    rows.append(_heading(TicketState.WAITING, waiting))
    for each in waiting:
        waited = _("{minutes} 分").format(minutes=minutes(each.since, shown.now))
        rows.append(_short_row(each, shown, pad_left(waited, _WAITED)))
    return rows


def _heading(state: TicketState, tickets: Sequence[Ticket]) -> Line:
    return [(f"{state.label} {len(tickets)}", "section")]


def _short_row(ticket: Ticket, shown: Shown, told: str) -> Line:
    found = shown.categories.get(ticket.category)
    label = pad(found.label if found else ticket.category, shown.label_cells)
    # What it asks for comes first: in a narrow terminal the end is cut off.
    marks = "  ".join(reversed(marks_of(ticket)))
    return [f"{pad(ticket.number, 7)}{label}{told}", (f"  {marks}" if marks else "", "mark")]


def marks_of(ticket: Ticket) -> list[str]:
    """What sets it apart: its class, what it asks for; never the group."""
    return [*class_marks(ticket), *([need_label(ticket.need)] if ticket.need else [])]


def entry_row(ticket: Ticket, categories: Categories, now: datetime) -> Line:
    """One ticket to choose, in words that suit its state."""
    if ticket.state is TicketState.HELD:
        return held_row(ticket, categories)
    told = "" if ticket.state is TicketState.WAITING else ticket.state.label
    return ticket_row(ticket, categories, now, told)


def result_rows(given: Given) -> list[Line]:
    """Beneath a large number: what it is for, who is ahead and how long it takes, where to wait."""
    what: list[Part] = [(f"{given.category}  {given.item}".rstrip(), "strong")]
    if given.matters > 1:
        what += ["  ", _("共 {count} 件").format(count=given.matters)]
    for mark in given.marks:
        what += ["  ", (f" {mark} ", "alert")]
    if given.state:
        return [what, _("这个号现在：{state}").format(state=given.state), ""]
    ahead = _("前面还有 {count} 人").format(count=given.ahead)
    if given.wait:
        ahead += _("，") + short_wait(given.wait)
    windows = _("、").join(map(str, given.windows))
    where = _("到 {windows} 号窗口").format(windows=windows) if windows else ""
    if given.further:
        where += _("，再办：{further}").format(further=_("、").join(given.further))
    return [what, ahead, where]


def paper_rows(job: PrintJob | None, *, has_printer: bool) -> list[Line]:
    """What became of the last paper, in the staff's words; two rows."""
    if job is None:
        told = "" if has_printer else _("没有打印机：把号写给办事人")
        return [told, ""]
    style = "good" if job.state.is_final and not job.reason else ""
    if job.state.is_final and job.reason:
        style = "alert"
    paper = _("号票{state}").format(state=job.state.label)
    advice = f"  {job.advice}" if job.advice else ""
    return [[(f" {paper} " if style else paper, style), advice], job.reason.label]


# --- one ticket --------------------------------------------------------------------------------------


def card_rows(
    ticket: Ticket, items: Sequence[Item], why: str, rules: HallRules, zone: ZoneInfo
) -> list[Line]:
    """All that the guide desk may know of a ticket."""
    state = ticket.state.label + (f"  {_(ticket.reason)}" if ticket.reason else "")
    marks = "  ".join(marks_of(ticket))
    rows: list[Line] = [[("  ", ""), (state, "strong"), (f"  {marks}" if marks else "", "mark")]]
    stops = [ticket.category, *(stop.partition("@")[0] for stop in ticket.route)]
    rows.append(f"  {' -> '.join(rules.category(code).label for code in stops)}")
    rows += [f"  {_('事项')}{_('：')}{item.alias}" for item in items]
    rows.append(f"  {_times(ticket, zone)}")
    if ticket.state is TicketState.WAITING:
        rows.append(f"  {_('前面还有 {count} 人').format(count=ticket.ahead)}")
    if ticket.reinstated:
        rows.append(f"  {_('恢复过 {times} 次').format(times=ticket.reinstated)}")
    return [*rows, *(f"  {line}" for line in wrap(why, _FACTS_CELLS) if line), ""]


def _times(ticket: Ticket, zone: ZoneInfo) -> str:
    told = [_("{time} 取号").format(time=f"{ticket.issued_at.astimezone(zone):%H:%M}")]
    if ticket.not_before is not None:
        slot = f"{ticket.not_before.astimezone(zone):%H:%M}"
        told.append(_("{mark} {time} 起叫号").format(mark=_("预约"), time=slot))
    if ticket.called_at is not None and ticket.window is not None:
        called = f"{ticket.called_at.astimezone(zone):%H:%M}"
        text = _("{time} {window} 号窗口叫号，共 {times} 次")
        told.append(text.format(time=called, window=ticket.window, times=ticket.calls))
    return _("，").join(told)


# --- appointments ------------------------------------------------------------------------------------


def appointment_rows(
    bookings: Sequence[Appointment], rules: HallRules, *, with_date: bool = False
) -> list[Line]:
    """Bookings by slot: code, category, how it stands, and the little that is known of the visitor."""
    return [appointment_row(each, rules, with_date=with_date) for each in bookings]


def appointment_row(booking: Appointment, rules: HallRules, *, with_date: bool = False) -> Line:
    """One booking."""
    start = booking.start.astimezone(rules.zone)
    time = f"{start:%m-%d %H:%M}" if with_date else f"{start:%H:%M}"
    visitor = booking.visitor
    who = "  ".join(
        part for part in (visitor.name, visitor.phone or visitor.id_masked[-6:]) if part
    )
    label = rules.category(booking.category).label
    return (
        f" {pad(time, 13 if with_date else 7)}{pad(booking.code, 8)}{pad(label, 12)}"
        f"{pad(booking.state.label, 11)}{who}"
    )


def booking_rows(booking: Appointment, rules: HallRules) -> list[Line]:
    """Beneath the large code of a new booking; three rows."""
    start = opening_text(rules, booking.start)
    return [
        [(rules.category(booking.category).label, "strong"), f"  {_('预约')}"],
        start,
        _("请记下预约码，凭码或身份证签到"),
    ]
