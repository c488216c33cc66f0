"""The schema's steps: numbered SQL files, forward only, each kept in a ledger with its hash."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from yichuang.errors import MigrationEdited, NewerSchema, StoreError, StoreForeign
from yichuang.store.database import connect_to, translated

_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_step (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the schema, as the program knows it."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The hash by which an edited step is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_steps() -> list[Step]:
    """The steps in this program, in order."""
    folder = resources.files("yichuang.store") / "migrations"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".sql")), key=lambda f: f.name
    )
    return [
        Step(int(file.name[:4]), file.name[5:-4], file.read_text(encoding="utf-8"))
        for file in files
    ]


def migrate(
    path: Path, now: datetime, steps: list[Step] | None = None, *, create: bool = True
) -> list[Step]:
    """Bring the file at `path` to the newest schema; returns the steps that were applied.

    A file that holds data is copied beside itself first. With `create` a new file gets its schema;
    without it, a file that has none is refused. Raises StoreForeign, NewerSchema, MigrationEdited or
    another StoreError; a failed step leaves the file as it was before that step.
    """
    steps = known_steps() if steps is None else steps
    try:
        if not create:
            refuse_foreign(path)
        connection = connect_to(path)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    try:
        return _migrate(connection, path, now, steps)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    finally:
        connection.close()


def _migrate(
    connection: sqlite3.Connection, path: Path, now: datetime, steps: list[Step]
) -> list[Step]:
    pending = _pending(connection, steps)
    if not pending:
        return []
    if len(pending) < len(steps):
        copy_to(connection, path.with_name(f"{path.stem}.before-{pending[0].number:04d}.sqlite3"))
    # A step may make a table anew, which foreign keys would refuse (sqlite.org/lang_altertable.html, 7).
    connection.execute("PRAGMA foreign_keys = OFF")
    applied = []
    for step in pending:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_LEDGER)
            if step in _pending(connection, steps):
                _apply(connection, step, now)
                _check_references(connection, step)
                applied.append(step)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return applied


def _pending(connection: sqlite3.Connection, steps: list[Step]) -> list[Step]:
    if not _has_ledger(connection):
        return steps
    applied = dict(connection.execute("SELECT number, sha256 FROM schema_step").fetchall())
    known = {step.number: step for step in steps}
    newest = max(known)
    if applied and max(applied) > newest:
        raise NewerSchema(found=max(applied), known=newest)
    for number, sha256 in applied.items():
        if number not in known or known[number].sha256 != sha256:
            raise MigrationEdited(number=number)
    return [step for step in steps if step.number not in applied]


def refuse_foreign(path: Path) -> None:
    """Raise StoreForeign for an empty file or another program's, without touching it."""
    if not path.is_file():
        return
    with closing(connect_to(path, read_only=True)) as connection:
        if not _has_ledger(connection):
            raise StoreForeign(path=path)


def _has_ledger(connection: sqlite3.Connection) -> bool:
    row = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_step'"
    ).fetchone()
    return row is not None


def _check_references(connection: sqlite3.Connection, step: Step) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StoreError(detail=f"{step.name}: {len(broken)} broken references, {broken[0]}")


def _apply(connection: sqlite3.Connection, step: Step, now: datetime) -> None:
    for statement in statements(step.sql):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO schema_step (number, name, sha256, applied_at)"
        " VALUES (:number, :name, :sha256, :applied_at)",
        {
            "number": step.number,
            "name": step.name,
            "sha256": step.sha256,
            "applied_at": now.isoformat(),
        },
    )


def statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one (`executescript` would commit the open transaction)."""
    gathered = ""
    for line in sql.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""
    if gathered.strip():
        yield gathered


def copy_to(connection: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of the whole file, also while it is in use (SQLite's backup interface).

    Readable by its owner alone, as the hall's file is; `target` is only replaced by a complete copy.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        with closing(sqlite3.connect(part)) as copy:
            connection.backup(copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
