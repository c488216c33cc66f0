"""Appointments (E01-E03): what is booked, which slots there are, the rules of booking, and the import."""

from yichuang.queue.appointment.appointment import (
    CODE_DIGITS,
    Appointment,
    AppointmentState,
    BookableDay,
    Channel,
    Slot,
)

__all__ = [
    "CODE_DIGITS",
    "Appointment",
    "AppointmentState",
    "BookableDay",
    "Channel",
    "Slot",
]
