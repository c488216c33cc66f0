"""One command at work: the memory, the hall's rules, the time, and who asks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from yichuang.errors import UnknownTicket
from yichuang.language import N_
from yichuang.queue.appointment import Appointment, AppointmentState
from yichuang.queue.dispatch import Duty
from yichuang.queue.event import Event, EventKind
from yichuang.queue.item import Item
from yichuang.queue.numbering import tidy_number
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.people.actor import HOST, Actor
from yichuang.queue.people.post import OnDuty
from yichuang.queue.ports import Latest, Memory, Records
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Move, Ticket, TicketState
from yichuang.queue.wait import Wait
from yichuang.queue.window import Window, WindowState
from yichuang.text import one_line

CLOCK_TOLERANCE = timedelta(seconds=2)
"""A clock that is behind the journal by no more is waited for, not reported: time services do that."""

LONGEST_LEAP = timedelta(days=31)
"""A business date that leaps further may be a wrong clock's: nobody is blamed or forgotten by it."""

END_OF_DAY = N_("日终")
"""Why the system passes what a former business date left in line."""


_MAY_WAIT = (
    TicketState.WAITING,
    TicketState.CALLED,
    TicketState.SERVING,
    TicketState.HELD,
    TicketState.PASSED,
)
"""Who waits, or may come to wait again."""


class Done(NamedTuple):
    """What a command did."""

    ticket: Ticket | None = None
    window: Window | None = None
    print_job: int | None = None
    """The print job that it queued."""
    counts: tuple[int, int] | None = None
    """For an import: how many items were new and how many changed."""
    tickets: tuple[Ticket, ...] = ()
    """For the end of a day: the tickets that it ended."""
    windows: tuple[int, ...] = ()
    """For a number just given: the windows that may call it."""
    expected: Wait | None = None
    """For a number just given: what its visitor is told of the wait."""
    is_repeat: bool = False
    """A second press of the same key: the ticket and the job are those of the first."""
    appointment: Appointment | None = None
    """The booking that it made, cancelled or checked in."""
    appointments: tuple[Appointment, ...] = ()
    """The bookings that it imported, or noted as missed."""
    supervision: SupervisionItem | None = None
    """The 督办 item that it opened, answered or closed."""
    notice: Notice | None = None
    """The notice that it broadcast or took back."""


