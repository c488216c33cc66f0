"""The table `item`: the hall's catalogue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from yichuang.queue.item import Item
from yichuang.store.table import Table

_COLUMNS = """
SELECT code, name, alias, department, category, item_group, private, sample, initials,
    alias_initials, saturday, active
FROM item
"""

_ONE = _COLUMNS + "WHERE code = :code"

_ALL = _COLUMNS + "WHERE active OR :retired ORDER BY place"

_KEEP = """
INSERT INTO item (
    code, place, name, alias, department, category, item_group, private, sample, initials,
    alias_initials, saturday, active
) VALUES (
    :code, (SELECT COALESCE(MAX(place), 0) + 1 FROM item), :name, :alias, :department, :category,
    :group, :private, :sample, :initials, :alias_initials, :saturday, :active
)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, alias = excluded.alias, department = excluded.department,
    category = excluded.category, item_group = excluded.item_group, private = excluded.private,
    sample = excluded.sample, initials = excluded.initials,
    alias_initials = excluded.alias_initials, saturday = excluded.saturday,
    active = excluded.active
"""


class Items(Table):
    """The catalogue (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def item(self, code: str) -> Item | None:
        """The item with that code."""
        row = self.connection.execute(_ONE, {"code": code}).fetchone()
        return _item_from(row) if row else None

    def items(self, *, retired: bool = False) -> list[Item]:
        """All items that are offered, or all that there are, in the order of the catalogue."""
        rows = self.connection.execute(_ALL, {"retired": retired})
        return [_item_from(row) for row in rows]

    def replace_items(self, items: Collection[Item]) -> tuple[int, int]:
        """Add or update items by code; returns how many were new and how many changed."""
        known = {item.code: item for item in self.items(retired=True)}
        new = changed = 0
        for item in items:
            if known.get(item.code) == item:
                continue
            if item.code in known:
                changed += 1
            else:
                new += 1
            self.connection.execute(
                _KEEP,
                {
                    "code": item.code,
                    "name": item.name,
                    "alias": item.alias,
                    "department": item.department,
                    "category": item.category,
                    "group": item.group,
                    "private": item.private,
                    "sample": item.sample,
                    "initials": item.initials,
                    "alias_initials": item.alias_initials,
                    "saturday": item.saturday,
                    "active": item.active,
                },
            )
        return new, changed


def _item_from(row: tuple[Any, ...]) -> Item:
    return Item(
        code=row[0],
        name=row[1],
        alias=row[2],
        department=row[3],
        category=row[4],
        group=row[5],
        private=bool(row[6]),
        sample=bool(row[7]),
        initials=row[8],
        alias_initials=row[9],
        saturday=bool(row[10]),
        active=bool(row[11]),
    )
