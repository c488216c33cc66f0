"""`yichuang init`, `status` and `backup`: the hall as a whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from yichuang.cli.options import Asked, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.config import KEY_FILE, Level
from yichuang.language import _
from yichuang.profile import NAMING
from yichuang.queue.device import DeviceStatus
from yichuang.queue.view import LineView, Overview, WindowLine
from yichuang.queue.wait import Wait

if TYPE_CHECKING:
    from yichuang.queue.service import Hall

logger = logging.getLogger(__name__)


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

    async def work() -> tuple[str, Overview, Mapping[str, Wait], list[DeviceStatus]]:
        async with asked.hall() as hall:
            view = await hall.overview()
            return hall.settings.hall.name, view, await _waits(hall), await hall.printers()

    seen = run(work())
    asked.show(_status_json(*seen), _status_text(*seen))


async def _waits(hall: Hall) -> Mapping[str, Wait]:
    """By category the wait of an ordinary newcomer, where it is known."""
    if not hall.settings.forecast.enabled:
        return {}
    try:
        forecast = await hall.forecast()
    except Exception:  # a forecast that fails leaves the status without one, as on the screens
        logger.exception("no forecast")
        return {}
    waits = {code: forecast.line(code) for code in hall.rules.categories}
    return {code: wait for code, wait in waits.items() if wait is not None}


def _status_json(
    name: str, view: Overview, waits: Mapping[str, Wait], printers: list[DeviceStatus]
) -> dict[str, Any]:
    surge = view.surge
    return {
        "hall": name,
        "business_date": view.business_date.isoformat(),
        "waiting": view.waiting,
        "issued": view.issued,
        "finished": view.finished,
        "surge": {"since": surge.since.isoformat(), "reason": surge.reason} if surge else None,
        "clock_behind_seconds": view.clock_behind.total_seconds() if view.clock_behind else 0,
        "windows": [
            {
                **line.window.as_json(),
                "categories": list(line.duty.own),
                "helps": list(line.duty.helps),
                "is_reassigned": line.window.categories is not None,
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
                "expected": waits[line.category.code].as_json()
                if line.category.code in waits
                else None,
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


def _status_text(
    name: str, view: Overview, waits: Mapping[str, Wait], printers: list[DeviceStatus]
) -> str:
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
    if view.surge is not None:
        reason = _(view.surge.reason)
        lines.append(_("  高峰互助中：所有窗口帮办所有类别（{reason}）").format(reason=reason))
    labels = {line.category.code: line.category.label for line in view.lines}
    lines.extend(f"  {_window_text(each, labels)}" for each in view.windows)
    lines.extend(f"  {_line_text(each, waits.get(each.category.code))}" for each in view.lines)
    lines.extend(f"  {_printer_text(each)}" for each in printers)
    return "\n".join(lines)


def _window_text(line: WindowLine, labels: Mapping[str, str]) -> str:
    window, held = line.window, line.ticket
    why = f" ({_(window.reason)})" if window.reason else ""
    parts = [_("{window} 号窗口").format(window=window.number), f"{window.state.label}{why}"]
    if held is not None:
        parts.append(f"{held.number} {held.state.label}")
    if window.categories is not None:
        own = _("、").join(labels.get(code, code) for code in window.categories)
        parts.append(_("改办：{categories}").format(categories=own))
        if window.helps:
            helped = _("、").join(labels.get(code, code) for code in window.helps)
            parts.append(_("帮办：{categories}").format(categories=helped))
    return "  ".join(parts)


def _line_text(line: LineView, wait: Wait | None) -> str:
    parts = [
        f"{line.category.letter} {line.category.label}",
        _("等候 {count}").format(count=line.waiting),
    ]
    if line.head:
        parts.append(_("下一个 {head}").format(head=line.head))
    if wait is not None:
        text = _("现在取号约等 {minutes} 分钟")
        parts.append(text.format(minutes=wait.minutes))
    return "  ".join(parts)


def _printer_text(printer: DeviceStatus) -> str:
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
