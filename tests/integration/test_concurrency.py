"""Many processes on one hall: correctness rests on the database, never on being alone (DESIGN 2)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import IO

import pytest

from tests.halls import MORNING, plain_connection, verified_rows
from tests.integration.detours import let_pass_at_once
from yichuang.bootstrap import create_hall
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE

HERE = Path(__file__).parent
ISSUERS = 8
TICKETS_EACH = 250
WINDOWS = range(1, 9)
"""The eight windows of a town hall; each helps with every category."""

SERIES = """
SELECT c.category, c.class, t.need, t.issue_order
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
WHERE c.id = (SELECT MIN(id) FROM call WHERE ticket = t.id) AND c.class IN ('ordinary', 'priority')
ORDER BY c.id
"""
"""First calls: who was passed, held or pinned has another place later."""


def _start(program: str, *arguments: object) -> subprocess.Popen[str]:
    words = [
        sys.executable,
        "-m",
        f"tests.integration.{program}",
        *(str(each) for each in arguments),
    ]
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HERE.parents[1],
    )


def _numbers(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=150)
    assert process.returncode == 0, errors
    return out.split()


@pytest.mark.timeout(240)
async def test_eight_issue_and_eight_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await create_hall(tmp_path, clock=FixedClock(MORNING), level="town", place="郑陆镇")
    let_pass_at_once(tmp_path)
    codes = ["tax", "police", "social_insurance", "legal_affairs"]
    servers = [_start("worker_serve", tmp_path, window) for window in WINDOWS]
    issuers = [
        _start(
            "worker_issue",
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
    events = dict(connection.execute("SELECT event, COUNT(*) FROM journal GROUP BY event"))
    endings = dict(connection.execute("SELECT ending, COUNT(*) FROM call GROUP BY ending"))
    series = connection.execute(SERIES).fetchall()
    windows = connection.execute("SELECT COUNT(DISTINCT window) FROM call").fetchone()[0]
    connection.close()
    broken = _broken_orders(series)
    rows = verified_rows(tmp_path / STORE_FILE)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(issued)} tickets by {ISSUERS} processes, called by {windows} windows: "
            f"{len(issued) - len(set(issued))} numbers twice, "
            f"{len(issued) - len(finished)} lost, {broken} of {len(series)} out of order; "
            f"{endings['passed']} passed, {endings['held']} held, {endings['waiting']} sent on, "
            f"{events['TicketForwarded']} on routes, {events['TicketPinned']} pinned; "
            f"{rows} journal rows verified\n"
        )
    assert len(set(issued)) == len(issued)
    assert Counter(finished) == Counter(issued)
    assert states == {"finished": 2000}
    assert broken == 0
    assert len(series) > 1500
    _check_the_books(events, endings)


def _check_the_books(events: dict[str, int], endings: dict[str, int]) -> None:
    """What the calls tell and what the journal tells are the same."""
    assert events["TicketIssued"] == events["TicketFinished"] == 2000
    assert events["TicketCalled"] == sum(endings.values())
    assert events["TicketPassed"] == events["TicketReinstated"] == endings["passed"] > 0
    assert events["TicketHeld"] == events["TicketResumed"] == endings["held"] > 0
    assert events["TicketTransferred"] == endings["waiting"] > 0
    assert events["TicketFinished"] + events["TicketForwarded"] == endings["finished"]
    assert events["TicketForwarded"] > 200
    assert events["TicketPinned"] > 0
    assert events["WindowOpened"] == events["WindowClosed"] == len(WINDOWS)
    assert set(endings) == {"passed", "held", "waiting", "finished"}


def _tell_the_end(servers: list[subprocess.Popen[str]]) -> None:
    for process in servers:
        pipe: IO[str] | None = process.stdin
        assert pipe is not None
        pipe.close()
        process.stdin = None


def _broken_orders(series: list[tuple[str, str, str, int]]) -> int:
    """How often a (category, class, need) line was not called in its order."""
    latest: dict[tuple[str, str, str], int] = {}
    broken = 0
    for category, priority_class, need, order in series:
        line = (category, priority_class, need)
        broken += order < latest.get(line, 0)
        latest[line] = order
    return broken
