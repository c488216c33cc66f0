"""Supervision as plain Python data, beside `plain`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from yichuang.errors import StoreError
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.alert import Alert, AlertKept
from yichuang.queue.oversight.figures import (
    BadRating,
    CategoryFigures,
    DayFigures,
    FirstCall,
    WindowFigures,
)
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.oversight.search import ASIDE, IN_FACTS, JournalFilter
from yichuang.queue.rating import Grade, Rating
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.store.journal import data_text
from yichuang.store.plain_people import PlainPeople

_BAD = (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)
_COUNTED = (TicketState.FINISHED, TicketState.PASSED, TicketState.WAITING)


class PlainSupervision(PlainPeople):
    """What supervisors see (`yichuang.queue.oversight.ports.SupervisionMemory`)."""

    def __init__(self) -> None:
        super().__init__()
        self._alerts: dict[int, AlertKept] = {}
        self._supervisions: dict[int, SupervisionItem] = {}
        self._notices: dict[int, Notice] = {}
        self._ratings: dict[int, Rating] = {}

    def add_rating(self, rating: Rating) -> None:
        """Keep a rating; raises StoreError for a second one of the ticket."""
        if rating.ticket in self._ratings:
            raise StoreError(detail=f"rated twice: ticket {rating.ticket}")
        self._set(self._ratings, rating.ticket, rating)

    def rating_of(self, ticket: int) -> Rating | None:
        """How the ticket with that id was rated."""
        return self._ratings.get(ticket)

    # --- alerts, 督办 items, notices -----------------------------------------------------------

    def open_alerts(self) -> list[AlertKept]:
        """The alerts that were not cleared, as raised."""
        return [each for each in self._alerts.values() if each.cleared_at is None]

    def alert(self, alert: int) -> AlertKept | None:
        """The alert with that id."""
        return self._alerts.get(alert)

    def last_alert(self, key: str) -> AlertKept | None:
        """The newest alert of that key."""
        found = (each for each in reversed(self._alerts.values()) if each.alert.key == key)
        return next(found, None)

    def add_alert(self, alert: Alert, at: datetime) -> int:
        """Keep a new alert; raises StoreError for a second open one of its key."""
        if any(each.alert.key == alert.key for each in self.open_alerts()):
            raise StoreError(detail=f"open alert twice: {alert.key}")
        found = len(self._alerts) + 1
        self._set(self._alerts, found, AlertKept(found, alert, at))
        return found

    def save_alert(self, kept: AlertKept) -> None:
        """Keep a changed alert."""
        self._set(self._alerts, kept.id, kept)

    def supervisions(self, limit: int, *, closed: bool = False) -> list[SupervisionItem]:
        """The 督办 items under way by deadline, or those closed, newest first."""
        items = [
            each
            for each in self._supervisions.values()
            if (each.state is SupervisionState.CLOSED) is closed
        ]
        items.sort(key=lambda each: -each.id if closed else (each.deadline, each.id))
        return items[:limit]

    def supervision(self, item: int) -> SupervisionItem | None:
        """The 督办 item with that id."""
        return self._supervisions.get(item)

    def add_supervision(self, item: SupervisionItem) -> int:
        """Keep a new 督办 item; returns its id."""
        found = len(self._supervisions) + 1
        self._set(self._supervisions, found, item._replace(id=found))
        return found

    def save_supervision(self, item: SupervisionItem) -> None:
        """Keep how far a 督办 item is."""
        self._set(self._supervisions, item.id, item)

    def notices(self, at: datetime) -> list[Notice]:
        """The notices that are live at that time, newest first."""
        return [each for each in reversed(self._notices.values()) if each.is_live(at)]

    def notice(self, notice: int) -> Notice | None:
        """The notice with that id."""
        return self._notices.get(notice)

    def add_notice(self, notice: Notice) -> int:
        """Keep a new notice; returns its id."""
        found = len(self._notices) + 1
        self._set(self._notices, found, notice._replace(id=found))
        return found

    def withdraw_notice(self, notice: int, at: datetime) -> None:
        """Take a notice back."""
        self._set(self._notices, notice, self._notices[notice]._replace(withdrawn_at=at))

    # --- figures ------------------------------------------------------------------------------

    def figures(self, on: date) -> DayFigures:
        """The figures of a business date."""
        found: dict[str, dict[str, Any]] = {}
        windows: dict[int, WindowFigures] = {}
        for ticket in self._of_day(on):
            self._count(ticket, found.setdefault(ticket.category, {}))
        for row in (self._calls[each - 1] for each in self._calls_by_day.get(on, ())):
            window = windows.get(row.window, WindowFigures(row.window))
            if row.ended_at is not None:
                last = max(window.last_ended_at or row.ended_at, row.ended_at)
                window = window._replace(last_ended_at=last)
            if row.started_at and row.ended_at and row.ending in ("finished", "waiting"):
                took = _seconds(row.started_at, row.ended_at)
                window = window._replace(services=window.services + 1, served=window.served + took)
                of = found.setdefault(row.category, {})
                of["services"] = of.get("services", 0) + 1
                of["served"] = of.get("served", 0.0) + took
            windows[row.window] = window
        return DayFigures(
            tuple(CategoryFigures(code, **found[code]) for code in sorted(found)),
            tuple(windows[number] for number in sorted(windows)),
        )

    def _count(self, ticket: Ticket, of: dict[str, Any]) -> None:
        of["issued"] = of.get("issued", 0) + 1
        if ticket.state in _COUNTED:
            of[ticket.state] = of.get(ticket.state, 0) + 1
        if ticket.first_called_at is not None:
            waited = _waited(ticket, ticket.first_called_at)
            of["called"] = of.get("called", 0) + 1
            of["waited"] = of.get("waited", 0.0) + waited
            of["longest_wait"] = max(of.get("longest_wait", 0.0), waited)
        rating = self._ratings.get(ticket.id)
        if rating is not None:
            of["ratings"] = of.get("ratings", 0) + 1
            of["bad_ratings"] = of.get("bad_ratings", 0) + (rating.grade in _BAD)

    def first_calls(self, on: date) -> list[FirstCall]:
        """The first calls of a business date's tickets, in order."""
        called = [each for each in self._of_day(on) if each.first_called_at is not None]
        called.sort(key=lambda each: (each.first_called_at, each.id))
        return [
            FirstCall(at, _waited(each, at))
            for each in called
            if (at := each.first_called_at) is not None
        ]

    def bad_ratings(self, since: datetime) -> list[BadRating]:
        """The ratings of the two lowest grades since then, in order."""
        found = [
            BadRating(
                each.ticket, self._tickets[each.ticket].number, each.grade, each.window, each.at
            )
            for each in self._ratings.values()
            if each.grade in _BAD and each.at >= since
        ]
        return sorted(found, key=lambda each: each.at)

    def _of_day(self, on: date) -> Iterable[Ticket]:
        return (self._tickets[each] for each in self._by_day.get(on, ()))

    # --- the journal --------------------------------------------------------------------------

    def search(self, asked: JournalFilter, limit: int) -> list[Entry]:
        """Entries of the journal, the newest first."""
        return list(islice(self._found(asked), limit))

    def _found(self, asked: JournalFilter) -> Iterator[Entry]:
        first, last = asked.first or date.min, asked.last or date.max
        for entry in reversed(self._entries):
            in_rows = asked.before is None or entry.seq < asked.before
            in_rows = in_rows and entry.seq > asked.after
            in_span = first <= entry.business_date <= last
            if in_span and in_rows and self._fits(entry, asked):
                yield entry

    def _fits(self, entry: Entry, asked: JournalFilter) -> bool:
        event = entry.event
        if asked.kinds and event.kind not in asked.kinds:
            return False
        if asked.actor and entry.actor != asked.actor:
            return False
        at_window = event.data.get(IN_FACTS) if event.kind in ASIDE else None
        if asked.window is not None and asked.window not in (event.window, at_window):
            return False
        if asked.number:
            ticket = self._tickets.get(event.ticket) if event.ticket is not None else None
            if ticket is None or not self._is_numbered(ticket, asked):
                return False
        return not asked.text or _tells(entry, asked)

    def _is_numbered(self, ticket: Ticket, asked: JournalFilter) -> bool:
        first, last = asked.first or date.min, asked.last or date.max
        return ticket.number == asked.number and first <= ticket.business_date <= last

    def entries_of_days(self, first: date, last: date, kinds: Collection[EventKind]) -> list[Entry]:
        """The entries of these kinds in a span of business dates, in order."""
        return [
            each
            for each in self._entries
            if first <= each.business_date <= last and each.event.kind in kinds
        ]


def _tells(entry: Entry, asked: JournalFilter) -> bool:
    """Whether the text, or what is meant by it, is in the entry."""
    event, meant = entry.event, asked.meant
    if asked.text in data_text(event) or asked.text in entry.actor:
        return True
    if event.kind in meant.kinds or entry.actor in meant.actors:
        return True
    return bool(meant.facts) and not meant.facts.isdisjoint(_facts_in("", event.data))


def _facts_in(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The strings of some facts, each under its name and under none."""
    if isinstance(value, str):
        yield from ((name, value), ("", value))
    elif isinstance(value, Mapping):
        for each, inner in value.items():
            yield from _facts_in(each, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _facts_in("", inner)


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _waited(ticket: Ticket, called_at: datetime) -> float:
    since = max(ticket.issued_at, ticket.not_before or ticket.issued_at)
    return _seconds(since, called_at)
