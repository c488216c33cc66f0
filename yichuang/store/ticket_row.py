"""A ticket as a row: its columns, and how they become a `Ticket`."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from yichuang.queue.ticket import HoldKind, PriorityClass, Ticket, TicketState
from yichuang.store.table import time_or_none

TICKETS = """
SELECT t.id, t.number, t.category, t.class, t.state, t.business_date, t.serial, t.issued_at,
    t.line_order, t.line_entry, t.since, t.issue_order, t.issued_class, t.items, t.route,
    t.priority_group, t.need, t.not_before, t.person, t.origin, t.target_window, t.call,
    c.window, t.first_called_at, c.called_at, c.started_at,
    t.ended_at, t.calls, c.counted, c.counted_at, t.reinstated, t.hold, t.reason,
    t.valid_on, t.redeemed
FROM ticket AS t LEFT JOIN call AS c ON c.id = t.call AND t.state <> 'waiting'
"""
"""Tickets, each with its last call unless it waits; `ticket_from` reads the rows."""

STATES = {state.value: state for state in TicketState}
CLASSES = {priority_class.value: priority_class for priority_class in PriorityClass}
_HOLDS = {hold.value: hold for hold in HoldKind}


_PERSON = 18
"""The column that is whose the ticket is."""


def ticket_from(row: tuple[Any, ...]) -> Ticket:
    """A ticket from a row of the columns in `TICKETS`."""
    person = row[_PERSON]
    if person is None:
        return _nobodys(row)
    return _nobodys((*row[:_PERSON], None, *row[_PERSON + 1 :]))._replace(person=person)


@lru_cache(1024)
def _nobodys(row: tuple[Any, ...]) -> Ticket:
    """The same one of the same row: at each change every screen reads its lists again, mostly as before.

    Whose a ticket is stands in no row that is kept: it must be forgotten in time, in every process.
    """
    return Ticket(
        id=row[0],
        number=row[1],
        category=row[2],
        priority_class=CLASSES[row[3]],
        state=STATES[row[4]],
        business_date=date.fromisoformat(row[5]),
        serial=row[6],
        issued_at=datetime.fromisoformat(row[7]),
        line_order=row[8],
        line_entry=row[9],
        since=datetime.fromisoformat(row[10]),
        issue_order=row[11],
        issued_class=CLASSES[row[12]],
        items=_listed(row[13]),
        route=_listed(row[14]),
        group=row[15],
        need=row[16],
        not_before=time_or_none(row[17]),
        person=None,
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


def as_list(codes: tuple[str, ...]) -> str:
    """Codes as the JSON text that is kept."""
    return json.dumps(codes) if codes else "[]"
