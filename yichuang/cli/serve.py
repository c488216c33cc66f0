"""`yichuang serve`: the hall's engine, its devices and an SSH server in one process (DESIGN 2)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

import click

from yichuang.cli.options import Asked, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.errors import HallMissing, YichuangError
from yichuang.language import _

if TYPE_CHECKING:
    from pathlib import Path

    from yichuang.queue.service import Hall
    from yichuang.tui.remote.server import RemoteServer

_LEAST_PULSE = 1.0
"""Seconds between two signs of life at least, however short systemd's patience is set."""

logger = logging.getLogger(__name__)


@click.command(
    help=_(
        "开一台服务：引擎、设备和 SSH 界面都在这一个程序里，窗口、督查、取号机、大屏用 ssh 连进来。"
        "Ctrl+C 结束，也供 systemd 用。"
    )
)
@click.option(
    "--ssh-port", type=click.IntRange(0, 65535), help=_("SSH 端口，默认按 hall.toml，2222")
)
@click.option("--listen", metavar="ADDRESS", help=_("只在这个地址上听，例如 127.0.0.1"))
@takes_hall
def serve(asked: Asked, ssh_port: int | None, listen: str | None) -> None:
    """Serve the hall's screens over SSH until told to end."""
    from yichuang.bootstrap import serving_hall
    from yichuang.cli.service import log_to_both, until_ended
    from yichuang.tui.terminal import prepare_environment

    if not asked.folder.is_dir():
        raise HallMissing(folder=asked.folder)
    # Before Textual is imported: whatever the terminal here is, it is not where the screens are shown.
    prepare_environment()
    log_to_both(asked.folder)
    told = {"port": ssh_port, "listen": listen}
    chosen = {name: value for name, value in told.items() if value is not None}

    async def work() -> None:
        async with (
            asked.hall() as hall,
            until_ended() as ended,
            serving_hall(hall, asked.folder, **chosen) as server,
            _first_administrator(hall, asked.folder),
        ):
            _tell(hall, server)
            await _until(ended, hall, server)

    run(work())


@asynccontextmanager
async def _first_administrator(hall: Hall, folder: Path) -> AsyncIterator[None]:
    """Tell the first administrator's PIN, where there is a new one: on a terminal, else in a file.

    What a service says on standard error is kept in a log (systemd's journal) that others can read.
    """
    from yichuang.bootstrap import first_pin_kept, forget_first_pin

    forget_first_pin(folder)
    async with AsyncExitStack() as stack:
        first = await hall.people.first_administrator()
        if first is not None:
            badge, pin = first
            if sys.stderr.isatty():
                said = _("第一个管理员：工号 {badge}，密码 {pin}").format(badge=badge, pin=pin)
                more = _("这个密码只显示这一次，登录时要换一个。")
            else:
                path = await stack.enter_async_context(first_pin_kept(hall, folder, badge, pin))
                said = _("第一个管理员的密码写在 {path}，登录后会删掉").format(path=path)
                more = _("没来得及看就重设：yichuang staff pin {badge} --reason 没记下")
            say(said, err=True)
            say(more.format(badge=badge), err=True)
        yield


def _tell(hall: Hall, server: RemoteServer) -> None:
    """Say where the screens are."""
    say(
        _("{hall}：ssh -p {port} 本机地址").format(hall=hall.settings.hall.name, port=server.port),
        err=True,
    )
    say(_("主机公钥指纹 {fingerprint}").format(fingerprint=server.fingerprint), err=True)


async def _until(ended: asyncio.Event, hall: Hall, server: RemoteServer) -> None:
    """Give systemd signs of life until told to end: only while the loop turns and the store answers."""
    from yichuang.cli.service import notify

    pulse = _pulse()
    notify(f"READY=1\nSTATUS={_status(server)}")
    while not ended.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), pulse)
        try:
            await hall.business_date()
        except YichuangError as error:
            logger.warning("the store does not answer: %s", error)
        else:
            notify(f"WATCHDOG=1\nSTATUS={_status(server)}")
    notify("STOPPING=1")


def _status(server: RemoteServer) -> str:
    return _("{count} 个界面在用").format(count=len(server.sessions))


def _pulse() -> float:
    """Seconds between two signs of life: a third of systemd's patience (sd_watchdog_enabled(3))."""
    try:
        patience = int(os.environ.get("WATCHDOG_USEC", "")) / 1e6
    except ValueError:
        return 30.0
    return max(_LEAST_PULSE, patience / 3)
