"""Changing the catalogue while the hall is open: one item at a time, each change undone by the next key."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

from yichuang.errors import InvalidItem, NoItemChange, UnknownItem
from yichuang.language import _
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.item import Item
from yichuang.queue.item_import import (
    item_problems,
    pinyin_initials,
    short_alias,
)
from yichuang.queue.revision.command import RetireItem, SaveItem, UndoItemChange
from yichuang.text import one_line

KEPT = ("name", "alias", "department", "category", "group", "private", "saturday", "active")
"""What can be changed of an item: its code never is (D05)."""

_LOOKED_AT = 200
"""How many changes are looked through for one that can be taken back."""


def save_item(desk: Desk, command: SaveItem) -> Done:
    """Add an item, or change one; raises InvalidItem."""
    before = desk.memory.item(command.item.code)
    item = _tidied(command.item, before)
    problems = item_problems(item, list(desk.rules.categories))
    if before is None:
        code = item.code.casefold()
        twins = [
            each.code for each in desk.memory.items(retired=True) if each.code.casefold() == code
        ]
        problems += [_("编码 {code} 已经有了").format(code=twin) for twin in twins]
    if problems:
        raise InvalidItem(count=len(problems), problems=_("；").join(problems))
    if item == before:
        return Done(counts=(0, 0))
    desk.memory.replace_items([item])
    _record(desk, EventKind.ITEM_CHANGED, before, item, command.reason)
    return Done(counts=(int(before is None), int(before is not None)))


def retire_item(desk: Desk, command: RetireItem) -> Done:
    """Offer an item no more, or again; raises UnknownItem."""
    before = desk.memory.item(command.code)
    if before is None:
        raise UnknownItem(item=command.code)
    item = replace(before, active=not command.retired)
    if item == before:
        return Done(counts=(0, 0))
    desk.memory.replace_items([item])
    kind = EventKind.ITEM_RETIRED if command.retired else EventKind.ITEM_RESTORED
    _record(desk, kind, before, item, command.reason)
    return Done(counts=(0, 1))


def undo_item_change(desk: Desk, command: UndoItemChange) -> Done:
    """Take back the last change that stands; an item that it added is retired. Raises NoItemChange."""
    entry = last_change(desk.memory.item_entries(_LOOKED_AT))
    if entry is None:
        raise NoItemChange
    data = entry.event.data
    present = desk.memory.item(str(data["item"]))
    if present is None:
        raise NoItemChange
    former = data.get("old")
    if former is None:
        item = replace(present, active=False)
    else:
        item = _with_initials(replace(present, **{name: former[name] for name in KEPT}))
    if item.category not in desk.rules.categories:
        raise InvalidItem(
            count=1, problems=_("没有「{category}」这个类别").format(category=item.category)
        )
    desk.memory.replace_items([item])
    _record(desk, EventKind.ITEM_UNDONE, present, item, command.reason, undoes=entry.seq)
    return Done(counts=(0, 1))


def last_change(entries: list[Entry]) -> Entry | None:
    """The newest change that was not taken back; `entries` are the newest first."""
    undone: set[int] = set()
    for entry in entries:
        if entry.event.kind is EventKind.ITEM_UNDONE:
            undone.add(int(entry.event.data["undoes"]))
        elif entry.seq not in undone:
            return entry
    return None


def _tidied(item: Item, before: Item | None) -> Item:
    texts: dict[str, Any] = {
        each.name: one_line(getattr(item, each.name)) for each in fields(item) if each.type == "str"
    }
    item = replace(item, **texts)
    item = replace(item, alias=item.alias or short_alias(item.name))
    if before is not None and (before.name, before.alias) == (item.name, item.alias):
        return replace(item, initials=before.initials, alias_initials=before.alias_initials)
    return _with_initials(item)


def _with_initials(item: Item) -> Item:
    return replace(
        item, initials=pinyin_initials(item.name), alias_initials=pinyin_initials(item.alias)
    )


def _record(
    desk: Desk, kind: EventKind, before: Item | None, item: Item, reason: str, **facts: Any
) -> None:
    old = None if before is None else _kept(before)
    reason = one_line(reason)
    if reason:
        facts["reason"] = reason
    desk.record(kind, item=item.code, old=old, new=_kept(item), **facts)


def _kept(item: Item) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if name in KEPT}
