"""Who is next: a policy chooses among the heads of the lines that a window may call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from yichuang.config import WindowSettings
from yichuang.queue.ticket import PriorityClass


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


class LineHead(Protocol):
    """The first ticket of a line, as far as a policy needs to know it; a `Ticket` is one."""

    @property
    def id(self) -> int:
        """The ticket's id."""
        ...

    @property
    def number(self) -> str:
        """The ticket's number."""
        ...

    @property
    def category(self) -> str:
        """The code of the line's category."""
        ...

    @property
    def priority_class(self) -> PriorityClass:
        """The line's class."""
        ...

    @property
    def target_window(self) -> int | None:
        """The only window that may call it."""
        ...

    @property
    def issued_at(self) -> datetime:
        """When the visitor came."""
        ...

    @property
    def line_order(self) -> int:
        """The place in line."""
        ...

    @property
    def line_entry(self) -> int:
        """Decides between equal places."""
        ...


class Choice(NamedTuple):
    """The line whose head is next, and why it is that one."""

    head: LineHead
    rule: CallRule


class DispatchPolicy(Protocol):
    """A discipline between lines. Inside a (category, class) line the order is always strict."""

    def choose(
        self, heads: Sequence[LineHead], window: WindowSettings, now: datetime
    ) -> Choice | None:
        """The next ticket among the heads of the window's lines; None when all are empty."""
        ...


class StrictOrder:
    """Directed tickets first, then own categories, then help; front classes first; then first come.

    Inside the own (and inside the help) categories the lines are merged by place, so that a line is
    not starved because its category is named later (A05).
    """

    def choose(
        self, heads: Sequence[LineHead], window: WindowSettings, now: datetime
    ) -> Choice | None:
        """The head with the lowest (kind of line, class, place)."""
        if not heads:
            return None
        first = min(heads, key=lambda head: _key(head, window))
        return Choice(first, _rule(first, window))


_TIERS = {CallRule.DIRECTED: 0, CallRule.OWN: 1, CallRule.HELP: 2}


def _rule(head: LineHead, window: WindowSettings) -> CallRule:
    if head.target_window is not None:
        return CallRule.DIRECTED
    return CallRule.OWN if head.category in window.categories else CallRule.HELP


def _key(head: LineHead, window: WindowSettings) -> tuple[int, int, int, int]:
    tier = _TIERS[_rule(head, window)]
    return (tier, head.priority_class.rank, head.line_order, head.line_entry)
