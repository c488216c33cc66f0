"""Supervision as a hall's users meet it: `hall.supervision`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from yichuang.queue.command import Command
from yichuang.queue.desk import Done
from yichuang.queue.event import Entry
from yichuang.queue.oversight import command as commands
from yichuang.queue.oversight.alert import Alert, MachineFacts
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.oversight.search import JournalFilter
from yichuang.queue.ports import Records, Result, Store
from yichuang.queue.rules import HallRules
from yichuang.queue.supervision.days import (
    AttendanceDay,
    ClerkDay,
    view_attendance,
    view_clerk_day,
)
from yichuang.queue.supervision.noting import view_alerts
from yichuang.queue.supervision.sentence import Names, alert_sentence, doer, sentence
from yichuang.queue.supervision.view import (
    SupervisionView,
    WaitBucket,
    view_supervision,
    view_waits,
)
from yichuang.queue.supervision.wording import meant_by

MOST_FOUND = 500
"""Entries of the journal that one search gives at most."""

_NO_FACTS = MachineFacts()


_ROWS_AT_A_TIME = 10_000
"""Rows of the journal that one reading looks through for a text."""


class _Hall(Protocol):
    """What is needed of a `yichuang.queue.service.Hall`."""

    store: Store

    @property
    def rules(self) -> HallRules: ...

    async def do(self, command: Command, actor: str = "") -> Done: ...

    async def look(self, view: Callable[..., Result], *arguments: Any) -> Result: ...


class Supervision:
    """What supervisors see and do: alerts, 督办, notices, the journal, people's days."""

    def __init__(self, hall: _Hall) -> None:
        self._hall = hall

    async def view(self) -> SupervisionView:
        """Alerts, 督办 items, notices, and today's figures of categories and windows."""
        return await self._hall.look(view_supervision)

    async def waits_over_day(self, on: date | None = None) -> list[WaitBucket]:
        """The waits of a business date, else of today, by half hours: for a chart."""
        return await self._hall.look(view_waits, on)

    # --- alerts -------------------------------------------------------------------------------

    async def watch(self, machine: MachineFacts = _NO_FACTS) -> tuple[Alert, ...]:
        """Look once at what there is to warn of, and keep what is new; what was found.

        Nothing is written, and nobody is told of a change, when nothing is new.
        """
        look = await self._hall.look(view_alerts, machine)
        if look.is_new:
            await self._hall.do(commands.NoteAlerts(look.found))
        return look.found

    async def acknowledge(self, alert: int, *, note: str = "", actor: str = "") -> Done:
        """Take note of an alert; raises UnknownAlert."""
        return await self._hall.do(commands.AcknowledgeAlert(alert, note), actor)

    # --- 督办 ---------------------------------------------------------------------------------

    async def open_item(
        self,
        title: str,
        *,
        owner: str,
        deadline: datetime,
        note: str = "",
        alert: int | None = None,
        actor: str = "",
    ) -> Done:
        """Give a matter to somebody, by badge number; `Done.supervision` is it."""
        return await self._hall.do(
            commands.OpenSupervision(title, owner, deadline, note, alert), actor
        )

    async def answer_item(self, item: int, text: str, *, actor: str = "") -> Done:
        """The owner tells what was done."""
        return await self._hall.do(commands.AnswerSupervision(item, text), actor)

    async def close_item(self, item: int, *, feedback: str = "", actor: str = "") -> Done:
        """The matter is over; one that nobody answered needs words."""
        return await self._hall.do(commands.CloseSupervision(item, feedback), actor)

    async def items(self, *, closed: bool = False, limit: int = 200) -> list[SupervisionItem]:
        """The items under way by deadline, or those closed, newest first."""
        return await self._hall.store.read(lambda each: each.supervisions(limit, closed=closed))

    # --- notices ------------------------------------------------------------------------------

    async def broadcast(
        self,
        text: str,
        *,
        minutes: int,
        reason: str,
        spoken: bool = True,
        shown: bool = True,
        actor: str = "",
    ) -> Done:
        """Tell the waiting crowd something; `Done.notice` is it."""
        command = commands.BroadcastNotice(text, minutes, reason, spoken, shown)
        return await self._hall.do(command, actor)

    async def withdraw(self, notice: int, *, reason: str = "", actor: str = "") -> Done:
        """Take a notice back."""
        return await self._hall.do(commands.WithdrawNotice(notice, reason), actor)

    async def record_incident(
        self, kind: str, *, what: str, reported_to: str, actor: str = ""
    ) -> Done:
        """Write down what happened and to whom it was reported."""
        return await self._hall.do(commands.RecordIncident(kind, what, reported_to), actor)

    # --- the journal --------------------------------------------------------------------------

    async def search(self, asked: JournalFilter, limit: int = 50) -> list[Entry]:
        """Entries of the journal, the newest first; the next page is `before` the last one's `seq`.

        A text is what the page shows: names of people, categories and events are found, too.
        """
        most = min(limit, MOST_FOUND)
        if not asked.text:
            return await self._hall.store.read(lambda each: each.search(asked, most))
        asked = asked._replace(meant=meant_by(asked.text, await self.names()))
        found: list[Entry] = []
        # In pieces: every row must be read, and meanwhile other screens want to read, too.
        latest = await self._hall.store.read(lambda each: each.latest())
        before = asked.before or (latest.seq + 1 if latest else 1)
        while before > asked.after + 1 and len(found) < most:
            after = max(asked.after, before - 1 - _ROWS_AT_A_TIME)
            piece = asked._replace(before=before, after=after)
            entries, is_all = await self._hall.store.read(
                partial(_search, asked=piece, limit=most - len(found))
            )
            found += entries
            if is_all:
                break
            before = after + 1
        return found

    async def names(self) -> Names:
        """How categories and people are called, for `sentence`."""
        staff = await self._hall.store.read(lambda each: each.staff())
        return Names(
            {code: each.label for code, each in self._hall.rules.categories.items()},
            {each.badge: each.name for each in staff},
            self._hall.rules.zone,
        )

    def sentence(self, entry: Entry, names: Names) -> str:
        """An entry in words, on one line."""
        return sentence(entry, names)

    def doer(self, entry: Entry) -> str:
        """Who did it, to be shown beside the sentence; empty where nobody is known."""
        return doer(entry)

    def alert_sentence(self, alert: Alert, names: Names) -> str:
        """An alert in words, on one line."""
        return alert_sentence(alert, names)

    async def clerk_day(self, badge: str, on: date | None = None) -> ClerkDay:
        """What one person did on a business date, else today; raises UnknownStaff."""
        return await self._hall.look(view_clerk_day, badge, on)

    async def attendance(self, first: date, last: date) -> list[AttendanceDay]:
        """Everybody's days of a span, by date and badge number."""
        return await self._hall.look(view_attendance, first, last)


def _search(records: Records, asked: JournalFilter, limit: int) -> tuple[list[Entry], bool]:
    """What is found in one piece, and whether all before it is of earlier dates than asked for."""
    oldest = records.entries(asked.after, 1)
    is_all = asked.first is not None and bool(oldest) and oldest[0].business_date < asked.first
    return records.search(asked, limit), is_all
