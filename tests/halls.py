"""Halls for tests: settings as text, a moment to begin at, and a hall over either store."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE, Settings, parse_settings
from yichuang.queue.service import Hall
from yichuang.store.database import connect_to
from yichuang.store.journal import verify
from yichuang.store.memory import InMemoryStore
from yichuang.store.sqlite import SqliteStore

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, 9:00 in Shanghai."""

PRINTER = '[[printer]]\nname = "kiosk"\ntransport = "tcp"\nhost = "127.0.0.1"\n'

MISSED = """
calls = 1
gap_seconds = 0
"""
"""One call, however fresh, is enough for a pass: most tests are not about waiting for a missed visitor."""

SMALL_HALL = f"""
[hall]
name = "郑陆镇为民服务中心"

[missed]{MISSED}
[[category]]
code = "tax"
name = "纳税服务"
letter = "A"

[[category]]
code = "police"
name = "公安服务"
letter = "B"

[[category]]
code = "unserved"
name = "公共服务"
letter = "C"

[[window]]
number = 1
categories = ["tax"]
helps = ["police"]

[[window]]
number = 2
categories = ["police"]

[[window]]
number = 3
categories = ["tax", "police"]
"""
"""Window 1 owns tax and helps police, 2 owns police, 3 owns both; nobody serves the third category."""


def small_settings(more: str = "", *, missed: str = MISSED) -> Settings:
    """The settings of `SMALL_HALL`, with further sections, or with other lines in `[missed]`."""
    text = SMALL_HALL.replace(f"[missed]{MISSED}", f"[missed]\n{missed}\n")
    return parse_settings(text + more, Path("hall.toml"))


def memory_hall(clock: FixedClock, settings: Settings | None = None) -> Hall:
    """A hall over an `InMemoryStore`."""
    return Hall(settings or small_settings(), InMemoryStore(clock), clock)


async def sqlite_hall(folder: Path, clock: FixedClock, settings: Settings | None = None) -> Hall:
    """A hall over a `SqliteStore` in `folder`."""
    path = folder / STORE_FILE
    path.touch()
    return Hall(
        settings or small_settings(), await SqliteStore.open(path, clock, create=True), clock
    )


def verified_rows(hall_file: Path) -> int:
    """The rows of a file's journal, its whole chain checked; raises JournalBroken."""
    connection = plain_connection(hall_file)
    try:
        return verify(connection)[0]
    finally:
        connection.close()


def plain_connection(hall_file: Path) -> sqlite3.Connection:
    """A connection for looking behind the program's back."""
    return connect_to(hall_file)
