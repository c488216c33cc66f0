"""A command that runs until it is told to end, by a person or by systemd; and where the log goes."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from yichuang.text import harmless, one_line

LOG_FILE = "yichuang.log"
"""What the program has to say, in the hall's folder."""

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
    _log_to(_stderr())


def log_to_file(folder: Path) -> None:
    """Send the log to a file of the hall: on a terminal it would scribble over the screens."""
    _log_to(_file(folder))


def log_to_both(folder: Path) -> None:
    """Send the log to standard error and to the hall's file."""
    _log_to(_stderr(), _file(folder))


class _Harmless(logging.Formatter):
    """Writes each message on one line, and nothing that a terminal would obey.

    Whoever calls may have chosen the words, such as those with which a client takes its leave; a message
    must not look like several. Tracebacks keep their lines.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The message's line."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry."""
        return harmless(super().format(record))


def _stderr() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(_Harmless("%(levelname)s %(name)s: %(message)s"))
    return handler


def _file(folder: Path) -> logging.Handler:
    handler = RotatingFileHandler(
        folder / LOG_FILE, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Harmless("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


def _log_to(*handlers: logging.Handler) -> None:
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    # A full disk must not make the log write its own trouble over the screens.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
