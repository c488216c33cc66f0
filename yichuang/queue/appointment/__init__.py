"""Appointments (E01-E03): what is booked, and what the rules need of memory for them."""

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
