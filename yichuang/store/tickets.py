"""The table `ticket`, its lines and its serials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from yichuang.queue.dispatch import Duty, Head
from yichuang.queue.ports import LineCount
from yichuang.queue.ticket import HoldKind, PriorityClass, Ticket, TicketState
from yichuang.store.table import Table, text_or_none, time_or_none

_ONE = """
SELECT t.id, t.number, t.category, t.class, t.state, t.business_date, t.serial, t.issued_at,
    t.line_order, t.line_entry, t.since, t.issue_order, t.issued_class, t.items, t.route,
    t.priority_group, t.need, t.not_before, t.person, t.origin, t.target_window, t.call,
    c.window, t.first_called_at, c.called_at, c.started_at,
    t.ended_at, t.calls, c.counted, c.counted_at, t.reinstated, t.hold, t.reason,
    t.valid_on, t.redeemed
FROM ticket AS t LEFT JOIN call AS c ON c.id = t.call AND t.state <> 'waiting'
"""

_BY_ID = _ONE + "WHERE t.id = :id"

_BY_NUMBER = _ONE + "WHERE t.business_date = :date AND t.number = :number"

_HEADS = """
SELECT id, number, category, class, target_window, since, line_order, line_entry
FROM ticket
WHERE (class <> 'appointment' OR not_before <= :at) AND id IN (
    SELECT (
        SELECT w.id FROM ticket AS w
        WHERE w.state = 'waiting' AND w.target_window IS NULL
            AND w.category = json_extract(line.value, '$[0]') AND w.class = class.column1
            AND w.need = json_extract(line.value, '$[1]') AND w.id IS NOT :without
        ORDER BY w.line_order, w.line_entry LIMIT 1
    )
    FROM json_each(:lines) AS line, (
        VALUES ('pinned'), ('transferred'), ('priority'), ('appointment'), ('ordinary')
    ) AS class
    UNION ALL
    SELECT (
        SELECT d.id FROM ticket AS d
        WHERE d.state = 'waiting' AND d.target_window = :window AND d.class = class.column1
            AND d.id IS NOT :without
        ORDER BY d.line_order, d.line_entry LIMIT 1
    )
    FROM (
        VALUES ('pinned'), ('transferred'), ('priority'), ('appointment'), ('ordinary')
    ) AS class
)
"""

_LENGTHS = """
SELECT category.value, (
    SELECT COUNT(*) FROM (
        SELECT 1 FROM ticket
        WHERE state = 'waiting' AND target_window IS NULL AND category = category.value
            AND (class <> 'appointment' OR not_before <= :at)
        LIMIT :limit
    )
)
FROM json_each(:categories) AS category
"""

_AHEAD = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window IS NULL
    AND category = :category AND class = :class
    AND need IN (SELECT value FROM json_each(:needs))
    AND (line_order, line_entry) < (:order, :entry)
"""

_AHEAD_IN_FRONT = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window IS NULL AND category = :category
    AND class IN (SELECT value FROM json_each(:classes))
    AND need IN (SELECT value FROM json_each(:needs))
    AND (class <> 'appointment' OR not_before <= :at)
"""

_AHEAD_DIRECTED = """
SELECT COUNT(*) FROM ticket
WHERE state = 'waiting' AND target_window = :window AND (
    class = :class AND (line_order, line_entry) < (:order, :entry)
    OR class IN (SELECT value FROM json_each(:classes))
)
"""

_RANK = """CASE t.class
    WHEN 'pinned' THEN 0 WHEN 'transferred' THEN 1 WHEN 'priority' THEN 2
    WHEN 'appointment' THEN 3 ELSE 4
END"""

_LINES = """
SELECT category, class, COUNT(*), MIN(since)
FROM ticket INDEXED BY ticket_waiting
WHERE state = 'waiting' AND business_date = :date
GROUP BY category, class
"""

_HEAD_OF_LINE = """
SELECT number FROM ticket
WHERE state = 'waiting' AND target_window IS NULL AND category = :category AND class = :class
ORDER BY line_order, line_entry LIMIT 1
"""

_IN_ORDER = f"ORDER BY {_RANK}, t.line_order, t.line_entry LIMIT :limit"

_WAITING = _ONE + "WHERE t.state = 'waiting' AND t.business_date = :date " + _IN_ORDER

_WAITING_AT = (
    _ONE  # noqa: S608 - constants only
    + """
WHERE t.state = 'waiting' AND t.business_date = :date AND (
    t.target_window = :window
    OR t.target_window IS NULL AND EXISTS (
        SELECT 1 FROM json_each(:lines) AS line
        WHERE json_extract(line.value, '$[0]') = t.category
            AND json_extract(line.value, '$[1]') = t.need
    )
)
"""
    + _IN_ORDER
)

_NTH = (
    _ONE  # noqa: S608 - constants only
    + """
