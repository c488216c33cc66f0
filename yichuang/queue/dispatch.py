"""Who is next: a policy chooses among the heads of the lines that a window may call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from yichuang.config import WindowSettings
from yichuang.queue.ticket import Ticket


class CallRule(StrEnum):
    """Why a ticket was called; kept with the call so that a complaint can be answered."""

    DIRECTED = "directed"
    """It was meant for this window."""
    OWN = "own"
    """It was first in the window's own categories."""
    HELP = "help"
    """It was first in a help category, and the own lines were empty."""
    CHOSEN = "chosen"
    """The clerk chose it out of order (A05: logged with who and why)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The next ticket, and why it is that one."""

    ticket: Ticket
    rule: CallRule


class DispatchPolicy(Protocol):
    """A discipline between lines. Inside a (category, class) line the order is always strict."""

    def choose(
        self, heads: Sequence[Ticket], window: WindowSettings, now: datetime
    ) -> Choice | None:
        """The next ticket among the heads of the window's lines; None when all are empty."""
        ...


class StrictOrder:
    """Directed tickets first, then own categories, then help; front classes first; then first come.

    Inside the own (and inside the help) categories the lines are merged by place, so that a line is
    not starved because its category is named later (A05).
    """

    def choose(
        self, heads: Sequence[Ticket], window: WindowSettings, now: datetime
    ) -> Choice | None:
        """The head with the lowest (kind of line, class, place)."""
        if not heads:
            return None
        ticket = min(heads, key=lambda head: _key(head, window))
        return Choice(ticket, _rule(ticket, window))


_TIERS = {CallRule.DIRECTED: 0, CallRule.OWN: 1, CallRule.HELP: 2}


def _rule(ticket: Ticket, window: WindowSettings) -> CallRule:
    if ticket.target_window is not None:
        return CallRule.DIRECTED
    return CallRule.OWN if ticket.category in window.categories else CallRule.HELP


def _key(ticket: Ticket, window: WindowSettings) -> tuple[int, int, int, int]:
    tier = _TIERS[_rule(ticket, window)]
    return (tier, ticket.priority_class.rank, ticket.line_order, ticket.line_entry)
