"""`yichuang staff sheet`: the whereabouts board and the windows' signs, on paper or for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from yichuang.cli.columns import cells
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.paper import Paper, follow_paper
from yichuang.cli.staff_files import write_text
from yichuang.cli.staff_html import as_html
from yichuang.language import _
from yichuang.queue.document import SheetStyle
from yichuang.queue.people.sheet import SheetKind, WhereaboutsSheet, WindowSheet
from yichuang.queue.personnel.sheet import sheet_lines
from yichuang.queue.service import Hall

_WIDTH = 48
"""Columns of a sheet in a terminal: as on 80 mm paper."""


def _takes_ways(command: Any) -> Any:
    for option in (
        click.option("--printer", metavar="NAME", help=_("用这台小票打印机打印")),
        click.option(
            "--html",
            "file",
            type=click.Path(path_type=Path),
            help=_("写成 A4 的 HTML 文件，用浏览器打开再打印"),
        ),
    ):
        command = option(command)
    return command


@click.group(cls=NamingGroup, help=_("公示单：去向公示牌、窗口标识牌；不写去处就显示在终端。"))
def sheet() -> None:
    """The sheets that hang in the hall."""


@sheet.command(help=_("去向公示牌：单位、姓名、照片、电话、工作状态。"))
@_takes_ways
@takes_hall
def whereabouts(asked: Asked, file: Path | None, printer: str | None) -> int:
    """The whereabouts board."""
    return _make(asked, SheetKind.WHEREABOUTS, None, file, printer)


@sheet.command(help=_("窗口标识牌：窗口号、类别、单位、电话、监督电话、人员和工号、职责。"))
@click.argument("number", metavar="WINDOW", type=click.IntRange(1, 999))
@_takes_ways
@takes_hall
def window(asked: Asked, number: int, file: Path | None, printer: str | None) -> int:
    """A window's sign."""
    return _make(asked, SheetKind.WINDOW, number, file, printer)


def _make(
    asked: Asked, kind: SheetKind, number: int | None, file: Path | None, printer: str | None
) -> int:
    """Show, write or print the sheet; exit status 1 when a paper is not known to be out."""

    async def work() -> tuple[WhereaboutsSheet | WindowSheet, Paper | None]:
        async with asked.hall() as hall:
            found = await _sheet(hall, number)
            if file is not None:
                write_text(file, as_html(found, asked.folder))
            if printer is None:
                return found, None
            done = await hall.people.print_sheet(
                kind, window=number, printer=printer, actor=asked.actor
            )
            return found, await follow_paper(hall, done.print_job)

    found, paper = run(work())
    lines = [_("已写好 {file}，用浏览器打开再打印").format(file=file)] if file else []
    if paper is not None:
        lines.append(_("{printer}：{text}").format(printer=paper.printer, text=paper.text))
    result = {
        "sheet": kind.value,
        "window": number,
        "file": str(file) if file else None,
        "print": paper.as_json() if paper else None,
        "lines": [line.text for line in sheet_lines(found)],
    }
    asked.show(result, "\n".join(lines or _plain(found)))
    return 0 if paper is None or paper.is_good else 1


async def _sheet(hall: Hall, number: int | None) -> WhereaboutsSheet | WindowSheet:
    if number is None:
        return await hall.people.whereabouts_sheet()
    return await hall.people.window_sheet(number)


def _plain(found: WhereaboutsSheet | WindowSheet) -> list[str]:
    """The sheet in a terminal."""
    lines = []
    for text, style in sheet_lines(found):
        if style is SheetStyle.RULE:
            lines.append("-" * _WIDTH)
        elif style in (SheetStyle.TITLE, SheetStyle.NUMBER, SheetStyle.HEADING):
            lines.append(" " * max(0, (_WIDTH - cells(text)) // 2) + text)
        else:
            lines.append(text)
    return lines
