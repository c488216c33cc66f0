"""Who stands at the kiosk, as a card or a code tells it: check-in, the ticket that is there, or the menu.

A card belongs to one visit and is forgotten with it. Nothing of it is shown but that it was read (DESIGN 9).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from textual.app import App

from yichuang.errors import (
    AlreadyCheckedIn,
    AppointmentCancelled,
    AppointmentOtherDay,
    AppointmentsOff,
    DuplicateTicket,
    NeverPrinted,
    QueueRefusal,
    UnknownAppointment,
    YichuangError,
)
from yichuang.language import _
from yichuang.queue.arrivals import Arrival, Scan, Unread
from yichuang.queue.desk import Done
from yichuang.queue.device import DeviceState
from yichuang.queue.id_card import IdCard
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.view import Standing, view_open_of, view_standing
from yichuang.tui.screens import ticket_standing as standing
from yichuang.tui.screens.check_in import CheckIn, check_in
from yichuang.tui.screens.kiosk_presence import Presence
from yichuang.tui.screens.kiosk_visit import Visit
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.unread import say_unread
from yichuang.tui.widgets.status_line import StatusLine

CARD_SECONDS = 30.0
"""A card is forgotten when no key was pressed for so long (our own number)."""

ELDERLY = "elderly"
"""The group of the green channel that a card's age stands for (F01), where the hall has it."""

_NO_APPOINTMENT = (UnknownAppointment, AppointmentsOff, AppointmentCancelled, AppointmentOtherDay)
"""There is nothing to check in, which is no trouble: the visitor has come for a number."""


class _Counter(Protocol):
    """What is needed of the kiosk's screen."""

    hall: Hall
    kiosk: str
    printer_name: str | None
    presence: Presence

    @property
    def app(self) -> App[Any]: ...

    @property
    def status(self) -> StatusLine: ...

    @property
    def visit(self) -> Visit: ...

    @property
    def takes_check_in(self) -> bool: ...

    @property
    def is_shut(self) -> bool: ...

    @property
    def cannot_be_left(self) -> bool: ...

    @property
    def is_public(self) -> bool: ...

    @property
    def places(self) -> tuple[str, ...]: ...

    async def go_home(self) -> None: ...

    async def give(self, done: Done) -> None: ...

    async def reload(self) -> None: ...


