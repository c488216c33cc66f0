"""Which calls are still to be announced."""

from __future__ import annotations

from yichuang.queue.announcement import Announcement
from yichuang.queue.event import EventKind
from yichuang.queue.ports import Records

_LOOK_BACK = 500
"""Journal rows that are looked through after a start, at most."""


def unannounced(records: Records) -> list[Announcement]:
    """The calls not yet announced, in order; one that was undone meanwhile is left out.

    After a long silence only the last 500 rows of the journal are looked through: what is older is stale.
    """
    latest = records.latest()
    if latest is None:
        return []
    after = max(records.last_announced(), latest.seq - _LOOK_BACK)
    entries = records.entries(after, _LOOK_BACK)
    undone = {
        entry.event.ticket: entry.seq
        for entry in entries
        if entry.event.kind is EventKind.CALL_UNDONE
    }
    return [
        Announcement(
            entry.seq,
            str(entry.event.data.get("number", "")),
            entry.event.window,
            entry.at,
            entry.event.kind is EventKind.TICKET_RECALLED,
        )
        for entry in entries
        if entry.event.kind in (EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED)
        and entry.event.window is not None
        and entry.seq > undone.get(entry.event.ticket, 0)
    ]
