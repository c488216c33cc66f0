"""`yichuang doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from yichuang.cli.finding import Finding, Verdict
from yichuang.cli.options import Asked, run, takes_hall
from yichuang.clock import SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE, Settings, load_settings
from yichuang.errors import YichuangError
from yichuang.language import _

LOW_DISK = 200 * 1024 * 1024
"""Bytes of free disk below which the doctor warns: some months of a busy hall."""

NO_DISK = 10 * 1024 * 1024
"""Bytes of free disk below which the next ticket may fail."""

CALENDAR_AHEAD = timedelta(days=30)
"""From so long before a year begins its holidays should be known."""

FEWEST_TOWN_WINDOWS = 8
"""B11, Tianning plan annex 2: a town hall has 8 windows in principle."""

EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: the program is newer."""


@click.command(help=_("检查设置、数据库、设备和终端，并说明怎么办。"))
@takes_hall
def doctor(asked: Asked) -> int:
    """Examine the hall; exit status 1 when something is ill."""
    findings = [*_machine(asked.folder), *_hall(asked.folder)]
    marks = {Verdict.WELL: _("正常"), Verdict.WARNING: _("注意"), Verdict.ILL: _("有错")}
    lines = []
    for each in findings:
        told = _("{what}：{text}").format(what=each.subject, text=each.text)
        lines.append(f"[{marks[each.verdict]}] {told}")
        if each.hint:
            lines.append("       " + _("怎么办：") + each.hint)
    asked.show({"findings": [asdict(each) for each in findings]}, "\n".join(lines))
    return 1 if any(each.verdict is Verdict.ILL for each in findings) else 0


def _machine(folder: Path) -> Iterator[Finding]:
    yield _terminal()
    now = SystemClock().now()
    if now < EARLIEST:
        yield Finding(
            Verdict.ILL,
            _("时钟"),
            _("电脑的时间是 {now:%Y-%m-%d %H:%M}，不对").format(now=now),
            _("校准系统时间；主板电池可能没电了"),
        )
    place = folder if folder.is_dir() else folder.absolute().anchor
    free = shutil.disk_usage(place).free
    text = _("剩余 {mib} MiB").format(mib=free // 1024 // 1024)
    if free < NO_DISK:
        yield Finding(Verdict.ILL, _("磁盘"), text, _("磁盘满了：清理磁盘；已经取的号、叫的号都在"))
    elif free < LOW_DISK:
        yield Finding(Verdict.WARNING, _("磁盘"), text, _("清理磁盘，把备份移到别处"))
    else:
        yield Finding(Verdict.WELL, _("磁盘"), text)


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if not sys.stdout.isatty():
        return Finding(Verdict.WELL, _("终端"), _("没有终端（不是 tty），只能用命令"))
    size = shutil.get_terminal_size()
    text = _("{columns} 列 {lines} 行，{encoding}").format(
        columns=size.columns, lines=size.lines, encoding=encoding
    )
    if size.columns < 80 or size.lines < 24 or encoding != "utf8":
        return Finding(
            Verdict.WARNING,
            _("终端"),
            text,
            _("界面要至少 80 列 24 行和 UTF-8：放大窗口，export LANG=C.UTF-8"),
        )
    return Finding(Verdict.WELL, _("终端"), text)


def _hall(folder: Path) -> Iterator[Finding]:
    try:
        settings = load_settings(folder)
    except YichuangError as error:
        yield Finding(Verdict.ILL, SETTINGS_FILE, error.message, error.hint)
        return
    yield Finding(Verdict.WELL, SETTINGS_FILE, settings.hall.name)
    yield from _advice(settings)
    findings = run(_store(folder))
    yield from findings
    if all(each.verdict is not Verdict.ILL for each in findings):
        yield from run(_people_and_devices(folder))


def _advice(settings: Settings) -> Iterator[Finding]:
    if settings.hall.level == "town" and len(settings.window) < FEWEST_TOWN_WINDOWS:
        yield Finding(
            Verdict.WARNING,
            _("窗口"),
            _("镇级大厅只有 {count} 个窗口").format(count=len(settings.window)),
            _("原则上不少于 8 个；确实不需要就不用管"),
        )
    served = {code for window in settings.window for code in window.serves}
    for category in settings.category:
        if category.code not in served:
            yield Finding(
                Verdict.WARNING,
                _("窗口"),
                _("没有窗口办理「{category}」，取不了号").format(category=category.label),
                _("在 hall.toml 给一个窗口加上 {code}").format(code=category.code),
            )
    for window in settings.window:
        if window.kind == "department":
            yield Finding(
                Verdict.WARNING,
                _("窗口"),
                _("{window} 号是部门窗口：{reason}").format(
                    window=window.number, reason=window.reason
                ),
                _("原则上不按部门、按事项设置专业窗口；确有必要就不用管"),
            )
    yield from _calendar(settings)
    if not settings.hall.complaint_phone:
        yield Finding(
            Verdict.WARNING, _("投诉电话"), _("没有写"), _("在 hall.toml 写上 complaint_phone")
        )


def _calendar(settings: Settings) -> Iterator[Finding]:
    from yichuang.queue.working_days import WorkingDays

    today = SystemClock().now().astimezone(settings.zone).date()
    days = WorkingDays(settings.holiday)
    for year in sorted({today.year, (today + CALENDAR_AHEAD).year}):
        if not days.is_known(year):
            yield Finding(
                Verdict.WARNING,
                _("日历"),
                _("{year} 年的放假和调休还不知道，先按周末和固定的节日算").format(year=year),
                _("国务院公布后升级程序，或在 hall.toml 用 [[holiday]] 写上"),
            )


async def _store(folder: Path) -> list[Finding]:
    from yichuang.bootstrap import examine_store, open_hall

    path = folder / STORE_FILE
    try:
        rows = examine_store(path)
        async with open_hall(folder) as hall:
            view = await hall.overview()
            flagged = any(item.saturday for item in await hall.items())
            saturday = hall.settings.hours.saturday and hall.settings.hours.saturday_flagged_only
    except YichuangError as error:
        return [Finding(Verdict.ILL, STORE_FILE, error.message, error.hint)]
    found = [
        Finding(
            Verdict.WELL,
            STORE_FILE,
            _("文件完好，流水 {rows} 行没有被改过，今天 {date} 取了 {issued} 个号").format(
                rows=rows, date=view.business_date, issued=view.issued
            ),
        )
    ]
    if saturday and not flagged:
        found.append(
            Finding(
                Verdict.WARNING,
                _("周六"),
                _("周六只办标记过的事项，可是没有一个事项标记了周六"),
                _("在事项的 CSV 里加 saturday 一列再导入，或写 saturday_flagged_only = false"),
            )
        )
    if view.clock_behind is not None:
        found.append(
            Finding(
                Verdict.WARNING,
                _("时钟"),
                _("电脑的时间比最后一条流水早 {hours} 小时；号和日期仍按流水走").format(
                    hours=round(view.clock_behind.total_seconds() / 3600, 1)
                ),
                _("校准系统时间；主板电池可能没电了"),
            )
        )
    return found


async def _people_and_devices(folder: Path) -> list[Finding]:
    from yichuang.bootstrap import open_hall
    from yichuang.cli.doctor_devices import device_findings
    from yichuang.cli.doctor_people import people_findings

    async with open_hall(folder) as hall:
        return [*await people_findings(hall), *await device_findings(hall, folder)]
