"""What became of a ticket's paper, for a command that issued or reprinted one."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any

from yichuang.cli.outcome import say
from yichuang.errors import YichuangError
from yichuang.language import _
from yichuang.queue.device import DeviceReason
from yichuang.queue.printing import JobState, advice_on
from yichuang.queue.service import Hall

PAPER_SECONDS = 30.0
"""How long a command waits for its paper before it says that the job is still queued."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A print job as a command last saw it."""

    job: int
    printer: str
    state: JobState
    reason: DeviceReason = DeviceReason.NONE
    untouched: bool = False

    @property
    def text(self) -> str:
        """One sentence on the paper: its state, why, and what to do about it."""
        why, advice = self.reason.label, self.advice
        known = self.state.label + (_("（{why}）").format(why=why) if why else "")
        return known + (_("；") + advice if advice else "")

    @property
    def advice(self) -> str:
        """What staff do about the paper; empty for nothing."""
        return advice_on(self.state, self.reason, untouched=self.untouched)

    def next_step(self, number: str) -> str:
        """The command that gets a paper for a ticket whose own is not out; empty when none is called for."""
        if not self.advice or self.state is JobState.QUEUED:
            return ""
        if self.state is JobState.FAILED and self.untouched:
            again = _("号已取，票没有打出。再打：yichuang device retry {job}")
            return again.format(job=self.job)
        advice = _("号已取，票不一定打出了。没有票就补打：yichuang ticket reprint {number}")
        return advice.format(number=number)

    @property
    def is_good(self) -> bool:
        """Whether the paper is known to be out, as far as the printer can tell."""
        return self.state in (JobState.PRINTED, JobState.PROCESSED, JobState.HANDED_OVER)

    def as_json(self) -> dict[str, Any]:
        """The print job for scripts."""
        return {
            "job": self.job,
            "printer": self.printer,
            "state": self.state.value,
            "reason": self.reason.value or None,
            "message": self.text,
        }


async def follow_paper(hall: Hall, job: int | None) -> Paper | None:
    """Work or watch the print job until its end is known; None when nothing was to be printed.

    The number is given whatever happens here: trouble, and the user's own impatience, are told beside
    what was last seen of the paper.
    """
    if job is None:
        return None
    from yichuang.bootstrap import finish_print_job

    if sys.stderr.isatty():
        say(_("正在打印 ..."), err=True)
    try:
        found = await finish_print_job(hall, job, PAPER_SECONDS)
    except YichuangError as error:
        say(error.message, err=True)
        found = None
    except asyncio.CancelledError:
        say(_("不等打印了"), err=True)
        found = None
    if found is None:
        return Paper(job, "", JobState.QUEUED)
    return Paper(found.id, found.printer, found.state, found.reason, found.untouched)
