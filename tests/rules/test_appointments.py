"""Appointments: what can be booked, by whom, until when; check-in; and who does not come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.halls import PRINTER, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.config import parse_settings
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
    CategoryUnserved,
    DayNotBookable,
    DuplicateTicket,
    InvalidHall,
    ItemNotToday,
    NotBookable,
    NothingWaiting,
    OutsideHours,
    QueueRefusal,
    ReasonMissing,
    SlotFull,
    SlotPassed,
    SlotUnknown,
    UnknownAppointment,
    UnknownCategory,
    VisitorBarred,
    VisitorMissing,
)
from yichuang.queue.appointment import Appointment, AppointmentState, Channel
from yichuang.queue.booking import appointments
from yichuang.queue.booking.booking import barred_until
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.item import Item
from yichuang.queue.person import check_character
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState

ZONE = ZoneInfo("Asia/Shanghai")
ZHANG = "13812341234"
LI = "13912344321"
ID = "11010519491231002X"
OTHER_ID = "440524188001010014"
MINUTE = timedelta(minutes=1)
STATES = AppointmentState


def local(day: int, clock: str, month: int = 3) -> datetime:
    """A time of March 2026 in the hall: Monday the 2nd is today."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def phone(number: int) -> str:
    """The telephone of one of many visitors."""
    return f"138{number:08d}"


def item(code: str, category: str, *, saturday: bool = False) -> Item:
    """An item of the catalogue."""
    return Item(
        code=code,
        name=code,
        alias=code,
        department="",
        category=category,
        group="",
        private=False,
        sample=False,
        initials="x",
        alias_initials="x",
        saturday=saturday,
    )


@asynccontextmanager
async def hall_with(clock: FixedClock, more: str) -> AsyncIterator[Hall]:
    """The small hall with further sections."""
    async with memory_hall(clock, small_settings(more)) as hall:
        yield hall


async def book(hall: Hall, start: datetime, who: str = ZHANG, category: str = "tax") -> Appointment:
    """A booking by telephone."""
    done = await hall.appointments.book(start, category=category, phone=who)
    assert done.appointment is not None
    return done.appointment


async def journal(hall: Hall, kind: EventKind) -> list[Entry]:
    """The journal's entries of one kind."""
    return [each for each in await hall.entries(0, 10_000) if each.event.kind is kind]


async def state_of(hall: Hall, code: str) -> AppointmentState:
    """Where a booking stands."""
    [found] = await hall.appointments.find(code=code)
    return found.state


# --- what can be booked ---------------------------------------------------------------------------


async def test_the_next_five_working_days_can_be_booked(hall: Hall) -> None:
    days = await hall.appointments.days("tax")
    assert [day.date for day in days] == [date(2026, 3, each) for each in (3, 4, 5, 6, 9)]
    starts = [f"{slot.start.astimezone(ZONE):%H:%M}" for slot in days[0].slots]
    morning, afternoon = (9, 10, 11), (13, 14, 15, 16)
    assert starts == [f"{each:02}:{half}" for each in morning + afternoon for half in ("00", "30")]
    assert {(slot.capacity, slot.booked, slot.free) for slot in days[0].slots} == {(2, 0, 2)}
    assert days[0].free == 28


async def test_holidays_and_make_up_days_are_heeded(clock: FixedClock, hall: Hall) -> None:
    clock.at = local(12, "9:00", 2)  # the Thursday before the Spring Festival of 2026
    days = await hall.appointments.days("tax")
    assert [str(day.date)[5:] for day in days] == ["02-13", "02-14", "02-24", "02-25", "02-26"]


