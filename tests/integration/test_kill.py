"""`kill -9` at random moments: nothing answered is lost, half done or printed twice."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import re
import sys
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from tests.halls import MORNING, plain_connection, verified_rows
from tests.integration.detours import let_pass_at_once
from tests.integration.worker_kill import live
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.hardware.simulator.paper import Paper
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.worker import PrinterWorker
from yichuang.queue.device import DeviceReason
from yichuang.queue.printing import JobState
from yichuang.queue.service import Hall
from yichuang.store.sqlite import SqliteStore

KILLS = 200
KILLS_BY_REPORT = 60
"""For a printer without process IDs, as most are set: its word is `GS r`."""
ROLES = ("entrance", "3", "printer", "5")
DEADLINE = 30.0
"""Seconds after which a worker that says nothing is held to hang."""

forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["pytest", "tests.integration.worker_kill", "escpos.printer"])


@dataclass
class Worker:
    """A process, and the pipe by which it tells what was answered."""

    process: ForkServerProcess
    pipe: Connection

    @classmethod
    def start(cls, folder: Path, role: str) -> Worker:
        """Start one of `ROLES`."""
        pipe, its_end = forkserver.Pipe(duplex=False)
        process = forkserver.Process(target=live, args=(str(folder), role, its_end), daemon=True)
        process.start()
        its_end.close()
        return cls(process, pipe)

    def hear(self) -> str:
        """The next answer."""
        assert self.pipe.poll(DEADLINE), "a worker hangs"
        return self.pipe.recv_bytes().decode()

    def kill(self) -> list[str]:
        """Kill it; what it had still told."""
        self.process.kill()
        self.process.join(DEADLINE)
        rest = []
        try:
            while True:
                rest.append(self.pipe.recv_bytes().decode())
        except EOFError:
            self.pipe.close()
        assert self.process.exitcode == -9
        self.process.close()
        return rest


def _kill_often(folder: Path, chance: random.Random, kills: int) -> list[str]:
    """Start and kill the roles again and again; everything that was answered."""
    heard: list[str] = []
    workers = {role: Worker.start(folder, role) for role in ROLES}
    for kill in range(1, kills + 1):
        role = chance.choice(sorted(workers))
        for _each in range(chance.randrange(9)):
            heard.append(workers[role].hear())
            if heard[-1] == "idle":
                break
        heard += workers.pop(role).kill()
        if kill <= kills - len(ROLES):
            workers[role] = Worker.start(folder, role)
    assert not workers
    return heard


def _printer_toml(
    printer: SimulatedPrinter, print_seconds: float = 6.0, *, process_id: bool = True
) -> str:
    return (
        '[[printer]]\nname = "kiosk"\ntransport = "tcp"\nhost = "127.0.0.1"\n'
        f"port = {printer.port}\nprocess_id = {str(process_id).lower()}\nprint_seconds = {print_seconds}\n"
    )


async def _print_the_rest(folder: Path) -> None:
    """Work the outbox to its end, as a worker that is not killed."""
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        assert isinstance(hall.store, SqliteStore)
        (settings,) = hall.settings.printer
        note = partial(hall.devices.note, settings.name, "the-last")
        printer = open_printer(settings, folder / "cache")
        worker = PrinterWorker(printer, hall.store, "the-last", note)
        while not await _is_idle(hall):
            mark = hall.store.mark()
            if not await worker.work_once():
                await hall.store.wait_for_change(mark, 0.05)
        await worker.close()


async def _is_idle(hall: Hall) -> bool:
    return all(job.state.is_final for job in await hall.print_jobs(100_000))


CONSISTENT = {
    "tickets without exactly one TicketIssued": """
        SELECT COUNT(*) FROM ticket AS t WHERE 1 <> (
            SELECT COUNT(*) FROM journal WHERE ticket = t.id AND event = 'TicketIssued')
    """,
    "tickets without exactly one paper": """
        SELECT COUNT(*) FROM ticket AS t WHERE 1 <> (
            SELECT COUNT(*) FROM print_job WHERE ticket = t.id)
    """,
    "TicketIssued without a ticket": """
        SELECT COUNT(*) FROM journal
        WHERE event = 'TicketIssued' AND ticket NOT IN (SELECT id FROM ticket)
    """,
    "calls that the journal tells differently": """
        SELECT COUNT(*) FROM (
            SELECT ticket, window, COUNT(*) FROM call GROUP BY ticket, window
            EXCEPT
            SELECT ticket, window, COUNT(*) FROM journal WHERE event = 'TicketCalled'
            GROUP BY ticket, window)
    """,
    "TicketCalled without a call": """
        SELECT COUNT(*) FROM journal AS j WHERE event = 'TicketCalled' AND NOT EXISTS (
            SELECT 1 FROM call WHERE ticket = j.ticket AND window = j.window)
    """,
    "starts that the calls and the journal tell differently": """
        SELECT COUNT(*) FROM ticket AS t WHERE
            (SELECT COUNT(*) FROM call WHERE ticket = t.id AND started_at IS NOT NULL)
            <> (SELECT COUNT(*) FROM journal WHERE ticket = t.id AND event = 'TicketStarted')
    """,
    "ends of calls that the journal tells differently": """
        SELECT COUNT(*) FROM (
            SELECT ticket, ending, COUNT(*) FROM call WHERE ending IS NOT NULL
            GROUP BY ticket, ending
            EXCEPT
            SELECT ticket, CASE event
                WHEN 'TicketPassed' THEN 'passed' WHEN 'TicketHeld' THEN 'held'
                WHEN 'TicketTransferred' THEN 'waiting' ELSE 'finished' END AS ending, COUNT(*)
            FROM journal WHERE event IN (
                'TicketPassed', 'TicketHeld', 'TicketTransferred', 'TicketFinished',
                'TicketForwarded')
            GROUP BY ticket, ending)
    """,
    "tickets whose state and call differ": """
        SELECT COUNT(*) FROM ticket AS t LEFT JOIN call AS c ON c.id = t.call
        WHERE CASE t.state
            WHEN 'called' THEN c.id IS NULL OR c.ended_at IS NOT NULL OR c.started_at IS NOT NULL
            WHEN 'serving' THEN c.ended_at IS NOT NULL OR c.started_at IS NULL
            WHEN 'waiting' THEN c.id IS NOT NULL AND c.ended_at IS NULL
            ELSE c.ending IS NOT t.state END
    """,
    "tickets whose last call is another": """
        SELECT COUNT(*) FROM ticket AS t
        WHERE t.call IS NOT (SELECT MAX(id) FROM call WHERE ticket = t.id)
    """,
    "returns that the journal tells differently": """
        SELECT COUNT(*) FROM ticket AS t WHERE t.reinstated <> (
            SELECT COUNT(*) FROM journal WHERE ticket = t.id AND event = 'TicketReinstated')
    """,
    "tickets that wait for a window, or are held, without a word of it in the journal": """
        SELECT COUNT(*) FROM ticket AS t
        WHERE (t.hold IS NOT NULL) <> (t.state = 'held')
            OR t.target_window IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM journal WHERE ticket = t.id
                    AND event IN ('TicketResumed', 'TicketForwarded'))
    """,
    "finished tickets that the journal tells differently": """
        SELECT COUNT(*) FROM ticket AS t WHERE (t.state = 'finished') <> (
            SELECT COUNT(*) FROM journal WHERE ticket = t.id AND event = 'TicketFinished')
    """,
    "serials that skip a number": """
        SELECT COUNT(*) FROM serial AS s WHERE s.last <> (
            SELECT COUNT(*) FROM ticket
            WHERE substr(number, 1, 1) = s.letter AND business_date = s.business_date)
    """,
    "broken references": "SELECT COUNT(*) FROM pragma_foreign_key_check",
}


def _inconsistent(folder: Path) -> dict[str, int]:
    with closing(plain_connection(folder / STORE_FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {name: connection.execute(sql).fetchone()[0] for name, sql in CONSISTENT.items()}
    return {name: count for name, count in found.items() if count}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("kills", "process_id"),
    [(KILLS, True), (KILLS_BY_REPORT, False)],
    ids=["process id", "report only"],
)
async def test_many_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kills: int, process_id: bool
) -> None:
    async with SimulatedPrinter() as printer:
        await create_hall(
            tmp_path,
            clock=FixedClock(MORNING),
            level="town",
            place="郑陆镇",
            printers=_printer_toml(printer, process_id=process_id),
        )
        let_pass_at_once(tmp_path)
        heard = await asyncio.to_thread(_kill_often, tmp_path, random.Random(20260302), kills)
        killed_in_print = await _states(tmp_path)
        await _print_the_rest(tmp_path)
        papers = Counter(_number_on(paper) for paper in printer.papers)
        assert printer.errors == []
    answered = _answered(heard)
    _check_tickets(tmp_path, answered)
    assert _inconsistent(tmp_path) == {}
    rows = verified_rows(tmp_path / STORE_FILE)
    states = await _states(tmp_path)
    good = JobState.PRINTED if process_id else JobState.PROCESSED
    _check_papers(states, papers, answered, good)
    unknown = sum(state is JobState.UNKNOWN for _number, state in states.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{kills} kills: {len(answered['issued'])} answered tickets, "
            f"{len(answered['finished'])} answered finishes, all there; {rows} journal rows "
            f"verified; {len(states)} papers, {unknown} interrupted and unknown, "
            f"{sum(count > 1 for count in papers.values())} printed twice\n"
        )
    # What was known before the last worker came is still so: a final state never changes.
    for job, (_number, state) in killed_in_print.items():
        if state.is_final:
            assert states[job][1] is state
        elif state is JobState.SENDING:
            assert states[job][1] is JobState.UNKNOWN


def _answered(heard: list[str]) -> dict[str, list[list[str]]]:
    answered: dict[str, list[list[str]]] = defaultdict(list)
    for line in heard:
        kind, *facts = line.split()
        answered[kind].append(facts)
    assert {"issued", "claimed", "reported"} <= set(answered)
    assert {"called", "serving", "finished", "held", "passed", "waiting"} <= set(answered)
    return answered


def _check_tickets(folder: Path, answered: dict[str, list[list[str]]]) -> None:
    """Every answered command is there."""
    with closing(plain_connection(folder / STORE_FILE)) as connection:
        tickets = dict(connection.execute("SELECT number, state FROM ticket"))
        jobs = dict(
            connection.execute(
                "SELECT j.id, t.number FROM print_job AS j JOIN ticket AS t ON t.id = j.ticket"
            )
        )
        calls = {str(row[0]): row[1:] for row in connection.execute(_CALLS)}
    for number, job in answered["issued"]:
        assert jobs[int(job)] == number
    for kind, endings in _ENDINGS.items():
        for number, call in answered[kind]:
            told, started, ending = calls[call]
            assert told == number
            assert started or kind not in ("serving", "held")
            assert endings is None or ending in endings, (kind, number, ending)
    assert all(tickets[number] == "finished" for number, _call in answered["finished"])
    for kind in ("issued", "finished"):
        numbers = [facts[0] for facts in answered[kind]]
        assert len(set(numbers)) == len(numbers), f"{kind} twice"
    for kind in ("called", "serving", "held", "passed"):
        ids = [call for _number, call in answered[kind]]
        assert len(set(ids)) == len(ids), f"a call {kind} twice"


_CALLS = """
SELECT c.id, t.number, c.started_at, c.ending
FROM call AS c JOIN ticket AS t ON t.id = c.ticket
"""

_ENDINGS: dict[str, tuple[str, ...] | None] = {
    "called": None,
    "serving": None,
    "held": ("held",),
    "passed": ("passed",),
    "finished": ("finished",),
    # Sent on, on a route, back from a hold or a pass.
    "waiting": ("waiting", "finished", "held", "passed"),
}
"""What an answered step may have been the end of."""


async def _states(folder: Path) -> dict[int, tuple[str, JobState]]:
    async with open_hall(folder, clock=FixedClock(MORNING)) as hall:
        return {job.id: (job.number, job.state) for job in await hall.print_jobs(100_000)}


def _check_papers(
    states: dict[int, tuple[str, JobState]],
    papers: Counter[str],
    answered: dict[str, list[list[str]]],
    good: JobState,
) -> None:
    """Every job has an end, every paper came out once, and what was reported stays."""
    assert set(papers) <= {number for number, _state in states.values()}
    for number, state in states.values():
        assert state in (good, JobState.UNKNOWN)
        assert papers[number] == 1 or (state is JobState.UNKNOWN and papers[number] == 0)
    claims = [job for (job,) in answered["claimed"]]
    assert len(set(claims)) == len(claims), "a job was claimed twice"
    for job, state_name in answered["reported"]:
        assert states[int(job)][1] == state_name


def _number_on(paper: Paper) -> str:
    (number,) = [line for line in paper.lines if re.fullmatch(r"[A-F]\d{3,4}", line.strip())]
    return number.strip()


async def test_a_killed_print_is_unknown_and_never_sent_again(tmp_path: Path) -> None:
    """The printer falls silent at the first byte of the ticket, so the kill is surely in mid-job."""
    async with SimulatedPrinter(fail=Failure.SILENT_MID) as printer:
        toml = _printer_toml(printer, print_seconds=60.0)
        await create_hall(
            tmp_path, clock=FixedClock(MORNING), level="village", place="丰北村", printers=toml
        )
        async with open_hall(tmp_path, clock=FixedClock(MORNING)) as hall:
            first, second = [(await hall.issue(category="tax")).print_job for _each in range(2)]
        worker = await asyncio.to_thread(Worker.start, tmp_path, "printer")
        papers = await asyncio.wait_for(printer.wait_for_papers(1), DEADLINE)
        heard = await asyncio.to_thread(worker.kill)
        assert heard[-1] == f"claimed {first}"
        assert [_number_on(paper) for paper in papers] == ["D001"]
        await printer.fail(None)
        await _print_the_rest(tmp_path)
        async with open_hall(tmp_path, clock=FixedClock(MORNING)) as hall:
            assert first is not None
            assert second is not None
            interrupted, printed = await hall.print_job(first), await hall.print_job(second)
        assert interrupted is not None
        assert printed is not None
        assert interrupted.state is JobState.UNKNOWN
        assert interrupted.reason is DeviceReason.INTERRUPTED
        assert printed.state is JobState.PRINTED
        assert [_number_on(paper) for paper in printer.papers] == ["D001", "D002"]
