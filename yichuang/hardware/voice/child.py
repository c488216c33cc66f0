"""A synthesiser's process, and how it is ended with nothing of it left behind."""

from __future__ import annotations

import asyncio
import sys
from asyncio import AbstractEventLoop, SubprocessTransport
from asyncio.subprocess import DEVNULL, PIPE, Process, SubprocessStreamProtocol
from pathlib import Path

_LONGEST_LINE = 64 * 1024
_ENDING_SECONDS = 2.0
_NOWHERE = Path(sys.executable).anchor
"""Where it runs: what lies in the folder of whoever started the hall is none of its business."""


class Child(Process):
    """A process that reads from and writes to pipes."""

    def __init__(
        self,
        transport: SubprocessTransport,
        protocol: SubprocessStreamProtocol,
        loop: AbstractEventLoop,
    ) -> None:
        super().__init__(transport, protocol, loop)
        self._pipes = transport

    async def end(self, *, patience: float = 0.0) -> None:
        """Wait for it to end by itself, and end it when it does not within `patience` seconds.

        Its pipes are closed even where a process that it started has them still. One that does not end
        even then is left behind.
        """
        # No asyncio.timeout: in a task being cancelled, Python 3.11.2 takes its end for the cancelling.
        waiting = asyncio.create_task(self.wait())
        try:
            await asyncio.wait({waiting}, timeout=patience)
        finally:
            self._pipes.close()
        await asyncio.wait({waiting}, timeout=_ENDING_SECONDS)
        waiting.cancel()
        await asyncio.sleep(0)  # closed pipes take one more turn of the loop


async def start_child(*words: str) -> Child:
    """Start the program `words[0]` in a session of its own; raises OSError."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: SubprocessStreamProtocol(limit=_LONGEST_LINE, loop=loop),
        *words,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        start_new_session=True,
        cwd=_NOWHERE,
    )
    return Child(transport, protocol, loop)
