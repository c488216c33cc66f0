"""The tables `call` and `window`: who is where, and since when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from yichuang.queue.dispatch import CallRule
from yichuang.queue.ports import CallShown
from yichuang.queue.ticket import Ticket
from yichuang.queue.window import Window, WindowState
from yichuang.store.tickets import Tickets

_OPEN = """
INSERT INTO call (ticket, business_date, window, rule, called_at)
VALUES (
    :ticket, (SELECT business_date FROM ticket WHERE id = :ticket), :window, :rule, :at
)
"""

_RECALL = "UPDATE call SET times = times + 1 WHERE id = :call"

_START = "UPDATE call SET started_at = :at WHERE id = :call"

_END = "UPDATE call SET ended_at = :at, ending = :ending WHERE id = :call"

_REOPEN = "UPDATE call SET ended_at = NULL, ending = NULL WHERE id = :call"

_CURRENT = "SELECT ticket FROM call WHERE window = :window AND ended_at IS NULL"

_ACTIVE = "SELECT ticket FROM call WHERE ended_at IS NULL ORDER BY window"

_RECENT = """
SELECT t.number, c.window, c.called_at, c.times, c.ended_at IS NULL
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
WHERE c.business_date = :date AND c.ending IS NOT 'undone'
ORDER BY c.id DESC LIMIT :limit
"""

_WINDOW = "SELECT number, state, since, reason FROM window WHERE number = :number"

_WINDOWS = "SELECT number, state, since, reason FROM window ORDER BY number"

_SAVE_WINDOW = """
INSERT INTO window (number, state, since, reason) VALUES (:number, :state, :since, :reason)
ON CONFLICT (number) DO UPDATE SET
    state = excluded.state, since = excluded.since, reason = excluded.reason
"""


class Calls(Tickets):
    """Calls and windows (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def open_call(self, ticket: int, window: int, at: datetime, rule: CallRule) -> int:
        """Begin a call; a second open one of the ticket or the window breaks a unique index."""
        facts = {"ticket": ticket, "window": window, "rule": rule.value, "at": at.isoformat()}
        return self.connection.execute(_OPEN, facts).lastrowid or 0

    def count_recall(self, call: int) -> None:
        """Count one more announcement."""
        self.connection.execute(_RECALL, {"call": call})

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
        row = self.connection.execute(_CURRENT, {"window": window}).fetchone()
        return self.ticket(row[0]) if row else None

    def active(self) -> list[Ticket]:
        """Every called or serving ticket, by window."""
        found = [self.ticket(row[0]) for row in self.connection.execute(_ACTIVE).fetchall()]
        return [ticket for ticket in found if ticket is not None]

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
        return [_window_from(row) for row in self.connection.execute(_WINDOWS)]

    def save_window(self, window: Window) -> None:
        """Keep a window's changed duty."""
        facts = {
            "number": window.number,
            "state": window.state.value,
            "since": window.since.isoformat() if window.since else "",
            "reason": window.reason,
        }
        self.connection.execute(_SAVE_WINDOW, facts)


def _window_from(row: tuple[Any, ...]) -> Window:
    return Window(row[0], WindowState(row[1]), datetime.fromisoformat(row[2]), row[3])
