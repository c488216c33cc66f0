"""The lines of the table `ticket`: their heads, their lengths, and who stands where."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from yichuang.queue.dispatch import Duty, Head
from yichuang.queue.ports import LineCount
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.store.table import Table
from yichuang.store.ticket_row import CLASSES, TICKETS, ticket_from

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

_STANDING = """
SELECT DISTINCT target_window, category, need FROM ticket
WHERE state = 'waiting' AND business_date = :date
"""

RANK = """CASE t.class
    WHEN 'pinned' THEN 0 WHEN 'transferred' THEN 1 WHEN 'priority' THEN 2
    WHEN 'appointment' THEN 3 ELSE 4
END"""
"""The classes in the order in which they are listed; of the ticket called `t`."""

_LINES = """
SELECT category, class, COUNT(*), MIN(since)
FROM ticket INDEXED BY ticket_waiting
WHERE state = 'waiting' AND business_date = :date
GROUP BY category, class
"""

_HEAD_OF_LINE = """
SELECT number FROM ticket
WHERE state = 'waiting' AND target_window IS NULL AND category = :category AND class = :class
    AND (class <> 'appointment' OR not_before <= :at)
ORDER BY line_order, line_entry LIMIT 1
"""

_IN_ORDER = f"ORDER BY {RANK}, t.line_order, t.line_entry LIMIT :limit"

_WAITING = TICKETS + "WHERE t.state = 'waiting' AND t.business_date = :date " + _IN_ORDER

_WAITING_AT = (
    TICKETS  # noqa: S608 - constants only
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
    TICKETS  # noqa: S608 - constants only
    + """
WHERE t.id IN (
    SELECT id FROM ticket
    WHERE state = 'waiting' AND target_window IS NULL AND category = :category AND class = :class
        AND need IN (SELECT value FROM json_each(:needs))
        AND (class <> 'appointment' OR not_before <= :at)
    ORDER BY line_order, line_entry LIMIT :nth
)
ORDER BY t.line_order DESC, t.line_entry DESC LIMIT 1
"""
)

_IN_FRONT_OF = {
    each: json.dumps([other.value for other in PriorityClass if other.rank < each.rank])
    for each in PriorityClass
}

_moment = datetime.fromisoformat


class Lines(Table):
    """The waiting tickets (`yichuang.queue.ports.Records`)."""

    __slots__ = ()

    def heads(self, duty: Duty, at: datetime, without: int | None = None) -> list[Head]:
        """The heads of the lines that the window may call."""
        facts = {
            "window": duty.window,
            "lines": json.dumps(duty.lines),
            "at": at.isoformat(),
            "without": without,
        }
        return [
            Head(row[0], row[1], row[2], CLASSES[row[3]], row[4], _moment(row[5]), row[6], row[7])
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

    def lines(self, on: date, at: datetime) -> list[LineCount]:
        """The lines that are not empty."""
        return [
            LineCount(
                category,
                CLASSES[each],
                count,
                # Only whether an appointment may be called depends on the time.
                self.head_of(category, each, at if each == "appointment" else None),
                _moment(since),
            )
            for category, each, count, since in self.line_counts(on)
        ]

    def line_counts(self, on: date) -> list[tuple[str, str, int, str]]:
        """Category, class, how many wait and since when the first, of every line that is not empty."""
        return self.connection.execute(_LINES, {"date": on.isoformat()}).fetchall()

    def head_of(self, category: str, priority_class: str, at: datetime | None) -> str:
        """The number that stands first in a line; `at` is for appointments, which may not be due."""
        facts = {"category": category, "class": priority_class, "at": at and at.isoformat()}
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

    def standing(self, on: date) -> set[tuple[int | None, str, str]]:
        """Where people wait."""
        return set(self.connection.execute(_STANDING, {"date": on.isoformat()}).fetchall())

    def nth_waiting(
        self, of: Ticket, needs: Sequence[str], nth: int, at: datetime
    ) -> Ticket | None:
        """The nth undirected ticket of a line, or its last."""
        facts = {
            "category": of.category,
            "class": of.priority_class.value,
            "needs": json.dumps(needs),
            "nth": nth,
            "at": at.isoformat(),
        }
        return self.one(_NTH, facts)

    def one(self, sql: str, facts: dict[str, Any]) -> Ticket | None:
        """The ticket that a statement over `TICKETS` finds."""
        row = self.connection.execute(sql, facts).fetchone()
        return ticket_from(row) if row else None
