"""`yichuang staff`: who works in the hall, what they may do, and their PINs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.staff_files import FROM_INPUT, as_csv, read_bytes, write_text
from yichuang.cli.staff_keys import key
from yichuang.cli.staff_person import person_json, person_lines, view_of
from yichuang.cli.staff_posts import allow, attendance, post, where, who
from yichuang.cli.staff_sheet import sheet
from yichuang.cli.staff_words import badge_argument, tidy
from yichuang.errors import LastAdministrator
from yichuang.language import N_, _
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.staff_import import COLUMNS, read_staff
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.service import Hall

_HEADINGS = (
    N_("工号"), N_("姓名"), N_("角色"), N_("单位"), N_("岗位"), N_("电话"), N_("去向"), N_("窗口"),
)  # fmt: skip

_EXAMPLE = (
    "1001", N_("张三"), N_("女"), N_("行政审批局"), N_("综合窗口岗"), N_("受理、咨询"),
    "0519-88880001", "photos/1001.jpg", "clerk", "1", N_("手语 英语"), "2025-03-01", "1",
)  # fmt: skip
"""A line that an import takes as it is."""


@click.group(cls=NamingGroup, help=_("人员：登记、导入、密码、公钥、定岗、去向、考勤、公示单。"))
def staff() -> None:
    """The commands on people."""


for _command in (key, post, allow, where, who, attendance, sheet):
    staff.add_command(_command)


# --- looking ---------------------------------------------------------------------------------------


@staff.command("list", help=_("列出在职的人。"))
@click.option("--all", "everybody", is_flag=True, help=_("停用的也列出"))
@takes_hall
def list_staff(asked: Asked, everybody: bool) -> None:
    """List people."""

    async def work() -> list[PersonView]:
        async with asked.hall() as hall:
            found = list(await hall.people.everybody())
            if everybody:
                gone = [each for each in await hall.people.staff() if not each.active]
                found += [PersonView(each, None, None) for each in gone]
            return found

    found = run(work())
    rows = [list(map(_, _HEADINGS)), *(_cells_of(each) for each in found)]
    asked.show(
        {"staff": [person_json(each) for each in found]},
        "\n".join(table(rows)) if found else _("还没有登记人员；导入：yichuang staff import FILE"),
    )


def _cells_of(view: PersonView) -> list[str]:
    person = view.staff
    state = view.state.label if view.state else "-"
    return [
        person.badge,
        person.name,
        _("、").join(role.label for role in person.roles) or "-",
        person.department or "-",
        person.post or "-",
        person.phone or "-",
        state if person.active else _("停用"),
        str(view.duty.window) if view.duty else "-",
    ]


@staff.command(help=_("一个人的全部登记：资料、密码、公钥、岗位、去向。"))
@badge_argument
@takes_hall
def show(asked: Asked, badge: str) -> None:
    """Show one person."""

    async def work() -> tuple[dict[str, Any], list[str]]:
        async with asked.hall() as hall:
            view, detail = await view_of(hall, badge)
            return person_json(view, detail), person_lines(view, detail, hall.rules.zone)

    found, lines = run(work())
    asked.show({"person": found}, "\n".join(lines))


# --- changing --------------------------------------------------------------------------------------


def _takes_facts(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for what is known of a person; what is not written stays as it is."""
    for option in (
        click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=_("到现岗位的日子")),
        click.option("--skill", "skills", multiple=True, help=_("技能，可写几个，例如 手语")),
        click.option(
            "--qualified/--unqualified", default=None, help=_("有没有上岗资格（考核合格）")
        ),
        click.option("--photo", help=_("照片的路径，只用在打印的公示单上")),
        click.option("--phone", help=_("联系电话")),
        click.option("--duty", help=_("公开的工作职责")),
        click.option("--post", help=_("岗位，例如 综合窗口岗")),
        click.option("--department", help=_("单位")),
        click.option("--sex", help=_("性别")),
        click.option(
            "--role",
            "roles",
            multiple=True,
            type=click.Choice([role.value for role in STAFF_ROLES]),
            help=_("角色，可写几个"),
        ),
    ):
        command = option(command)
    return command


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    """What was written, as a person's facts."""
    facts: dict[str, Any] = {
        name: tidy(value) if isinstance(value, str) else value
        for name, value in given.items()
        if value is not None and value != ()
    }
    if "roles" in facts:
        facts["roles"] = tuple(dict.fromkeys(Role(role) for role in facts["roles"]))
    if "skills" in facts:
        facts["skills"] = tuple(dict.fromkeys(word for word in map(tidy, facts["skills"]) if word))
    if isinstance(facts.get("since"), datetime):
        facts["since"] = facts["since"].date()
    return facts


@staff.command(help=_("登记一个人；不写角色就是窗口人员。密码另发：yichuang staff pin"))
@badge_argument
@click.option("--name", required=True, help=_("姓名"))
@_takes_facts
@takes_hall
def add(asked: Asked, badge: str, **given: Any) -> None:
    """Add somebody."""

    async def work() -> PersonView:
        async with asked.hall() as hall:
            person = Staff(badge, "", (Role.CLERK,))._replace(**_facts(given))
            return await _saved(hall, person, [], asked.actor)

    _tell(asked, run(work()))


