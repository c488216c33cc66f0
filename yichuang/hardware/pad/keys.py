"""The keys of a pad, whatever kind of input it is."""

from __future__ import annotations

from yichuang.config.device import PadSettings
from yichuang.hardware.pad.press import KeySource


def open_keys(settings: PadSettings) -> KeySource:
    """Where the pad's keys come from; nothing is opened yet."""
    match settings.input:
        case "evdev":
            from yichuang.hardware.pad.evdev import EvdevInput, EvdevKeys

            return EvdevKeys(EvdevInput(settings))
        case "hidraw":
            from yichuang.hardware.pad.hidraw import HidrawKeys

            return HidrawKeys(settings)
        case "serial":
            from yichuang.hardware.pad.serial_keys import SerialKeys

            return SerialKeys(settings)
