"""A hall's memory as plain Python data, for simulations and tests: nothing of it outlives the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from yichuang.clock import Clock
from yichuang.errors import StoreError
from yichuang.queue.document import TicketDocument
from yichuang.queue.ports import Memory, Records, Result
from yichuang.queue.printing import (
    JobReason,
    JobState,
    PrinterHealth,
    PrinterState,
    PrinterStatus,
    PrintJob,
    PrintReport,
)
from yichuang.store.changes import Changes
from yichuang.store.journal import check_chain
from yichuang.store.plain_appointments import PlainAppointments
from yichuang.store.plain_tickets import Line
from yichuang.store.print_jobs import instant

_UNWATCHED = PrinterHealth(PrinterState.UNKNOWN)


@dataclass(slots=True)
class _Printer:
    """A printer's lease and its last seen state, as the table `printer` keeps it."""

    owner: str | None = None
    boot: str = ""
    until: float = 0.0
    health: PrinterHealth = _UNWATCHED
    since: datetime | None = None

    def holder(self) -> str | None:
        """Who holds the lease now."""
        boot, now = instant()
        return self.owner if self.boot == boot and self.until > now else None


@dataclass(slots=True)
class _Jobs:
    """One printer's open jobs."""

    queued: Line = field(default_factory=Line)
    sending: dict[int, str] = field(default_factory=dict)
    """The owner that claimed each."""


