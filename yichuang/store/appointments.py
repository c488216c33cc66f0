"""The table `appointment`."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from yichuang.queue.appointment import Appointment, AppointmentState, Channel
from yichuang.queue.person import Visitor
from yichuang.store.table import Table, text_or_none, time_or_none

_COLUMNS = """
SELECT a.id, a.code, a.category, a.items, a.channel, a.business_date, a.starts_at, a.ends_at, a.state,
    a.person, a.id_masked, a.name, a.phone_key, a.phone, a.booked_at, a.reference, a.ended_at,
    a.reason, a.ticket
FROM appointment AS a
"""

_CODED = _COLUMNS + "WHERE a.code = :code ORDER BY a.state = 'booked' DESC, a.id DESC LIMIT 1"

_REFERENCED = _COLUMNS + "WHERE a.reference = :reference"

_BETWEEN = (
    _COLUMNS
    + """
WHERE a.business_date BETWEEN :first AND :last
ORDER BY a.business_date, a.starts_at, a.id
"""
)

_OF = (
    _COLUMNS  # noqa: S608 - constants only
    + """
WHERE a.id IN (
    SELECT id FROM appointment WHERE person = :person AND business_date >= :since
    UNION SELECT id FROM appointment WHERE phone_key = :phone_key AND business_date >= :since
)
ORDER BY a.starts_at, a.id
"""
)

_COUNTS = """
SELECT starts_at, COUNT(*) FROM appointment
WHERE category = :category AND state <> 'cancelled' AND starts_at >= :start AND starts_at < :end
GROUP BY starts_at
"""

_ABSENT = (
    _COLUMNS
    + """
WHERE a.state = 'booked' AND (a.business_date < :date OR a.ends_at < :at)
ORDER BY a.starts_at, a.id
"""
)

_ADD = """
INSERT INTO appointment (
    code, category, items, channel, business_date, starts_at, ends_at, state, person, id_masked, name,
    phone_key, phone, booked_at, reference
) VALUES (
    :code, :category, :items, :channel, :date, :start, :end, :state, :person, :id_masked, :name,
    :phone_key, :phone, :booked_at, :reference
)
"""

_SAVE = """
UPDATE appointment
SET state = :state, ended_at = :ended_at, reason = :reason, ticket = :ticket
WHERE id = :id
"""

_FORGET = """
UPDATE appointment
SET person = NULL, id_masked = '', name = '', phone_key = NULL, phone = '', reference = NULL,
    reason = NULL
WHERE business_date < :date AND (
    person IS NOT NULL OR phone_key IS NOT NULL OR name <> '' OR reference IS NOT NULL
    OR reason IS NOT NULL
)
"""
# The reference names the visitor in the system that booked; a reason is whatever somebody typed.

_STATES = {state.value: state for state in AppointmentState}
_CHANNELS = {channel.value: channel for channel in Channel}


class Appointments(Table):
    """Appointments (`yichuang.queue.appointment.ports.AppointmentMemory`)."""

    __slots__ = ()

    def appointment_coded(self, code: str) -> Appointment | None:
        """The open booking with that code, else the newest that had it."""
        return self._first(_CODED, {"code": code})

    def appointment_referenced(self, reference: str) -> Appointment | None:
        """The booking that was imported with that reference."""
        return self._first(_REFERENCED, {"reference": reference})

    def appointments_between(self, first: date, last: date) -> list[Appointment]:
        """The bookings of those days, by slot and then as booked."""
        return self._all(_BETWEEN, {"first": first.isoformat(), "last": last.isoformat()})

    def appointments_of(
        self, person: str | None, phone_key: str | None, since: date
    ) -> list[Appointment]:
        """The bookings of a person, or of a telephone number, from a day on."""
        facts = {"person": person, "phone_key": phone_key, "since": since.isoformat()}
        return self._all(_OF, facts)

    def slot_counts(self, category: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """How many bookings begin at each time, cancelled ones left out."""
        facts = {"category": category, "start": start.isoformat(), "end": end.isoformat()}
        rows = self.connection.execute(_COUNTS, facts)
        return {datetime.fromisoformat(row[0]): row[1] for row in rows}

    def absent(self, on: date, ended_before: datetime) -> list[Appointment]:
        """The open bookings of earlier days, and those whose slots are over."""
        return self._all(_ABSENT, {"date": on.isoformat(), "at": ended_before.isoformat()})

    def add_appointment(self, appointment: Appointment) -> int:
        """Keep a new booking; returns its id."""
        visitor = appointment.visitor
        facts = {
            "code": appointment.code,
            "category": appointment.category,
            "items": json.dumps(appointment.items),
            "channel": appointment.channel.value,
            "date": appointment.business_date.isoformat(),
            "start": appointment.start.isoformat(),
            "end": appointment.end.isoformat(),
            "state": appointment.state.value,
            "person": visitor.person,
            "id_masked": visitor.id_masked,
            "name": visitor.name,
            "phone_key": visitor.phone_key,
            "phone": visitor.phone,
            "booked_at": appointment.booked_at.isoformat(),
            "reference": appointment.reference,
        }
        return self.connection.execute(_ADD, facts).lastrowid or 0

    def save_appointment(self, appointment: Appointment) -> None:
        """Keep a booking's changed state."""
        facts = {
            "id": appointment.id,
            "state": appointment.state.value,
            "ended_at": text_or_none(appointment.ended_at),
            "reason": appointment.reason,
            "ticket": appointment.ticket,
        }
        self.connection.execute(_SAVE, facts)

    def forget_visitors(self, before: date) -> int:
        """Clear who the bookings of earlier days were for."""
        return self.connection.execute(_FORGET, {"date": before.isoformat()}).rowcount

    def _first(self, sql: str, facts: dict[str, Any]) -> Appointment | None:
        row = self.connection.execute(sql, facts).fetchone()
        return _appointment_from(row) if row else None

    def _all(self, sql: str, facts: dict[str, Any]) -> list[Appointment]:
        return [_appointment_from(row) for row in self.connection.execute(sql, facts)]


def _appointment_from(row: tuple[Any, ...]) -> Appointment:
    return Appointment(
        id=row[0],
        code=row[1],
        category=row[2],
        items=tuple(json.loads(row[3])),
        channel=_CHANNELS[row[4]],
        business_date=date.fromisoformat(row[5]),
        start=datetime.fromisoformat(row[6]),
        end=datetime.fromisoformat(row[7]),
        state=_STATES[row[8]],
        visitor=Visitor(row[9], row[10], row[11], row[12], row[13]),
        booked_at=datetime.fromisoformat(row[14]),
        reference=row[15],
        ended_at=time_or_none(row[16]),
        reason=row[17],
        ticket=row[18],
    )
