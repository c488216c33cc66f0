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
from yichuang.queue.dispatch import CallRule, Duty, Head
from yichuang.queue.event import Entry
from yichuang.queue.item import Item
from yichuang.queue.ports import LineCount
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import Closing, Surge, Window

_OPEN_STATES = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD)

LineKey = tuple[str, PriorityClass, str] | tuple[int, PriorityClass]
"""A line: a category, a class and a need, or a window that its tickets wait for and a class."""

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
    category: str
    priority_class: PriorityClass
    item: str | None
    counted_at: datetime
    times: int = 1
    counted: int = 1
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
        self._calls_of_window: dict[int, list[int]] = {}
        self._windows: dict[int, Window] = {}
        self._surge: Surge | None = None
        self._closings: dict[date, Closing] = {}
        self._of_person: dict[tuple[str, date], list[int]] = {}
        self._from_origin: dict[tuple[str, date], list[int]] = {}
        self._slips: dict[tuple[str, date], list[int]] = {}
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

    def heads(self, duty: Duty, at: datetime, without: int | None = None) -> list[Head]:
        """The heads of the lines that the window may call."""
        keys: list[LineKey] = [
            (code, each, need) for code, need in duty.lines for each in PriorityClass
        ]
        keys += [(duty.window, each) for each in PriorityClass]
        lines = self._lines
        found = []
        for key in keys:
            line = lines.get(key)
            if not line:
                continue
            ticket = self._tickets[line.nth(0)[2]]
            if ticket.id == without:
                if len(line) == 1:
                    continue
                ticket = self._tickets[line.nth(1)[2]]
            if _is_due(ticket, at):
                found.append(Head.of(ticket))
        return found

    def line_lengths(self, categories: Sequence[str], limit: int, at: datetime) -> dict[str, int]:
        """How many wait undirected in each category, up to a limit."""
        counts = dict.fromkeys(categories, 0)
        for key, line in self._lines.items():
            if key[0] in counts:
                places = islice(line, limit)
                due = sum(_is_due(self._tickets[place[2]], at) for place in places)
                counts[str(key[0])] = min(counts[str(key[0])] + due, limit)
        return counts

    def ahead_of(self, ticket: Ticket, needs: Sequence[str], at: datetime) -> int:
        """How many waiting tickets go before this one."""
        ahead = 0
        for key in self._keys_beside(ticket, needs):
            line = self._lines.get(key)
            if not line or key[1].rank > ticket.priority_class.rank:
                continue
            if key[1] is ticket.priority_class:
                ahead += line.before((ticket.line_order, ticket.line_entry))
            elif key[1] is PriorityClass.APPOINTMENT and ticket.target_window is None:
                ahead += line.before((int(at.timestamp()) + 1, 0))
            else:
                ahead += len(line)
        return ahead

    def _keys_beside(self, ticket: Ticket, needs: Sequence[str]) -> list[LineKey]:
        if ticket.target_window is not None:
            return [(ticket.target_window, each) for each in PriorityClass]
        return [(ticket.category, each, need) for each in PriorityClass for need in needs]

    def lines(self, on: date, at: datetime) -> list[LineCount]:
        """The lines that are not empty."""
        found: dict[tuple[str, PriorityClass], list[Ticket]] = {}
        for ticket_id in self._by_state.get((on, TicketState.WAITING), ()):
            ticket = self._tickets[ticket_id]
            found.setdefault((ticket.category, ticket.priority_class), []).append(ticket)
        return [
            LineCount(*key, len(tickets), _first_of_all(tickets, at), min(t.since for t in tickets))
            for key, tickets in sorted(found.items())
        ]

    def waiting(self, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets in order of place."""
        return self._first_of(self._lines.values(), on, limit)

    def waiting_at(self, duty: Duty, on: date, limit: int) -> list[Ticket]:
        """The waiting tickets that the window may call, in order of place."""
        keys: list[LineKey] = [
            (code, each, need) for code, need in duty.lines for each in PriorityClass
        ]
        keys += [(duty.window, each) for each in PriorityClass]
        found = (self._lines.get(key) for key in keys)
        return self._first_of([line for line in found if line], on, limit)

    def _first_of(self, lines: Collection[Line], on: date, limit: int) -> list[Ticket]:
        heads = ((self._tickets[place[2]] for place in islice(line, limit)) for line in lines)
        tickets = (each for line in heads for each in line if each.business_date == on)
        return heapq.nsmallest(limit, tickets, key=_in_order)

    def in_state(self, on: date, state: TicketState | None, limit: int | None) -> list[Ticket]:
        """The tickets of a business date, newest first."""
        if state is None:
            newest = islice(reversed(self._by_day.get(on, [])), limit)
            return [self._tickets[each] for each in newest]
        of_state = self._by_state.get((on, state), set())
        found = heapq.nlargest(len(of_state) if limit is None else limit, of_state)
        return [self._tickets[each] for each in found]

    def state_counts(self, on: date) -> dict[TicketState, int]:
        """How many tickets of a business date are in each state."""
        counts = {state: len(self._by_state.get((on, state), ())) for state in TicketState}
        return {state: count for state, count in counts.items() if count}

    def standing(self, on: date) -> set[tuple[int | None, str, str]]:
        """Where people wait."""
        waiting = (
            self._tickets[each] for each in self._by_state.get((on, TicketState.WAITING), ())
        )
        return {(each.target_window, each.category, each.need) for each in waiting}

    def nth_waiting(
        self, of: Ticket, needs: Sequence[str], nth: int, at: datetime
    ) -> Ticket | None:
        """The nth undirected ticket of a line, or its last."""
        found_lines = (self._lines.get((of.category, of.priority_class, need)) for need in needs)
        places = heapq.merge(*(line for line in found_lines if line))
        due = (self._tickets[place[2]] for place in places)
        found = list(islice((each for each in due if _is_due(each, at)), nth))
        return found[-1] if found else None

    def open_ticket_of(self, person: str, category: str, on: date) -> Ticket | None:
        """The open ticket of a person in a category."""
        found = (self._tickets[each] for each in reversed(self._of_person.get((person, on), [])))
        return next(
            (each for each in found if each.category == category and each.state in _OPEN_STATES),
            None,
        )

    def last_from(self, origin: str, on: date) -> Ticket | None:
        """The newest ticket of a kiosk."""
        found = self._from_origin.get((origin, on))
        return self._tickets[found[-1]] if found else None

    def slip(self, number: str, on: date) -> Ticket | None:
        """The unused ticket that is good as a slip on a date."""
        found = (
            self._tickets[each]
            for (known, valid_on), tickets in self._slips.items()
            if known == number and valid_on >= on
            for each in tickets
        )
        good = (each for each in found if each.redeemed is None and each.business_date <= on)
        return min(good, key=lambda ticket: ticket.id, default=None)

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
        ticket_id = len(self._tickets) + 1
        self._later(self._forget, ticket_id)
        self._numbers[key] = ticket_id
        self._by_day.setdefault(ticket.business_date, []).append(ticket_id)
        for table, owner in ((self._of_person, ticket.person), (self._from_origin, ticket.origin)):
            if owner:
                rows = table.setdefault((owner, ticket.business_date), [])
                rows.append(ticket_id)
                self._later(rows.pop)
        self._put(ticket_id, ticket._replace(id=ticket_id, ahead=0))
        return ticket_id

    def save_ticket(self, ticket: Ticket) -> None:
        """Keep a changed ticket."""
        former = self._tickets.get(ticket.id)
        if former is None:
            return
        self._later(self._put, ticket.id, former)
        self._put(ticket.id, self._as_read(ticket))
        if ticket.valid_on is not None and former.valid_on is None:
            rows = self._slips.setdefault((ticket.number, ticket.valid_on), [])
            rows.append(ticket.id)
            self._later(rows.pop)

    def _as_read(self, ticket: Ticket) -> Ticket:
        """The ticket with what its last call tells, as the table would be read."""
        is_shown = ticket.call and ticket.state is not TicketState.WAITING
        call = self._calls[ticket.call - 1] if ticket.call and is_shown else None
        if call is None:
            return ticket._replace(
                window=None, called_at=None, started_at=None, counted=0, counted_at=None, ahead=0
            )
        return ticket._replace(
            window=call.window,
            called_at=call.called_at,
            started_at=call.started_at,
            counted=call.counted,
            counted_at=call.counted_at,
            ahead=0,
        )

    def forget_persons(self, before: date) -> int:
        """Clear whose the tickets of earlier dates were."""
        days = [key for key in self._of_person if key[1] < before]
        tickets = [self._tickets[each] for key in days for each in self._of_person[key]]
        for ticket in tickets:
            self._later(self._put, ticket.id, ticket)
            self._put(ticket.id, ticket._replace(person=None))
        for key in days:
            self._drop(self._of_person, key)
        return len(tickets)

    def release_directed(self, window: int) -> list[str]:
        """Make the tickets that wait for this window callable by others."""
        released = [
            self._tickets[place[2]]
            for each in PriorityClass
            for place in self._lines.get((window, each), ())
        ]
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
        return (ticket.target_window, ticket.priority_class)
    return (ticket.category, ticket.priority_class, ticket.need)


def _is_due(ticket: Ticket, at: datetime) -> bool:
    return (
        ticket.priority_class is not PriorityClass.APPOINTMENT
        or ticket.not_before is None
        or ticket.not_before <= at
    )


def _in_order(ticket: Ticket) -> tuple[int, int, int]:
    return (ticket.priority_class.rank, ticket.line_order, ticket.line_entry)


def _first_of_all(tickets: list[Ticket], at: datetime) -> str:
    undirected = [each for each in tickets if each.target_window is None and _is_due(each, at)]
    return min(undirected, key=_in_order).number if undirected else ""
