"""The screens over a real pseudo-terminal, as a clerk's SSH session gives them."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyte
import pytest

from tests.integration.command import yichuang
from yichuang.bootstrap import open_hall
from yichuang.language import _, use_language

CHILD = """
import asyncio, sys
from yichuang.tui.terminal import check_terminal, prepare_environment
check_terminal()
prepare_environment()
from yichuang.bootstrap import open_hall
from yichuang.tui.entry import show
async def main():
    async with open_hall(sys.argv[1]) as hall:
        await show(hall, sys.argv[2], int(sys.argv[3]) or None)
asyncio.run(main())
"""
DEADLINE = 60.0
"""Seconds until a test gives up; a loaded machine needs some of them."""


class Terminal:
    """A program on a pseudo-terminal of 80x24, and what stands on it."""

    def __init__(
        self, *arguments: str, program: Sequence[str] = ("-c", CHILD), **environment: str
    ) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=kept | {"TERM": "xterm", "PYTHONUTF8": "1"} | environment,
            start_new_session=True,
        )
        os.close(slave)
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def until(self, text: str) -> list[str]:
        """The rows as soon as they hold `text`."""
        deadline = time.monotonic() + DEADLINE
        while not any(text in row for row in self.rows()):
            assert time.monotonic() < deadline, "\n".join(self.rows())
            if not self._read():
                raise AssertionError(f"ended before {text!r}:\n" + "\n".join(self.rows()))
        return self.rows()

    def rows(self) -> list[str]:
        """What stands on the terminal; a wide character's second cell is left out."""
        return [
            "".join(row[column].data for column in range(80))
            for row in (self.screen.buffer[line] for line in range(24))
        ]

    def exit_status(self) -> int:
        """The program's exit status, once it has ended."""
        while self._read():
            pass
        return self.process.wait(timeout=DEADLINE)

    def _read(self) -> bool:
        ready, _write, _error = select.select([self._master], [], [], DEADLINE)
        assert ready, "\n".join(self.rows())
        try:
            output = os.read(self._master, 65536)
        except OSError:
            return False
        self._stream.feed(output)
        return bool(output)

    def hang_up(self) -> None:
        """Cut the line, as sshd does when the client is gone, and wait until the program has ended."""
        os.close(self._master)
        self._master = -1
        self.process.send_signal(signal.SIGHUP)
        self.process.wait(timeout=DEADLINE)

    def close(self) -> None:
        """End the program if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals to be closed when the test ends."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.mark.parametrize("name", ["a b", "", "取号机", "x" * 21])
def test_a_kiosks_name_is_plain(hall_folder: Path, name: str) -> None:
    ran = yichuang("screen", "kiosk", "--name", name, hall=hall_folder)
    assert ran.status == 2
    assert "最多 20 个" in ran.err


async def test_a_window_over_a_terminal(hall_folder: Path, terminals: list[Terminal]) -> None:
    async with open_hall(hall_folder) as hall:
        await hall.issue(category="social_insurance")
    terminal = Terminal(str(hall_folder), "window", "3")
    terminals.append(terminal)
    terminal.until("窗口没有开")
    terminal.press("\x1bOQ")
    terminal.until("按 1 叫下一个号")
    terminal.press("1")
    terminal.until("已叫 1/3 次")
    terminal.press("\x11")
    terminal.until("退出一窗？")
    terminal.press("1")
    assert terminal.exit_status() == 0


def test_the_language_is_changed_in_place(hall_folder: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(str(hall_folder), "menu", "0")
    terminals.append(terminal)
    terminal.until("今天取号 0")
    terminal.press("0")
    use_language("en")
    terminal.until(_("谁在岗、谁去了哪里，改自己的去向"))
    terminal.press("\x11")
    terminal.until(_("请确认"))
    terminal.press("1")
    assert terminal.exit_status() == 0


def test_without_colours_nothing_is_painted_black_on_black(
    hall_folder: Path, terminals: list[Terminal]
) -> None:
    terminal = Terminal(str(hall_folder), "window", "3", NO_COLOR="1")
    terminals.append(terminal)
    terminal.until("窗口没有开")
    cells = [terminal.screen.buffer[row][column] for row in range(24) for column in range(80)]
    assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}
    assert any(cell.reverse for cell in cells)
