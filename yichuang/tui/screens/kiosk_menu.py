"""What a visitor chooses at the kiosk: category, sub-group, item. Pure; the screen draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from yichuang.language import N_, _
from yichuang.queue.item import Item, groups_of
from yichuang.queue.view import LineView
from yichuang.tui.text import Line, pad, pad_left

PAGE = 9
"""Entries a page: the digits 1 to 9; 0 takes a number without choosing further."""

NAME_CELLS = 36
"""Room for an entry's name before its count; an item's alias has at most 32 (D05)."""

_OTHERS = N_("其他事项")


@dataclass(frozen=True, slots=True)
class Path:
    """How far a visitor has come."""

    category: str = ""
    """The category's code; empty at the first step."""
    group: str | None = None
    """The sub-group; None before it is chosen, empty for items outside any group."""
    page: int = 0
    priority: bool = False

    @property
    def is_start(self) -> bool:
        """Whether no category is chosen."""
        return not self.category

    def back(self) -> Path:
        """One step back; the green channel stays chosen until the start is left behind."""
        if self.group is not None:
            return replace(self, group=None, page=0)
        return Path(priority=self.priority)


@dataclass(frozen=True, slots=True)
class Want:
    """What a visitor decided on."""

    category: str
    item: Item | None = None


class KioskMenu:
    """The catalogue as the kiosk offers it."""

    def __init__(self, items: Iterable[Item], categories: Iterable[str]) -> None:
        """`categories` are the codes of the hall; items of others are left out."""
        known = set(categories)
        self.items = [item for item in items if item.category in known]

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

    def enter(self, path: Path, category: str) -> Path | Want:
        """What choosing a category leads to."""
        inside = Path(category, priority=path.priority)
        return inside if self.offered(inside) else Want(category)


def digit_row(digit: int | str, name: str, note: Line = "") -> Line:
    """One entry: its key, its name, a note."""
    row: list[str | tuple[str, str]] = [" ", (f" {digit} ", "key"), "  "]
    if not note:
        return [*row, name]
    parts = [note] if isinstance(note, str) else list(note)
    return [*row, pad(name, NAME_CELLS), *parts]


def start_rows(lines: Iterable[LineView], *, priority: bool) -> list[Line]:
    """The first step: categories with how many wait, the green channel, the search."""
    rows = [
        digit_row(digit, line.category.label, _waiting(line.waiting))
        for digit, line in enumerate(lines, start=1)
    ]
    state: Line = [(f" {_('已选：取优先号')} ", "alert")] if priority else _("未选（按 9 选）")
    rows.append(digit_row(9, _("绿色通道（老弱病残孕、军人等优先）"), state))
    rows.append(digit_row(0, _("按名称或拼音首字母查事项")))
    return rows


def _waiting(count: int) -> str:
    return _("等候 {count} 人").format(count=pad_left(str(count), 3))


def inner_rows(menu: KioskMenu, path: Path) -> list[Line]:
    """A page of sub-groups or items, and the direct number."""
    entries = menu.entries(path)[path.page * PAGE : (path.page + 1) * PAGE]
    rows = [digit_row(digit, name) for digit, name in enumerate(entries, start=1)]
    return [*rows, digit_row(0, _("不选事项，直接取号"))]


def spaced(rows: list[Line], height: int) -> list[Line]:
    """`rows` with a free row between them where the height allows."""
    gap = max(0, min(2, height // max(len(rows), 1) - 1))
    return [line for row in rows for line in (row, *[""] * gap)]
