"""What `yichuang doctor` finds about people: enough of them, posts with A and B, PINs (area H)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from yichuang.cli.finding import Finding, Verdict
from yichuang.language import _
from yichuang.queue.people.post import Post
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Pin, Staff
from yichuang.queue.personnel.view import STABLE_YEARS
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall
from yichuang.queue.view import today

FEWEST_TOWN_STAFF = 8
"""H06: a town hall has 8 people in principle."""

_MOST_NAMED = 8
"""As many are named in one finding; the others are counted."""


class _Known(NamedTuple):
    """What is looked at, of one moment."""

    staff: Sequence[Staff]
    """Those who work here."""
    pins: dict[str, Pin]
    key_holders: set[str]
    posts: dict[int, Post]
    today: date


async def people_findings(hall: Hall) -> list[Finding]:
    """What is to be said of the people of a hall."""

    def look(records: Records) -> _Known:
        staff = [each for each in records.staff() if each.active]
        return _Known(
            staff,
            {each.badge: records.pin(each.badge) or Pin("") for each in staff},
            {each.badge for each in records.ssh_keys() if each.badge is not None},
            {each.window: each for each in records.posts()},
            today(records, hall.rules, hall.clock.now()),
        )

    known = await hall.store.read(look)
    if not known.staff:
        advice = _(
            "导入名单：yichuang staff template 人员.csv，填好再 yichuang staff import 人员.csv"
        )
        return [Finding(Verdict.WARNING, _("人员"), _("还没有登记人员"), advice)]
    return [
        *_numbers(known, hall.settings.hall.level),
        *_posts(known, hall.rules),
        *_pins(known),
    ]


def _numbers(known: _Known, level: str) -> Iterator[Finding]:
    count = len(known.staff)
    if level == "town" and count < FEWEST_TOWN_STAFF:
        yield Finding(
            Verdict.WARNING,
            _("人员"),
            _("镇级大厅只有 {count} 人").format(count=count),
            _("原则上不少于 8 人；确实不需要就不用管"),
        )
    else:
        yield Finding(Verdict.WELL, _("人员"), _("{count} 人在职").format(count=count))
    changed = [
        each
        for each in known.staff
        if each.since is not None and known.today < _years_after(each.since, STABLE_YEARS)
    ]
    if changed:
        yield Finding(
            Verdict.WELL,
            _("人员"),
            _("到现岗位不满 {years} 年：{people}").format(
                years=STABLE_YEARS, people=_named(changed)
            ),
            _("窗口人员原则上 2 年内不得变动；新来的不用管"),
        )


def _posts(known: _Known, rules: HallRules) -> Iterator[Finding]:
    """AB岗 (H01), and the telephone on each window's sign (C03)."""
    people = {each.badge: each for each in known.staff}
    lacking: dict[str, list[int]] = {"a": [], "b": [], "phone": []}
    for window in sorted(rules.windows):
        post = known.posts.get(window, Post(window))
        if post.a not in people:
            lacking["a"].append(window)
        elif not any(badge in people for badge in post.b):
            lacking["b"].append(window)
        here = [people[badge] for badge in (post.a, *post.b) if badge in people]
        if here and not any(each.phone for each in here):
            lacking["phone"].append(window)
    texts = {
        "a": _("{windows} 号窗口没有定 A岗"),
        "b": _("{windows} 号窗口没有定 B岗，A岗离开时没有人顶"),
        "phone": _("{windows} 号窗口的标识牌没有联系电话"),
    }
    advice = {
        "a": _("定岗：yichuang staff post 1 --a 1001 --b 1002"),
        "b": _("定岗：yichuang staff post 1 --b 1002"),
        "phone": _("写上电话：yichuang staff change 1001 --phone 0519-88880001"),
    }
    for what, windows in lacking.items():
        if windows:
            listed = _("、").join(map(str, windows))
            text = texts[what].format(windows=listed)
            yield Finding(Verdict.WARNING, _("岗位"), text, advice[what])


def _pins(known: _Known) -> Iterator[Finding]:
    able = [
        each
        for each in known.staff
        if each.may(Role.ADMINISTRATOR)
        and (known.pins[each.badge].hash or each.badge in known.key_holders)
    ]
    if not able:
        yield Finding(
            Verdict.WARNING,
            _("密码"),
            _("没有一个管理员能登录"),
            _("给管理员发密码：yichuang staff pin 工号 --reason 原因"),
        )
    temporary = [each for each in known.staff if known.pins[each.badge].is_temporary]
    if temporary:
        yield Finding(
            Verdict.WARNING,
            _("密码"),
            _("还在用临时密码：{people}").format(people=_named(temporary)),
            _("请本人登录一次，换成自己的密码"),
        )


def _named(people: Iterable[Staff]) -> str:
    texts = [f"{each.badge} {each.name}" for each in people]
    told = _("、").join(texts[:_MOST_NAMED])
    more = len(texts) - _MOST_NAMED
    return told + (_(" 等 {count} 人").format(count=len(texts)) if more > 0 else "")


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, or beyond the calendar
        return date(min(day.year + years, date.max.year), 3, 1)
