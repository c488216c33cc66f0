"""What a person types while a command runs: whole lines, or single keys."""

from __future__ import annotations

import asyncio
import codecs
import os
import sys
import termios
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CHUNK = 1024


@asynccontextmanager
async def typed(*, keys: bool = False) -> AsyncIterator[asyncio.Queue[str]]:
    """What is typed from now on: lines, or with `keys` each key at once.

    Nothing comes where standard input is closed or a file.
    """
    queue: asyncio.Queue[str] = asyncio.Queue()
    if sys.stdin is None or sys.stdin.closed:
        yield queue
        return
    fd = sys.stdin.fileno()
    loop = asyncio.get_running_loop()
    reading = _Reading(queue, whole_lines=not keys)

    def read() -> None:
        data = os.read(fd, _CHUNK)
        reading.take(data)
        if not data:
            loop.remove_reader(fd)

    before = termios.tcgetattr(fd) if keys and os.isatty(fd) else None
    try:
        loop.add_reader(fd, read)
    except OSError:  # a file, or /dev/null: nobody types there
        yield queue
        return
    try:
        if before is not None:
            tty.setcbreak(fd)
        yield queue
    finally:
        loop.remove_reader(fd)
        if before is not None:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)


class _Reading:
    """From bytes to what was typed."""

    def __init__(self, queue: asyncio.Queue[str], *, whole_lines: bool) -> None:
        self._queue = queue
        self._whole_lines = whole_lines
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""

    def take(self, data: bytes) -> None:
        """Some bytes; none at the end."""
        text = self._decoder.decode(data, final=not data)
        if not self._whole_lines:
            for character in text:
                self._queue.put_nowait(character)
            return
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._queue.put_nowait(line.strip())
