"""What becomes of a paper that was asked for on a screen."""

from __future__ import annotations

from yichuang.language import _
from yichuang.queue.printing import PrintJob
from yichuang.tui.hall_screen import HallScreen


class FollowsPaper(HallScreen):
    """A screen that asks for papers; `load` calls `follow_job`."""

    followed: int | None = None
    """The print job that was asked for here last, until it has come to its end."""

    async def follow_job(self) -> None:
        """Say what becomes of the paper that was asked for here."""
        if self.followed is None:
            return
        job = await self.hall.print_job(self.followed)
        if job is None or job.state.is_final:
            self.followed = None
        if job is not None:
            said = self.said_of(job)
            self.status.say(f" {said}", f" {job.reason.label}  {job.advice}".rstrip())

    def said_of(self, job: PrintJob) -> str:
        """How the paper stands, in a sentence."""
        return _("{printer} 打 {what}：{state}").format(
            printer=job.printer, what=job.what, state=job.state.label
        )
