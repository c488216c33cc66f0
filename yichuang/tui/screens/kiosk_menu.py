"""What a visitor chooses at the kiosk: category, sub-group, item. Pure; the screen draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from yichuang.language import N_, _
from yichuang.queue.item import Item, groups_of

PAGE = 9
"""Entries a page: the digits 1 to 9; 0 takes a number without choosing further."""

_OTHERS = N_("其他事项")


@dataclass(frozen=True, slots=True)
class Path:
    """How far a visitor has come."""

    category: str = ""
    """The category's code; empty at the first step."""
    group: str | None = None
    """The sub-group; None before it is chosen, empty for items outside any group."""
    page: int = 0

    @property
    def is_start(self) -> bool:
        """Whether no category is chosen."""
        return not self.category

    def back(self) -> Path:
        """One step back."""
        return replace(self, group=None, page=0) if self.group is not None else Path()


@dataclass(frozen=True, slots=True)
class Want:
    """One matter that a visitor decided on."""

    category: str
    item: Item | None = None


class KioskMenu:
    """The catalogue as the kiosk offers it."""

    def __init__(
        self, items: Iterable[Item], categories: Iterable[str], *, flagged_only: bool = False
    ) -> None:
        """`categories` are the codes of the hall; items of others are left out.

        With `flagged_only` (a Saturday, G04) only flagged items are offered, and no number without one.
        """
        known = set(categories)
        self.flagged_only = flagged_only
        self.items = [
            item for item in items if item.category in known and (item.saturday or not flagged_only)
        ]

    def groups(self, category: str) -> list[str]:
        """The sub-groups to choose from; none when there are fewer than two."""
        groups = groups_of(self.items, category)
        if any(item.category == category and not item.group for item in self.items):
            groups.append("")
        return groups if len(groups) > 1 else []

    def offered(self, path: Path) -> list[Item]:
        """The items at the end of `path`."""
        return [
            item
            for item in self.items
            if item.category == path.category and path.group in (None, item.group)
        ]

    def at_groups(self, path: Path) -> bool:
        """Whether the next choice is a sub-group."""
        return path.group is None and bool(self.groups(path.category))

    def entries(self, path: Path) -> list[str]:
        """The names to choose from behind the first step, all pages."""
        if self.at_groups(path):
            return [group or _(_OTHERS) for group in self.groups(path.category)]
        return [item.alias for item in self.offered(path)]

    def pages(self, path: Path) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-len(self.entries(path)) // PAGE))

    def turned(self, path: Path, pages: int) -> Path:
        """`path` with another page shown, inside the bounds."""
        return replace(path, page=max(0, min(path.page + pages, self.pages(path) - 1)))

    def choose(self, path: Path, digit: int) -> Path | Want | None:
        """What entry `digit` (1 to 9) of the present page leads to; None when there is none.

        A category without items is decided by its digit.
        """
        index = path.page * PAGE + digit - 1
        if self.at_groups(path):
            groups = self.groups(path.category)
            return replace(path, group=groups[index], page=0) if index < len(groups) else None
        items = self.offered(path)
        return Want(path.category, items[index]) if index < len(items) else None

    def enter(self, category: str) -> Path | Want:
        """What choosing a category leads to."""
        inside = Path(category)
        return inside if self.offered(inside) else Want(category)

    def has(self, category: str) -> bool:
        """Whether the category can be chosen today."""
        return not self.flagged_only or any(item.category == category for item in self.items)
