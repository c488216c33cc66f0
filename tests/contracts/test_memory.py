"""`Records` and `Memory` by behaviour, over both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, call_to, document, duty, item, keep, new_ticket, note
from tests.halls import MORNING
from yichuang.errors import StoreError
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Event, EventKind
from yichuang.queue.ports import CallShown, Latest, LineCount, Memory
from yichuang.queue.ticket import HoldKind, PriorityClass, Ticket, TicketState
from yichuang.queue.window import Window, WindowState

YESTERDAY = TODAY - timedelta(days=1)
PRIORITY = PriorityClass.PRIORITY
ORDINARY = PriorityClass.ORDINARY
PLAIN = ("",)


async def test_an_empty_memory_has_nothing(store: AnyStore) -> None:
    def look(memory: Memory) -> None:
        assert memory.latest() is None
        assert memory.windows() == []
        assert memory.window(4) == Window(4, WindowState.CLOSED)
        assert memory.current(1) is None
        assert memory.active() == []
        assert memory.ticket(1) is None
        assert memory.numbered("A001", TODAY) is None
        assert memory.heads(duty(1, "tax"), MORNING) == []
        assert memory.lines(TODAY, MORNING) == []
        assert memory.waiting(TODAY, 9) == []
        assert memory.waiting_at(duty(1, "tax"), TODAY, 9) == []
        assert memory.in_state(TODAY, None, 9) == []
        assert memory.in_state(TODAY, TicketState.HELD, 9) == []
        assert memory.state_counts(TODAY) == {}
        assert memory.nth_waiting(new_ticket(1), PLAIN, 1, MORNING) is None
        assert memory.last_step(1) is None
        assert memory.history(1) == []
        assert memory.entries(0, 9) == []
        assert memory.recent_calls(TODAY, 9) == []
        assert memory.item("X") is None
        assert memory.items() == []
        assert memory.print_job(1) is None
        assert memory.print_jobs(9) == []
        assert memory.devices() == []
        assert memory.open_tickets_before(TODAY) == []
        assert memory.release_directed(1) == []

    await store.transact(look)


async def test_a_ticket_comes_back_as_it_was_kept(store: AnyStore) -> None:
    def work(memory: Memory) -> Ticket:
        memory.replace_items([item("X1")])
        drafted = new_ticket(
            7,
            priority_class=PRIORITY,
            items=("X1", "X2"),
            need="手语",
            not_before=MORNING,
            person="hash",
            origin="kiosk",
        )._replace(route=("police",), group="elderly", target_window=3, line_entry=9)
        kept = keep(memory, drafted)
        assert kept == drafted._replace(id=kept.id)
        return kept

    kept = await store.transact(work)
    assert await store.read(lambda records: records.ticket(kept.id)) == kept
    assert await store.read(lambda records: records.numbered("A007", TODAY)) == kept
    assert await store.read(lambda records: records.numbered("A007", YESTERDAY)) is None


async def test_a_changed_ticket_comes_back_changed(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        first = keep(memory, new_ticket(1))
        called = call_to(memory, first, 3)
        assert (called.window, called.called_at, called.started_at) == (3, MORNING, None)
        assert called.call is not None
        later = MORNING + timedelta(minutes=5)
        memory.start_call(called.call, later)
        found = memory.ticket(first.id)
        assert found is not None
        assert found.started_at == later
        memory.end_call(called.call, later, TicketState.HELD)
        changed = called._replace(
            category="police",
            state=TicketState.WAITING,
            line_order=4,
            line_entry=9,
            target_window=2,
            ended_at=later,
            reinstated=1,
            reason="原因",
            priority_class=PriorityClass.TRANSFERRED,
            since=later,
            route=("police", "tax@3"),
            need="手语",
            hold=HoldKind.KEPT,
            valid_on=TODAY,
            redeemed=first.id,
        )
        memory.save_ticket(changed)
        # A waiting ticket is at no window, and tells nothing of a call that is over.
        expected = changed._replace(
            window=None, called_at=None, started_at=None, counted=0, counted_at=None
        )
        assert memory.ticket(first.id) == expected

    await store.transact(work)


async def test_serials_run_by_category_and_date(store: AnyStore) -> None:
    def work(memory: Memory) -> list[int]:
        return [
            memory.next_serial("tax", TODAY),
            memory.next_serial("tax", TODAY),
            memory.next_serial("police", TODAY),
            memory.next_serial("tax", YESTERDAY),
            memory.next_serial("tax", TODAY),
        ]

    assert await store.transact(work) == [1, 2, 1, 1, 3]


async def test_a_number_is_unique_on_its_date(store: AnyStore) -> None:
    await store.transact(lambda memory: memory.add_ticket(new_ticket(1)))
    with pytest.raises(StoreError) as refused:
        await store.transact(lambda memory: memory.add_ticket(new_ticket(1, category="police")))
    assert refused.type is StoreError
    await store.transact(lambda memory: memory.add_ticket(new_ticket(1, on=YESTERDAY)))
    assert await store.read(lambda records: len(records.in_state(TODAY, None, 9))) == 1


async def test_two_categories_may_share_a_serial_after_a_transfer(store: AnyStore) -> None:
    """A001 moved to B's line does not clash with B001."""

    def work(memory: Memory) -> list[str]:
        keep(memory, new_ticket(1, letter="B", category="police", order=2))
        memory.save_ticket(keep(memory, new_ticket(1))._replace(category="police"))
        return [each.number for each in memory.waiting(TODAY, 9)]

    assert await store.transact(work) == ["A001", "B001"]


