"""The supervisor's overview as rows: windows, lines, figures of the day, printers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from yichuang.clock import elapsed
from yichuang.language import _
from yichuang.queue.ticket import TicketState
from yichuang.queue.view import LineView, Overview, WindowLine
from yichuang.queue.wait import Wait
from yichuang.queue.window import WindowState
from yichuang.tui.screens.window_rows import minutes as whole_minutes
from yichuang.tui.screens.window_rows import wait_text
from yichuang.tui.text import Line, Part, pad, pad_left, width

LONG_WAIT = timedelta(minutes=15)
VERY_LONG_WAIT = timedelta(minutes=30)
"""When a line's longest wait is warned of, and when it is critical (requirements 4.9)."""

CROWD, GREAT_CROWD = 10, 20
"""More waiting than this in one category is warned of, and is critical (requirements 4.9)."""

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


def figures_row(overview: Overview) -> Line:
    """The totals of the day."""
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
    return row


# --- lines ----------------------------------------------------------------------------------------


def line_rows(
    lines: Iterable[LineView], now: datetime, expected: Mapping[str, Wait] | None = None
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
    return [[(heading, "section")], *(_line_row(line, now, expected) for line in lines)]


def _line_row(line: LineView, now: datetime, expected: Mapping[str, Wait] | None) -> Line:
    text = (
        f" {pad(line.category.letter + ' ' + line.category.label, CATEGORY_CELLS)}"
        f"{pad_left(str(line.waiting), 6)}{pad_left(str(line.priority), 7)}"
        f"  {pad(line.head or '-', 7)}{pad_left(minutes(line.oldest, now) or '-', 8)}"
    )
    if expected is not None:
        text += pad_left(wait_text(expected.get(line.category.code)) or "-", 8)
    row: list[Part] = [f"{text}  "]
    for mark, style in (wait_mark(line.oldest, now), crowd_mark(line.waiting)):
        if mark:
            row += [(f" {mark} ", style), " "]
    return row


def wait_mark(oldest: datetime | None, now: datetime) -> tuple[str, str]:
    """The word and style for a long wait; empty when it is not long."""
    waited = elapsed(oldest, now) if oldest else timedelta(0)
    if waited >= VERY_LONG_WAIT:
        return _("超长"), "error"
    return (_("久等"), "alert") if waited >= LONG_WAIT else ("", "")


def crowd_mark(waiting: int) -> tuple[str, str]:
    """The word and style for many people; empty when they are few."""
    if waiting > GREAT_CROWD:
        return _("拥挤"), "error"
    return (_("人多"), "alert") if waiting > CROWD else ("", "")


# --- windows --------------------------------------------------------------------------------------


def window_rows(windows: Sequence[WindowLine], now: datetime, cells: int) -> list[Line]:
    """The windows in as many columns as fit, numbered downwards."""
    columns = max(1, cells // COLUMN_CELLS)
    height = -(-len(windows) // columns)
    rows: list[Line] = []
    for row in range(height):
        line: list[Part] = []
        for window in windows[row::height]:
            parts = _window_parts(window, now)
            used = sum(width(text) for text, _style in parts)
            line += [*parts, " " * max(0, cells // columns - used)]
        rows.append(line)
    return rows


def _window_parts(line: WindowLine, now: datetime) -> list[tuple[str, str]]:
    window, ticket = line.window, line.ticket
    changed = CHANGED if window.categories is not None else " "
    number = (f" {pad_left(str(line.settings.number), 3)}{changed}", "")
    state = (f"{pad(window.state.label, 9)}", _STATE_STYLES[window.state])
    if ticket is not None:
        since = ticket.started_at if ticket.state is TicketState.SERVING else ticket.called_at
        facts = f"{pad(ticket.number, 7)}{pad(ticket.state.label, 9)}{minutes(since, now)}"
    elif window.state is WindowState.PAUSED:
        facts = f"{pad(_(window.reason or ''), 16)}{minutes(window.since, now)}"
    elif window.state is WindowState.OPEN:
        facts = pad(_("空闲"), 16)
    else:
        facts = ""
    return [number, state, (facts, "strong" if ticket else "")]


_STATE_STYLES = {WindowState.OPEN: "", WindowState.PAUSED: "mark", WindowState.CLOSED: "dim"}
