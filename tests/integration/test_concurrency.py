"""Many processes on one hall: correctness rests on the database, never on being alone (DESIGN 2)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import IO

import pytest

from tests.halls import MORNING, plain_connection, verified_rows
from yichuang.bootstrap import create_hall
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE

HERE = Path(__file__).parent
ISSUERS = 8
TICKETS_EACH = 250
WINDOWS = range(1, 9)
"""The eight windows of a town hall; each helps with every category."""

SERIES = """
SELECT t.category, t.class, t.line_order, t.number, j.seq
FROM journal AS j JOIN ticket AS t ON t.id = j.ticket
WHERE j.event = 'TicketCalled' ORDER BY j.seq
"""


def _start(program: str, *arguments: object) -> subprocess.Popen[str]:
    words = [sys.executable, str(HERE / program), *(str(each) for each in arguments)]
    return subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _numbers(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors
    return out.split()


async def test_eight_issue_and_eight_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await create_hall(tmp_path, clock=FixedClock(MORNING), level="town", place="郑陆镇")
    codes = ["tax", "police", "social_insurance", "legal_affairs"]
    servers = [_start("worker_serve.py", tmp_path, window) for window in WINDOWS]
    issuers = [
        _start(
            "worker_issue.py",
            tmp_path,
            TICKETS_EACH,
            "priority" if index == 0 else "ordinary",
            *codes[index % 4 :],
            *codes[: index % 4],
        )
        for index in range(ISSUERS)
    ]
    issued = [number for process in issuers for number in _numbers(process)]
    _tell_the_end(servers)
    finished = [number for process in servers for number in _numbers(process)]
    assert len(issued) == ISSUERS * TICKETS_EACH == 2000

    connection = plain_connection(tmp_path / STORE_FILE)
    states = dict(connection.execute("SELECT state, COUNT(*) FROM ticket GROUP BY state"))
    calls = Counter(dict(connection.execute("SELECT ticket, COUNT(*) FROM call GROUP BY ticket")))
    series = connection.execute(SERIES).fetchall()
    windows = connection.execute("SELECT COUNT(DISTINCT window) FROM call").fetchone()[0]
    connection.close()
    broken = _broken_orders(series)
    rows = verified_rows(tmp_path / STORE_FILE)
    twice = sum(count > 1 for count in calls.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(issued)} tickets by {ISSUERS} processes, called by {windows} windows: "
            f"{len(issued) - len(set(issued))} numbers twice, {twice} called twice, "
            f"{len(issued) - len(finished)} lost, {broken} out of order, "
            f"{rows} journal rows verified\n"
        )
    assert len(set(issued)) == len(issued)
    assert Counter(finished) == Counter(issued)
    assert states == {"finished": 2000}
    assert len(calls) == 2000
    assert twice == 0
    assert len(series) == 2000
    assert broken == 0
    # Each ticket: issued, called, started, finished; each window: opened, closed; one import.
    assert rows == 4 * 2000 + 2 * len(WINDOWS) + 1


def _tell_the_end(servers: list[subprocess.Popen[str]]) -> None:
    for process in servers:
        pipe: IO[str] | None = process.stdin
        assert pipe is not None
        pipe.close()
        process.stdin = None


def _broken_orders(series: list[tuple[str, str, int, str, int]]) -> int:
    """How often a (category, class) line was not called in its order."""
    latest: dict[tuple[str, str], int] = {}
    broken = 0
    for category, priority_class, order, _number, _seq in series:
        line = (category, priority_class)
        broken += order < latest.get(line, 0)
        latest[line] = order
    return broken