class Desk:
    """Where a command is worked on, inside one transaction."""

    __slots__ = ("_duties", "_seq", "actor", "has_noted", "memory", "now", "rules", "today", "who")

    def __init__(
        self, memory: Memory, rules: HallRules, now: datetime, actor: str, who: Actor = HOST
    ) -> None:
        self.memory = memory
        self.rules = rules
        self.who = who
        self.actor = one_line(who.name or actor)
        """Who did it, for the journal: a person by badge number."""
        latest = memory.latest()
        self._seq = latest.seq if latest else 0
        # Unless it is reported, a clock that steps back is waited for: a row dated before the last one
        # would let the next visitor seem to have come before those who are in line.
        self.now = now if clock_behind(latest, now) else hall_time(latest, now)
        """The command's time: what it is dated by and waits are measured by."""
        self.today = business_date(latest, rules, self.now)
        self._duties: list[Duty] | None = None
        self.has_noted = False
        if latest is not None:
            self._note_the_clock(latest)

    def _note_the_clock(self, latest: Latest) -> None:
        if clock_behind(latest, self.now):
            self.record(EventKind.CLOCK_WENT_BACK, latest_at=latest.at.isoformat())
            self._move_waits(self.now - latest.at)
        if self.today > latest.business_date:
            _turn_day(self, latest)
        elif self._has_come_right(latest):
            self.record(EventKind.CLOCK_CAME_RIGHT, latest_at=latest.at.isoformat())
            self._move_waits(self.now - latest.at)
        self.has_noted = self._seq > latest.seq

    def _has_come_right(self, latest: Latest) -> bool:
        """Whether the clock shows the business date again, after one that lay before it."""
        zone = self.rules.zone
        was_wrong = latest.at.astimezone(zone).date() < self.today
        return was_wrong and self.now.astimezone(zone).date() == self.today

    def _move_waits(self, by: timedelta) -> None:
        """Let everybody have waited as long as before the clock was moved.

        Else those from before would have waited for no time at all, or for years, and would be overtaken by
        all who come later, or overtake them: between lines it is the wait that counts.
        """
        for state in _MAY_WAIT:
            for ticket in self.memory.in_state(self.today, state, None):
                slot = ticket.not_before or self.now
                # Never before an appointment's slot, and never later than now.
                earliest = ticket.not_before or ticket.since + by
                since = min(max(ticket.since + by, earliest), max(self.now, slot))
                self.memory.save_ticket(ticket._replace(since=since))

    @property
    def next_seq(self) -> int:
        """The number that the next journal row will have: the hall's own order of things."""
        return self._seq + 1

    def record(
        self, kind: EventKind, *, ticket: int | None = None, window: int | None = None, **data: Any
    ) -> None:
        """Append an event to the journal."""
        self._seq = self.memory.record(
            Event(kind, ticket, window, data),
            at=self.now,
            business_date=self.today,
            actor=self.actor,
        )

    def numbered(self, typed: str) -> Ticket:
        """Today's ticket with that number, as a hand types it; raises UnknownTicket."""
        return find_ticket(self.memory, typed, self.today)

    def duty(self, window: Window) -> Duty:
        """What the window serves now."""
        return self.rules.duty(window, self.memory.surge())

    def duties(self) -> list[Duty]:
        """What every window of the hall serves, surge mode apart, as when the command first asked.

        What can be served only while a surge lasts must not be promised to anybody.
        """
        if self._duties is None:
            self._duties = self.rules.duties(self.memory.reassigned(), None)
        return self._duties

    def in_reach(self, ticket: Ticket) -> Ticket:
        """The ticket as it may stand in line: it asks for nothing that no window of its category offers.

        It would wait for ever otherwise, after a transfer or a re-assignment. Where only special windows
        serve a category, it asks for one of these by itself.
        """
        duties = self.duties()
        if any(duty.may_call(ticket.category, ticket.need) for duty in duties):
            return ticket
        offered = [need for duty in duties for code, need in duty.lines if code == ticket.category]
        if not offered:
            return ticket
        return ticket._replace(need="" if "" in offered else offered[0])

    def is_on_duty(self, window: int) -> bool:
        """Whether the hall still has that window, and it is not closed."""
        known = window in self.rules.windows
        return known and self.memory.window(window).state is not WindowState.CLOSED

    def forget_duties(self) -> None:
        """A window was re-assigned: ask anew what each serves."""
        self._duties = None

    def items_of(self, ticket: Ticket) -> list[Item]:
        """The items of a ticket that the catalogue still has."""
        return items_of(self.memory, ticket)

    def placed(self, ticket: Ticket) -> Ticket:
        """The waiting ticket with how many are ahead of it."""
        return placed(self.memory, self.rules, self.now, ticket)


def placed(records: Records, rules: HallRules, time: datetime, ticket: Ticket) -> Ticket:
    """The ticket with how many are ahead of it, if it waits."""
    if ticket.state is not TicketState.WAITING:
        return ticket
    return ticket._replace(ahead=records.ahead_of(ticket, rules.rivals(ticket.need), time))


def items_of(records: Records, ticket: Ticket) -> list[Item]:
    """The items of a ticket that the catalogue still has, in its order."""
    found = (records.item(code) for code in ticket.items)
    return [item for item in found if item is not None]


def find_ticket(records: Records, typed: str, on: date) -> Ticket:
    """The ticket with that number on that business date; raises UnknownTicket."""
    number = tidy_number(typed)
    ticket = records.numbered(number, on)
    if ticket is None:
        raise UnknownTicket(number=number or typed)
    return ticket


def business_date(latest: Latest | None, rules: HallRules, now: datetime) -> date:
    """The hall's date in its own zone; it never goes back, whatever the clock says (DESIGN 5)."""
    local = now.astimezone(rules.zone).date()
    return max(local, latest.business_date) if latest else local


def hall_time(latest: Latest | None, now: datetime) -> datetime:
    """The time by which waits are measured: a clock that went back does not make them shorter."""
    return max(now, latest.at) if latest else now


def clock_behind(latest: Latest | None, now: datetime) -> timedelta | None:
    """How far the clock is behind the journal's last row; None when it is not."""
    behind = latest.at - now if latest else timedelta(0)
    return behind if behind > CLOCK_TOLERANCE else None


