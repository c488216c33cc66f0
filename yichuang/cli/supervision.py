"""`yichuang day` and `yichuang surge`: what a supervisor decides for the whole hall."""

from __future__ import annotations

import click

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

    async def work() -> Done:
        async with asked.hall() as hall:
            return await hall.close_day(outage=outage, reason=reason, actor=asked.actor)

    done = run(work())
    numbers = [each.number for each in done.tickets]
    valid = next((each.valid_on for each in done.tickets if each.valid_on), None)
    text = _("已收工，{count} 个号过号").format(count=len(numbers))
    if outage:
        text = _("已停办，{count} 个号得到优先凭条，{date} 有效").format(
            count=len(numbers), date=valid or _("下一工作日")
        )
    listing = "\n".join(f"  {number}" for number in numbers)
    result = {"ended": numbers, "valid_on": valid.isoformat() if valid else None}
    asked.show(result, f"{text}\n{listing}".rstrip())


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