async def test_elastic_slots_lie_within_the_hour_outside_hours(clock: FixedClock) -> None:
    more = "[hours]\nelastic_minutes = 60\n[appointment]\nslot_minutes = 40\n"
    async with hall_with(clock, more) as hall:
        slots = await hall.appointments.slots("tax", date(2026, 3, 3))
        elastic = [slot for slot in slots if slot.is_elastic]
        assert [slot.start for slot in elastic] == [local(3, "8:20"), local(3, "17:00")]
        booked = await book(hall, local(3, "17:00"))
        assert booked.end == local(3, "17:40")
        with pytest.raises(SlotUnknown):
            await book(hall, local(3, "17:40"), LI)


async def test_no_slot_lies_outside_hours_that_are_not_elastic(hall: Hall) -> None:
    for clock_text in ("8:30", "12:00", "17:00", "9:15"):
        with pytest.raises(SlotUnknown) as caught:
            await book(hall, local(3, clock_text))
        assert "09:00" in caught.value.hint
    assert await hall.appointments.slots("tax", date(2026, 3, 7)) == []


async def test_noon_is_for_categories_that_its_windows_serve(clock: FixedClock) -> None:
    more = '[hours]\nnoon = ["12:00-13:00"]\nnoon_windows = [2]\n'
    async with hall_with(clock, more) as hall:
        assert (await book(hall, local(3, "12:00"), category="police")).category == "police"
        with pytest.raises(SlotUnknown):
            await book(hall, local(3, "12:00"), LI)


async def test_saturday_is_for_flagged_items(clock: FixedClock) -> None:
    async with hall_with(clock, '[hours]\nsaturday = ["09:00-12:00"]\n') as hall:
        await hall.import_items([item("S1", "tax", saturday=True), item("S2", "tax")], source="x")
        start = local(7, "9:00")
        for items in ((), ("S2",), ("S1", "S2")):
            with pytest.raises(ItemNotToday):
                await hall.appointments.book(start, category="tax", items=items, phone=ZHANG)
        done = await hall.appointments.book(start, items=("S1",), phone=ZHANG)
        assert done.appointment is not None
        assert done.appointment.category == "tax"
        clock.at = local(6, "9:00")
        days = await hall.appointments.days("tax")
        assert [str(day.date)[5:] for day in days][:2] == ["03-07", "03-09"]


async def test_the_same_day_can_be_booked_where_the_hall_says_so(clock: FixedClock) -> None:
    async with hall_with(clock, "[appointment]\ndays_ahead_least = 0\n") as hall:
        with pytest.raises(SlotPassed):
            await book(hall, local(2, "9:00"))
        await book(hall, local(2, "9:30"))
        [today, *_later] = await hall.appointments.days("tax")
        assert today.slots[0].start == local(2, "9:30")


@pytest.mark.parametrize("day", [1, 2, 10, 30])
async def test_days_too_near_or_too_far_are_refused(hall: Hall, day: int) -> None:
    with pytest.raises(DayNotBookable) as caught:
        await book(hall, local(day, "9:30"))
    assert "2026-03-03" in caught.value.hint


async def test_what_the_hall_does_not_offer_cannot_be_booked(clock: FixedClock) -> None:
    async with hall_with(clock, "[appointment]\ncapacities = { tax = 0 }\n") as hall:
        with pytest.raises(NotBookable):
            await book(hall, local(3, "9:00"))
        with pytest.raises(CategoryUnserved):
            await book(hall, local(3, "9:00"), category="unserved")
        with pytest.raises(UnknownCategory):
            await book(hall, local(3, "9:00"), category="nowhere")
        assert await hall.appointments.days("tax") == []
    async with hall_with(clock, "[appointment]\nenabled = false\n") as hall:
        with pytest.raises(AppointmentsOff):
            await book(hall, local(3, "9:00"))
        assert await hall.appointments.days("tax") == []


