"""What the console says of alerts, 督办 items, notices and people: pure functions to rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from yichuang.language import _
from yichuang.queue.oversight.alert import Alert, Severity
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.supervision.view import AlertView, SupervisionView, WaitBucket
from yichuang.tui.text import Line, Part, pad, pad_left, width

Said = Callable[[Alert], str]
"""An alert in words."""

_STYLES = {Severity.RED: "error", Severity.YELLOW: "alert"}


def clock_time(at: datetime | None, zone: ZoneInfo) -> str:
    """The hall's local time; `-` where there is none."""
    return f"{at.astimezone(zone):%H:%M}" if at else "-"


def day_time(at: datetime, zone: ZoneInfo) -> str:
    """Date and time in the hall's zone."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def standing_row(view: SupervisionView, said: Said) -> Line:
    """What there is to be warned of: counts, then the worst alert that nobody took note of."""
    fresh = [each for each in view.alerts if not each.kept.is_acknowledged]
    row: list[Part] = [f" {_('预警')} "]
    for severity in (Severity.RED, Severity.YELLOW):
        count = sum(each.alert.severity is severity for each in fresh)
        style = _STYLES[severity] if count else "dim"
        row += [(f" {severity.label} {count} ", style), " "]
    late = sum(each.is_overdue(view.at) for each in view.items)
    row.append(f" {_('督办')} {len(view.items)} ")
    if late:
        row += [(f" {_('逾期')} {late} ", "error"), " "]
    if view.notices:
        row.append(f" {_('通知')} {len(view.notices)} ")
    if fresh:
        row += [" ", (f"! {said(fresh[0].alert)}", "strong")]
    return row


# --- alerts -------------------------------------------------------------------------------------------


def severity_cells() -> int:
    """How wide the column of severities is: a blank on either side of the longest word, and one more."""
    return max(width(each.label) for each in Severity) + 3


def severity_part(severity: Severity) -> Part:
    """The severity as a word in its colour."""
    return f"{pad(f' {severity.label}', severity_cells() - 1)}", _STYLES[severity]


def alert_row(alert: AlertView, said: Said, zone: ZoneInfo) -> Line:
    """An alert: how bad, since when, what; who took note of it, and whether somebody is urged about it."""
    row: list[Part] = [
        severity_part(alert.alert.severity),
        f" {clock_time(alert.kept.raised_at, zone)} {said(alert.alert)}",
    ]
    if alert.item is not None:
        row.append((f"  [{_('督办')} {alert.item.id}]", "mark"))
    elif alert.kept.is_acknowledged:
        row.append((f"  [{_('已知悉')}]", "mark"))
    if not alert.is_lasting:
        row.append((f"  {_('就要消除')}", "dim"))
    return row


def alert_rows(view: SupervisionView, said: Said, zone: ZoneInfo, most: int) -> list[Line]:
    """A heading, and as many alerts as there is room for; how many are left out stands in the heading."""
    if most < 1:
        return []
    shown = view.alerts[: most - 1]
    text = _("预警（{count} 条）").format(count=len(view.alerts))
    if len(view.alerts) > len(shown):
        text += "  " + _("还有 {more} 条：按 3 看").format(more=len(view.alerts) - len(shown))
    rows: list[Line] = [[(f" {text}", "section")]]
    return [*rows, *([" ", *_parts(alert_row(each, said, zone))] for each in shown)]


def _parts(line: Line) -> Sequence[Part]:
    return [line] if isinstance(line, str) else line


# --- 督办, notices --------------------------------------------------------------------------------------


def item_row(item: SupervisionItem, now: datetime, zone: ZoneInfo, person: str) -> Line:
    """A 督办 item: state, deadline, who, what."""
    late = item.is_overdue(now)
    state = _("逾期") if late else item.state.label
    return [
        (f" {pad(state, 8)}", "error" if late else ""),
        f" {pad(day_time(item.deadline, zone), 13)}{pad(person, 18)}{_(item.title)}",
    ]


def item_rows(
    view: SupervisionView, person: Callable[[str], str], zone: ZoneInfo, most: int
) -> list[Line]:
    """A heading, and as many 督办 items as there is room for."""
    if most < 1:
        return []
    rows: list[Line] = [[(f" {_('督办（{count} 件）').format(count=len(view.items))}", "section")]]
    return [
        *rows,
        *(item_row(each, view.at, zone, person(each.owner)) for each in view.items[: most - 1]),
    ]


def notice_row(notice: Notice, zone: ZoneInfo, person: str) -> Line:
    """A live notice: until when, how, who, what."""
    ways = [_("显示")] * notice.shown + [_("播报")] * notice.spoken
    until = _("到 {time}").format(time=clock_time(notice.until, zone))
    return f"{pad(until, 10)}{pad(_('、').join(ways), 11)}{pad(person, 18)}{_(notice.text)}"


# --- waits over the day ----------------------------------------------------------------------------------

_BAR_FROM = 36
_TYPICAL, _NINETY = "#", "-"


def wait_rows(buckets: Sequence[WaitBucket], zone: ZoneInfo, cells: int, most: int) -> list[Line]:
    """A bar a half hour: `#` up to the middle wait, `-` on to that of nine in ten."""
    if most < 1:
        return []
    heading = (
        f" {pad(_('时段'), 8)}{pad_left(_('叫号'), 6)}{pad_left(_('一半人'), 9)}"
        f"{pad_left(_('九成人'), 9)}  {_('等候：# 一半人以内，- 九成人以内')}"
    )
    rows: list[Line] = [[(heading, "section")]]
    if not buckets:
        return [*rows, [(f" {_('今天还没有叫过号')}", "dim")]]
    room = max(8, cells - _BAR_FROM - 2)
    longest = max((each.ninety for each in buckets), default=0.0) / 60
    scale = max(1.0, longest / room)
    shown = buckets[-(most - 1) :] if most > 1 else []
    return [*rows, *(_bucket_row(each, zone, scale) for each in shown)]


def _bucket_row(bucket: WaitBucket, zone: ZoneInfo, scale: float) -> Line:
    median, ninety = round(bucket.median / 60), round(bucket.ninety / 60)
    middle = round(bucket.median / 60 / scale)
    end = max(round(bucket.ninety / 60 / scale), middle)
    facts = (
        f" {pad(clock_time(bucket.start, zone), 8)}{pad_left(str(bucket.calls), 6)}"
        f"{pad_left(minutes_text(median), 9)}{pad_left(minutes_text(ninety), 9)}  "
    )
    return [facts, (_TYPICAL * middle, "strong"), _NINETY * (end - middle)]


def minutes_text(minutes: float | None) -> str:
    """So many minutes; `-` where they are not known."""
    return "-" if minutes is None else _("{minutes} 分").format(minutes=round(minutes))


def seconds_text(seconds: float | None) -> str:
    """The same of seconds."""
    return minutes_text(None if seconds is None else seconds / 60)


# --- people ---------------------------------------------------------------------------------------------


def person_row(person: PersonView, zone: ZoneInfo) -> Line:
    """Somebody: badge number, name, roles, where, at which window since when."""
    staff = person.staff
    roles = _("、").join(role.label for role in staff.roles)
    where = person.state.label if person.state else "-"
    duty = person.duty
    at = ""
    if duty is not None:
        at = _("{window} 号窗口").format(window=duty.window) + f" {clock_time(duty.since, zone)}"
    row: list[Part] = [
        f"{pad(staff.badge, 9)}{pad(staff.name, 11)}{pad(roles, 18)} {pad(where, 10)}{at}"
    ]
    if not staff.qualified:
        row.append((f"  {_('未考核合格')}", "mark"))
    return row
