"""A program under a pseudo-terminal: what it writes, when, and how much memory it takes."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 80, 24
_CHUNK = 65536

_SWITCHES = {
    "TERM": "xterm",
    "TEXTUAL_COLOR_SYSTEM": "standard",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_THEME": "ansi-dark",
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
    "LANG": "C.UTF-8",
}


class Silent(Exception):
    """The program did not write what was waited for; holds what it did write."""


class Terminal:
    """80x24, 16 colours; a context manager that ends the program with the block."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.written = b""
        """All that the program wrote so far."""
        self._command = command
        self._environment = {**os.environ, **_SWITCHES, **(environment or {})}
        for name in ("NO_COLOR", "COLORTERM"):
            self._environment.pop(name, None)

    def __enter__(self) -> Self:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def wait_for(self, text: str, seconds: float = 30.0) -> float:
        """Read until `text` was painted; seconds since the program was started. Raises Silent."""
        wanted = text.encode()
        deadline = time.perf_counter() + seconds
        while wanted not in self.written:
            if not self._read(deadline - time.perf_counter()):
                raise Silent(self.written.decode(errors="replace")[-2000:])
        return time.perf_counter() - self.started

    def settle(self, quiet: float = 0.5, seconds: float = 30.0) -> int:
        """Read until nothing came for `quiet` seconds; the number of bytes that came."""
        before = len(self.written)
        deadline = time.perf_counter() + seconds
        while self._read(min(quiet, deadline - time.perf_counter())):
            pass
        return len(self.written) - before

    def watch(self, seconds: float) -> int:
        """Read for so long; the number of bytes that came."""
        before = len(self.written)
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self._read(left)
        return len(self.written) - before

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def memory(self) -> int:
        """The resident memory of the program, in bytes."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise Silent("no VmRSS")

    def _read(self, seconds: float) -> bool:
        ready, _writable, _failed = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._master, _CHUNK)
        except OSError:
            return False  # the program has ended
        self.written += data
        return bool(data)