async def test_a_surge_of_today_offers_no_slots_of_other_days(hall: Hall) -> None:
    await hall.set_surge(True, reason="大厅拥挤", actor="1001")
    assert await hall.appointments.days("unserved") == []
    assert await hall.appointments.slots("unserved", date(2026, 3, 3)) == []
    with pytest.raises(CategoryUnserved):
        await book(hall, local(3, "9:00"), category="unserved")
    assert await hall.appointments.slots("tax", date(2026, 3, 3)) != []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("days_ahead_least = 6", "days_ahead_most"),
        ("capacities = { taxes = 4 }", "tax"),
        ("slot_minutes = 0", "slot_minutes"),
        ("slots = 3", "slot"),
    ],
)
def test_wrong_settings_are_told(lines: str, said: str) -> None:
    with pytest.raises(InvalidHall) as caught:
        small_settings(f"[appointment]\n{lines}\n")
    assert said in caught.value.message


# --- who books ------------------------------------------------------------------------------------


async def test_a_slot_takes_no_more_than_its_capacity(clock: FixedClock) -> None:
    async with hall_with(clock, "[appointment]\ncapacities = { tax = 3 }\n") as hall:
        start = local(3, "9:30")
        codes = {(await book(hall, start, phone(each))).code for each in range(3)}
        assert len(codes) == 3
        with pytest.raises(SlotFull) as caught:
            await book(hall, start, phone(3))
        assert "09:00、10:00" in caught.value.hint
        await book(hall, start, phone(3), "police")
        await hall.appointments.cancel(codes.pop())
        await book(hall, start, phone(4))
        slots = await hall.appointments.slots("tax", date(2026, 3, 3))
        assert [(slot.booked, slot.free) for slot in slots[:3]] == [(0, 3), (3, 0), (0, 3)]


async def test_bookings_count_where_they_begin_when_slots_are_changed(clock: FixedClock) -> None:
    async with hall_with(clock, "[appointment]\nslot_minutes = 20\n") as hall:
        await book(hall, local(3, "9:20"))
        await book(hall, local(3, "9:40"), LI)
        settings = small_settings("[appointment]\nslot_minutes = 30\n")
        changed = Hall(settings, hall.store, clock)
        slots = await changed.appointments.slots("tax", date(2026, 3, 3))
        assert [slot.booked for slot in slots[:3]] == [1, 1, 0]


async def test_one_booking_a_day_and_person(hall: Hall) -> None:
    first = await book(hall, local(3, "9:00"))
    for category in ("tax", "police"):
        with pytest.raises(BookedThatDay):
            await book(hall, local(3, "14:00"), category=category)
    await book(hall, local(4, "9:00"))
    await hall.appointments.cancel(first.code)
    await book(hall, local(3, "14:00"))


async def test_a_family_may_share_a_telephone_but_one_person_not_book_twice(hall: Hall) -> None:
    booking = hall.appointments
    start = local(3, "9:00")
    await booking.book(start, category="tax", id_number=ID, phone=ZHANG)
    await booking.book(start, category="tax", id_number=OTHER_ID, phone=ZHANG)
    for who in ({"phone": ZHANG}, {"id_number": ID}, {"id_number": ID.lower(), "phone": LI}):
        with pytest.raises(BookedThatDay):
            await booking.book(local(3, "10:00"), category="tax", **who)
    with pytest.raises(VisitorMissing):
        await booking.book(local(3, "10:00"), category="tax", name="张三")


async def test_a_booking_is_kept_without_what_was_typed(hall: Hall) -> None:
    done = await hall.appointments.book(
        local(3, "9:00"),
        category="tax",
        id_number=ID,
        phone=ZHANG,
        name="张三丰",
        channel="phone",
        actor="导引台",
    )
    booked = done.appointment
    assert booked is not None
    assert booked.channel is Channel.PHONE
    assert (booked.visitor.name, booked.visitor.phone) == ("张**", "138****1234")
    assert len(booked.code) == 6
    assert booked.code.isdecimal()
    person = hall.identify(ID)
    kept = repr(await hall.appointments.find(code=booked.code))
    told = repr(await hall.entries(0, 100))
    for private in (ID, ID[:6], "19491231", "三丰", ZHANG):
        assert private not in kept + told + repr(booked.as_json())
    hashes = (person.key, booked.visitor.phone_key or "")
    assert all(key not in told and key not in repr(booked.as_json()) for key in hashes)
    assert booked.code not in told
    assert "张" not in told
    [entry] = await journal(hall, EventKind.APPOINTMENT_BOOKED)
    assert entry.actor == "导引台"
    assert entry.event.data["category"] == "tax"