WHERE t.id IN (
    SELECT id FROM ticket
    WHERE state = 'waiting' AND target_window IS NULL AND category = :category AND class = :class
        AND need = :need AND (class <> 'appointment' OR not_before <= :at)
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

_OPEN_OF = (
    _ONE
    + """
WHERE t.person = :person AND t.category = :category AND t.business_date = :date
    AND t.state IN ('waiting', 'called', 'serving', 'held')
ORDER BY t.id DESC LIMIT 1
"""
)

_LAST_FROM = (
    _ONE  # noqa: S608 - constants only
    + """
WHERE t.business_date = :date
    AND t.id = (SELECT MAX(id) FROM ticket WHERE origin = :origin AND origin <> '')
"""
)

_SLIP = (
    _ONE
    + """
WHERE t.valid_on = :date AND t.number = :number AND t.redeemed IS NULL
ORDER BY t.id LIMIT 1
"""
)

_ADD = """
INSERT INTO ticket (
    number, category, class, state, business_date, serial, issued_at, line_order, line_entry, since,
    issue_order, issued_class, items, route, priority_group, need, not_before, person, origin,
    target_window
) VALUES (
    :number, :category, :class, :state, :date, :serial, :issued_at, :order, :entry, :since,
    :issue_order, :issued_class, :items, :route, :group, :need, :not_before, :person, :origin,
    :target_window
)
"""

_SAVE = """
UPDATE ticket SET
    category = :category, class = :class, state = :state, line_order = :order,
    line_entry = :entry, since = :since, route = :route, need = :need,
    target_window = :target_window, call = :call,
    first_called_at = :first_called_at, ended_at = :ended_at, calls = :calls,
    reinstated = :reinstated, hold = :hold, reason = :reason, valid_on = :valid_on,
    redeemed = :redeemed
WHERE id = :id
"""

_FORGET_PERSONS = """
UPDATE ticket SET person = NULL WHERE person IS NOT NULL AND business_date < :date
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


_HOLDS = {hold.value: hold for hold in HoldKind}
_IN_FRONT_OF = {
    each: json.dumps([other.value for other in PriorityClass if other.rank < each.rank])
    for each in PriorityClass
}


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
        since=datetime.fromisoformat(row[10]),
        issue_order=row[11],
        issued_class=_CLASSES[row[12]],
        items=_listed(row[13]),
        route=_listed(row[14]),
        group=row[15],
        need=row[16],
        not_before=time_or_none(row[17]),
        person=row[18],
        origin=row[19],
        target_window=row[20],
        call=row[21],
        window=row[22],
        first_called_at=time_or_none(row[23]),
        called_at=time_or_none(row[24]),
        started_at=time_or_none(row[25]),
        ended_at=time_or_none(row[26]),
        calls=row[27],
        counted=row[28] or 0,
        counted_at=time_or_none(row[29] or row[24]),
        reinstated=row[30],
        hold=_HOLDS[row[31]] if row[31] else None,
        reason=row[32],
        valid_on=date.fromisoformat(row[33]) if row[33] else None,
        redeemed=row[34],
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text != "[]" else ()


def _as_list(codes: tuple[str, ...]) -> str:
    return json.dumps(codes) if codes else "[]"


class Tickets(Table):
    """Tickets and lines (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def ticket(self, ticket_id: int) -> Ticket | None:
        """The ticket with that id."""
        return self._one(_BY_ID, {"id": ticket_id})

    def numbered(self, number: str, on: date) -> Ticket | None:
        """The ticket with that number on that business date."""
        facts = {"number": number, "date": on.isoformat()}
        return self._one(_BY_NUMBER, facts)

    def heads(self, duty: Duty, at: datetime, without: int | None = None) -> list[Head]:
        """The heads of the lines that the window may call."""
        facts = {
            "window": duty.window,
            "lines": json.dumps(duty.lines),
            "at": at.isoformat(),
            "without": without,
        }
        return [
            Head(row[0], row[1], row[2], _CLASSES[row[3]], row[4], _moment(row[5]), row[6], row[7])
            for row in self.connection.execute(_HEADS, facts)
        ]

    def line_lengths(self, categories: Sequence[str], limit: int, at: datetime) -> dict[str, int]:
        """How many wait undirected in each category, up to a limit."""
        facts = {"categories": json.dumps(categories), "limit": limit, "at": at.isoformat()}
        return dict(self.connection.execute(_LENGTHS, facts).fetchall())

    def ahead_of(self, ticket: Ticket, needs: Sequence[str], at: datetime) -> int:
        """How many waiting tickets go before this one."""
        facts = {
            "category": ticket.category,
            "class": ticket.priority_class.value,
            "classes": _IN_FRONT_OF[ticket.priority_class],
            "needs": json.dumps(needs),
            "order": ticket.line_order,
            "entry": ticket.line_entry,
            "window": ticket.target_window,
            "at": at.isoformat(),
        }
        if ticket.target_window is not None:
            return self._count(_AHEAD_DIRECTED, facts)
        return self._count(_AHEAD, facts) + self._count(_AHEAD_IN_FRONT, facts)

    def _count(self, sql: str, facts: dict[str, Any]) -> int:
        count: int = self.connection.execute(sql, facts).fetchone()[0]
        return count

    def lines(self, on: date) -> list[LineCount]:
        """The lines that are not empty."""
        rows = self.connection.execute(_LINES, {"date": on.isoformat()}).fetchall()
        return [
            LineCount(row[0], _CLASSES[row[1]], row[2], self._head(row[0], row[1]), _moment(row[3]))
            for row in rows
        ]

    def _head(self, category: str, priority_class: str) -> str:
        facts = {"category": category, "class": priority_class}
        row = self.connection.execute(_HEAD_OF_LINE, facts).fetchone()
        return row[0] if row else ""

    def waiting(self, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets in order of place."""
        rows = self.connection.execute(_WAITING, {"date": on.isoformat(), "limit": limit})
        return [ticket_from(row) for row in rows]

    def waiting_at(self, duty: Duty, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        facts = {
            "window": duty.window,
            "lines": json.dumps(duty.lines),
            "date": on.isoformat(),
            "limit": limit,
        }
        return [ticket_from(row) for row in self.connection.execute(_WAITING_AT, facts)]

    def in_state(self, on: date, state: TicketState | None, limit: int | None) -> list[Ticket]:
        """The tickets of a business date, newest first."""
        most = -1 if limit is None else limit  # -1: SQLite's word for no limit
        facts = {"date": on.isoformat(), "state": state, "limit": most}
        rows = self.connection.execute(_OF_DAY if state is None else _OF_DAY_IN_STATE, facts)
        return [ticket_from(row) for row in rows]

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        rows = self.connection.execute(_COUNTS, {"date": on.isoformat()})
        return {_STATES[state]: count for state, count in rows}

    def nth_waiting(self, of: Ticket, nth: int, at: datetime) -> Ticket | None:
        """The nth undirected ticket of a line, or its last."""
        facts = {
            "category": of.category,
            "class": of.priority_class.value,
            "need": of.need,
            "nth": nth,
            "at": at.isoformat(),
        }
        return self._one(_NTH, facts)

    def open_ticket_of(self, person: str, category: str, on: date) -> Ticket | None:
        """The open ticket of a person in a category."""
        facts = {"person": person, "category": category, "date": on.isoformat()}
        return self._one(_OPEN_OF, facts)

    def last_from(self, origin: str, on: date) -> Ticket | None:
        """The newest ticket of a kiosk."""
        return self._one(_LAST_FROM, {"origin": origin, "date": on.isoformat()})

    def slip(self, number: str, on: date) -> Ticket | None:
        """The unused ticket that is good as a slip on a date."""
        return self._one(_SLIP, {"number": number, "date": on.isoformat()})

    def _one(self, sql: str, facts: dict[str, Any]) -> Ticket | None:
        row = self.connection.execute(sql, facts).fetchone()
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
            "since": ticket.since.isoformat(),
            "issue_order": ticket.issue_order,
            "issued_class": ticket.issued_class.value,
            "items": _as_list(ticket.items),
            "route": _as_list(ticket.route),
            "group": ticket.group,
            "need": ticket.need,
            "not_before": text_or_none(ticket.not_before),
            "person": ticket.person,
            "origin": ticket.origin,
            "target_window": ticket.target_window,
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
            "since": ticket.since.isoformat(),
            "route": _as_list(ticket.route),
            "need": ticket.need,
            "target_window": ticket.target_window,
            "call": ticket.call,
            "first_called_at": text_or_none(ticket.first_called_at),
            "ended_at": text_or_none(ticket.ended_at),
            "calls": ticket.calls,
            "reinstated": ticket.reinstated,
            "hold": ticket.hold.value if ticket.hold else None,
            "reason": ticket.reason,
            "valid_on": ticket.valid_on.isoformat() if ticket.valid_on else None,
            "redeemed": ticket.redeemed,
        }
        self.connection.execute(_SAVE, facts)

    def forget_persons(self, before: date) -> int:
        """Clear whose the tickets of earlier dates were."""
        return self.connection.execute(_FORGET_PERSONS, {"date": before.isoformat()}).rowcount

    def release_directed(self, window: int) -> list[str]:
        """Make the tickets that wait for this window callable by others."""
        return [row[0] for row in self.connection.execute(_RELEASE, {"window": window})]
