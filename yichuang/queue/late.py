"""A visitor who comes a little late: whether the passed ticket may be called directly."""

from __future__ import annotations

from yichuang.config import MissedSettings
from yichuang.errors import QueueRefusal, ReturnsExhausted, TooLate
from yichuang.queue.ports import Records
from yichuang.queue.ticket import Ticket


def refuse_too_late(records: Records, missed: MissedSettings, ticket: Ticket) -> None:
    """Raises ReturnsExhausted, or TooLate when too many of its category were called since."""
    if ticket.reinstated >= missed.returns:
        raise ReturnsExhausted(number=ticket.number, times=ticket.reinstated)
    since = records.calls_since(ticket.call or 0, ticket.category, missed.late_numbers + 1)
    if not missed.late_numbers or since > missed.late_numbers:
        raise TooLate(number=ticket.number, numbers=missed.late_numbers)


def is_in_time(records: Records, missed: MissedSettings, ticket: Ticket) -> bool:
    """Whether the passed ticket may still be called directly."""
    try:
        refuse_too_late(records, missed, ticket)
    except QueueRefusal:
        return False
    return True