async def test_codes_that_are_taken_are_not_given_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw() -> tuple[str, ...]:
        return ("000001", "000002")

    monkeypatch.setattr(appointments, "draw_codes", draw)
    codes = [(await book(hall, local(3, "9:00"), phone(each))).code for each in range(2)]
    assert codes == ["000001", "000002"]
    with pytest.raises(BookingCodeTaken):
        await book(hall, local(3, "9:30"), LI)
    await hall.appointments.cancel("000001")
    assert (await book(hall, local(3, "9:30"), LI)).code == "000001"


def test_codes_are_drawn_by_chance() -> None:
    drawn = [code for _each in range(100) for code in appointments.draw_codes()]
    assert all(len(code) == 6 and code.isdecimal() for code in drawn)
    assert len(set(drawn)) > len(drawn) * 0.99
    assert drawn != sorted(drawn)
    assert appointments.tidy_code(" ４８２ 913") == "482913"


# --- cancelling -----------------------------------------------------------------------------------


async def test_cancelling_until_two_hours_before(clock: FixedClock, hall: Hall) -> None:
    first = await book(hall, local(3, "9:30"))
    second = await book(hall, local(3, "9:30"), LI)
    clock.at = local(3, "7:30")
    done = await hall.appointments.cancel(first.code, reason="有事")
    assert done.appointment is not None
    assert (done.appointment.state, done.appointment.reason) == (STATES.CANCELLED, "有事")
    clock.advance(MINUTE)
    with pytest.raises(CancelTooLate):
        await hall.appointments.cancel(second.code)
    with pytest.raises(ReasonMissing) as caught:
        await hall.appointments.cancel(second.code, force=True, reason="  ")
    assert "取消预约" in caught.value.message
    await hall.appointments.cancel(second.code, force=True, reason="来电说生病")
    entries = await journal(hall, EventKind.APPOINTMENT_CANCELLED)
    assert [each.event.data.get("forced") for each in entries] == [None, True]
    for code in (first.code, second.code):
        with pytest.raises(AppointmentEnded) as ended:
            await hall.appointments.cancel(code)
        assert "已取消" in ended.value.message
        with pytest.raises(AppointmentCancelled):
            await hall.appointments.check_in(code)
    with pytest.raises(UnknownAppointment):
        await hall.appointments.cancel("不是码")


# --- checking in ----------------------------------------------------------------------------------


async def test_an_appointment_is_called_from_its_slot_on(clock: FixedClock, hall: Hall) -> None:
    done = await hall.appointments.book(local(3, "9:30"), category="tax", id_number=ID)
    assert done.appointment is not None
    clock.at = local(3, "9:05")
    for window in (1, 2, 3):
        await hall.open_window(window)
    came = await hall.appointments.check_in(done.appointment.code)
    ticket = came.ticket
    assert ticket is not None
    assert ticket.number == "YA001"
    assert ticket.priority_class is PriorityClass.APPOINTMENT
    assert ticket.not_before == local(3, "9:30")
    assert ticket.person == hall.identify(ID).key
    assert came.windows == (1, 3)
    assert came.appointment is not None
    assert came.appointment.ticket == ticket.id
    with pytest.raises(NothingWaiting):
        await hall.call_next(1)
    ordinary = await hall.issue(category="tax")
    assert ordinary.ticket is not None
    clock.at = local(3, "9:30")
    called = await hall.call_next(1)
    assert called.ticket is not None
    assert called.ticket.number in ("YA001", ordinary.ticket.number)
    [issued] = [
        each
        for each in await journal(hall, EventKind.TICKET_ISSUED)
        if each.event.data.get("appointment")
    ]
    assert issued.event.data["appointment"] == came.appointment.id
    assert issued.event.data["priority_class"] == "appointment"


