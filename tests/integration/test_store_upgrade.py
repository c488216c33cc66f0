"""A hall of the first release, brought up to today at noon: nothing is lost, and the fair rules go on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.halls import (
    MORNING,
    memory_hall,
    plain_connection,
    small_settings,
    sqlite_hall,
    verified_rows,
)
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.errors import ReturnsExhausted
from yichuang.queue.dispatch import Duty
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, PriorityClass, TicketState
from yichuang.store.journal import CHAIN_START, row_hash
from yichuang.store.migrate import known_steps, migrate
from yichuang.store.sqlite import SqliteMemory, SqliteStore

TODAY = MORNING.date().isoformat()
NOW = MORNING.isoformat()

TICKET = """
INSERT INTO ticket (
    id, number, category, class, state, business_date, serial, issued_at, line_order, line_entry,
    item, target_window, call, first_called_at, ended_at, calls, reinstated, reason
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)
"""

# id, number, category, class, state, order, entry, item, target, ended, calls, reinstated, reason
TICKETS: list[tuple[Any, ...]] = [
    (1, "A001", "tax", "ordinary", "finished", 4, 4, "T1", None, NOW, 1, 0, None),
    (2, "A002", "tax", "ordinary", "passed", 5, 5, None, None, NOW, 3, 2, "未到"),
    (3, "A003", "tax", "ordinary", "held", 6, 6, None, None, None, 1, 0, "缺材料"),
    (4, "A004", "tax", "ordinary", "called", 7, 7, "T1", None, None, 2, 0, None),
    (5, "A005", "tax", "priority", "waiting", 8, 8, None, None, None, 0, 0, None),
    (6, "A006", "tax", "ordinary", "waiting", 9, 9, None, None, None, 0, 0, None),
    (7, "A007", "tax", "ordinary", "waiting", 9, 12, None, None, None, 1, 1, None),
    (8, "B001", "police", "ordinary", "waiting", 10, 14, None, 2, None, 1, 0, None),
    (9, "B002", "police", "priority", "serving", 11, 11, None, None, None, 1, 0, None),
    (10, "B003", "police", "ordinary", "cancelled", 13, 13, None, None, NOW, 0, 0, "走了"),
]

# id, ticket, window, times, started_at, ended_at, ending
CALLS = [
    (1, 1, 1, 1, NOW, NOW, "finished"),
    (2, 2, 1, 3, None, NOW, "passed"),
    (3, 3, 3, 1, NOW, NOW, "held"),
    (4, 7, 3, 1, None, NOW, "passed"),
    (5, 8, 3, 1, None, NOW, "waiting"),
    (6, 4, 1, 2, None, None, None),
    (7, 9, 2, 1, NOW, None, None),
]


PRINT_JOBS = [(1, "printed", ""), (2, "failed", "cutter"), (3, "queued", "")]
"""Id (and ticket), state, reason."""

PAPER = json.dumps(
    {"hall": "大厅", "number": "A001", "category": "纳税", "issued_at": NOW, "ahead": 0}
)


def _old_hall(path: Path) -> int:
    """A file as the first release left it at noon; how many rows its journal has."""
    path.touch()
    migrate(path, MORNING, known_steps()[:1])
    with closing(plain_connection(path)) as connection:
        connection.execute("BEGIN")
        item = ("T1", 0, "申报", "", "", "tax", "", 0, 0, "sb", "")
        connection.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", item)
        for ticket in TICKETS:
            _id, number, *_rest = ticket
            front, order_on = ticket[:5], ticket[5:9]
            ended, calls, reinstated, reason = ticket[9:]
            connection.execute(
                TICKET,
                (
                    *front,
                    TODAY,
                    int(number[1:]),
                    NOW,
                    *order_on,
                    None,
                    ended,
                    calls,
                    reinstated,
                    reason,
                ),
            )
        for call, ticket_id, window, times, started, ended, ending in CALLS:
            connection.execute(
                "INSERT INTO call VALUES (?, ?, ?, ?, 'own', ?, ?, ?, ?, ?)",
                (call, ticket_id, TODAY, window, NOW, times, started, ended, ending),
            )
            if ticket_id not in (7, 8):
                connection.execute("UPDATE ticket SET call = ? WHERE id = ?", (call, ticket_id))
        connection.execute("INSERT INTO serial VALUES ('A', ?, 7), ('B', ?, 3)", (TODAY, TODAY))
        for window, state in ((1, "open"), (2, "open"), (3, "paused")):
            reason = "用餐" if state == "paused" else None
            connection.execute(
                "INSERT INTO window VALUES (?, ?, ?, ?)", (window, state, NOW, reason)
            )
        connection.executemany(
            "INSERT INTO print_job VALUES (?, 'kiosk', ?, ?, ?, ?, NULL, ?, ?)",
            [(job, job, PAPER, state, reason, NOW, NOW) for job, state, reason in PRINT_JOBS],
        )
        connection.execute(
            "INSERT INTO printer VALUES ('kiosk', 'x', '', 0, 'ready', '', ?)", (NOW,)
        )
        rows = _journal(connection)
        connection.execute("COMMIT")
    return rows


def _journal(connection: sqlite3.Connection) -> int:
    events: list[tuple[str, int | None, int | None]] = [
        ("WindowOpened", None, window) for window in (1, 2, 3)
    ]
    events += [("TicketIssued", ticket[0], None) for ticket in TICKETS]
    events += [("TicketCalled", call[1], call[2]) for call in CALLS]
    numbers = {ticket[0]: ticket[1] for ticket in TICKETS}
    previous = CHAIN_START
    for seq, (event, ticket_id, window) in enumerate(events, start=1):
        data = {"number": numbers[ticket_id], "rule": "own"} if ticket_id else {}
        text = json.dumps(data, ensure_ascii=False, sort_keys=True)
        row = (seq, NOW, TODAY, event, ticket_id, window, "1001", text)
        own = row_hash(previous, row)
        connection.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, previous, own)
        )
        previous = own
    return len(events)


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """The folder of an old hall that was brought up to today."""
    path = tmp_path / STORE_FILE
    rows = _old_hall(path)
    assert verified_rows(path) == rows
    assert migrate(path, MORNING) == known_steps()[1:]
    assert verified_rows(path) == rows
    assert (tmp_path / "hall.before-0002.sqlite3").exists()
    return tmp_path


def _open(folder: Path) -> Any:
    return sqlite_hall(folder, FixedClock(MORNING + timedelta(seconds=10)))


async def test_every_ticket_is_as_it_was(old: Path) -> None:
    async with await _open(old) as hall:
        found = {each.number: each for each in await hall.tickets()}
        assert len(found) == len(TICKETS)
        for ticket in TICKETS:
            _id, number, category, cls, state, order, entry, item, target, ended, *rest = ticket
            calls, reinstated, reason = rest
            now = found[number]
            assert (now.category, now.priority_class, now.state) == (category, cls, state)
            assert (now.line_order, now.line_entry, now.target_window) == (order, entry, target)
            assert (now.calls, now.reinstated, now.reason) == (calls, reinstated, reason)
            assert now.items == ((item,) if item else ())
            assert (now.since, now.issued_at, now.issued_class) == (MORNING, MORNING, cls)
            assert (now.ended_at is None) == (ended is None)
            assert (now.route, now.need, now.group, now.person) == ((), "", None, None)
            # The journal row that issued it: its place is found again when it comes back.
            assert now.issue_order == 3 + now.id
        assert (found["A003"].hold, found["A003"].window) == (HoldKind.FREE, 3)
        assert found["A004"].counted == 2
        assert found["A004"].counted_at == MORNING
        assert [each.hold for each in found.values() if each.state is not TicketState.HELD] == (
            [None] * 9
        )


async def test_the_day_goes_on_by_the_new_rules(old: Path) -> None:
    async with await _open(old) as hall:
        assert (await hall.board()).waiting == 4
        with pytest.raises(ReturnsExhausted):
            await hall.reinstate("A002")
        await hall.resume(1, "A003")
        await hall.pass_(1, reason="未到")
        assert await _called(hall, 1) == "A003"
        await hall.start(1)
        await hall.finish(1)
        assert await _called(hall, 1) == "A005"
        await hall.finish(2)
        assert await _called(hall, 2) == "B001"
        await hall.resume_window(3)
        assert await _called(hall, 3) == "A006"
        done = await hall.issue(category="tax", items=("T1",))
        assert done.ticket is not None
        assert (done.ticket.number, done.ticket.ahead) == ("A008", 1)
        calls = [each.number for each in (await hall.board()).calls]
        assert calls[:4] == ["A006", "B001", "A005", "A003"]
        assert set(calls[4:]) == {"A001", "A002", "A003", "A004", "A007", "B001", "B002"}
        assert await hall.why("A001") == "A001 按当时的规则叫号，没有记下原因"
    assert verified_rows(old / STORE_FILE) > 20


async def _called(hall: Hall, window: int) -> str:
    ticket = (await hall.call_next(window)).ticket
    assert ticket is not None
    return ticket.number


def test_what_a_call_was_for_is_told_of_old_ones(old: Path) -> None:
    with closing(plain_connection(old / STORE_FILE)) as connection:
        rows = connection.execute("SELECT id, category, class, item, counted FROM call").fetchall()
        assert rows[0] == (1, "tax", "ordinary", "T1", 1)
        assert rows[1] == (2, "tax", "ordinary", None, 3)
        assert rows[6] == (7, "police", "priority", None, 1)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE ticket SET call = 99 WHERE id = 1")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("DELETE FROM ticket WHERE id = 1")


async def test_old_calls_count_for_the_new_rules(old: Path) -> None:
    async with await _open(old) as hall:
        last = await hall.store.read(lambda records: records.last_call(3))
        assert last is not None
        assert (last.ticket, last.ending) == (8, "waiting")
        on = date.fromisoformat(TODAY)
        recent = await hall.store.read(lambda records: records.recent_classes(2, on, 3))
        assert recent == [PriorityClass.PRIORITY]
        assert await hall.store.read(lambda records: records.calls_since(2, "tax", 9)) == 3


# --- no walk through the whole table --------------------------------------------------------------

DUTY = Duty(1, ("tax", "police"), ("unserved",), ("", "手语"), ("",))
ON = MORNING.date()

READS: dict[str, Callable[[SqliteMemory], object]] = {
    "heads": lambda memory: memory.heads(DUTY, MORNING, 3),
    "line_lengths": lambda memory: memory.line_lengths(["tax"], 11, MORNING),
    "recent_classes": lambda memory: memory.recent_classes(1, ON, 2),
    "last_call": lambda memory: memory.last_call(1),
    "current": lambda memory: memory.current(1),
    "active": lambda memory: memory.active(),
    "numbered": lambda memory: memory.numbered("A001", ON),
    "last_from": lambda memory: memory.last_from("kiosk", ON),
    "slip": lambda memory: memory.slip("A001", ON),
    "open_ticket_of": lambda memory: memory.open_ticket_of("hash", "tax", ON),
    "last_step": lambda memory: memory.last_step(1),
    "history": lambda memory: memory.history(1),
    "open_tickets_before": lambda memory: memory.open_tickets_before(ON),
    "in_state": lambda memory: memory.in_state(ON, TicketState.HELD, 9),
    "calls_since": lambda memory: memory.calls_since(2, "tax", 3),
    "last_print_job": lambda memory: memory.last_print_job(1),
    "latest": lambda memory: memory.latest(),
}
FEW = ("open_tickets_before", "slip")
"""What these find is so little that putting it in order costs nothing."""

BIG = ("ticket", "t", "w", "d", "call", "c", "journal", "print_job")

SMALL = (
    "SCAN journal",
    "SCAN call USING INDEX call_one_ticket_a_window",
    "SCAN call USING INDEX call_one_window_a_ticket",
)


@pytest.mark.parametrize("read", READS)
def test_what_every_command_asks_is_found_by_an_index(old: Path, read: str) -> None:
    """By SQLite's own plan, on the file that was brought up as on a new one."""
    new = old / "new.sqlite3"
    new.touch()
    migrate(new, MORNING)
    for path in (old / STORE_FILE, new):
        asked: list[str] = []
        with closing(plain_connection(path)) as connection:
            connection.set_trace_callback(asked.append)
            READS[read](SqliteMemory(connection))
            connection.set_trace_callback(None)
            assert asked
            for sql in asked:
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
                walks = [line for line in plan if line.startswith("SCAN") and _is_big(line)]
                assert walks == [], plan
                if read not in FEW:
                    assert not any("TEMP B-TREE FOR ORDER BY" in line for line in plan), plan


