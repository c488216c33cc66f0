"""What every table module shares: the connection, and times as text."""

from __future__ import annotations

import sqlite3
from datetime import datetime


class Table:
    """Methods on one or more tables, over the connection of one transaction."""

    __slots__ = ("connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection


def time_or_none(text: str | None) -> datetime | None:
    """A stored time, or None."""
    return datetime.fromisoformat(text) if text else None


def text_or_none(at: datetime | None) -> str | None:
    """A time to be stored, or None."""
    return at.isoformat() if at else None
