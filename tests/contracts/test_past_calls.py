"""What forecasts read of the past, over both stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, call_to, keep, new_ticket
from tests.halls import MORNING
from yichuang.queue.event import Event, EventKind
from yichuang.queue.ports import EndedCall, Memory, PastVisit, Told
from yichuang.queue.ticket import PriorityClass, TicketState

ORDINARY, PRIORITY = PriorityClass.ORDINARY, PriorityClass.PRIORITY
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def test_an_empty_memory_teaches_nothing(store: AnyStore) -> None:
    def look(memory: Memory) -> None:
        assert memory.ended_calls(9) == []
        assert memory.issued_since(TODAY, MORNING) == {}
        assert memory.told(9) == []
        assert memory.past_visits(TODAY, TODAY + DAY) == []

    await store.transact(look)


async def test_ended_calls_come_newest_first_without_open_and_undone_ones(store: AnyStore) -> None:
    def work(memory: Memory) -> list[EndedCall]:
        for serial in range(1, 5):
            ticket = keep(memory, new_ticket(serial, priority_class=PRIORITY, items=("X1", "X2")))
            called = call_to(memory, ticket, serial, MORNING + serial * MINUTE)
            assert called.call is not None
            if serial < 4:
                ending = "undone" if serial == 2 else "finished"
                memory.end_call(called.call, MORNING + 10 * serial * MINUTE, ending)
        assert len(memory.ended_calls(1)) == 1
        return memory.ended_calls(9)

    assert await store.transact(work) == [
        EndedCall(
            ticket=serial,
            window=serial,
            category="tax",
            item="X1",
            priority_class=PRIORITY,
            since=MORNING,
            called_at=MORNING + serial * MINUTE,
            ended_at=MORNING + 10 * serial * MINUTE,
        )
        for serial in (3, 1)
    ]


async def test_a_visit_is_one_however_often_it_is_called(store: AnyStore) -> None:
    def call(memory: Memory, serial: int, at: int, minutes: int | None, ending: str = "") -> None:
        ticket = memory.ticket(serial)
        assert ticket is not None
        called = call_to(memory, ticket, serial, MORNING + at * MINUTE)
        if minutes is not None:
            assert called.call is not None
            memory.end_call(called.call, MORNING + (at + minutes) * MINUTE, ending)

    def work(memory: Memory) -> list[PastVisit]:
        for serial in range(1, 9):
            keep(memory, new_ticket(serial))
        keep(memory, new_ticket(9, on=TODAY + DAY))
        call(memory, 2, 1, 5, "finished")
        call(memory, 1, 2, 1, "passed")  # missed the call, came back, was put aside and sent on
        call(memory, 1, 9, 3, "held")
        call(memory, 1, 20, 4, "waiting")
        sent_on = memory.ticket(1)
        assert sent_on is not None
        memory.save_ticket(sent_on._replace(category="police"))
        call(memory, 1, 30, 7, "finished")
        call(memory, 3, 1, 1, "undone")
        call(memory, 4, 1, None)
        call(memory, 5, 1, 2, "passed")
        call(memory, 9, 1, 2, "finished")
        for serial in (5, 6):  # one with a call, one without
            ticket = memory.ticket(serial)
            assert ticket is not None
            cancelled = ticket._replace(state=TicketState.CANCELLED, ended_at=MORNING)
            memory.save_ticket(cancelled)
        return memory.past_visits(TODAY, TODAY + DAY)

    def visit(category: str, minutes: int | None) -> PastVisit:
        return PastVisit(TODAY, category, MORNING, None if minutes is None else 60.0 * minutes)

    assert await store.transact(work) == [
        visit("tax", 5),
        visit("tax", 8),
        visit("police", 7),
        visit("tax", None),  # 4 is still at its window
        visit("tax", 2),
        visit("tax", None),  # 3, 7 and 8 were never called
        visit("tax", None),
        visit("tax", None),
    ]


async def test_issues_are_counted_from_a_moment_on(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        for serial in range(1, 7):
            is_green = serial == 6
            ticket = new_ticket(serial, priority_class=PRIORITY if is_green else ORDINARY)
            memory.add_ticket(ticket._replace(issued_at=MORNING + serial * MINUTE))
        memory.add_ticket(new_ticket(1, letter="B", category="police"))
        memory.add_ticket(new_ticket(7, on=TODAY - timedelta(days=1)))
        count = memory.issued_since
        assert count(TODAY, MORNING) == {
            ("tax", ORDINARY): 5,
            ("tax", PRIORITY): 1,
            ("police", ORDINARY): 1,
        }
        assert count(TODAY, MORNING + 4 * MINUTE) == {("tax", ORDINARY): 2, ("tax", PRIORITY): 1}
        half = timedelta(milliseconds=500)
        assert count(TODAY, MORNING + 5 * MINUTE + half) == {("tax", PRIORITY): 1}

    await store.transact(work)


async def test_what_was_told_is_found_with_what_came_true(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        for serial in range(1, 5):
            facts: dict[str, Any] = {"number": f"A00{serial}"}
            if serial != 2:
                facts |= {"expected_median": 60.0 * serial, "expected_spread": 30.0}
            row = memory.record(
                Event(EventKind.TICKET_ISSUED, None, None, facts),
                at=MORNING,
                business_date=TODAY,
                actor="",
            )
            ticket = keep(memory, new_ticket(serial)._replace(issue_order=row))
            if serial < 4:
                call_to(memory, ticket, serial, MORNING + 7 * MINUTE)
        assert memory.told(9) == [Told(180.0, 30.0, 420.0), Told(60.0, 30.0, 420.0)]
        assert memory.told(2) == [Told(180.0, 30.0, 420.0)]

    await store.transact(work)
