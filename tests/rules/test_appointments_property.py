"""What holds of appointments whatever is done, in whatever order, whatever the clock does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.halls import MORNING, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import QueueRefusal
from yichuang.queue.appointment import Appointment, AppointmentState
from yichuang.queue.booking.slots import days_ahead
from yichuang.queue.event import EventKind

RULES = """
[hours]
elastic_minutes = 30
saturday = ["09:00-10:00"]
saturday_flagged_only = false
[appointment]
slot_minutes = 60
capacities = { police = 1 }
days_ahead_least = 0
days_ahead_most = 2
no_show_limit = 3
barred_days = 5
"""
CAPACITY = {"tax": 2, "police": 1}
PEOPLE = st.integers(0, 5)
PICKS = st.integers(0, 30)
"""Of slots, the earliest ones first, and of bookings."""
STATES = AppointmentState


class Bookings(RuleBasedStateMachine):
    """Some people book, cancel, come and stay away."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = FixedClock(MORNING)
        self.hall = memory_hall(self.clock, small_settings(RULES))
        self.people: dict[int, int] = {}
        """Whose each booking is, by its id."""
        self.ended: dict[int, AppointmentState] = {}

    def teardown(self) -> None:
        """After a month every booking has ended, each in one way, as the journal tells.

        The date of today is seen before: one that leaps by more than a month blames nobody.
        """
        self.ask(self.hall.issue(category="tax"))
        self.clock.advance(timedelta(days=30))
        self.run_now(self.hall.issue(category="tax"))
        assert all(each.state is not STATES.BOOKED for each in self.all())
        self.every_booking_ends_once()
        states = Counter(each.state for each in self.all())
        kinds: Counter[EventKind] = Counter()
        for entry in self.run_now(self.hall.entries(0, 100_000)):
            came = entry.event.kind is EventKind.TICKET_ISSUED
            kinds[entry.event.kind] += "appointment" in entry.event.data if came else 1
        assert kinds[EventKind.APPOINTMENT_BOOKED] == sum(states.values()) == len(self.people)
        assert kinds[EventKind.APPOINTMENT_CANCELLED] == states[STATES.CANCELLED]
        assert kinds[EventKind.APPOINTMENT_MISSED] == states[STATES.MISSED]
        assert kinds[EventKind.TICKET_ISSUED] == states[STATES.CHECKED_IN]
        self.run_now(self.hall.close())
        self.loop.close()

    def run_now(self, command: Coroutine[Any, Any, Any]) -> Any:
        """Run one command of the hall to its end."""
        return self.loop.run_until_complete(command)

    def ask(self, command: Coroutine[Any, Any, Any]) -> Any:
        """What the command did; None when it was refused in words that a person can use."""
        try:
            return self.run_now(command)
        except QueueRefusal as error:
            refusal = error
        assert "{" not in refusal.message + refusal.hint
        return None

    def all(self) -> list[Appointment]:
        """Every booking ever made, without noting anything."""
        first, last = date(2026, 1, 1), date(2027, 12, 31)
        found: list[Appointment] = self.run_now(
            self.hall.store.read(lambda records: records.appointments_between(first, last))
        )
        return found

    def one(self, pick: int, on: date | None = None) -> str:
        """A booking's code, of one for that day where there is any; at times one that nobody has."""
        found = self.all()
        found = [each for each in found if each.business_date == on] or found
        return found[pick % len(found)].code if found and pick else "no code"

    # --- commands -----------------------------------------------------------------------------

    @rule(who=PEOPLE, category=st.sampled_from(["tax", "police"]), pick=PICKS)
    def book(self, who: int, category: str, pick: int) -> None:
        days = self.run_now(self.hall.appointments.days(category))
        slots = [slot for day in days for slot in day.slots]
        slot = slots[pick % len(slots)]
        before = self.run_now(self.hall.look(lambda records, rules, now: records.latest()))
        booking = self.hall.appointments.book(
            slot.start, category=category, phone=f"1380000{who:04d}"
        )
        done = self.ask(booking)
        if done is not None:
            assert slot.free
            self.people[done.appointment.id] = who
            today = max(self.local(), before.business_date if before else self.local())
            assert 0 <= days_ahead(self.hall.rules, today, done.appointment.business_date) <= 2

    def local(self) -> date:
        """The date on the hall's wall."""
        return self.clock.now().astimezone(self.hall.rules.zone).date()

    @rule(pick=PICKS, force=st.booleans())
    def cancel(self, pick: int, force: bool) -> None:
        reason = "改期" if force else None
        code = self.one(pick, self.local() if force else None)
        self.ask(self.hall.appointments.cancel(code, force=force, reason=reason))

    @rule(pick=PICKS)
    def check_in(self, pick: int) -> None:
        done = self.ask(self.hall.appointments.check_in(self.one(pick, self.local())))
        if done is not None:
            assert done.ticket.not_before == done.appointment.start
            assert done.ticket.number.startswith("Y")

    @rule()
    def look_on(self) -> None:
        self.run_now(self.hall.appointments.between())

    @rule(outage=st.booleans())
    def close_day(self, outage: bool) -> None:
        self.ask(self.hall.close_day(outage=outage, reason="停电" if outage else ""))

    @rule(hours=st.sampled_from([-30, -1, 0.5, 1, 1, 2, 4, 8, 16, 30]))
    def wait(self, hours: float) -> None:
        self.clock.advance(timedelta(hours=hours))

    # --- what holds ---------------------------------------------------------------------------

    @invariant()
    def no_slot_is_overbooked(self) -> None:
        kept = [each for each in self.all() if each.state is not STATES.CANCELLED]
        counts = Counter((each.category, each.start) for each in kept)
        assert all(count <= CAPACITY[category] for (category, _start), count in counts.items())

    @invariant()
    def nobody_books_twice_a_day(self) -> None:
        kept = [each for each in self.all() if each.state is not STATES.CANCELLED]
        counts = Counter((self.people[each.id], each.business_date) for each in kept)
        assert not counts or max(counts.values()) == 1

    @invariant()
    def open_codes_differ(self) -> None:
        codes = [each.code for each in self.all() if each.state is STATES.BOOKED]
        assert len(set(codes)) == len(codes)

    @invariant()
    def every_booking_ends_once(self) -> None:
        for each in self.all():
            former = self.ended.get(each.id)
            assert former in (None, each.state), "an end is an end"
            assert (each.ticket is not None) == (each.state is STATES.CHECKED_IN)
            if each.state is not STATES.BOOKED:
                self.ended[each.id] = each.state


TestBookings = Bookings.TestCase
TestBookings.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
