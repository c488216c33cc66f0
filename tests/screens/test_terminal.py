"""What is asked of the terminal, and what Textual is told."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TextIO

import pytest

from yichuang.errors import UnusableTerminal
from yichuang.tui.terminal import check_terminal, prepare_environment


def test_switches_are_set_but_not_overridden() -> None:
    environment = {"ESCDELAY": "50"}
    prepare_environment(environment)
    assert environment["ESCDELAY"] == "50"
    assert environment["TEXTUAL_ANIMATIONS"] == "none"
    assert environment["TEXTUAL_DISABLE_KITTY_KEY"] == "1"
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "standard"


def test_the_module_does_not_import_textual() -> None:
    code = "import sys, yichuang.tui.terminal; print('textual' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what a test opened."""
    with ExitStack() as stack:
        yield stack


def terminal(
    stack: ExitStack, columns: int, rows: int, encoding: str = "utf-8"
) -> tuple[TextIO, TextIO]:
    """Both directions of a pseudo-terminal of that size."""
    master, slave = pty.openpty()
    stack.callback(os.close, master)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    source = stack.enter_context(os.fdopen(os.dup(slave), encoding=encoding))
    target = stack.enter_context(os.fdopen(slave, "w", encoding=encoding))
    return source, target


def test_a_terminal_of_80_by_24_will_do(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    check_terminal(*terminal(stack, 80, 24))
    check_terminal(*terminal(stack, 0, 0))


@pytest.mark.parametrize(
    ("columns", "rows", "encoding", "term", "said"),
    [
        (79, 24, "utf-8", "xterm", "只有 79 列 24 行"),
        (80, 23, "utf-8", "xterm", "只有 80 列 23 行"),
        (80, 24, "gbk", "xterm", "字符集是 gbk"),
        (80, 24, "utf-8", "dumb", "TERM"),
    ],
)
def test_what_is_missing_is_named(
    stack: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    rows: int,
    encoding: str,
    term: str,
    said: str,
) -> None:
    monkeypatch.setenv("TERM", term)
    with pytest.raises(UnusableTerminal) as refused:
        check_terminal(*terminal(stack, columns, rows, encoding))
    assert said in refused.value.message


def test_a_pipe_is_no_terminal(stack: ExitStack) -> None:
    reading, writing = os.pipe()
    source = stack.enter_context(os.fdopen(reading, encoding="utf-8"))
    target = stack.enter_context(os.fdopen(writing, "w", encoding="utf-8"))
    with pytest.raises(UnusableTerminal):
        check_terminal(source, target)
