"""A command that runs until it is told to end, by a person or by systemd."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_ENDING = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def until_ended() -> AsyncIterator[asyncio.Event]:
    """An event that is set by Ctrl+C and by SIGTERM, instead of breaking off what runs."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in _ENDING:
        loop.add_signal_handler(each, ended.set)
    try:
        yield ended
    finally:
        for each in _ENDING:
            loop.remove_signal_handler(each)


def notify(state: str) -> None:
    """Tell systemd how the service is (sd_notify(3)); nothing happens without systemd."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    if place.startswith("@"):
        place = "\0" + place[1:]
    # A service manager that does not listen is no reason to stop working.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(state.encode(), place)


def log_to_stderr() -> None:
    """Send the log to standard error, which systemd keeps in its journal with the time of each line."""
    logging.basicConfig(
        level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    logging.captureWarnings(capture=True)
