"""The form of one person: every fact that the hall keeps (H03, H04, H07, H08, H13, H14)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from yichuang.language import N_, _
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.staff_acts import LONGEST, problems_by_field
from yichuang.tui.screens.staff_form import Field, Form, Toggle

_LABELS = {
    "badge": N_("工号"),
    "name": N_("姓名"),
    "sex": N_("性别"),
    "department": N_("部门"),
    "post": N_("岗位"),
    "duty": N_("职责"),
    "phone": N_("电话"),
    "photo": N_("照片文件"),
    "skills": N_("技能"),
    "since": N_("到岗日期"),
}
"""What the form calls the fields, in its order."""

_HINTS = {
    "badge": N_("胸牌上的号，字母、数字和 -；一个工号只给一个人，以后也不再给别人"),
    "department": N_("所属单位，去向牌和公示表上写它"),
    "post": N_("例如 综合窗口岗"),
    "duty": N_("公示的工作职责"),
    "photo": N_("照片文件的路径，印公示表时用"),
    "skills": N_("例如 手语 方言 英语，用空格分开"),
    "since": N_("到这个岗位的日期，例如 2026-03-01；不写就空着"),
}

_ROOM = 20
"""Characters more than the rules allow that can be typed: these say what is too long, nothing is cut."""

Save = Callable[[Staff], Awaitable[Staff]]
"""Saves the person as filled in; raises a YichuangError."""


class StaffForm(Form[Staff]):
    """Gives the person as saved."""

    def __init__(self, person: Staff | None, names: Mapping[str, str], save: Save) -> None:
        """`person` is who is changed, None for somebody new; `names` are all badge numbers with names."""
        heading = _("登记新的人员")
        if person is not None:
            heading = _("{badge} {name}").format(badge=person.badge, name=person.name)
        self._before = person
        self._names = names
        self._save = save
        blank = Staff("", "", (Role.CLERK,), qualified=False)
        super().__init__(heading, _fields(person or blank, is_new=person is None))

    def _facts(self) -> Staff:
        """The person as filled in; the day apart."""
        before = self._before or Staff("", "")
        flags, chosen = self.chosen("flags"), self.chosen("roles")
        roles = tuple(role for role in STAFF_ROLES if role.value in chosen)
        facts: dict[str, Any] = {name: self.value(name) for name in LONGEST}
        facts["phone"] = _narrow(facts["phone"])
        return before._replace(
            badge=before.badge or _narrow(self.value("badge")),
            roles=before.roles if set(roles) == set(before.roles) else roles,
            qualified="qualified" in flags,
            active="active" in flags,
            skills=tuple(dict.fromkeys(re.findall(r"[^\s;；、,，]+", self.value("skills")))),
            **facts,
        )

    def _day(self) -> date | None:
        typed = _narrow(self.value("since"))
        return date.fromisoformat(typed) if typed else None

    def problems(self) -> Mapping[str, str]:
        """What is wrong in which field."""
        person = self._facts()
        labels = {name: _(label) for name, label in _LABELS.items()}
        found: dict[str, str] = {}
        if self._before is None and person.badge in self._names:
            text = _("这个工号是 {name} 的").format(name=self._names[person.badge])
            found["badge"] = text
        for name, problem in problems_by_field(person, labels):
            found.setdefault(name, problem)
        try:
            self._day()
        except ValueError:
            found["since"] = _("写成 2026-03-01 这样")
        order = list(_LABELS)
        return {name: found[name] for name in sorted(found, key=order.index)}

    async def submit(self) -> Staff:
        """Save the person."""
        return await self._save(self._facts()._replace(since=self._day()))


def _fields(person: Staff, *, is_new: bool) -> list[Field | Toggle]:
    values = {name: str(getattr(person, name)) for name in LONGEST}
    values |= {
        "badge": person.badge,
        "skills": " ".join(person.skills),
        "since": person.since.isoformat() if person.since else "",
    }
    fields: list[Field | Toggle] = [
        Field(
            name,
            label,
            values[name],
            LONGEST.get(name, 80) + _ROOM,
            _HINTS.get(name, ""),
            is_fixed=name == "badge" and not is_new,
        )
        for name, label in _LABELS.items()
    ]
    roles = frozenset(role.value for role in person.roles)
    options = [(role.value, role.label) for role in STAFF_ROLES]
    hint = N_("按数字勾选；一个人可以有几个角色")
    fields.insert(2, Toggle("roles", N_("角色"), options, roles, hint))
    flags = {"qualified": person.qualified, "active": person.active}
    fields.append(
        Toggle(
            "flags",
            N_("状态"),
            [("qualified", _("考核合格")), ("active", _("在职"))],
            frozenset(name for name, holds in flags.items() if holds),
            N_("考核合格方可上岗；不在职的人不能登录，工号留着"),
        )
    )
    return fields


def _narrow(typed: str) -> str:
    """What was typed, with full-width letters and digits taken as meant."""
    return unicodedata.normalize("NFKC", typed).strip()
