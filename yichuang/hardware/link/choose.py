"""The byte link that a device's settings ask for."""

from __future__ import annotations

from yichuang.config import LinkSettings
from yichuang.hardware.link.link import Link


def link_for(settings: LinkSettings) -> Link:
    """The link to a device; nothing is opened yet, and only what this transport needs is loaded."""
    match settings.transport:
        case "tcp":
            from yichuang.hardware.link.tcp import TcpLink

            return TcpLink(settings.name, settings.host, settings.port)
        case "serial":
            from yichuang.hardware.link.serial import SerialLink

            return SerialLink(settings.name, settings.path, settings.baud, settings.flow)
        case "usb":
            from yichuang.hardware.link.usb import UsbLink

            return UsbLink(settings.name, settings.vendor, settings.product, settings.serial_number)
        case _:
            from yichuang.hardware.link.port import port_link

            return port_link(settings.name, settings.path)
