"""Appointments as plain Python data, beside `plain`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from yichuang.errors import StoreError
from yichuang.queue.appointment import Appointment, AppointmentState
from yichuang.queue.person import Visitor
from yichuang.store.plain import PlainMemory

_NOBODY = Visitor()


class PlainAppointments(PlainMemory):
    """Appointments (`yichuang.queue.appointment.ports.AppointmentMemory`)."""

    def __init__(self) -> None:
        super().__init__()
        self._appointments: dict[int, Appointment] = {}
        self._coded: dict[str, list[int]] = {}
        self._referenced: dict[str, int] = {}
        self._appointments_on: dict[date, list[int]] = {}

    def appointment_coded(self, code: str) -> Appointment | None:
        """The open booking with that code, else the newest that had it."""
        found = [self._appointments[each] for each in self._coded.get(code, ())]
        return next((each for each in found if _is_open(each)), found[-1] if found else None)

    def appointment_referenced(self, reference: str) -> Appointment | None:
        """The booking that was imported with that reference."""
        found = self._referenced.get(reference)
        return None if found is None else self._appointments[found]

    def appointments_between(self, first: date, last: date) -> list[Appointment]:
        """The bookings of those days, by slot and then as booked."""
        days = sorted(day for day in self._appointments_on if first <= day <= last)
        return [each for day in days for each in _by_slot(self._of_days([day]))]

    def appointments_of(
        self, person: str | None, phone_key: str | None, since: date
    ) -> list[Appointment]:
        """The bookings of a person, or of a telephone number, from a day on."""
        days = [day for day in self._appointments_on if day >= since]
        return _by_slot(
            each
            for each in self._of_days(days)
            if (person is not None and each.visitor.person == person)
            or (phone_key is not None and each.visitor.phone_key == phone_key)
        )

    def slot_counts(self, category: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """How many bookings begin at each time, cancelled ones left out."""
        # A day's slots lie in one local day, which two dates of UTC may touch.
        days = [
            day
            for day in self._appointments_on
            if abs((day - start.date()).days) <= 1 or abs((day - end.date()).days) <= 1
        ]
        return Counter(
            each.start
            for each in self._of_days(days)
            if each.category == category
            and each.state is not AppointmentState.CANCELLED
            and start <= each.start < end
        )

    def absent(self, on: date, ended_before: datetime) -> list[Appointment]:
        """The open bookings of earlier days, and those whose slots are over."""
        return _by_slot(
            each
            for each in self._appointments.values()
            if _is_open(each) and (each.business_date < on or each.end < ended_before)
        )

    def add_appointment(self, appointment: Appointment) -> int:
        """Keep a new booking; returns its id."""
        self._refuse_taken(appointment)
        found = len(self._appointments) + 1
        self._set(self._appointments, found, appointment._replace(id=found))
        for rows in (
            self._coded.setdefault(appointment.code, []),
            self._appointments_on.setdefault(appointment.business_date, []),
        ):
            rows.append(found)
            self._later(rows.pop)
        if appointment.reference is not None:
            self._set(self._referenced, appointment.reference, found)
        return found

    def _refuse_taken(self, appointment: Appointment) -> None:
        known = self.appointment_coded(appointment.code)
        if known is not None and _is_open(known):
            raise StoreError(detail=f"code given twice: appointment {known.id}")
        if appointment.reference in self._referenced:
            raise StoreError(detail=f"reference used twice: {appointment.reference}")

    def save_appointment(self, appointment: Appointment) -> None:
        """Keep a booking's changed state."""
        former = self._appointments.get(appointment.id)
        if former is not None:
            changed = former._replace(
                state=appointment.state,
                ended_at=appointment.ended_at,
                reason=appointment.reason,
                ticket=appointment.ticket,
            )
            self._set(self._appointments, appointment.id, changed)

    def forget_visitors(self, before: date) -> int:
        """Clear who the bookings of earlier days were for."""
        known = [
            each
            for each in self._of_days([day for day in self._appointments_on if day < before])
            if each != _forgotten(each)
        ]
        for each in known:
            self._set(self._appointments, each.id, _forgotten(each))
            if each.reference is not None:
                self._drop(self._referenced, each.reference)
        return len(known)

    def _of_days(self, days: Iterable[date]) -> Iterable[Appointment]:
        return (self._appointments[each] for day in days for each in self._appointments_on[day])


def _forgotten(appointment: Appointment) -> Appointment:
    return appointment._replace(visitor=_NOBODY, reference=None, reason=None)


def _is_open(appointment: Appointment) -> bool:
    return appointment.state is AppointmentState.BOOKED


def _by_slot(appointments: Iterable[Appointment]) -> list[Appointment]:
    return sorted(appointments, key=lambda each: (each.start, each.id))
