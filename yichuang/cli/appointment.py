"""`yichuang appointment`: what the guide desk, the telephone and the online office book."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import click

from yichuang.cli.columns import cells, left, table
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.paper import Paper, follow_paper
from yichuang.errors import FileUnreadable
from yichuang.language import N_, _
from yichuang.queue.appointment import (
    CODE_DIGITS,
    Appointment,
    AppointmentState,
    BookableDay,
    Channel,
    Slot,
)
from yichuang.queue.booking.appointments import tidy_code
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.view import today

_DATE = click.DateTime(["%Y-%m-%d"])
_TIME = click.DateTime(["%H:%M"])

_HEADINGS = (
    N_("预约码"),
    N_("日期"),
    N_("时段"),
    N_("类别"),
    N_("状态"),
    N_("姓名"),
    N_("电话"),
    N_("渠道"),
)

_SLOTS_A_LINE = 5

_FROM_INPUT = "-"
"""Written for an ID number that is read from standard input: command lines are seen by others."""


@click.group(cls=NamingGroup, help=_("预约：查时段、预约、取消、签到、导入、列出。"))
def appointment() -> None:
    """The commands on appointments."""


@appointment.command(help=_("可以预约的日子和时段，各还剩几个。"))
@click.option("--category", required=True, help=_("类别的编码，例如 social_affairs"))
@click.option("--date", "on", type=_DATE, help=_("只看这一天；不写看所有可以约的日子"))
@takes_hall
def slots(asked: Asked, category: str, on: datetime | None) -> None:
    """Show the slots that can be booked."""

    async def work() -> tuple[list[BookableDay], tzinfo]:
        async with asked.hall() as hall:
            days = await hall.appointments.days(category)
            wanted = [each for each in days if on is None or each.date == on.date()]
            return wanted, hall.rules.zone

    days, zone = run(work())
    result = [
        {
            "date": day.date.isoformat(),
            "free": day.free,
            "slots": [each.as_json() for each in day.slots],
        }
        for day in days
    ]
    lines = [line for day in days for line in _day_lines(day, zone)]
    if any(slot.is_elastic for day in days for slot in day.slots):
        lines.append(_("+ 办公时间以外，只接待预约的人"))
    asked.show({"days": result}, "\n".join(lines) or _("没有可以约的时段"))


def _day_lines(day: BookableDay, zone: tzinfo) -> Iterator[str]:
    """A day's slots in lines that fit 80 columns."""
    texts = [_slot_text(slot, zone) for slot in day.slots]
    width = max(map(cells, texts))
    for place in range(0, len(texts), _SLOTS_A_LINE):
        line = "  ".join(left(text, width) for text in texts[place : place + _SLOTS_A_LINE])
        yield f"{'' if place else day.date.isoformat():10}  {line}".rstrip()


def _slot_text(slot: Slot, zone: tzinfo) -> str:
    mark = "+" if slot.is_elastic else ""
    places = _("余{count}").format(count=slot.free) if slot.free else _("满")
    return f"{slot.start.astimezone(zone):%H:%M}{mark} {places}"


@appointment.command(help=_("预约一个时段，并说出预约码。身份证号码和电话至少写一样。"))
@click.option("--category", help=_("类别的编码；写了事项可以不写"))
@click.option("--item", "items", multiple=True, help=_("事项的编码，最多五个"))
@click.option("--date", "on", type=_DATE, required=True, help=_("哪一天"))
@click.option("--time", "at", type=_TIME, required=True, help=_("时段从几点开始，例如 09:30"))
@click.option("--name", default="", help=_("姓名，只保存「张*」这样的形式"))
@click.option("--id", "id_number", default="", help=_("身份证号码；写 - 从标准输入读"))
@click.option("--phone", default="", help=_("电话号码"))
@click.option(
    "--channel",
    type=click.Choice([each.value for each in Channel]),
    default=Channel.ON_SITE.value,
    show_default=True,
    help=_("现场、电话或网上"),
)
@takes_hall
def book(
    asked: Asked,
    category: str | None,
    items: tuple[str, ...],
    on: datetime,
    at: datetime,
    channel: str,
    **who: str,
) -> None:
    """Book a slot."""
    who["id_number"] = _typed(who["id_number"])

    async def work() -> tuple[Done, str]:
        async with asked.hall() as hall:
            start = datetime.combine(on.date(), at.time(), hall.rules.zone)
            done = await hall.appointments.book(
                start, category=category, items=items, channel=channel, actor=asked.actor, **who
            )
            return done, booking_line(hall, _the(done))

    done, line = run(work())
    asked.show({"appointment": _the(done).as_json()}, line)


@appointment.command(help=_("取消预约；时间已近时由导引台写明原因代为取消。"))
@click.argument("code")
@click.option("--reason", help=_("原因"))
@click.option("--force", is_flag=True, help=_("过了可以取消的时间也取消，要写明原因"))
@takes_hall
def cancel(asked: Asked, code: str, reason: str | None, force: bool) -> None:
    """Give a place back."""

    async def work() -> tuple[Done, str]:
        async with asked.hall() as hall:
            done = await hall.appointments.cancel(
                code, reason=reason, force=force, actor=asked.actor
            )
            return done, booking_line(hall, _the(done))

    done, line = run(work())
    asked.show({"appointment": _the(done).as_json()}, line)


