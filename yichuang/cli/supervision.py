"""`yichuang day` and `yichuang surge`: what a supervisor decides for the whole hall."""

from __future__ import annotations

import click

from yichuang.cli.appointment import booking_line
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.window import Surge


@click.group(cls=NamingGroup, help=_("收工，平时的或停电停网时的。"))
def day() -> None:
    """The commands on the business day."""


@day.command(help=_("收工：等候的号转为过号，窗口关闭；停办时发次日优先凭条。"))
@click.option(
    "--outage", is_flag=True, help=_("停电停网等停办：没办完的号发下一工作日有效的优先凭条")
)
@click.option("--reason", default="", help=_("停办的原因"))
@takes_hall
def close(asked: Asked, outage: bool, reason: str) -> None:
    """End the business day."""

    async def work() -> tuple[Done, list[str], bool]:
        async with asked.hall() as hall:
            done = await hall.close_day(outage=outage, reason=reason, actor=asked.actor)
            released = [booking_line(hall, each) for each in done.appointments]
            return done, released, bool(hall.settings.printer)

    done, released, has_printer = run(work())
    valid = next((each.valid_on for each in done.tickets if each.valid_on), None)
    lines = _stopped(done, has_printer=has_printer) if outage else _ended(done)
    if released:
        lines.append(_("今天还没来的 {count} 个预约也取消了，请通知：").format(count=len(released)))
        lines += [f"  {line}" for line in released]
    result = {
        "ended": [each.number for each in done.tickets],
        "valid_on": valid.isoformat() if valid else None,
        "printing": len(done.tickets) if outage and has_printer else 0,
        "appointments": [each.as_json() for each in done.appointments],
    }
    asked.show(result, "\n".join(lines))


def _ended(done: Done) -> list[str]:
    text = _("已收工，{count} 个号过号").format(count=len(done.tickets))
    return [text, *_numbers(done)]


def _stopped(done: Done, *, has_printer: bool) -> list[str]:
    """What an outage left: how many slips there are, and whether they come on paper."""
    if not done.tickets:
        return [_("已停办，窗口都关了；没有要发凭条的号")]
    text = _("已停办，{count} 个号得到优先凭条，{date} 有效")
    lines = [text.format(count=len(done.tickets), date=done.tickets[0].valid_on or _("下一工作日"))]
    if has_printer:
        told = _("{count} 张凭条已排队打印；没打出来的，把号写给办事人")
        lines.append(told.format(count=len(done.tickets)))
    else:
        lines.append(_("没有打印：请把号写给办事人"))
    return [*lines, *_numbers(done)]


def _numbers(done: Done) -> list[str]:
    return [f"  {each.number}" for each in done.tickets]


@click.group(cls=NamingGroup, help=_("高峰互助：所有窗口帮办所有类别。"))
def surge() -> None:
    """The commands on surge mode."""


@surge.command(help=_("开始高峰互助，写明原因。"))
@click.option("--reason", required=True, help=_("原因，例如 等候超过 20 人"))
@takes_hall
def on(asked: Asked, reason: str) -> None:
    """Begin surge mode."""
    _set(asked, on=True, reason=reason)


@surge.command(help=_("结束高峰互助。"))
@takes_hall
def off(asked: Asked) -> None:
    """End surge mode."""
    _set(asked, on=False)


def _set(asked: Asked, *, on: bool, reason: str = "") -> None:
    async def work() -> Surge | None:
        async with asked.hall() as hall:
            await hall.set_surge(on, reason=reason, actor=asked.actor)
            return (await hall.overview()).surge

    surge = run(work())
    text = _("高峰互助中：所有窗口帮办所有类别") if surge else _("没有高峰互助")
    since = surge.since.isoformat() if surge else None
    asked.show({"surge": surge is not None, "since": since}, text)
