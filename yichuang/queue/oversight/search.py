"""How the journal is searched."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from yichuang.queue.event import EventKind


class Meant(NamedTuple):
    """What the journal keeps for a text that screens show: any of it is as good as the text itself."""

    kinds: frozenset[EventKind] = frozenset()
    """Events that are called so."""
    actors: frozenset[str] = frozenset()
    """Badge numbers of people who are called so, who did it."""
    facts: frozenset[tuple[str, str]] = frozenset()
    """Names of facts, and their values; with an empty name, the value of any fact or in any list."""


class JournalFilter(NamedTuple):
    """What an entry must be like to be found; what is None or empty does not matter."""

    first: date | None = None
    """The first business date."""
    last: date | None = None
    """The last one."""
    kinds: frozenset[EventKind] = frozenset()
    actor: str = ""
    """Who did it, exactly: a badge number, or what a program of the host gave."""
    window: int | None = None
    number: str = ""
    """A ticket's, as it is printed; on every date of the span."""
    text: str = ""
    """Stands in the facts of the event, such as a reason or a device, or in who did it; or what is
    `meant` by it does."""
    meant: Meant = Meant()
    """Matters only with a text."""
    before: int | None = None
    """Only entries before that row: the next page."""
    after: int = 0
    """Only entries behind that row."""


ASIDE = frozenset(
    {
        EventKind.TICKET_RATED,
        EventKind.ALERT_RAISED,
        EventKind.ALERT_WORSENED,
        EventKind.ALERT_CLEARED,
        EventKind.ALERT_ACKNOWLEDGED,
        EventKind.SHEET_PRINTED,
    }
)
"""Events about a window that are no step of its clerk's: their facts tell which it is."""

IN_FACTS = "at_window"
"""Under which name they tell it."""
