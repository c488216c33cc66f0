"""One person as the command line tells it."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from yichuang.cli.columns import left
from yichuang.language import N_, _
from yichuang.queue.people.staff import SshKey
from yichuang.queue.personnel.keys import fingerprint
from yichuang.queue.personnel.staff_detail import StaffDetail, view_staff_detail
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.service import Hall

_WIDTH = 10

_FIELDS = (
    ("badge", N_("工号")),
    ("name", N_("姓名")),
    ("sex", N_("性别")),
    ("department", N_("单位")),
    ("post", N_("岗位")),
    ("duty", N_("职责")),
    ("phone", N_("电话")),
    ("photo", N_("照片")),
)


async def view_of(hall: Hall, badge: str) -> tuple[PersonView, StaffDetail]:
    """One person, and what is kept beside the facts; raises UnknownStaff."""
    return await hall.people.person(badge), await hall.look(view_staff_detail, badge)


def person_json(view: PersonView, detail: StaffDetail | None = None) -> dict[str, Any]:
    """The person for scripts; nothing that opens a door."""
    kept = view.whereabouts
    result: dict[str, Any] = {
        **view.staff.as_json(),
        "whereabouts": kept.state.value if kept else None,
        "note": kept.note if kept else "",
        "since_whereabouts": kept.since.isoformat() if kept else None,
        "window": view.duty.window if view.duty else None,
    }
    if detail is not None:
        result |= {
            "pin": detail.pin.value,
            "keys": [key_json(each) for each in detail.keys],
            "posts": [{"window": window, "place": each.value} for window, each in detail.posts],
            "allowed_today": detail.allowed,
        }
    return result


def key_json(key: SshKey) -> dict[str, Any]:
    """A public key for scripts."""
    return {
        **key._asdict(),
        "added_at": key.added_at.isoformat() if key.added_at else None,
        "fingerprint": fingerprint(key.key),
    }


def person_lines(view: PersonView, detail: StaffDetail, zone: tzinfo) -> list[str]:
    """Everything about one person, a fact a line."""
    person = view.staff
    mark = _("、")
    facts = [(_(label), getattr(person, name)) for name, label in _FIELDS]
    facts += [
        (_("角色"), mark.join(role.label for role in person.roles)),
        (_("技能"), mark.join(person.skills)),
        (_("到岗日"), person.since.isoformat() if person.since else ""),
        (_("上岗资格"), _qualification(view, detail)),
        (_("状态"), _("在职") if person.active else _("停用")),
        (_("密码"), detail.pin.label),
        (_("公钥"), mark.join(fingerprint(each.key) for each in detail.keys)),
        (
            _("定岗"),
            mark.join(
                _("{window} 号窗口 {place}").format(window=window, place=place.label)
                for window, place in detail.posts
            ),
        ),
        (_("去向"), where_text(view, zone)),
    ]
    return [f"{left(label, _WIDTH)}  {text}" for label, text in facts if text]


def where_text(view: PersonView, zone: tzinfo) -> str:
    """Where somebody is, since when, and at which window."""
    kept = view.whereabouts
    if kept is None:
        return ""
    text = f"{kept.state.label}  {kept.since.astimezone(zone):%m-%d %H:%M}"
    if view.duty is not None:
        text += "  " + _("{window} 号窗口").format(window=view.duty.window)
    return f"{text}  {kept.note}".rstrip()


def _qualification(view: PersonView, detail: StaffDetail) -> str:
    if view.staff.qualified:
        return _("有")
    if detail.allowed is not None:
        return _("没有（今天特许：{reason}）").format(reason=detail.allowed)
    return _("没有")