@appointment.command(
    help=_("预约的人来了：凭六位预约码或身份证号码取预约号，打印，并说明纸的下落。")
)
@click.argument("code", required=False)
@click.option("--id", "id_number", default="", help=_("身份证号码；写 - 从标准输入读"))
@click.option("--printer", help=_("打印机的名字；不写用第一台"))
@click.option("--no-print", is_flag=True, help=_("不打印"))
@takes_hall
def checkin(
    asked: Asked, code: str | None, id_number: str, printer: str | None, no_print: bool
) -> None:
    """Check in a visitor."""
    if code and not id_number and len(tidy_code(code)) > CODE_DIGITS:
        # As at the kiosk: what is longer than a code is an ID number.
        id_number, code = code, ""
    id_number = _typed(id_number)

    async def work() -> tuple[Done, Paper | None, str]:
        async with asked.hall() as hall:
            done = await hall.appointments.check_in(
                code,
                id_number=id_number,
                on_paper=not no_print,
                printer=printer,
                actor=asked.actor,
            )
            return done, await follow_paper(hall, done.print_job), _ticket_text(hall, done)

    done, paper, line = run(work())
    ticket = done.ticket.as_json() if done.ticket else None
    result = {"appointment": _the(done).as_json(), "ticket": ticket}
    text = paper.text if paper else _("没有打印：请把号写给办事人")
    asked.show({**result, "print": paper.as_json() if paper else None}, f"{line}\n{text}")
    if paper and done.ticket and (step := paper.next_step(done.ticket.number)):
        say(step, err=True)


def _ticket_text(hall: Hall, done: Done) -> str:
    ticket = done.ticket
    if ticket is None or ticket.not_before is None:
        raise AssertionError(done)
    start = ticket.not_before.astimezone(hall.rules.zone)
    return _("{number}  预约 {time} 起叫号  前面 {ahead} 人").format(
        number=ticket.number, time=f"{start:%H:%M}", ahead=ticket.ahead
    )


@appointment.command(
    "import", help=_("导入网上预约的 CSV 文件：全部导入，或一条也不导入；同一文件可以反复导入。")
)
@click.argument("file", type=click.Path(path_type=Path))
@takes_hall
def import_(asked: Asked, file: Path) -> None:
    """Take over online bookings."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileUnreadable(path=file, detail=error.strerror) from error

    async def work() -> tuple[int, int]:
        async with asked.hall() as hall:
            done = await hall.appointments.import_file(data, path=file, actor=asked.actor)
            return done.counts or (0, 0)

    new, known = run(work())
    asked.show(
        {"new": new, "known": known},
        _("新导入 {new} 个预约，{known} 个以前已经导入").format(new=new, known=known),
    )


@appointment.command("list", help=_("列出预约；不写日期列今天的。过时没来的记为爽约。"))
@click.option("--date", "on", type=_DATE, help=_("从哪一天起"))
@click.option("--days", type=click.IntRange(1, 400), default=1, show_default=True, help=_("看几天"))
@click.option(
    "--state", type=click.Choice([each.value for each in AppointmentState]), help=_("只列这一状态")
)
@takes_hall
def list_appointments(asked: Asked, on: datetime | None, days: int, state: str | None) -> None:
    """List bookings."""

    async def work() -> tuple[list[Appointment], list[str]]:
        async with asked.hall() as hall:
            first = on.date() if on else await hall.look(today)
            last = first + timedelta(days=days - 1)
            found = [
                each
                for each in await hall.appointments.between(first, last)
                if state in (None, each.state.value)
            ]
            return found, table(
                [list(map(_, _HEADINGS)), *(_cells_of(hall, each) for each in found)]
            )

    found, lines = run(work())
    text = "\n".join(lines) if found else _("没有")
    asked.show({"appointments": [each.as_json() for each in found]}, text)


def _the(done: Done) -> Appointment:
    if done.appointment is None:
        raise AssertionError(done)
    return done.appointment


def _typed(id_number: str) -> str:
    if id_number != _FROM_INPUT:
        return id_number
    return sys.stdin.readline().strip()


def _cells_of(hall: Hall, held: Appointment) -> list[str]:
    zone = hall.rules.zone
    category = hall.rules.categories.get(held.category)
    return [
        held.code,
        held.business_date.isoformat(),
        f"{held.start.astimezone(zone):%H:%M}-{held.end.astimezone(zone):%H:%M}",
        category.label if category else held.category,
        held.state.label,
        held.visitor.name or held.visitor.id_masked[-4:],
        held.visitor.phone,
        held.channel.label,
    ]


def booking_line(hall: Hall, held: Appointment) -> str:
    """A booking in one line, its telephone number masked."""
    return _("预约码 ") + "  ".join(cell for cell in _cells_of(hall, held) if cell)
