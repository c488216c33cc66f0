"""Watching over a hall: one process of it looks, after changes and now and then, and disturbs nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.halls import SMALL_HALL, small_settings, sqlite_hall
from yichuang.bootstrap import watch
from yichuang.bootstrap.watch import Watcher, clock_synchronised, machine_facts, watching
from yichuang.clock import FixedClock
from yichuang.config import SETTINGS_FILE, STORE_FILE
from yichuang.errors import StoreBusy
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.alert import MachineFacts
from yichuang.queue.service import Hall
from yichuang.store.sqlite import SqliteStore

WELL = MachineFacts(disk_free_mb=5000, clock_synchronised=True)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing to warn of, and no waiting between looks."""
    monkeypatch.setattr(watch, "machine_facts", lambda folder: WELL)
    monkeypatch.setattr(watch, "AT_MOST_EVERY", 0.0)


@pytest.fixture
async def hall(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    async with await sqlite_hall(tmp_path, clock) as hall:
        yield hall


async def other_process(folder: Path, clock: FixedClock) -> Hall:
    """The same hall, opened once more."""
    return Hall(small_settings(), await SqliteStore.open(folder / STORE_FILE, clock), clock)


async def until_raised(hall: Hall, keys: set[str]) -> None:
    """Wait until just these alerts are open."""
    async with asyncio.timeout(30):
        while True:
            mark = hall.store.mark()
            kept = await hall.store.read(lambda records: records.open_alerts())
            if {each.alert.key for each in kept} == keys:
                return
            await hall.store.wait_for_change(mark, 30)


async def test_it_looks_after_changes_and_rests_when_nothing_happens(
    hall: Hall, clock: FixedClock, tmp_path: Path
) -> None:
    watcher = Watcher(hall, tmp_path)
    task = asyncio.create_task(watcher.run())
    for _each in range(11):
        await hall.issue(category="tax")
    await until_raised(hall, {"line_length:tax"})
    clock.advance(timedelta(minutes=15))
    await hall.issue(category="police")
    await until_raised(hall, {"line_length:tax", "wait:tax"})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    # A look that finds nothing new is no change: it would look for ever otherwise.
    mark = hall.store.mark()
    await watcher.look()
    assert await hall.store.wait_for_change(mark, 0.5) == mark
    events = [each.event.kind for each in await hall.entries(0)]
    assert events.count(EventKind.ALERT_RAISED) == 2


async def test_one_process_watches_and_another_takes_over_when_it_ends(
    hall: Hall, clock: FixedClock, tmp_path: Path
) -> None:
    async with await other_process(tmp_path, clock) as other:
        first, second = Watcher(hall, tmp_path), Watcher(other, tmp_path)
        await first.look()
        await second.look()
        await first.look()
        assert (first.looks, second.looks) == (2, 0)
        await first.let_go()
        await second.look()
        await first.look()
        assert (first.looks, second.looks) == (2, 1)


async def test_the_lease_is_given_back_at_the_end(
    hall: Hall, clock: FixedClock, tmp_path: Path
) -> None:
    async with watching(hall, tmp_path):
        await until_lease_is_taken(hall)
    assert await hall.store.lease(watch.LEASE, "another", 1.0)


async def until_lease_is_taken(hall: Hall) -> None:
    """Wait until somebody watches."""
    async with asyncio.timeout(30):
        while True:
            devices = await hall.store.read(lambda records: records.devices())
            if [each.name for each in devices] == [watch.LEASE]:
                return
            await asyncio.sleep(0.01)


async def test_the_lease_is_no_device_of_the_halls(hall: Hall, tmp_path: Path) -> None:
    await Watcher(hall, tmp_path).look()
    assert watch.LEASE not in {each.name for each in await hall.devices.statuses()}


async def test_trouble_is_logged_once_until_it_is_over(
    hall: Hall,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble: list[Exception] = [StoreBusy(path="hall.db", detail="locked"), ValueError("bad row")]

    async def fail(machine: MachineFacts) -> None:
        if trouble:
            raise trouble[0]

    monkeypatch.setattr(hall.supervision, "watch", fail)
    watcher = Watcher(hall, tmp_path)
    with caplog.at_level(logging.WARNING):
        for _each in range(3):
            await watcher.look()
        assert len(caplog.records) == 1
        trouble.pop(0)
        for _each in range(3):
            await watcher.look()
        assert len(caplog.records) == 2
        assert caplog.records[-1].exc_info, "what nobody foresaw comes with where it happened"
        again = trouble.pop()
        await watcher.look()
        trouble.append(again)
        await watcher.look()
    assert len(caplog.records) == 3
    assert watcher.looks == 1


def test_what_a_machine_tells_of_itself(tmp_path: Path) -> None:
    facts = machine_facts(tmp_path)
    assert facts.disk_free_mb is not None
    assert facts.disk_free_mb > 0
    assert machine_facts(tmp_path / "missing").disk_free_mb is None


def test_mistakes_in_hall_toml_are_counted(tmp_path: Path) -> None:
    assert machine_facts(tmp_path).settings_mistakes == 0
    path = tmp_path / SETTINGS_FILE
    path.write_text(SMALL_HALL, encoding="utf-8")
    assert machine_facts(tmp_path).settings_mistakes == 0
    path.write_text(SMALL_HALL + "[missing]\n[missed_too]\n", encoding="utf-8")
    assert machine_facts(tmp_path).settings_mistakes == 2
    path.write_text("no = = toml", encoding="utf-8")
    assert machine_facts(tmp_path).settings_mistakes == 1


def test_a_clock_that_a_time_service_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "synchronized"
    monkeypatch.setattr(watch, "_TIMESYNC", made)
    made.touch()
    assert clock_synchronised() is True
