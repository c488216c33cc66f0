"""Appointments as a hall's users meet them: `hall.appointments`."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any, Protocol

from yichuang.queue import command as commands
from yichuang.queue.appointment.appointment import (
    CODE_DIGITS,
    Appointment,
    BookableDay,
    Channel,
    Slot,
)
from yichuang.queue.booking.importing import ImportContext, read_bookings
from yichuang.queue.booking.slots import view_days, view_slots
from yichuang.queue.desk import Done, business_date, hall_time
from yichuang.queue.person import Person, as_visitor, hashed_phone
from yichuang.queue.ports import Records, Result
from yichuang.queue.rules import HallRules

DRAWS = 8
"""Codes drawn for one booking; with a thousand open ones all are taken once in 10^24."""


class _Hall(Protocol):
    """What is needed of a `yichuang.queue.service.Hall`."""

    @property
    def secret(self) -> bytes: ...

    @property
    def rules(self) -> HallRules: ...

    def identify(self, typed: str) -> Person: ...

    async def do(self, command: commands.Command, actor: str = "") -> Done: ...

    async def look(self, view: Callable[..., Result], *arguments: Any) -> Result: ...


class Appointments:
    """Booking, cancelling, checking in and looking up, of one hall.

    ID and telephone numbers are hashed here, before anything is asked of the rules. Every method either did
    all that it says or raised a `YichuangError`.
    """

    def __init__(self, hall: _Hall) -> None:
        self._hall = hall

    # --- what can be booked -------------------------------------------------------------------

    async def days(self, category: str) -> list[BookableDay]:
        """The days on which a category can be booked, with their slots to come, full ones too."""
        return await self._hall.look(view_days, category)

    async def slots(self, category: str, on: date) -> list[Slot]:
        """The slots of a category on any day, with how many bookings each has."""
        return await self._hall.look(view_slots, category, on)

    # --- booking ------------------------------------------------------------------------------

    async def book(
        self,
        start: datetime,
        *,
        category: str | None = None,
        items: Sequence[str] = (),
        channel: Channel | str = Channel.ON_SITE,
        actor: str = "",
        **who: Any,
    ) -> Done:
        """Book the slot that begins at `start`, an aware time; `Done.appointment.code` is to be told.

        `who` are `id_number` or `person` (from `Hall.identify`), `phone`, `name`: one of the first three
        is needed. Raises InvalidIdNumber, InvalidPhone, DayNotBookable, SlotFull and others.
        """
        command = commands.BookAppointment(
            start=start,
            visitor=as_visitor(self._hall.secret, **who),
            category=category,
            items=tuple(items),
            channel=Channel(channel),
            codes=draw_codes(),
        )
        return await self._hall.do(command, actor)

    async def cancel(
        self, code: str, *, reason: str | None = None, force: bool = False, actor: str = ""
    ) -> Done:
        """Give a place back, `cancel_hours` before at the latest; the guide desk may `force` it later."""
        return await self._hall.do(
            commands.CancelAppointment(tidy_code(code), reason, force), actor
        )

    async def import_file(
        self, data: bytes, *, path: str | PurePath = "bookings.csv", actor: str = ""
    ) -> Done:
        """Take over a CSV file of online bookings, all or none; `Done.counts` says new and known.

        The columns are told in `yichuang.queue.booking.importing`. Raises InvalidBookings.
        """
        hall = self._hall
        context = ImportContext(
            list(hall.rules.categories), hall.rules.zone, hall.secret, draw_codes
        )
        found = read_bookings(data, context, path=path)
        command = commands.ImportAppointments(found, PurePath(path).name)
        return await hall.do(command, actor)

    # --- the day itself -----------------------------------------------------------------------

    async def check_in(
        self,
        code: str | None = None,
        *,
        id_number: str = "",
        person: Person | None = None,
        actor: str = "",
        **asked: Any,
    ) -> Done:
        """The visitor has come: `Done.ticket` is callable from the slot on, `Done.print_job` its paper.

        By booking code, or by ID number. `asked` are further fields of
        `yichuang.queue.command.CheckIn`: `origin` names the kiosk.
        """
        if person is None and id_number.strip():
            person = self._hall.identify(id_number)
        command = commands.CheckIn(
            code=tidy_code(code) if code else None,
            person=person.key if person else None,
            **asked,
        )
        return await self._hall.do(command, actor)

    async def note_missed(self, *, actor: str = "") -> tuple[Appointment, ...]:
        """Note who has not come; writes only where there is somebody."""
        if not await self._hall.look(_absent):
            return ()
        return (await self._hall.do(commands.NoteAbsences(), actor)).appointments

    # --- looking up ---------------------------------------------------------------------------

    async def between(
        self, first: date | None = None, last: date | None = None
    ) -> list[Appointment]:
        """The bookings of some days, both included, of today when none is named; notes absences first."""
        await self.note_missed()
        return await self._hall.look(_between, first, last)

    async def find(
        self, *, code: str = "", id_number: str = "", phone: str = ""
    ) -> list[Appointment]:
        """The bookings of today and later of a person or a telephone, and the one with a code."""
        person = self._hall.identify(id_number).key if id_number.strip() else None
        key = hashed_phone(self._hall.secret, phone)[0] if phone.strip() else None
        return await self._hall.look(_found, tidy_code(code), person, key)


def draw_codes() -> tuple[str, ...]:
    """Codes drawn by chance: nobody can tell one from another, or from when it was booked."""
    return tuple(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" for _draw in range(DRAWS))


def tidy_code(typed: str) -> str:
    """A booking code as a hand types it (`４８２ 913`), in six plain digits."""
    return re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", typed))


def _absent(records: Records, rules: HallRules, now: datetime) -> bool:
    latest = records.latest()
    late = timedelta(minutes=rules.settings.appointment.late_minutes)
    return bool(records.absent(business_date(latest, rules, now), hall_time(latest, now) - late))


def _between(
    records: Records, rules: HallRules, now: datetime, first: date | None, last: date | None
) -> list[Appointment]:
    first = first or business_date(records.latest(), rules, now)
    return records.appointments_between(first, last or first)


def _found(
    records: Records,
    rules: HallRules,
    now: datetime,
    code: str,
    person: str | None,
    phone: str | None,
) -> list[Appointment]:
    today = business_date(records.latest(), rules, now)
    found = records.appointments_of(person, phone, today) if person or phone else []
    coded = records.appointment_coded(code) if code else None
    return found if coded is None or coded in found else [coded, *found]