@staff.command(help=_("改一个人的登记：只改写出来的各项。"))
@badge_argument
@click.option("--name", help=_("姓名"))
@_takes_facts
@takes_hall
def change(asked: Asked, badge: str, **given: Any) -> None:
    """Change what is known of somebody."""
    _change(asked, badge, **_facts(given))


@staff.command(help=_("停用一个人：不能再登录，正在窗口的会被请出。工号不再给别人。"))
@badge_argument
@takes_hall
def deactivate(asked: Asked, badge: str) -> None:
    """Somebody works here no more."""
    _change(asked, badge, active=False)


@staff.command(help=_("恢复一个停用的人。"))
@badge_argument
@takes_hall
def activate(asked: Asked, badge: str) -> None:
    """Somebody works here again."""
    _change(asked, badge, active=True)


def _change(asked: Asked, badge: str, **facts: Any) -> None:
    async def work() -> PersonView:
        async with asked.hall() as hall:
            person = await hall.people.member(badge)
            return await _saved(hall, person._replace(**facts), [person], asked.actor)

    _tell(asked, run(work()))


async def _saved(hall: Hall, person: Staff, over: Sequence[Staff], actor: str) -> PersonView:
    await hall.people.save(person, over=over, actor=actor)
    return await hall.people.person(person.badge)


def _tell(asked: Asked, view: PersonView) -> None:
    rows = [list(map(_, _HEADINGS)), _cells_of(view)]
    asked.show({"person": person_json(view)}, "\n".join(table(rows)))


@staff.command(help=_("重设一个人的密码并显示这一次；本人首次登录后要改。也解开锁定。"))
@badge_argument
@click.option("--reason", required=True, help=_("原因，记入流水"))
@takes_hall
def pin(asked: Asked, badge: str, reason: str) -> None:
    """Give somebody another PIN."""

    async def work() -> tuple[Staff, str]:
        async with asked.hall() as hall:
            person = await hall.people.member(badge)
            given = await hall.people.reset_pin(badge, reason=reason, actor=asked.actor)
            return person, given

    person, given = run(work())
    text = _("{badge} {name} 的临时密码：{pin}（只显示这一次，登录后要换成自己的）")
    asked.show(
        {"badge": badge, "pin": given, "temporary": True},
        text.format(badge=badge, name=person.name, pin=given),
    )


# --- files -----------------------------------------------------------------------------------------


@staff.command(
    "import",
    help=_("导入 CSV 文件：全部导入，或一个也不导入；文件里没有的列不变。FILE 写 - 从标准输入读。"),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("只看会新增、更新几个人，不导入"))
@takes_hall
def import_(asked: Asked, file: Path, dry_run: bool) -> None:
    """Add or change people."""
    data = read_bytes(file)

    async def work() -> tuple[int, int, int]:
        async with asked.hall() as hall:
            known = {each.badge: each for each in await hall.people.staff()}
            people = read_staff(data, known)
            if dry_run:
                return (len(people), *_counts(people, known))
            source = _("标准输入") if file == FROM_INPUT else file.name
            done = await hall.people.import_staff(data, source=source, actor=asked.actor)
            return (len(people), *(done.counts or (0, 0)))

    total, new, changed = run(work())
    text = (
        _("共 {total} 人：将新增 {new}，更新 {changed}，其余没有变化；没有导入")
        if dry_run
        else _("共 {total} 人：新增 {new}，更新 {changed}，其余没有变化")
    )
    asked.show(
        {"people": total, "new": new, "changed": changed, "dry_run": dry_run},
        text.format(total=total, new=new, changed=changed),
    )


def _counts(people: list[Staff], known: dict[str, Staff]) -> tuple[int, int]:
    """How many an import would add and change; raises LastAdministrator as it would."""
    after = {**known, **{each.badge: each for each in people}}
    before = [each.badge for each in known.values() if each.may(Role.ADMINISTRATOR)]
    if before and not any(each.may(Role.ADMINISTRATOR) for each in after.values()):
        raise LastAdministrator(badge=before[0])
    new = sum(each.badge not in known for each in people)
    changed = sum(each.badge in known and known[each.badge] != each for each in people)
    return new, changed


@staff.command(help=_("写一个空白的 CSV：列名和一行例子，填好再导入。已有的文件不覆盖。"))
@click.argument("file", type=click.Path(path_type=Path))
@takes_hall
def template(asked: Asked, file: Path) -> None:
    """Write a file to fill in."""
    write_text(file, as_csv([COLUMNS, list(map(_, _EXAMPLE))]), replace=False)
    asked.show(
        {"file": str(file), "columns": list(COLUMNS)},
        _("已写好 {file}：填好以后 yichuang staff import {file}").format(file=file),
    )
