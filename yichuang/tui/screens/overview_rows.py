"""The supervisor's overview as rows: windows, lines, figures of the day, printers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from yichuang.clock import elapsed
from yichuang.config.alert import AlertSettings
from yichuang.language import N_, _
from yichuang.queue.oversight.alert import Severity
from yichuang.queue.supervision.view import SupervisionView, WindowSupervised
from yichuang.queue.view import LineView, Overview, WindowLine
from yichuang.queue.wait import Wait
from yichuang.queue.window import WindowState
from yichuang.tui.screens.window_rows import minutes as whole_minutes
from yichuang.tui.screens.window_rows import wait_text
from yichuang.tui.text import Line, Part, pad, pad_left, width

USUAL = AlertSettings()
"""The bounds of the requirements (4.9): what a hall goes by that has set no others."""

COLUMN_CELLS = 40
"""A column of windows is at least so wide."""

CHANGED = "*"
"""Behind the number of a window that serves other categories than hall.toml says."""

CATEGORY_CELLS = 19
"""Room for a category's letter and name."""


def minutes(since: datetime | None, now: datetime) -> str:
    """How long ago, in whole minutes; empty when not known."""
    if since is None:
        return ""
    return _("{minutes} 分").format(minutes=whole_minutes(since, now))


def figures_row(overview: Overview, view: SupervisionView | None, cells: int) -> Line:
    """The totals of the day; the average wait where there is room for it."""
    passed = _("今天取号 {issued}  等候 {waiting}  办结 {finished}  开放窗口 {open}/{all}")
    open_ = sum(line.window.state is WindowState.OPEN for line in overview.windows)
    text = passed.format(
        issued=overview.issued,
        waiting=overview.waiting,
        finished=overview.finished,
        open=open_,
        all=len(overview.windows),
    )
    row: list[Part] = [f" {overview.business_date:%Y-%m-%d}  {text}"]
    if overview.surge is not None:
        row += ["  ", (f"[{_('高峰互助')}] {_(overview.surge.reason)}", "mark")]
    if view is not None and view.total.average_wait is not None:
        said = _("  平均等 {minutes} 分").format(minutes=round(view.total.average_wait / 60))
        if (
            sum(width(part if isinstance(part, str) else part[0]) for part in row) + width(said)
            <= cells
        ):
            row.append(said)
    return row


# --- lines ----------------------------------------------------------------------------------------


def line_rows(
    lines: Iterable[LineView],
    now: datetime,
    expected: Mapping[str, Wait] | None = None,
    bounds: AlertSettings = USUAL,
) -> list[Line]:
    """A heading, then one row a category.

    `expected` is the wait that a visitor who came now would have, by category code; None in a hall that
    does not foretell, which has no column for it.
    """
    heading = (
        f" {pad(_('类别'), CATEGORY_CELLS)}{pad_left(_('等候'), 6)}{pad_left(_('前列'), 7)}"
        f"  {pad(_('队首'), 7)}{pad_left(_('最久等候'), 8)}"
    )
    if expected is not None:
        heading += pad_left(_("预计", "wait"), 8)
    return [[(heading, "section")], *(_line_row(line, now, expected, bounds) for line in lines)]


def _line_row(
    line: LineView, now: datetime, expected: Mapping[str, Wait] | None, bounds: AlertSettings
) -> Line:
    text = (
        f" {pad(line.category.letter + ' ' + line.category.label, CATEGORY_CELLS)}"
        f"{pad_left(str(line.waiting), 6)}{pad_left(str(line.priority), 7)}"
        f"  {pad(line.head or '-', 7)}{pad_left(minutes(line.oldest, now) or '-', 8)}"
    )
    if expected is not None:
        text += pad_left(wait_text(expected.get(line.category.code)) or "-", 8)
    row: list[Part] = [f"{text}  "]
    for mark, style in (wait_mark(line.oldest, now, bounds), crowd_mark(line.waiting, bounds)):
        if mark:
            row += [(f" {mark} ", style), " "]
    return row


def wait_mark(
    oldest: datetime | None, now: datetime, bounds: AlertSettings = USUAL
) -> tuple[str, str]:
    """The word and style for a long wait; empty when it is not long."""
    waited = elapsed(oldest, now) if oldest else timedelta(0)
    long, very_long = (timedelta(minutes=each) for each in bounds.wait_minutes)
    if waited >= very_long:
        return _("超长"), "error"
    return (_("久等"), "alert") if waited >= long else ("", "")


