"""Figures of a business date over the tables `ticket`, `call` and `rating`, and the search in `journal`.

The database does the sums: thousands of rows a look would hold up the screens of the same process.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.figures import (
    BadRating,
    CategoryFigures,
    DayFigures,
    FirstCall,
    WindowFigures,
)
from yichuang.queue.oversight.search import ASIDE, JournalFilter
from yichuang.queue.rating import Grade
from yichuang.queue.ticket import TicketState
from yichuang.store.journal import entry_from, fact_texts
from yichuang.store.table import Table, time_or_none

_STATES = """
SELECT category, state, COUNT(*) FROM ticket WHERE business_date = :date GROUP BY category, state
"""

# An appointment's visitor waits from the slot on, however early the check-in was.
_WAITS = """
SELECT category, COUNT(*), SUM(waited), MAX(waited) FROM (
    SELECT category, MAX(0.0, 86400.0 * (
        julianday(first_called_at) - julianday(MAX(issued_at, COALESCE(not_before, issued_at)))
    )) AS waited
    FROM ticket WHERE business_date = :date AND first_called_at IS NOT NULL
)
GROUP BY category
"""

_SERVICES = """
SELECT category, window, COUNT(*),
    SUM(MAX(0.0, 86400.0 * (julianday(ended_at) - julianday(started_at))))
FROM call
WHERE business_date = :date AND started_at IS NOT NULL AND ending IN ('finished', 'waiting')
GROUP BY category, window
"""

_LAST_ENDED = "SELECT window, MAX(ended_at) FROM call WHERE business_date = :date GROUP BY window"

_RATINGS = """
SELECT t.category, COUNT(*), SUM(r.grade IN ('dissatisfied', 'very_dissatisfied'))
FROM ticket AS t JOIN rating AS r ON r.ticket = t.id
WHERE t.business_date = :date
GROUP BY t.category
"""

_FIRST_CALLS = """
SELECT first_called_at, MAX(0.0, 86400.0 * (
    julianday(first_called_at) - julianday(MAX(issued_at, COALESCE(not_before, issued_at)))
))
FROM ticket WHERE business_date = :date AND first_called_at IS NOT NULL
ORDER BY first_called_at, id
"""

_BAD_RATINGS = """
SELECT r.ticket, t.number, r.grade, r.window, r.at
FROM rating AS r JOIN ticket AS t ON t.id = r.ticket
WHERE r.grade IN ('dissatisfied', 'very_dissatisfied') AND r.at >= :since
ORDER BY r.at, r.id
"""

_ENTRIES = "SELECT seq, at, business_date, event, ticket, window, actor, data, hash FROM journal "

# Business dates never go back, so that rows in their order are rows in the order of the index.
_SEARCH = (
    _ENTRIES  # noqa: S608 - constants only
    + """INDEXED BY journal_day
WHERE business_date BETWEEN :first AND :last AND seq < :before AND seq > :after
    AND (:kinds IS NULL OR event IN (SELECT value FROM json_each(:kinds)))
    AND (:actor = '' OR actor = :actor)
    AND (:window IS NULL OR window = :window OR (
        event IN (SELECT value FROM json_each(:aside))
        AND json_extract(data, '$.at_window') = :window
    ))
    AND (:number = '' OR ticket IN (
        SELECT id FROM ticket WHERE number = :number AND business_date BETWEEN :first AND :last
    ))
ORDER BY business_date DESC, seq DESC LIMIT :limit
"""
)

# What stands in the facts is in no index: the rows themselves are read, from the last one back.
_SEARCH_TEXT = (
    _ENTRIES  # noqa: S608 - constants only
    + """NOT INDEXED
WHERE seq < :before AND seq > :after AND business_date BETWEEN :first AND :last
    AND (:kinds IS NULL OR event IN (SELECT value FROM json_each(:kinds)))
    AND (:actor = '' OR actor = :actor)
    AND (
        instr(data, :text) > 0 OR instr(actor, :text) > 0
        OR event IN (SELECT value FROM json_each(:meant_kinds))
        OR actor IN (SELECT value FROM json_each(:meant_actors))
        OR EXISTS (SELECT 1 FROM json_each(:meant_facts) AS fact WHERE instr(data, fact.value) > 0)
    )
    AND (:window IS NULL OR window = :window OR (
        event IN (SELECT value FROM json_each(:aside))
        AND json_extract(data, '$.at_window') = :window
    ))
    AND (:number = '' OR ticket IN (
        SELECT id FROM ticket WHERE number = :number AND business_date BETWEEN :first AND :last
    ))
