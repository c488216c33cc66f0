"""The table `ticket`, its lines and its serials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from yichuang.queue.ports import LineCount
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.store.table import Table, text_or_none, time_or_none

_ONE = """
SELECT t.id, t.number, t.category, t.class, t.state, t.business_date, t.serial, t.issued_at,
    t.line_order, t.line_entry, t.item, t.target_window, t.call,
    CASE WHEN t.state = 'waiting' THEN NULL ELSE c.window END,
    t.first_called_at,
    CASE WHEN t.state = 'waiting' THEN NULL ELSE c.called_at END,
    CASE WHEN t.state = 'waiting' THEN NULL ELSE c.started_at END,
    t.ended_at, t.calls, t.reinstated, t.reason
FROM ticket AS t LEFT JOIN call AS c ON c.id = t.call
"""

_BY_ID = _ONE + "WHERE t.id = :id"

_BY_NUMBER = _ONE + "WHERE t.business_date = :date AND t.number = :number"

_HEADS = """
SELECT id, number, category, class, target_window, issued_at, line_order, line_entry
FROM ticket
WHERE id IN (
    SELECT (
        SELECT w.id FROM ticket AS w
        WHERE w.state = 'waiting' AND w.target_window IS NULL
            AND w.category = category.value AND w.class = class.column1
        ORDER BY w.line_order, w.line_entry LIMIT 1
    )
    FROM json_each(:categories) AS category, (VALUES ('priority'), ('ordinary')) AS class
    UNION ALL
    SELECT (
        SELECT d.id FROM ticket AS d
        WHERE d.state = 'waiting' AND d.target_window = :window
        ORDER BY d.line_order, d.line_entry LIMIT 1
    )
)
"""

_AHEAD = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window IS NULL
    AND category = :category AND class = :class
    AND (line_order, line_entry) < (:order, :entry)
"""

_AHEAD_IN_FRONT = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window IS NULL
    AND category = :category AND class = 'priority'
"""

_AHEAD_DIRECTED = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window = :window
    AND (line_order, line_entry) < (:order, :entry)
"""

_LINES = """
SELECT line.category, line.class, line.waiting, line.oldest, (
    SELECT number FROM ticket
    WHERE state = 'waiting' AND target_window IS NULL
        AND category = line.category AND class = line.class
    ORDER BY line_order, line_entry LIMIT 1
)
FROM (
    SELECT category, class, COUNT(*) AS waiting, MIN(issued_at) AS oldest
    FROM ticket INDEXED BY ticket_waiting
    WHERE state = 'waiting' AND business_date = :date
    GROUP BY category, class
) AS line
"""

_WAITING = (
    _ONE
    + """
WHERE t.state = 'waiting' AND t.business_date = :date
ORDER BY t.line_order, t.line_entry LIMIT :limit
"""
)

_WAITING_AT = (
    _ONE  # noqa: S608 - constants only
    + """
WHERE t.state = 'waiting' AND t.business_date = :date AND (
    t.target_window = :window
    OR t.target_window IS NULL AND t.category IN (SELECT value FROM json_each(:categories))
)
ORDER BY t.line_order, t.line_entry LIMIT :limit
"""
)

_NTH = (
    _ONE  # noqa: S608 - constants only
    + """
WHERE t.id IN (
    SELECT id FROM ticket
    WHERE state = 'waiting' AND target_window IS NULL AND category = :category AND class = :class
    ORDER BY line_order, line_entry LIMIT :nth
)
ORDER BY t.line_order DESC, t.line_entry DESC LIMIT 1
"""
)

_OF_DAY = _ONE + "WHERE t.business_date = :date ORDER BY t.id DESC LIMIT :limit"

_OF_DAY_IN_STATE = (
    _ONE + "WHERE t.business_date = :date AND t.state = :state ORDER BY t.id DESC LIMIT :limit"
)

