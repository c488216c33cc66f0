"""What the crowd's board says, as rows. Numbers and windows only, never a person (requirements 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from yichuang.language import _
from yichuang.queue.ports import CallShown
from yichuang.queue.view import Board, LineView
from yichuang.queue.wait import Wait
from yichuang.tui.text import Line, Part, pad, width, wrap

COLUMN_CELLS = 60
"""A column of calls is at least so wide; a wider screen has several."""

HIGH = 24
"""From so many rows on, a free row stands between calls."""

COARSE_FROM, COARSE_STEP = 10, 5
"""Minutes from which on a wait is told in steps, and the step."""

_NUMBER_CELLS, _WINDOW_CELLS = 8, 22


def featured(calls: Sequence[CallShown], before: Sequence[CallShown]) -> CallShown | None:
    """The call to show large: the newest announcement, be it a first call or a recall.

    `before` is what was shown last, its large one first; without news that one stays.
    """
    if not calls:
        return None
    known = {(call.number, call.window, call.called_at): call.times for call in before}
    if before:
        for call in calls:
            if call.times > known.get((call.number, call.window, call.called_at), 0):
                return call
        for call in calls:
            if _same(call, before[0]):
                return call
    return calls[0]


def _same(one: CallShown, other: CallShown) -> bool:
    return (one.number, one.window, one.called_at) == (other.number, other.window, other.called_at)


def call_row(call: CallShown, zone: ZoneInfo) -> list[Part]:
    """One recent call: number, window, time, and marks in words."""
    style = "strong" if call.is_active else "dim"
    where = _("请到 {window} 号窗口").format(window=call.window)
    row: list[Part] = [
        (f"  {pad(call.number, _NUMBER_CELLS)}{pad(where, _WINDOW_CELLS)}", style),
        f"{call.called_at.astimezone(zone):%H:%M}  ",
    ]
    if call.is_active:
        row.append((f" {_('现在')} ", "good"))
    if call.times > 1:
        row.append(f" {_('（重呼）')}")
    return row


def call_rows(calls: Sequence[CallShown], zone: ZoneInfo, cells: int, height: int) -> list[Line]:
    """Recent calls in as many columns as fit, filled downwards; airy on a high screen."""
    columns = columns_in(cells)
    cell = cells // columns
    gap = 1 if height >= HIGH else 0
    height = max(1, height // (1 + gap))
    parts = [call_row(call, zone) for call in calls[: columns * height]]
    rows: list[Line] = []
    for row in range(min(height, len(parts))):
        line: list[Part] = []
        for part in parts[row::height]:
            used = sum(width(each if isinstance(each, str) else each[0]) for each in part)
            line += [*part, " " * max(0, cell - used)]
        rows += [line, *[""] * gap]
    return rows


def columns_in(cells: int) -> int:
    """How many columns of calls fit."""
    return max(1, cells // COLUMN_CELLS)


def foot_rows(
    board: Board, lines: Sequence[LineView], waits: Mapping[str, Wait], cells: int
) -> list[Line]:
    """People waiting and how long, paused windows, the hall's notice, the complaint phone (C08)."""
    waiting = _("等候 {count} 人").format(count=board.waiting)
    each = [_line_text(line, waits.get(line.category.code)) for line in lines if line.waiting]
    texts = wrap("   ".join([waiting, *each]), cells - 2)
    rows: list[Line] = [[(f" {text}", "section")] for text in texts]
    if board.paused:
        numbers = _("、").join(map(str, board.paused))
        paused = _("暂停服务：{windows} 号窗口").format(windows=numbers)
        rows += [[(f" {line}", "mark")] for line in wrap(paused, cells - 2)]
    phone = _("投诉电话 {phone}").format(phone=board.complaint_phone)
    if board.is_broadcast:
        told = _("通知：{text}").format(text=board.notice)
        notices: list[Line] = [[(f" {line}", "alert")] for line in wrap(told, cells - 2)]
        return [*rows, *notices, *(f" {line}" for line in wrap(phone, cells - 2))]
    notice = f"{_(board.notice)}  {phone}" if board.notice else phone
    return [*rows, *(f" {line}" for line in wrap(notice, cells - 2))]


def _line_text(line: LineView, wait: Wait | None) -> str:
    """A category's letter, how many wait, and how long a newcomer would."""
    text = _("{letter} {count} 人").format(letter=line.category.letter, count=line.waiting)
    if wait is None:
        return text
    return text + _("约 {minutes} 分").format(minutes=coarse(wait.minutes))


def coarse(minutes: int) -> int:
    """Minutes as a crowd is told them: from ten on in fives, so that the board does not flicker."""
    return minutes if minutes < COARSE_FROM else -(-minutes // COARSE_STEP) * COARSE_STEP
