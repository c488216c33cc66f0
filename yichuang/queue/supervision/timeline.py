"""What the journal tells of people's days: signing in, posts, pauses, tickets, whereabouts (H10, H11).

Nothing but the journal is asked: it cannot be edited, and what it tells of a day does not change later. What
happens at a window is counted to whoever is signed in there, else to whoever did it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.rating import Grade

_K = EventKind

PRESENCE = frozenset(
    {
        _K.SIGNED_IN,
        _K.SIGNED_OUT,
        _K.SIGN_IN_LOCKED,
        _K.POST_TAKEN,
        _K.POST_LEFT,
        _K.POST_HANDED_OVER,
        _K.WHEREABOUTS_CHANGED,
        _K.WINDOW_PAUSED,
        _K.WINDOW_RESUMED,
        _K.WINDOW_CLOSED,
    }
)
"""What tells who was where."""

WORK = PRESENCE | {
    _K.TICKET_CALLED,
    _K.TICKET_STARTED,
    _K.TICKET_FINISHED,
    _K.TICKET_PASSED,
    _K.TICKET_VOIDED,
    _K.TICKET_HELD,
    _K.TICKET_TRANSFERRED,
    _K.TICKET_FORWARDED,
    _K.TICKET_CANCELLED,
    _K.CALL_UNDONE,
    _K.FINISH_UNDONE,
    _K.PASS_UNDONE,
    _K.TICKET_RATED,
}
"""What tells also what they did."""

_ENDINGS = frozenset(
    {
        _K.TICKET_FINISHED,
        _K.TICKET_PASSED,
        _K.TICKET_VOIDED,
        _K.TICKET_HELD,
        _K.TICKET_TRANSFERRED,
        _K.TICKET_FORWARDED,
        _K.TICKET_CANCELLED,
    }
)


class Sign(NamedTuple):
    """Signing in or out at a terminal."""

    at: datetime
    kind: EventKind
    origin: str
    why: str = ""


class PostHeld(NamedTuple):
    """A stretch of time at a window."""

    window: int
    since: datetime
    until: datetime | None = None
    """None while it lasts, or when the journal does not tell its end."""
    taken_from: str = ""
    """The badge number of who was there before, and was signed out or handed over."""
    handed_to: str = ""
    """The badge number of who stepped in."""


class Paused(NamedTuple):
    """A pause of a window."""

    window: int
    since: datetime
    reason: str
    until: datetime | None = None


class Visit(NamedTuple):
    """A ticket at a window."""

    ticket: int
    number: str
    window: int
    called_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ending: EventKind | None = None
    """How it ended; None while it lasts."""

    @property
    def seconds(self) -> float | None:
        """How long it was served; None when it was not, or is still."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())


class Rated(NamedTuple):
    """What a visitor thought of it."""

    at: datetime
    number: str
    grade: Grade


class Moved(NamedTuple):
    """A change on the whereabouts board."""

    at: datetime
    state: Whereabouts
    note: str = ""


class PersonDay:
    """One person's day, as it is gathered."""

    __slots__ = ("moves", "pauses", "posts", "ratings", "signs", "visits")

    def __init__(self) -> None:
        self.signs: list[Sign] = []
        self.posts: list[PostHeld] = []
        self.pauses: list[Paused] = []
        self.visits: list[Visit] = []
        self.ratings: list[Rated] = []
        self.moves: list[Moved] = []

    def leave(self, window: int, at: datetime, handed_to: str = "") -> None:
        """The last stretch at the window is over."""
        _end(self.posts, window, until=at, handed_to=handed_to)

    def resume(self, window: int, at: datetime) -> Paused | None:
        """The window's pause is over; which it was."""
        found: Paused | None = _end(self.pauses, window, until=at)
        return found


def _end(spans: list[Any], window: int, **change: Any) -> Any:
    """Change the last open span of a window, if there is one."""
    for place in range(len(spans) - 1, -1, -1):
        if spans[place].window == window:
            if spans[place].until is not None:
                return None
            found = spans[place]
            spans[place] = found._replace(**change)
            return found
    return None


