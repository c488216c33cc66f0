"""The procedure that finds out whether a ticket really printed (hardware 5), over any byte link."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque

from yichuang.config import PrinterSettings
from yichuang.hardware.ticket_printer.link import Link, LinkLost, LinkStalled
from yichuang.hardware.ticket_printer.status import (
    HEALTHY,
    Answer,
    AutomaticStatus,
    Fault,
    InBandStatus,
    ProcessId,
    RealTimeStatus,
    StatusParser,
    obstacle,
    real_time_faults,
)
from yichuang.queue.printing import (
    JobReason,
    JobState,
    PrinterHealth,
    PrinterState,
    PrintReport,
)

_SURVEY = (4, 1, 2, 3)
"""`DLE EOT` n in the order of what fails most: paper, offline, cause, error."""

_REPORT_BACK = b"\x1dr\x01"
"""`GS r 1`, answered in order with the print data."""

_PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"
"""`GS ( H` function 48, followed by four characters that come back when all before is printed."""

_MARK_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Conversation:
    """Status requests and answers over one link.

    The answers to `DLE EOT` do not tell what they answer, so one request is under way at a time; what else
    comes in meanwhile is kept for `listen`.
    """

    def __init__(self, link: Link, answer_seconds: float) -> None:
        self._link = link
        self._seconds = answer_seconds
        self._parser = StatusParser()
        self._kept: deque[Answer] = deque()
        self.unasked = HEALTHY
        """The faults in the latest Automatic Status Back block since `forget`."""

    async def forget(self) -> None:
        """Throw away what came from an earlier ticket. Raises LinkLost."""
        while await self._link.receive(0):
            pass
        self._parser.reset()
        self._kept.clear()
        self.unasked = HEALTHY

    async def survey(self) -> Fault | None:
        """Ask the printer how it is; None when it does not answer. Raises LinkLost."""
        faults = HEALTHY
        for n in _SURVEY:
            answer = await self._ask(n)
            if answer is None:
                return None if n == _SURVEY[0] else faults
            faults |= answer
        return faults

    async def listen(self, seconds: float) -> list[Answer]:
        """The answers that came in, waiting for the first at most `seconds`. Raises LinkLost."""
        if not self._kept:
            await self._take_in(seconds)
        answers = list(self._kept)
        self._kept.clear()
        return answers

    async def _ask(self, n: int) -> Fault | None:
        await self._link.send(bytes((0x10, 0x04, n)), self._seconds)
        now = asyncio.get_running_loop().time
        deadline = now() + self._seconds
        while (left := deadline - now()) > 0:
            await self._take_in(left)
            for answer in self._kept:
                if isinstance(answer, RealTimeStatus):
                    self._kept.remove(answer)
                    return real_time_faults(n, answer.byte)
        return None

    async def _take_in(self, seconds: float) -> None:
        for answer in self._parser.feed(await self._link.receive(seconds)):
            if isinstance(answer, AutomaticStatus):
                self.unasked = answer.faults
            self._kept.append(answer)


class TicketJobs:
    """Prints the tickets of one printer, one after the other, and tells the truth about each."""

    def __init__(self, link: Link, settings: PrinterSettings) -> None:
        self._link = link
        self._settings = settings
        self._talk = Conversation(link, settings.answer_seconds)

    async def print(self, ticket: bytes) -> PrintReport:
        """Send one ticket and find out what became of it; raises nothing but cancellation.

        Before the first byte of the ticket every failure is surely "not printed". After it, only an answer
        of the printer makes it printed or failed; silence makes it unknown.
        """
        try:
            before = await self._prepare()
        except LinkLost:
            return PrintReport(JobState.FAILED, JobReason.OFFLINE)
        if reason := obstacle(before):
            return PrintReport(JobState.FAILED, reason)
        report = await self._send(ticket)
        if report.state is JobState.UNKNOWN or report.state is JobState.FAILED:
            # What this printer still says about the ticket must not be taken for an answer to the next.
            await self._link.drop()
            return report
        if Fault.NEAR_END in before and not report.reason:
            return PrintReport(report.state, JobReason.NEAR_END)
        return report

    async def health(self) -> PrinterHealth:
        """How the printer is; raises nothing but cancellation."""
        try:
            faults = await self._prepare()
        except LinkLost:
            return PrinterHealth(PrinterState.MISSING, JobReason.OFFLINE)
        if reason := obstacle(faults):
            return PrinterHealth(PrinterState.MISSING, reason)
        if Fault.NEAR_END in faults:
            return PrinterHealth(PrinterState.DEGRADED, JobReason.NEAR_END)
        if Fault.UNTOLD in faults:
            return PrinterHealth(PrinterState.UNKNOWN)
        return PrinterHealth(PrinterState.READY)

    @property
    def _answers(self) -> bool:
        return self._settings.answers and self._link.answers

    async def _prepare(self) -> Fault:
        """Open the link and ask how the printer is. Raises LinkLost when nothing answers.

        A connection kept from the last ticket may be dead without a sign (a printer switched off and on):
        when it does not answer, a new one is tried once.
        """
        while True:
            fresh = await self._link.open()
            if not self._answers:
                return await self._link.port_faults()
            try:
                await self._talk.forget()
                faults = await self._talk.survey()
            except LinkLost:
                faults = None
            if faults is not None:
                return faults
            await self._link.drop()
            if fresh:
                raise LinkLost(device=self._settings.name, detail="no answer to DLE EOT")

    async def _send(self, ticket: bytes) -> PrintReport:
        mark = "".join(secrets.choice(_MARK_CHARACTERS) for _place in range(4)).encode()
        data = ticket + self._markers(mark)
        try:
            await self._link.send(data, self._settings.print_seconds)
        except LinkStalled as stalled:
            return await self._stuck() if stalled.touched else _NOT_SENT
        except LinkLost as lost:
            return self._stopped() if lost.touched else _NOT_SENT
        if not self._answers:
            return PrintReport(JobState.HANDED_OVER)
        return await self._outcome(mark)

    def _markers(self, mark: bytes) -> bytes:
        """What asks for word of the end; it follows the cut, so that it covers it, too."""
        if not self._answers:
            return b""
        return (_PROCESS_ID + mark if self._settings.process_id else b"") + _REPORT_BACK

    async def _outcome(self, mark: bytes) -> PrintReport:
        """Wait until the printer confirms, complains, or the time is over."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._settings.print_seconds
        processed: PrintReport | None = None
        try:
            while (left := deadline - now()) > 0:
                answers = await self._talk.listen(min(left, self._settings.answer_seconds))
                if ProcessId(mark) in answers:
                    return PrintReport(JobState.PRINTED)
                processed = processed or _processed(answers)
                if processed and not self._settings.process_id:
                    return processed
                if not answers or obstacle(self._talk.unasked):
                    faults = await self._talk.survey()
                    if faults is not None and (reason := obstacle(faults)):
                        return PrintReport(JobState.FAILED, reason)
        except LinkLost:
            return processed or self._stopped()
        return processed or self._stopped()

    async def _stuck(self) -> PrintReport:
        """The verdict when the printer takes no more bytes: a USB port can still be asked."""
        reason = obstacle(await self._link.port_faults())
        return PrintReport(JobState.FAILED, reason) if reason else self._stopped()

    def _stopped(self) -> PrintReport:
        """The verdict when nothing more will be heard: only the printer's own complaint is sure."""
        if reason := obstacle(self._talk.unasked):
            return PrintReport(JobState.FAILED, reason)
        return PrintReport(JobState.UNKNOWN, JobReason.NO_ANSWER)


_NOT_SENT = PrintReport(JobState.FAILED, JobReason.OFFLINE)


def _processed(answers: list[Answer]) -> PrintReport | None:
    for answer in answers:
        if isinstance(answer, InBandStatus):
            if reason := obstacle(answer.faults):
                return PrintReport(JobState.FAILED, reason)
            near = Fault.NEAR_END in answer.faults
            return PrintReport(JobState.PROCESSED, JobReason.NEAR_END if near else JobReason.NONE)
    return None
