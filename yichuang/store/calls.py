"""The tables `call` and `window`: who is where, and since when."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from yichuang.queue.dispatch import CallRule
from yichuang.queue.ports import CallShown, EndedCall, LastCall, PastVisit, Told
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.queue.window import Closing, Surge, Window, WindowState
from yichuang.store.past import PastCall, visits_of
from yichuang.store.table import text_or_none, time_or_none
from yichuang.store.ticket_row import TICKETS, ticket_from
from yichuang.store.tickets import Tickets

_OPEN = """
INSERT INTO call (
    ticket, business_date, window, rule, called_at, category, class, item, counted_at
) VALUES (:ticket, :date, :window, :rule, :at, :category, :class, :item, :at)
"""

_RECALL = """
UPDATE call SET times = times + 1, counted = :counted, counted_at = :at WHERE id = :call
"""

_START = "UPDATE call SET started_at = :at WHERE id = :call"

_END = "UPDATE call SET ended_at = :at, ending = :ending WHERE id = :call"

_REOPEN = "UPDATE call SET ended_at = NULL, ending = NULL WHERE id = :call"

_CURRENT = (
    TICKETS  # noqa: S608 - constants only
    + "WHERE t.id = (SELECT ticket FROM call WHERE window = :window AND ended_at IS NULL)"
)

_ACTIVE = (
    TICKETS  # noqa: S608 - constants only
    + "WHERE t.id IN (SELECT ticket FROM call WHERE ended_at IS NULL)"
)

_RECENT = """
SELECT t.number, c.window, c.called_at, c.times, c.ended_at IS NULL
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
WHERE c.business_date = :date AND c.ending IS NOT 'undone'
ORDER BY c.id DESC LIMIT :limit
"""

_RECENT_CLASSES = """
SELECT class FROM call
WHERE window = :window AND ending IS NOT 'undone'
    AND id >= (SELECT MIN(id) FROM call WHERE business_date = :date)
ORDER BY id DESC LIMIT :limit
"""
"""Business dates never go back, so a date's calls are those from its first on: no walk to the past."""

_LAST_CALL = """
SELECT ticket, ending, ended_at FROM call
WHERE window = :window AND ending IS NOT 'undone'
ORDER BY id DESC LIMIT 1
"""

_LAST_ENDED = """
SELECT ticket, ending, ended_at FROM call
WHERE window = :window AND ending IS NOT 'undone' AND ended_at IS NOT NULL
ORDER BY id DESC LIMIT 1
"""

_CALLS_SINCE = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM call
    WHERE id > :call AND category = :category AND ending IS NOT 'undone'
    LIMIT :limit
)
"""

_PAST_CALLS = """
SELECT c.ticket, c.business_date, c.category, t.issued_at, c.called_at, c.ended_at
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
WHERE c.business_date >= :since AND c.business_date < :until AND c.ending IS NOT 'undone'
ORDER BY c.id
"""

_PAST_TICKETS = """
SELECT id, business_date, category, issued_at, NULL, NULL
FROM ticket
WHERE business_date >= :since AND business_date < :until AND state <> 'cancelled'
ORDER BY id
"""

_ENDED = """
SELECT c.ticket, c.window, c.category, c.item, c.class, t.since, c.called_at, c.ended_at
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
WHERE c.ended_at IS NOT NULL AND c.ending IS NOT 'undone'
ORDER BY c.id DESC LIMIT :limit
"""

# The newest ids bound the walk, which would be the whole day's by the index on dates.
_ISSUED = """
SELECT category, issued_class, COUNT(*) FROM ticket
WHERE id > (SELECT MAX(id) FROM ticket) - 2000
    AND +business_date = :date AND issued_at >= :at
GROUP BY category, issued_class
"""

# A ticket's `issue_order` is the journal row that issued it; the newest ids bound the walk.
_TOLD = """
SELECT json_extract(j.data, '$.expected_median'), json_extract(j.data, '$.expected_spread'),
    t.issued_at, t.first_called_at
FROM ticket AS t JOIN journal AS j ON j.seq = t.issue_order
WHERE t.id > (SELECT MAX(id) FROM ticket) - :tickets AND t.first_called_at IS NOT NULL
    AND json_extract(j.data, '$.expected_spread') IS NOT NULL
