"""A hall's memory as plain Python data, for simulations and tests: nothing of it outlives the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from yichuang.clock import Clock
from yichuang.errors import StoreError
from yichuang.queue.announcement import AnnouncementKept, AnnouncementState
from yichuang.queue.device import UNWATCHED, DeviceHealth, DeviceReason, DeviceStatus
from yichuang.queue.document import TicketDocument
from yichuang.queue.ports import Memory, Records, Result
from yichuang.queue.printing import JobState, PrintJob, PrintReport
from yichuang.store.changes import Changes
from yichuang.store.devices import instant
from yichuang.store.journal import check_chain
from yichuang.store.plain_revisions import PlainRevisions
from yichuang.store.plain_tickets import Line


@dataclass(slots=True)
class _Device:
    """A device's lease and its last seen state, as the table `device` keeps it."""

    owner: str | None = None
    boot: str = ""
    until: float = 0.0
    health: DeviceHealth = UNWATCHED
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


class InMemory(PlainRevisions):
    """All of `yichuang.queue.ports.Memory`, the print outbox included."""

    def __init__(self) -> None:
        super().__init__()
        self._print_jobs: list[PrintJob] = []
        self._open_jobs: dict[str, _Jobs] = {}
        self._devices: dict[str, _Device] = {}
        self._muted: dict[str, datetime] = {}
        self._announced: dict[int, tuple[AnnouncementState, datetime]] = {}

    def add_print_job(
        self, printer: str, ticket: int | None, document: TicketDocument, at: datetime
    ) -> int:
        """Queue a ticket, or a test page, for a printer; returns the job's id."""
        found = self.ticket(ticket) if ticket is not None else None
        if found is None and ticket is not None:
            raise StoreError(detail=f"no such ticket: {ticket}")
        job = len(self._print_jobs) + 1
        self._print_jobs.append(
            PrintJob(
                id=job,
                printer=printer,
                ticket=ticket,
                number=found.number if found else "",
                document=document,
                state=JobState.QUEUED,
                reason=DeviceReason.NONE,
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

    def printers_with_jobs(self) -> set[str]:
        """The printers with jobs that are queued or being sent."""
        open_jobs = self._open_jobs.items()
        return {printer for printer, jobs in open_jobs if len(jobs.queued) or jobs.sending}

    def give_up_queued(self, printer: str, at: datetime) -> None:
        """Let what is queued for a printer fail as stale; surely nothing of it was printed."""
        queued = self._open_jobs.setdefault(printer, _Jobs()).queued
        while len(queued):
            job = queued.nth(0)[0]
            queued.remove((job, 0, 0))
            self._later(queued.add, (job, 0, 0))
            self._later(self._print_jobs.__setitem__, job - 1, self._print_jobs[job - 1])
            self._conclude(job, PrintReport(JobState.FAILED, DeviceReason.STALE, untouched=True))

    def requeue_print_job(self, job: int, at: datetime) -> None:
        """Queue a failed job once more."""
        found = self._print_jobs[job - 1]
        if found.state is JobState.FAILED:
            self._later(self._print_jobs.__setitem__, job - 1, found)
            self._queue_again(job, found.printer)
            queued = self._open_jobs[found.printer].queued
            self._later(queued.remove, (job, 0, 0))

    def _queue_again(self, job: int, printer: str, moved_from: str = "") -> None:
        self._print_jobs[job - 1] = replace(
            self._print_jobs[job - 1],
            printer=printer,
            state=JobState.QUEUED,
            reason=DeviceReason.NONE,
            untouched=False,
            moved_from=moved_from or self._print_jobs[job - 1].moved_from,
        )
        self._open_jobs.setdefault(printer, _Jobs()).queued.add((job, 0, 0))

    def devices(self) -> list[DeviceStatus]:
        """Every device that was ever worked or muted; unknown when nobody works it now."""
        return [
            DeviceStatus(
                name,
                each.health if each.holder() else UNWATCHED,
                each.since,
                muted=name in self._muted,
            )
            for name in sorted({*self._devices, *self._muted})
            for each in [self._devices.get(name) or _Device()]
        ]

    def note_device(self, device: str, owner: str, health: DeviceHealth, at: datetime) -> bool:
        """Keep what the device's worker saw; whether anything was new."""
        held = self._devices.get(device)
        if held is None or held.owner != owner or held.health == health:
            return False
        self._later(setattr, held, "health", held.health)
        self._later(setattr, held, "since", held.since)
        held.health, held.since = health, at
        return True

    def mute(self, device: str, *, on: bool, at: datetime) -> bool:
        """Mute a device or let it be heard; whether that was new."""
        if on == (device in self._muted):
            return False
        if on:
            self._set(self._muted, device, at)
        else:
            self._drop(self._muted, device)
        return True

    def conclude_announcement(self, seq: int, state: AnnouncementState, at: datetime) -> None:
        """Keep what became of an announcement."""
        self._set(self._announced, seq, (state, at))

    def last_announced(self) -> int:
        """The journal row of the latest concluded announcement; 0 for none."""
        return max(self._announced, default=0)

    def announcements(self, limit: int) -> list[AnnouncementKept]:
        """The latest concluded announcements, newest first."""
        kept = []
        for seq in sorted(self._announced, reverse=True)[:limit]:
            state, at = self._announced[seq]
            event = self.entries(seq - 1, 1)[0].event
            number = str(event.data.get("number", ""))
            kept.append(AnnouncementKept(seq, number, event.window or 0, state, at))
        return kept

    # What follows is one whole transaction each and cannot fail midway: it needs no undoing.

    def lease(self, printer: str, owner: str, seconds: float) -> bool | None:
        """Take or renew the lease: None while another holds it, else whether it was taken anew."""
        held = self._devices.get(printer) or _Device()
        former = held.holder()
        if former not in (None, owner):
            return None
        boot, now = instant()
        held.owner, held.boot, held.until = owner, boot, now + seconds
        self._devices[printer] = held
        if former == owner:
            return False
        sending = self._open_jobs.setdefault(printer, _Jobs()).sending
        for job in [job for job, claimed_by in sending.items() if claimed_by != owner]:
            del sending[job]
            self._conclude(job, PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED))
        return True

    def release(self, printer: str, owner: str) -> None:
        """Give the lease back."""
        held = self._devices.get(printer)
        if held is not None and held.owner == owner:
            held.owner, held.until, held.health = None, 0.0, UNWATCHED

    def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job, now `sending`; jobs of a past business date fail as stale."""
        held, jobs = self._devices.get(printer), self._open_jobs.get(printer)
        latest = self.latest()
        if held is None or jobs is None or held.holder() != owner:
            return None
        while len(jobs.queued):
            job = jobs.queued.nth(0)[0]
            jobs.queued.remove((job, 0, 0))
            if latest is None or self._day_of(job) >= latest.business_date:
                jobs.sending[job] = owner
                return self._conclude(job, PrintReport(JobState.SENDING))
            self._conclude(job, PrintReport(JobState.FAILED, DeviceReason.STALE, untouched=True))
        return None

    def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        """Write down what became of a job that `owner` is sending, or pass it on to `backup`."""
        found = self.print_job(job)
        if found is None or found.state is not JobState.SENDING:
            return
        sending = self._open_jobs[found.printer].sending
        if sending[job] != owner:
            return
        del sending[job]
        is_new = found.ticket is not None and not found.moved_from
        if backup and is_new and report.untouched and report.state is JobState.FAILED:
            self._queue_again(job, backup, found.printer)
        else:
            self._conclude(job, report)

    def _day_of(self, job: int) -> date:
        ticket = self._print_jobs[job - 1].ticket
        return date.max if ticket is None else self._tickets[ticket].business_date

    def _conclude(self, job: int, report: PrintReport) -> PrintJob:
        found = replace(
            self._print_jobs[job - 1],
            state=report.state,
            reason=report.reason,
            untouched=report.untouched,
        )
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

    async def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        """Write down what became of a job that `owner` claimed, or pass it on to `backup`."""
        self._memory.report(job, report, owner, backup)
        self._changes.tell()

    async def job(self, job: int) -> PrintJob | None:
        """The job as it is now."""
        return self._memory.print_job(job)
