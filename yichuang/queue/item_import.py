"""Item files: CSV in, items out, all or nothing (requirements D04, D05).

The columns are those of the shipped `yichuang/data/items.csv`; `code`, `name` and `category` are
required.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import PurePath

from yichuang.errors import InvalidItems
from yichuang.language import _
from yichuang.profile import CATEGORIES
from yichuang.queue.csv_file import (
    Record,
    at_line,
    cells_of,
    csv_records,
    header_problem,
    is_blank,
    is_control,
    nearest,
    quoting_problem,
    shown,
)
from yichuang.queue.item import Item

COLUMNS = (
    "code",
    "name",
    "alias",
    "department",
    "category",
    "group",
    "private",
    "sample",
    "saturday",
)
"""The columns of an item file, in any order."""

REQUIRED_COLUMNS = ("code", "name", "category")
"""Those that cannot be left out."""

SHIPPED_CATEGORIES = tuple(category.code for category in CATEGORIES)
"""The categories of the shipped items (B01)."""

WIDEST_NAME = 200
"""Columns; the longest name of the shipped list has 129."""

WIDEST_ALIAS = 32
"""Columns of 58 mm paper (requirements 1, trap 7)."""

WIDEST_LABEL = 32
"""Columns of a department or group."""

LONGEST_CODE = 40
"""Characters; the national item codes have up to 31."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FLAGS = {"": False, "0": False, "1": True}
_SEPARATORS = "、,，;；:：。-—/ "
_OPENING = "(（《“["
_CLOSING = ")）》”]"
_ELLIPSIS = ".."
_SHORTEST_CUT = 18
"""Columns that a shortened alias keeps at least; a boundary before them is passed over."""
_SHORTEST_REST = 8
"""Columns that must be left of a name when its leading class is dropped."""


# --- reading --------------------------------------------------------------------------------------


def decode_csv(data: bytes, *, path: str | PurePath = "items.csv") -> str:
    """The text of a CSV file in UTF-8 (with or without BOM), GBK or GB18030, as spreadsheets write.

    Raises `InvalidItems` with the line where the best attempt broke off; a file that begins with
    the UTF-8 BOM is not tried as anything else.
    """
    marked = data.startswith(b"\xef\xbb\xbf")
    furthest = 0
    for encoding in ("utf-8",) if marked else ("utf-8", "gbk", "gb18030"):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    line = data.count(b"\n", 0, furthest) + 1
    reason = _("既不是 UTF-8 也不是 GBK 编码，请另存为「CSV UTF-8」")
    raise InvalidItems(path=path, problems=[at_line(line, reason)])


def read_items(
    text: str, categories: Collection[str], *, path: str | PurePath = "items.csv"
) -> list[Item]:
    """The items of a CSV text, in its order; `path` is only named in the error.

    Blank lines and white space around a cell are dropped. Raises `InvalidItems` with one problem
    for each bad line, "第 N 行：reason", counting physical lines from 1; then nothing is returned.
    """
    records = ((line, cells) for line, cells in csv_records(text) if not is_blank(cells))
    line, header = next(records, (1, []))
    reason = header_problem(header, COLUMNS, REQUIRED_COLUMNS)
    if reason:
        raise InvalidItems(path=path, problems=[at_line(line, reason)])
    names = [cell.strip().casefold() for cell in cells_of(header)]
    checker = _Checker(categories)
    rows: list[dict[str, str]] = []
    problems: list[str] = []
    for line, cells in records:
        row, reasons = checker.check(line, names, cells)
        rows.append(row)
        if reasons:
            problems.append(at_line(line, "；".join(reasons)))
    if not rows:
        problems.append(at_line(line, _("只有表头，没有事项")))
    if problems:
        raise InvalidItems(path=path, problems=problems)
    return [_item(row) for row in rows]


def package_items(categories: Collection[str]) -> list[Item]:
    """The shipped items that belong to `categories`: 180 real ones, samples for the other two."""
    source = resources.files("yichuang.data") / "items.csv"
    items = read_items(source.read_text(encoding="utf-8"), SHIPPED_CATEGORIES)
    return [item for item in items if item.category in categories]


def _item(row: dict[str, str]) -> Item:
    alias = row["alias"] or short_alias(row["name"])
    return Item(
        code=row["code"],
        name=row["name"],
        alias=alias,
        department=row["department"],
        category=row["category"],
        group=row["group"],
        private=_FLAGS[row["private"]],
        sample=_FLAGS[row["sample"]],
        initials=pinyin_initials(row["name"]),
        alias_initials=pinyin_initials(alias),
        saturday=_FLAGS[row["saturday"]],
    )


