"""The tables `print_job` and `printer`: the outbox of the ticket printers, and their leases."""

from __future__ import annotations

import json
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import (
    JobReason,
    JobState,
    PrinterHealth,
    PrinterState,
    PrinterStatus,
    PrintJob,
    PrintReport,
)
from yichuang.store.table import Table, time_or_none

_COLUMNS = """
SELECT j.id, j.printer, j.ticket, t.number, j.document, j.state, j.reason, j.created_at
FROM print_job AS j JOIN ticket AS t ON t.id = j.ticket
"""

_ONE = _COLUMNS + "WHERE j.id = :id"

_LATEST = _COLUMNS + "ORDER BY j.id DESC LIMIT :limit"

_ADD = """
INSERT INTO print_job (printer, ticket, document, state, created_at, changed_at)
VALUES (:printer, :ticket, :document, 'queued', :at, :at)
"""

_LEASE = """
INSERT INTO printer (name, owner, boot, until)
VALUES (:printer, :owner, :boot, :now + :seconds)
ON CONFLICT (name) DO UPDATE SET
    owner = excluded.owner, boot = excluded.boot, until = excluded.until
WHERE printer.owner = :owner OR printer.owner IS NULL OR printer.boot <> :boot
    OR printer.until <= :now
"""

_HOLDER = "SELECT owner, boot, until FROM printer WHERE name = :printer"

_RELEASE = """
UPDATE printer SET owner = NULL, until = 0, state = 'unknown', reason = ''
WHERE name = :printer AND owner = :owner
"""

_NOTE = """
UPDATE printer SET state = :state, reason = :reason, since = :at
WHERE name = :printer AND owner = :owner AND (state <> :state OR reason <> :reason)
"""

_PRINTERS = """
SELECT name, state, reason, since, owner, boot, until FROM printer ORDER BY name
"""

_ABANDON = """
UPDATE print_job SET state = 'unknown', reason = 'interrupted', changed_at = :at
WHERE printer = :printer AND state = 'sending' AND owner <> :owner
"""

_STALE = """
UPDATE print_job SET state = 'failed', reason = 'stale', changed_at = :at
WHERE printer = :printer AND state = 'queued' AND ticket IN (
    SELECT id FROM ticket
    WHERE business_date < (SELECT business_date FROM journal ORDER BY seq DESC LIMIT 1)
)
"""

_CLAIM = """
UPDATE print_job SET state = 'sending', owner = :owner, changed_at = :at
WHERE id = (
    SELECT id FROM print_job WHERE printer = :printer AND state = 'queued' ORDER BY id LIMIT 1
)
RETURNING id
"""

_REPORT = """
UPDATE print_job SET state = :state, reason = :reason, changed_at = :at
WHERE id = :id AND state = 'sending'
"""


_LAST_OF_TICKET = "SELECT id FROM print_job WHERE ticket = :ticket ORDER BY id DESC LIMIT 1"


class PrintJobs(Table):
    """Print jobs and printer leases."""

    __slots__ = ()

    def add_print_job(
        self, printer: str, ticket: int, document: TicketDocument, at: datetime
    ) -> int:
        """Queue a ticket for a printer; returns the job's id."""
        facts = {
            "printer": printer,
            "ticket": ticket,
            "document": json.dumps(document.as_json(), ensure_ascii=False),
            "at": at.isoformat(),
        }
        return self.connection.execute(_ADD, facts).lastrowid or 0

    def print_job(self, job: int) -> PrintJob | None:
        """The print job with that id."""
        row = self.connection.execute(_ONE, {"id": job}).fetchone()
        return _job_from(row) if row else None

    def last_print_job(self, ticket: int) -> int | None:
        """The newest print job of a ticket."""
        row = self.connection.execute(_LAST_OF_TICKET, {"ticket": ticket}).fetchone()
        return row[0] if row else None

    def print_jobs(self, limit: int) -> list[PrintJob]:
        """The latest print jobs, newest first."""
        return [_job_from(row) for row in self.connection.execute(_LATEST, {"limit": limit})]

    def lease(self, printer: str, owner: str, seconds: float, instant: tuple[str, float]) -> bool:
        """Take or renew the lease; `instant` is this boot's id and the seconds since it began."""
        boot, now = instant
        facts = {"printer": printer, "owner": owner, "boot": boot, "now": now, "seconds": seconds}
        return self.connection.execute(_LEASE, facts).rowcount > 0

    def holder(self, printer: str, instant: tuple[str, float]) -> str | None:
        """Who holds the lease of the printer now."""
        row = self.connection.execute(_HOLDER, {"printer": printer}).fetchone()
        boot, now = instant
        return row[0] if row and row[1] == boot and row[2] > now else None

    def release(self, printer: str, owner: str) -> None:
        """Give the lease back."""
        self.connection.execute(_RELEASE, {"printer": printer, "owner": owner})

    def note_health(self, printer: str, owner: str, health: PrinterHealth, at: datetime) -> bool:
        """Keep what the worker saw; whether anything was new. Only the lease's owner is heard."""
        facts = {
            "printer": printer,
            "owner": owner,
            "state": health.state.value,
            "reason": health.reason.value,
            "at": at.isoformat(),
        }
        return self.connection.execute(_NOTE, facts).rowcount > 0

    def printers(self) -> list[PrinterStatus]:
        """Every printer that was ever worked; unknown when nobody watches it now."""
        boot, now = instant()
        return [
            _status_from(row, is_watched=row[4] is not None and row[5] == boot and row[6] > now)
            for row in self.connection.execute(_PRINTERS)
        ]

    def abandon(self, printer: str, owner: str, at: datetime) -> None:
        """Jobs that a former owner left in `sending` are unknown; they are never sent again."""
        facts = {"printer": printer, "owner": owner, "at": at.isoformat()}
        self.connection.execute(_ABANDON, facts)

    def claim(self, printer: str, owner: str, at: datetime) -> PrintJob | None:
        """The oldest queued job, now `sending`; jobs of a past business date fail as stale."""
        facts = {"printer": printer, "owner": owner, "at": at.isoformat()}
        self.connection.execute(_STALE, facts)
        row = self.connection.execute(_CLAIM, facts).fetchone()
        return self.print_job(row[0]) if row else None

    def report(self, job: int, report: PrintReport, at: datetime) -> None:
        """Write down what became of a job that is being sent."""
        facts = {
            "id": job,
            "state": report.state.value,
            "reason": report.reason.value,
            "at": at.isoformat(),
        }
        self.connection.execute(_REPORT, facts)


def instant() -> tuple[str, float]:
    """This boot of the machine, and seconds that only go forward in it, the same in all processes."""
    return _boot_id(), time.monotonic()


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _status_from(row: tuple[Any, ...], *, is_watched: bool) -> PrinterStatus:
    since = time_or_none(row[3])
    if not is_watched:
        return PrinterStatus(row[0], PrinterHealth(PrinterState.UNKNOWN), since)
    return PrinterStatus(row[0], PrinterHealth(PrinterState(row[1]), JobReason(row[2])), since)


def _job_from(row: tuple[Any, ...]) -> PrintJob:
    return PrintJob(
        id=row[0],
        printer=row[1],
        ticket=row[2],
        number=row[3],
        document=TicketDocument.from_json(json.loads(row[4])),
        state=JobState(row[5]),
        reason=JobReason(row[6]),
        created_at=datetime.fromisoformat(row[7]),
    )
