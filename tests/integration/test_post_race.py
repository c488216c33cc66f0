"""Two processes at one post: exactly one clerk gets it, and nobody is at two windows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.halls import MORNING, SMALL_HALL, plain_connection, verified_rows
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.config import SETTINGS_FILE, STORE_FILE
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.store.migrate import migrate

ROUNDS = 25
ROOT = Path(__file__).parents[2]


class Worker:
    """One process that takes posts."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-m", "tests.integration.worker_post", str(folder)]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def tell(self, line: str) -> None:
        """Begin something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """How it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> int:
        """Let the process end by itself."""
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A hall with two clerks."""
    (tmp_path / SETTINGS_FILE).write_text(SMALL_HALL, encoding="utf-8")
    (tmp_path / STORE_FILE).touch(mode=0o600)
    migrate(tmp_path / STORE_FILE, MORNING)
    async with open_hall(tmp_path, clock=FixedClock(MORNING)) as hall:
        await hall.people.save(
            Staff("1001", "甲", (Role.CLERK,)), Staff("1002", "乙", (Role.CLERK,))
        )
    return tmp_path


@pytest.fixture
def workers(folder: Path) -> Iterator[tuple[Worker, Worker]]:
    """Two processes on that hall."""
    both = Worker(folder), Worker(folder)
    assert [each.answer() for each in both] == ["ready", "ready"]
    yield both
    assert [each.end() for each in both] == [0, 0]


def on_duty(folder: Path) -> list[tuple[int, str]]:
    """Who is at which window, as the file has it."""
    connection = plain_connection(folder / STORE_FILE)
    try:
        return list(connection.execute("SELECT window, badge FROM on_duty ORDER BY window"))
    finally:
        connection.close()


def test_one_of_two_gets_a_post(folder: Path, workers: tuple[Worker, Worker]) -> None:
    badges = ("1001", "1002")
    for _round in range(ROUNDS):
        for worker, badge in zip(workers, badges, strict=True):
            worker.tell(f"take 1 {badge}")
        answers = [each.answer() for each in workers]
        assert sorted(answers) == ["done", "post_taken"]
        won = answers.index("done")
        assert on_duty(folder) == [(1, badges[won])]
        workers[won].tell(f"leave 1 {badges[won]}")
        assert workers[won].answer() == "done"
    assert verified_rows(folder / STORE_FILE) > 2 * ROUNDS


def test_one_person_is_never_at_two_windows(folder: Path, workers: tuple[Worker, Worker]) -> None:
    for _round in range(ROUNDS):
        for window, worker in enumerate(workers, 1):
            worker.tell(f"take {window} 1001")
        assert [each.answer() for each in workers] == ["done", "done"]
        (duty,) = on_duty(folder)
        assert duty[1] == "1001"
        window = duty[0]
        workers[0].tell(f"leave {window} 1001")
        assert workers[0].answer() == "done"
        assert on_duty(folder) == []
