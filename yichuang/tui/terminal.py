"""What the terminal must be able to do, and what Textual must be told before it is imported."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import MutableMapping
from typing import TextIO

from yichuang.errors import UnusableTerminal
from yichuang.language import _

LEAST_COLUMNS, LEAST_ROWS = 80, 24
"""The design size, in cells; everything is drawn to fit it."""

_SWITCHES = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    # With kitty's "report all keys" some terminals drop what an input method commits.
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
    # Milliseconds; a slow line may split an escape sequence, which then looks like the Esc key.
    "ESCDELAY": "250",
    # The themes use the 16 ANSI colours only.
    "TEXTUAL_COLOR_SYSTEM": "standard",
    # Chosen before our own themes exist; an ANSI one keeps NO_COLOR from painting black on black.
    "TEXTUAL_THEME": "ansi-dark",
}


def prepare_environment(environment: MutableMapping[str, str] | None = None) -> None:
    """Set Textual's switches, keeping those that are set; call it before Textual is imported."""
    target = os.environ if environment is None else environment
    for name, value in _SWITCHES.items():
        target.setdefault(name, value)


def check_terminal(source: TextIO | None = None, target: TextIO | None = None) -> None:
    """Raise UnusableTerminal unless there is a UTF-8 terminal of at least 80 by 24 cells.

    `source` and `target` default to standard input and output.
    """
    source, target = source or sys.stdin, target or sys.stdout
    if not (source.isatty() and target.isatty()):
        raise UnusableTerminal(detail=_("输入和输出要接在终端上，不能是管道或文件"))
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UnusableTerminal(detail=_("TERM 没有设好，例如 export TERM=xterm"))
    encoding = target.encoding or "ascii"
    if codecs.lookup(encoding).name != "utf-8":
        raise UnusableTerminal(detail=_("字符集是 {encoding}").format(encoding=encoding))
    size = os.get_terminal_size(target.fileno())
    # 0 is what a serial line says that does not know its size; Textual then takes 80 by 24.
    if 0 < size.columns < LEAST_COLUMNS or 0 < size.lines < LEAST_ROWS:
        raise UnusableTerminal(
            detail=_("只有 {columns} 列 {rows} 行").format(columns=size.columns, rows=size.lines)
        )