@pytest.mark.parametrize("again", ["window", "ticket", "reopened"])
async def test_a_second_open_call_is_refused(store: AnyStore, again: str) -> None:
    def first(memory: Memory) -> None:
        call_to(memory, keep(memory, new_ticket(1)), 1)
        keep(memory, new_ticket(2))

    def second(memory: Memory) -> None:
        first_one, second_one = _get(memory, "A001"), _get(memory, "A002")
        if again == "window":
            memory.open_call(second_one, 1, MORNING, CallRule.OWN)
        elif again == "ticket":
            memory.open_call(first_one, 2, MORNING, CallRule.OWN)
        else:
            memory.end_call(1, MORNING, "passed")
            memory.open_call(second_one, 1, MORNING, CallRule.OWN)
            memory.reopen_call(1)

    await store.transact(first)
    with pytest.raises(StoreError) as refused:
        await store.transact(second)
    assert refused.type is StoreError
    current = await store.read(lambda records: records.current(1))
    assert current is not None
    assert (current.number, current.state) == ("A001", TicketState.CALLED)
    assert await store.read(lambda records: len(records.active())) == 1


@pytest.mark.parametrize("what", ["call", "print"])
async def test_nothing_refers_to_what_is_not_there(store: AnyStore, what: str) -> None:
    def work(memory: Memory) -> None:
        if what == "call":
            memory.open_call(new_ticket(1)._replace(id=77), 1, MORNING, CallRule.OWN)
        else:
            memory.add_print_job("kiosk", 77, document(), MORNING)

    with pytest.raises(StoreError):
        await store.transact(work)


def _fill(memory: Memory) -> None:
    """A001-A005 ordinary tax, A006 priority tax, B007 police, A008 for window 2."""
    for serial in range(1, 6):
        keep(memory, new_ticket(serial))
    keep(memory, new_ticket(6, priority_class=PRIORITY))
    keep(memory, new_ticket(7, letter="B", category="police"))
    memory.save_ticket(keep(memory, new_ticket(8))._replace(target_window=2))


async def test_heads_are_the_first_of_each_line(store: AnyStore) -> None:
    await store.transact(_fill)

    def heads(memory: Memory, window: int, *categories: str) -> set[str]:
        return {each.number for each in memory.heads(duty(window, *categories), MORNING)}

    def look(memory: Memory) -> None:
        assert heads(memory, 1, "tax") == {"A001", "A006"}
        assert heads(memory, 1, "tax", "police") == {"A001", "A006", "B007"}
        assert heads(memory, 2, "police") == {"B007", "A008"}
        assert heads(memory, 9) == set()
        call_to(memory, _get(memory, "A001"), 1)
        assert heads(memory, 1, "tax") == {"A002", "A006"}

    await store.transact(look)


def _get(memory: Memory, number: str) -> Ticket:
    ticket = memory.numbered(number, TODAY)
    assert ticket is not None
    return ticket


async def test_ahead_counts_the_own_class_and_the_one_in_front(store: AnyStore) -> None:
    await store.transact(_fill)

    def look(memory: Memory) -> dict[str, int]:
        return {
            each.number: memory.ahead_of(each, PLAIN, MORNING)
            for each in memory.in_state(TODAY, None, 99)
        }

    assert await store.transact(look) == {
        "A001": 1, "A002": 2, "A003": 3, "A004": 4, "A005": 5, "A006": 0, "B007": 0, "A008": 0,
    }  # fmt: skip