_COUNTS = "SELECT state, COUNT(*) FROM ticket WHERE business_date = :date GROUP BY state"

_OPEN_BEFORE = (
    _ONE
    + """
WHERE t.state IN ('waiting', 'called', 'serving', 'held') AND t.business_date < :date
ORDER BY t.id
"""
)

_ADD = """
INSERT INTO ticket (
    number, category, class, state, business_date, serial, issued_at, line_order, line_entry, item
) VALUES (
    :number, :category, :class, :state, :date, :serial, :issued_at, :order, :entry, :item
)
"""

_SAVE = """
UPDATE ticket SET
    category = :category, class = :class, state = :state, line_order = :order,
    line_entry = :entry, target_window = :target_window, call = :call,
    first_called_at = :first_called_at, ended_at = :ended_at, calls = :calls,
    reinstated = :reinstated, reason = :reason
WHERE id = :id
"""

_RELEASE = """
UPDATE ticket SET target_window = NULL
WHERE state = 'waiting' AND target_window = :window
RETURNING number
"""

_SERIAL = """
INSERT INTO serial (letter, business_date, last) VALUES (:letter, :date, 1)
ON CONFLICT (letter, business_date) DO UPDATE SET last = last + 1
RETURNING last
"""

_STATES = {state.value: state for state in TicketState}
_CLASSES = {priority_class.value: priority_class for priority_class in PriorityClass}


_moment = datetime.fromisoformat


class Head(NamedTuple):
    """The first ticket of a line (`yichuang.queue.dispatch.LineHead`)."""

    id: int
    number: str
    category: str
    priority_class: PriorityClass
    target_window: int | None
    issued_at: datetime
    line_order: int
    line_entry: int


def ticket_from(row: tuple[Any, ...]) -> Ticket:
    """A ticket from a row of the columns in `_ONE`."""
    return Ticket(
        id=row[0],
        number=row[1],
        category=row[2],
        priority_class=_CLASSES[row[3]],
        state=_STATES[row[4]],
        business_date=date.fromisoformat(row[5]),
        serial=row[6],
        issued_at=datetime.fromisoformat(row[7]),
        line_order=row[8],
        line_entry=row[9],
        item=row[10],
        target_window=row[11],
        call=row[12],
        window=row[13],
        first_called_at=time_or_none(row[14]),
        called_at=time_or_none(row[15]),
        started_at=time_or_none(row[16]),
        ended_at=time_or_none(row[17]),
        calls=row[18],
        reinstated=row[19],
        reason=row[20],
    )


