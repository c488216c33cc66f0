"""Both stores behind one fixture: what holds for one must hold for the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.halls import verified_rows
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.store import devices, memory, sqlite
from yichuang.store.memory import InMemoryStore
from yichuang.store.sqlite import SqliteStore

AnyStore = SqliteStore | InMemoryStore


@dataclass
class Instant:
    """The boot of the machine and the seconds since, moved by hand."""

    boot: str = "boot-1"
    seconds: float = 1000.0

    def __call__(self) -> tuple[str, float]:
        return self.boot, self.seconds


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> Instant:
    """What both stores take for this boot and the seconds since it began."""
    fixed = Instant()
    for module in (devices, sqlite, memory):
        monkeypatch.setattr(module, "instant", fixed)
    return fixed


@pytest.fixture(params=["sqlite", "memory"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[AnyStore]:
    """Each of the stores, empty."""
    found: AnyStore
    if request.param == "sqlite":
        (tmp_path / STORE_FILE).touch()
        found = await SqliteStore.open(tmp_path / STORE_FILE, clock, create=True)
    else:
        found = InMemoryStore(clock)
    yield found
    await found.close()


def journal_rows(store: AnyStore, folder: Path) -> int:
    """The rows of the journal, its chain checked."""
    if isinstance(store, InMemoryStore):
        return store.verify()[0]
    return verified_rows(folder / STORE_FILE)
