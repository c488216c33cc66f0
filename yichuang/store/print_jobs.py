"""The table `print_job`: the outbox of the ticket printers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from yichuang.queue.device import DeviceReason
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintJob, PrintReport
from yichuang.store.table import Table

_COLUMNS = """
SELECT j.id, j.printer, j.ticket, t.number, j.document, j.state, j.reason, j.created_at,
    j.untouched, j.moved_from
FROM print_job AS j LEFT JOIN ticket AS t ON t.id = j.ticket
"""

_ONE = _COLUMNS + "WHERE j.id = :id"

_LATEST = _COLUMNS + "ORDER BY j.id DESC LIMIT :limit"

_ADD = """
INSERT INTO print_job (printer, ticket, document, state, created_at, changed_at)
VALUES (:printer, :ticket, :document, 'queued', :at, :at)
"""

_ABANDON = """
UPDATE print_job SET state = 'unknown', reason = 'interrupted', changed_at = :at
WHERE printer = :printer AND state = 'sending' AND owner <> :owner
"""

_STALE = """
UPDATE print_job SET state = 'failed', reason = 'stale', untouched = 1, changed_at = :at
WHERE printer = :printer AND state = 'queued' AND ticket IN (
    SELECT id FROM ticket
    WHERE business_date < (SELECT business_date FROM journal ORDER BY seq DESC LIMIT 1)
)
"""

_PRINTERS = "SELECT DISTINCT printer FROM print_job WHERE state IN ('queued', 'sending')"

_GIVE_UP = """
UPDATE print_job SET state = 'failed', reason = 'stale', untouched = 1, changed_at = :at
WHERE printer = :printer AND state = 'queued'
"""

_CLAIM = """
UPDATE print_job SET state = 'sending', owner = :owner, changed_at = :at
WHERE id = (
    SELECT id FROM print_job WHERE printer = :printer AND state = 'queued' ORDER BY id LIMIT 1
)
RETURNING id
"""

_REPORT = """
UPDATE print_job
SET state = :state, reason = :reason, untouched = :untouched, changed_at = :at
WHERE id = :id AND state = 'sending' AND owner = :owner
"""

_MOVE = """
UPDATE print_job
SET state = 'queued', printer = :backup, moved_from = printer, owner = NULL, changed_at = :at
WHERE id = :id AND state = 'sending' AND owner = :owner AND moved_from = '' AND ticket IS NOT NULL
"""
"""Once only: two printers that stand in for each other must not pass a ticket to and fro."""

_REQUEUE = """
UPDATE print_job SET state = 'queued', reason = '', untouched = 0, owner = NULL, changed_at = :at
WHERE id = :id AND state = 'failed'
"""


_LAST_OF_TICKET = "SELECT id FROM print_job WHERE ticket = :ticket ORDER BY id DESC LIMIT 1"


class PrintJobs(Table):
    """Print jobs."""

    __slots__ = ()

    def add_print_job(
        self, printer: str, ticket: int | None, document: TicketDocument, at: datetime
    ) -> int:
        """Queue a ticket, or a test page, for a printer; returns the job's id."""
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

    def printers_with_jobs(self) -> set[str]:
        """The printers with jobs that are queued or being sent."""
        return {row[0] for row in self.connection.execute(_PRINTERS)}

    def give_up_queued(self, printer: str, at: datetime) -> None:
        """Let what is queued for a printer fail as stale; surely nothing of it was printed."""
        self.connection.execute(_GIVE_UP, {"printer": printer, "at": at.isoformat()})

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

    def report(self, job: int, report: PrintReport, owner: str, backup: str, at: datetime) -> None:
        """Write down what became of a job that `owner` is sending, or pass it on to `backup`.

        A late or repeated word changes nothing: the job may be with another printer's worker by then.
        """
        facts = {
            "id": job,
            "owner": owner,
            "state": report.state.value,
            "reason": report.reason.value,
            "untouched": report.untouched,
            "backup": backup,
            "at": at.isoformat(),
        }
        may_move = backup and report.untouched and report.state is JobState.FAILED
        if not (may_move and self.connection.execute(_MOVE, facts).rowcount):
            self.connection.execute(_REPORT, facts)

    def requeue_print_job(self, job: int, at: datetime) -> None:
        """Queue a failed job once more."""
        self.connection.execute(_REQUEUE, {"id": job, "at": at.isoformat()})


def _job_from(row: tuple[Any, ...]) -> PrintJob:
    return PrintJob(
        id=row[0],
        printer=row[1],
        ticket=row[2],
        number=row[3] or "",
        document=TicketDocument.from_json(json.loads(row[4])),
        state=JobState(row[5]),
        reason=DeviceReason(row[6]),
        created_at=datetime.fromisoformat(row[7]),
        untouched=bool(row[8]),
        moved_from=row[9],
    )
