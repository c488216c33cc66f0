"""One ticket's whole history: what happened, why it was called, its papers, what its visitor thought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.event import Entry
from yichuang.queue.ports import Records
from yichuang.queue.printing import PrintJob
from yichuang.queue.rating import Rating
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView
from yichuang.queue.ticket import Ticket
from yichuang.queue.view import view_history, view_ticket, view_why
from yichuang.tui.screens.console_text import TextPage
from yichuang.tui.screens.overview_tickets import LATEST_JOBS, TicketActs
from yichuang.tui.text import Line, pad, wrap

_FACT = 12
"""The width of the column that names a fact."""


class TicketHistory(NamedTuple):
    """Everything that is known of a ticket, of one moment."""

    ticket: Ticket
    entries: Sequence[Entry]
    why: str
    jobs: Sequence[PrintJob]
    """Its papers, the oldest first."""
    rating: Rating | None
    items: tuple[str, ...]


def view_ticket_history(
    records: Records, rules: HallRules, now: datetime, number: str, on: date | None
) -> TicketHistory:
    """Everything that is known of a ticket; raises UnknownTicket."""
    ticket = view_ticket(records, rules, now, number, on)
    jobs = [each for each in records.print_jobs(LATEST_JOBS) if each.ticket == ticket.id]
    items = (records.item(code) for code in ticket.items)
    return TicketHistory(
        ticket,
        view_history(records, rules, now, number, on),
        view_why(records, rules, now, number, on),
        sorted(jobs, key=lambda job: job.id),
        records.rating_of(ticket.id),
        tuple(each.name for each in items if each is not None),
    )


class HistoryScreen(TextPage, TicketActs):
    """Facts on top, then every entry of the journal as a sentence."""

    NAME = N_("号的经过")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "handle", N_("处理这个号"))]

    def __init__(self, hall: Hall, number: str, on: date | None = None) -> None:
        """`on` is the ticket's business date, today when None."""
        super().__init__(hall)
        self._number = number
        self._on = on
        self._ticket: Ticket | None = None

    async def read_text(self, view: SupervisionView) -> tuple[str, list[Line]]:
        """The ticket and what happened to it."""
        del view
        found = await self.hall.look(view_ticket_history, self._number, self._on)
        self._ticket = found.ticket
        heading = f"{found.ticket.number}  {found.ticket.business_date}  {found.ticket.state.label}"
        return heading, [*self._facts(found), "", *self._steps(found.entries)]

    def _facts(self, found: TicketHistory) -> list[Line]:
        ticket, zone = found.ticket, self.hall.settings.zone
        category = self.categories.get(ticket.category)
        facts = [
            (_("类别", "head"), category.label if category else ticket.category),
            (_("级别"), ticket.priority_class.label),
            (_("事项"), _("、").join(found.items)),
            (_("叫号依据"), found.why),
        ]
        for job in found.jobs:
            at = f"{job.created_at.astimezone(zone):%H:%M:%S}"
            said = "  ".join(part for part in (job.state.label, job.reason.label) if part)
            facts.append((_("号票"), f"{at} {job.printer}  {said}"))
        if found.rating is not None:
            rating = found.rating
            facts.append((_("评价"), f"{rating.grade.label}（{rating.channel.label}）"))
        return [row for name, fact in facts if fact for row in self._fact(name, fact)]

    def _fact(self, name: str, fact: str) -> list[Line]:
        first, *more = wrap(fact, max(20, self.size.width - _FACT - 2))
        rows: list[Line] = [[(f" {pad(name, _FACT)}", "dim"), (first, "strong")]]
        return [*rows, *(f" {' ' * _FACT}{line}" for line in more)]

    def _steps(self, entries: Sequence[Entry]) -> list[Line]:
        rows: list[Line] = []
        for entry in entries:
            at = f"{entry.at.astimezone(self.hall.settings.zone):%H:%M:%S}"
            by = f"  {self.doer(entry)}".rstrip()
            said = self.hall.supervision.sentence(entry, self.names) if self.names else ""
            first, *more = wrap(f"{said}{by}", max(20, self.size.width - 12))
            rows.append(f" {at}  {first}")
            rows += [f"           {line}" for line in more]
        return rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A ticket of a former day is only to be looked at."""
        if action == "handle":
            seen = self._ticket is not None and self.view is not None
            return seen and self._is_todays() and self.allows("ticket")
        return super().check_action(action, parameters)

    def _is_todays(self) -> bool:
        view, ticket = self.view, self._ticket
        return bool(view and ticket and ticket.business_date == view.business_date)

    async def action_handle(self) -> None:
        """Do something with it."""
        ticket = await self.look(self.hall.ticket(self._number))
        if ticket is not None:
            self.ask_what_with(ticket)

    async def show_history(self, ticket: Ticket) -> None:
        """It is shown already."""
        del ticket
