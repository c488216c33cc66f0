"""The section of hall.toml about appointments (requirements E01-E04, 4.7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from yichuang.config.section import Section
from yichuang.language import _


class AppointmentSettings(Section):
    """`[appointment]`: what may be booked, how far ahead, and what becomes of who does not come."""

    enabled: bool = True
    """Whether the hall takes appointments (E04: each service can be switched)."""
    slot_minutes: int = Field(30, ge=5, le=240)
    """How long a slot is."""
    capacity: int = Field(2, ge=0, le=999)
    """Bookings in a slot of one category; 0 when it cannot be booked."""
    capacities: dict[str, Annotated[int, Field(ge=0, le=999)]] = Field(default_factory=dict)
    """Other capacities, by category."""
    days_ahead_least: int = Field(1, ge=0, le=30)
    """Working days ahead at least (4.7: at least 1 day); 0 allows the same day."""
    days_ahead_most: int = Field(5, ge=0, le=60)
    """Working days ahead at most (4.7: at most 5)."""
    per_day: int = Field(1, ge=1, le=9)
    """Bookings of one person for one day (4.7: 1)."""
    cancel_hours: int = Field(2, ge=0, le=72)
    """How long before the slot a booking can be cancelled (4.7: at least 2 h)."""
    late_minutes: int = Field(30, ge=0, le=240)
    """How long after the end of the slot a check-in still gets the appointment class; then it is missed."""
    no_show_limit: int = Field(0, ge=0, le=99)
    """Missed bookings after which a person is barred; 0 for never."""
    barred_days: int = Field(90, ge=1, le=400)
    """How long; missed bookings that lie farther apart do not add up."""
    keep_days: int = Field(90, ge=1, le=3650)
    """Days after an appointment's date until names, numbers and their hashes are forgotten (requirements 5:
    "appointments 90 days after the date"). Where persons are barred, at least twice `barred_days`."""

    def capacity_of(self, category: str) -> int:
        """Bookings in one slot of a category."""
        return self.capacities.get(category, self.capacity)

    @property
    def days_kept(self) -> int:
        """Days after an appointment's date until the visitor is forgotten."""
        return max(self.keep_days, 2 * self.barred_days if self.no_show_limit else 0)

    @model_validator(mode="after")
    def _least_is_not_more_than_most(self) -> AppointmentSettings:
        if self.days_ahead_least > self.days_ahead_most:
            raise ValueError(
                _("days_ahead_least（{least}）不能大于 days_ahead_most（{most}）").format(
                    least=self.days_ahead_least, most=self.days_ahead_most
                )
            )
        return self
