"""Print jobs: the truthful states of a ticket's paper, and the ports that work them (DESIGN 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from yichuang.language import N_, _
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
    """All bytes were taken by a port that cannot answer."""
    FAILED = "failed"
    """Surely not complete; `JobReason` says why."""
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


class JobReason(StrEnum):
    """Why a job is not known to be good, or what to warn of (hardware 4, 5)."""

    NONE = ""
    OFFLINE = "offline"
    """No connection, or no answer to a status request before anything was sent."""
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    PRINTER_ERROR = "printer_error"
    """A mechanical or unrecoverable state."""
    RECOVERING = "recovering"
    """It mends itself, such as a hot head, and then goes on."""
    DISK_FULL = "disk_full"
    """The disk has no room for the file that stands for a printer."""
    NO_ANSWER = "no_answer"
    """Sent, but the printer fell silent."""
    INTERRUPTED = "interrupted"
    """The program ended while sending."""
    STALE = "stale"
    """It waited past its business date and was not sent."""
    NEAR_END = "near_end"
    """Printed; the paper will soon end."""

    @property
    def label(self) -> str:
        """The reason in the user's language."""
        return _(_REASON_LABELS[self]) if self else ""


_REASON_LABELS = {
    JobReason.OFFLINE: N_("打印机没有回应：检查电源和连线"),
    JobReason.PAPER_OUT: N_("打印机缺纸：装纸后补打"),
    JobReason.COVER_OPEN: N_("打印机盖子开着：合上后补打"),
    JobReason.CUTTER: N_("切刀出错：清理卡纸后补打"),
    JobReason.PRINTER_ERROR: N_("打印机报错：关机再开后补打"),
    JobReason.RECOVERING: N_("打印机过热，会自己恢复：稍等"),
    JobReason.DISK_FULL: N_("磁盘满了：腾出空间后补打"),
    JobReason.NO_ANSWER: N_("送出后打印机没有回应：看一眼出纸口，没有票再补打"),
    JobReason.INTERRUPTED: N_("打印中途程序中断：看一眼出纸口，没有票再补打"),
    JobReason.STALE: N_("过了当天，没有再打印"),
    JobReason.NEAR_END: N_("纸快用完了：准备换纸"),
}


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What became of one attempt to print: a final `state` and its reason or warning."""

    state: JobState
    reason: JobReason = JobReason.NONE
    """A warning when the paper is out: what now keeps the printer from the next."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One row of the print outbox."""

    id: int
    printer: str
    ticket: int
    """The ticket's id."""
    number: str
    """The ticket's number."""
    document: TicketDocument
    state: JobState
    reason: JobReason
    created_at: datetime


class PrinterState(StrEnum):
    """How a printer is, as far as it can be asked."""

    UNKNOWN = "unknown"
    READY = "ready"
    DEGRADED = "degraded"
    """It works, with a warning (paper near its end)."""
    MISSING = "missing"
    """It cannot print now."""

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_PRINTER_LABELS[self])


_PRINTER_LABELS = {
    PrinterState.UNKNOWN: N_("没有程序在管它"),
    PrinterState.READY: N_("正常"),
    PrinterState.DEGRADED: N_("能用，要留意"),
    PrinterState.MISSING: N_("不能打印"),
}


@dataclass(frozen=True, slots=True)
class PrinterHealth:
    """A printer's state with the reason."""

    state: PrinterState
    reason: JobReason = JobReason.NONE


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """A printer as its worker last saw it."""

    name: str
    health: PrinterHealth
    """Unknown when no process works the printer now."""
    since: datetime | None
    """Since when it is so."""


class TicketPrinter(Protocol):
    """A port to one physical printer. One worker uses it at a time; it never blocks the event loop."""

    @property
    def name(self) -> str:
        """The printer's name in hall.toml."""
        ...

    async def print_ticket(self, document: TicketDocument) -> PrintReport:
        """Print one ticket by the procedure of hardware 5; raises nothing but cancellation."""
        ...

    async def health(self) -> PrinterHealth:
        """Ask the printer how it is, without printing."""
        ...

    async def close(self) -> None:
        """Let the device go without losing bytes that are under way."""
        ...


class PrintOutbox(Protocol):
    """The stored print jobs. A lease on a printer lets one process at a time work its jobs."""

    async def lease(self, printer: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease on `printer`; False while another owner holds it.

        Taking it marks jobs that a former owner left in `sending` as unknown.
        """
        ...

    async def release(self, printer: str, owner: str) -> None:
        """Give the lease back; nothing happens when `owner` does not hold it."""
        ...

    async def claim(self, printer: str, owner: str) -> PrintJob | None:
        """The oldest queued job of `printer`, now `sending`; None when there is none or no lease."""
        ...

    async def report(self, job: int, report: PrintReport) -> None:
        """Write down what became of a claimed job."""
        ...

    async def note_health(self, printer: str, owner: str, health: PrinterHealth) -> None:
        """Keep what the lease's owner saw of the printer, for every screen."""
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
