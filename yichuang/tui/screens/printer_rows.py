"""Printers as rows, for the screens that tell how the devices are."""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.language import _
from yichuang.queue.device import DeviceState, DeviceStatus
from yichuang.tui.text import Line


def printer_rows(printers: Sequence[DeviceStatus]) -> list[Line]:
    """One row a printer: its state in words, and why."""
    if not printers:
        return [f" {_('没有设打印机：取到的号显示在屏幕上，抄给办事人')}"]
    return [_printer_row(printer) for printer in printers]


def _printer_row(printer: DeviceStatus) -> Line:
    health = printer.health
    style = "alert" if health.state is DeviceState.MISSING else ""
    name = _("打印机 {name}：").format(name=printer.name)
    text = f"{health.state.label}  {health.reason.label}".rstrip()
    return [f" {name}", (f"{text} ", style)]
