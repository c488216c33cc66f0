"""Status requests and answers over one link, with an account of the answers still owed (hardware 4, 5)."""

from __future__ import annotations

import asyncio
from collections import deque

from yichuang.hardware.link.link import Link
from yichuang.hardware.ticket_printer.status import (
    HEALTHY,
    Answer,
    AutomaticStatus,
    Fault,
    InBandStatus,
    ProcessId,
    RealTimeStatus,
    StatusParser,
    real_time_faults,
)

QUIET_SECONDS = 0.1
"""Answers to requests that were sent together are never further apart than this."""

REPORT_BACK = b"\x1dr\x01"
"""`GS r 1`, answered in order with the print data."""

_SURVEY = (4, 1, 2, 3)
"""`DLE EOT` n in the order of what fails most: paper, offline, cause, error."""

_GLANCE_SECONDS = 0.001
"""Enough for bytes that the system has already received."""

_VOLLEY = 2
_MOST_CARRIED = 3
"""Answers owed on an ended connection that may come on the next: a volley and a ticket."""


class Conversation:
    """What one printer is asked and answers, and what it still owes.

    No answer tells what it answers; those of a kind come in the order of the requests. So:

    - A `DLE EOT` that was not answered in time is not forgotten. Until its answer comes, only the same
      question is asked again, so that a late answer cannot be taken for that of another.
    - An answer to `GS r` is the ticket's when no older one is owed. On a new connection nobody knows what is
      owed: a box between network and printer may still deliver what an earlier connection, even of another
      process, asked for. So `settle` first sends more requests at once than can be owed, and waits until as
      many answers came and no more follow. Until that worked, no answer to `GS r` is believed.
    - `GS ( H` answers with the mark that it was given, another for each ticket.

    What remains uncertain: a byte that the line itself invents while a ticket prints can pass for its `GS r`
    answer; so can an answer of an earlier ticket when more are owed from ended connections than the volley
    has requests, or when answers to one volley come in pieces further apart than `QUIET_SECONDS`. A late
    answer to another process's `DLE EOT`, or one that comes later than `answer_seconds` after a reconnection,
    can be taken for a later answer's. `GS ( H` has none of these gaps except an invented block.
    """

    def __init__(self, link: Link, answer_seconds: float) -> None:
        self.unasked = HEALTHY
        """The faults in the latest Automatic Status Back block since `begin`."""
        self.printed = False
        """Whether the process ID of the ticket came back."""
        self.processed: Fault | None = None
        """What the ticket's own `GS r` answer said; None when it did not come."""
        self.doubted = False
        """Whether an answer to `GS r` came since the ticket went out that may be the ticket's or not."""
        self.settled = False
        """Whether it is known which answers to `GS r` are owed."""
        self.heard = False
        """Whether any byte came since the latest survey began."""
        self._link = link
        self._seconds = answer_seconds
        self._parser = StatusParser()
        self._asked: deque[int] = deque()
        """The n of each `DLE EOT` not yet answered."""
        self._told: Fault | None = None
        self._owed = 0
        """How many `GS r` are not yet answered."""
        self._came = 0
        self._given_up = False
        self._mark = b""
        self._awaited = False

    async def meet(self, *, fresh: bool) -> None:
        """Take in what came since the last ticket, or of earlier connections. Raises LinkLost."""
        self.unasked = HEALTHY
        self._awaited, self._mark = False, b""
        if not fresh:
            await self._clear()
            return
        self._parser.reset()
        self.settled = self._given_up = False
        self._owed = min(self._owed, _MOST_CARRIED)
        deadline = _now() + self._seconds
        while self._asked and (left := deadline - _now()) > 0:
            await self.listen(left)
        self._asked.clear()

    async def survey(self) -> Fault | None:
        """Ask the printer how it is; None when it does not answer. Raises LinkLost."""
        faults = HEALTHY
        self.heard = False
        for n in _SURVEY:
            answer = await self._ask(n)
            if answer is None:
                return None if n == _SURVEY[0] else faults
            faults |= answer
        return faults

    async def settle(self, seconds: float) -> bool:
        """Wait at most `seconds` until no answer to `GS r` is owed; whether that came about.

        It is tried once on a connection that does not answer. Raises LinkLost.
        """
        if self._given_up or (self.settled and not self._owed):
            return self.settled
        exact = self.settled
        volley = self._owed + _VOLLEY
        self._owed += volley
        self._came = 0
        self.settled, self._given_up = False, True
        await self._link.send(REPORT_BACK * volley, self._seconds)
        deadline = _now() + seconds
        while self._came < volley:
            if (left := deadline - _now()) <= 0:
                return False
            await self.listen(left)
        if not (exact and not self._owed) and not await self._quiet(deadline + QUIET_SECONDS):
            return False
        self._owed = 0
        self.settled, self._given_up = True, False
        return True

    async def begin(self, mark: bytes) -> None:
        """A ticket with this process ID and one `GS r` goes out next: nothing before is its answer.

        Raises LinkLost.
        """
        await self._clear()
        self.unasked, self.printed, self.processed = HEALTHY, False, None
        self.doubted = False
        self._mark, self._awaited = mark, True
        self._owed += 1

    async def listen(self, seconds: float) -> bool:
        """Take in what comes, waiting for the first at most `seconds`; whether anything came.

        Raises LinkLost.
        """
        data = await self._link.receive(seconds)
        self.heard = self.heard or bool(data)
        for answer in self._parser.feed(data):
            self._note(answer)
        return bool(data)

    async def _ask(self, n: int) -> Fault | None:
        deadline = _now() + self._seconds
        while any(asked != n for asked in self._asked):
            if (left := deadline - _now()) <= 0:
                return None
            await self.listen(left)
        self._asked.append(n)
        self._told = None
        await self._link.send(bytes((0x10, 0x04, n)), self._seconds)
        deadline = _now() + self._seconds
        while self._told is None and (left := deadline - _now()) > 0:
            await self.listen(left)
        return self._told

    async def _quiet(self, deadline: float) -> bool:
        """Wait until no answer to `GS r` has come for a while; False when they do not end."""
        while _now() < deadline:
            came, end = self._came, _now() + QUIET_SECONDS
            while self._came == came and (left := end - _now()) > 0:
                await self.listen(left)
            if self._came == came:
                return True
        return False

    async def _clear(self) -> None:
        while await self.listen(_GLANCE_SECONDS):
            pass

    def _note(self, answer: Answer) -> None:
        match answer:
            case AutomaticStatus(faults):
                self.unasked = faults
            case RealTimeStatus(byte):
                if self._asked:
                    self._told = real_time_faults(self._asked.popleft(), byte)
            case ProcessId(mark):
                self.printed = self.printed or (bool(mark) and mark == self._mark)
            case InBandStatus(faults):
                self._came += 1
                self._owed = max(0, self._owed - 1)
                if self._awaited and not self.settled:
                    self.doubted = True
                elif self._awaited and not self._owed:
                    self._awaited = False
                    self.processed = faults


def _now() -> float:
    return asyncio.get_running_loop().time()