async def test_equal_places_are_decided_by_entry(store: AnyStore) -> None:
    """Tickets put behind A002 stand between A002 and A003, in the order in which they came."""

    def work(memory: Memory) -> None:
        for serial in (1, 2, 3):
            keep(memory, new_ticket(serial))
        keep(memory, new_ticket(4, order=2, entry=41))
        keep(memory, new_ticket(5, order=2, entry=40))
        order = ["A001", "A002", "A005", "A004", "A003"]
        assert [each.number for each in memory.waiting(TODAY, 9)] == order
        for place, number in enumerate(order):
            assert memory.ahead_of(_get(memory, number), PLAIN, MORNING) == place
            nth = memory.nth_waiting(new_ticket(9), PLAIN, place + 1, MORNING)
            assert nth is not None
            assert nth.number == number
        for number in order[:-1]:
            (head,) = memory.heads(duty(1, "tax"), MORNING)
            (line,) = memory.lines(TODAY, MORNING)
            assert head.number == line.head == number
            memory.save_ticket(_get(memory, number)._replace(state=TicketState.CANCELLED))

    await store.transact(work)


async def test_lines_count_the_directed_too(store: AnyStore) -> None:
    await store.transact(_fill)
    await store.transact(lambda memory: keep(memory, new_ticket(1, on=YESTERDAY, order=0)))
    found = await store.read(lambda records: records.lines(TODAY, MORNING))
    assert sorted(found, key=lambda line: (line.category, line.priority_class)) == [
        LineCount("police", ORDINARY, 1, "B007", MORNING),
        LineCount("tax", ORDINARY, 6, "A001", MORNING),
        LineCount("tax", PRIORITY, 1, "A006", MORNING),
    ]


async def test_a_directed_ticket_counts_but_does_not_head_its_line(store: AnyStore) -> None:
    def work(memory: Memory) -> list[LineCount]:
        memory.save_ticket(keep(memory, new_ticket(1))._replace(target_window=2))
        keep(memory, new_ticket(2))
        keep(memory, new_ticket(3, order=2))
        alone = keep(memory, new_ticket(4, category="police"))
        memory.save_ticket(alone._replace(target_window=2))
        return memory.lines(TODAY, MORNING)

    assert await store.transact(work) == [
        LineCount("police", ORDINARY, 1, "", MORNING),
        LineCount("tax", ORDINARY, 3, "A002", MORNING),
    ]


async def test_waiting_lists(store: AnyStore) -> None:
    await store.transact(_fill)

    def numbers(found: list[Ticket]) -> list[str]:
        return [each.number for each in found]

    def look(memory: Memory) -> None:
        assert numbers(memory.waiting(TODAY, 3)) == ["A006", "A001", "A002"]
        assert len(memory.waiting(TODAY, 99)) == 8
        assert memory.waiting(YESTERDAY, 99) == []
        assert numbers(memory.waiting_at(duty(2, "police"), TODAY, 99)) == ["B007", "A008"]
        assert numbers(memory.waiting_at(duty(1, "tax"), TODAY, 2)) == ["A006", "A001"]
        assert len(memory.waiting_at(duty(1, "tax", "police"), TODAY, 99)) == 7
        assert numbers(memory.in_state(TODAY, None, 2)) == ["A008", "B007"]
        assert numbers(memory.in_state(TODAY, TicketState.WAITING, 1)) == ["A008"]
        call_to(memory, _get(memory, "A003"), 1)
        assert numbers(memory.in_state(TODAY, TicketState.CALLED, 9)) == ["A003"]
        assert memory.state_counts(TODAY) == {TicketState.WAITING: 7, TicketState.CALLED: 1}
        assert memory.state_counts(YESTERDAY) == {}

    await store.transact(look)


async def test_nth_waiting_is_the_last_of_a_short_line(store: AnyStore) -> None:
    await store.transact(_fill)

    def nth(memory: Memory, count: int) -> str:
        found = memory.nth_waiting(new_ticket(9), PLAIN, count, MORNING)
        return found.number if found else ""

    found = await store.transact(lambda memory: [nth(memory, each) for each in (1, 3, 5, 6, 50)])
    assert found == ["A001", "A003", "A005", "A005", "A005"]


async def test_directed_tickets_are_released(store: AnyStore) -> None:
    await store.transact(_fill)

    def work(memory: Memory) -> None:
        assert memory.release_directed(2) == ["A008"]
        assert memory.release_directed(2) == []
        assert _get(memory, "A008").target_window is None
        assert memory.ahead_of(_get(memory, "A008"), PLAIN, MORNING) == 6

    await store.transact(work)


