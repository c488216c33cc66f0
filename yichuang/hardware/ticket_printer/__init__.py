"""Ticket printers that speak ESC/POS: layout, bytes, status, procedure, transports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.config import PrinterSettings

if TYPE_CHECKING:
    from yichuang.hardware.link.link import Link
    from yichuang.queue.printing import TicketPrinter


def open_printer(
    settings: PrinterSettings,
    cache: Path | None = None,
    language: str = "zh_CN",
    *,
    usb: object | None = None,
) -> TicketPrinter:
    """The printer of one `[[printer]]`; nothing is connected or loaded before it is used.

    `cache` is a private folder for what the byte builder computes at its first start (default: the user's
    cache folder); `language` is the hall's, for the words on paper; `usb` is another backend for pyusb.
    """
    from yichuang.hardware.ticket_printer.encode import TicketEncoder
    from yichuang.hardware.ticket_printer.printer import EscposPrinter

    link = printer_link(settings, usb)
    return EscposPrinter(settings, link, TicketEncoder(settings, cache), language)


def printer_link(settings: PrinterSettings, usb: object | None = None) -> Link:
    """The link to a printer over its transport; it is not opened."""
    if settings.transport == "tcp":
        from yichuang.hardware.link.tcp import TcpLink

        return TcpLink(settings.name, settings.host, settings.port)
    if settings.transport == "usb":
        from yichuang.hardware.link.usb import UsbLink

        return UsbLink(
            settings.name, settings.vendor, settings.product, settings.serial_number, backend=usb
        )
    if settings.transport == "serial":
        from yichuang.hardware.link.serial import SerialLink

        return SerialLink(settings.name, settings.path, settings.baud, settings.flow)
    from yichuang.hardware.link.port import port_link

    return port_link(settings.name, settings.path)
