"""The first administrator's PIN in a file: for a service without a terminal, whose words others may read.

What systemd keeps of standard error every administrator of the machine can read, and for weeks; the file is
its owner's alone, and gone as soon as the PIN is another one.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from yichuang.errors import FileUnwritable, YichuangError
from yichuang.queue.service import Hall

FIRST_PIN_FILE = "first-pin.txt"
"""Its name in the hall's folder."""

logger = logging.getLogger(__name__)


def forget_first_pin(folder: Path) -> None:
    """Take away what a former start has left: a PIN that nobody has used since is drawn anew by a command."""
    try:
        (folder / FIRST_PIN_FILE).unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s cannot be taken away: %s", folder / FIRST_PIN_FILE, error.strerror)


@asynccontextmanager
async def first_pin_kept(hall: Hall, folder: Path, badge: str, pin: str) -> AsyncIterator[Path]:
    """Keep a PIN that was just drawn in a file of its own while the block runs, until it is another one.

    The file outlives the block when nobody has signed in by then. Raises FileUnwritable.
    """
    path = folder / FIRST_PIN_FILE
    kept = await _hash(hall, badge)
    try:
        await asyncio.to_thread(_write, path, f"{badge} {pin}\n")
    except OSError as error:
        raise FileUnwritable(path=path, detail=error.strerror or error) from error
    task = asyncio.create_task(_forget_when_changed(hall, folder, badge, kept), name="first PIN")
    try:
        yield path
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    # Made anew, so that it was never open to others, not even for a moment.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


async def _forget_when_changed(hall: Hall, folder: Path, badge: str, kept: str) -> None:
    changes = hall.changes()
    while True:
        await anext(changes)
        try:
            if await _hash(hall, badge) != kept:
                await asyncio.to_thread(forget_first_pin, folder)
                return
        except YichuangError as error:
            logger.warning("whether the first PIN was changed is not known for now: %s", error)


async def _hash(hall: Hall, badge: str) -> str:
    pin = await hall.store.read(lambda records: records.pin(badge))
    return pin.hash if pin is not None else ""
