"""The clerk's view: a window as `WindowView` tells it, with what the keys on it need to know besides."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from yichuang.queue.desk import items_of
from yichuang.queue.item import Item
from yichuang.queue.late import is_in_time
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Ticket
from yichuang.queue.view import Rated, WindowView, view_rated, view_window


class ClerkView(NamedTuple):
    """One moment of a window."""

    window: WindowView
    items: tuple[Item, ...]
    """The items of its ticket, five at most."""
    late: tuple[Ticket, ...]
    """Passed tickets that it may call directly, because their visitors come only a little late."""
    rated: Rated | None
    """The ticket that it finished last, with what its visitor thought; None while one is there."""
    seq: int = 0
    """The journal's last row at that moment."""


def view_clerk(records: Records, rules: HallRules, now: datetime, number: int) -> ClerkView:
    """One clerk's screen; raises UnknownWindow."""
    view = view_window(records, rules, now, number)
    items = items_of(records, view.ticket) if view.ticket else []
    missed = rules.settings.missed
    late = [
        ticket
        for ticket in view.passed
        if view.duty.may_call(ticket.category, ticket.need) and is_in_time(records, missed, ticket)
    ]
    rated = view_rated(records, rules, now, number) if view.ticket is None else None
    latest = records.latest()
    return ClerkView(view, tuple(items), tuple(late), rated, latest.seq if latest else 0)