class Tickets(Table):
    """Tickets and lines (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def ticket(self, ticket_id: int) -> Ticket | None:
        """The ticket with that id."""
        row = self.connection.execute(_BY_ID, {"id": ticket_id}).fetchone()
        return ticket_from(row) if row else None

    def numbered(self, number: str, on: date) -> Ticket | None:
        """The ticket with that number on that business date."""
        facts = {"number": number, "date": on.isoformat()}
        row = self.connection.execute(_BY_NUMBER, facts).fetchone()
        return ticket_from(row) if row else None

    def heads(self, window: int, categories: Sequence[str]) -> list[Head]:
        """The heads of the lines that the window may call."""
        facts = {"window": window, "categories": json.dumps(categories)}
        return [
            Head(row[0], row[1], row[2], _CLASSES[row[3]], row[4], _moment(row[5]), row[6], row[7])
            for row in self.connection.execute(_HEADS, facts)
        ]

    def ahead_of(self, ticket: Ticket) -> int:
        """How many waiting tickets go before this one."""
        facts = {
            "category": ticket.category,
            "class": ticket.priority_class.value,
            "order": ticket.line_order,
            "entry": ticket.line_entry,
            "window": ticket.target_window,
        }
        if ticket.target_window is not None:
            return self._count(_AHEAD_DIRECTED, facts)
        ahead = self._count(_AHEAD, facts)
        if ticket.priority_class is PriorityClass.ORDINARY:
            ahead += self._count(_AHEAD_IN_FRONT, facts)
        return ahead

    def _count(self, sql: str, facts: dict[str, Any]) -> int:
        count: int = self.connection.execute(sql, facts).fetchone()[0]
        return count

    def lines(self, on: date) -> list[LineCount]:
        """The lines that are not empty."""
        rows = self.connection.execute(_LINES, {"date": on.isoformat()})
        return [
            LineCount(row[0], _CLASSES[row[1]], row[2], row[4] or "", _moment(row[3]))
            for row in rows
        ]

    def waiting(self, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets in order of place."""
        rows = self.connection.execute(_WAITING, {"date": on.isoformat(), "limit": limit})
        return [ticket_from(row) for row in rows]

    def waiting_at(
        self, window: int, categories: Sequence[str], on: date, limit: int
    ) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        facts = {
            "window": window,
            "categories": json.dumps(categories),
            "date": on.isoformat(),
            "limit": limit,
        }
        return [ticket_from(row) for row in self.connection.execute(_WAITING_AT, facts)]

    def in_state(self, on: date, state: TicketState | None, limit: int) -> list[Ticket]:
        """The tickets of a business date, newest first."""
        facts = {"date": on.isoformat(), "state": state, "limit": limit}
        rows = self.connection.execute(_OF_DAY if state is None else _OF_DAY_IN_STATE, facts)
        return [ticket_from(row) for row in rows]

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        rows = self.connection.execute(_COUNTS, {"date": on.isoformat()})
        return {_STATES[state]: count for state, count in rows}

    def nth_waiting(self, category: str, priority_class: PriorityClass, nth: int) -> Ticket | None:
        """The nth undirected ticket of a line, or its last."""
        facts = {"category": category, "class": priority_class.value, "nth": nth}
        row = self.connection.execute(_NTH, facts).fetchone()
        return ticket_from(row) if row else None

    def open_tickets_before(self, on: date) -> list[Ticket]:
        """The tickets of earlier business dates that have not ended."""
        rows = self.connection.execute(_OPEN_BEFORE, {"date": on.isoformat()})
        return [ticket_from(row) for row in rows]

    def next_serial(self, letter: str, on: date) -> int:
        """Take the next count behind a letter on a date."""
        facts = {"letter": letter, "date": on.isoformat()}
        serial: int = self.connection.execute(_SERIAL, facts).fetchone()[0]
        return serial

    def add_ticket(self, ticket: Ticket) -> int:
        """Keep a new ticket; returns its id."""
        facts = {
            "number": ticket.number,
            "category": ticket.category,
            "class": ticket.priority_class.value,
            "state": ticket.state.value,
            "date": ticket.business_date.isoformat(),
            "serial": ticket.serial,
            "issued_at": ticket.issued_at.isoformat(),
            "order": ticket.line_order,
            "entry": ticket.line_entry,
            "item": ticket.item,
        }
        return self.connection.execute(_ADD, facts).lastrowid or 0

    def save_ticket(self, ticket: Ticket) -> None:
        """Keep a changed ticket."""
        facts = {
            "id": ticket.id,
            "category": ticket.category,
            "class": ticket.priority_class.value,
            "state": ticket.state.value,
            "order": ticket.line_order,
            "entry": ticket.line_entry,
            "target_window": ticket.target_window,
            "call": ticket.call,
            "first_called_at": text_or_none(ticket.first_called_at),
            "ended_at": text_or_none(ticket.ended_at),
            "calls": ticket.calls,
            "reinstated": ticket.reinstated,
            "reason": ticket.reason,
        }
        self.connection.execute(_SAVE, facts)

    def release_directed(self, window: int) -> list[str]:
        """Make the tickets that wait for this window callable by others."""
        return [row[0] for row in self.connection.execute(_RELEASE, {"window": window})]
