"""`yichuang simulate line-display` and its kin: one simulated device, shown and worked in the terminal."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

import click

from yichuang.cli.options import Asked, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.typed import typed
from yichuang.errors import FolderUnusable
from yichuang.hardware.simulator import id_reader as readers
from yichuang.hardware.simulator import led as leds
from yichuang.hardware.simulator import line_display as lines
from yichuang.hardware.simulator import pads
from yichuang.language import _
from yichuang.text import harmless

_HOME = "\x1b[H\x1b[2J"
"""ECMA-48: to the first cell, and clear the screen."""


class Simulated(Protocol):
    """A simulated device that is there."""

    def toml(self) -> str:
        """The section of hall.toml that uses it."""
        ...


def _fails(kinds: type[Any]) -> Callable[..., Any]:
    names = [each.value for each in kinds]
    return click.option("--fail", type=click.Choice(names), help=_("一开始就有的故障"))


_path = click.option(
    "--path",
    type=click.Path(path_type=Path),
    help=_("设备的路径，写在 hall.toml 里不用再变；不写则每次不同"),
)
_window = click.option("--window", type=click.IntRange(1, 999), default=1, show_default=True)


# --- displays -------------------------------------------------------------------------------------


@click.command(name="line-display", help=_("模拟一块两行的窗口屏：显示的内容画在这里。"))
@_fails(lines.Failure)
@_path
@_window
@click.option("--commands", type=click.Choice(["epson", "cd5220"]), default="epson")
@click.option("--hanzi", is_flag=True, help=_("屏能显示汉字"))
@takes_hall
def line_display(
    asked: Asked,
    fail: str | None,
    path: Path | None,
    window: int,
    commands: Literal["epson", "cd5220"],
    hanzi: bool,
) -> None:
    """Run a simulated line display until it is interrupted."""
    board = _Board()
    display = lines.SimulatedLineDisplay(
        show=board.draw,
        failure=lines.Failure(fail) if fail else None,
        link=path,
        commands=commands,
        hanzi=hanzi,
    )
    _serve(display, path, board.begin, toml=lambda: display.toml(windows=(window,)))


@click.command(help=_("模拟一条 LED 屏（仰邦协议）：显示的内容画在这里。"))
@_fails(leds.Failure)
@_path
@click.option("--window", type=click.IntRange(1, 999), help=_("几号窗口的屏；不写是大厅的屏"))
@takes_hall
def led(asked: Asked, fail: str | None, path: Path | None, window: int | None) -> None:
    """Run a simulated LED strip until it is interrupted."""
    board = _Board()
    display = leds.SimulatedLed(
        show=board.draw, failure=leds.Failure(fail) if fail else None, link=path
    )
    windows = (window,) if window else ()
    _serve(display, path, board.begin, toml=lambda: display.toml(windows=windows))


class _Board:
    """Draws a display in the terminal, always in the same place; without a terminal, one below the other."""

    def __init__(self) -> None:
        self._head = ""

    def begin(self, head: str) -> None:
        """What stands above the display."""
        self._head = head
        self.draw("")

    def draw(self, drawn: str) -> None:
        """The display as it is now."""
        if sys.stdout.isatty():
            click.echo(_HOME + harmless(f"{self._head}\n\n{drawn}"))
        elif drawn or not self._head:
            say(drawn)
        else:
            say(self._head)


# --- what people do with their hands --------------------------------------------------------------


@click.command(name="id-reader", help=_("模拟一台身份证阅读器：按键放证、拿走。"))
@_fails(readers.Failure)
@_path
@takes_hall
def id_reader(asked: Asked, fail: str | None, path: Path | None) -> None:
    """Run a simulated reader of ID cards until it is interrupted."""
    failure = readers.Failure(fail) if fail else None
    reader = readers.SimulatedIdReader(failure=failure, show=say, link=path)
    hands = CardHands(reader)
    _serve(reader, path, say, hands.key, _("按 Enter 放上下一张证，再按拿走；1-9 放第几张样例证"))


class CardHands:
    """Lays sample cards and takes them away, key by key."""

    def __init__(self, reader: readers.SimulatedIdReader) -> None:
        self._reader = reader
        self._next = 0
        self._lies = False

    def key(self, key: str) -> None:
        """Enter lays the next card or lifts the one that lies; a digit lays that one."""
        if key in "\r\n" or not key:
            self._lies = not self._lies
            if self._lies:
                self._reader.lay_sample(self._next)
                self._next += 1
            else:
                self._reader.lift()
        elif key.isdecimal() and key != "0":
            self._lies = True
            self._reader.lay_sample(int(key) - 1)


@click.command(name="rating-pad", help=_("模拟一个评价器：按 1-5。"))
@_fails(pads.Failure)
@_path
@_window
@click.option("--kind", type=click.Choice(["serial", "evdev"]), default="serial", show_default=True)
@takes_hall
def rating_pad(
    asked: Asked,
    fail: str | None,
    path: Path | None,
    window: int,
    kind: Literal["serial", "evdev"],
) -> None:
    """Run a simulated rating pad until it is interrupted."""
    failure = pads.Failure(fail) if fail else None
    pad = pads.SimulatedRatingPad(failure=failure, show=say, link=path, kind=kind, window=window)
    _serve(pad, path, say, _pressing(pad.press), _("按 1-5 评价"))


_CALLER_KEYS: Mapping[str, str] = MappingProxyType(
    {"\r": "enter", "\n": "enter", "": "enter", "\x7f": "back", "\x08": "back"}
)


@click.command(name="caller-pad", help=_("模拟一个叫号器（数字小键盘）：按键叫号。"))
@_fails(pads.Failure)
@_path
@_window
@takes_hall
def caller_pad(asked: Asked, fail: str | None, path: Path | None, window: int) -> None:
    """Run a simulated caller pad until it is interrupted."""
    failure = pads.Failure(fail) if fail else None
    pad = pads.SimulatedCallerPad(failure=failure, show=say, link=path, window=window)
    press = _pressing(lambda key: pad.press(_CALLER_KEYS.get(key, key)))
    _serve(pad, path, say, press, caller_keys())


def caller_keys() -> str:
    """What the keys of a caller pad do."""
    return _(
        "Enter 下一号，+ 重呼，- 过号，. 开始和办结，/ 暂停，数字加 Enter 叫那个号，"
        "* 加窗口号再按 Enter 转移"
    )


def _pressing(press: Callable[[str], None]) -> Callable[[str], None]:
    def key(key: str) -> None:
        try:
            press(key)
        except KeyError:
            say(_("没有这个键"))

    return key


@click.command(help=_("模拟一个扫码器：输入一行就是扫到一个码。"))
@_fails(pads.Failure)
@_path
@click.option("--kind", type=click.Choice(["serial", "evdev"]), default="serial", show_default=True)
@takes_hall
def scanner(
    asked: Asked, fail: str | None, path: Path | None, kind: Literal["serial", "evdev"]
) -> None:
    """Run a simulated scanner until it is interrupted."""
    failure = pads.Failure(fail) if fail else None
    device = pads.SimulatedScanner(failure=failure, show=say, link=path, kind=kind)
    scan = scanning(device)
    _serve(device, path, say, scan, _("输入码的内容，按 Enter 扫一下"), keys=False)


def scanning(device: pads.SimulatedScanner) -> Callable[[str], None]:
    """Scan what is typed, where the scanner can read it."""

    def scan(text: str) -> None:
        if not text:
            return
        try:
            device.scan(text)
        except KeyError:
            say(_("这种扫码器只读得了英文字母、数字和符号"))

    return scan


# --- what they share ------------------------------------------------------------------------------


def _serve(
    device: AbstractAsyncContextManager[Any],
    path: Path | None,
    begin: Callable[[str], None],
    hear: Callable[[str], None] | None = None,
    how: str = "",
    *,
    keys: bool = True,
    toml: Callable[[], str] | None = None,
) -> None:
    """Run the device until it is interrupted; `hear` takes what is typed, `begin` the words on it."""
    make_room(path)

    async def work() -> None:
        async with device as here, typed(keys=keys) as queue:
            told = [_("hall.toml 里这样写："), "", (toml or here.toml)().rstrip(), ""]
            told.append(_("{how}。Ctrl+C 结束").format(how=how) if how else _("Ctrl+C 结束"))
            begin("\n".join(told))
            while True:
                text = await queue.get()
                if hear is not None:
                    hear(text)

    asyncio.run(work())


def make_room(path: Path | None) -> None:
    """See to it that a device can be laid at `path`; what is there and is no device's link stays.

    Raises FolderUnusable.
    """
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(folder=path.parent, detail=error.strerror or error) from error
    if path.exists() and not path.is_symlink() and not path.is_fifo():
        taken = _("{path} 已经有了，不是模拟设备").format(path=shlex.quote(str(path)))
        raise FolderUnusable(folder=path.parent, detail=taken)


COMMANDS = (line_display, led, id_reader, rating_pad, caller_pad, scanner)
