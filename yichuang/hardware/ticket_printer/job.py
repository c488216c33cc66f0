"""The procedure that finds out whether a ticket really printed (hardware 5), over any byte link."""

from __future__ import annotations

import asyncio
import secrets

from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import Link, LinkFull, LinkLost, LinkStalled
from yichuang.hardware.ticket_printer.conversation import (
    QUIET_SECONDS,
    REPORT_BACK,
    Conversation,
)
from yichuang.hardware.ticket_printer.status import Fault, obstacle, port_faults, warning
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.printing import JobState, PrintReport

_PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"
"""`GS ( H` function 48, followed by four characters that come back when all before is printed."""

_MARK_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class TicketJobs:
    """Prints the tickets of one printer, one after the other, and tells the truth about each."""

    def __init__(self, link: Link, settings: PrinterSettings) -> None:
        self._link = link
        self._settings = settings
        self._talk = Conversation(link, settings.answer_seconds)
        self._fresh = True
        """Whether the link was opened for the present ticket."""

    async def print(self, ticket: bytes) -> PrintReport:
        """Send one ticket and find out what became of it; raises nothing but cancellation.

        Before the first byte of the ticket every failure is surely "not printed". After it, only an answer
        of the printer makes it printed or failed; silence makes it unknown. Which answers can still be
        mistaken is told at `Conversation`.
        """
        try:
            report = await self._attempt_twice(ticket)
        except LinkLost as lost:
            report = PrintReport(JobState.FAILED, lost.reason, untouched=True)
        if report.state in (JobState.UNKNOWN, JobState.FAILED):
            await self._link.drop()
        await self._let_go()
        return report

    async def health(self) -> DeviceHealth:
        """How the printer is; raises nothing but cancellation."""
        try:
            faults = await self._prepare()
        except LinkLost as lost:
            return DeviceHealth(DeviceState.MISSING, lost.reason)
        await self._let_go()
        if reason := obstacle(faults):
            return DeviceHealth(DeviceState.MISSING, reason)
        if reason := warning(faults):
            return DeviceHealth(DeviceState.DEGRADED, reason)
        if Fault.UNTOLD in faults:
            return DeviceHealth(DeviceState.UNKNOWN)
        return DeviceHealth(DeviceState.READY)

    @property
    def _answers(self) -> bool:
        return self._settings.answers and self._link.answers

    @property
    def _blind(self) -> bool:
        """Whether the link can end without a sign, since nobody listens on it."""
        return self._settings.transport == "tcp" and not self._settings.answers

    async def _let_go(self) -> None:
        """Keep no connection of which nobody would notice that it ended."""
        if self._blind:
            await self._link.close()

    async def _attempt_twice(self, ticket: bytes) -> PrintReport:
        """Print the ticket; raises LinkLost when none of its bytes went out."""
        try:
            return await self._attempt(ticket)
        except LinkLost as lost:
            await self._link.drop()
            if self._fresh or isinstance(lost, LinkStalled | LinkFull):
                raise
        # A kept connection can end between the tickets without a sign: it was opened for this one now.
        return await self._attempt(ticket)

    async def _attempt(self, ticket: bytes) -> PrintReport:
        before = await self._prepare()
        if self._answers and not obstacle(before):
            before |= await self._settle()
        if reason := obstacle(before):
            return PrintReport(JobState.FAILED, reason, untouched=True)
        report = await self._send(ticket)
        good = report.state not in (JobState.UNKNOWN, JobState.FAILED)
        if good and Fault.NEAR_END in before and not report.reason:
            return PrintReport(report.state, DeviceReason.NEAR_END)
        return report

    async def _prepare(self) -> Fault:
        """Open the link and ask how the printer is. Raises LinkLost when nothing answers.

        A connection kept from the last ticket may be dead without a sign (a printer switched off and on):
        when it does not answer, a new one is tried once.
        """
        while True:
            self._fresh = True
            self._fresh = await self._link.open()
            if self._blind and not self._fresh:
                await self._link.close()
                continue
            if not self._answers:
                return port_faults(await self._link.port_status())
            reason = DeviceReason.NONE
            try:
                await self._talk.meet(fresh=self._fresh)
                if (faults := await self._talk.survey()) is not None:
                    return faults
                # Many boards say nothing with their cover open.
                reason = await self._told_by_port()
                if self._talk.heard and not reason:
                    # Not a word is an answer, as with a wrong speed on a serial line.
                    reason = DeviceReason.BAD_ANSWER
            except LinkLost as lost:
                reason = lost.reason
            await self._link.drop()
            if self._fresh:
                detail = "no answer to DLE EOT"
                raise LinkLost(device=self._settings.name, detail=detail, reason=reason)

    async def _settle(self) -> Fault:
        """Wait until no answer to an earlier ticket is owed; what a printer that does not answer says.

        A printer that is still busy may take as long as a ticket does. Raises LinkLost.
        """
        wait = self._settings
        if await self._talk.settle(wait.answer_seconds if wait.process_id else wait.print_seconds):
            return Fault(0)
        faults = await self._talk.survey()
        if faults is None:
            raise LinkLost(device=self._settings.name, detail="no answer to DLE EOT")
        return faults

    async def _send(self, ticket: bytes) -> PrintReport:
        """Send the ticket and wait for its outcome. Raises LinkLost when none of it went out."""
        mark = "".join(secrets.choice(_MARK_CHARACTERS) for _place in range(4)).encode()
        data = ticket + self._markers(mark)
        if self._answers:
            await self._talk.begin(mark)
        try:
            await self._link.send(data, self._settings.print_seconds)
        except LinkStalled as stalled:
            if not stalled.touched:
                raise
            return self._verdict(await self._told_by_port())
        except LinkLost as lost:
            if not lost.touched:
                raise
            return self._verdict()
        if self._answers:
            return await self._outcome()
        return await self._hand_over()

    async def _hand_over(self) -> PrintReport:
        """Wait until a device that cannot answer has taken all: what is still here, closing may lose."""
        try:
            await self._link.drain(self._settings.print_seconds)
        except LinkLost:
            return self._verdict(await self._told_by_port())
        return PrintReport(JobState.HANDED_OVER)

    def _markers(self, mark: bytes) -> bytes:
        """What asks for word of the end; it follows the cut, so that it covers it, too."""
        if not self._answers:
            return b""
        return (_PROCESS_ID + mark if self._settings.process_id else b"") + REPORT_BACK

    async def _outcome(self) -> PrintReport:
        """Wait until the printer confirms, complains, or the time is over."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._settings.print_seconds
        try:
            while not self._confirmed and (left := deadline - now()) > 0:
                heard = await self._talk.listen(min(left, self._settings.answer_seconds))
                if self._confirmed or (heard and not obstacle(self._talk.unasked)):
                    continue
                faults = await self._talk.survey()
                if faults is not None and (reason := obstacle(faults)):
                    # A confirmation may have been under way when the complaint was made.
                    await self._talk.listen(QUIET_SECONDS)
                    return self._verdict(reason)
        except LinkLost:
            pass
        return self._verdict(await self._told_by_port())

    async def _told_by_port(self) -> DeviceReason:
        """What the port says of a printer that takes or says no more: a USB port can still be asked."""
        try:
            return obstacle(port_faults(await self._link.port_status()))
        except LinkLost:
            return DeviceReason.NONE

    @property
    def _confirmed(self) -> bool:
        """Whether the printer has said all that can be hoped for."""
        talk = self._talk
        return talk.printed or (talk.processed is not None and not self._settings.process_id)

    def _verdict(self, reason: DeviceReason = DeviceReason.NONE) -> PrintReport:
        """What is sure when no more will be heard; `reason` is the printer's latest complaint.

        A complaint after the confirmation is a warning: the roll may end with the ticket.
        """
        talk = self._talk
        reason = reason or obstacle(talk.unasked)
        if talk.printed:
            return PrintReport(JobState.PRINTED, reason)
        if talk.processed is not None:
            if stopped := obstacle(talk.processed):
                # All was worked through, but perhaps without paper.
                return PrintReport(JobState.UNKNOWN, stopped)
            return PrintReport(JobState.PROCESSED, reason or warning(talk.processed))
        if not reason:
            return PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER)
        # An answer that could not be believed may have been the ticket's all the same.
        return PrintReport(JobState.UNKNOWN if talk.doubted else JobState.FAILED, reason)
