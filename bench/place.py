"""Halls to measure in, on a real disk."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yichuang.bootstrap import create_hall
from yichuang.clock import Clock
from yichuang.config import STORE_FILE, Level

_ON_DISK = Path("/var/tmp")
"""Kept over restarts, so never in memory as /tmp may be."""


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is gone after the block."""
    parent = _ON_DISK if _ON_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="yichuang-bench-", dir=parent) as folder:
        yield Path(folder)


def new_hall(
    folder: Path, level: Level = "city", printers: str = "", clock: Clock | None = None
) -> Path:
    """Make a hall with its shipped items in `folder`, and give the folder back."""
    asyncio.run(create_hall(folder, level=level, printers=printers, clock=clock))
    return folder


def store_file(folder: Path) -> Path:
    """The SQLite file of the hall in `folder`."""
    return folder / STORE_FILE
