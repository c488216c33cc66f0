"""`yichuang init`, `status` and `backup`: the hall as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from yichuang.cli.options import Asked, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.config import KEY_FILE, Level
from yichuang.language import _
from yichuang.profile import NAMING
from yichuang.queue.printing import PrinterStatus
from yichuang.queue.view import Overview


@click.command(help=_("建立一个大厅：hall.toml、数据库和事项。"))
@click.option(
    "--profile", "level", type=click.Choice(get_args(Level)), default="town", help=_("村、镇或市")
)
@click.option("--name", "place", help=_("地名，例如 郑陆镇；或大厅全名"))
@click.option(
    "--naming", type=click.Choice(list(NAMING)), default="changzhou", help=_("按哪里的叫法")
)
@takes_hall
def init(asked: Asked, level: Level, place: str | None, naming: str) -> None:
    """Make a hall."""
    from yichuang.bootstrap import create_hall

    async def work() -> tuple[str, int]:
        await create_hall(asked.folder, level=level, place=place, naming=naming)
        async with asked.hall() as hall:
            return hall.settings.hall.name, len(hall.settings.window)

    name, windows = run(work())
    asked.show(
        {"hall": {"folder": str(asked.folder), "name": name, "level": level, "windows": windows}},
        _(
            "已建立 {name}：{windows} 个窗口，在 {folder}\n下一步：yichuang run --hall {folder}"
        ).format(name=name, windows=windows, folder=asked.folder),
    )


@click.command(help=_("各窗口、各队和打印机现在怎样。"))
@takes_hall
def status(asked: Asked) -> None:
    """Show windows, lines and printers."""

    async def work() -> tuple[str, Overview, list[PrinterStatus]]:
        async with asked.hall() as hall:
            return hall.settings.hall.name, await hall.overview(), await hall.printers()

    name, view, printers = run(work())
    asked.show(_status_json(name, view, printers), _status_text(name, view, printers))


def _status_json(name: str, view: Overview, printers: list[PrinterStatus]) -> dict[str, Any]:
    return {
        "hall": name,
        "business_date": view.business_date.isoformat(),
        "waiting": view.waiting,
        "issued": view.issued,
        "finished": view.finished,
        "clock_behind_seconds": view.clock_behind.total_seconds() if view.clock_behind else 0,
        "windows": [
            {
                **line.window.as_json(),
                "categories": list(line.settings.categories),
                "helps": list(line.settings.helps),
                "ticket": line.ticket.as_json() if line.ticket else None,
            }
            for line in view.windows
        ],
        "lines": [
            {
                "category": line.category.code,
                "name": line.category.label,
                "waiting": line.waiting,
                "priority": line.priority,
                "head": line.head or None,
                "oldest": line.oldest.isoformat() if line.oldest else None,
            }
            for line in view.lines
        ],
        "printers": [
            {
                "name": each.name,
                "state": each.health.state.value,
                "reason": each.health.reason.value or None,
                "since": each.since.isoformat() if each.since else None,
            }
            for each in printers
        ],
    }


def _status_text(name: str, view: Overview, printers: list[PrinterStatus]) -> str:
    lines = [
        _("{name}  {date}  已取 {issued}  等候 {waiting}  办结 {finished}").format(
            name=name,
            date=view.business_date,
            issued=view.issued,
            waiting=view.waiting,
            finished=view.finished,
        )
    ]
    if view.clock_behind:
        hours = round(view.clock_behind.total_seconds() / 3600, 1)
        text = _("  时钟不对：比最后一条流水早 {hours} 小时，号和日期仍按流水走；请校准系统时间")
        lines.append(text.format(hours=hours))
    for window in view.windows:
        held = window.ticket
        doing = f"  {held.number} {held.state.label}" if held else ""
        why = f" ({_(window.window.reason)})" if window.window.reason else ""
        label = _("{window} 号窗口").format(window=window.window.number)
        lines.append(f"  {label}  {window.window.state.label}{why}{doing}")
    for line in view.lines:
        waiting = _("等候 {count}").format(count=line.waiting)
        head = _("下一个 {head}").format(head=line.head) if line.head else ""
        lines.append(f"  {line.category.letter} {line.category.label}  {waiting}  {head}".rstrip())
    lines.extend(f"  {_printer_text(each)}" for each in printers)
    return "\n".join(lines)


def _printer_text(printer: PrinterStatus) -> str:
    text = _("打印机 {name}  {state}").format(name=printer.name, state=printer.health.state.label)
    return f"{text}  {printer.health.reason.label}".rstrip()


@click.command(help=_("把数据库完整地备份到 FILE，使用中也可以。"))
@click.argument("file", type=click.Path(path_type=Path))
@takes_hall
def backup(asked: Asked, file: Path) -> None:
    """Copy the hall's file consistently."""
    from yichuang.bootstrap import back_up

    size = back_up(asked.folder, file)
    asked.show(
        {"backup": {"path": str(file), "bytes": size}},
        _("已备份到 {file}（{kib} KiB）").format(file=file, kib=size // 1024),
    )
    if (asked.folder / KEY_FILE).exists():
        text = _("还要另外保存 {key}：没有它，恢复以后认不出预约人的证件；不要和备份放在一起")
        say(text.format(key=asked.folder / KEY_FILE), err=True)
