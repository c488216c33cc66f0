"""`AppointmentRecords` and `AppointmentMemory` by behaviour, over both stores."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, new_ticket
from tests.halls import MORNING, plain_connection
from yichuang.config import STORE_FILE
from yichuang.errors import StoreError
from yichuang.queue.appointment import Appointment, AppointmentState, Channel
from yichuang.queue.person import Visitor
from yichuang.queue.ports import Memory
from yichuang.store import appointments
from yichuang.store.migrate import migrate

TOMORROW = TODAY + timedelta(days=1)
DAY = timedelta(days=1)
HALF = timedelta(minutes=30)
ZHANG = Visitor("p" * 64, "**************1234", "张*", "f" * 64, "138****1234")
LI = Visitor(phone_key="e" * 64, phone="139****4321")


def booking(
    code: str = "000001",
    *,
    days: int = 1,
    slot: int = 0,
    category: str = "tax",
    visitor: Visitor = ZHANG,
    reference: str | None = None,
    items: tuple[str, ...] = (),
) -> Appointment:
    """A booking of some half hour of some day after `TODAY`."""
    start = MORNING + days * DAY + slot * HALF
    return Appointment(
        id=0,
        code=code,
        category=category,
        items=items,
        channel=Channel.PHONE,
        business_date=TODAY + days * DAY,
        start=start,
        end=start + HALF,
        state=AppointmentState.BOOKED,
        visitor=visitor,
        booked_at=MORNING,
        reference=reference,
    )


def keep(memory: Memory, *drafted: Appointment) -> list[Appointment]:
    """Keep bookings; as they were kept."""
    return [each._replace(id=memory.add_appointment(each)) for each in drafted]


def ended(appointment: Appointment, state: AppointmentState) -> Appointment:
    """The booking at an end."""
    return appointment._replace(state=state, ended_at=MORNING + HALF)


async def test_a_booking_comes_back_as_it_was_kept(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.appointment_coded("000001") is None
        assert memory.appointment_referenced("R1") is None
        assert memory.appointments_between(TODAY, TOMORROW) == []
        [kept] = keep(memory, booking(reference="R1", items=("X1", "X2")))
        assert memory.appointment_coded("000001") == kept
        assert memory.appointment_referenced("R1") == kept
        assert memory.appointments_between(TOMORROW, TOMORROW) == [kept]
        assert memory.appointments_between(TODAY, TODAY) == []
        ticket = memory.add_ticket(new_ticket(1))
        done = ended(kept, AppointmentState.CHECKED_IN)._replace(ticket=ticket, reason="代办")
        memory.save_appointment(done)
        assert memory.appointment_coded("000001") == done

    await store.transact(work)


async def test_only_open_bookings_keep_their_code_to_themselves(store: AnyStore) -> None:
    def again(memory: Memory) -> None:
        keep(memory, booking(slot=1))

    def cancel(memory: Memory) -> None:
        former = memory.appointment_coded("000001")
        assert former is not None
        memory.save_appointment(ended(former, AppointmentState.CANCELLED))

    await store.transact(lambda memory: keep(memory, booking()))
    with pytest.raises(StoreError):
        await store.transact(again)
    await store.transact(cancel)
    [second] = await store.transact(lambda memory: keep(memory, booking(slot=2)))
    assert await store.read(lambda records: records.appointment_coded("000001")) == second
    await store.transact(cancel)
    newest = await store.read(lambda records: records.appointment_coded("000001"))
    assert newest == ended(second, AppointmentState.CANCELLED)


async def test_a_reference_is_used_once(store: AnyStore) -> None:
    await store.transact(lambda memory: keep(memory, booking(reference="R1")))
    with pytest.raises(StoreError):
        await store.transact(lambda memory: keep(memory, booking("000002", slot=3, reference="R1")))
    await store.transact(lambda memory: keep(memory, booking("000003"), booking("000004")))


async def test_bookings_are_found_by_person_and_by_telephone(store: AnyStore) -> None:
    same_phone = LI._replace(phone_key=ZHANG.phone_key)

    def work(memory: Memory) -> None:
        late, li, early, family = keep(
            memory,
            booking("000001", days=3),
            booking("000002", visitor=LI),
            booking("000003", days=1),
            booking("000004", days=2, visitor=same_phone),
        )
        assert memory.appointments_of(ZHANG.person, None, TODAY) == [early, late]
        assert memory.appointments_of(None, LI.phone_key, TODAY) == [li]
        assert memory.appointments_of(ZHANG.person, ZHANG.phone_key, TODAY) == [early, family, late]
        assert memory.appointments_of(ZHANG.person, None, TOMORROW + DAY) == [late]
        assert memory.appointments_of(None, None, TODAY) == []

    await store.transact(work)


async def test_a_slot_counts_what_was_not_cancelled(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        kept = keep(
            memory,
            booking("000001"),
            booking("000002"),
            booking("000003"),
            booking("000004", slot=1),
            booking("000005", slot=2),
            booking("000006", category="police"),
        )
        memory.save_appointment(ended(kept[0], AppointmentState.CANCELLED))
        memory.save_appointment(ended(kept[1], AppointmentState.MISSED))
        start = MORNING + DAY
        assert dict(memory.slot_counts("tax", start, start + 2 * HALF)) == {
            start: 2,
            start + HALF: 1,
        }
        assert dict(memory.slot_counts("police", start, start + HALF)) == {start: 1}
        assert dict(memory.slot_counts("nowhere", start, start + HALF)) == {}

    await store.transact(work)


async def test_the_absent_are_those_of_former_days_and_of_slots_that_are_over(
    store: AnyStore,
) -> None:
    def work(memory: Memory) -> None:
        former, over, _present, done = keep(
            memory,
            booking("000001", days=0, slot=30),
            booking("000002", days=1, slot=0),
            booking("000003", days=1, slot=1),
            booking("000004", days=0),
        )
        memory.save_appointment(ended(done, AppointmentState.CANCELLED))
        edge = over.end + timedelta(microseconds=1)
        assert memory.absent(TOMORROW, edge) == [former, over]
        assert memory.absent(TOMORROW, over.end) == [former]

    await store.transact(work)


async def test_visitors_are_forgotten_and_the_rest_is_kept(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        old, young = keep(memory, booking("000001", days=1), booking("000002", days=2))
        assert memory.forget_visitors(young.business_date) == 1
        assert memory.appointment_coded("000001") == old._replace(visitor=Visitor())
        assert memory.appointment_coded("000002") == young
        assert memory.appointments_of(ZHANG.person, ZHANG.phone_key, TODAY) == [young]
        assert memory.forget_visitors(young.business_date) == 0

    await store.transact(work)


async def test_forgetting_clears_what_names_the_visitor_elsewhere(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        first, second, plain = keep(
            memory,
            booking("000001", reference="张三 13812341234"),
            booking("000002", reference="R2")._replace(visitor=Visitor()),
            booking("000003")._replace(visitor=Visitor()),
        )
        reason = "本人 13812341234 来电"
        memory.save_appointment(ended(first, AppointmentState.CANCELLED)._replace(reason=reason))
        memory.save_appointment(ended(plain, AppointmentState.CANCELLED)._replace(reason=reason))
        assert memory.forget_visitors(TODAY + 9 * DAY) == 3
        assert memory.forget_visitors(TODAY + 9 * DAY) == 0
        for each in memory.appointments_between(TODAY, TODAY + 9 * DAY):
            assert (each.visitor, each.reference, each.reason) == (Visitor(), None, None)
        for each in (first, second):
            assert memory.appointment_referenced(each.reference or "") is None
        # The name may be given again: nothing is left that it could be held against.
        [again] = keep(memory, booking("000004", reference="R2"))
        assert memory.appointment_referenced("R2") == again

    await store.transact(work)


async def test_a_failed_transaction_leaves_no_booking_behind(store: AnyStore) -> None:
    def fail(memory: Memory) -> None:
        [kept] = keep(memory, booking("000002", reference="R2"))
        first = memory.appointment_coded("000001")
        assert first is not None
        memory.save_appointment(ended(first, AppointmentState.MISSED))
        memory.forget_visitors(TODAY + 9 * DAY)
        assert kept.id == 2
        raise StoreError(detail="no")

    [first] = await store.transact(lambda memory: keep(memory, booking(reference="R1")))
    with pytest.raises(StoreError):
        await store.transact(fail)

    def look(memory: Memory) -> None:
        assert memory.appointments_between(TODAY, TODAY + 9 * DAY) == [first]
        assert memory.appointment_referenced("R2") is None
        assert memory.appointment_coded("000002") is None
        [second] = keep(memory, booking("000002", reference="R2"))
        assert second.id == 2

    await store.transact(look)


def test_every_look_up_goes_by_an_index(tmp_path: Path) -> None:
    path = tmp_path / STORE_FILE
    path.touch()
    migrate(path, MORNING)
    with closing(plain_connection(path)) as connection:
        for name in ("_CODED", "_REFERENCED", "_BETWEEN", "_OF", "_COUNTS", "_ABSENT", "_FORGET"):
            sql: str = getattr(appointments, name)
            facts = dict.fromkeys(re.findall(r":(\w+)", sql), "")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", facts)]
            steps = [step for step in plan if re.match(r"(SCAN|SEARCH) (a|appointment)\b", step)]
            assert steps, (name, plan)
            assert all(" INDEX " in step or " PRIMARY KEY " in step for step in steps), (name, plan)