def _is_big(line: str) -> bool:
    """Whether a walk goes over a table that grows.

    The journal's last row is the end of a walk backwards; the indexes of open calls have a row a window.
    """
    return line.split()[1] in BIG and line not in SMALL


def test_heads_are_read_from_both_line_indexes(old: Path) -> None:
    with closing(plain_connection(old / STORE_FILE)) as connection:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        SqliteMemory(connection).heads(DUTY, MORNING)
        connection.set_trace_callback(None)
        plan = "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))
    assert "ticket_line (category=? AND class=? AND need=?)" in plan
    assert "ticket_directed (target_window=? AND class=?)" in plan


async def test_both_memories_say_the_same_of_a_day(tmp_path: Path) -> None:
    """One script on the file and on plain data: the journals have the same hashes."""
    hashes = []
    clock = FixedClock(MORNING)
    for hall in (memory_hall(clock), await sqlite_hall(tmp_path, clock, small_settings())):
        clock.at = MORNING
        async with hall:
            assert isinstance(hall.store, SqliteStore) or hall.store is not None
            await _script(hall, clock)
            hashes.append([each.hash for each in await hall.entries(0, 1000)])
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) > 30


async def _script(hall: Hall, clock: FixedClock) -> None:
    for window in (1, 2, 3):
        await hall.open_window(window)
    for index in range(6):
        await hall.issue(category="tax", priority_class=("ordinary", "priority")[index % 2])
        await hall.issue(category="police", route=("tax",))
        clock.advance(timedelta(minutes=1))
    await hall.call_next(1)
    await hall.hold(1, kind="kept")
    await hall.call_next(1)
    await hall.transfer(1, to_category="police", and_back=True)
    await hall.pin("A003", reason="急事", actor="主任")
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A003")
    await hall.assign_window(2, categories=["tax"], helps=["police"])
    await hall.set_surge(True, reason="年审")
    for _each in range(3):
        for window in (2, 3):
            await hall.call_next(window)
            await hall.start(window)
            await hall.finish(window)
    await hall.wake("A002")
    await hall.close_day(outage=True, reason="停电", actor="主任")
    clock.advance(timedelta(days=1))
    await hall.issue(slip="A005")


async def test_papers_and_printers_are_as_they_were(old: Path) -> None:
    async with await _open(old) as hall:
        jobs = sorted(await hall.print_jobs(), key=lambda job: job.id)
        assert [(job.id, job.state.value, job.reason.value) for job in jobs] == PRINT_JOBS
        assert [job.ticket for job in jobs] == [1, 2, 3]
        # What failed before it was noted whether anything was sent may be on paper.
        assert not any(job.untouched or job.moved_from for job in jobs)
        assert await hall.store.lease("kiosk", "new", 60)
        claimed = await hall.store.claim("kiosk", "new")
        assert claimed is not None
        assert claimed.id == 3
