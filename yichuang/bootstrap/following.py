"""Going by hall.toml while the hall is open: what another process or a hand wrote there takes effect here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from yichuang.bootstrap.settings_file import SettingsFile, go_by
from yichuang.errors import ConfigError, InvalidHall, YichuangError
from yichuang.file_looks import FileLooks, looks_of
from yichuang.queue.service import Hall

LOOK_EVERY = 2.0
"""Seconds between looks at the file in a hall where nothing happens: a hand's edit is told by nobody."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def following_settings(hall: Hall, folder: Path) -> AsyncIterator[SettingsFile]:
    """Follow the hall.toml in `folder` beside the block; gives who reads and writes it for screens.

    `hall` is in the host's hands. A text with mistakes changes nothing: they are logged, once, and told by
    `SettingsFile.read`.
    """
    file = SettingsFile(hall, folder)
    follower = _Follower(hall, file)
    await follower.look()
    task = asyncio.create_task(follower.run(), name="settings")
    try:
        yield file
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Follower:
    def __init__(self, hall: Hall, file: SettingsFile) -> None:
        self._hall = hall
        self._file = file
        self._seen: FileLooks | None = None
        """What the file looked like when it was last read."""

    async def run(self) -> None:
        """Look after each change of the hall, and each two seconds, until cancelled."""
        changes = self._hall.changes(LOOK_EVERY)
        while True:
            await anext(changes)
            await self.look()

    async def look(self) -> None:
        """Look once; no trouble ends the following."""
        try:
            await self._look()
        except YichuangError as error:
            logger.warning("hall.toml is not followed for now: %s", error)
        except Exception:  # else no later change would ever be seen
            logger.exception("hall.toml is not followed for now")

    async def _look(self) -> None:
        present = looks_of(self._file.path)
        if present == self._seen:
            return
        try:
            settings = await self._file.adopt()
        except InvalidHall as invalid:
            problems = "; ".join(invalid.problems)
            logger.warning("hall.toml has mistakes, the former settings hold: %s", problems)
        except ConfigError as error:
            logger.warning("hall.toml cannot be read, the former settings hold: %s", error)
        else:
            if settings != self._hall.settings:
                logger.info("hall.toml was changed")
                await go_by(self._hall, settings)
        # Only now: what the store could not take is tried again.
        self._seen = present
