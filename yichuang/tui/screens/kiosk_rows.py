"""The kiosk's pages as rows that can be pressed: each with the action of its key. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yichuang.language import N_, _
from yichuang.queue.need import need_label
from yichuang.queue.rules import HallRules
from yichuang.queue.view import LineView
from yichuang.queue.wait import Wait
from yichuang.tui.screens.kiosk_menu import PAGE, KioskMenu, Path, Want
from yichuang.tui.screens.kiosk_wish import Wish, stops_of
from yichuang.tui.screens.waits import short_wait
from yichuang.tui.text import Line, pad, pad_left

NAME_CELLS = 36
"""Room for an entry's name before its count; an item's alias has at most 32 (D05)."""

_WAITING_CELLS = 14


class Offer(NamedTuple):
    """One row: its text, and what its key does; no action where nothing can be chosen."""

    line: Line
    action: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """What the first page shows."""

    lines: Sequence[LineView]
    waits: Mapping[str, Wait]
    offered: frozenset[str]
    """The categories that can be chosen now."""
    check_in: bool
    services: Sequence[str]
    """The special desks and skills of the hall, in the user's words."""


def digit_row(digit: int | str, name: str, note: Line = "") -> Line:
    """One entry: its key, its name, a note."""
    row: list[str | tuple[str, str]] = [" ", (f" {digit} ", "key"), "  "]
    if not note:
        return [*row, name]
    parts = [note] if isinstance(note, str) else list(note)
    return [*row, pad(name, NAME_CELLS), *parts]


def start_offers(start: Start, wish: Wish) -> list[list[Offer]]:
    """The first step, in two blocks: the categories, and what else can be asked for."""
    categories = [_category(digit, line, start) for digit, line in enumerate(start.lines, start=1)]
    more: list[Offer] = []
    if start.check_in:
        name = _("预约签到（预约码或身份证号）")
        more.append(Offer(digit_row(7, name), "check_in"))
    if start.services:
        name = _("、").join(start.services)
        state: Line = _chosen(need_label(wish.need)) if wish.need else ""
        more.append(Offer(digit_row(8, name, state), "services"))
    state = _chosen(_("取优先号")) if wish.priority else _("未选（按 9 选）")
    more.append(Offer(digit_row(9, _("绿色通道（老弱病残孕、军人等优先）"), state), "priority"))
    more.append(Offer(digit_row(0, _("按名称或拼音首字母查事项")), "search_first"))
    state = _picked_state(wish) if wish.several else _("未选（按 * 选）")
    more.append(Offer(digit_row("*", _("一次办几件事（最多五件）"), state), "several"))
    return [categories, more]


def _category(digit: int, line: LineView, start: Start) -> Offer:
    if line.category.code not in start.offered:
        return Offer(
            [f"  {digit}   {pad(line.category.label, NAME_CELLS)}", (_("现在不办"), "dim")],
            f"enter({digit})",
        )
    waiting = _("等候 {count} 人").format(count=pad_left(str(line.waiting), 3))
    wait = short_wait(start.waits.get(line.category.code))
    note = f"{pad(waiting, _WAITING_CELLS)}{wait}" if wait else waiting
    return Offer(digit_row(digit, line.category.label, note), f"enter({digit})")


def _chosen(what: str) -> Line:
    return [(f" {_('已选：{what}').format(what=what)} ", "alert")]


def _picked_state(wish: Wish) -> Line:
    if not wish.picks:
        return _chosen(_("一次办几件"))
    return _chosen(_("已有 {count} 件").format(count=len(wish.picks)))


def inner_offers(menu: KioskMenu, path: Path, wish: Wish) -> list[list[Offer]]:
    """A page of sub-groups or items, the direct number, and several at once."""
    entries = menu.entries(path)[path.page * PAGE : (path.page + 1) * PAGE]
    offers = [
        Offer(digit_row(digit, name), f"choose({digit})")
        for digit, name in enumerate(entries, start=1)
    ]
    if not menu.flagged_only:
        if wish.several:
            offers.append(Offer(digit_row(0, _("不选事项，加上这一类")), "direct_too"))
        else:
            offers.append(Offer(digit_row(0, _("不选事项，直接取号")), "direct"))
    if not wish.several:
        offers.append(Offer(digit_row("*", _("还要办别的事：先按 *，再选事项")), "several"))
    return [offers]


def list_offers(names: Sequence[str], page: int, zero: Offer | None) -> list[list[Offer]]:
    """A page of names by digit, and what 0 does."""
    shown = names[page * PAGE : (page + 1) * PAGE]
    offers = [
        Offer(digit_row(digit, name), f"choose({digit})")
        for digit, name in enumerate(shown, start=1)
    ]
    return [[*offers, *([zero] if zero else [])]]


def no_group_offer() -> Offer:
    """The key for saying nothing of why one is of the priority class."""
    return Offer(digit_row(0, _("不选，照样优先")), "skip")


def basket_offers(wish: Wish, rules: HallRules) -> list[list[Offer]]:
    """The matters chosen so far, the windows' order they lead to, and how to go on."""
    listed = [
        Offer(f"   {place}. {name_of(want, rules)}") for place, want in enumerate(wish.picks, 1)
    ]
    stops = stops_of(wish.picks)
    if len(stops) > 1:
        names = " -> ".join(rules.category(code).label for code in stops)
        listed.append(Offer([f"   {_('联办：一个号依次办')}  ", (names, "strong")]))
    keys: list[Offer] = []
    if wish.is_full:
        keys.append(Offer(f"   {_('一个号最多办五件')}"))
    else:
        keys.append(Offer(digit_row(1, _("还要办一件")), "add_more"))
    keys.append(Offer(digit_row(0, _("就这些，取号")), "take"))
    return [listed, keys]


def name_of(want: Want, rules: HallRules) -> str:
    """A matter in a few words: category, and its item where there is one that may be named."""
    label = rules.category(want.category).label
    return f"{label}  {want.item.alias}" if want.item and not want.item.private else label


_ASKED = N_("要求：{need}")


def marks_of(wish: Wish) -> list[str]:
    """What was asked for besides the matter, as words for the page's heading; never the group."""
    marks = [_("优先")] if wish.priority else []
    if wish.need:
        marks.append(_(_ASKED).format(need=need_label(wish.need)))
    if wish.several:
        marks.append(_("一次办几件"))
    return marks


def spaced(blocks: Iterable[Sequence[Offer]], height: int) -> list[Offer]:
    """The blocks' rows with as many free rows as the height allows.

    After each row if they fit; else after those of the first block, then between the blocks, then none. A
    free row belongs to the row above it, so that a finger need not be exact.
    """
    kept = [list(block) for block in blocks if block]
    count = sum(map(len, kept))
    gap = max(0, min(2, height // max(count, 1) - 1))
    if gap:
        return _spread([offer for block in kept for offer in block], gap)
    if len(kept) > 1 and count + len(kept[0]) + len(kept) - 2 <= height:
        kept[0] = _spread(kept[0], 1)[:-1]
    if count + len(kept) - 1 > height:
        return [offer for block in kept for offer in block]
    shown: list[Offer] = []
    for block in kept:
        shown += [*([Offer("")] if shown else []), *block]
    return shown


def _spread(offers: Sequence[Offer], gap: int) -> list[Offer]:
    return [each for offer in offers for each in (offer, *[Offer("", offer.action)] * gap)]
