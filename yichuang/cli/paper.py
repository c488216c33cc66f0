"""What became of a ticket's paper, for a command that issued or reprinted one."""

from __future__ import annotations

import sys
from typing import Any

import click

from yichuang.language import _
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.service import Hall

PAPER_SECONDS = 30.0
"""How long a command waits for its paper before it says that the job is still queued."""


async def follow_paper(hall: Hall, job: int | None) -> PrintJob | None:
    """Work or watch the print job until its end is known; None when nothing was to be printed."""
    if job is None:
        return None
    from yichuang.bootstrap import finish_print_job

    queued = await hall.print_job(job)
    if queued is not None and sys.stderr.isatty():
        click.echo(_("正在打印 {number} ...").format(number=queued.number), err=True)
    return await finish_print_job(hall, job, PAPER_SECONDS)


def paper_json(job: PrintJob | None) -> dict[str, Any] | None:
    """The print job for scripts; None when nothing was to be printed."""
    if job is None:
        return None
    return {
        "job": job.id,
        "printer": job.printer,
        "state": job.state.value,
        "reason": job.reason.value or None,
        "message": paper_text(job),
    }


def paper_text(job: PrintJob | None) -> str:
    """One sentence on the paper."""
    if job is None:
        return _("没有打印：请把号写给办事人")
    why = job.reason.label
    return f"{job.state.label}{_('（{why}）').format(why=why) if why else ''}"


def paper_is_good(job: PrintJob | None) -> bool:
    """Whether the paper is known to be out, as far as the printer can tell."""
    return job is not None and job.state in (
        JobState.PRINTED,
        JobState.PROCESSED,
        JobState.HANDED_OVER,
    )