class Reception:
    """Receives the visitors of one kiosk."""

    def __init__(self, counter: _Counter) -> None:
        self._counter = counter
        self._hall = counter.hall
        self.card: IdCard | None = None
        """The present visitor's; None for one who showed none."""
        self.invitation = ""
        """What a visitor may do instead of pressing keys; empty without a reader and a scanner that work."""
        self._visits = 0
        self.is_busy = False
        """Whether a card or code is being looked up: meanwhile no key may take a number."""

    def forget(self) -> None:
        """The visit is over; an answer to a question of it comes too late."""
        self.card = None
        self._visits += 1
        self._counter.presence.limit = None

    async def look_around(self) -> None:
        """See which of the kiosk's reader and scanner work now."""
        settings, places = self._hall.settings, self._counter.places
        readers = [each.name for each in settings.id_reader if each.kiosk in places]
        scanners = [each.name for each in settings.scanner if each.kiosk in places]
        if not readers and not scanners:
            return
        works = {
            each.name
            for each in await self._hall.devices.statuses()
            if each.health.state in (DeviceState.READY, DeviceState.DEGRADED)
        }
        said = [_("把身份证放在阅读器上")] if works.intersection(readers) else []
        said += [_("扫号票或预约的码")] if works.intersection(scanners) else []
        self.invitation = _("也可以{ways}").format(ways=_("，").join(said)) if said else ""

    @property
    def person(self) -> str | None:
        """The keyed hash that the present visitor's ticket carries."""
        return self.card.person.key if self.card else None

    async def take(self, arrival: Arrival) -> None:
        """A card was read or a code scanned: it begins a visit. Of a card that cannot be read it is told.

        What a former visitor left open is closed first, unless a number is just being issued or was given a
        moment ago; then it is said to wait.
        """
        counter = self._counter
        if isinstance(arrival, Unread):
            counter.presence.noticed()
            say_unread(counter.status, may_take=not counter.is_shut)
            return
        if isinstance(arrival, IdCard) and arrival.person.key == self.person:
            # It lies on the reader still.
            counter.presence.noticed()
            return
        if self.is_busy or counter.cannot_be_left:
            counter.status.say(f" {_('请稍等，再放一次证件或再扫一次')}")
            return
        self.is_busy = True
        try:
            if isinstance(arrival, Scan):
                await self._take_code(arrival.text)
            else:
                await self._take_card(arrival)
        except YichuangError as error:
            counter.status.refuse(error)
        finally:
            self.is_busy = False
            # What is said goes away by itself when nobody presses a key.
            counter.presence.noticed()

    async def _begin(self) -> None:
        """A new visitor: nothing of the one before is left."""
        await self._counter.go_home()
        self._counter.presence.limit = CARD_SECONDS
        self._counter.presence.noticed()

    # --- cards --------------------------------------------------------------------------------

    async def _take_card(self, card: IdCard) -> None:
        counter = self._counter
        await self._begin()
        self.card = card
        refused = None
        if counter.takes_check_in:
            try:
                done = await self._check_in(person=card.person)
            except (*_NO_APPOINTMENT, AlreadyCheckedIn, DuplicateTicket):
                pass
            except QueueRefusal as error:
                refused = error
            else:
                await counter.give(done)
                return
        found = standing.nearest_first(await self._hall.look(view_open_of, card.person.key))
        if found:
            await self._show(
                found[0], found[1:], _("已读到证件：您已经取过号"), self._known_choices
            )
        else:
            self._welcome(refused)

    def _welcome(self, refused: QueueRefusal | None) -> None:
        """The menu is this visitor's; the green channel is offered to whom it is open by age (F01)."""
        counter, card = self._counter, self.card
        if card is None:
            return
        if counter.is_shut:
            counter.status.say(f" {_('已读到证件；现在不取号')}")
            return
        if refused is not None:
            counter.status.refuse(refused)
        else:
            counter.status.say(f" {_('已读到证件，请选要办的业务')}")
        if card.age >= self._hall.settings.kiosk.elderly_age and not counter.visit.wish.priority:
            offer = _("您可以走绿色通道取优先号，要走吗？不走请按 Esc，照常取号。")
            counter.app.push_screen(Question(offer), partial(self._answer_offer, self._visits))

    async def _answer_offer(self, visit: int, sure: bool | None) -> None:
        counter = self._counter
        counter.presence.noticed()
        if not sure or visit != self._visits:
            return
        group = ELDERLY if ELDERLY in self._hall.rules.groups else None
        counter.visit.wish = replace(counter.visit.wish, priority=True, group=group)
        await counter.reload()

    def _known_choices(self, _found: Standing) -> list[tuple[str, str]]:
        choices = [(_("补打这张号票"), standing.REPRINT)] if self._hall.settings.printer else []
        if not self._counter.is_shut:
            choices.append((_("办别的事，另取一个号"), standing.OTHER))
        return choices

    # --- codes --------------------------------------------------------------------------------

    async def _take_code(self, text: str) -> None:
        found = await standing.scanned(self._hall, text)
        await self._begin()
        if isinstance(found, Standing):
            await self._show(found, (), _("您的号票"), standing.grade_choices)
            return
        if not self._counter.takes_check_in:
            if self._counter.is_shut:
                self._counter.status.say(f" {_('现在不办预约签到')}")
                return
            raise AppointmentsOff
        try:
            done = await self._check_in(code=found)
        except (AlreadyCheckedIn, DuplicateTicket) as known:
            await self._show_number(str(known.facts["number"]))
        else:
            await self._counter.give(done)

    async def _show_number(self, number: str) -> None:
        ticket = await self._hall.ticket(number)
        found = await self._hall.look(view_standing, ticket.id)
        if found is not None:
            await self._show(found, (), _("已经签到，不用再签"), self._known_choices)

    async def _check_in(self, **known: Any) -> Done:
        counter = self._counter
        return await self._hall.appointments.check_in(
            **known, origin=counter.kiosk, printer=counter.printer_name, actor=counter.kiosk
        )

    # --- one ticket ---------------------------------------------------------------------------

    async def _show(
        self,
        found: Standing,
        others: Sequence[Standing],
        heading: str,
        choices: Callable[[Standing], list[tuple[str, str]]],
    ) -> None:
        used = self._counter.presence.noticed
        page = await standing.page_of(self._hall, heading, found, choices(found), others, used)

        follow = partial(self._follow, self._visits, found)
        self._counter.app.push_screen(page, follow)

    async def _follow(self, visit: int, found: Standing, what: str | None) -> None:
        counter = self._counter
        counter.presence.noticed()
        if visit != self._visits:
            return
        try:
            if what == standing.OTHER:
                self._welcome(None)
            elif what == standing.REPRINT:
                await self.reprint(found.ticket.number)
            elif what is not None:
                await self._rate(found, Grade(what))
            else:
                await counter.go_home()
        except YichuangError as error:
            await counter.go_home()
            counter.status.refuse(error)

    async def _rate(self, found: Standing, grade: Grade) -> None:
        number = found.ticket.number
        counter = self._counter
        await self._hall.rate(grade, RatingChannel.CODE, number=number, actor=counter.kiosk)
        await counter.go_home()
        counter.status.say(f" {_('谢谢，{number} 的评价记下了').format(number=number)}")
        counter.presence.noticed()

    async def reprint(self, number: str) -> None:
        """Print a ticket that is there already once more, and show it."""
        counter = self._counter
        try:
            done = await self._hall.reprint(
                number, printer=counter.printer_name, actor=counter.kiosk
            )
        except NeverPrinted:
            done = Done(ticket=await self._hall.ticket(number))
        await counter.give(done)

    # --- checking in by hand ------------------------------------------------------------------

    def ask_check_in(self) -> None:
        """Check in an appointment by what the visitor types."""
        counter = self._counter
        page = CheckIn(self._check, counter.presence.noticed, has_pad=counter.is_public)
        counter.app.push_screen(page, self._checked_in)

    async def _check(self, typed: str) -> Done:
        counter = self._counter
        return await check_in(
            self._hall,
            typed,
            printer=counter.printer_name,
            origin=counter.kiosk,
            actor=counter.kiosk,
        )

    async def _checked_in(self, answer: Done | str | None) -> None:
        counter = self._counter
        counter.presence.noticed()
        try:
            if isinstance(answer, str):
                await self.reprint(answer)
            elif answer is not None:
                await counter.give(answer)
        except YichuangError as error:
            await counter.reload()
            counter.status.refuse(error)