ORDER BY t.id DESC
"""

_WINDOWS = "SELECT number, state, since, reason, categories, helps FROM window "

_WINDOW = _WINDOWS + "WHERE number = :number"

_ALL_WINDOWS = _WINDOWS + "ORDER BY number"

_REASSIGNED = _WINDOWS + "WHERE categories IS NOT NULL ORDER BY number"

_SAVE_WINDOW = """
INSERT INTO window (number, state, since, reason, categories, helps)
VALUES (:number, :state, :since, :reason, :categories, :helps)
ON CONFLICT (number) DO UPDATE SET
    state = excluded.state, since = excluded.since, reason = excluded.reason,
    categories = excluded.categories, helps = excluded.helps
"""

_SURGE = "SELECT since, reason FROM surge"

_CLOSING = "SELECT at, reason FROM closing WHERE business_date = :date"

_CLOSE = """
INSERT INTO closing (business_date, at, reason) VALUES (:date, :at, :reason)
ON CONFLICT (business_date) DO UPDATE SET at = excluded.at, reason = excluded.reason
"""

_REOPEN_DAY = "DELETE FROM closing WHERE business_date = :date"

_BEGIN_SURGE = "INSERT INTO surge (one, since, reason) VALUES (1, :since, :reason)"

_END_SURGE = "DELETE FROM surge"

_CLASSES = {each.value: each for each in PriorityClass}


class Calls(Tickets):
    """Calls and windows (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def open_call(self, ticket: Ticket, window: int, at: datetime, rule: CallRule) -> int:
        """Begin a call; a second open one of the ticket or the window breaks a unique index."""
        facts = {
            "ticket": ticket.id,
            "date": ticket.business_date.isoformat(),
            "window": window,
            "rule": rule.value,
            "at": at.isoformat(),
            "category": ticket.category,
            "class": ticket.priority_class.value,
            "item": ticket.item,
        }
        return self.connection.execute(_OPEN, facts).lastrowid or 0

    def count_recall(self, call: int, counted: int, at: datetime) -> None:
        """Count one more announcement."""
        facts = {"call": call, "counted": counted, "at": at.isoformat()}
        self.connection.execute(_RECALL, facts)

    def start_call(self, call: int, at: datetime) -> None:
        """Note that the visitor came."""
        self.connection.execute(_START, {"call": call, "at": at.isoformat()})

    def end_call(self, call: int, at: datetime, ending: str) -> None:
        """End a call."""
        facts = {"call": call, "at": at.isoformat(), "ending": str(ending)}
        self.connection.execute(_END, facts)

    def reopen_call(self, call: int) -> None:
        """Take back the end of a call."""
        self.connection.execute(_REOPEN, {"call": call})

    def current(self, window: int) -> Ticket | None:
        """The ticket that is called to, or served at, the window."""
        return self.one(_CURRENT, {"window": window})

    def active(self) -> list[Ticket]:
        """Every called or serving ticket, by window."""
        found = [ticket_from(row) for row in self.connection.execute(_ACTIVE)]
        return sorted(found, key=lambda each: each.window or 0)

    def recent_calls(self, on: date, limit: int) -> list[CallShown]:
        """The latest calls of a business date, newest first."""
        rows = self.connection.execute(_RECENT, {"date": on.isoformat(), "limit": limit})
        return [
            CallShown(row[0], row[1], datetime.fromisoformat(row[2]), row[3], bool(row[4]))
            for row in rows
        ]

    def window(self, number: int) -> Window:
        """The window's duty."""
        row = self.connection.execute(_WINDOW, {"number": number}).fetchone()
        return _window_from(row) if row else Window(number, WindowState.CLOSED)

    def windows(self) -> list[Window]:
        """Every window that was ever opened."""
        return [_window_from(row) for row in self.connection.execute(_ALL_WINDOWS)]

    def reassigned(self) -> list[Window]:
        """The windows that were re-assigned."""
        return [_window_from(row) for row in self.connection.execute(_REASSIGNED)]

    def save_window(self, window: Window) -> None:
        """Keep a window's changed duty."""
        facts = {
            "number": window.number,
            "state": window.state.value,
            "since": text_or_none(window.since) or "",
            "reason": window.reason,
            "categories": _codes_text(window.categories),
            "helps": _codes_text(window.helps),
        }
        self.connection.execute(_SAVE_WINDOW, facts)

    def recent_classes(self, window: int, on: date, limit: int) -> list[PriorityClass]:
        """The classes of the window's latest calls, the newest first."""
        facts = {"window": window, "date": on.isoformat(), "limit": limit}
        return [_CLASSES[row[0]] for row in self.connection.execute(_RECENT_CLASSES, facts)]

    def last_call(self, window: int, *, ended: bool = False) -> LastCall | None:
        """The window's latest call, or the latest that has ended."""
        sql = _LAST_ENDED if ended else _LAST_CALL
        row = self.connection.execute(sql, {"window": window}).fetchone()
        return LastCall(row[0], row[1], time_or_none(row[2])) if row else None

    def calls_since(self, call: int, category: str, limit: int) -> int:
        """How many calls of a category followed that call, up to a limit."""
        facts = {"call": call, "category": category, "limit": limit}
        count: int = self.connection.execute(_CALLS_SINCE, facts).fetchone()[0]
        return count

    def past_visits(self, since: date, until: date) -> list[PastVisit]:
        """The visits of a span of business dates."""
        facts = {"since": since.isoformat(), "until": until.isoformat()}
        calls, tickets = (
            [
                PastCall(
                    row[0],
                    date.fromisoformat(row[1]),
                    row[2],
                    datetime.fromisoformat(row[3]),
                    time_or_none(row[4]),
                    time_or_none(row[5]),
                )
                for row in self.connection.execute(sql, facts)
            ]
            for sql in (_PAST_CALLS, _PAST_TICKETS)
        )
        return visits_of(calls, tickets)

    def ended_calls(self, limit: int) -> list[EndedCall]:
        """The latest calls that have ended, the newest first."""
        moment = datetime.fromisoformat
        return [
            EndedCall(
                row[0],
                row[1],
                row[2],
                row[3],
                _CLASSES[row[4]],
                moment(row[5]),
                moment(row[6]),
                moment(row[7]),
            )
            for row in self.connection.execute(_ENDED, {"limit": limit})
        ]

    def issued_since(self, on: date, at: datetime) -> dict[tuple[str, PriorityClass], int]:
        """How many tickets of a date were issued from `at` on, by category and class."""
        rows = self.connection.execute(_ISSUED, {"date": on.isoformat(), "at": at.isoformat()})
        return {(row[0], _CLASSES[row[1]]): row[2] for row in rows}

    def told(self, tickets: int) -> list[Told]:
        """What visitors were told, and how long they waited."""
        moment = datetime.fromisoformat
        return [
            Told(row[0], row[1], (moment(row[3]) - moment(row[2])).total_seconds())
            for row in self.connection.execute(_TOLD, {"tickets": tickets})
        ]

    def closing(self, on: date) -> Closing | None:
        """Whether that business date was closed by hand."""
        row = self.connection.execute(_CLOSING, {"date": on.isoformat()}).fetchone()
        return Closing(datetime.fromisoformat(row[0]), row[1]) if row else None

    def save_closing(self, on: date, closing: Closing | None) -> None:
        """Close a business date, or take that back."""
        if closing is None:
            self.connection.execute(_REOPEN_DAY, {"date": on.isoformat()})
            return
        facts = {"date": on.isoformat(), "at": closing.at.isoformat(), "reason": closing.reason}
        self.connection.execute(_CLOSE, facts)

    def surge(self) -> Surge | None:
        """Surge mode, while it lasts."""
        row = self.connection.execute(_SURGE).fetchone()
        return Surge(datetime.fromisoformat(row[0]), row[1]) if row else None

    def save_surge(self, surge: Surge | None) -> None:
        """Begin or end surge mode."""
        self.connection.execute(_END_SURGE)
        if surge is not None:
            facts = {"since": surge.since.isoformat(), "reason": surge.reason}
            self.connection.execute(_BEGIN_SURGE, facts)


@lru_cache(512)
def _window_from(row: tuple[Any, ...]) -> Window:
    return Window(
        row[0],
        WindowState(row[1]),
        time_or_none(row[2] or None),
        row[3],
        None if row[4] is None else tuple(json.loads(row[4])),
        None if row[5] is None else tuple(json.loads(row[5])),
    )


def _codes_text(codes: tuple[str, ...] | None) -> str | None:
    return None if codes is None else json.dumps(codes)
