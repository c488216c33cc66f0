"""Transactions, changes and the print outbox, over both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.conftest import AnyStore, Instant, journal_rows
from tests.contracts.tables import TODAY, call_to, document, duty, item, keep, new_ticket, note
from tests.halls import MORNING
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.errors import QueueRefusal, StoreError
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceStatus
from yichuang.queue.dispatch import CallRule
from yichuang.queue.event import Event, EventKind
from yichuang.queue.ports import Memory, Records
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.window import Window, WindowState
from yichuang.store.memory import InMemoryStore
from yichuang.store.sqlite import SqliteStore

PRINTED = PrintReport(JobState.PRINTED)
UNKNOWN = DeviceHealth(DeviceState.UNKNOWN)
READY = DeviceHealth(DeviceState.READY)
SOON = 5.0
"""Seconds after which something that must happen is held to be missing."""


# --- one transaction: all or nothing ------------------------------------------------------------


def _seed(memory: Memory) -> None:
    for serial in (1, 2, 3):
        keep(memory, new_ticket(serial))
        note(memory, serial)
    memory.save_window(Window(1, WindowState.OPEN, MORNING))
    call_to(memory, keep(memory, new_ticket(4)), 1)
    memory.replace_items([item("X1")])
    memory.add_print_job("kiosk", 1, document(), MORNING)
    memory.next_serial("tax", TODAY)


def _everything(records: Records) -> tuple[object, ...]:
    return (
        records.latest(),
        records.in_state(TODAY, None, 99),
        records.waiting(TODAY, 99),
        records.heads(duty(2, "tax"), MORNING),
        records.state_counts(TODAY),
        records.lines(TODAY, MORNING),
        records.windows(),
        records.active(),
        records.recent_calls(TODAY, 99),
        records.entries(0, 99),
        records.items(),
        records.print_jobs(99),
        [records.last_step(window) for window in (1, 2)],
    )


def _change_everything(memory: Memory) -> None:
    ticket = keep(memory, new_ticket(9))
    memory.save_ticket(ticket._replace(target_window=2))
    second = memory.numbered("A002", TODAY)
    assert second is not None
    call_to(memory, second, 2)
    memory.count_recall(1, 2, MORNING)
    memory.start_call(1, MORNING)
    memory.end_call(1, MORNING, "finished")
    memory.reopen_call(1)
    memory.end_call(1, MORNING, "finished")
    memory.release_directed(2)
    memory.save_window(Window(1, WindowState.PAUSED, MORNING, "用餐"))
    memory.save_window(Window(2, WindowState.OPEN, MORNING))
    memory.replace_items([replace(item("X1"), name="另一个"), item("X2")])
    memory.add_print_job("kiosk", 2, document("A002"), MORNING)
    assert memory.next_serial("tax", TODAY) == 2
    note(memory, 2, 2)
    note(memory, None, 1)


async def test_an_error_leaves_nothing_behind(store: AnyStore, tmp_path: Path) -> None:
    await store.transact(_seed)
    before, rows = await store.read(_everything), journal_rows(store, tmp_path)

    def work(memory: Memory) -> None:
        _change_everything(memory)
        assert _everything(memory) != before
        raise QueueRefusal

    with pytest.raises(QueueRefusal):
        await store.transact(work)
    assert await store.read(_everything) == before
    assert journal_rows(store, tmp_path) == rows == 3
    # Counts go on where they were, so that nothing is skipped or given twice.
    assert await store.transact(lambda memory: memory.next_serial("tax", TODAY)) == 2
    assert await store.transact(note) == 4


async def test_what_is_committed_is_read(store: AnyStore, tmp_path: Path) -> None:
    await store.transact(_seed)
    before = await store.read(_everything)
    await store.transact(_change_everything)
    assert await store.read(_everything) != before
    assert journal_rows(store, tmp_path) == 5


async def test_concurrent_commands_do_not_mix(store: AnyStore) -> None:
    def work(memory: Memory) -> int:
        serial = memory.next_serial("tax", TODAY)
        memory.add_ticket(new_ticket(serial))
        assert note(memory, serial) == serial
        return serial

    serials = await asyncio.gather(*(store.transact(work) for _each in range(50)))
    assert sorted(serials) == list(range(1, 51))


async def test_the_journal_is_one_chain(store: AnyStore, tmp_path: Path) -> None:
    for _each in range(5):
        await store.transact(note)
    entries = await store.read(lambda records: records.entries(0, 99))
    assert len({entry.hash for entry in entries}) == 5
    assert all(len(entry.hash) == 64 for entry in entries)
    assert journal_rows(store, tmp_path) == 5


async def test_both_stores_hash_alike(clock: FixedClock, tmp_path: Path) -> None:
    """The same events give the same hashes, so that a simulated journal can be compared."""
    (tmp_path / STORE_FILE).touch()
    hashes = []
    for store in (
        await SqliteStore.open(tmp_path / STORE_FILE, clock, create=True),
        InMemoryStore(clock),
    ):
        await store.transact(_seed)
        entries = await store.read(lambda records: records.entries(0, 99))
        hashes.append([entry.hash for entry in entries])
        await store.close()
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 3


# --- changes --------------------------------------------------------------------------------------


async def _in_time(waiting: asyncio.Task[int]) -> int:
    return await asyncio.wait_for(waiting, SOON)


async def test_a_change_between_mark_and_wait_is_not_missed(store: AnyStore) -> None:
    mark = store.mark()
    await store.transact(note)
    assert await asyncio.wait_for(store.wait_for_change(mark, 60.0), SOON) > mark


async def test_a_waiter_is_told(store: AnyStore) -> None:
    mark = store.mark()
    waiting = [asyncio.create_task(store.wait_for_change(mark, 60.0)) for _each in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    await store.transact(note)
    assert [await _in_time(task) > mark for task in waiting] == [True] * 3


async def test_waiting_ends_with_its_time(store: AnyStore) -> None:
    mark = store.mark()
    assert await store.wait_for_change(mark, 0.01) == mark


async def test_a_refused_command_is_no_change(store: AnyStore) -> None:
    def refuse(memory: Memory) -> None:
        note(memory)
        raise QueueRefusal

    mark = store.mark()
    with pytest.raises(QueueRefusal):
        await store.transact(refuse)
    assert store.mark() == mark


async def test_a_cancelled_caller_still_tells(store: AnyStore) -> None:
    mark = store.mark()
    waiting = asyncio.create_task(store.wait_for_change(mark, 60.0))
    command = asyncio.create_task(store.transact(note))
    await asyncio.sleep(0)
    command.cancel()
    await asyncio.wait((command,))
    assert await _in_time(waiting) > mark
    assert await store.read(lambda records: records.latest()) is not None


@pytest.mark.parametrize("waits_before", [False, True])
async def test_another_connections_commit_is_noticed(
    tmp_path: Path, clock: FixedClock, *, waits_before: bool
) -> None:
    path = tmp_path / STORE_FILE
    path.touch()
    ours = await SqliteStore.open(path, clock, create=True)
    theirs = await SqliteStore.open(path, clock)
    try:
        if waits_before:
            await ours.wait_for_change(ours.mark(), 0.01)
        mark = ours.mark()
        await theirs.transact(note)
        assert await asyncio.wait_for(ours.wait_for_change(mark, 60.0), SOON) > mark
        latest = await ours.read(lambda records: records.latest())
        assert latest is not None
        assert latest.seq == 1
    finally:
        await ours.close()
        await theirs.close()


# --- the print outbox -----------------------------------------------------------------------------


async def _queue(store: AnyStore, *numbers: int, printer: str = "kiosk") -> list[int]:
    def work(memory: Memory) -> list[int]:
        jobs = []
        for serial in numbers:
            ticket = keep(memory, new_ticket(serial))
            jobs.append(memory.add_print_job(printer, ticket.id, document(ticket.number), MORNING))
            note(memory, ticket.id)
        return jobs

    return await store.transact(work)


async def _state(store: AnyStore, job: int) -> tuple[JobState, DeviceReason]:
    found = await store.job(job)
    assert found is not None
    return found.state, found.reason


async def test_jobs_are_claimed_in_order_and_reported(store: AnyStore, instant: Instant) -> None:
    first, second = await _queue(store, 1, 2)
    other = (await _queue(store, 3, printer="guide"))[0]
    assert await store.lease("kiosk", "me", 10.0)
    job = await store.claim("kiosk", "me")
    assert job is not None
    assert (job.id, job.number, job.state, job.created_at) == (
        first, "A001", JobState.SENDING, MORNING,
    )  # fmt: skip
    assert job.document == document("A001")
    await store.report(first, PrintReport(JobState.PRINTED, DeviceReason.NEAR_END), "me")
    assert await _state(store, first) == (JobState.PRINTED, DeviceReason.NEAR_END)
    job = await store.claim("kiosk", "me")
    assert job is not None
    assert job.id == second
    assert await store.claim("kiosk", "me") is None
    assert await _state(store, other) == (JobState.QUEUED, DeviceReason.NONE)
    jobs = await store.read(lambda records: records.print_jobs(2))
    assert [each.id for each in jobs] == [other, second]
    assert await store.job(99) is None


async def test_one_owner_at_a_time(store: AnyStore, instant: Instant) -> None:
    (job,) = await _queue(store, 1)
    assert await store.claim("kiosk", "me") is None
    assert await store.lease("kiosk", "me", 10.0)
    assert not await store.lease("kiosk", "you", 10.0)
    assert await store.lease("guide", "you", 10.0)
    assert await store.claim("kiosk", "you") is None
    await store.release("kiosk", "you")
    assert not await store.lease("kiosk", "you", 10.0)
    instant.seconds += 9.0
    assert await store.lease("kiosk", "me", 10.0)
    instant.seconds += 9.0
    assert not await store.lease("kiosk", "you", 10.0)
    await store.release("kiosk", "me")
    assert await store.lease("kiosk", "you", 10.0)
    assert await store.claim("kiosk", "me") is None
    claimed = await store.claim("kiosk", "you")
    assert claimed is not None
    assert claimed.id == job


@pytest.mark.parametrize("how", ["silence", "reboot"])
async def test_taking_over_makes_the_interrupted_unknown(
    store: AnyStore, instant: Instant, how: str
) -> None:
    first, second = await _queue(store, 1, 2)
    assert await store.lease("kiosk", "me", 10.0)
    await store.claim("kiosk", "me")
    if how == "silence":
        instant.seconds += 10.0
    else:
        instant.boot, instant.seconds = "boot-2", 3.0
    assert await store.claim("kiosk", "me") is None
    mark = store.mark()
    assert await store.lease("kiosk", "you", 10.0)
    assert store.mark() > mark
    assert await _state(store, first) == (JobState.UNKNOWN, DeviceReason.INTERRUPTED)
    # The former owner's late word does not count: nobody knows whether it was printed twice.
    await store.report(first, PRINTED, "me")
    assert await _state(store, first) == (JobState.UNKNOWN, DeviceReason.INTERRUPTED)
    claimed = await store.claim("kiosk", "you")
    assert claimed is not None
    assert claimed.id == second
    assert await store.claim("kiosk", "you") is None


async def test_renewing_keeps_the_own_job(store: AnyStore, instant: Instant) -> None:
    (job,) = await _queue(store, 1)
    assert await store.lease("kiosk", "me", 10.0)
    await store.claim("kiosk", "me")
    assert await store.lease("kiosk", "me", 10.0)
    instant.seconds += 11.0
    assert await store.lease("kiosk", "me", 10.0)
    await store.report(job, PRINTED, "me")
    assert await _state(store, job) == (JobState.PRINTED, DeviceReason.NONE)


async def test_a_report_counts_once(store: AnyStore, instant: Instant) -> None:
    (job,) = await _queue(store, 1)
    await store.report(job, PRINTED, "me")
    assert await _state(store, job) == (JobState.QUEUED, DeviceReason.NONE)
    await store.lease("kiosk", "me", 10.0)
    await store.claim("kiosk", "me")
    await store.report(job, PRINTED, "me")
    await store.report(job, PrintReport(JobState.FAILED, DeviceReason.CUTTER), "me")
    assert await _state(store, job) == (JobState.PRINTED, DeviceReason.NONE)


async def test_jobs_of_a_past_business_date_are_stale(store: AnyStore, instant: Instant) -> None:
    old, older = await _queue(store, 1, 2)

    def next_day(memory: Memory) -> int:
        tomorrow = TODAY + timedelta(days=1)
        ticket = keep(memory, new_ticket(1, on=tomorrow))
        event = Event(EventKind.DAY_TURNED)
        memory.record(event, at=MORNING, business_date=tomorrow, actor="")
        return memory.add_print_job("kiosk", ticket.id, document(), MORNING)

    new = await store.transact(next_day)
    assert await store.lease("kiosk", "me", 10.0)
    claimed = await store.claim("kiosk", "me")
    assert claimed is not None
    assert claimed.id == new
    for job in (old, older):
        assert await _state(store, job) == (JobState.FAILED, DeviceReason.STALE)


async def test_what_is_queued_for_a_printer_can_be_given_up(
    store: AnyStore, instant: Instant
) -> None:
    sending, queued = await _queue(store, 1, 2)
    (other,) = await _queue(store, 3, printer="guide")
    assert await store.lease("kiosk", "me", 10.0)
    assert await store.claim("kiosk", "me") is not None

    def give_up_and_fail(memory: Memory) -> None:
        memory.give_up_queued("kiosk", MORNING)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(give_up_and_fail)
    assert await _state(store, queued) == (JobState.QUEUED, DeviceReason.NONE)
    assert await store.read(lambda records: records.printers_with_jobs()) == {"kiosk", "guide"}
    await store.transact(lambda memory: memory.give_up_queued("kiosk", MORNING))
    assert await _state(store, sending) == (JobState.SENDING, DeviceReason.NONE)
    assert await _state(store, queued) == (JobState.FAILED, DeviceReason.STALE)
    assert await _state(store, other) == (JobState.QUEUED, DeviceReason.NONE)
    await store.report(sending, PRINTED, "me")
    assert await store.claim("kiosk", "me") is None
    assert await store.read(lambda records: records.printers_with_jobs()) == {"guide"}


NOT_SENT = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True)


async def _printed_as(
    store: AnyStore, job: int, report: PrintReport, backup: str, *, on: str = "kiosk"
) -> tuple[str, JobState, bool, str]:
    """Where the job is, how, and by which way, when `on` reported so of it."""
    assert await store.lease(on, "me", 10.0)
    claimed = await store.claim(on, "me")
    assert claimed is not None
    assert claimed.id == job
    await store.report(job, report, "me", backup)
    found = await store.job(job)
    assert found is not None
    return found.printer, found.state, found.untouched, found.moved_from


async def test_what_surely_was_not_printed_moves_to_the_backup_once(
    store: AnyStore, instant: Instant
) -> None:
    (job,) = await _queue(store, 1)
    (before,) = await _queue(store, 2, printer="guide")
    mark = store.mark()
    moved = await _printed_as(store, job, NOT_SENT, "guide")
    assert moved == ("guide", JobState.QUEUED, False, "kiosk")
    assert await _state(store, job) == (JobState.QUEUED, DeviceReason.NONE)
    assert store.mark() > mark
    assert await store.claim("kiosk", "me") is None
    # The backup has the older job first, as it came; then it cannot print either: no way back.
    stayed = await _printed_as(store, job, NOT_SENT, "kiosk", on="guide")
    assert stayed == ("guide", JobState.FAILED, True, "kiosk")
    assert await _state(store, job) == (JobState.FAILED, DeviceReason.PAPER_OUT)
    assert await store.claim("kiosk", "me") is None
    claimed = await store.claim("guide", "me")
    assert claimed is not None
    assert claimed.id == before


@pytest.mark.parametrize(
    "report",
    [
        PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT),
        PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER),
        PRINTED,
    ],
)
async def test_what_may_have_been_printed_never_moves(
    store: AnyStore, instant: Instant, report: PrintReport
) -> None:
    (job,) = await _queue(store, 1)
    assert await _printed_as(store, job, report, "guide") == ("kiosk", report.state, False, "")
    assert await store.lease("guide", "me", 10.0)
    assert await store.claim("guide", "me") is None


async def test_a_word_said_twice_does_not_take_the_job_from_the_backup(
    store: AnyStore, instant: Instant
) -> None:
    """A worker that is cancelled while it reports cannot know whether it was heard, and says it again."""
    (job,) = await _queue(store, 1)
    await _printed_as(store, job, NOT_SENT, "guide")
    assert await store.lease("guide", "you", 10.0)
    assert await store.claim("guide", "you") is not None
    for backup in ("guide", ""):
        await store.report(job, NOT_SENT, "me", backup)
        assert await _state(store, job) == (JobState.SENDING, DeviceReason.NONE)
    await store.report(job, PRINTED, "you")
    assert await _state(store, job) == (JobState.PRINTED, DeviceReason.NONE)


async def test_without_a_backup_it_fails_untouched(store: AnyStore, instant: Instant) -> None:
    (job,) = await _queue(store, 1)
    failed = await _printed_as(store, job, NOT_SENT, "")
    assert failed == ("kiosk", JobState.FAILED, True, "")


async def test_a_test_page_never_moves(store: AnyStore, instant: Instant) -> None:
    page = replace(document(), test=True)
    job = await store.transact(
        lambda memory: memory.add_print_job("kiosk", None, page, MORNING),
    )
    failed = await _printed_as(store, job, NOT_SENT, "guide")
    assert failed == ("kiosk", JobState.FAILED, True, "")
    found = await store.job(job)
    assert found is not None
    assert (found.ticket, found.number, found.document) == (None, "", page)


async def test_a_failed_job_is_queued_again_and_only_a_failed_one(
    store: AnyStore, instant: Instant
) -> None:
    first, second = await _queue(store, 1, 2)
    await _printed_as(store, first, NOT_SENT, "")
    await _printed_as(store, second, PRINTED, "")

    def requeue(memory: Memory) -> None:
        for job in (first, second):
            memory.requeue_print_job(job, MORNING)

    await store.transact(requeue)
    assert await _state(store, second) == (JobState.PRINTED, DeviceReason.NONE)
    again = await store.job(first)
    assert again is not None
    assert (again.state, again.reason, again.untouched) == (
        JobState.QUEUED, DeviceReason.NONE, False,
    )  # fmt: skip
    # Queued again, it may still go to the backup; a job that has moved once may not.
    moved = await _printed_as(store, first, NOT_SENT, "guide")
    assert moved == ("guide", JobState.QUEUED, False, "kiosk")
    await _printed_as(store, first, NOT_SENT, "kiosk", on="guide")
    await store.transact(requeue)
    stayed = await _printed_as(store, first, NOT_SENT, "kiosk", on="guide")
    assert stayed == ("guide", JobState.FAILED, True, "kiosk")


async def test_queueing_again_is_undone_with_its_transaction(
    store: AnyStore, instant: Instant
) -> None:
    (job,) = await _queue(store, 1)
    await _printed_as(store, job, NOT_SENT, "")

    def refused(memory: Memory) -> None:
        memory.requeue_print_job(job, MORNING)
        raise QueueRefusal

    with pytest.raises(QueueRefusal):
        await store.transact(refused)
    assert await _state(store, job) == (JobState.FAILED, DeviceReason.PAPER_OUT)
    assert await store.claim("kiosk", "me") is None
    found = await store.job(job)
    assert found is not None
    assert found.untouched


async def test_printers_are_as_their_owner_saw_them(
    store: AnyStore, instant: Instant, clock: FixedClock
) -> None:
    def printers(records: Records) -> list[DeviceStatus]:
        return records.devices()

    async def note(owner: str, health: DeviceHealth) -> bool:
        at = clock.now()
        return await store.transact(lambda each: each.note_device("kiosk", owner, health, at))

    await store.lease("kiosk", "me", 10.0)
    assert await note("me", READY)
    assert await store.read(printers) == [DeviceStatus("kiosk", READY, MORNING)]
    clock.advance(timedelta(minutes=1))
    assert not await note("me", READY)
    assert not await note("you", DeviceHealth(DeviceState.MISSING))
    assert await store.read(printers) == [DeviceStatus("kiosk", READY, MORNING)]
    instant.seconds += 60.0
    (unwatched,) = await store.read(printers)
    assert unwatched.health == UNKNOWN
    await store.lease("kiosk", "me", 10.0)
    await store.release("kiosk", "me")
    (released,) = await store.read(printers)
    assert released.health == UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda memory: memory.open_call(new_ticket(1)._replace(id=1), 1, MORNING, CallRule.OWN),
            id="call",
        ),
        pytest.param(lambda memory: memory.add_ticket(new_ticket(1)), id="number"),
    ],
)
async def test_a_broken_promise_undoes_the_whole_transaction(
    store: AnyStore, change: Callable[[Memory], int]
) -> None:
    await store.transact(lambda memory: call_to(memory, keep(memory, new_ticket(1)), 1))
    before = await store.read(_everything)

    def work(memory: Memory) -> None:
        keep(memory, new_ticket(2))
        change(memory)

    with pytest.raises(StoreError):
        await store.transact(work)
    assert await store.read(_everything) == before
