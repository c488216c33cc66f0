"""Calls, windows, the journal and items as plain Python data, beside `plain_tickets`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Any

from yichuang.errors import StoreError
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Entry, Event, EventKind
from yichuang.queue.item import Item
from yichuang.queue.ports import CallShown, EndedCall, LastCall, Latest, PastVisit, Told
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import Closing, Surge, Window, WindowState
from yichuang.store.journal import CHAIN_START, data_text, row_hash
from yichuang.store.past import PastCall, visits_of
from yichuang.store.plain_tickets import Call, PlainTickets


class PlainMemory(PlainTickets):
    """Calls, windows, the journal and items (`yichuang.queue.ports.Memory`)."""

    # --- calls and windows --------------------------------------------------------------------

    def open_call(self, ticket: Ticket, window: int, at: datetime, rule: CallRule) -> int:
        """Begin a call; raises StoreError for a second open one of the ticket or the window."""
        if ticket.id not in self._tickets:
            raise StoreError(detail=f"no such ticket: {ticket.id}")
        self._calls.append(
            Call(
                ticket.id, window, rule, at, ticket.category, ticket.priority_class, ticket.item, at
            )
        )
        call = len(self._calls)
        self._later(self._calls.pop)
        for rows in (
            self._calls_by_day.setdefault(ticket.business_date, []),
            self._calls_of_window.setdefault(window, []),
        ):
            rows.append(call)
            self._later(rows.pop)
        self._occupy(call)
        return call

    def _occupy(self, call: int) -> None:
        row = self._calls[call - 1]
        if row.window in self._at_window or row.ticket in self._at_ticket:
            raise StoreError(detail=f"open call twice: window {row.window}, ticket {row.ticket}")
        self._set(self._at_window, row.window, call)
        self._set(self._at_ticket, row.ticket, call)

    def count_recall(self, call: int, counted: int, at: datetime) -> None:
        """Count one more announcement."""
        self._change(call, "times", self._calls[call - 1].times + 1)
        self._change(call, "counted", counted)
        self._change(call, "counted_at", at)

    def start_call(self, call: int, at: datetime) -> None:
        """Note that the visitor came."""
        self._change(call, "started_at", at)
        ticket = self._tickets[self._calls[call - 1].ticket]
        if ticket.call == call:
            self.save_ticket(ticket)

    def end_call(self, call: int, at: datetime, ending: str) -> None:
        """End a call."""
        row = self._calls[call - 1]
        if row.ended_at is None:
            self._drop(self._at_window, row.window)
            self._drop(self._at_ticket, row.ticket)
        self._change(call, "ended_at", at)
        self._change(call, "ending", str(ending))

    def reopen_call(self, call: int) -> None:
        """Take back the end of a call; raises StoreError as `open_call` does."""
        if self._calls[call - 1].ended_at is not None:
            self._occupy(call)
        self._change(call, "ended_at", None)
        self._change(call, "ending", None)

    def _change(self, call: int, field: str, value: object) -> None:
        row = self._calls[call - 1]
        self._later(setattr, row, field, getattr(row, field))
        setattr(row, field, value)

    def current(self, window: int) -> Ticket | None:
        """The ticket that is called to, or served at, the window."""
        call = self._at_window.get(window)
        return None if call is None else self._tickets[self._calls[call - 1].ticket]

    def active(self) -> list[Ticket]:
        """Every called or serving ticket, by window."""
        calls = [self._calls[call - 1] for _window, call in sorted(self._at_window.items())]
        return [self._tickets[call.ticket] for call in calls]

    def recent_calls(self, on: date, limit: int) -> list[CallShown]:
        """The latest calls of a business date, newest first."""
        calls = (self._calls[call - 1] for call in reversed(self._calls_by_day.get(on, [])))
        shown = islice((call for call in calls if call.ending != "undone"), limit)
        return [
            CallShown(
                self._tickets[call.ticket].number,
                call.window,
                call.called_at,
                call.times,
                call.ended_at is None,
            )
            for call in shown
        ]

    def window(self, number: int) -> Window:
        """The window's duty."""
        return self._windows.get(number) or Window(number, WindowState.CLOSED)

    def windows(self) -> list[Window]:
        """Every window that was ever opened."""
        return [window for _number, window in sorted(self._windows.items())]

    def reassigned(self) -> list[Window]:
        """The windows that were re-assigned."""
        return [window for window in self.windows() if window.categories is not None]

    def save_window(self, window: Window) -> None:
        """Keep a window's changed duty."""
        self._set(self._windows, window.number, window)

    def recent_classes(self, window: int, on: date, limit: int) -> list[PriorityClass]:
        """The classes of the window's latest calls, the newest first."""
        calls = (self._calls[each - 1] for each in reversed(self._calls_of_window.get(window, [])))
        of_day = takewhile(lambda call: self._tickets[call.ticket].business_date >= on, calls)
        found = (call for call in of_day if call.ending != "undone")
        return [call.priority_class for call in islice(found, limit)]

    def last_call(self, window: int, *, ended: bool = False) -> LastCall | None:
        """The window's latest call, or the latest that has ended."""
        for each in reversed(self._calls_of_window.get(window, [])):
            call = self._calls[each - 1]
            if call.ending != "undone" and not (ended and call.ended_at is None):
                return LastCall(call.ticket, call.ending, call.ended_at)
        return None

    def calls_since(self, call: int, category: str, limit: int) -> int:
        """How many calls of a category followed that call, up to a limit."""
        later = islice(self._calls, call, None)
        found = (each for each in later if each.category == category and each.ending != "undone")
        return sum(1 for _each in islice(found, limit))

    def past_visits(self, since: date, until: date) -> list[PastVisit]:
        """The visits of a span of business dates."""
        of_span = {
            each.id: each for each in self._tickets.values() if since <= each.business_date < until
        }
        calls = (
            PastCall(
                ticket.id,
                ticket.business_date,
                call.category,
                ticket.issued_at,
                call.called_at,
                call.ended_at,
            )
            for call in self._calls
            if call.ending != "undone" and (ticket := of_span.get(call.ticket)) is not None
        )
        tickets = (
            PastCall(each.id, each.business_date, each.category, each.issued_at)
            for each in of_span.values()
            if each.state is not TicketState.CANCELLED
        )
        return visits_of(calls, tickets)

    def ended_calls(self, limit: int) -> list[EndedCall]:
        """The latest calls that have ended, the newest first."""
        ended = (
            EndedCall(
                call.ticket,
                call.window,
                call.category,
                call.item,
                call.priority_class,
                self._tickets[call.ticket].since,
                call.called_at,
                call.ended_at,
            )
            for call in reversed(self._calls)
            if call.ended_at is not None and call.ending != "undone"
        )
        return list(islice(ended, limit))

    def issued_since(self, on: date, at: datetime) -> dict[tuple[str, PriorityClass], int]:
        """How many tickets of a date were issued from `at` on, by category and class."""
        counts: dict[tuple[str, PriorityClass], int] = {}
        for each in islice(reversed(self._by_day.get(on, [])), 2000):
            ticket = self._tickets[each]
            if ticket.issued_at >= at:
                key = (ticket.category, ticket.issued_class)
                counts[key] = counts.get(key, 0) + 1
        return counts

    def told(self, tickets: int) -> list[Told]:
        """What visitors were told, and how long they waited."""
        newest = (self._tickets[each] for each in range(len(self._tickets), 0, -1))
        found = []
        for ticket in islice(newest, tickets):
            facts = self._entries[ticket.issue_order - 1].event.data
            if ticket.first_called_at is not None and "expected_spread" in facts:
                waited = (ticket.first_called_at - ticket.issued_at).total_seconds()
                found.append(Told(facts["expected_median"], facts["expected_spread"], waited))
        return found

    def closing(self, on: date) -> Closing | None:
        """Whether that business date was closed by hand."""
        return self._closings.get(on)

    def save_closing(self, on: date, closing: Closing | None) -> None:
        """Close a business date, or take that back."""
        if closing is not None:
            self._set(self._closings, on, closing)
        elif on in self._closings:
            self._drop(self._closings, on)

    def surge(self) -> Surge | None:
        """Surge mode, while it lasts."""
        return self._surge

    def save_surge(self, surge: Surge | None) -> None:
        """Begin or end surge mode."""
        self._later(setattr, self, "_surge", self._surge)
        self._surge = surge

    # --- the journal --------------------------------------------------------------------------

    def latest(self) -> Latest | None:
        """The journal's last row."""
        if not self._entries:
            return None
        last = self._entries[-1]
        return Latest(last.seq, last.at, last.business_date)

    def record(self, event: Event, *, at: datetime, business_date: date, actor: str) -> int:
        """Append an event; returns its row number."""
        seq = len(self._entries) + 1
        previous = bytes.fromhex(self._entries[-1].hash) if self._entries else CHAIN_START
        row = _row(seq, at, business_date, event, actor)
        kept = Event(event.kind, event.ticket, event.window, json.loads(row[7]))
        for table, key in ((self._by_window, event.window), (self._by_ticket, event.ticket)):
            if key is not None:
                rows = table.setdefault(key, [])
                rows.append(seq)
                self._later(rows.pop)
        self._entries.append(
            Entry(seq, at, business_date, kept, actor, row_hash(previous, row).hex())
        )
        self._later(self._entries.pop)
        return seq

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The journal's rows with their hashes, for `yichuang.store.journal.check_chain`."""
        previous = CHAIN_START
        for each in self._entries:
            row = _row(each.seq, each.at, each.business_date, each.event, each.actor)
            own = bytes.fromhex(each.hash)
            yield (*row, previous, own)
            previous = own

    def last_step(self, window: int) -> Entry | None:
        """The last entry of what was done at the window."""
        steps = (self._entries[seq - 1] for seq in reversed(self._by_window.get(window, [])))
        done = (step for step in steps if step.event.kind is not EventKind.WINDOW_ASSIGNED)
        return next(done, None)

    def history(self, ticket_id: int) -> list[Entry]:
        """The ticket's entries, in order."""
        return [self._entries[seq - 1] for seq in self._by_ticket.get(ticket_id, [])]

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Entries behind row `after`."""
        after = max(after, 0)
        return self._entries[after : after + limit]

    # --- items --------------------------------------------------------------------------------

    def item(self, code: str) -> Item | None:
        """The item with that code."""
        return self._items.get(code)

    def items(self, *, retired: bool = False) -> list[Item]:
        """All items that are offered, or all that there are, in the order of the catalogue."""
        return [item for item in self._items.values() if item.active or retired]

    def replace_items(self, items: Collection[Item]) -> tuple[int, int]:
        """Add or update items by code; returns how many were new and how many changed."""
        known = dict(self._items)
        changes = [item for item in items if known.get(item.code) != item]
        for item in changes:
            self._set(self._items, item.code, item)
        changed = sum(item.code in known for item in changes)
        return len(changes) - changed, changed


def _row(seq: int, at: datetime, on: date, event: Event, actor: str) -> tuple[Any, ...]:
    kind, text = event.kind.value, data_text(event)
    return (seq, at.isoformat(), on.isoformat(), kind, event.ticket, event.window, actor, text)
