"""`yichuang simulate`: devices for people without hardware, and days that have not come yet."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import click

from yichuang.cli.options import Asked, NamingGroup, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.simulate_day import day
from yichuang.errors import FolderUnusable, PortTaken
from yichuang.language import _
from yichuang.profile import printer_toml

_FAILURES = [
    "paper-out",
    "cover-open",
    "offline",
    "half-open",
    "near-end",
    "cutter",
    "silent",
    "busy",
    "late-report",
]


@click.group(cls=NamingGroup, help=_("模拟：没有硬件也能看到大厅运转；没到的日子也能先演一遍。"))
def simulate() -> None:
    """The simulated devices and days."""


simulate.add_command(day)


@simulate.command(help=_("模拟一台 ESC/POS 网口打印机：打出的票显示在这里，Ctrl+C 结束。"))
@click.option("--port", type=click.IntRange(0, 65535), default=9100, show_default=True)
@click.option("--width", type=click.Choice(["58", "80"]), default="80", help=_("纸宽毫米"))
@click.option("--fail", type=click.Choice(_FAILURES), help=_("一开始就有的故障"))
@click.option("--save", type=click.Path(path_type=Path), help=_("把每张票存成 PNG 的文件夹"))
@takes_hall
def printer(asked: Asked, port: int, width: str, fail: str | None, save: Path | None) -> None:
    """Run a simulated printer until it is interrupted."""
    from yichuang.hardware.simulator.paper import Paper, as_text, save_png
    from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter

    millimetres: Literal[58, 80] = 58 if width == "58" else 80
    count = 0

    def out(paper: Paper) -> None:
        nonlocal count
        count += 1
        say(as_text(paper))
        if save is not None:
            save_png(paper, save / f"ticket-{count:04d}.png")

    if save is not None:
        try:
            save.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(folder=save, detail=error.strerror or error) from error

    async def work() -> None:
        failure = Failure(fail) if fail else None
        async with SimulatedPrinter(port, millimetres, failure, out) as simulated:
            place = _("模拟打印机在 127.0.0.1:{port} 等票，纸宽 {width} 毫米。hall.toml 里这样写：")
            click.echo(place.format(port=simulated.port, width=width))
            click.echo(
                printer_toml("kiosk", host="127.0.0.1", port=simulated.port, width=millimetres)
            )
            await asyncio.Event().wait()

    try:
        asyncio.run(work())
    except OSError as error:
        raise PortTaken(device="simulator", port=port, detail=error.strerror or error) from error
