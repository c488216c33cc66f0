"""The table `journal`: append-only, each row carrying the hash of the row before it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from yichuang.errors import JournalBroken
from yichuang.language import _
from yichuang.queue.event import Entry, Event, EventKind
from yichuang.queue.ports import Latest
from yichuang.store.table import Table

_COLUMNS = "SELECT seq, at, business_date, event, ticket, window, actor, data, hash FROM journal "

_LATEST = "SELECT seq, at, business_date, hash FROM journal ORDER BY seq DESC LIMIT 1"

_ADD = """
INSERT INTO journal (seq, at, business_date, event, ticket, window, actor, data, previous, hash)
VALUES (:seq, :at, :date, :event, :ticket, :window, :actor, :data, :previous, :hash)
"""

_LAST_OF_WINDOW = (
    _COLUMNS + "WHERE window = :window AND event <> :assigned ORDER BY seq DESC LIMIT 1"
)

_OF_TICKET = _COLUMNS + "WHERE ticket = :ticket ORDER BY seq"

_AFTER = _COLUMNS + "WHERE seq > :after ORDER BY seq LIMIT :limit"

_CHAIN = """
SELECT seq, at, business_date, event, ticket, window, actor, data, previous, hash
FROM journal ORDER BY seq
"""

_UNTOLD = """
SELECT EXISTS (
    SELECT 1 FROM ticket AS t
    WHERE NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.ticket = t.id AND j.event = :event)
)
"""

CHAIN_START = bytes(32)
"""What the first row carries as the hash before it."""

# Made once: `json.dumps` makes an encoder at every call.
_DATA_TEXT = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_ROW_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Journal(Table):
    """The journal (`yichuang.queue.ports.Memory`)."""

    __slots__ = ("_end",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._end: tuple[int, bytes] | None = None
        """The last row's number and hash, once known: inside a transaction nobody else appends."""

    def latest(self) -> Latest | None:
        """The journal's last row."""
        row = self.connection.execute(_LATEST).fetchone()
        if row is None:
            return None
        self._end = row[0], row[3]
        return Latest(row[0], datetime.fromisoformat(row[1]), date.fromisoformat(row[2]))

    def record(self, event: Event, *, at: datetime, business_date: date, actor: str) -> int:
        """Append an event; returns its row number."""
        if self._end is None:
            self.latest()
        last, previous = self._end or (0, CHAIN_START)
        facts: dict[str, Any] = {
            "seq": last + 1,
            "at": at.isoformat(),
            "date": business_date.isoformat(),
            "event": event.kind.value,
            "ticket": event.ticket,
            "window": event.window,
            "actor": actor,
            "data": data_text(event),
        }
        own = row_hash(previous, tuple(facts.values()))
        self.connection.execute(_ADD, facts | {"previous": previous, "hash": own})
        self._end = last + 1, own
        return last + 1

    def last_step(self, window: int) -> Entry | None:
        """The last entry of what was done at the window."""
        facts = {"window": window, "assigned": EventKind.WINDOW_ASSIGNED.value}
        row = self.connection.execute(_LAST_OF_WINDOW, facts).fetchone()
        return entry_from(row) if row else None

    def history(self, ticket_id: int) -> list[Entry]:
        """The ticket's entries, in order."""
        rows = self.connection.execute(_OF_TICKET, {"ticket": ticket_id})
        return [entry_from(row) for row in rows]

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Entries behind row `after`."""
        rows = self.connection.execute(_AFTER, {"after": after, "limit": limit})
        return [entry_from(row) for row in rows]


def data_text(event: Event) -> str:
    """An event's facts as the JSON text that is kept and hashed."""
    return _DATA_TEXT(dict(event.data))


def fact_texts(facts: Iterable[tuple[str, str]]) -> list[str]:
    """What stands in `data_text` where it has one of these facts; an empty name stands for any.

    A comma or a bracket behind a string tells an element of a list from the name of a fact.
    """
    found = []
    for name, value in facts:
        text = _DATA_TEXT(value)
        if name:
            found.append(f"{_DATA_TEXT(name)}: {text}")
        else:
            found += [f": {text}", f"[{text}", f", {text},", f", {text}]"]
    return found


def row_hash(previous: bytes, row: tuple[Any, ...]) -> bytes:
    """SHA-256 over the hash before and the row as JSON: seq, at, date, event, ticket, window, actor, data."""
    return hashlib.sha256(previous + _ROW_TEXT(row).encode()).digest()


def entry_from(row: tuple[Any, ...]) -> Entry:
    """A row of the journal, its hash last and the hash before it left out."""
    return Entry(
        seq=row[0],
        at=datetime.fromisoformat(row[1]),
        business_date=date.fromisoformat(row[2]),
        event=Event(EventKind(row[3]), row[4], row[5], json.loads(row[7])),
        actor=row[6],
        hash=row[8].hex(),
    )


def verify(
    connection: sqlite3.Connection, progress: Callable[[int], None] = lambda rows: None
) -> tuple[int, str]:
    """Check the whole chain; returns the number of rows and the last hash. Raises JournalBroken.

    Rows that were changed, put in, taken out or put in another order break it. Rows taken off the end
    show in `find_untold` where a ticket's issue went with them, and else only in what the last hash was
    before: note it down. `progress` is told the rows done, every 10,000.
    """
    return check_chain(connection.execute(_CHAIN), progress)


def find_untold(connection: sqlite3.Connection) -> None:
    """Raise JournalBroken when a ticket is there whose issue the journal does not tell."""
    if connection.execute(_UNTOLD, {"event": EventKind.TICKET_ISSUED.value}).fetchone()[0]:
        last = connection.execute(_LATEST).fetchone()
        detail = _("有的号不在流水里：末尾的行被抽走了")
        raise JournalBroken(seq=last[0] + 1 if last else 1, detail=detail)


def check_chain(
    rows: Iterable[tuple[Any, ...]], progress: Callable[[int], None] = lambda rows: None
) -> tuple[int, str]:
    """`verify` over the journal's rows with their hashes: the row, the hash before it, its own."""
    previous, count = CHAIN_START, 0
    for row in rows:
        count += 1
        if row[0] != count:
            raise JournalBroken(seq=count, detail=_("缺少这一行"))
        if row[8] != previous:
            raise JournalBroken(seq=count, detail=_("与上一行的散列值不符"))
        if row_hash(previous, row[:8]) != row[9]:
            raise JournalBroken(seq=count, detail=_("内容与散列值不符"))
        previous = row[9]
        if count % 10_000 == 0:
            progress(count)
    return count, previous.hex()
