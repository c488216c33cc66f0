"""One moment of the memory for many readers: what fifty screens ask of it is asked of SQLite once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from yichuang.queue.dispatch import Duty
from yichuang.queue.ticket import Ticket
from yichuang.store.calls import Calls
from yichuang.store.items import Items
from yichuang.store.journal import Journal
from yichuang.store.lines import RANK
from yichuang.store.ticket_row import TICKETS, ticket_from

Given = ParamSpec("Given")
Found = TypeVar("Found")

_PLACES = (
    "SELECT json_group_array(json_array("
    + RANK
    + """, t.line_order, t.line_entry, t.id, t.category, t.need, t.target_window))
FROM ticket AS t
WHERE t.state = 'waiting' AND t.business_date = :date
"""
)
"""One row for all: the thread gives way to the others of its process at each row that it fetches."""

_BY_ID = TICKETS + "WHERE t.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - constants only


LineKey = int | tuple[str, str]
"""A line: of tickets directed to a window, or of a category and a need."""

Place = tuple[int, int, int, int]
"""A place in a line: three figures that order the places of all lines, and the ticket's id."""


def once(
    read: Callable[Concatenate[Any, Given], Found],
) -> Callable[Concatenate[Any, Given], Found]:
    """A reading that is done once a moment for the same arguments; nobody may change what it gives."""
    name = read.__name__

    @wraps(read)
    def remembered(self: Any, /, *given: Given.args, **named: Given.kwargs) -> Found:
        key = (name, given, *sorted(named.items()))
        if key not in self.kept:
            self.kept[key] = read(self, *given, **named)
        found: Found = self.kept[key]
        return found

    return remembered


class Remembering(Calls, Journal, Items):
    """The tables inside a reading transaction, with what was read before in the same moment."""

    __slots__ = ("kept",)

    def __init__(self, connection: sqlite3.Connection, kept: dict[Any, Any]) -> None:
        """`kept` is what was read so far in this moment."""
        super().__init__(connection)
        self.kept = kept

    latest = once(Journal.latest)
    last_step = once(Journal.last_step)
    history = once(Journal.history)
    item = once(Items.item)
    surge = once(Calls.surge)
    window = once(Calls.window)
    windows = once(Calls.windows)
    current = once(Calls.current)
    active = once(Calls.active)
    in_state = once(Calls.in_state)
    state_counts = once(Calls.state_counts)
    recent_calls = once(Calls.recent_calls)
    calls_since = once(Calls.calls_since)
    last_call = once(Calls.last_call)
    line_counts = once(Calls.line_counts)
    head_of = once(Calls.head_of)

    @once
    def _places(self, on: date) -> dict[LineKey, list[Place]]:
        (text,) = self.connection.execute(_PLACES, {"date": on.isoformat()}).fetchone()
        lines: dict[LineKey, list[Place]] = {}
        for rank, order, entry, ticket, category, need, window in sorted(json.loads(text)):
            line = (category, need) if window is None else window
            lines.setdefault(line, []).append((rank, order, entry, ticket))
        return lines

    def waiting_at(self, duty: Duty, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        lines = self._places(on)
        places: list[Place] = []
        keys: list[LineKey] = [duty.window, *dict.fromkeys(duty.lines)]
        for line in keys:
            places += lines.get(line, [])[:limit]
        return self._tickets([place[-1] for place in sorted(places)[:limit]])

    def _tickets(self, ids: list[int]) -> list[Ticket]:
        known: dict[int, Ticket] = self.kept.setdefault("tickets", {})
        lacking = [each for each in ids if each not in known]
        if lacking:
            rows = self.connection.execute(_BY_ID, {"ids": json.dumps(lacking)})
            known.update((row[0], ticket_from(row)) for row in rows)
        return [known[each] for each in ids]
