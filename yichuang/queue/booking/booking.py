"""Appointments: book, cancel, check in, and note who did not come (requirements E01-E04, 4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from yichuang.clock import elapsed
from yichuang.config import CategorySettings
from yichuang.errors import (
    AlreadyCheckedIn,
    AppointmentCancelled,
    AppointmentEnded,
    AppointmentOtherDay,
    AppointmentsOff,
    AppointmentTooLate,
    BookedThatDay,
    BookingCodeTaken,
    CancelTooLate,
    DayNotBookable,
    ItemNotToday,
    NotBookable,
    ReasonMissing,
    SlotFull,
    SlotPassed,
    SlotUnknown,
    UnknownAppointment,
    VisitorBarred,
    VisitorMissing,
)
from yichuang.language import N_, _
from yichuang.queue.appointment.appointment import Appointment, AppointmentState, Slot
from yichuang.queue.booking.slots import bookable_dates, counted, may_be_booked, slots_of_day
from yichuang.queue.command import (
    BookAppointment,
    CancelAppointment,
    CheckIn,
    IssueTicket,
    NoteAbsences,
)
from yichuang.queue.desk import Desk, Done, note_absences
from yichuang.queue.event import EventKind
from yichuang.queue.issuing import (
    DOUBLE_PRESS,
    admit,
    asked_items,
    draft,
    refuse_duplicate,
    refuse_unserved,
    stops_of,
)
from yichuang.queue.item import Item
from yichuang.queue.opening import opening_text
from yichuang.queue.paper import windows_of
from yichuang.queue.person import Visitor
from yichuang.queue.ticket import PriorityClass
from yichuang.text import one_line

_STATES = AppointmentState

CANCELLING = N_("取消预约")
"""What needs a reason when the guide desk does it late."""


# --- booking --------------------------------------------------------------------------------------


def book_appointment(desk: Desk, command: BookAppointment) -> Done:
    """Take a place in a slot; the visitor is told its code.

    The places left are counted in the same transaction, so no slot is ever overbooked.
    """
    return Done(appointment=booked(desk, command, any_day=False))


def booked(desk: Desk, command: BookAppointment, *, any_day: bool) -> Appointment:
    """The new booking. With `any_day` it was made elsewhere, when the day was far enough ahead."""
    if not desk.rules.settings.appointment.enabled:
        raise AppointmentsOff
    items = asked_items(desk, command.items)
    asked = IssueTicket(command.category, command.items)
    stops = stops_of(desk, asked, items)
    duties = desk.duties()
    for stop in stops:
        refuse_unserved(duties, stop)
    on = command.start.astimezone(desk.rules.zone).date()
    if not any_day:
        _refuse_day(desk, on)
    slot = _free_slot(desk, command.start, stops[0], items)
    _refuse_visitor(desk, command.visitor, on)
    drafted = Appointment(
        id=0,
        code=_free_code(desk, command.codes),
        category=slot.category,
        items=tuple(item.code for item in items),
        channel=command.channel,
        business_date=on,
        start=slot.start,
        end=slot.end,
        state=AppointmentState.BOOKED,
        visitor=command.visitor,
        booked_at=desk.now,
        reference=command.reference,
    )
    appointment = drafted._replace(id=desk.memory.add_appointment(drafted))
    facts: dict[str, Any] = {"items": list(appointment.items), "elastic": slot.is_elastic}
    # No name, number, hash or code: the journal can never be cleared of them.
    desk.record(
        EventKind.APPOINTMENT_BOOKED,
        appointment=appointment.id,
        category=appointment.category,
        channel=appointment.channel.value,
        start=appointment.start.isoformat(),
        **{name: fact for name, fact in facts.items() if fact},
    )
    return appointment


def _refuse_day(desk: Desk, on: date) -> None:
    if not may_be_booked(desk.rules, desk.today, on):
        days = [day.isoformat() for day in bookable_dates(desk.rules, desk.today)]
        raise DayNotBookable(date=on.isoformat(), days=_("、").join(days) or "-")


def _free_slot(
    desk: Desk, start: datetime, category: CategorySettings, items: Sequence[Item]
) -> Slot:
    if not desk.rules.settings.appointment.capacity_of(category.code):
        raise NotBookable(category=category)
    on = start.astimezone(desk.rules.zone).date()
    known = counted(desk.memory, list(slots_of_day(desk.rules, desk.duties(), category.code, on)))
    shown = opening_text(desk.rules, start)
    slot = next((each for each in known if each.start == start), None)
    if slot is None:
        raise SlotUnknown(start=shown, slots=_times(desk, known))
    if slot.start <= desk.now:
        raise SlotPassed(start=shown)
    refused = [item for item in items if not item.saturday]
    if slot.flagged_only and (refused or not items):
        what = refused[0].alias if refused else category.label
        opens = desk.rules.hours.working_days.next(on)
        raise ItemNotToday(what=what, opens=opens.isoformat())
    if not slot.free:
        raise SlotFull(start=shown, capacity=slot.capacity, slots=_times(desk, known))
    return slot


def _times(desk: Desk, slots: Sequence[Slot]) -> str:
    """When the slots with places left begin."""
    zone = desk.rules.zone
    free = [slot.start for slot in slots if slot.free and slot.start > desk.now]
    return _("、").join(f"{start.astimezone(zone):%H:%M}" for start in free) or "-"


def _refuse_visitor(desk: Desk, visitor: Visitor, on: date) -> None:
    if visitor.person is None and visitor.phone_key is None:
        raise VisitorMissing
    settings = desk.rules.settings.appointment
    back = timedelta(days=2 * settings.barred_days if settings.no_show_limit else 0)
    former = [
        each
        for each in desk.memory.appointments_of(
            visitor.person, visitor.phone_key, min(on, desk.today - back)
        )
        if _is_same_visitor(each.visitor, visitor)
    ]
    count = sum(
        each.business_date == on and each.state is not AppointmentState.CANCELLED for each in former
    )
    if count >= settings.per_day:
        raise BookedThatDay(date=on.isoformat(), count=count, most=settings.per_day)
    missed = [each.business_date for each in former if each.state is AppointmentState.MISSED]
    until = barred_until(missed, settings.no_show_limit, settings.barred_days)
    if until is not None and until > desk.today:
        raise VisitorBarred(times=settings.no_show_limit, until=until.isoformat())


def _is_same_visitor(former: Visitor, now: Visitor) -> bool:
    """Two ID numbers are two persons, though a family has one telephone."""
    if former.person is not None and now.person is not None:
        return former.person == now.person
    return former.phone_key is not None and former.phone_key == now.phone_key


def barred_until(missed: Sequence[date], limit: int, days: int) -> date | None:
    """Until when somebody is barred who missed appointments on these dates; None for not at all.

    So long as `days` after the latest of `limit` missed dates none of which is older than that before it.
    """
    dates = sorted(missed, reverse=True)
    period = timedelta(days=days)
    for place, latest in enumerate(dates):
        first = dates[place + limit - 1 : place + limit] if limit else []
        if first and first[0] > latest - period:
            return latest + period
    return None


def _free_code(desk: Desk, codes: Sequence[str]) -> str:
    """The first of the codes, drawn by chance or given by an importing system, that no open booking has."""
    for code in codes:
        found = desk.memory.appointment_coded(code)
        if found is None or found.state is not AppointmentState.BOOKED:
            return code
    raise BookingCodeTaken


# --- cancelling -----------------------------------------------------------------------------------


def cancel_appointment(desk: Desk, command: CancelAppointment) -> Done:
    """Give the place back, `cancel_hours` before the slot at the latest.

    With `force` the guide desk may do so later, and says why.
    """
    before = _coded(desk, command.code)
    reason = one_line(command.reason or "")
    if command.force and not reason:
        raise ReasonMissing(move=_(CANCELLING))
    if before.state is not AppointmentState.BOOKED:
        raise AppointmentEnded(state=before.state)
    hours = desk.rules.settings.appointment.cancel_hours
    if not command.force and desk.now > before.start - timedelta(hours=hours):
        raise CancelTooLate(start=opening_text(desk.rules, before.start), hours=hours)
    appointment = before._replace(
        state=AppointmentState.CANCELLED, ended_at=desk.now, reason=reason or None
    )
    desk.memory.save_appointment(appointment)
    facts: dict[str, Any] = {"reason": reason, "forced": command.force}
    desk.record(
        EventKind.APPOINTMENT_CANCELLED,
        appointment=appointment.id,
        start=appointment.start.isoformat(),
        **{name: fact for name, fact in facts.items() if fact},
    )
    return Done(appointment=appointment)


def _coded(desk: Desk, code: str) -> Appointment:
    found = desk.memory.appointment_coded(code)
    if found is None:
        raise UnknownAppointment
    return found


# --- checking in ----------------------------------------------------------------------------------


def check_in(desk: Desk, command: CheckIn) -> Done:
    """Give the visitor who has come a ticket of the appointment class, callable from the slot on.

    Also outside the published hours: elastic time is for appointments (E03). Who comes early waits for the
    slot; who comes more than `late_minutes` after its end takes an ordinary number.
    """
    found = _coded(desk, command.code) if command.code else _expected(desk, command.person)
    repeated = _pressed_twice(desk, command, found)
    if repeated is not None:
        return repeated
    _refuse_check_in(desk, found)
    items = [item for code in found.items if (item := desk.memory.item(code)) is not None]
    asked = IssueTicket(found.category, tuple(item.code for item in items))
    stops = stops_of(desk, asked, items)
    duties = desk.duties()
    for stop in stops:
        refuse_unserved(duties, stop)
    person = found.visitor.person
    refuse_duplicate(desk, person, stops[0])
    ticket = draft(desk, stops[0], PriorityClass.APPOINTMENT, found.start)._replace(
        items=asked.items,
        route=tuple(stop.code for stop in stops[1:]),
        person=person,
        origin=command.origin,
    )
    printer = (
        desk.rules.printer(command.printer, kiosk=command.origin) if command.on_paper else None
    )
    done = admit(desk, ticket, items, printer, None, appointment=found.id)
    appointment = found._replace(
        state=AppointmentState.CHECKED_IN,
        ended_at=desk.now,
        ticket=done.ticket.id if done.ticket else None,
    )
    desk.memory.save_appointment(appointment)
    return done._replace(appointment=appointment)


def _expected(desk: Desk, person: str | None) -> Appointment:
    """The booking with which a person checks in today: the next one open, else any of today."""
    if person is None:
        raise VisitorMissing
    of_today = [
        each
        for each in desk.memory.appointments_of(person, None, desk.today)
        if each.business_date == desk.today
    ]
    if not of_today:
        raise UnknownAppointment
    order = (_STATES.BOOKED, _STATES.CHECKED_IN, _STATES.MISSED, _STATES.CANCELLED)
    return min(of_today, key=lambda each: (_is_over(desk, each), order.index(each.state)))


def _is_over(desk: Desk, appointment: Appointment) -> bool:
    """Whether nobody can check in any more."""
    late = timedelta(minutes=desk.rules.settings.appointment.late_minutes)
    return appointment.end + late < desk.now


def _pressed_twice(desk: Desk, command: CheckIn, found: Appointment) -> Done | None:
    """What the first press at the same kiosk gave, when this one only bounced."""
    ticket = desk.memory.ticket(found.ticket) if found.ticket else None
    if ticket is None or not command.origin or ticket.origin != command.origin:
        return None
    if elapsed(ticket.issued_at, desk.now) >= DOUBLE_PRESS:
        return None
    return Done(
        desk.placed(ticket),
        print_job=desk.memory.last_print_job(ticket.id),
        windows=tuple(windows_of(desk, ticket)),
        is_repeat=True,
        appointment=found,
    )


def _refuse_check_in(desk: Desk, found: Appointment) -> None:
    start = opening_text(desk.rules, found.start)
    ticket = desk.memory.ticket(found.ticket) if found.ticket else None
    if ticket is not None:
        raise AlreadyCheckedIn(number=ticket.number)
    if found.state is AppointmentState.CANCELLED:
        raise AppointmentCancelled(start=start)
    if found.state is AppointmentState.MISSED or _is_over(desk, found):
        late = desk.rules.settings.appointment.late_minutes
        raise AppointmentTooLate(start=start, minutes=late)
    if found.business_date != desk.today:
        raise AppointmentOtherDay(start=start)


def note_missed(desk: Desk, command: NoteAbsences) -> Done:
    """Note who has not come though the slot is over since longer than the hall waits."""
    return Done(appointments=note_absences(desk))
