"""`yichuang window`: what a clerk does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import click

from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind

_Act = Callable[[Hall], Awaitable[Done]]
_number = click.argument("window_number", metavar="WINDOW", type=click.IntRange(1, 999))


@click.group(cls=NamingGroup, help=_("开窗、叫号、办理、过号、挂起、转移、撤销。"))
def window() -> None:
    """The commands at a window."""


def _do(asked: Asked, act: _Act) -> None:
    async def work() -> Done:
        async with asked.hall() as hall:
            return await act(hall)

    done = run(work())
    result: dict[str, Any] = {}
    lines = []
    if done.ticket is not None:
        result["ticket"] = done.ticket.as_json()
        lines.append(f"{done.ticket.number}  {done.ticket.state.label}")
    if done.window is not None:
        result["window"] = done.window.as_json()
        label = done.window.state.label + (
            f" ({_(done.window.reason)})" if done.window.reason else ""
        )
        lines.append(_("{window} 号窗口  {state}").format(window=done.window.number, state=label))
        if done.window.categories is not None:
            served = (*done.window.categories, *(f"+{code}" for code in done.window.helps or ()))
            lines.append(_("办：{served}").format(served=_("、").join(served)))
    asked.show(result, "  ".join(lines))


@window.command("open", help=_("开窗口。"))
@_number
@takes_hall
def open_(asked: Asked, window_number: int) -> None:
    """Begin duty."""
    _do(asked, lambda hall: hall.open_window(window_number, actor=asked.actor))


@window.command(help=_("关窗口。"))
@_number
@takes_hall
def close(asked: Asked, window_number: int) -> None:
    """End duty."""
    _do(asked, lambda hall: hall.close_window(window_number, actor=asked.actor))


@window.command(help=_("暂停服务，写明原因。"))
@_number
@click.option("--reason", required=True, help=_("原因"))
@takes_hall
def pause(asked: Asked, window_number: int, reason: str) -> None:
    """Stop calling for a while."""
    _do(asked, lambda hall: hall.pause_window(window_number, reason=reason, actor=asked.actor))


@window.command(help=_("取回挂起的号 NUMBER；不写号时恢复暂停的服务。"))
@_number
@click.argument("number", required=False)
@takes_hall
def resume(asked: Asked, window_number: int, number: str | None) -> None:
    """Take a held ticket back, or end a pause."""
    if number is None:
        _do(asked, lambda hall: hall.resume_window(window_number, actor=asked.actor))
    else:
        _do(asked, lambda hall: hall.resume(window_number, number, actor=asked.actor))


@window.command("next", help=_("叫下一个号。"))
@_number
@takes_hall
def next_(asked: Asked, window_number: int) -> None:
    """Call the ticket whose turn it is."""
    _do(asked, lambda hall: hall.call_next(window_number, actor=asked.actor))


@window.command(help=_("叫指定的号。"))
@_number
@click.argument("number")
@click.option("--reason", help=_("为什么不按顺序叫，记进流水"))
@takes_hall
def call(asked: Asked, window_number: int, number: str, reason: str | None) -> None:
    """Call one ticket out of order."""
    _do(asked, lambda hall: hall.call(window_number, number, reason=reason, actor=asked.actor))


@window.command(help=_("重呼。"))
@_number
@takes_hall
def recall(asked: Asked, window_number: int) -> None:
    """Announce the called ticket again."""
    _do(asked, lambda hall: hall.recall(window_number, actor=asked.actor))


@window.command(help=_("开始办理。"))
@_number
@takes_hall
def start(asked: Asked, window_number: int) -> None:
    """The visitor came."""
    _do(asked, lambda hall: hall.start(window_number, actor=asked.actor))


@window.command(help=_("办结。"))
@_number
@takes_hall
def finish(asked: Asked, window_number: int) -> None:
    """The work is done."""
    _do(asked, lambda hall: hall.finish(window_number, actor=asked.actor))


@window.command("pass", help=_("过号，写明原因。"))
@_number
@click.option("--reason", required=True, help=_("原因，例如 未到"))
@takes_hall
def pass_(asked: Asked, window_number: int, reason: str) -> None:
    """The called visitor did not come."""
    _do(asked, lambda hall: hall.pass_(window_number, reason=reason, actor=asked.actor))


@window.command(help=_("挂起手上的号。"))
@_number
@click.option(
    "--kind",
    type=click.Choice([each.value for each in HoldKind]),
    default=HoldKind.FREE.value,
    show_default=True,
    help=_("free 不持件：任一窗口取回；kept 持件：回本窗口；outside 等待：等别处的结果"),
)
@click.option("--reason", help=_("原因"))
@takes_hall
def hold(asked: Asked, window_number: int, kind: str, reason: str | None) -> None:
    """Put the window's ticket aside."""
    _do(asked, lambda hall: hall.hold(window_number, kind=kind, reason=reason, actor=asked.actor))


@window.command(help=_("把手上的号转到另一个窗口或类别（二者写一个）。"))
@_number
@click.option("--to-window", type=click.IntRange(1, 999), help=_("窗口号"))
@click.option("--to-category", help=_("类别的编码"))
@click.option("--and-back", is_flag=True, help=_("那边办完再回本窗口"))
@takes_hall
def transfer(
    asked: Asked,
    window_number: int,
    to_window: int | None,
    to_category: str | None,
    and_back: bool,
) -> None:
    """Send the window's ticket on."""
    if (to_window is None) == (to_category is None):
        raise click.UsageError(_("--to-window 和 --to-category 写一个，且只写一个"))
    _do(
        asked,
        lambda hall: hall.transfer(
            window_number,
            to_window=to_window,
            to_category=to_category,
            and_back=and_back,
            actor=asked.actor,
        ),
    )


@window.command(help=_("改本窗口办的类别，下一次叫号起生效；--reset 恢复成 hall.toml 写的。"))
@_number
@click.option("--category", "categories", multiple=True, help=_("本窗口的类别，可写几次"))
@click.option("--help-category", "helps", multiple=True, help=_("帮办的类别，可写几次"))
@click.option("--reset", is_flag=True, help=_("恢复成 hall.toml 写的类别"))
@takes_hall
def assign(
    asked: Asked,
    window_number: int,
    categories: tuple[str, ...],
    helps: tuple[str, ...],
    reset: bool,
) -> None:
    """Give a window other categories."""
    if reset == bool(categories):
        raise click.UsageError(_("写至少一个 --category，或者写 --reset"))
    own = None if reset else categories
    _do(
        asked,
        lambda hall: hall.assign_window(
            window_number, categories=own, helps=helps, actor=asked.actor
        ),
    )


@window.command(help=_("撤销本窗口刚做的叫号、办结或过号（30 秒内）。"))
@_number
@takes_hall
def undo(asked: Asked, window_number: int) -> None:
    """Take back the last step."""
    _do(asked, lambda hall: hall.undo(window_number, actor=asked.actor))
