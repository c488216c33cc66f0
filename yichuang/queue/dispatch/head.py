"""What a policy knows of a line's head and of the window that calls, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from yichuang.queue.ticket import PriorityClass, Ticket


class CallRule(StrEnum):
    """Why a ticket was called; kept with the call so that a complaint can be answered."""

    DIRECTED = "directed"
    """It was meant for this window."""
    OWN = "own"
    """It was next in the window's own categories."""
    HELP = "help"
    """It was next in a help category."""
    CHOSEN = "chosen"
    """The clerk chose it out of order (A05: logged with who and why)."""
    LATE = "late"
    """It had been passed, and its visitor came a little late."""


class Head(NamedTuple):
    """The first ticket of a line, as far as a policy needs to know it."""

    id: int
    number: str
    category: str
    priority_class: PriorityClass
    target_window: int | None
    since: datetime
    """From when on it counts as waiting."""
    line_order: int
    line_entry: int

    @classmethod
    def of(cls, ticket: Ticket) -> Head:
        """The ticket as a head."""
        return cls(
            ticket.id,
            ticket.number,
            ticket.category,
            ticket.priority_class,
            ticket.target_window,
            ticket.since,
            ticket.line_order,
            ticket.line_entry,
        )


class Turn(NamedTuple):
    """A window that is about to call."""

    now: datetime
    """The hall's time: never before the journal's last row."""
    recent: Sequence[PriorityClass] = ()
    """The classes of the window's last calls of the day, the latest first, as many as the policy looks at."""
    is_green: bool = False
    """Whether the window puts the priority class before all others (军人优先, F02)."""


_NO_FACTS: Mapping[str, Any] = MappingProxyType({})


class Choice(NamedTuple):
    """The line whose head is next, and what tells why it is that one."""

    head: Head
    why: Mapping[str, Any] = _NO_FACTS
    """The policy's facts, as JSON values, for `yichuang.queue.dispatch.reason`."""


def waited(head: Head, now: datetime) -> timedelta:
    """How long the head has waited; never negative, whatever the clock says."""
    return max(now - head.since, timedelta(0))
