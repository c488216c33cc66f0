"""Cards and codes at the guide desk: check-in, how a ticket stands, a number for whose card was read."""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.errors import (
    AlreadyCheckedIn,
    AppointmentCancelled,
    AppointmentOtherDay,
    AppointmentsOff,
    DuplicateTicket,
    UnknownAppointment,
    YichuangError,
)
from yichuang.language import _
from yichuang.queue.arrivals import Scan
from yichuang.queue.id_card import IdCard
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.view import Standing, view_open_of, view_standing
from yichuang.tui.screens import ticket_standing as standing
from yichuang.tui.screens.guide_acts import EntranceScreen
from yichuang.tui.screens.guide_issue import Issuing


class Arriving:
    """What one guide desk does with them, step by step."""

    def __init__(self, desk: EntranceScreen) -> None:
        self._desk = desk
        self._hall = desk.hall

    async def take(self, arrival: IdCard | Scan) -> None:
        """A card was read, or a code scanned."""
        try:
            if isinstance(arrival, Scan):
                await self._take_code(arrival.text)
            else:
                await self._take_card(arrival)
        except YichuangError as error:
            self._desk.status.refuse(error)

    async def _take_code(self, text: str) -> None:
        found = await standing.scanned(self._hall, text)
        if isinstance(found, Standing):
            await self._show(found)
            return
        try:
            done = await self._hall.appointments.check_in(found, actor=self._desk.actor)
        except (AlreadyCheckedIn, DuplicateTicket) as known:
            await self._show_number(str(known.facts["number"]))
        else:
            await self._desk.tell(done, _("{number} 已签到"))

    async def _show_number(self, number: str) -> None:
        ticket = await self._hall.ticket(number)
        found = await self._hall.look(view_standing, ticket.id)
        if found is not None:
            await self._show(found)

    async def _take_card(self, card: IdCard) -> None:
        appointments = self._hall.appointments
        try:
            if self._hall.settings.appointment.enabled:
                done = await appointments.check_in(person=card.person, actor=self._desk.actor)
                await self._desk.tell(done, _("{number} 已签到"))
                return
        except (
            AlreadyCheckedIn,
            AppointmentCancelled,
            AppointmentOtherDay,
            AppointmentsOff,
            DuplicateTicket,
            UnknownAppointment,
        ):
            pass
        open_ones = await self._hall.look(view_open_of, card.person.key)
        if not open_ones or await self._show_known(standing.nearest_first(open_ones)):
            await Issuing(self._desk).run(card.person)

    async def _show_known(self, found: Sequence[Standing]) -> bool:
        """The tickets of the person are shown; whether one more is wanted."""
        other = (_("办别的事，另取一个号"), standing.OTHER)
        return await self._show(found[0], found[1:], [other]) == standing.OTHER

    async def _show(
        self,
        found: Standing,
        others: Sequence[Standing] = (),
        more: Sequence[tuple[str, str]] = (),
    ) -> str | None:
        """How a ticket stands; a grade is kept, and the ticket handled, where that is chosen."""
        choices = [*standing.grade_choices(found), *more]
        if found.is_today and not standing.can_rate(found):
            choices.insert(0, (_("看全文，处理这个号"), standing.HANDLE))
        page = await standing.page_of(self._hall, _("号票"), found, choices, others)
        what = await self._desk.ask(page)
        number = found.ticket.number
        if what == standing.HANDLE:
            await self._desk.find(number)
        elif what is not None and what != standing.OTHER:
            # Told to the staff, who scanned the ticket: not pressed by the visitor.
            step = self._hall.rate(
                Grade(what), RatingChannel.STAFF, number=number, actor=self._desk.actor
            )
            if await self._desk.act(step) is not None:
                self._desk.status.say(f" {_('{number} 的评价记下了').format(number=number)}")
        return what
