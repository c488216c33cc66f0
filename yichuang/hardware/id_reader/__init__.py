"""Readers of second-generation ID cards: frames, cards, the reader at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yichuang.config.device import IdReaderSettings
    from yichuang.hardware.device import Device
    from yichuang.hardware.id_reader.wire import Wire
    from yichuang.queue.id_card import IdCard
    from yichuang.queue.person import Person


def open_id_reader(
    settings: IdReaderSettings,
    identify: Callable[[str], Person],
    on_card: Callable[[IdCard], object],
    today: Callable[[], date],
    *,
    on_unread: Callable[[], object] = lambda: None,
    usb_backend: object | None = None,
) -> Device:
    """The reader of one `[[id_reader]]`; nothing is connected or loaded before it is opened.

    `identify` hashes a number and forgets it; `on_card` is called on the event loop with each card that
    is laid on the reader, and `on_unread` once for each that lies there and cannot be read; `today` is the
    hall's date, for ages. `usb_backend` is one of pyusb's, for tests and simulations.
    """
    from yichuang.hardware.id_reader.reader import SdtReader

    wire = _wire(settings, usb_backend)
    return SdtReader(settings, wire, identify, on_card, today, on_unread)


def _wire(settings: IdReaderSettings, usb_backend: object | None) -> Wire:
    from yichuang.hardware.id_reader.wire import LinkWire, UsbWire

    name = settings.name
    if settings.transport == "usb":
        from yichuang.hardware.link.usb_port import UsbPort

        port = UsbPort(
            name, settings.vendor, settings.product, settings.serial_number, backend=usb_backend
        )
        return UsbWire(settings, port)
    if settings.transport == "tcp":
        from yichuang.hardware.link.tcp import TcpLink

        return LinkWire(TcpLink(name, settings.host, settings.port), "")
    if settings.transport == "serial":
        from yichuang.hardware.link.serial import SerialLink

        return LinkWire(
            SerialLink(name, settings.path, settings.baud, settings.flow), settings.path
        )
    from pathlib import Path

    from yichuang.hardware.link.port import DeviceLink

    return LinkWire(DeviceLink(name, Path(settings.path)), settings.path)
