"""Files of staff: CSV in, people out, all or nothing.

The columns, in any order; only `badge` and `name` are required. What a file has no column for stays as it is:

| column | |
|---|---|
| `badge`, `name`, `sex`, `department`, `post`, `duty`, `phone`, `photo` | as on the badge and the boards |
| `roles` | clerk, guide, supervisor, observer, administrator, or their Chinese names, with blanks or `;` |
| `qualified` | 1/0, yes/no, 是/否 |
| `skills` | with blanks or `;` between them |
| `since` | the first day at this post: `2026-03-01`, or `2026/3/1` as spreadsheets write it |
| `active` | whether the person still works here: as `qualified` |
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from yichuang.errors import InvalidItems, InvalidStaff
from yichuang.language import _
from yichuang.queue.csv_file import (
    at_line,
    cells_of,
    csv_records,
    header_problem,
    is_blank,
    nearest,
    quoting_problem,
    shown,
)
from yichuang.queue.item_import import decode_csv
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.staff_acts import staff_problems

COLUMNS = (
    "badge",
    "name",
    "sex",
    "department",
    "post",
    "duty",
    "phone",
    "photo",
    "roles",
    "qualified",
    "skills",
    "since",
    "active",
)
"""The columns of a file of staff, in any order."""

REQUIRED_COLUMNS = ("badge", "name")

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

_YES = ("1", "yes", "y", "true", "是")
_NO = ("0", "no", "n", "false", "否")
_ROLE_NAMES: Mapping[str, Role] = {
    **{role.value: role for role in STAFF_ROLES},
    "窗口人员": Role.CLERK,
    "窗口": Role.CLERK,
    "导引人员": Role.GUIDE,
    "导引": Role.GUIDE,
    "督查": Role.SUPERVISOR,
    "只读督查": Role.OBSERVER,
    "管理员": Role.ADMINISTRATOR,
}


def read_staff(data: bytes, known: Mapping[str, Staff]) -> list[Staff]:
    """The people of a file; `known` are those of the hall. Raises InvalidStaff with every problem."""
    try:
        text = decode_csv(data)
    except InvalidItems as error:
        raise InvalidStaff(count=1, problems=error.message) from error
    problems: list[str] = []
    people: dict[str, Staff] = {}
    records = csv_records(text)
    line, header = next(records, (1, []))
    if wrong := header_problem(header, COLUMNS, REQUIRED_COLUMNS):
        raise InvalidStaff(count=1, problems=wrong)
    names = [cell.strip().casefold() for cell in cells_of(header)]
    for line, record in records:
        if is_blank(record):
            continue
        if isinstance(record, csv.Error):
            problems.append(at_line(line, quoting_problem(record)))
            continue
        if len(record) != len(names):
            counted = _("应有 {expected} 列，实有 {found} 列")
            problems.append(at_line(line, counted.format(expected=len(names), found=len(record))))
            continue
        cells = dict(zip(names, (cell.strip() for cell in record), strict=True))
        found: list[str] = []
        person = _person(cells, known, found)
        found += staff_problems(person)
        if person.badge in people:
            found.append(_("工号 {badge} 出现了不止一次").format(badge=shown(person.badge)))
        people[person.badge] = person
        problems += [at_line(line, each) for each in found]
    if not people and not problems:
        problems.append(at_line(line, _("只有表头，没有人员")))
    if problems:
        raise InvalidStaff(count=len(problems), problems=_("；").join(problems[:10]))
    return list(people.values())


def _person(cells: Mapping[str, str], known: Mapping[str, Staff], found: list[str]) -> Staff:
    badge = cells.get("badge", "")
    before = known.get(badge) or Staff(badge, "", roles=(Role.CLERK,))
    facts: dict[str, Any] = {
        name: cells[name] for name in COLUMNS[1:8] if name in cells and name != "badge"
    }
    if "roles" in cells:
        facts["roles"] = _roles(cells["roles"], found)
    for name in ("qualified", "active"):
        if cells.get(name):
            facts[name] = _truth(name, cells[name], found)
    if "skills" in cells:
        facts["skills"] = tuple(dict.fromkeys(_words(cells["skills"])))
    if "since" in cells:
        facts["since"] = _day(cells["since"], found)
    return before._replace(**facts)


def _words(cell: str) -> list[str]:
    return [word for word in re.split(r"[\s;；、,，]+", cell) if word]


def _roles(cell: str, found: list[str]) -> tuple[Role, ...]:
    roles = []
    for word in _words(cell):
        role = _ROLE_NAMES.get(word.casefold())
        if role is None:
            near = nearest(word, tuple(_ROLE_NAMES))
            found.append(_("没有「{role}」这个角色{near}").format(role=shown(word), near=near))
        elif role not in roles:
            roles.append(role)
    return tuple(roles)


def _truth(name: str, cell: str, found: list[str]) -> bool:
    if cell.casefold() not in (*_YES, *_NO):
        found.append(
            _("{column} 要写 1 或 0，现在是「{value}」").format(column=name, value=shown(cell))
        )
    return cell.casefold() in _YES


def _day(cell: str, found: list[str]) -> date | None:
    if not cell:
        return None
    written = _DAY.fullmatch(cell)
    parts = map(int, written.groups()) if written else (0, 0, 0)
    try:
        return date(*parts)
    except ValueError:
        found.append(_("since 要写成 2026-03-01 这样，现在是「{value}」").format(value=shown(cell)))
        return None
