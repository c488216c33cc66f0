"""The schema's steps, over real files: forward only, whole or not at all, and never a surprise."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.halls import MORNING, plain_connection, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.errors import MigrationEdited, NewerSchema, StoreBusy, StoreCorrupt, StoreError
from yichuang.store import database
from yichuang.store.migrate import Step, known_steps, migrate, statements
from yichuang.store.sqlite import SqliteStore

LATER = Step(90, "later", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;")
LAST = Step(91, "last", "ALTER TABLE later ADD COLUMN name TEXT;\nDROP TABLE serial;")
BROKEN = Step(
    91, "broken", "CREATE TABLE half (id INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);"
)
ENDLESS = Step(
    91,
    "endless",
    "CREATE TABLE half (id INTEGER) STRICT;\n"
    "INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;",
)

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.integration.test_store_migrations import ENDLESS, LATER
from yichuang.store.migrate import known_steps, migrate
migrate(Path(sys.argv[1]), datetime.now(UTC), [*known_steps(), LATER, ENDLESS])
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty file, as a new hall has it."""
    path = tmp_path / STORE_FILE
    path.touch()
    return path


def _schema(path: Path) -> list[tuple[str, str]]:
    with closing(plain_connection(path)) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE name <> 'schema_step' AND sql IS NOT NULL"
            " ORDER BY name"
        ).fetchall()


def _applied(path: Path) -> list[int]:
    with closing(plain_connection(path)) as connection:
        rows = connection.execute("SELECT number FROM schema_step ORDER BY number")
        return [row[0] for row in rows]


def _content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


async def _with_a_ticket(folder: Path) -> None:
    async with await sqlite_hall(folder, FixedClock(MORNING)) as hall:
        await hall.issue(category="tax")


def test_the_shipped_steps_are_numbered_and_whole() -> None:
    steps = known_steps()
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        assert "".join(statements(step.sql)) == step.sql


def test_applying_twice_changes_nothing(path: Path) -> None:
    assert migrate(path, MORNING) == known_steps()
    before = _content(path.parent)
    assert migrate(path, MORNING) == []
    assert _content(path.parent) == before


def test_fresh_and_upgraded_are_the_same(tmp_path: Path) -> None:
    fresh, upgraded = tmp_path / "fresh.sqlite3", tmp_path / "upgraded.sqlite3"
    steps = [*known_steps(), LATER, LAST]
    fresh.touch()
    upgraded.touch()
    assert migrate(fresh, MORNING, steps) == steps
    for count in range(1, len(steps) + 1):
        assert migrate(upgraded, MORNING, steps[:count]) == [steps[count - 1]]
    assert _schema(fresh) == _schema(upgraded)
    assert _applied(fresh) == _applied(upgraded) == [step.number for step in steps]


def test_a_trigger_is_one_statement() -> None:
    sql = "CREATE TRIGGER t BEFORE UPDATE ON x\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n-- the end\n"
    assert list(statements(sql)) == [sql.removesuffix("-- the end\n"), "-- the end\n"]


async def test_data_is_copied_before_an_upgrade(path: Path) -> None:
    await _with_a_ticket(path.parent)
    assert list(path.parent.glob("*.before-*")) == []
    assert migrate(path, MORNING, [*known_steps(), LATER, LAST]) == [LATER, LAST]
    copy = path.with_name("hall.before-0090.sqlite3")
    with closing(plain_connection(copy)) as connection:
        assert connection.execute("SELECT number FROM ticket").fetchall() == [("A001",)]
    assert _applied(copy) == [step.number for step in known_steps()]
    assert list(path.parent.glob("*.part")) == []


def test_an_edited_step_is_refused(path: Path) -> None:
    migrate(path, MORNING, [*known_steps(), LATER])
    before = _content(path.parent)
    edited = Step(LATER.number, LATER.name, LATER.sql + "\n-- edited")
    with pytest.raises(MigrationEdited) as refused:
        migrate(path, MORNING, [*known_steps(), edited])
    assert refused.value.facts == {"number": 90}
    assert _content(path.parent) == before


async def test_a_newer_file_is_refused_and_untouched(path: Path) -> None:
    await _with_a_ticket(path.parent)
    migrate(path, MORNING, [*known_steps(), LATER])
    before = _content(path.parent)
    with pytest.raises(NewerSchema) as refused:
        await SqliteStore.open(path, FixedClock(MORNING))
    assert refused.value.facts == {"found": 90, "known": known_steps()[-1].number}
    assert _content(path.parent) == before


async def test_a_failed_step_leaves_the_version_before(path: Path) -> None:
    await _with_a_ticket(path.parent)
    with pytest.raises(StoreError):
        migrate(path, MORNING, [*known_steps(), LATER, BROKEN])
    assert _applied(path)[-1] == LATER.number
    assert "half" not in dict(_schema(path))
    assert migrate(path, MORNING, [*known_steps(), LATER, LAST]) == [LAST]


def _kill_an_endless_step(path: Path) -> None:
    wal = path.with_name(f"{STORE_FILE}-wal")
    words = [sys.executable, "-c", PROGRAM, str(path)]
    process = subprocess.Popen(words)
    try:
        # The endless step spills into the log once it has outgrown the page cache.
        deadline = time.monotonic() + 60
        while not (wal.exists() and wal.stat().st_size > 8 << 20):
            assert process.poll() is None, "it was to be killed in the middle"
            assert time.monotonic() < deadline
    finally:
        process.kill()
        process.wait()


async def test_a_killed_step_leaves_the_version_before(path: Path) -> None:
    await _with_a_ticket(path.parent)
    _kill_an_endless_step(path)
    assert _applied(path)[-1] == LATER.number
    assert "half" not in dict(_schema(path))
    assert migrate(path, MORNING, [*known_steps(), LATER, LAST]) == [LAST]


def test_many_openers_make_one_schema(path: Path) -> None:
    applied: list[Step] = []
    errors: list[BaseException] = []

    def opener() -> None:
        try:
            applied.extend(migrate(path, MORNING))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=opener) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    # Each step once; who applied which, is chance.
    assert sorted(applied, key=lambda step: step.number) == known_steps()


def _damage(path: Path, damage: str) -> None:
    content = bytearray(path.read_bytes())
    if damage == "torn":
        content[4096 : 3 * 4096] = b"\xa5" * (2 * 4096)
    else:
        content[:] = "这不是数据库".encode() * 200
    path.write_bytes(content)


@pytest.mark.parametrize("damage", ["not a database", "torn"])
async def test_a_corrupt_file_is_told(path: Path, damage: str) -> None:
    if damage == "torn":
        await _with_a_ticket(path.parent)
    _damage(path, damage)
    before = _content(path.parent)[STORE_FILE]
    with pytest.raises(StoreCorrupt) as refused:
        async with await sqlite_hall(path.parent, FixedClock(MORNING)) as hall:
            await hall.issue(category="tax")
    assert str(path) in refused.value.message
    assert refused.value.hint
    assert _content(path.parent)[STORE_FILE] == before


async def test_busy_is_not_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    async with await sqlite_hall(path.parent, FixedClock(MORNING)) as hall:
        with closing(plain_connection(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy) as refused:
                await hall.issue(category="tax")
            assert refused.value.retryable
            # Who only looks is not kept waiting.
            assert await hall.tickets() == []
            other.execute("ROLLBACK")
        done = await hall.issue(category="tax")
        assert done.ticket is not None
        assert done.ticket.number == "A001"