def _turn_day(desk: Desk, latest: Latest) -> None:
    """Begin a business date: nobody of an earlier one is left in line or at a window.

    Who waited is passed (requirements 4.5); who was being served is taken to have been finished.
    """
    left = desk.memory.open_tickets_before(desk.today)
    for ticket in left:
        _end_with_its_day(desk, ticket)
    close_windows(desk, reason=END_OF_DAY)
    forgotten = 0
    if desk.today - latest.business_date <= LONGEST_LEAP:
        note_absences(desk, former_days=True)
        forgotten = _forget_visitors(desk)
    end_surge(desk)
    desk.record(
        EventKind.DAY_TURNED,
        former=latest.business_date.isoformat(),
        ended=[ticket.number for ticket in left],
        **({"forgotten": forgotten} if forgotten else {}),
    )


def close_windows(desk: Desk, **facts: Any) -> None:
    """End the duty of every window and of who is there, with `facts` for the journal."""
    for duty in desk.memory.all_on_duty():
        end_duty(desk, duty)
    for window in desk.memory.windows():
        if window.state is not WindowState.CLOSED:
            closed = window._replace(state=WindowState.CLOSED, since=desk.now, reason=None)
            desk.memory.save_window(closed)
            desk.record(EventKind.WINDOW_CLOSED, window=window.number, **facts)


def because(reason: str) -> dict[str, Any]:
    """A reason as a fact of the journal; no fact where none was given."""
    told = one_line(reason)
    return {"reason": told} if told else {}


def end_duty(desk: Desk, duty: OnDuty, **facts: Any) -> None:
    """Sign somebody out at a window, with `facts` for the journal."""
    desk.memory.save_on_duty(duty.window, None)
    desk.record(
        EventKind.POST_LEFT,
        window=duty.window,
        badge=duty.badge,
        minutes=minutes_on_duty(desk, duty),
        **facts,
    )


def minutes_on_duty(desk: Desk, duty: OnDuty) -> int:
    """How long somebody has been at a window; never less than nothing, whatever the clock does."""
    return max(0, round((desk.now - duty.since).total_seconds() / 60))


def end_surge(desk: Desk, **facts: Any) -> None:
    """End surge mode, if it is on, with `facts` for the journal."""
    if desk.memory.surge() is not None:
        desk.memory.save_surge(None)
        desk.record(EventKind.SURGE_ENDED, **facts)


def note_absences(desk: Desk, *, former_days: bool = False) -> tuple[Appointment, ...]:
    """Whoever has not come `late_minutes` after the end of the slot, or by the end of its day, is missed.

    With `former_days` only of days that are over: a hall that begins its day late, for want of power
    perhaps, may not hold that against those who came in vain.
    """
    late = timedelta(minutes=desk.rules.settings.appointment.late_minutes)
    missed = tuple(
        each._replace(state=AppointmentState.MISSED, ended_at=desk.now)
        for each in desk.memory.absent(desk.today, desk.now - late)
        if not former_days or each.business_date < desk.today
    )
    for each in missed:
        desk.memory.save_appointment(each)
        desk.record(EventKind.APPOINTMENT_MISSED, appointment=each.id, start=each.start.isoformat())
    return missed


def _forget_visitors(desk: Desk) -> int:
    """Clear who came so long ago that the hall need not know it (requirements 5)."""
    settings = desk.rules.settings
    booked = timedelta(days=settings.appointment.days_kept)
    came = timedelta(days=settings.ticket.keep_person_days)
    return desk.memory.forget_visitors(desk.today - booked) + desk.memory.forget_persons(
        desk.today - came
    )


def _end_with_its_day(desk: Desk, ticket: Ticket) -> None:
    was_served = ticket.state is TicketState.SERVING
    state = ticket.moved(Move.END_DAY_SERVED if was_served else Move.END_DAY)
    if ticket.call is not None and ticket.state in (TicketState.CALLED, TicketState.SERVING):
        desk.memory.end_call(ticket.call, desk.now, state)
    desk.memory.save_ticket(
        ticket._replace(
            state=state, ended_at=desk.now, reason=END_OF_DAY, target_window=None, hold=None
        )
    )
    kind = EventKind.TICKET_FINISHED if was_served else EventKind.TICKET_PASSED
    desk.record(kind, ticket=ticket.id, number=ticket.number, reason=END_OF_DAY)
