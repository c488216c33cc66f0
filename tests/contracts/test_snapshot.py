"""What is read once for many screens: never older than the last commit, and what the tables say."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.contracts.tables import TODAY, call_to, duty, keep, new_ticket, note
from tests.halls import MORNING
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.queue.dispatch import Duty
from yichuang.queue.ports import Memory, Records
from yichuang.queue.ticket import PriorityClass, TicketState
from yichuang.queue.window import Surge, Window, WindowState
from yichuang.store import ticket_row
from yichuang.store.sqlite import Snapshot, SqliteMemory, SqliteStore

HOUR = timedelta(hours=1)
DUTIES = (
    duty(1, "tax"),
    duty(2, "police", "tax", needs=("", "手语")),
    Duty(4, (), ("tax",), ("collection",), ("",)),
    duty(9, "unserved"),
)


@pytest.fixture
async def store(tmp_path: Path, clock: FixedClock) -> AsyncIterator[SqliteStore]:
    """A hall's store on disk."""
    (tmp_path / STORE_FILE).touch()
    found = await SqliteStore.open(tmp_path / STORE_FILE, clock, create=True)
    yield found
    await found.close()


def _issue(serial: int, memory: Memory) -> None:
    keep(memory, new_ticket(serial))


def _waiting(records: Records) -> list[str]:
    return [each.number for each in records.waiting_at(DUTIES[0], TODAY, 50)]


async def test_a_commit_is_seen_by_the_very_next_reading(store: SqliteStore) -> None:
    for serial in range(1, 6):
        await store.transact(partial(_issue, serial))
        assert await store.read(_waiting) == [f"A{each:03}" for each in range(1, serial + 1)]


async def test_a_commit_of_another_process_is_seen_before_it_is_told(
    store: SqliteStore, tmp_path: Path, clock: FixedClock
) -> None:
    mark = store.mark()
    other = await SqliteStore.open(tmp_path / STORE_FILE, clock)
    try:
        for serial in range(1, 6):
            await other.transact(partial(_issue, serial))
            assert len(await store.read(_waiting)) == serial
    finally:
        await other.close()
    assert store.mark() == mark


async def test_what_changed_and_was_undone_inside_a_command_is_never_seen(
    store: SqliteStore,
) -> None:
    def work(memory: Memory) -> None:
        _issue(1, memory)
        raise ValueError("undone")

    assert await store.read(_waiting) == []
    with pytest.raises(ValueError, match="undone"):
        await store.transact(work)
    assert await store.read(_waiting) == []


async def test_many_readings_of_one_moment_ask_sqlite_once(store: SqliteStore) -> None:
    await store.transact(_a_busy_hall)
    asked: list[str] = []

    def look(records: Records) -> object:
        return [each(records, MORNING) for each in _READINGS.values()]

    first = await store.read(look)
    reader = store._reader
    await reader.set_trace_callback(asked.append)
    assert await store.read(look) == first
    await reader.set_trace_callback(lambda _sql: None)
    assert [each.split()[0] for each in asked] == ["BEGIN", "PRAGMA", "ROLLBACK"]


# --- the same as without it -----------------------------------------------------------------------


def _a_busy_hall(memory: Memory) -> None:
    """Every class, directed and with a need, waiting, called, passed and held; windows and a surge."""
    for serial, each in enumerate(PriorityClass, start=1):
        slot = MORNING + HOUR if each is PriorityClass.APPOINTMENT else None
        ticket = new_ticket(serial, priority_class=each, not_before=slot)
        keep(memory, ticket)
        keep(memory, ticket._replace(number=f"A01{serial}", serial=10 + serial, need="手语"))
        keep(memory, ticket._replace(number=f"A02{serial}", serial=20 + serial, target_window=4))
    keep(memory, new_ticket(1, letter="B", category="police"))
    for window, state in enumerate((TicketState.CALLED, TicketState.PASSED, TicketState.HELD), 1):
        serial = 30 + window
        called = call_to(memory, keep(memory, new_ticket(serial)), window)
        note(memory, called.id, window)
        if state is not TicketState.CALLED:
            memory.end_call(called.call or 0, MORNING, "passed")
            memory.save_ticket(called._replace(state=state, window=None))
        memory.save_window(Window(window, WindowState.OPEN, MORNING))
    memory.save_surge(Surge(MORNING, "等候人多"))


_READINGS: dict[str, Callable[[Records, datetime], object]] = {
    "waiting_at": lambda each, _at: [each.waiting_at(of, TODAY, 50) for of in DUTIES],
    "the first few": lambda each, _at: [each.waiting_at(of, TODAY, 2) for of in DUTIES],
    "another day": lambda each, _at: each.waiting_at(DUTIES[0], TODAY + timedelta(days=1), 50),
    "lines": lambda each, at: each.lines(TODAY, at),
    "current": lambda each, _at: [each.current(window) for window in range(1, 6)],
    "window": lambda each, _at: [each.window(window) for window in range(1, 6)],
    "windows": lambda each, _at: each.windows(),
    "active": lambda each, _at: each.active(),
    "in_state": lambda each, _at: [each.in_state(TODAY, state, 50) for state in TicketState],
    "state_counts": lambda each, _at: each.state_counts(TODAY),
    "recent_calls": lambda each, _at: [each.recent_calls(TODAY, most) for most in (1, 12)],
    "calls_since": lambda each, _at: [each.calls_since(0, "tax", most) for most in (1, 9)],
    "last_call": lambda each, _at: [each.last_call(3), each.last_call(3, ended=True)],
    "last_step": lambda each, _at: [each.last_step(window) for window in (1, 2, 9)],
    "history": lambda each, _at: [each.history(ticket) for ticket in (1, 17, 18)],
    "item": lambda each, _at: each.item("nothing"),
    "latest": lambda each, _at: each.latest(),
    "surge": lambda each, _at: each.surge(),
}


@pytest.mark.parametrize("reading", _READINGS)
async def test_remembered_or_not_it_says_what_the_tables_say(
    store: SqliteStore, reading: str
) -> None:
    await store.transact(_a_busy_hall)
    read = _READINGS[reading]

    def look(connection: sqlite3.Connection) -> None:
        plain = SqliteMemory(connection)
        kept: dict[object, object] = {}
        for at in (MORNING, MORNING + 2 * HOUR, MORNING):
            for _again in range(2):
                assert read(Snapshot(connection, kept), at) == read(plain, at)
        assert kept

    await store._reader.read(look)


async def test_whose_a_ticket_is_is_not_kept_with_a_row(store: SqliteStore) -> None:
    def come(memory: Memory) -> None:
        ticket = keep(memory, new_ticket(1)._replace(person="decaf"))
        for _again in range(2):
            found = memory.ticket(ticket.id)
            assert found is not None
            assert found.person == "decaf"

    await store.transact(come)
    kept = str(gc.get_referents(ticket_row._nobodys))
    assert "A001" in kept
    assert "decaf" not in kept
