"""Looking after a hall's file: checking it, and copying it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from yichuang.clock import SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE
from yichuang.errors import BackupRefused, HallMissing
from yichuang.language import _

_SQLITE = b"SQLite format 3\0"
"""How a SQLite file begins (sqlite.org/fileformat.html, 1.3)."""


def verify_journal(path: Path, progress: Callable[[int], None]) -> tuple[int, str]:
    """Check the journal of the hall's file; the number of rows and the last hash.

    Raises JournalBroken or another StoreError.
    """
    from yichuang.store.database import connect_to, translated
    from yichuang.store.journal import find_untold, verify
    from yichuang.store.migrate import refuse_foreign

    try:
        refuse_foreign(path)
        with closing(connect_to(path, read_only=True)) as connection:
            rows, last = verify(connection, progress)
            find_untold(connection)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    return rows, last


def examine_store(path: Path) -> int:
    """Check the hall's file and its journal; the journal's number of rows. Raises a StoreError."""
    from yichuang.store.database import check

    check(path)
    rows, _last = verify_journal(path, lambda rows: None)
    return rows


def back_up(folder: Path, target: Path) -> int:
    """Copy the hall's file to `target` consistently, also while in use; the copy's size in bytes.

    Raises HallMissing, BackupRefused or a StoreError; only an earlier backup is replaced, and only by a
    complete one.
    """
    from yichuang.store.database import connect_to, translated
    from yichuang.store.migrate import copy_to

    path = folder / STORE_FILE
    if not path.exists():
        raise HallMissing(folder=folder)
    _refuse_to_overwrite(folder, target)
    try:
        with closing(connect_to(path)) as connection:
            copy_to(connection, target)
        return target.stat().st_size
    except sqlite3.Error as error:
        raise translated(error, path) from error
    except OSError as error:
        raise translated(error, target) from error


def _refuse_to_overwrite(folder: Path, target: Path) -> None:
    today = SystemClock().now().date()
    place = target.resolve()
    if place.parent == folder.resolve() and place.name.startswith((STORE_FILE, SETTINGS_FILE)):
        raise BackupRefused(target=target, what=_("大厅正在用的文件"), date=today)
    if place.is_dir():
        raise BackupRefused(target=target, what=_("文件夹"), date=today)
    if place.is_file() and place.stat().st_size:
        with place.open("rb") as file:
            if file.read(len(_SQLITE)) != _SQLITE:
                raise BackupRefused(target=target, what=_("别的文件，不是备份"), date=today)
