"""One moment of the memory for many readers: what fifty screens ask of it is asked of SQLite once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from yichuang.queue.dispatch import Duty
from yichuang.queue.ticket import Ticket
from yichuang.queue.window import Window, WindowState
from yichuang.store.calls import Calls
from yichuang.store.items import Items
from yichuang.store.journal import Journal
from yichuang.store.lines import RANK
from yichuang.store.ticket_row import TICKETS, ticket_from

Given = ParamSpec("Given")
Found = TypeVar("Found")

_PLACES = (
    """
SELECT t.id, t.category, t.need, t.target_window
FROM ticket AS t
WHERE t.state = 'waiting' AND t.business_date = :date
ORDER BY """
    + RANK
    + ", t.line_order, t.line_entry"
)

_BY_ID = TICKETS + "WHERE t.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608


class Place(NamedTuple):
    """A place in the lines."""

    ticket: int
    category: str
    need: str
    window: int | None


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
    windows = once(Calls.windows)
    active = once(Calls.active)
    in_state = once(Calls.in_state)
    state_counts = once(Calls.state_counts)
    recent_calls = once(Calls.recent_calls)
    calls_since = once(Calls.calls_since)
    last_call = once(Calls.last_call)
    line_counts = once(Calls.line_counts)
    head_of = once(Calls.head_of)

    @once
    def _windows(self) -> dict[int, Window]:
        return {each.number: each for each in self.windows()}

    def window(self, number: int) -> Window:
        """The window's duty."""
        return self._windows().get(number) or Window(number, WindowState.CLOSED)

    @once
    def _at_windows(self) -> dict[int | None, Ticket]:
        return {each.window: each for each in self.active()}

    def current(self, window: int) -> Ticket | None:
        """The window's called or serving ticket."""
        return self._at_windows().get(window)

    @once
    def _places(self, on: date) -> list[Place]:
        rows = self.connection.execute(_PLACES, {"date": on.isoformat()})
        return [Place(*row) for row in rows]

    def waiting_at(self, duty: Duty, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        lines, window = frozenset(duty.lines), duty.window
        ids = []
        for ticket, category, need, target in self._places(on):
            if target == window or (target is None and (category, need) in lines):
                ids.append(ticket)
                if len(ids) == limit:
                    break
        return self._tickets(ids)

    def _tickets(self, ids: list[int]) -> list[Ticket]:
        known: dict[int, Ticket] = self.kept.setdefault("tickets", {})
        lacking = [each for each in ids if each not in known]
        if lacking:
            rows = self.connection.execute(_BY_ID, {"ids": json.dumps(lacking)})
            known.update((row[0], ticket_from(row)) for row in rows)
        return [known[each] for each in ids]
