"""`yichuang staff post, who, allow, whereabouts, attendance`: who is where, and who was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, run, takes_hall
from yichuang.cli.staff_files import as_csv, write_text
from yichuang.cli.staff_person import person_json, where_text
from yichuang.cli.staff_words import State, badge_argument, badge_option
from yichuang.language import N_, _
from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.service import Hall
from yichuang.queue.supervision.days import AttendanceDay
from yichuang.queue.view import today

_DATE = click.DateTime(["%Y-%m-%d"])


# --- windows ---------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """One window, whose post it is, and who is there."""

    window: int
    label: str
    post: Post
    duty: OnDuty | None
    names: Mapping[str, str]

    def named(self, badge: str | None) -> str:
        """A badge number with the name."""
        return f"{badge} {self.names.get(badge, '')}".rstrip() if badge else "-"

    def as_json(self) -> dict[str, Any]:
        """The window for scripts."""
        duty = self.duty
        return {
            "window": self.window,
            "name": self.label,
            "a": self.post.a,
            "b": list(self.post.b),
            "on_duty": duty.badge if duty else None,
            "on_duty_name": self.names.get(duty.badge, "") if duty else None,
            "since": duty.since.isoformat() if duty else None,
            "origin": duty.origin if duty else None,
        }


async def _places(hall: Hall) -> list[_Place]:
    posts = {each.window: each for each in await hall.people.posts()}
    names = {each.badge: each.name for each in await hall.people.staff()}
    duties = {
        each.window: each for each in await hall.store.read(lambda records: records.all_on_duty())
    }
    return [
        _Place(
            number,
            window.name or window.label,
            posts.get(number, Post(number)),
            duties.get(number),
            names,
        )
        for number, window in sorted(hall.rules.windows.items())
    ]


@click.command(help=_("AB岗：看各窗口定的人；写窗口和 --a、--b 就定岗。"))
@click.argument("window", required=False, type=click.IntRange(1, 999))
@badge_option("--a", text=_("A岗的工号"))
@badge_option("--b", text=_("B岗的工号，可写几个，按顺序顶岗"), multiple=True)
@click.option("--none", "nobody", is_flag=True, help=_("这个窗口不定人"))
@takes_hall
def post(asked: Asked, window: int | None, a: str | None, b: tuple[str, ...], nobody: bool) -> None:
    """Show whose posts the windows are, or name somebody; what is not written stays."""
    if window is None and (a or b or nobody):
        raise click.UsageError(_("写明几号窗口，例如 yichuang staff post 3 --a 1001 --b 1002"))
    if nobody and (a or b):
        raise click.UsageError(_("--none 不能和 --a、--b 一起写"))

    async def work() -> list[_Place]:
        async with asked.hall() as hall:
            if window is not None:
                hall.rules.window(window)
            if window is not None and (a or b or nobody):
                places = {each.window: each.post for each in await _places(hall)}
                before = Post(window) if nobody else places[window]
                await hall.people.name_post(window, a or before.a, b or before.b, actor=asked.actor)
            return [each for each in await _places(hall) if window in (None, each.window)]

    places = run(work())
    rows = [[_("窗口"), _("名称"), _("A岗"), _("B岗")]]
    rows += [
        [
            str(each.window),
            each.label or "-",
            each.named(each.post.a),
            _("、").join(map(each.named, each.post.b)) or "-",
        ]
        for each in places
    ]
    asked.show({"posts": [each.as_json() for each in places]}, "\n".join(table(rows)))


@click.command(help=_("现在谁在哪个窗口，从什么时候起，从哪里登录。"))
@takes_hall
def who(asked: Asked) -> None:
    """Show who is at which window."""

    async def work() -> tuple[list[_Place], tzinfo]:
        async with asked.hall() as hall:
            return await _places(hall), hall.rules.zone

    places, zone = run(work())
    rows = [[_("窗口"), _("名称"), _("在岗"), _("起于"), _("来自")]]
    for each in places:
        duty = each.duty
        since = f"{duty.since.astimezone(zone):%m-%d %H:%M}" if duty else "-"
        holder = each.named(duty.badge if duty else None)
        origin = (duty.origin if duty else "") or "-"
        rows.append([str(each.window), each.label or "-", holder, since, origin])
    asked.show({"windows": [each.as_json() for each in places]}, "\n".join(table(rows)))


@click.command(help=_("特许一个还没有上岗资格的人今天上岗，写明原因。"))
@badge_argument
@click.option("--reason", required=True, help=_("原因，记入流水"))
@takes_hall
def allow(asked: Asked, badge: str, reason: str) -> None:
    """Let somebody serve today without qualification."""

    async def work() -> str:
        async with asked.hall() as hall:
            person = await hall.people.member(badge)
            await hall.people.allow_unqualified(badge, reason=reason, actor=asked.actor)
            return person.name

    name = run(work())
    asked.show(
        {"badge": badge, "allowed": True},
        _("{badge} {name} 今天可以上岗，只限今天").format(badge=badge, name=name),
    )


# --- whereabouts -----------------------------------------------------------------------------------


@click.command("whereabouts", help=_("去向牌：不写列出各人；写 BADGE STATE 就改，例如 1001 下村。"))
@click.argument("badge", required=False)
@click.argument("state", required=False, type=State())
@click.option("--note", default="", help=_("说明，例如 下午三点回"))
@takes_hall
def where(asked: Asked, badge: str | None, state: Whereabouts | None, note: str) -> None:
    """Show where everybody is, or say where somebody is."""
    if badge is not None and state is None:
        known = _("、").join(each.label for each in Whereabouts)
        raise click.UsageError(_("写明去向：{known}").format(known=known))

    async def work() -> tuple[list[PersonView], tzinfo]:
        async with asked.hall() as hall:
            if badge is not None and state is not None:
                await hall.people.set_whereabouts(badge, state, note, actor=asked.actor)
                return [await hall.people.person(badge)], hall.rules.zone
            return list(await hall.people.everybody()), hall.rules.zone

    found, zone = run(work())
    rows = [[_("单位"), _("工号"), _("姓名"), _("电话"), _("去向")]]
    for view in found:
        person = view.staff
        facts = [person.department or "-", person.badge, person.name, person.phone or "-"]
        rows.append([*facts, where_text(view, zone) or "-"])
    asked.show({"staff": [person_json(each) for each in found]}, "\n".join(table(rows)))


# --- attendance ------------------------------------------------------------------------------------

_COLUMNS = (
    N_("日期"), N_("工号"), N_("姓名"), N_("首次登录"), N_("最后退出"), N_("在岗分钟"), N_("暂停分钟"),
    N_("不在岗分钟"), N_("迟到分钟"), N_("早退分钟"), N_("缺勤"),
)  # fmt: skip


@click.command(help=_("考勤：每人每天首次登录、最后退出、在岗、暂停、去向、迟到、早退。"))
@click.option("--from", "first", type=_DATE, help=_("从哪一天；不写从今天"))
@click.option("--to", "last", type=_DATE, help=_("到哪一天；不写到今天"))
@click.option("--csv", "file", type=click.Path(path_type=Path), help=_("写成 CSV 文件"))
@takes_hall
def attendance(
    asked: Asked, first: datetime | None, last: datetime | None, file: Path | None
) -> None:
    """Tell or export who was there."""

    async def work() -> tuple[list[AttendanceDay], tzinfo]:
        async with asked.hall() as hall:
            now = await hall.look(today)
            end = last.date() if last else max(now, first.date()) if first else now
            begin = first.date() if first else end
            if begin > end:
                raise click.UsageError(_("--from 不能晚于 --to"))
            return await hall.supervision.attendance(begin, end), hall.rules.zone

    days, zone = run(work())
    headings = list(map(_, _COLUMNS))
    if file is not None:
        rows = [[*_row(each, zone), _details(each)] for each in days]
        write_text(file, as_csv([[*headings, _("明细")], *rows]))
    lines = table([headings, *(list(map(str, _row(each, zone))) for each in days)])
    told = _("已写好 {file}：{count} 行").format(file=file, count=len(days))
    asked.show(
        {"days": [each.as_json() for each in days], "file": str(file) if file else None},
        told if file else "\n".join(lines) if days else _("这几天没有记录"),
    )


def _row(day: AttendanceDay, zone: tzinfo) -> list[str | int]:
    first = f"{day.first_in.astimezone(zone):%H:%M}" if day.first_in else "-"
    last = f"{day.last_out.astimezone(zone):%H:%M}" if day.last_out else "-"
    minutes = (day.minutes_at_post, sum(day.paused.values()), sum(day.away.values()))
    absent = _("是") if day.is_absent else ""
    return [
        day.on.isoformat(), day.badge, day.name, first, last, *minutes, day.late, day.early, absent
    ]  # fmt: skip


def _details(day: AttendanceDay) -> str:
    """For what the minutes of pauses and of being elsewhere were."""
    told = _("{what} {minutes} 分钟")
    parts = [told.format(what=_(each), minutes=count) for each, count in day.paused.items()]
    parts += [told.format(what=each.label, minutes=count) for each, count in day.away.items()]
    return _("；").join(parts)