def crowd_mark(waiting: int, bounds: AlertSettings = USUAL) -> tuple[str, str]:
    """The word and style for many people; empty when they are few."""
    crowd, great_crowd = bounds.line_length
    if waiting > great_crowd:
        return _("拥挤"), "error"
    return (_("人多"), "alert") if waiting > crowd else ("", "")


# --- windows --------------------------------------------------------------------------------------


class WindowSeen(NamedTuple):
    """One window as the console shows it."""

    line: WindowLine
    supervised: WindowSupervised
    alert: Severity | None = None
    """The worst that there is to be warned of about it."""

    @property
    def number(self) -> int:
        """The window's number."""
        return self.line.settings.number


def windows_seen(overview: Overview, view: SupervisionView) -> list[WindowSeen]:
    """The hall's windows, by number."""
    supervised = {each.window.number: each for each in view.windows}
    worst: dict[int, Severity] = {}
    for each in view.alerts:
        window = each.alert.window
        if window is not None and (window not in worst or each.alert.severity is Severity.RED):
            worst[window] = each.alert.severity
    return [
        WindowSeen(line, supervised[number], worst.get(number))
        for line in overview.windows
        if (number := line.settings.number) in supervised
    ]


def columns_in(cells: int) -> int:
    """In how many columns the windows stand."""
    return max(1, cells // COLUMN_CELLS)


def window_rows(windows: Sequence[WindowSeen], now: datetime, cells: int) -> list[Line]:
    """The windows in as many columns as fit, numbered downwards."""
    columns = columns_in(cells)
    height = -(-len(windows) // columns)
    rows: list[Line] = []
    for row in range(height):
        line: list[Part] = []
        for window in windows[row::height]:
            parts = [*_window_parts(window, now), (pad(window.supervised.clerk, 8), "")]
            used = sum(width(text) for text, _style in parts)
            line += [*parts, " " * max(0, cells // columns - used)]
        rows.append(line)
    return rows


def _window_parts(seen: WindowSeen, now: datetime) -> list[tuple[str, str]]:
    """Number, state, ticket or reason, since when."""
    window, ticket = seen.line.window, seen.line.ticket
    changed = CHANGED if window.categories is not None else " "
    facts = ticket.number if ticket else ""
    if window.state is WindowState.PAUSED:
        facts = _(window.reason or "")
    since = "" if window.state is WindowState.CLOSED else minutes(seen.supervised.since, now)
    mark = {None: " ", Severity.YELLOW: "!", Severity.RED: "!!"}[seen.alert]
    return [
        (f" {pad_left(str(seen.number), 3)}{changed}", ""),
        (pad(window_state(seen.line), 9), _STATE_STYLES[window.state]),
        (pad(facts, 9), "strong" if ticket else ""),
        (pad_left(since, 6), ""),
        (pad(mark, 3), _ALERT_STYLES[seen.alert]),
    ]


def window_state(line: WindowLine) -> str:
    """What goes on at a window, in a word."""
    if line.ticket is not None:
        return line.ticket.state.label
    if line.window.state is WindowState.OPEN:
        return _("空闲")
    return line.window.state.label


WINDOW_HEADS = (
    (N_("窗口", "head"), 5), (N_("状态", "head"), 9), (N_("号", "head"), 9), (N_("多久", "head"), 9),
    (N_("人员", "head"), 19), (N_("今天办", "head"), 7), (N_("类别", "head"), 9),
)  # fmt: skip
"""The heads of the table of windows, and how wide their columns are."""


def window_heading() -> str:
    """The heads of the table of windows."""
    return "".join(pad(_(head, "head"), cells) for head, cells in WINDOW_HEADS)


def window_table_row(
    seen: WindowSeen, now: datetime, person: Callable[[str], str], categories: Mapping[str, str]
) -> Line:
    """A window as a row of the table."""
    duty = seen.supervised.duty
    own = _("、").join(categories.get(code, code) for code in seen.line.duty.own)
    helps = len(seen.line.duty.helps)
    helped = _("，帮办 {count} 类").format(count=helps) if helps else ""
    return [
        *_window_parts(seen, now),
        pad(person(duty.badge) if duty else "-", 19),
        pad_left(str(seen.supervised.figures.services), 4) + "   ",
        f"{own}{helped}",
    ]


_ALERT_STYLES = {None: "", Severity.YELLOW: "mark", Severity.RED: "error"}
_STATE_STYLES = {WindowState.OPEN: "", WindowState.PAUSED: "mark", WindowState.CLOSED: "dim"}