def item_problems(item: Item, categories: Collection[str]) -> list[str]:
    """All that is wrong with one item that was typed; nothing when it can be kept."""
    row = {name: str(getattr(item, name)) for name in COLUMNS}
    row |= {name: str(int(getattr(item, name))) for name in ("private", "sample", "saturday")}
    return _Checker(categories).problems(row)


# --- what can be wrong ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Checker:
    """Checks the lines of one file; remembers the codes it has met."""

    categories: Collection[str]
    lines: dict[str, int] = field(default_factory=dict)
    """Where each code, case-folded, was met first."""

    def check(
        self, line: int, names: list[str], record: Record
    ) -> tuple[dict[str, str], list[str]]:
        """The line as a row with every column, and all that is wrong with it."""
        row = dict.fromkeys(COLUMNS, "")
        if isinstance(record, csv.Error):
            return row, [quoting_problem(record)]
        if len(record) != len(names):
            reason = _("应有 {expected} 列，实有 {found} 列")
            return row, [reason.format(expected=len(names), found=len(record))]
        row.update(zip(names, (cell.strip() for cell in record), strict=True))
        return row, self.problems(row, line)

    def problems(self, row: dict[str, str], line: int = 1) -> list[str]:
        """All that is wrong with a row of every column."""
        return [*self._code_problems(line, row["code"]), *self._other_problems(row)]

    def _code_problems(self, line: int, code: str) -> Iterator[str]:
        if not code:
            yield _("没有编码")
        elif not _CODE.fullmatch(code):
            yield _("编码「{code}」只能用字母、数字和 . _ -，以字母或数字开头").format(
                code=shown(code)
            )
        elif len(code) > LONGEST_CODE:
            yield _("编码有 {found} 个字符，最多 {most} 个").format(
                found=len(code), most=LONGEST_CODE
            )
        else:
            # Codes that differ in case only would be one to whoever types them.
            first = self.lines.setdefault(code.casefold(), line)
            if first != line:
                yield _("编码 {code} 与第 {first} 行重复").format(code=code, first=first)

    def _other_problems(self, row: dict[str, str]) -> Iterator[str]:
        if not row["name"]:
            yield _("没有名称")
        widest = {
            "name": WIDEST_NAME,
            "alias": WIDEST_ALIAS,
            "department": WIDEST_LABEL,
            "group": WIDEST_LABEL,
        }
        for column, most in widest.items():
            yield from _text_problems(column, row[column], most)
        category = row["category"]
        if not category:
            yield _("没有类别")
        elif category not in self.categories:
            yield _("没有「{category}」这个类别{near}").format(
                category=shown(category), near=nearest(category, self.categories)
            )
        for column in ("private", "sample", "saturday"):
            if row[column] not in _FLAGS:
                yield _("{column} 只能是 0 或 1").format(column=column)


def _text_problems(column: str, text: str, most: int) -> Iterator[str]:
    if any(is_control(character) for character in text):
        yield _("{column} 含有控制字符或换行").format(column=column)
    if columns(text) > most:
        yield _("{column} 宽 {found} 列，最多 {most} 列（一个汉字两列）").format(
            column=column, found=columns(text), most=most
        )


# --- text -----------------------------------------------------------------------------------------


def columns(text: str) -> int:
    """The width of `text` on a terminal or ticket: wide, full-width and ambiguous ones count 2."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def short_alias(name: str) -> str:
    """An alias for an item that came without one: `name` in at most 32 columns.

    A longer name first loses its leading class (`迁移登记-`); what is still too long ends with ".."
    at the last mark outside brackets, or where it must.
    """
    if columns(name) <= WIDEST_ALIAS:
        return name
    leading, _dash, rest = name.partition("-")
    if columns(rest) >= _SHORTEST_REST and not any(character.isascii() for character in leading):
        name = rest
    if columns(name) <= WIDEST_ALIAS:
        return name
    return _cut(name).rstrip(_SEPARATORS + _OPENING) + _ELLIPSIS


def _cut(name: str) -> str:
    """The part of a too long name that goes before the ellipsis."""
    used, depth, boundary, end = 0, 0, 0, 0
    for end, character in enumerate(name):
        if depth == 0 and character in _SEPARATORS + _OPENING and used >= _SHORTEST_CUT:
            boundary = end
        used += _width(character)
        if used > WIDEST_ALIAS - columns(_ELLIPSIS):
            break
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and character in _CLOSING and used >= _SHORTEST_CUT:
            boundary = end + 1
    return name[: boundary or end]


def pinyin_initials(text: str) -> str:
    """The first letters of the pinyin of `text`, lower case; letters and digits stay, marks go.

    Characters with several readings are read by the phrase around them (重新 `cx`, 重度 `zd`).
    """
    from pypinyin import Style, lazy_pinyin  # its dictionaries are large and only needed here

    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))
    return "".join(character for character in letters if character.isalnum())
