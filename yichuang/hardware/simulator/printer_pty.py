"""A simulated ticket printer on a serial port: the far end of a pseudo-terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from yichuang.hardware.simulator.printer_body import Failure, PrinterBody, Session

_CHUNK = 4096


class PtyPrinter(PrinterBody):
    """A printer behind a path such as /dev/pts/3; an async context manager.

    Nobody on a serial line learns that the other side is switched off: it then takes all and says nothing.
    """

    path = Path()
    """Where it is, once it is open."""

    async def __aenter__(self) -> Self:
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        self.path = Path(os.ttyname(self._near))
        self._off = False
        self._session: Session = self.begin(self)
        await self.fail(self.failure)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(self._session)
        self.read_on(False)
        os.close(self._far)
        os.close(self._near)

    async def switch(self, *, on: bool) -> None:
        """Switched off, it forgets what it has not printed."""
        if on is self._off:
            self._off = not on
            self.end(self._session)
            self._session = self.begin(self)

    def send(self, answer: bytes) -> None:
        """Send bytes back; what nobody reads is lost, as on a serial line."""
        if not self._off:
            try:
                os.write(self._far, answer)
            except BlockingIOError:
                return

    def drop(self) -> None:
        """Lose the power."""
        self.failure = Failure.OFFLINE
        self._off = True

    def read_on(self, reads: bool) -> None:
        """Take bytes from the line, or hold the line up."""
        loop = asyncio.get_running_loop()
        if reads:
            loop.add_reader(self._far, self._work)
        else:
            loop.remove_reader(self._far)

    def _work(self) -> None:
        try:
            data = os.read(self._far, _CHUNK)
        except BlockingIOError:
            return
        if not self._off:
            self._session.take(data)