class Timeline:
    """The days of all people in a stretch of the journal, by badge number and business date."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.days: dict[tuple[str, date], PersonDay] = {}
        self.last_at: dict[date, datetime] = {}
        """When the last of these entries of each date was made."""
        self._at_window: dict[int, str] = {}
        self._who_served: dict[int, str] = {}
        """By ticket: who finished it last."""
        for entry in entries:
            self._take(entry)

    def of(self, badge: str, on: date) -> PersonDay:
        """Somebody's day; empty when the journal tells nothing of it."""
        return self.days.get((badge, on)) or PersonDay()

    def _day(self, badge: str, on: date) -> PersonDay:
        return self.days.setdefault((badge, on), PersonDay())

    def _take(self, entry: Entry) -> None:
        self.last_at[entry.business_date] = entry.at
        kind = entry.event.kind
        if kind in (_K.SIGNED_IN, _K.SIGNED_OUT, _K.SIGN_IN_LOCKED):
            self._sign(entry)
        elif kind is _K.WHEREABOUTS_CHANGED:
            self._move(entry)
        elif kind is _K.TICKET_RATED:
            self._rate(entry)
        elif kind in (_K.POST_TAKEN, _K.POST_LEFT, _K.POST_HANDED_OVER):
            self._post(entry)
        elif entry.event.window is not None:
            self._at(entry, entry.event.window)

    def _sign(self, entry: Entry) -> None:
        data = entry.event.data
        sign = Sign(entry.at, entry.event.kind, data.get("origin", ""), data.get("why", ""))
        self._day(str(data.get("badge", entry.actor)), entry.business_date).signs.append(sign)

    def _move(self, entry: Entry) -> None:
        data = entry.event.data
        try:
            state = Whereabouts(data.get("state", ""))
        except ValueError:
            return  # a state that only a newer program knows
        moved = Moved(entry.at, state, data.get("note") or "")
        self._day(str(data.get("badge", entry.actor)), entry.business_date).moves.append(moved)

    def _rate(self, entry: Entry) -> None:
        badge = self._who_served.get(entry.event.ticket or 0)
        if badge:
            data = entry.event.data
            rated = Rated(entry.at, str(data.get("number", "")), Grade(data["grade"]))
            self._day(badge, entry.business_date).ratings.append(rated)

    def _post(self, entry: Entry) -> None:
        data, on, at = entry.event.data, entry.business_date, entry.at
        window = int(entry.event.window or data.get("window") or 0)
        badge = str(data.get("badge", entry.actor))
        if entry.event.kind is _K.POST_TAKEN:
            former = str(data.get("former") or "")
            if former:
                self._leave(former, window, entry, handed_to=badge)
            self._begin(badge, window, entry, taken_from=former)
        elif entry.event.kind is _K.POST_HANDED_OVER:
            to = str(data.get("to") or "")
            self._leave(badge, window, entry, handed_to=to)
            self._begin(to, window, entry, taken_from=badge)
        else:
            self._day(badge, on).leave(window, at)
            self._day(badge, on).resume(window, at)
            self._at_window.pop(window, None)

    def _begin(self, badge: str, window: int, entry: Entry, taken_from: str) -> None:
        self._at_window[window] = badge
        held = PostHeld(window, entry.at, taken_from=taken_from)
        self._day(badge, entry.business_date).posts.append(held)

    def _leave(self, badge: str, window: int, entry: Entry, handed_to: str) -> None:
        """Somebody else steps in; a pause of the window goes over to that one."""
        day = self._day(badge, entry.business_date)
        day.leave(window, entry.at, handed_to)
        pause = day.resume(window, entry.at)
        if pause is not None:
            again = Paused(window, entry.at, pause.reason)
            self._day(handed_to, entry.business_date).pauses.append(again)

    def _at(self, entry: Entry, window: int) -> None:
        """Something happened at a window."""
        event, at = entry.event, entry.at
        badge = self._at_window.get(window) or entry.actor
        if not badge:
            return
        day = self._day(badge, entry.business_date)
        if event.kind is _K.WINDOW_PAUSED:
            day.pauses.append(Paused(window, at, str(event.data.get("reason", ""))))
        elif event.kind in (_K.WINDOW_RESUMED, _K.WINDOW_CLOSED):
            day.resume(window, at)
        elif event.ticket is not None:
            self._visit(day, badge, entry, window)

    def _visit(self, day: PersonDay, badge: str, entry: Entry, window: int) -> None:
        event, at, ticket = entry.event, entry.at, entry.event.ticket or 0
        if event.kind is _K.TICKET_CALLED:
            number = str(event.data.get("number", ""))
            day.visits.append(Visit(ticket, number, window, at))
            return
        place = next(
            (
                place
                for place in range(len(day.visits) - 1, -1, -1)
                if (day.visits[place].ticket, day.visits[place].window) == (ticket, window)
            ),
            None,
        )
        if place is None:
            return  # somebody else called it, before the hand-over
        if event.kind is _K.CALL_UNDONE:
            del day.visits[place]
        elif event.kind is _K.TICKET_STARTED:
            day.visits[place] = day.visits[place]._replace(started_at=at)
        elif event.kind in (_K.FINISH_UNDONE, _K.PASS_UNDONE):
            day.visits[place] = day.visits[place]._replace(ended_at=None, ending=None)
        elif event.kind in _ENDINGS:
            day.visits[place] = day.visits[place]._replace(ended_at=at, ending=event.kind)
            if event.kind is _K.TICKET_FINISHED:
                self._who_served[ticket] = badge
