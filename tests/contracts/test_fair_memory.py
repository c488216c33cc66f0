"""What the rules of a fair queue read of `Records`: both stores give the same answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, call_to, document, duty, keep, new_ticket
from tests.halls import MORNING
from yichuang.errors import QueueRefusal
from yichuang.queue.dispatch import Duty
from yichuang.queue.ports import LastCall, Memory
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import Surge, Window, WindowState

MINUTE = timedelta(minutes=1)
TOMORROW = TODAY + timedelta(days=1)


def _numbers(memory: Memory, duty: Duty, minutes: int = 0, without: int | None = None) -> set[str]:
    return {each.number for each in memory.heads(duty, MORNING + minutes * MINUTE, without)}


def _of(serial: int, priority_class: PriorityClass, need: str = "") -> Ticket:
    return new_ticket(serial, priority_class=priority_class, need=need)


def _appointment(serial: int, minutes: int) -> Ticket:
    slot = MORNING + minutes * MINUTE
    return new_ticket(
        serial,
        priority_class=PriorityClass.APPOINTMENT,
        order=int(slot.timestamp()),
        entry=serial,
        not_before=slot,
    )._replace(since=slot)


async def test_a_line_for_every_class_and_need(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        for serial, each in enumerate(PriorityClass, start=1):
            for again in (0, 10):
                keep(memory, _of(serial + again, each)._replace(not_before=MORNING))
            keep(memory, _of(serial + 20, each, "手语")._replace(not_before=MORNING))
            keep(memory, _of(serial + 30, each)._replace(target_window=4, not_before=MORNING))
            keep(memory, _of(serial + 40, each)._replace(target_window=4, not_before=MORNING))
        plain = {f"A00{serial}" for serial in range(1, 6)}
        signing = {f"A02{serial}" for serial in range(1, 6)}
        assert _numbers(memory, duty(1, "tax")) == plain
        assert _numbers(memory, duty(1, "tax", needs=("", "手语"))) == plain | signing
        assert _numbers(memory, duty(1, "tax", needs=("手语",))) == signing
        assert _numbers(memory, duty(1, "police")) == set()
        directed = {f"A03{serial}" for serial in range(1, 6)}
        assert _numbers(memory, duty(4)) == directed
        helping = Duty(4, (), ("tax",), ("collection",), ("", "手语"))
        assert _numbers(memory, helping) == directed | plain | signing

    await store.transact(work)


async def test_a_head_says_where_it_stands(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        kept = keep(memory, new_ticket(3, order=7, entry=9)._replace(since=MORNING + MINUTE))
        (head,) = memory.heads(duty(1, "tax"), MORNING)
        assert head == (
            kept.id, "A003", "tax", PriorityClass.ORDINARY, None, MORNING + MINUTE, 7, 9,
        )  # fmt: skip

    await store.transact(work)


async def test_appointments_are_called_from_their_slot_on(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        keep(memory, _appointment(1, 30))
        keep(memory, _appointment(2, 10))
        keep(memory, _appointment(3, 20)._replace(target_window=5))
        expected = {9: set(), 10: {"A002"}, 29: {"A002"}, 31: {"A002"}}
        for minutes, numbers in expected.items():
            assert _numbers(memory, duty(1, "tax"), minutes) == numbers
        assert _numbers(memory, duty(5), 19) == set()
        assert _numbers(memory, duty(5), 20) == {"A003"}
        lengths = [
            memory.line_lengths(["tax", "police"], 9, MORNING + minutes * MINUTE)
            for minutes in (9, 10, 30)
        ]
        assert [each["tax"] for each in lengths] == [0, 1, 2]
        assert [each["police"] for each in lengths] == [0, 0, 0]
        ordinary = keep(memory, new_ticket(4))
        for minutes, ahead in ((9, 0), (10, 1), (29, 1), (30, 2)):
            at = MORNING + minutes * MINUTE
            assert memory.ahead_of(ordinary, ("",), at) == ahead
        found = memory.nth_waiting(_appointment(9, 0), ("",), 5, MORNING + 10 * MINUTE)
        assert found is not None
        assert found.number == "A002"
        assert memory.nth_waiting(_appointment(9, 0), ("",), 1, MORNING) is None

    await store.transact(work)


async def test_a_part_of_a_second_counts(store: AnyStore) -> None:
    """A slot is a whole second and the clock is not: times are not compared as texts differ."""

    def work(memory: Memory) -> None:
        keep(memory, _appointment(1, 10))
        at = MORNING + 10 * MINUTE
        for shift, found in ((-1, 0), (0, 1), (1, 1)):
            assert len(memory.heads(duty(1, "tax"), at + timedelta(microseconds=shift))) == found

    await store.transact(work)


async def test_heads_without_the_one_that_was_dropped(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        first = keep(memory, new_ticket(1))
        second = keep(memory, new_ticket(2))
        alone = keep(memory, _of(3, PriorityClass.PRIORITY))
        mine = keep(memory, new_ticket(4)._replace(target_window=1))
        assert _numbers(memory, duty(1, "tax"), 0, first.id) == {"A002", "A003", "A004"}
        assert _numbers(memory, duty(1, "tax"), 0, second.id) == {"A001", "A003", "A004"}
        assert _numbers(memory, duty(1, "tax"), 0, alone.id) == {"A001", "A004"}
        assert _numbers(memory, duty(1, "tax"), 0, mine.id) == {"A001", "A003"}

    await store.transact(work)


async def test_lengths_are_counted_up_to_a_limit(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        for serial in range(1, 6):
            keep(memory, new_ticket(serial, need="手语" if serial == 2 else ""))
        keep(memory, _of(6, PriorityClass.PRIORITY))
        keep(memory, new_ticket(7)._replace(target_window=1))
        for limit, count in ((3, 3), (6, 6), (99, 6)):
            assert dict(memory.line_lengths(["tax"], limit, MORNING)) == {"tax": count}

    await store.transact(work)


async def test_ahead_counts_those_who_ask_for_the_same(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        keep(memory, new_ticket(1, need="collection"))
        keep(memory, new_ticket(2, need="手语"))
        keep(memory, new_ticket(3))
        last = keep(memory, new_ticket(4))
        for needs, ahead in ((("",), 1), (("", "手语"), 2), (("collection",), 1)):
            assert memory.ahead_of(last, needs, MORNING) == ahead
        directed = keep(memory, new_ticket(5)._replace(target_window=2))
        keep(memory, _of(6, PriorityClass.PINNED)._replace(target_window=2))
        assert memory.ahead_of(directed, ("",), MORNING) == 1

    await store.transact(work)


async def test_the_lines_of_the_needs_are_counted_in_one_order(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        keep(memory, new_ticket(1, need="手语"))
        keep(memory, new_ticket(2))
        keep(memory, new_ticket(3, need="手语"))
        keep(memory, new_ticket(4, need="英语", order=1, entry=0))
        keep(memory, _of(5, PriorityClass.PRIORITY))
        keep(memory, new_ticket(6, category="police"))
        for needs, numbers in (
            (("",), ["A002"]),
            (("手语",), ["A001", "A003"]),
            (("", "手语"), ["A001", "A002", "A003"]),
            (("手语", ""), ["A001", "A002", "A003"]),
            (("", "手语", "英语"), ["A004", "A001", "A002", "A003"]),
        ):
            for nth in range(1, 6):
                # The needs decide, not what the ticket itself asks for.
                found = memory.nth_waiting(new_ticket(9, need="collection"), needs, nth, MORNING)
                assert found is not None
                assert found.number == numbers[min(nth, len(numbers)) - 1]
        for absent in ((), ("collection",)):
            assert memory.nth_waiting(new_ticket(9), absent, 1, MORNING) is None

    await store.transact(work)


async def test_what_a_window_called_last(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        yesterday = keep(memory, new_ticket(9, on=TODAY - timedelta(days=1)))
        _ended(memory, call_to(memory, yesterday, 1), "finished")
        assert memory.recent_classes(1, TODAY, 9) == []
        assert memory.last_call(1) == LastCall(yesterday.id, "finished", MORNING)
        kept = [keep(memory, _of(n, each)) for n, each in enumerate(PriorityClass, start=1)]
        for minutes, ticket in enumerate(kept[:3]):
            _ended(memory, call_to(memory, ticket, 1), "passed", MORNING + minutes * MINUTE)
        front = [PriorityClass.PRIORITY, PriorityClass.TRANSFERRED, PriorityClass.PINNED]
        assert memory.recent_classes(1, TODAY, 9) == front
        assert memory.recent_classes(1, TODAY, 2) == front[:2]
        assert memory.recent_classes(2, TODAY, 9) == []
        assert memory.last_call(1) == LastCall(kept[2].id, "passed", MORNING + 2 * MINUTE)
        _ended(memory, call_to(memory, kept[3], 1), "undone")
        assert memory.recent_classes(1, TODAY, 9) == front
        assert memory.last_call(1) == LastCall(kept[2].id, "passed", MORNING + 2 * MINUTE)
        call_to(memory, kept[4], 1)
        assert memory.last_call(1) == LastCall(kept[4].id, None, None)
        # The class is that of the line in which it stood, whatever it is now.
        found = memory.ticket(kept[4].id)
        assert found is not None
        memory.save_ticket(found._replace(priority_class=PriorityClass.TRANSFERRED))
        assert memory.recent_classes(1, TODAY, 1) == [PriorityClass.ORDINARY]
        assert memory.last_call(2) is None

    await store.transact(work)


def _ended(memory: Memory, ticket: Ticket, ending: str, at: datetime = MORNING) -> None:
    assert ticket.call is not None
    memory.end_call(ticket.call, at, ending)


async def test_calls_since_are_of_the_category(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        kept = [keep(memory, new_ticket(serial)) for serial in range(1, 5)]
        other = keep(memory, new_ticket(9, category="police"))
        first = call_to(memory, kept[0], 1).call or 0
        assert memory.calls_since(first, "tax", 9) == 0
        for window, ticket in enumerate([*kept[1:], other], start=2):
            call_to(memory, ticket, window)
        assert memory.calls_since(first, "tax", 9) == 3
        assert memory.calls_since(first, "tax", 2) == 2
        assert memory.calls_since(first, "police", 9) == 1
        memory.end_call(first + 1, MORNING, "undone")
        assert memory.calls_since(first, "tax", 9) == 2

    await store.transact(work)


async def test_recalls_are_counted_with_the_call(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        ticket = call_to(memory, keep(memory, new_ticket(1)), 1)
        assert (ticket.counted, ticket.counted_at) == (1, MORNING)
        memory.count_recall(ticket.call or 0, 2, MORNING + MINUTE)
        memory.save_ticket(ticket._replace(calls=2))
        found = memory.current(1)
        assert found is not None
        assert (found.calls, found.counted, found.counted_at) == (2, 2, MORNING + MINUTE)

    await store.transact(work)


@pytest.mark.parametrize("state", TicketState)
async def test_the_open_ticket_of_a_person(store: AnyStore, state: TicketState) -> None:
    def work(memory: Memory) -> None:
        ticket = keep(memory, new_ticket(1, person="p"))
        keep(memory, new_ticket(2, person="q"))
        keep(memory, new_ticket(3))
        memory.save_ticket(ticket._replace(state=state))
        found = memory.open_ticket_of("p", "tax", TODAY)
        is_open = state in ("waiting", "called", "serving", "held")
        assert (found is not None) == is_open
        assert found is None or found.number == "A001"
        assert memory.open_ticket_of("p", "police", TODAY) is None
        assert memory.open_ticket_of("p", "tax", TOMORROW) is None

    await store.transact(work)


async def test_the_last_ticket_of_a_kiosk(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.last_from("kiosk", TODAY) is None
        for serial, origin in enumerate(("kiosk", "kiosk", "other", ""), start=1):
            keep(memory, new_ticket(serial, origin=origin))
        found = memory.last_from("kiosk", TODAY)
        assert found is not None
        assert found.number == "A002"
        assert memory.last_from("kiosk", TOMORROW) is None
        assert memory.last_from("", TODAY) is None

    await store.transact(work)


async def test_a_slip_is_good_from_the_outage_to_its_day(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        void = keep(memory, new_ticket(1))._replace(state=TicketState.VOID, valid_on=TOMORROW)
        memory.save_ticket(void)
        good = [memory.slip("A001", TODAY + timedelta(days=days)) for days in range(-1, 3)]
        assert [each is not None for each in good] == [False, True, True, False]

    await store.transact(work)


async def test_a_slip_is_good_once(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        ticket = keep(memory, new_ticket(1))
        void = ticket._replace(state=TicketState.VOID, valid_on=TOMORROW)
        memory.save_ticket(void)
        assert memory.slip("A002", TOMORROW) is None
        found = memory.slip("A001", TOMORROW)
        assert found is not None
        assert found.id == ticket.id
        given = keep(memory, new_ticket(1, on=TOMORROW))
        memory.save_ticket(void._replace(redeemed=given.id))
        assert memory.slip("A001", TOMORROW) is None
        # Two days of outage before one working day: each slip is good once.
        again = keep(memory, new_ticket(1, on=TODAY - timedelta(days=1)))
        memory.save_ticket(again._replace(state=TicketState.VOID, valid_on=TOMORROW))
        found = memory.slip("A001", TOMORROW)
        assert found is not None
        assert found.id == again.id

    await store.transact(work)


async def test_surge_begins_and_ends(store: AnyStore) -> None:
    def begin(memory: Memory) -> None:
        assert memory.surge() is None
        memory.save_surge(Surge(MORNING, "社保年审"))
        memory.save_surge(Surge(MORNING + MINUTE, "又来一批"))

    def end(memory: Memory) -> None:
        memory.save_surge(None)
        memory.save_surge(None)
        assert memory.surge() is None
        raise QueueRefusal

    await store.transact(begin)
    surge = Surge(MORNING + MINUTE, "又来一批")
    assert await store.read(lambda records: records.surge()) == surge
    with pytest.raises(QueueRefusal):
        await store.transact(end)
    assert await store.read(lambda records: records.surge()) == surge


@pytest.mark.parametrize(
    "window",
    [
        Window(3, WindowState.OPEN, MORNING, None, ("tax", "police"), ()),
        Window(3, WindowState.CLOSED, None, None, (), ("tax",)),
        Window(3, WindowState.PAUSED, MORNING, "用餐"),
    ],
)
async def test_an_assigned_window_is_kept(store: AnyStore, window: Window) -> None:
    await store.transact(lambda memory: memory.save_window(window))
    assert await store.read(lambda records: records.window(3)) == window


async def test_the_newest_print_job_of_a_ticket(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        ticket, other = keep(memory, new_ticket(1)), keep(memory, new_ticket(2))
        assert memory.last_print_job(ticket.id) is None
        memory.add_print_job("kiosk", ticket.id, document(), MORNING)
        again = memory.add_print_job("kiosk", ticket.id, document(), MORNING)
        memory.add_print_job("kiosk", other.id, document(), MORNING)
        assert memory.last_print_job(ticket.id) == again

    await store.transact(work)


async def test_only_re_assigned_windows_are_named(store: AnyStore) -> None:
    def work(memory: Memory) -> list[Window]:
        assert memory.reassigned() == []
        for number in (3, 1, 2):
            memory.save_window(Window(number, WindowState.OPEN, MORNING))
        memory.save_window(Window(4, WindowState.OPEN, MORNING, None, ("tax",), ()))
        memory.save_window(Window(2, WindowState.PAUSED, MORNING, "用餐", ("police",), ("tax",)))
        return memory.reassigned()

    assert await store.transact(work) == [
        Window(2, WindowState.PAUSED, MORNING, "用餐", ("police",), ("tax",)),
        Window(4, WindowState.OPEN, MORNING, None, ("tax",), ()),
    ]
