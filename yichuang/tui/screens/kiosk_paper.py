"""The kiosk's paper: whether and where it comes out, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from yichuang.config import PrinterSettings
from yichuang.language import N_, _
from yichuang.queue.device import DeviceReason, DeviceState, DeviceStatus
from yichuang.queue.printing import JobState, PrintJob
from yichuang.tui.text import Line

_REASONS = {
    DeviceReason.NONE: N_("打印机不能用"),
    DeviceReason.OFFLINE: N_("打印机没有回应"),
    DeviceReason.PAPER_OUT: N_("打印机缺纸"),
    DeviceReason.COVER_OPEN: N_("打印机盖子开着"),
    DeviceReason.CUTTER: N_("打印机切刀出错"),
    DeviceReason.PRINTER_ERROR: N_("打印机报错"),
    DeviceReason.RECOVERING: N_("打印机过热"),
    DeviceReason.DISK_FULL: N_("打印机不能用"),
    DeviceReason.NO_ANSWER: N_("打印机没有回应"),
    DeviceReason.INTERRUPTED: N_("打印中断了"),
    DeviceReason.STALE: N_("过了当天"),
    DeviceReason.NEAR_END: N_("纸快用完了"),
}
"""What a visitor is told; what staff must do stands in `DeviceReason.label`."""

_TAKEN = (JobState.PRINTED, JobState.PROCESSED)
_WORKING = (DeviceState.READY, DeviceState.DEGRADED)


class PaperWay(NamedTuple):
    """Where the next paper of a kiosk comes out, as far as is known."""

    why: str = ""
    """Why the kiosk's own printer cannot print now, in a visitor's words; empty when it may."""
    stand_in: str = ""
    """The printer that stands in for it then; empty when none can."""

    @property
    def notice(self) -> str:
        """What a visitor should know before taking a number; empty for nothing."""
        if not self.why:
            return ""
        if self.stand_in:
            text = _("{why}：号票改在「{printer}」打印机打印")
            return text.format(why=self.why, printer=self.stand_in)
        return _("{why}：取号后请记下号码").format(why=self.why)

    @property
    def doubt(self) -> str:
        """What to ask of one who takes a number of which no paper will come; empty when one will."""
        if not self.why or self.stand_in:
            return ""
        return _("{why}，出不了票。仍然取号，自己记下号码吗？").format(why=self.why)


def paper_way(
    own: str | None, printers: Iterable[PrinterSettings], seen: Iterable[DeviceStatus]
) -> PaperWay:
    """The way of a kiosk's paper by what was last seen of its `own` printer and of that one's backup."""
    health = {each.name: each.health for each in seen}
    mine = health.get(own) if own is not None else None
    if mine is None or mine.state is not DeviceState.MISSING:
        return PaperWay()
    backup = next((each.backup for each in printers if each.name == own), "")
    stands_in = backup in health and health[backup].state in _WORKING
    return PaperWay(_(_REASONS[mine.reason]), backup if stands_in else "")


def paper_rows(job: PrintJob | None, own: str | None) -> list[Line]:
    """What became of the paper, in words, and what to do; two rows.

    Paper of another printer than the kiosk's `own` is to be fetched there.
    """
    if job is None:
        return [
            ["  ", (f" {_('没有打印机：请记下号码')} ", "alert")],
            f"  {_('叫号时看屏幕、听语音')}",
        ]
    there = job.printer if job.printer != own else ""
    if not job.state.is_final:
        return _coming_rows(job, there)
    if job.state in _TAKEN and there:
        return _elsewhere(_("已打印"), _("号票在「{printer}」打印机，请到那里取"), there)
    if job.state in _TAKEN:
        return [["  ", (f" {_('已打印')} ", "good"), f" {_('请取走号票')}"], ""]
    if job.state is JobState.HANDED_OVER:
        lost = f"  {_('没有出票请记下号码，并叫工作人员')}"
        if there:
            text = _("号票送到「{printer}」打印机了，请到那里看出纸口")
            return [_elsewhere("", text, there)[0], lost]
        return [f"  {_('已送打印机：请看出纸口')}", lost]
    why = _(_REASONS[job.reason])
    if job.state is JobState.UNKNOWN:
        said = _("不知有没有打出：{why}").format(why=why)
    else:
        said = _("没有打印：{why}").format(why=why)
    if there:
        said = _("「{printer}」{said}").format(printer=there, said=said)
    advice = job.advice + _("。") if job.advice else ""
    return [["  ", (f" {said} ", "alert")], f"  {advice}{_('请记下号码，并叫工作人员')}"]


def _coming_rows(job: PrintJob, there: str) -> list[Line]:
    waits = job.state is JobState.QUEUED
    first = f"  {_('请先记下号码')}" if waits else ""
    if there:
        text = _("号票在「{printer}」打印机打印，请到那里取")
        return [_elsewhere("", text, there)[0], first]
    return [f"  {_('等待打印..') if waits else _('正在打印..')}", first]


def _elsewhere(done: str, text: str, printer: str) -> list[Line]:
    where: Line = ["  ", (f" {text.format(printer=printer)} ", "alert")]
    return [where, ["  ", (f" {done} ", "good")] if done else ""]