async def test_check_in_by_id_number(clock: FixedClock, hall: Hall) -> None:
    booking = hall.appointments
    await booking.book(local(3, "9:30"), category="tax", id_number=ID)
    await booking.book(local(4, "9:30"), category="police", id_number=ID)
    with pytest.raises(UnknownAppointment):
        await booking.check_in(id_number=ID)
    clock.at = local(3, "9:00")
    with pytest.raises(UnknownAppointment):
        await booking.check_in(id_number=OTHER_ID)
    with pytest.raises(VisitorMissing):
        await booking.check_in()
    done = await booking.check_in(id_number=ID.lower())
    assert done.ticket is not None
    assert done.ticket.category == "tax"
    with pytest.raises(AlreadyCheckedIn) as caught:
        await booking.check_in(person=hall.identify(ID))
    assert "YA001" in caught.value.message
    clock.at = local(4, "9:00")
    done = await booking.check_in(id_number=ID)
    assert done.ticket is not None
    assert done.ticket.number == "YB001"


async def test_nobody_checks_in_twice_or_on_another_day(clock: FixedClock, hall: Hall) -> None:
    booked = await book(hall, local(3, "9:30"))
    with pytest.raises(AppointmentOtherDay):
        await hall.appointments.check_in(booked.code)
    clock.at = local(3, "9:00")
    await hall.appointments.check_in(booked.code)
    clock.advance(MINUTE)
    with pytest.raises(AlreadyCheckedIn):
        await hall.appointments.check_in(booked.code)
    with pytest.raises(AppointmentEnded) as caught:
        await hall.appointments.cancel(booked.code)
    assert "已签到" in caught.value.message
    with pytest.raises(UnknownAppointment):
        await hall.appointments.check_in("000000" if booked.code != "000000" else "000001")


async def test_a_bounced_key_at_the_kiosk_checks_in_once(clock: FixedClock) -> None:
    async with hall_with(clock, PRINTER) as hall:
        booked = await book(hall, local(3, "9:30"))
        clock.at = local(3, "9:20")
        first = await hall.appointments.check_in(booked.code, origin="kiosk-1")
        again = await hall.appointments.check_in(booked.code, origin="kiosk-1")
        assert again.is_repeat
        assert (again.ticket, again.print_job) == (first.ticket, first.print_job)
        with pytest.raises(AlreadyCheckedIn):
            await hall.appointments.check_in(booked.code, origin="kiosk-2")
        clock.advance(timedelta(seconds=2))
        with pytest.raises(AlreadyCheckedIn):
            await hall.appointments.check_in(booked.code, origin="kiosk-1")
        assert len(await hall.print_jobs()) == 1


async def test_the_paper_says_from_when_it_is_called(clock: FixedClock) -> None:
    async with hall_with(clock, PRINTER) as hall:
        await hall.import_items([item("X1", "tax"), item("X2", "police")], source="x")
        done = await hall.appointments.book(local(3, "9:30"), items=("X1", "X2"), phone=ZHANG)
        assert done.appointment is not None
        clock.at = local(3, "9:00")
        came = await hall.appointments.check_in(done.appointment.code)
        assert came.ticket is not None
        assert came.ticket.items == ("X1", "X2")
        assert came.ticket.route == ("police",)
        job = await hall.print_job(came.print_job or 0)
        assert job is not None
        assert job.document.mark == "预约 09:30 起叫号"
        bare = await book(hall, local(4, "9:00"), LI)
        clock.at = local(4, "9:00")
        plain = await hall.appointments.check_in(bare.code, on_paper=False)
        assert plain.print_job is None


