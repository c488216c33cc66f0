"""The kiosk's last page: the number that was given, and what became of its paper. Pure rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yichuang.config import CategorySettings
from yichuang.language import N_, _
from yichuang.queue.item import Item
from yichuang.queue.printing import JobReason, JobState, PrinterState, PrinterStatus, PrintJob
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.tui.text import Line, Part

_REASONS = {
    JobReason.NONE: N_("打印机不能用"),
    JobReason.OFFLINE: N_("打印机没有回应"),
    JobReason.PAPER_OUT: N_("打印机缺纸"),
    JobReason.COVER_OPEN: N_("打印机盖子开着"),
    JobReason.CUTTER: N_("打印机切刀出错"),
    JobReason.PRINTER_ERROR: N_("打印机报错"),
    JobReason.RECOVERING: N_("打印机过热"),
    JobReason.DISK_FULL: N_("打印机不能用"),
    JobReason.NO_ANSWER: N_("打印机没有回应"),
    JobReason.INTERRUPTED: N_("打印中断了"),
    JobReason.STALE: N_("过了当天"),
    JobReason.NEAR_END: N_("纸快用完了"),
}
"""What a visitor is told; what staff must do stands in `JobReason.label`."""

_TAKEN = (JobState.PRINTED, JobState.PROCESSED)


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was given. Nothing of a private item is in it (requirements 5)."""

    number: str
    category: str
    item: str
    """The item's alias; empty when none was chosen or when it must not be named."""
    ahead: int
    priority: bool
    windows: Sequence[int]
    job: int | None
    """The print job; None in a hall without a printer."""


def given_of(
    ticket: Ticket,
    category: CategorySettings,
    item: Item | None,
    windows: Sequence[int],
    job: int | None,
) -> Given:
    """What the page says of a new ticket."""
    return Given(
        number=ticket.number,
        category=category.label,
        item=item.alias if item is not None and not item.private else "",
        ahead=ticket.ahead,
        priority=ticket.priority_class is PriorityClass.PRIORITY,
        windows=tuple(windows),
        job=job,
    )


def given_rows(given: Given) -> list[Line]:
    """Category and item, people ahead, where to go."""
    what: list[Part] = ["  ", (f"{given.category}  {given.item}".rstrip(), "strong")]
    if given.priority:
        what += ["  ", (f" {_('优先')} ", "alert")]
    ahead = _("前面还有 {count} 人").format(count=given.ahead)
    windows = _("、").join(map(str, given.windows))
    where = _("请等候叫号，到 {windows} 号窗口办理").format(windows=windows)
    return [what, f"  {ahead}{_('。')}{where}"]


def paper_rows(job: PrintJob | None) -> list[Line]:
    """What became of the paper, in words, and what to do; two rows."""
    if job is None:
        return [
            ["  ", (f" {_('没有打印机：请记下号码')} ", "alert")],
            f"  {_('叫号时看屏幕、听语音')}",
        ]
    if not job.state.is_final:
        waits = job.state is JobState.QUEUED
        said = _("等待打印..") if waits else _("正在打印..")
        return [f"  {said}", f"  {_('请先记下号码')}" if waits else ""]
    if job.state in _TAKEN:
        return [["  ", (f" {_('已打印')} ", "good"), f" {_('请取走号票')}"], ""]
    if job.state is JobState.HANDED_OVER:
        return [f"  {_('已送打印机：请看出纸口')}", f"  {_('没有出票请记下号码，并叫工作人员')}"]
    why = _(_REASONS[job.reason])
    if job.state is JobState.UNKNOWN:
        said = _("不知有没有打出：{why}").format(why=why)
        return [["  ", (f" {said} ", "alert")], f"  {_('没有出票请记下号码，并叫工作人员')}"]
    said = _("没有打印：{why}").format(why=why)
    return [["  ", (f" {said} ", "alert")], f"  {_('请记下号码，并叫工作人员')}"]


def cannot_print(printer: PrinterStatus | None) -> str:
    """Why the kiosk's printer cannot print now, in a visitor's words; empty when it may."""
    if printer is None or printer.health.state is not PrinterState.MISSING:
        return ""
    return _(_REASONS[printer.health.reason])
