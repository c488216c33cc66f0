"""Tickets and their lines as plain Python data, and how a transaction over them is undone."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from yichuang.errors import StoreError
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Entry
from yichuang.queue.item import Item
from yichuang.queue.ports import LineCount
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import Window

_OPEN_STATES = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD)

LineKey = tuple[str, PriorityClass] | int
"""A line: a category and a class, or the window that its tickets wait for."""

Place = tuple[int, int, int]
"""A ticket's place in a line: its order, its entry, its id."""


class Line:
    """Sorted places. The head is taken away without moving the others, however long the line."""

    __slots__ = ("_places", "_start")

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._start = 0

    def __len__(self) -> int:
        return len(self._places) - self._start

    def __iter__(self) -> Iterator[Place]:
        return islice(self._places, self._start, None)

    def nth(self, index: int) -> Place:
        """The place with that index from the head."""
        return self._places[self._start + index]

    def add(self, place: Place) -> None:
        """Put a place where it belongs."""
        insort(self._places, place, lo=self._start)

    def remove(self, place: Place) -> None:
        """Take a place out."""
        at = bisect_left(self._places, place, lo=self._start)
        if at > self._start:
            del self._places[at]
            return
        self._start += 1
        if self._start > 64 and self._start * 2 > len(self._places):
            del self._places[: self._start]
            self._start = 0

    def before(self, place: tuple[int, int]) -> int:
        """How many places are in front of an (order, entry)."""
        return bisect_left(self._places, place, lo=self._start) - self._start


@dataclass(slots=True)
class Call:
    """One visit of a ticket to a window, as the table `call` keeps it."""

    ticket: int
    window: int
    rule: CallRule
    called_at: datetime
    times: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ending: str | None = None