ORDER BY seq DESC LIMIT :limit
"""
)

_OF_DAYS = (
    _ENTRIES  # noqa: S608 - constants only
    + """INDEXED BY journal_day
WHERE business_date BETWEEN :first AND :last
    AND event IN (SELECT value FROM json_each(:kinds))
ORDER BY business_date, seq
"""
)

_EVER = 2**62


class Figures(Table):
    """Sums and searches (`yichuang.queue.oversight.ports`)."""

    __slots__ = ()

    def figures(self, on: date) -> DayFigures:
        """The figures of a business date."""
        day = {"date": on.isoformat()}
        found: dict[str, dict[str, Any]] = {}
        for category, state, count in self.connection.execute(_STATES, day):
            of = found.setdefault(category, {})
            of["issued"] = of.get("issued", 0) + count
            if state in (TicketState.FINISHED, TicketState.PASSED, TicketState.WAITING):
                of[state] = count
        for category, called, waited, longest in self.connection.execute(_WAITS, day):
            found[category] |= {"called": called, "waited": waited, "longest_wait": longest}
        windows: dict[int, tuple[int, float]] = {}
        for category, window, services, served in self.connection.execute(_SERVICES, day):
            of = found.setdefault(category, {})
            of["services"] = of.get("services", 0) + services
            of["served"] = of.get("served", 0.0) + served
            before = windows.get(window, (0, 0.0))
            windows[window] = (before[0] + services, before[1] + served)
        for category, ratings, bad in self.connection.execute(_RATINGS, day):
            found[category] |= {"ratings": ratings, "bad_ratings": bad}
        ended = self.connection.execute(_LAST_ENDED, day)
        return DayFigures(
            tuple(CategoryFigures(code, **found[code]) for code in sorted(found)),
            tuple(
                WindowFigures(window, *windows.get(window, (0, 0.0)), time_or_none(at))
                for window, at in sorted(ended)
            ),
        )

    def first_calls(self, on: date) -> list[FirstCall]:
        """The first calls of a business date's tickets, in order."""
        rows = self.connection.execute(_FIRST_CALLS, {"date": on.isoformat()})
        return [FirstCall(datetime.fromisoformat(row[0]), row[1]) for row in rows]

    def bad_ratings(self, since: datetime) -> list[BadRating]:
        """The ratings of the two lowest grades since then, in order."""
        rows = self.connection.execute(_BAD_RATINGS, {"since": since.isoformat()})
        return [
            BadRating(row[0], row[1], Grade(row[2]), row[3], datetime.fromisoformat(row[4]))
            for row in rows
        ]

    def search(self, asked: JournalFilter, limit: int) -> list[Entry]:
        """Entries of the journal, the newest first."""
        facts = {
            "first": (asked.first or date.min).isoformat(),
            "last": (asked.last or date.max).isoformat(),
            "before": _EVER if asked.before is None else asked.before,
            "after": asked.after,
            "kinds": _kinds_text(asked.kinds) if asked.kinds else None,
            "actor": asked.actor,
            "window": asked.window,
            "aside": _kinds_text(ASIDE),
            "number": asked.number,
            "text": asked.text,
            "meant_kinds": _kinds_text(asked.meant.kinds),
            "meant_actors": json.dumps(list(asked.meant.actors)),
            "meant_facts": json.dumps(fact_texts(asked.meant.facts)),
            "limit": limit,
        }
        sql = _SEARCH_TEXT if asked.text else _SEARCH
        return [entry_from(row) for row in self.connection.execute(sql, facts)]

    def entries_of_days(self, first: date, last: date, kinds: Collection[EventKind]) -> list[Entry]:
        """The entries of these kinds in a span of business dates, in order."""
        facts = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "kinds": _kinds_text(kinds),
        }
        return [entry_from(row) for row in self.connection.execute(_OF_DAYS, facts)]


def _kinds_text(kinds: Collection[EventKind]) -> str:
    return json.dumps([kind.value for kind in kinds])
