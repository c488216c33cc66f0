"""Which calls and notices are still to be announced."""

from __future__ import annotations

from yichuang.queue.announcement import Announcement
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.ports import Records

_CALLS = (EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED)

_GONE = frozenset(
    {
        EventKind.CALL_UNDONE,
        EventKind.TICKET_PASSED,
        EventKind.TICKET_VOIDED,
        EventKind.TICKET_CANCELLED,
        EventKind.TICKET_HELD,
        EventKind.TICKET_TRANSFERRED,
        EventKind.TICKET_FORWARDED,
        EventKind.TICKET_FINISHED,
    }
)
"""After these nobody is awaited at the window any more: what called there before is moot, also when the
step is undone. Who comes back to a window by that is called by a recall."""

_LOOK_BACK = 2000
"""Journal rows that are looked through after a start, at most: a day's absences alone may be hundreds."""


def unannounced(records: Records, heard: int = 0) -> tuple[list[Announcement], int]:
    """The calls not yet announced, in order, and the journal row up to which there is none.

    `heard` is what it gave before: rows up to there are not looked at again. A call that was undone
    meanwhile, or whose visitor has gone on, is left out: nobody is to be sent to a window that does not await
    them. So is a notice that was taken back. After a long silence only the latest rows are looked through:
    what is older is stale.
    """
    latest = records.latest()
    if latest is None:
        return [], 0
    after = max(records.last_announced(), heard, latest.seq - _LOOK_BACK)
    entries = records.entries(after, _LOOK_BACK)
    gone = {entry.event.ticket: entry.seq for entry in entries if entry.event.kind in _GONE}
    withdrawn = {
        entry.event.data.get("notice")
        for entry in entries
        if entry.event.kind is EventKind.NOTICE_WITHDRAWN
    }
    told = (
        _notice_in(entry) if entry.event.kind is EventKind.NOTICE_BROADCAST else call_in(entry)
        for entry in entries
        if entry.seq > gone.get(entry.event.ticket, 0)
        and entry.event.data.get("notice") not in withdrawn
    )
    calls = [call for call in told if call is not None]
    return calls, calls[0].seq - 1 if calls else latest.seq


def call_in(entry: Entry) -> Announcement | None:
    """The call that a journal row tells of; None for rows of other kinds."""
    event = entry.event
    if event.kind not in _CALLS or event.window is None:
        return None
    number = str(event.data.get("number", ""))
    is_repeat = event.kind is EventKind.TICKET_RECALLED
    return Announcement(entry.seq, number, event.window, entry.at, is_repeat)


def _notice_in(entry: Entry) -> Announcement | None:
    """The notice that a journal row tells of, if it is to be spoken."""
    data = entry.event.data
    text = str(data.get("text", ""))
    if not data.get("spoken") or not text:
        return None
    seconds = 60.0 * float(data.get("minutes", 1))
    return Announcement(entry.seq, "", 0, entry.at, False, notice=text, good_for=seconds)
