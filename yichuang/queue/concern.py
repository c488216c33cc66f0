"""What happened elsewhere in the hall and changes nothing at a window: its screen need not be read again."""

from __future__ import annotations

from collections.abc import Collection

from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Event, EventKind

_AT_ITS_WINDOW = frozenset(
    {
        EventKind.TICKET_RECALLED,
        EventKind.TICKET_STARTED,
        EventKind.TICKET_FINISHED,
        EventKind.TICKET_RATED,
    }
)
"""What is done with a ticket that is at a window already."""

_FROM_ITS_LINE = frozenset({CallRule.DIRECTED, CallRule.OWN, CallRule.HELP})
"""Calls of who stands in line; a passed ticket stands on the screens of all windows."""


BEFALLS_TICKETS = frozenset(
    each for each in EventKind if each.startswith(("Ticket", "Call", "Finish", "Pass"))
)
"""What a clerk's view alone tells of: it changes nothing that is known of the staff, devices or settings."""


def concerns_window(event: Event, window: int, categories: Collection[str]) -> bool:
    """Whether a clerk's view of a window (`yichuang.queue.clerk`) may be another one after the event.

    `categories` are those that the window serves, as its own and as a help. Most of what happens in a hall
    is the work of other windows and the coming of others' visitors; of anything else every window is told.
    """
    if event.window == window:
        return True
    if event.kind in _AT_ITS_WINDOW:
        return event.window is None
    if event.kind is EventKind.TICKET_ISSUED:
        return event.data["category"] in categories or "to_window" in event.data
    if event.kind is EventKind.TICKET_CALLED:
        # One that was called before may be what the window's last step sent on: that is to be undone no more.
        is_fresh = event.data["former_call"] is None and event.data["rule"] in _FROM_ITS_LINE
        return event.data["category"] in categories or not is_fresh
    return True
