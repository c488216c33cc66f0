"""`yichuang run` and `screen`: the terminal screens, with the hall's devices worked beside them."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import click

from yichuang.cli.options import Asked, default_folder, takes_hall
from yichuang.cli.service import log_to_file
from yichuang.errors import HallMissing
from yichuang.language import _, current_language
from yichuang.queue.service import Hall

_WITH_KIOSK = ("menu", "kiosk", "guide")
"""The screens at which cards are laid and codes are scanned."""

_theme = click.option(
    "--theme",
    envvar="YICHUANG_THEME",
    type=click.Choice(["default", "contrast", "plain"]),
    default="default",
    help=_("默认、高对比大字、ASCII 边框"),
)


def _kiosk_name(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name is not None and re.fullmatch(r"[A-Za-z0-9_-]{1,20}", name) is None:
        raise click.BadParameter(_("用字母、数字、- 和 _，最多 20 个"))
    return name


@click.command(
    "run", help=_("打开大厅：取号、窗口、大屏、总览都在里面，打印、显示、播报也由它管。")
)
@_theme
@takes_hall
def run(asked: Asked, theme: str) -> None:
    """Open the hall, all in one."""
    from yichuang.cli.day import play_day, sample_hall

    if asked.folder == default_folder():
        asyncio.run(sample_hall(asked.folder))
    if sys.stdin.isatty() and sys.stdout.isatty():
        _show(asked, "menu", None, theme)
    else:
        asyncio.run(play_day(asked))


@click.command(
    help=_(
        "单独打开一个界面：kiosk 取号、guide 导引台、board 大屏、overview 总览、plan 排班、"
        "devices 设备、whereabouts 去向牌、staff 人员、window N 窗口。"
    )
)
@click.argument(
    "name",
    type=click.Choice(
        [
            "kiosk",
            "guide",
            "board",
            "overview",
            "plan",
            "devices",
            "whereabouts",
            "staff",
            "window",
        ]
    ),
)
@click.argument("number", type=click.IntRange(1, 999), required=False)
@click.option(
    "--name",
    "kiosk",
    metavar="NAME",
    callback=_kiosk_name,
    help=_(
        "取号机的名字，例如 kiosk2：写进流水；有同名的打印机就用那一台，kiosk 写这个名字的阅读器和扫码器归它"
    ),
)
@click.option("--public", is_flag=True, help=_("去向牌给群众看：没有按键，人多时自己翻页"))
@_theme
@takes_hall
def screen(
    asked: Asked, name: str, number: int | None, kiosk: str | None, public: bool, theme: str
) -> None:
    """Open one screen."""
    if name == "window" and number is None:
        raise click.UsageError(_("写明几号窗口，例如 yichuang screen window 3"))
    _show(asked, name, number, theme, kiosk, public=public)


def _show(
    asked: Asked,
    name: str,
    number: int | None,
    theme: str,
    kiosk: str | None = None,
    *,
    public: bool = False,
) -> None:
    from yichuang.tui.terminal import check_terminal, prepare_environment

    check_terminal()
    prepare_environment()
    if not asked.folder.is_dir():
        raise HallMissing(folder=asked.folder)
    log_to_file(asked.folder)

    async def work() -> None:
        from yichuang.bootstrap import PadTeacher, following_settings
        from yichuang.tui.entry import Means, show

        kiosks = {kiosk or ""} if name in _WITH_KIOSK else set()
        async with (
            asked.hall() as hall,
            _devices(hall, asked.folder, kiosks, simulate=name == "menu") as papers,
            following_settings(hall, asked.folder) as settings,
        ):
            await show(
                hall,
                name,
                number,
                language=current_language(),
                theme=theme,
                means=Means(papers, kiosk, PadTeacher(hall, asked.folder), settings, public),
            )

    asyncio.run(work())


@asynccontextmanager
async def _devices(
    hall: Hall, folder: Path, kiosks: set[str], *, simulate: bool
) -> AsyncIterator[Callable[[], Sequence[str]] | None]:
    """Work the hall's devices and watch over it.

    Gives what simulated printers printed, None where none were started.
    """
    from yichuang.bootstrap import simulated_printers, watching, working_devices

    async with AsyncExitStack() as stack:
        papers = await stack.enter_async_context(simulated_printers(hall)) if simulate else None
        await stack.enter_async_context(working_devices(hall, kiosks=kiosks, folder=folder))
        await stack.enter_async_context(watching(hall, folder))
        yield (lambda: tuple(papers)) if papers is not None else None