class PlainTables:
    """All tables, with what undoes the changes of the transaction under way."""

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._tickets: dict[int, Ticket] = {}
        self._numbers: dict[tuple[date, str], int] = {}
        self._by_state: dict[tuple[date, TicketState], set[int]] = {}
        self._by_day: dict[date, list[int]] = {}
        self._lines: dict[LineKey, Line] = {}
        self._serials: dict[tuple[str, date], int] = {}
        self._calls: list[Call] = []
        self._calls_by_day: dict[date, list[int]] = {}
        self._at_window: dict[int, int] = {}
        self._at_ticket: dict[int, int] = {}
        self._windows: dict[int, Window] = {}
        self._entries: list[Entry] = []
        self._by_window: dict[int, list[int]] = {}
        self._by_ticket: dict[int, list[int]] = {}
        self._items: dict[str, Item] = {}

    def keep(self) -> None:
        """The transaction is through."""
        self._undo.clear()

    def roll_back(self) -> None:
        """Undo every change of the transaction, the last one first."""
        while self._undo:
            change, arguments = self._undo.pop()
            change(*arguments)

    def _later(self, change: Callable[..., object], *arguments: Any) -> None:
        self._undo.append((change, arguments))

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Change one key so that it can be undone."""
        if key in table:
            self._later(table.__setitem__, key, table[key])
        else:
            self._later(table.pop, key)
        table[key] = value

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        self._later(table.__setitem__, key, table.pop(key))


class PlainTickets(PlainTables):
    """Tickets, their lines and serials (`yichuang.queue.ports.Memory`)."""

    def ticket(self, ticket_id: int) -> Ticket | None:
        """The ticket with that id."""
        return self._tickets.get(ticket_id)

    def numbered(self, number: str, on: date) -> Ticket | None:
        """The ticket with that number on that business date."""
        found = self._numbers.get((on, number))
        return None if found is None else self._tickets[found]

    def heads(self, window: int, categories: Sequence[str]) -> list[Ticket]:
        """The heads of the lines that the window may call."""
        keys: list[LineKey] = [(code, each) for code in categories for each in PriorityClass]
        found = (self._lines.get(key) for key in (*keys, window))
        return [self._tickets[line.nth(0)[2]] for line in found if line]

    def ahead_of(self, ticket: Ticket) -> int:
        """How many waiting tickets go before this one."""
        place = (ticket.line_order, ticket.line_entry)
        line = self._lines.get(_line_of(ticket))
        ahead = line.before(place) if line else 0
        if ticket.target_window is None and ticket.priority_class is PriorityClass.ORDINARY:
            ahead += len(self._lines.get((ticket.category, PriorityClass.PRIORITY), ()))
        return ahead

    def lines(self, on: date) -> list[LineCount]:
        """The lines that are not empty."""
        found: dict[tuple[str, PriorityClass], list[Ticket]] = {}
        for ticket_id in self._by_state.get((on, TicketState.WAITING), ()):
            ticket = self._tickets[ticket_id]
            found.setdefault((ticket.category, ticket.priority_class), []).append(ticket)
        return [
            LineCount(*key, len(tickets), self._head_of(key), min(t.issued_at for t in tickets))
            for key, tickets in sorted(found.items())
        ]

    def _head_of(self, key: tuple[str, PriorityClass]) -> str:
        line = self._lines.get(key)
        return self._tickets[line.nth(0)[2]].number if line else ""

    def waiting(self, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets in order of place."""
        return self._first_of(self._lines.values(), on, limit)

    def waiting_at(
        self, window: int, categories: Sequence[str], on: date, limit: int
    ) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        keys: list[LineKey] = [(code, each) for code in categories for each in PriorityClass]
        found = (self._lines.get(key) for key in (*keys, window))
        return self._first_of([line for line in found if line], on, limit)

    def _first_of(self, lines: Collection[Line], on: date, limit: int) -> list[Ticket]:
        places = heapq.merge(*lines)
        tickets = (self._tickets[place[2]] for place in places)
        return list(islice((each for each in tickets if each.business_date == on), limit))

    def in_state(self, on: date, state: TicketState | None, limit: int) -> list[Ticket]:
        """The tickets of a business date, newest first."""
        if state is None:
            newest = islice(reversed(self._by_day.get(on, [])), limit)
            return [self._tickets[each] for each in newest]
        found = heapq.nlargest(limit, self._by_state.get((on, state), ()))
        return [self._tickets[each] for each in found]

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        counts = {state: len(self._by_state.get((on, state), ())) for state in TicketState}
        return {state: count for state, count in counts.items() if count}

    def nth_waiting(self, category: str, priority_class: PriorityClass, nth: int) -> Ticket | None:
        """The nth undirected ticket of a line, or its last."""
        line = self._lines.get((category, priority_class))
        if not line or nth < 1:
            return None
        return self._tickets[line.nth(min(nth, len(line)) - 1)[2]]

    def open_tickets_before(self, on: date) -> list[Ticket]:
        """The tickets of earlier business dates that have not ended."""
        found = [
            self._tickets[each]
            for (day, state), tickets in self._by_state.items()
            if day < on and state in _OPEN_STATES
            for each in tickets
        ]
        return sorted(found, key=lambda ticket: ticket.id)

    def next_serial(self, letter: str, on: date) -> int:
        """Take the next count behind a letter on a date."""
        serial = self._serials.get((letter, on), 0) + 1
        self._set(self._serials, (letter, on), serial)
        return serial

    def add_ticket(self, ticket: Ticket) -> int:
        """Keep a new ticket; returns its id."""
        key = (ticket.business_date, ticket.number)
        if key in self._numbers:
            raise StoreError(detail=f"number given twice: {ticket.number}")
        if ticket.item is not None and ticket.item not in self._items:
            raise StoreError(detail=f"no such item: {ticket.item}")
        ticket_id = len(self._tickets) + 1
        self._later(self._forget, ticket_id)
        self._numbers[key] = ticket_id
        self._by_day.setdefault(ticket.business_date, []).append(ticket_id)
        self._put(ticket_id, ticket._replace(id=ticket_id, ahead=0))
        return ticket_id

    def save_ticket(self, ticket: Ticket) -> None:
        """Keep a changed ticket."""
        former = self._tickets.get(ticket.id)
        if former is None:
            return
        is_shown = ticket.call and ticket.state is not TicketState.WAITING
        call = self._calls[ticket.call - 1] if ticket.call and is_shown else None
        shown = (
            call.window if call else None,
            call.called_at if call else None,
            call.started_at if call else None,
            0,
        )
        if shown != (ticket.window, ticket.called_at, ticket.started_at, ticket.ahead):
            window, called_at, started_at, ahead = shown
            ticket = ticket._replace(
                window=window, called_at=called_at, started_at=started_at, ahead=ahead
            )
        self._later(self._put, ticket.id, former)
        self._put(ticket.id, ticket)

    def release_directed(self, window: int) -> list[str]:
        """Make the tickets that wait for this window callable by others."""
        released = [self._tickets[place[2]] for place in self._lines.get(window, ())]
        for ticket in released:
            self._later(self._put, ticket.id, ticket)
            self._put(ticket.id, ticket._replace(target_window=None))
        return [ticket.number for ticket in released]

    def _put(self, ticket_id: int, ticket: Ticket) -> None:
        """Set a ticket's row and its place in every index."""
        self._take(ticket_id)
        self._tickets[ticket_id] = ticket
        state = ticket.state
        self._by_state.setdefault((ticket.business_date, state), set()).add(ticket_id)
        if state is TicketState.WAITING:
            line = self._lines.setdefault(_line_of(ticket), Line())
            line.add((ticket.line_order, ticket.line_entry, ticket_id))

    def _take(self, ticket_id: int) -> Ticket | None:
        """Take a ticket's row out of every index that changes."""
        ticket = self._tickets.get(ticket_id)
        if ticket is not None:
            self._by_state[(ticket.business_date, ticket.state)].discard(ticket_id)
            if ticket.state is TicketState.WAITING:
                place = (ticket.line_order, ticket.line_entry, ticket_id)
                self._lines[_line_of(ticket)].remove(place)
        return ticket

    def _forget(self, ticket_id: int) -> None:
        ticket = self._take(ticket_id)
        if ticket is not None:
            del self._tickets[ticket_id]
            del self._numbers[(ticket.business_date, ticket.number)]
            self._by_day[ticket.business_date].pop()


def _line_of(ticket: Ticket) -> LineKey:
    if ticket.target_window is not None:
        return ticket.target_window
    return (ticket.category, ticket.priority_class)
