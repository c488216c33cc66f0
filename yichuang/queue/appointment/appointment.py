"""An appointment, its states, its slot, and where it was booked (requirements E01-E03)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from yichuang.language import N_, _
from yichuang.queue.person import Visitor

CODE_DIGITS = 6
"""Digits of a booking code."""


class AppointmentState(StrEnum):
    """Where an appointment stands; every one but the first is an end."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    """The visitor came and has a ticket."""
    CANCELLED = "cancelled"
    MISSED = "missed"
    """The slot is over and nobody came (爽约)."""

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_STATE_LABELS[self], "appointment")


_STATE_LABELS = {
    AppointmentState.BOOKED: N_("已预约", "appointment"),
    AppointmentState.CHECKED_IN: N_("已签到", "appointment"),
    AppointmentState.CANCELLED: N_("已取消", "appointment"),
    AppointmentState.MISSED: N_("爽约", "appointment"),
}


class Channel(StrEnum):
    """How it was booked (E01)."""

    ON_SITE = "on_site"
    PHONE = "phone"
    ONLINE = "online"

    @property
    def label(self) -> str:
        """The channel in the user's language."""
        return _(_CHANNEL_LABELS[self])


_CHANNEL_LABELS = {
    Channel.ON_SITE: N_("现场"),
    Channel.PHONE: N_("电话"),
    Channel.ONLINE: N_("网上"),
}


class Slot(NamedTuple):
    """A time that can be booked in one category."""

    category: str
    """A category's code."""
    start: datetime
    """UTC."""
    end: datetime
    capacity: int
    booked: int = 0
    """Bookings that were not cancelled."""
    is_elastic: bool = False
    """It lies outside the published hours: appointments only (E03)."""
    flagged_only: bool = False
    """Only items that are flagged for Saturday (G04)."""

    @property
    def free(self) -> int:
        """Bookings that it can still take."""
        return max(0, self.capacity - self.booked)

    def as_json(self) -> dict[str, Any]:
        """The slot for scripts."""
        return {
            "category": self.category,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "capacity": self.capacity,
            "booked": self.booked,
            "free": self.free,
            "elastic": self.is_elastic,
            "flagged_only": self.flagged_only,
        }


class BookableDay(NamedTuple):
    """A day that can be booked, and its slots that have not begun."""

    date: date
    slots: tuple[Slot, ...]

    @property
    def free(self) -> int:
        """Bookings that it can still take."""
        return sum(slot.free for slot in self.slots)


class Appointment(NamedTuple):
    """One booking. Who it is for is kept as hashes and masks only."""

    id: int
    code: str
    """Six digits, which the visitor says or types; no two open bookings have the same."""
    category: str
    """A category's code."""
    items: tuple[str, ...]
    """The codes of its items; empty when none was named."""
    channel: Channel
    business_date: date
    """The day of its slot."""
    start: datetime
    """The slot's; the ticket is not called before."""
    end: datetime
    state: AppointmentState
    visitor: Visitor
    booked_at: datetime
    reference: str | None = None
    """Its name in the system that it was imported from."""
    ended_at: datetime | None = None
    """When it was checked in, cancelled, or noted as missed."""
    reason: str | None = None
    """Why it was cancelled."""
    ticket: int | None = None
    """The id of the ticket that was given at check-in."""

    def as_json(self) -> dict[str, Any]:
        """The booking for scripts: masks, no hashes."""
        return {
            "id": self.id,
            "code": self.code,
            "category": self.category,
            "items": list(self.items),
            "channel": self.channel.value,
            "date": self.business_date.isoformat(),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "state": self.state.value,
            "name": self.visitor.name,
            "id_number": self.visitor.id_masked,
            "phone": self.visitor.phone,
            "reference": self.reference,
            "booked_at": self.booked_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "reason": self.reason,
        }
