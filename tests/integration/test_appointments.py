"""Appointments on a real file: several processes at once, the hall's key, and what is on the disk."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.halls import MORNING, SMALL_HALL, plain_connection, verified_rows
from yichuang.bootstrap import back_up, open_hall
from yichuang.clock import FixedClock
from yichuang.config import KEY_FILE, SETTINGS_FILE, STORE_FILE
from yichuang.errors import FileUnreadable, KeyBroken
from yichuang.store.key import load_key
from yichuang.store.migrate import migrate

HERE = Path(__file__).parent
ID = "11010519491231002X"
PHONE = "13812341234"
START = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
"""Tuesday 9:30 in Shanghai."""

PROCESSES = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small hall on the disk, its slots with five places."""
    text = SMALL_HALL + "[appointment]\ncapacity = 5\n"
    (tmp_path / SETTINGS_FILE).write_text(text, encoding="utf-8")
    (tmp_path / STORE_FILE).touch(mode=0o600)
    migrate(tmp_path / STORE_FILE, MORNING)
    return tmp_path


@contextmanager
def worker(folder: Path, *phones: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to book."""
    words = [sys.executable, str(HERE / "worker_book.py"), str(folder), START.isoformat(), *phones]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
        yield process


def test_processes_that_book_at_once_never_overbook_and_agree_on_the_key(folder: Path) -> None:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(worker(folder, *(f"1380000{index}{each:03d}" for each in range(4))))
            for index in range(PROCESSES)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("now\n")
            process.stdin.flush()
        said = []
        for process in processes:
            out, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
            said.append(out.split())
    keys = {lines.pop() for lines in said}
    answers = [line for lines in said for line in lines]
    codes = [line for line in answers if line.isdecimal()]
    assert len(answers) == 4 * PROCESSES
    assert len(set(codes)) == len(codes) == 5
    assert set(answers) - set(codes) == {"slot_full"}
    assert len(keys) == 1, "one of them made the key, and all use it"
    connection = plain_connection(folder / STORE_FILE)
    kept = connection.execute("SELECT COUNT(*) FROM appointment").fetchone()[0]
    connection.close()
    assert kept == 5
    assert verified_rows(folder / STORE_FILE) == 5
    assert [each.name for each in folder.glob(".hall.key*")] == []


def test_the_last_place_goes_to_one_of_two(folder: Path) -> None:
    with worker(folder, *(f"13800000{each:03d}" for each in range(4))) as first:
        assert len(first.communicate("now\n", timeout=60)[0].split()) == 5
    with worker(folder, "13911111111") as one, worker(folder, "13922222222") as other:
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("now\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60)[0].split()[0] for process in (one, other)]
    assert sorted(answer.isdecimal() for answer in answers) == [False, True]
    assert "slot_full" in answers


def _all_but(path: Path) -> bytes:
    """What the other files of the folder hold."""
    return b"".join(each.read_bytes() for each in path.parent.iterdir() if each != path)


async def test_nothing_on_the_disk_tells_who_booked(folder: Path) -> None:
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        await hall.open_window(1)
        assert not (folder / KEY_FILE).exists(), "made when it is first needed"
        booking = {"category": "tax", "id_number": ID, "phone": PHONE, "name": "张三丰"}
        done = await hall.appointments.book(START, **booking)
        assert done.appointment is not None
        key = hall.identify(ID).key
    path = folder / KEY_FILE
    assert len(path.read_bytes()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    on_disk = _all_but(path)
    for private in (ID, ID[:14], "19491231", PHONE, "三丰", "张三"):
        assert private.encode() not in on_disk
    assert path.read_bytes() not in on_disk
    clock = FixedClock(START - timedelta(minutes=10))
    async with open_hall(folder, clock=clock) as hall:
        assert hall.identify(ID).key == key
        came = await hall.appointments.check_in(id_number=ID)
        assert came.ticket is not None
        assert came.ticket.number == "YA001"


async def test_a_restored_hall_needs_its_key_to_recognise_persons(
    folder: Path, tmp_path: Path
) -> None:
    clock = FixedClock(MORNING)
    async with open_hall(folder, clock=clock) as hall:
        await hall.appointments.book(START, category="tax", id_number=ID)
    restored = tmp_path / "restored"
    restored.mkdir()
    back_up(folder, restored / STORE_FILE)
    (restored / SETTINGS_FILE).write_bytes((folder / SETTINGS_FILE).read_bytes())
    async with open_hall(restored, clock=clock) as hall:
        assert await hall.appointments.find(id_number=ID) == []
    (restored / KEY_FILE).write_bytes((folder / KEY_FILE).read_bytes())
    async with open_hall(restored, clock=clock) as hall:
        assert len(await hall.appointments.find(id_number=ID)) == 1


async def test_a_key_that_is_none_is_told_and_stops_nothing_else(folder: Path) -> None:
    path = folder / KEY_FILE
    path.write_bytes(b"too short")
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        assert (await hall.issue(category="tax")).ticket is not None
        with pytest.raises(KeyBroken) as caught:
            hall.identify(ID)
        assert "hall.key" in caught.value.message
    assert path.read_bytes() == b"too short"
    path.unlink()
    path.mkdir()
    with pytest.raises(FileUnreadable):
        load_key(folder)
