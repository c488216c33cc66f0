"""The whereabouts board as rows: one person a row (H02, H03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo

from yichuang.language import N_, _
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.view import PersonView
from yichuang.tui.text import Line, Part, pad

STATES = tuple(Whereabouts)
"""The states by digit from 1."""

_STYLES = {
    Whereabouts.AT_POST: "",
    Whereabouts.SHORTLY_AWAY: "mark",
    Whereabouts.ON_LEAVE: "dim",
}
"""How a state is painted besides its word; the others as `strong`."""

_COLUMNS = (
    (N_("部门", "head"), 14),
    (N_("工号", "head"), 8),
    (N_("姓名", "head"), 9),
    (N_("电话", "head"), 14),
    (N_("窗口", "head"), 5),
    (N_("去向", "head"), 9),
    (N_("何时起", "head"), 7),
)
"""Headings and widths in cells at 80 columns; the note takes the rest."""

_WIDER = 10
"""So many cells more for department and name each, where there is room."""


def _widths(cells: int) -> list[int]:
    widths = [width for _name, width in _COLUMNS]
    more = max(0, min(_WIDER, (cells - 80) // 2))
    widths[0] += more
    widths[2] += more // 2
    return widths


def heading_row(cells: int) -> Line:
    """What the columns are."""
    heads = "".join(
        pad(_(name, "head"), width)
        for (name, _least), width in zip(_COLUMNS, _widths(cells), strict=True)
    )
    return [(f"  {heads}{_('备注', 'head')}", "dim")]


def person_row(view: PersonView, zone: tzinfo, now: datetime, cells: int) -> Line:
    """One person."""
    person, kept, widths = view.staff, view.whereabouts, _widths(cells)
    window = str(view.duty.window) if view.duty else ""
    before = (person.department, person.badge, person.name, person.phone, window)
    text = "".join(
        pad(cell, width - 1) + " " for cell, width in zip(before, widths[:5], strict=True)
    )
    if kept is None:
        return [text, (pad("-", widths[5]), "dim")]
    return [
        text,
        (pad(kept.state.label, widths[5]), _STYLES.get(kept.state, "strong")),
        pad(_since(kept.since, zone, now), widths[6]),
        kept.note,
    ]


def _since(since: datetime, zone: tzinfo, now: datetime) -> str:
    local = since.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local:%m-%d}"


def count_row(people: Sequence[PersonView], page: int = 1, pages: int = 1) -> Line:
    """How many are where, and which page this is."""
    text = " " + _("工作人员 {count} 人").format(count=len(people))
    counted = Counter(view.state for view in people if view.state is not None)
    text += "".join(f"  {state.label} {counted[state]}" for state in STATES if counted[state])
    if pages > 1:
        text += "  " + _("第 {page}/{pages} 页").format(page=page, pages=pages)
    return [(f"{text} ", "section")]


def key_row() -> Line:
    """Which digit is which state."""
    parts: list[Part] = []
    for digit, state in enumerate(STATES, start=1):
        parts += [(f" {digit} ", "key"), f"{state.label} "]
    return parts
