"""Print jobs: the truthful states of a ticket's paper, and the ports that work them (DESIGN 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from yichuang.language import N_, _
from yichuang.queue.device import DeviceHealth, DeviceLeases, DeviceReason
from yichuang.queue.document import TicketDocument


class JobState(StrEnum):
    """What is known of a print job; only `QUEUED` and `SENDING` will change by themselves."""

    QUEUED = "queued"
    SENDING = "sending"
    PRINTED = "printed"
    """The printer confirmed the finished paper (process ID answered)."""
    PROCESSED = "processed"
    """The printer worked through all bytes (in-band status answered)."""
    HANDED_OVER = "handed_over"
    """All bytes have left for a printer that cannot answer: the port or the network has none of them left."""
    FAILED = "failed"
    """Surely not complete; `DeviceReason` says why."""
    UNKNOWN = "unknown"
    """Sent in whole or in part, and nothing came back: look at the printer."""

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_STATE_LABELS[self])

    @property
    def is_final(self) -> bool:
        """Whether this state will not change by itself."""
        return self not in (JobState.QUEUED, JobState.SENDING)


_STATE_LABELS = {
    JobState.QUEUED: N_("等待打印"),
    JobState.SENDING: N_("正在打印"),
    JobState.PRINTED: N_("已打印"),
    JobState.PROCESSED: N_("已送打印机处理完"),
    JobState.HANDED_OVER: N_("已交给打印端口"),
    JobState.FAILED: N_("没有打印"),
    JobState.UNKNOWN: N_("不知是否打出"),
}


def advice_on(state: JobState, reason: DeviceReason, *, untouched: bool) -> str:
    """What staff do about a job's paper in that state, in the user's language; empty for nothing.

    What to do at the device itself is in the reason's label.
    """
    if state is JobState.QUEUED:
        return _("还在等着打印，不用再打")
    if reason is DeviceReason.STALE:
        return ""
    if state is JobState.FAILED and untouched:
        return _("没有打出，可以再打")
    if state in (JobState.FAILED, JobState.UNKNOWN):
        return _("看一眼出纸口，没有票就补打")
    return ""


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What became of one attempt to print: a final `state` and its reason or warning."""

    state: JobState
    reason: DeviceReason = DeviceReason.NONE
    """A warning when the paper is out: what now keeps the printer from the next."""
    untouched: bool = False
    """Whether a failed job surely printed nothing: no byte of it reached the printer."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One row of the print outbox."""

    id: int
    printer: str
    ticket: int | None
    """The ticket's id; None for a test page."""
    number: str
    """The ticket's number; empty for a test page."""
    document: TicketDocument
    state: JobState
    reason: DeviceReason
    created_at: datetime
    untouched: bool = False
    """Whether a failed job surely printed nothing, so that it may be sent again without 补打."""
    moved_from: str = ""
    """The printer that could not print it and passed it on to this one."""

    @property
    def what(self) -> str:
        """What it prints, in a word: a ticket's number, or what the sheet is called."""
        return self.number or (self.document.category if self.document.sheet else _("测试页"))

    @property
    def is_surely_unprinted(self) -> bool:
        """Whether it may be sent again as it is (再打), since no byte of it reached a printer."""
        return self.state is JobState.FAILED and self.untouched

    @property
    def advice(self) -> str:
        """What staff do about its paper, in the user's language; empty for nothing."""
        return advice_on(self.state, self.reason, untouched=self.untouched)


class TicketPrinter(Protocol):
    """A port to one physical printer. One worker uses it at a time; it never blocks the event loop."""

    @property
    def name(self) -> str:
        """The printer's name in hall.toml."""
        ...

    async def print_ticket(self, document: TicketDocument) -> PrintReport:
        """Print one ticket by the procedure of hardware 5; raises nothing but cancellation."""
        ...

    async def health(self) -> DeviceHealth:
        """Ask the printer how it is, without printing."""
        ...

    async def close(self) -> None:
        """Let the device go without losing bytes that are under way."""
        ...


class PrintOutbox(DeviceLeases, Protocol):
    """The stored print jobs; whoever holds a printer's lease works them."""

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job of `printer`, now `sending`; None when there is none or no lease."""
        ...

    async def report(self, job: int, report: PrintReport, owner: str, backup: str = "") -> None:
        """Write down what became of a job that `owner` claimed; else, and a second time, it changes nothing.

        One that surely printed nothing goes once to the printer `backup`, when there is one.
        """
        ...

    async def job(self, job: int) -> PrintJob | None:
        """The job as it is now."""
        ...

    def mark(self) -> int:
        """The store's change count as seen so far; take it before reading, give it to the wait."""
        ...

    async def wait_for_change(self, since: int, seconds: float) -> int:
        """Return when the store has changed past mark `since`, by any process, or after `seconds`.

        Gives the new mark. A change between taking the mark and waiting is not missed.
        """
        ...
