"""What the rules of appointments need of a hall's memory: a part of `yichuang.queue.ports`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from yichuang.queue.appointment.appointment import Appointment


class AppointmentRecords(Protocol):
    """Reading appointments."""

    def appointment_coded(self, code: str) -> Appointment | None:
        """The open booking with that code, else the newest that had it."""
        ...

    def appointment_referenced(self, reference: str) -> Appointment | None:
        """The booking that was imported with that reference."""
        ...

    def appointments_between(self, first: date, last: date) -> list[Appointment]:
        """The bookings of those days, both included, by slot and then as booked."""
        ...

    def appointments_of(
        self, person: str | None, phone_key: str | None, since: date
    ) -> list[Appointment]:
        """The bookings of a person, or of a telephone number, from a day on, by slot."""
        ...

    def slot_counts(self, category: str, start: datetime, end: datetime) -> Mapping[datetime, int]:
        """How many bookings begin at each time from `start` up to before `end`, cancelled ones left out."""
        ...

    def absent(self, on: date, ended_before: datetime) -> list[Appointment]:
        """The open bookings of days before `on`, and those whose slots ended before that time."""
        ...


class AppointmentMemory(AppointmentRecords, Protocol):
    """Reading and changing appointments inside one transaction."""

    def add_appointment(self, appointment: Appointment) -> int:
        """Keep a new booking (its `id` is ignored); returns the id it got.

        Memory itself refuses a code that an open booking has, and a reference that was used.
        """
        ...

    def save_appointment(self, appointment: Appointment) -> None:
        """Keep a booking's changed state."""
        ...

    def forget_visitors(self, before: date) -> int:
        """Clear who the bookings of earlier days were for, with their references and reasons.

        Returns of how many any of it was still known.
        """
        ...