async def test_late_is_still_an_appointment_and_later_is_not(clock: FixedClock, hall: Hall) -> None:
    first = await book(hall, local(3, "9:30"))
    second = await book(hall, local(3, "9:30"), LI)
    clock.at = local(3, "10:30")
    done = await hall.appointments.check_in(first.code)
    assert done.ticket is not None
    assert done.ticket.priority_class is PriorityClass.APPOINTMENT
    assert done.ticket.since == clock.at
    clock.advance(MINUTE)
    with pytest.raises(AppointmentTooLate) as caught:
        await hall.appointments.check_in(second.code)
    assert "普通号" in caught.value.hint
    assert await hall.appointments.note_missed() != ()
    with pytest.raises(AppointmentTooLate):
        await hall.appointments.check_in(second.code)


async def test_one_open_ticket_a_person_and_category(clock: FixedClock, hall: Hall) -> None:
    await hall.appointments.book(local(3, "9:30"), category="tax", id_number=ID)
    clock.at = local(3, "9:00")
    person = hall.identify(ID)
    ordinary = await hall.issue(category="tax", person=person.key)
    with pytest.raises(DuplicateTicket):
        await hall.appointments.check_in(id_number=ID)
    assert ordinary.ticket is not None
    await hall.cancel(ordinary.ticket.number)
    await hall.appointments.check_in(id_number=ID)
    with pytest.raises(DuplicateTicket):
        await hall.issue(category="tax", person=person.key)


async def test_elastic_time_is_for_appointments_only(clock: FixedClock) -> None:
    async with hall_with(clock, "[hours]\nelastic_minutes = 60\n") as hall:
        booked = await book(hall, local(3, "8:00"))
        clock.at = local(3, "7:55")
        with pytest.raises(OutsideHours):
            await hall.issue(category="tax", origin="kiosk")
        done = await hall.appointments.check_in(booked.code, origin="kiosk")
        assert done.ticket is not None
        clock.at = local(3, "8:00")
        await hall.open_window(1)
        called = await hall.call_next(1)
        assert called.ticket is not None
        assert called.ticket.number == "YA001"


# --- who does not come ----------------------------------------------------------------------------


async def test_who_has_not_come_is_noted_when_bookings_are_listed(
    clock: FixedClock, hall: Hall
) -> None:
    gone = await book(hall, local(3, "9:00"))
    due = await book(hall, local(3, "9:30"), LI)
    clock.at = local(3, "10:00")
    listed = await hall.appointments.between()
    assert [each.state for each in listed] == [STATES.BOOKED, STATES.BOOKED]
    rows = len(await hall.entries(0, 1000))
    await hall.appointments.between()
    assert len(await hall.entries(0, 1000)) == rows, "looking on writes nothing"
    clock.advance(MINUTE)
    listed = await hall.appointments.between()
    assert [(each.code, each.state) for each in listed] == [
        (gone.code, STATES.MISSED),
        (due.code, STATES.BOOKED),
    ]
    [entry] = await journal(hall, EventKind.APPOINTMENT_MISSED)
    assert entry.event.data["appointment"] == gone.id
    with pytest.raises(AppointmentEnded) as caught:
        await hall.appointments.cancel(gone.code)
    assert "爽约" in caught.value.message


async def test_who_has_not_come_is_noted_at_the_end_of_the_day(
    clock: FixedClock, hall: Hall
) -> None:
    early = await book(hall, local(3, "9:00"))
    last = await book(hall, local(3, "16:30"), LI)
    clock.at = local(3, "16:50")
    await hall.close_day()
    assert await state_of(hall, early.code) is STATES.MISSED
    assert await state_of(hall, last.code) is STATES.BOOKED
    clock.at = local(4, "0:01")
    with pytest.raises(QueueRefusal):
        await hall.call_next(1)
    assert await state_of(hall, last.code) is STATES.MISSED


