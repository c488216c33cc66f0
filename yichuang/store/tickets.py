"""The table `ticket` and its serials."""

from __future__ import annotations

from datetime import date

from yichuang.queue.ticket import Ticket, TicketState
from yichuang.store.lines import Lines
from yichuang.store.table import text_or_none
from yichuang.store.ticket_row import STATES, TICKETS, as_list, ticket_from

_BY_ID = TICKETS + "WHERE t.id = :id"

_BY_NUMBER = TICKETS + "WHERE t.business_date = :date AND t.number = :number"

_OF_DAY = TICKETS + "WHERE t.business_date = :date ORDER BY t.id DESC LIMIT :limit"

_OF_DAY_IN_STATE = (
    TICKETS + "WHERE t.business_date = :date AND t.state = :state ORDER BY t.id DESC LIMIT :limit"
)

_COUNTS = "SELECT state, COUNT(*) FROM ticket WHERE business_date = :date GROUP BY state"

_OPEN_BEFORE = (
    TICKETS
    + """
WHERE t.state IN ('waiting', 'called', 'serving', 'held') AND t.business_date < :date
ORDER BY +t.id
"""
)
"""With the plus SQLite puts the few in order, instead of walking through all tickets in theirs."""

_OPEN_OF = (
    TICKETS
    + """
WHERE t.person = :person AND t.category = :category AND t.business_date = :date
    AND t.state IN ('waiting', 'called', 'serving', 'held')
ORDER BY t.id DESC LIMIT 1
"""
)

_LAST_FROM = (
    TICKETS  # noqa: S608 - constants only
    + """
WHERE t.business_date = :date
    AND t.id = (SELECT MAX(id) FROM ticket WHERE origin = :origin AND origin <> '')
"""
)

_SLIP = (
    TICKETS
    + """
WHERE t.valid_on >= :date AND +t.business_date <= :date AND t.number = :number
    AND t.redeemed IS NULL
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


class Tickets(Lines):
    """Tickets and lines (`yichuang.queue.ports.Memory`)."""

    __slots__ = ()

    def ticket(self, ticket_id: int) -> Ticket | None:
        """The ticket with that id."""
        return self.one(_BY_ID, {"id": ticket_id})

    def numbered(self, number: str, on: date) -> Ticket | None:
        """The ticket with that number on that business date."""
        facts = {"number": number, "date": on.isoformat()}
        return self.one(_BY_NUMBER, facts)

    def in_state(self, on: date, state: TicketState | None, limit: int | None) -> list[Ticket]:
        """The tickets of a business date, newest first."""
        most = -1 if limit is None else limit  # -1: SQLite's word for no limit
        facts = {"date": on.isoformat(), "state": state, "limit": most}
        rows = self.connection.execute(_OF_DAY if state is None else _OF_DAY_IN_STATE, facts)
        return [ticket_from(row) for row in rows]

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        rows = self.connection.execute(_COUNTS, {"date": on.isoformat()})
        return {STATES[state]: count for state, count in rows}

    def open_ticket_of(self, person: str, category: str, on: date) -> Ticket | None:
        """The open ticket of a person in a category."""
        facts = {"person": person, "category": category, "date": on.isoformat()}
        return self.one(_OPEN_OF, facts)

    def last_from(self, origin: str, on: date) -> Ticket | None:
        """The newest ticket of a kiosk."""
        return self.one(_LAST_FROM, {"origin": origin, "date": on.isoformat()})

    def slip(self, number: str, on: date) -> Ticket | None:
        """The unused ticket that is good as a slip on a date."""
        return self.one(_SLIP, {"number": number, "date": on.isoformat()})

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
            "items": as_list(ticket.items),
            "route": as_list(ticket.route),
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
            "route": as_list(ticket.route),
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
