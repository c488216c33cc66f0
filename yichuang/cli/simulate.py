"""`yichuang simulate`: devices for people without hardware, and days that have not come yet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import click

from yichuang.cli import simulate_devices
from yichuang.cli.options import Asked, NamingGroup, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.simulate_day import day
from yichuang.cli.simulate_hall import hall
from yichuang.errors import FolderUnusable, PortTaken
from yichuang.hardware.simulator.paper import Paper
from yichuang.hardware.simulator.printer_body import Failure
from yichuang.language import _
from yichuang.profile import printer_toml


@click.group(cls=NamingGroup, help=_("模拟：没有硬件也能看到大厅运转；没到的日子也能先演一遍。"))
def simulate() -> None:
    """The simulated devices, halls and days."""


simulate.add_command(day)
simulate.add_command(hall)
for _command in simulate_devices.COMMANDS:
    simulate.add_command(_command)


@simulate.command(help=_("模拟一台 ESC/POS 打印机：打出的票显示在这里，Ctrl+C 结束。"))
@click.option("--port", type=click.IntRange(0, 65535), default=9100, show_default=True)
@click.option("--path", type=click.Path(path_type=Path), help=_("不用网口，用这个路径上的模拟串口"))
@click.option("--width", type=click.Choice(["58", "80"]), default="80", help=_("纸宽毫米"))
@click.option(
    "--fail", type=click.Choice([each.value for each in Failure]), help=_("一开始就有的故障")
)
@click.option("--save", type=click.Path(path_type=Path), help=_("把每张票存成 PNG 的文件夹"))
@takes_hall
def printer(
    asked: Asked, port: int, path: Path | None, width: str, fail: str | None, save: Path | None
) -> None:
    """Run a simulated printer until it is interrupted."""
    from yichuang.hardware.simulator.paper import as_text, save_png

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
    millimetres: Literal[58, 80] = 58 if width == "58" else 80
    failure = Failure(fail) if fail else None
    if path is not None:
        simulate_devices.make_room(path)
        asyncio.run(_at_path(path, millimetres, failure, out))
        return
    try:
        asyncio.run(_at_port(port, millimetres, failure, out))
    except OSError as error:
        raise PortTaken(device="simulator", port=port, detail=error.strerror or error) from error


async def _at_port(
    port: int, width: Literal[58, 80], failure: Failure | None, out: Callable[[Paper], None]
) -> None:
    from yichuang.hardware.simulator.printer import SimulatedPrinter

    async with SimulatedPrinter(port, width, failure, out) as simulated:
        place = _("模拟打印机在 127.0.0.1:{port} 等票，纸宽 {width} 毫米。hall.toml 里这样写：")
        click.echo(place.format(port=simulated.port, width=width))
        click.echo(printer_toml("kiosk", host="127.0.0.1", port=simulated.port, width=width))
        await asyncio.Event().wait()


async def _at_path(
    path: Path, width: Literal[58, 80], failure: Failure | None, out: Callable[[Paper], None]
) -> None:
    from yichuang.hardware.simulator.printer_pty import PtyPrinter

    columns = 32 if width == 58 else 48
    async with PtyPrinter(columns, failure, out) as simulated:
        with _linked(path, simulated.path):
            place = _("模拟打印机在 {path} 等票，纸宽 {width} 毫米。hall.toml 里这样写：")
            say(place.format(path=path, width=width))
            say(
                f'[[printer]]\nname = "kiosk"\ntransport = "serial"\npath = "{path}"\n'
                f"baud = 9600\nwidth = {width}\n"
            )
            await asyncio.Event().wait()


@contextlib.contextmanager
def _linked(path: Path, to: Path) -> Iterator[None]:
    """A link at `path` until the block ends."""
    path.unlink(missing_ok=True)
    path.symlink_to(to)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
