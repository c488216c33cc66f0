"""`yichuang run` and `screen`: the terminal screens, with the hall's devices worked beside them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from yichuang.cli.options import Asked, default_folder, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.service import log_to_file
from yichuang.errors import HallMissing, SignedOutSince
from yichuang.language import _, current_language
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from yichuang.tui.entry import Means

_WITH_KIOSK = ("menu", "kiosk", "guide")
"""The screens at which cards are laid and codes are scanned."""

_UNATTENDED = ("kiosk", "board", "whereabouts")
"""The screens before which nobody signs in."""

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
        _show(asked, Where("menu"), theme, None)
    else:
        asyncio.run(play_day(asked))


@click.command(
    help=_(
        "单独打开一个界面：kiosk 取号、guide 导引台、board 大屏、overview 总览、plan 排班、"
        "devices 设备、whereabouts 去向牌、staff 人员、admin 管理、window N 窗口。不写界面、只写 "
        "--sign-in 或 --badge，就到这个人自己的界面。"
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
            "admin",
            "window",
        ]
    ),
    required=False,
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
@click.option("--sign-in", "who", flag_value="", help=_("先用工号和密码登录"))
@click.option(
    "--badge",
    "who",
    metavar="BADGE",
    help=_(
        "以这个工号的身份打开，不问密码：写在 authorized_keys 的 command= 里，由系统的 OpenSSH 核对公钥"
    ),
)
@click.option("--public", is_flag=True, help=_("去向牌给群众看：没有按键，人多时自己翻页"))
@_theme
@takes_hall
def screen(
    asked: Asked,
    name: str | None,
    number: int | None,
    kiosk: str | None,
    who: str | None,
    public: bool,
    theme: str,
) -> None:
    """Open one screen."""
    if name is None and who is None:
        raise click.UsageError(_("写明哪个界面，例如 yichuang screen window 3"))
    if name == "window" and number is None:
        raise click.UsageError(_("写明几号窗口，例如 yichuang screen window 3"))
    _show(asked, Where(name, number, kiosk, public=public), theme, who)


class Where(NamedTuple):
    """The screen that was asked for."""

    name: str | None
    """None for wherever the person's work is."""
    number: int | None = None
    kiosk: str | None = None
    public: bool = False


def _show(asked: Asked, where: Where, theme: str, who: str | None) -> None:
    from yichuang.tui.terminal import check_terminal, prepare_environment

    check_terminal()
    prepare_environment()
    if not asked.folder.is_dir():
        raise HallMissing(folder=asked.folder)
    log_to_file(asked.folder)

    async def work() -> None:
        from yichuang.bootstrap import PadTeacher, following_settings
        from yichuang.tui.entry import Means, show

        kiosks = {where.kiosk or ""} if where.name in _WITH_KIOSK else set()
        async with (
            asked.hall() as hall,
            _devices(hall, asked.folder, kiosks, simulate=where.name == "menu") as papers,
            following_settings(hall, asked.folder) as settings,
        ):
            teacher = PadTeacher(hall, asked.folder)
            means = Means(papers, where.kiosk, teacher, settings, where.public)
            if _asks_for_a_name(hall, where, who):
                await _attend(hall, where, theme, who, means)
                return
            await show(
                hall,
                where.name or "menu",
                where.number,
                language=current_language(),
                theme=theme,
                means=means,
            )

    asyncio.run(work())


def _asks_for_a_name(hall: Hall, where: Where, who: str | None) -> bool:
    """Whether somebody is to sit here by name; before unattended screens nobody ever does."""
    if who is not None:
        return True
    return hall.settings.staff.sign_in_here and where.name not in _UNATTENDED


async def _attend(hall: Hall, where: Where, theme: str, who: str | None, means: Means) -> None:
    """Show somebody's screens on this terminal, until the line is cut; `who` is a badge number if any."""
    from yichuang.tui.places import Landing
    from yichuang.tui.remote.reception import Entrant, Terminal, Why
    from yichuang.tui.remote.visits import Visits, attend

    entrant = None
    if who:
        person = await hall.people.member(who)
        if not person.active:
            raise SignedOutSince(badge=person.badge)
        entrant = Entrant(person.badge, is_staff=True)
    size = os.get_terminal_size(sys.stdout.fileno())
    terminal = Terminal(
        os.environ.get("TERM", ""),
        size.columns,
        size.lines,
        has_colour=True,
        is_ascii=False,
        language=current_language(),
        origin=_origin(),
    )
    stays = who is None
    visits = Visits(hall, means, theme=theme, stays=stays)
    wanted = Landing(where.name, where.number) if where.name not in (None, "menu") else None
    visit = visits.receive(entrant, terminal, wanted)
    hang_up, loop = asyncio.Event(), asyncio.get_running_loop()
    # sshd hangs up when the line is cut: who was here is then noted as gone.
    loop.add_signal_handler(signal.SIGHUP, hang_up.set)
    try:
        remote = hall.settings.remote
        why = await attend(visit, hang_up, remote.sign_in_seconds if _is_remote() else None)
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
    if why is Why.NOT_SIGNED_IN:
        say(_("太久没有登录，连接结束了。"), err=True)


def _is_remote() -> bool:
    """Whether this is a terminal of the system's sshd: nobody may keep one there without signing in."""
    return bool(os.environ.get("SSH_CONNECTION"))


def _origin() -> str:
    """Where the terminal is: the address of an SSH client, else its name on this machine."""
    address = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    if address:
        return address[:64]
    try:
        return os.ttyname(sys.stdin.fileno()).removeprefix("/dev/")
    except OSError:
        return ""


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
