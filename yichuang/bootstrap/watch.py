"""Watching over the hall: one process of it looks for what supervisors are to be warned of (O01)."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path

from yichuang.bootstrap.owner import new_owner
from yichuang.config import SETTINGS_FILE, parse_settings
from yichuang.errors import InvalidHall, YichuangError
from yichuang.file_looks import FileLooks, looks_of
from yichuang.queue.oversight.alert import MachineFacts
from yichuang.queue.service import Hall

LEASE = "*supervision"
"""Under which name the lease stands among those of devices, which have no asterisk in theirs."""

AT_MOST_EVERY = 5.0
AT_LEAST_EVERY = 30.0
"""Seconds between two looks: in a hall where much happens, and where nothing does."""

_LEASE_SECONDS = 75.0
_RENEW_AFTER = 25.0

_TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd when it has set the clock (systemd-timesyncd.service(8))."""

_CLOCK_UNSYNCHRONISED = 5
"""TIME_ERROR, what adjtimex(2) gives for a clock that nothing keeps right."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def watching(hall: Hall, folder: Path) -> AsyncIterator[None]:
    """Watch over the hall beside the block, unless another process does; `hall` is in the host's hands.

    Whatever goes wrong with it is logged, once, and disturbs nobody.
    """
    watcher = Watcher(hall, folder)
    task = asyncio.create_task(watcher.run(), name="watch")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await watcher.let_go()


class Watcher:
    """Looks at the hall after changes, and now and then in any case."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self.looks = 0
        """How many looks there were."""
        self._hall = hall
        self._folder = folder
        self._owner = new_owner()
        self._renewed_at: float | None = None
        self._told = ""

    async def run(self) -> None:
        """Look until cancelled."""
        changes = self._hall.changes(AT_LEAST_EVERY)
        while True:
            await self.look()
            await anext(changes)
            await asyncio.sleep(AT_MOST_EVERY)

    async def look(self) -> None:
        """One look, if this process is the one that watches."""
        try:
            if await self._is_ours():
                machine = await asyncio.to_thread(machine_facts, self._folder)
                await self._hall.supervision.watch(machine)
                self.looks += 1
            self._told = ""
        except Exception as error:  # else nobody would be warned of anything any more
            if repr(error) != self._told:
                self._told = repr(error)
                is_known = isinstance(error, YichuangError)
                logger.warning("nobody is warned for now: %s", error, exc_info=not is_known)

    async def let_go(self) -> None:
        """Let another process watch."""
        if self._renewed_at is None:
            return
        self._renewed_at = None
        with suppress(YichuangError):  # the lease ends by itself
            await self._hall.store.release(LEASE, self._owner)

    async def _is_ours(self) -> bool:
        """Whether the lease is ours; each renewal is a write, so it is not done at each look."""
        now = time.monotonic()
        if self._renewed_at is not None and now - self._renewed_at < _RENEW_AFTER:
            return True
        is_ours = await self._hall.store.lease(LEASE, self._owner, _LEASE_SECONDS)
        self._renewed_at = now if is_ours else None
        return is_ours


def machine_facts(folder: Path) -> MachineFacts:
    """How much room the disk with the hall has, and whether the clock is kept right. It may block."""
    free = None
    with suppress(OSError):
        free = shutil.disk_usage(folder).free // 2**20
    return MachineFacts(free, clock_synchronised(), settings_mistakes(folder))


def settings_mistakes(folder: Path) -> int:
    """How many mistakes a hand has made in hall.toml; 0 also when it cannot be read."""
    path = folder / SETTINGS_FILE
    looks = looks_of(path)
    try:
        return 0 if looks is None else _mistakes(path, looks)
    except (OSError, UnicodeDecodeError):
        return 0


@lru_cache(maxsize=8)
def _mistakes(path: Path, _looks: FileLooks) -> int:
    # The file is read once as long as it looks the same.
    try:
        parse_settings(path.read_text(encoding="utf-8"), path)
    except InvalidHall as invalid:
        return len(invalid.problems)
    return 0


def clock_synchronised() -> bool | None:
    """Whether a time service keeps the machine's clock right; None when that cannot be told."""
    if _TIMESYNC.exists():
        return True
    try:
        # A struct timex whose `modes` is 0 only asks; the buffer is larger than the struct anywhere.
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _CLOCK_UNSYNCHRONISED