class InMemory(PlainAppointments):
    """All of `yichuang.queue.ports.Memory`, the print outbox included."""

    def __init__(self) -> None:
        super().__init__()
        self._print_jobs: list[PrintJob] = []
        self._open_jobs: dict[str, _Jobs] = {}
        self._printers: dict[str, _Printer] = {}

    def add_print_job(
        self, printer: str, ticket: int, document: TicketDocument, at: datetime
    ) -> int:
        """Queue a ticket for a printer; returns the job's id."""
        found = self.ticket(ticket)
        if found is None:
            raise StoreError(detail=f"no such ticket: {ticket}")
        job = len(self._print_jobs) + 1
        self._print_jobs.append(
            PrintJob(
                id=job,
                printer=printer,
                ticket=ticket,
                number=found.number,
                document=document,
                state=JobState.QUEUED,
                reason=JobReason.NONE,
                created_at=at,
            )
        )
        self._later(self._print_jobs.pop)
        queued = self._open_jobs.setdefault(printer, _Jobs()).queued
        queued.add((job, 0, 0))
        self._later(queued.remove, (job, 0, 0))
        return job

    def print_job(self, job: int) -> PrintJob | None:
        """The print job with that id."""
        return self._print_jobs[job - 1] if 0 < job <= len(self._print_jobs) else None

    def last_print_job(self, ticket: int) -> int | None:
        """The newest print job of a ticket."""
        return next((job.id for job in reversed(self._print_jobs) if job.ticket == ticket), None)

    def print_jobs(self, limit: int) -> list[PrintJob]:
        """The latest print jobs, newest first."""
        return self._print_jobs[: -limit - 1 : -1]

    def printers(self) -> list[PrinterStatus]:
        """Every printer that was ever worked; unknown when nobody watches it now."""
        return [
            PrinterStatus(name, each.health if each.holder() else _UNWATCHED, each.since)
            for name, each in sorted(self._printers.items())
        ]

    # What follows is one whole transaction each and cannot fail midway: it needs no undoing.

    def lease(self, printer: str, owner: str, seconds: float) -> bool | None:
        """Take or renew the lease: None while another holds it, else whether it was taken anew."""
        held = self._printers.get(printer) or _Printer()
        former = held.holder()
        if former not in (None, owner):
            return None
        boot, now = instant()
        held.owner, held.boot, held.until = owner, boot, now + seconds
        self._printers[printer] = held
        if former == owner:
            return False
        sending = self._open_jobs.setdefault(printer, _Jobs()).sending
        for job in [job for job, claimed_by in sending.items() if claimed_by != owner]:
            del sending[job]
            self._conclude(job, PrintReport(JobState.UNKNOWN, JobReason.INTERRUPTED))
        return True

    def release(self, printer: str, owner: str) -> None:
        """Give the lease back."""
        held = self._printers.get(printer)
        if held is not None and held.owner == owner:
            held.owner, held.until, held.health = None, 0.0, _UNWATCHED

    def note_health(self, printer: str, owner: str, health: PrinterHealth, at: datetime) -> bool:
        """Keep what the worker saw; whether anything was new."""
        held = self._printers.get(printer)
        if held is None or held.owner != owner or held.health == health:
            return False
        held.health, held.since = health, at
        return True

    def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job, now `sending`; jobs of a past business date fail as stale."""
        held, jobs = self._printers.get(printer), self._open_jobs.get(printer)
        latest = self.latest()
        if held is None or jobs is None or held.holder() != owner:
            return None
        while len(jobs.queued):
            job = jobs.queued.nth(0)[0]
            jobs.queued.remove((job, 0, 0))
            if latest is None or self._day_of(job) >= latest.business_date:
                jobs.sending[job] = owner
                return self._conclude(job, PrintReport(JobState.SENDING))
            self._conclude(job, PrintReport(JobState.FAILED, JobReason.STALE))
        return None

    def report(self, job: int, report: PrintReport) -> None:
        """Write down what became of a job that is being sent."""
        found = self.print_job(job)
        if found is not None and found.state is JobState.SENDING:
            del self._open_jobs[found.printer].sending[job]
            self._conclude(job, report)

    def _day_of(self, job: int) -> date:
        return self._tickets[self._print_jobs[job - 1].ticket].business_date

    def _conclude(self, job: int, report: PrintReport) -> PrintJob:
        found = replace(self._print_jobs[job - 1], state=report.state, reason=report.reason)
        self._print_jobs[job - 1] = found
        return found


class InMemoryStore:
    """The store of one hall inside this process (`yichuang.queue.ports.Store`).

    Commands run at once on the event loop, which is what a simulation of many wants.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._memory = InMemory()
        self._changes = Changes()

    async def close(self) -> None:
        """Nothing to let go."""

    async def transact(self, work: Callable[[Memory], Result]) -> Result:
        """Run `work`; when it raises, every change is undone."""
        try:
            result = work(self._memory)
        except BaseException:
            self._memory.roll_back()
            raise
        self._memory.keep()
        self._changes.tell()
        return result

    async def read(self, look: Callable[[Records], Result]) -> Result:
        """Run `look`; nothing can change meanwhile."""
        return look(self._memory)

    def verify(self) -> tuple[int, str]:
        """Check the journal's chain: the number of rows and the last hash. Raises JournalBroken."""
        return check_chain(self._memory.rows())

    # --- changes ------------------------------------------------------------------------------

    def mark(self) -> int:
        """The count of changes."""
        return self._changes.mark

    async def wait_for_change(self, since: int, seconds: float) -> int:
        """Return the new mark when the store has changed past `since`, or after `seconds`."""
        return await self._changes.wait(since, seconds)

    # --- the print outbox ---------------------------------------------------------------------

    async def lease(self, printer: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease on a printer; False while another owner holds it."""
        is_new = self._memory.lease(printer, owner, seconds)
        if is_new:
            self._changes.tell()
        return is_new is not None

    async def release(self, printer: str, owner: str) -> None:
        """Give the lease back."""
        self._memory.release(printer, owner)

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job of a printer that `owner` has leased, now `sending`."""
        job = self._memory.claim(printer, owner)
        if job is not None:
            self._changes.tell()
        return job

    async def report(self, job: int, report: PrintReport) -> None:
        """Write down what became of a claimed job."""
        self._memory.report(job, report)
        self._changes.tell()

    async def note_health(self, printer: str, owner: str, health: PrinterHealth) -> None:
        """Keep what the worker saw of its printer."""
        if self._memory.note_health(printer, owner, health, self._clock.now()):
            self._changes.tell()

    async def job(self, job: int) -> PrintJob | None:
        """The job as it is now."""
        return self._memory.print_job(job)
