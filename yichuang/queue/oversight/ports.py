"""What supervision needs of a hall's memory: a part of `yichuang.queue.ports`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.alert import Alert, AlertKept
from yichuang.queue.oversight.figures import BadRating, DayFigures, FirstCall
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.oversight.search import JournalFilter


class SupervisionRecords(Protocol):
    """Reading what supervisors see."""

    def open_alerts(self) -> list[AlertKept]:
        """The alerts that were not cleared, as raised."""
        ...

    def alert(self, alert: int) -> AlertKept | None:
        """The alert with that id."""
        ...

    def last_alert(self, key: str) -> AlertKept | None:
        """The newest alert of that key, cleared or not."""
        ...

    def supervisions(self, limit: int, *, closed: bool = False) -> list[SupervisionItem]:
        """The 督办 items: those under way by deadline; or those closed, newest first."""
        ...

    def supervision(self, item: int) -> SupervisionItem | None:
        """The 督办 item with that id."""
        ...

    def notices(self, at: datetime) -> list[Notice]:
        """The notices that are live at that time, newest first."""
        ...

    def notice(self, notice: int) -> Notice | None:
        """The notice with that id."""
        ...

    def figures(self, on: date) -> DayFigures:
        """The figures of a business date."""
        ...

    def first_calls(self, on: date) -> list[FirstCall]:
        """The first calls of a business date's tickets, in order."""
        ...

    def bad_ratings(self, since: datetime) -> list[BadRating]:
        """The ratings of the two lowest grades since then, in order."""
        ...

    def search(self, asked: JournalFilter, limit: int) -> list[Entry]:
        """Entries of the journal, the newest first."""
        ...

    def entries_of_days(self, first: date, last: date, kinds: Collection[EventKind]) -> list[Entry]:
        """The entries of these kinds in a span of business dates, in order."""
        ...


class SupervisionMemory(SupervisionRecords, Protocol):
    """Changing what supervisors see."""

    def add_alert(self, alert: Alert, at: datetime) -> int:
        """Keep a new alert; returns its id. Memory itself refuses a second open one of its key."""
        ...

    def save_alert(self, kept: AlertKept) -> None:
        """Keep a changed alert."""
        ...

    def add_supervision(self, item: SupervisionItem) -> int:
        """Keep a new 督办 item (its `id` is ignored); returns the id it got."""
        ...

    def save_supervision(self, item: SupervisionItem) -> None:
        """Keep a changed 督办 item."""
        ...

    def add_notice(self, notice: Notice) -> int:
        """Keep a new notice (its `id` is ignored); returns the id it got."""
        ...

    def withdraw_notice(self, notice: int, at: datetime) -> None:
        """Take a notice back."""
        ...