async def test_an_outage_makes_nobody_a_no_show(clock: FixedClock, hall: Hall) -> None:
    early = await book(hall, local(3, "9:00"))
    later = await book(hall, local(3, "15:00"), LI)
    tomorrow = await book(hall, local(4, "9:00"))
    clock.at = local(3, "11:00")
    await hall.close_day(outage=True, reason="停电")
    for code in (early.code, later.code):
        [found] = await hall.appointments.find(code=code)
        assert (found.state, found.reason) == (STATES.CANCELLED, "停电")
    assert await state_of(hall, tomorrow.code) is STATES.BOOKED
    assert len(await journal(hall, EventKind.APPOINTMENT_CANCELLED)) == 2
    assert await journal(hall, EventKind.APPOINTMENT_MISSED) == []


async def test_who_misses_too_often_is_barred_for_a_while(clock: FixedClock) -> None:
    more = "[appointment]\nno_show_limit = 2\nbarred_days = 10\n"
    async with hall_with(clock, more) as hall:
        await book(hall, local(3, "9:00"))
        await book(hall, local(4, "9:00"))
        clock.at = local(5, "8:00")
        with pytest.raises(VisitorBarred) as caught:
            await book(hall, local(6, "9:00"))
        assert "2026-03-14" in caught.value.message
        await book(hall, local(6, "9:00"), LI)
        clock.at = local(14, "8:00")
        await book(hall, local(16, "9:00"))


@pytest.mark.parametrize(("days", "is_blamed"), [(31, True), (32, False)])
async def test_a_leap_of_the_date_blames_nobody_and_forgets_nobody(
    clock: FixedClock, days: int, is_blamed: bool
) -> None:
    """Further than a month the clock may be wrong: whoever booked may come yet."""
    async with hall_with(clock, "[appointment]\nkeep_days = 1\n") as hall:
        booked = await book(hall, local(3, "9:00"))
        clock.advance(timedelta(days=days))
        await hall.issue(category="tax")
        [found] = await hall.store.read(
            lambda records: records.appointments_between(booked.business_date, booked.business_date)
        )
        assert found.state is (STATES.MISSED if is_blamed else STATES.BOOKED)
        assert (found.visitor == type(found.visitor)()) == is_blamed
        assert len(await journal(hall, EventKind.APPOINTMENT_MISSED)) == is_blamed
        [turned] = await journal(hall, EventKind.DAY_TURNED)
        assert turned.event.data.get("forgotten") == (1 if is_blamed else None)


@pytest.mark.parametrize("wrong", ["9:10", "9:40"])
async def test_a_clock_that_moves_counts_no_wait_from_before_the_slot(
    clock: FixedClock, hall: Hall, wrong: str
) -> None:
    """Who is not due by the clock on the wall gathers no wait, checked in before the slot or after."""
    booked = await book(hall, local(3, "9:30"))
    clock.at = local(3, wrong)
    done = await hall.appointments.check_in(booked.code)
    assert done.ticket is not None
    clock.advance(-30 * MINUTE)
    await hall.issue(category="police")
    ticket = await hall.ticket(done.ticket.number)
    assert ticket.since == ticket.not_before == local(3, "9:30")


@pytest.mark.parametrize(
    ("missed", "until"),
    [
        ([], None),
        ([1], None),
        ([1, 2], 12),
        ([1, 12], None),
        ([1, 10], 20),
        ([1, 2, 13], 12),
        ([1, 5, 8], 18),
    ],
)
def test_barring_counts_what_lies_close_together(missed: list[int], until: int | None) -> None:
    dates = [date(2026, 3, day) for day in missed]
    expected = None if until is None else date(2026, 3, until)
    assert barred_until(dates, 2, 10) == expected
    assert barred_until(dates, 0, 10) is None