async def test_open_tickets_of_earlier_dates(store: AnyStore) -> None:
    def work(memory: Memory) -> list[str]:
        for serial in range(1, len(TicketState) + 1):
            keep(memory, new_ticket(serial, on=YESTERDAY))
        keep(memory, new_ticket(9))
        for serial, state in enumerate(TicketState, start=1):
            ticket = memory.numbered(f"A{serial:03d}", YESTERDAY)
            assert ticket is not None
            memory.save_ticket(ticket._replace(state=state))
        return [each.number for each in memory.open_tickets_before(TODAY)]

    assert await store.transact(work) == ["A001", "A002", "A003", "A004"]


async def test_calls_begin_end_and_come_back(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        ticket = call_to(memory, keep(memory, new_ticket(1)), 4)
        assert ticket.call is not None
        memory.count_recall(ticket.call, 1, MORNING)
        assert memory.current(4) == ticket
        assert memory.active() == [ticket]
        assert memory.recent_calls(TODAY, 9) == [CallShown("A001", 4, MORNING, 2, True)]
        memory.end_call(ticket.call, MORNING, TicketState.FINISHED)
        assert memory.current(4) is None
        assert memory.active() == []
        assert memory.recent_calls(TODAY, 9) == [CallShown("A001", 4, MORNING, 2, False)]
        memory.reopen_call(ticket.call)
        assert memory.current(4) == ticket
        memory.end_call(ticket.call, MORNING, "undone")
        assert memory.recent_calls(TODAY, 9) == []
        call_to(memory, keep(memory, new_ticket(2)), 4)
        call_to(memory, keep(memory, new_ticket(3)), 2)
        assert [each.window for each in memory.active()] == [2, 4]
        assert [each.number for each in memory.recent_calls(TODAY, 9)] == ["A003", "A002"]
        assert [each.number for each in memory.recent_calls(TODAY, 1)] == ["A003"]
        assert memory.recent_calls(YESTERDAY, 9) == []

    await store.transact(work)


async def test_windows_are_kept(store: AnyStore) -> None:
    paused = Window(7, WindowState.PAUSED, MORNING, "用餐")

    def work(memory: Memory) -> None:
        memory.save_window(Window(7, WindowState.OPEN, MORNING))
        memory.save_window(paused)
        memory.save_window(Window(2, WindowState.CLOSED, MORNING))

    await store.transact(work)
    assert await store.read(lambda records: records.window(7)) == paused
    windows = await store.read(lambda records: records.windows())
    assert [each.number for each in windows] == [2, 7]


async def test_journal_rows_count_from_one(store: AnyStore) -> None:
    def work(memory: Memory) -> list[int]:
        keep(memory, new_ticket(1))
        return [note(memory, 1), note(memory, 1, 3), note(memory, None, 3), note(memory)]

    assert await store.transact(work) == [1, 2, 3, 4]

    def look(memory: Memory) -> None:
        assert memory.latest() == Latest(4, MORNING, TODAY)
        assert [each.seq for each in memory.history(1)] == [1, 2]
        assert [each.seq for each in memory.entries(0, 99)] == [1, 2, 3, 4]
        assert [each.seq for each in memory.entries(1, 2)] == [2, 3]
        assert memory.entries(4, 9) == []
        step = memory.last_step(3)
        assert step is not None
        assert (step.seq, step.actor, step.at) == (3, "1001", MORNING)
        assert step.event.data == {"number": "A001", "原因": None}
        assert memory.last_step(4) is None
        # A supervisor's re-assignment is not a step that the clerk could have slipped in.
        assigned = Event(EventKind.WINDOW_ASSIGNED, None, 3)
        memory.record(assigned, at=MORNING, business_date=TODAY, actor="")
        assert memory.last_step(3) == step

    await store.transact(look)


async def test_items_are_added_once_and_keep_their_place(store: AnyStore) -> None:
    first, second = item("B2"), item("A1")

    def work(memory: Memory) -> None:
        assert memory.replace_items([first, second]) == (2, 0)
        assert memory.replace_items([first, second]) == (0, 0)
        assert memory.replace_items([replace(first, name="新名"), item("C3")]) == (1, 1)
        assert [each.code for each in memory.items()] == ["B2", "A1", "C3"]
        found = memory.item("B2")
        assert found is not None
        assert found.name == "新名"

    await store.transact(work)
