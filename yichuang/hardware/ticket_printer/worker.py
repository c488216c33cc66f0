"""The worker of one printer: takes jobs from the outbox, prints them, reports the truth.

Several processes may run a worker for the same printer; the lease in the store lets one of them print at a
time. Nothing is ever printed twice by itself: a job that was being sent when its worker ended is unknown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from yichuang.errors import StoreError
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.printing import JobState, PrintJob, PrintOutbox, PrintReport, TicketPrinter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """The time limits of a worker, in seconds."""

    lease: float = 10.0
    """How long a lease holds when its owner falls silent."""
    renew: float = 3.0
    """How often a held lease is renewed, also while a long ticket prints."""
    health: float = 10.0
    """How often an idle printer is asked how it is."""
    look: float = 0.005
    """How long after it found no job a worker looks again at the soonest: looking takes a turn at the
    store, which in a busy hall others want."""
    retry: float = 1.0
    """How long to wait before trying again for the lease, or after the store failed."""


_WARNINGS = (DeviceReason.NEAR_END, DeviceReason.RECOVERING, DeviceReason.NO_FONT)
"""With these a printer goes on printing."""


class PrinterWorker:
    """Works the jobs of one printer as `owner`, a name that no other worker has."""

    def __init__(
        self,
        printer: TicketPrinter,
        outbox: PrintOutbox,
        owner: str,
        note: Callable[[DeviceHealth], Awaitable[None]],
        *,
        backup: str = "",
        pace: Pace | None = None,
    ) -> None:
        """`note` keeps how the printer is, for every screen; `backup` takes what it cannot print."""
        self.health = DeviceHealth(DeviceState.UNKNOWN)
        """How the printer was when it was last heard of."""
        self._printer = printer
        self._outbox = outbox
        self._owner = owner
        self._pace = pace or Pace()
        self._note = note
        self._backup = backup
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._held = False
        self._lost = asyncio.Event()
        """Set when another process was found to have the lease: the printer is to be let go."""
        self._ask_at = 0.0
        self._stored_health: DeviceHealth | None = None
        self._untold: tuple[PrintJob, PrintReport] | None = None

    async def run(self) -> None:
        """Work until `stop`; the printer's connection and the lease are held while idle.

        When another process has taken the lease, the printer is closed: many take one connection at a time.

        Trouble with the store is logged and tried again, and so is an error that nobody foresaw: a
        worker that ended would leave tickets queued with nobody to print them.
        """
        self._ended.clear()
        try:
            async with self._lease_kept():
                while not self._stopping.is_set():
                    try:
                        await self._turn()
                    except StoreError as error:
                        logger.warning("printer %s: %s", self._printer.name, error)
                        await self._unless_stopped(asyncio.sleep(self._pace.retry))
                    except Exception:  # else tickets stay queued for ever
                        logger.exception("printer %s: the worker goes on", self._printer.name)
                        await self._unless_stopped(asyncio.sleep(self._pace.retry))
        finally:
            try:
                await self.close()
            finally:
                self._ended.set()

    async def stop(self) -> None:
        """Let the present job end, then end `run`, close the printer and give the lease back."""
        self._stopping.set()
        await self._ended.wait()

    async def close(self) -> None:
        """Close the printer and give the lease back."""
        try:
            await self._printer.close()
        finally:
            with suppress(StoreError):
                await self._tell_report()
            await self._release()

    async def work_once(self) -> int:
        """Work what is queued now, if the lease is free; the number of jobs worked.

        The connection ends before the lease does: many printers take one connection at a time.
        """
        worked = 0
        try:
            async with self._lease_kept():
                while await self._lease() and await self._work_one():
                    worked += 1
        finally:
            await self.close()
        return worked

    async def work_until(self, job: int, seconds: float) -> PrintJob | None:
        """The job as it is when it is final, or another printer's, or after `seconds`; None for no such job.

        The printer's jobs up to this one are worked here, or waited for while another process holds the
        lease. The one under way when the time is over is brought to its end.
        """
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        try:
            async with self._lease_kept():
                while True:
                    mark = self._outbox.mark()
                    found = await self._outbox.job(job)
                    left = deadline - now()
                    if found is None or found.state.is_final or left <= 0:
                        return found
                    if found.printer != self._printer.name:
                        return found
                    if not (await self._lease() and await self._work_one()):
                        await self._outbox.wait_for_change(mark, min(left, self._pace.retry))
        finally:
            await self.close()

    async def _turn(self) -> None:
        """Work one job, or ask after the printer's health, or wait for a change."""
        mark = self._outbox.mark()
        if not self._held and not await self._lease():
            if self._lost.is_set():
                await self._printer.close()
                self._lost.clear()
            await self._unless_stopped(self._outbox.wait_for_change(mark, self._pace.retry))
            return
        if await self._work_one():
            return
        now = asyncio.get_running_loop().time
        looked_at = now()
        if looked_at >= self._ask_at:
            if not await self._lease():
                return
            await self._note_health(await self._printer.health())
            self._ask_at = now() + self._pace.health
        wait = max(0.0, self._ask_at - now())
        await self._unless_stopped(self._outbox.wait_for_change(mark, wait), self._lost)
        if (early := looked_at + self._pace.look - now()) > 0:
            await asyncio.sleep(early)

    async def _work_one(self) -> bool:
        """Claim and print the oldest queued job; False when there is none."""
        await self._tell_report()
        job = await self._outbox.claim(self._printer.name, self._owner)
        if job is None:
            return False
        # Until it is told otherwise, a job that was claimed may have been sent.
        self._untold = (job, PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED))
        try:
            report = await self._print(job)
            self._untold = (job, report)
        finally:
            await self._tell_report()
        await self._learn(report)
        return True

    async def _print(self, job: PrintJob) -> PrintReport:
        """Print `job`; this is the job's boundary, where no error may leave its state untold."""
        try:
            report = await self._printer.print_ticket(job.document)
        except Exception:  # nobody can know what became of the paper
            logger.exception("printer %s: job %d broke off", self._printer.name, job.id)
            return PrintReport(JobState.UNKNOWN, DeviceReason.INTERRUPTED)
        level = logging.INFO if not report.reason else logging.WARNING
        told = f"{report.state} {report.reason}".strip()
        logger.log(level, "printer %s: job %d: %s", self._printer.name, job.id, told)
        return report

    async def _tell_report(self) -> None:
        """Store what became of the last job; when the store fails, it is told again before the next."""
        if self._untold is not None:
            job, report = self._untold
            await self._outbox.report(job.id, report, self._owner, self._backup)
            self._untold = None

    async def _learn(self, report: PrintReport) -> None:
        """What a report says of the printer itself."""
        good = report.state in (JobState.PRINTED, JobState.PROCESSED)
        if report.reason in _WARNINGS:
            await self._note_health(DeviceHealth(DeviceState.DEGRADED, report.reason))
        elif report.state is JobState.FAILED or (good and report.reason):
            await self._note_health(DeviceHealth(DeviceState.MISSING, report.reason))
        elif good:
            await self._note_health(DeviceHealth(DeviceState.READY))
        else:
            self._ask_at = 0.0

    async def _note_health(self, health: DeviceHealth) -> None:
        if health != self.health:
            self.health = health
            level = logging.INFO if health.state is DeviceState.READY else logging.WARNING
            told = f"{health.state} {health.reason}".strip()
            logger.log(level, "printer %s is %s", self._printer.name, told)
        if health != self._stored_health:
            await self._note(health)
            self._stored_health = health

    async def _lease(self) -> bool:
        held = await self._outbox.lease(self._printer.name, self._owner, self._pace.lease)
        if held:
            self._lost.clear()
        if held and not self._held:
            # The store forgets a printer's state with the lease.
            self._stored_health = None
            self._ask_at = 0.0
        elif self._held and not held:
            logger.warning("printer %s: another process took the lease", self._printer.name)
            self._lost.set()
        self._held = held
        return held

    async def _release(self) -> None:
        if self._held:
            self._held = False
            await self._outbox.release(self._printer.name, self._owner)

    @asynccontextmanager
    async def _lease_kept(self) -> AsyncIterator[None]:
        """Renew the lease beside the work, as long as it is held."""
        keeper = asyncio.create_task(self._keep_lease(), name=f"lease-{self._printer.name}")
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._pace.renew)
            if self._held:
                try:
                    await self._lease()
                except StoreError as error:
                    logger.warning("printer %s: lease not renewed: %s", self._printer.name, error)
                except Exception:
                    # Renewal that ended would let another process print beside this one.
                    logger.exception("printer %s: lease not renewed", self._printer.name)

    async def _unless_stopped(
        self, waiting: Coroutine[Any, Any, object], *others: asyncio.Event
    ) -> None:
        """Wait for `waiting`, but no longer than until `stop` or one of the `others`."""
        wait = asyncio.create_task(waiting)
        ends = [asyncio.create_task(event.wait()) for event in (self._stopping, *others)]
        try:
            await asyncio.wait({wait, *ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            if not wait.done():
                wait.cancel()
            with suppress(asyncio.CancelledError):
                await wait
