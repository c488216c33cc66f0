"""The list of staff and one person's facts as rows."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from yichuang.language import N_, _
from yichuang.queue.people.post import Post
from yichuang.queue.people.staff import SshKey, Staff
from yichuang.queue.personnel.staff_detail import StaffDetail
from yichuang.queue.personnel.view import STABLE_YEARS
from yichuang.tui.text import Line, pad

_COLUMNS = (
    (N_("工号"), 9),
    (N_("姓名"), 10),
    (N_("角色"), 22),
    (N_("部门"), 15),
    (N_("电话"), 14),
)
"""Headings and widths in cells at 80 columns."""


def _widths(cells: int) -> list[int]:
    widths = [width for _name, width in _COLUMNS]
    more = max(0, min(30, cells - 80))
    widths[2] += more // 2
    widths[3] += more - more // 2
    return widths


def staff_heading(cells: int) -> Line:
    """What the columns are."""
    heads = (
        pad(_(name), width) for (name, _w), width in zip(_COLUMNS, _widths(cells), strict=True)
    )
    return [(f"  {''.join(heads)}{_('说明')}", "dim")]


def staff_row(person: Staff, cells: int) -> Line:
    """One person in the list."""
    facts = (person.badge, person.name, _roles(person), person.department, person.phone)
    text = "".join(
        pad(fact, width - 1) + " " for fact, width in zip(facts, _widths(cells), strict=True)
    )
    if not person.active:
        return [(text, "dim"), (_("停用"), "dim")]
    return [text, ("" if person.qualified else _("未考核"), "mark")]


def _roles(person: Staff) -> str:
    return _("、").join(role.label for role in person.roles) or "-"


def count_row(people: Sequence[Staff], found: int, *, is_filtered: bool) -> Line:
    """How many there are, and how many are shown."""
    text = " " + _("人员 {count} 人").format(count=sum(each.active for each in people))
    gone = sum(not each.active for each in people)
    if gone:
        text += _("（另有停用 {count} 人）").format(count=gone)
    if is_filtered:
        text += "  " + _("找到 {count} 人").format(count=found)
    return [(f"{text} ", "section")]


def detail_rows(person: Staff | None, detail: StaffDetail | None, today: date) -> list[Line]:
    """What else is known of the person under the cursor, in three rows."""
    if person is None or detail is None:
        return ["", "", ""]
    name = [(f" {person.badge} {person.name} ", "strong")]
    works = "  ".join(each for each in (person.sex, person.post, person.duty) if each)
    posts = "  ".join(
        _("{window} 号窗口 {place}").format(window=window, place=place.label)
        for window, place in detail.posts
    )
    access = [detail.pin.label]
    if detail.keys:
        access.append(_("{count} 个公钥").format(count=len(detail.keys)))
    if not person.qualified:
        access.append(_("今天特许上岗") if detail.allowed else _("考核未合格"))
    if detail.allowed:
        access.append(detail.allowed)
    stay = "  ".join((*person.skills, *_since(person.since, today)))
    return [
        [*name, works],
        f" {'  '.join(access)}",
        f" {posts or _('没有定岗')}  {stay}".rstrip(),
    ]


def _since(since: date | None, today: date) -> list[str]:
    """Since when; and whether two years have not passed yet (H08)."""
    if since is None:
        return []
    text = _("{day:%Y-%m-%d} 到岗").format(day=since)
    if (today - since).days < STABLE_YEARS * 365:
        text += _("（不满 {years} 年）").format(years=STABLE_YEARS)
    return [text]


def fact_rows(person: Staff) -> list[Line]:
    """Every fact of one person, for reading."""
    facts = (
        (_("工号"), person.badge),
        (_("姓名"), person.name),
        (_("角色"), _roles(person)),
        (_("性别"), person.sex),
        (_("部门"), person.department),
        (_("岗位"), person.post),
        (_("职责"), person.duty),
        (_("电话"), person.phone),
        (_("技能"), " ".join(person.skills)),
        (_("到岗日期"), person.since.isoformat() if person.since else ""),
        (_("考核"), _("合格") if person.qualified else _("未合格")),
        (_("在职"), _("是") if person.active else _("否（停用）")),
    )
    return [f" {pad(label, 10)}{fact or '-'}" for label, fact in facts]


def fingerprint(key: str) -> str:
    """A key as `ssh-keygen -l` shows it: people compare this."""
    try:
        blob = base64.b64decode(key.split()[1])
    except (IndexError, binascii.Error):
        return "-"
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii")
    return f"SHA256:{digest.rstrip('=')}"


def key_row(key: SshKey) -> str:
    """One public key: its comment first, for that is what its owner knows it by."""
    whose = pad(key.post, 12) if key.post else ""
    return f"{whose}{pad(key.comment or '-', 15)} {_kind(key)} {fingerprint(key.key)}"


def key_rows(key: SshKey) -> list[Line]:
    """Everything about one public key."""
    added = f"{key.added_at:%Y-%m-%d}" if key.added_at else "-"
    facts = (
        (_("注释"), key.comment or "-"),
        (_("登录为"), key.badge or key.post or "-"),
        (_("种类"), _kind(key)),
        (_("登记于"), added),
        (_("指纹"), fingerprint(key.key)),
    )
    return [f" {pad(label, 12)}{fact}" for label, fact in facts]


def _kind(key: SshKey) -> str:
    return key.key.partition(" ")[0].removeprefix("ssh-")


def post_row(window: int, label: str, post: Post | None, names: Mapping[str, str]) -> Line:
    """One window with whose post it is."""

    def called(badge: str) -> str:
        return f"{badge} {names.get(badge, '')}".rstrip()

    a = called(post.a) if post is not None and post.a else "-"
    b = _("、").join(called(badge) for badge in post.b) if post is not None else ""
    return f"{window:>3} {pad(label, 14)}{_('A岗')} {pad(a, 14)} {_('B岗')} {b or '-'}"
