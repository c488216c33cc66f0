"""Ticket printers that speak ESC/POS: layout, bytes, status, procedure, transports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.config import PrinterSettings

if TYPE_CHECKING:
    from yichuang.queue.printing import TicketPrinter


def open_printer(
    settings: PrinterSettings, cache: Path | None = None, language: str = "zh_CN"
) -> TicketPrinter:
    """The printer of one `[[printer]]`; nothing is connected or loaded before it is used.

    `cache` is a private folder for what the byte builder computes at its first start (default: the user's
    cache folder); `language` is the hall's, for the words on paper.
    """
    from yichuang.hardware.link.link import Link
    from yichuang.hardware.link.port import port_link
    from yichuang.hardware.link.tcp import TcpLink
    from yichuang.hardware.ticket_printer.encode import TicketEncoder
    from yichuang.hardware.ticket_printer.printer import EscposPrinter

    link: Link
    if settings.transport == "tcp":
        link = TcpLink(settings.name, settings.host, settings.port)
    else:
        link = port_link(settings.name, settings.path)
    return EscposPrinter(settings, link, TicketEncoder(settings, cache), language)