async def test_visitors_are_forgotten_after_the_days_that_are_kept(clock: FixedClock) -> None:
    async with hall_with(clock, "[appointment]\nkeep_days = 30\n") as hall:
        booked = await book(hall, local(3, "9:00"))
        clock.at = local(3, "9:00") + timedelta(days=30)
        await hall.issue(category="tax")
        [found] = await hall.appointments.find(code=booked.code)
        assert found.visitor.phone == "138****1234"
        clock.advance(timedelta(days=1))
        await hall.issue(category="tax")
        [found] = await hall.appointments.find(code=booked.code)
        assert found == booked._replace(
            state=STATES.MISSED, ended_at=found.ended_at, visitor=found.visitor
        )
        assert found.visitor == type(found.visitor)()
        turned = await journal(hall, EventKind.DAY_TURNED)
        assert [each.event.data.get("forgotten") for each in turned] == [None, 1]


def test_barring_keeps_persons_long_enough_to_count() -> None:
    def kept(lines: str) -> int:
        return small_settings(f"[appointment]\n{lines}\n").appointment.days_kept

    assert kept("") == 90
    assert kept("no_show_limit = 2") == 180
    assert kept("no_show_limit = 2\nbarred_days = 20\nkeep_days = 60") == 60


async def test_bookings_are_found_by_what_the_visitor_knows(clock: FixedClock, hall: Hall) -> None:
    done = await hall.appointments.book(local(3, "9:00"), category="tax", id_number=ID, phone=ZHANG)
    other = await book(hall, local(4, "9:00"), LI)
    booked = done.appointment
    assert booked is not None
    find = hall.appointments.find
    assert await find(code=f" {booked.code} ") == [booked]
    assert await find(phone="138 1234 1234") == [booked]
    assert await find(id_number=ID) == [booked]
    assert await find(code=other.code, id_number=ID) == [other, booked]
    assert await find(phone="13800000000") == []
    assert await find() == []
    between = hall.appointments.between
    assert await between(date(2026, 3, 3), date(2026, 3, 9)) == [booked, other]
    clock.at = local(4, "8:00")
    assert [each.code for each in await between()] == [other.code]
    assert await find(phone=ZHANG) == []


async def test_a_ticket_that_was_checked_in_ends_like_any_other(
    clock: FixedClock, hall: Hall
) -> None:
    booked = await book(hall, local(3, "9:30"))
    clock.at = local(3, "9:00")
    done = await hall.appointments.check_in(booked.code)
    assert done.ticket is not None
    clock.at = local(4, "9:00")
    await hall.issue(category="tax")
    tickets = await hall.store.read(
        lambda records: records.in_state(date(2026, 3, 3), TicketState.PASSED, None)
    )
    assert [each.number for each in tickets] == ["YA001"]
    assert await state_of(hall, booked.code) is STATES.CHECKED_IN


def test_the_shipped_settings_say_what_the_program_assumes() -> None:
    from pathlib import Path

    from yichuang.config import AppointmentSettings
    from yichuang.profile import hall_toml

    settings = parse_settings(hall_toml("厅", "town"), Path("hall.toml"))
    assert settings.appointment == AppointmentSettings()


def test_the_id_numbers_of_these_tests_are_well_formed() -> None:
    assert all(check_character(each[:-1]) == each[-1] for each in (ID, OTHER_ID))


async def test_a_clock_that_leaps_back_and_comes_right_starves_no_appointment(
    clock: FixedClock, hall: Hall
) -> None:
    done = await hall.appointments.book(local(3, "9:30"), category="tax", id_number=ID)
    assert done.appointment is not None
    clock.at = local(3, "9:20")
    came = (await hall.appointments.check_in(done.appointment.code)).ticket
    assert came is not None
    for at in (local(3, "9:40"), local(3, "9:40") - timedelta(days=400), local(3, "9:41")):
        clock.at = at
        await hall.issue(category="tax")
    found = await hall.ticket(came.number)
    assert local(3, "9:30") <= found.since <= clock.at
