"""Which driver works which device; a driver's module is imported only for a device that hall.toml names."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from yichuang.config import (
    AnyDevice,
    CallerPadSettings,
    CallFeedSettings,
    DisplaySettings,
    IdReaderSettings,
    RatingPadSettings,
    ScannerSettings,
    VoiceSettings,
)
from yichuang.errors import QueueRefusal
from yichuang.queue.announcement import Announcement
from yichuang.queue.arrivals import Scan, Unread
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from yichuang.config.device import CallerAction
    from yichuang.hardware.device import Device, Display
    from yichuang.queue.id_card import IdCard

logger = logging.getLogger(__name__)


def open_display_driver(hall: Hall, settings: DisplaySettings | CallFeedSettings) -> Display:
    """The driver of a device that shows calls; nothing is opened before it is worked."""
    from yichuang.hardware.device import Unfit

    try:
        return _display(hall, settings)
    except Exception as error:  # the other devices, and the hall, do without it
        logger.exception("device %s: it has no driver", settings.name)
        return Unfit(settings.name, error)


def _display(hall: Hall, settings: DisplaySettings | CallFeedSettings) -> Display:
    if isinstance(settings, CallFeedSettings):
        from yichuang.hardware.call_feed import CallFeed

        return CallFeed(settings)
    from yichuang.hardware.display import open_display

    follows_voice = hall.settings.voice.enabled
    return open_display(settings, hall.settings.hall.language, follows_voice=follows_voice)


def open_driver(
    hall: Hall,
    settings: AnyDevice,
    announce: Callable[[Announcement], None],
    folder: Path | None = None,
) -> Device:
    """The driver of a device that is neither printer nor display.

    `announce` is told of each call when it begins to be spoken; `folder` is the hall's, for relative paths.
    """
    from yichuang.hardware.device import Unfit

    try:
        return _other(hall, settings, announce, folder)
    except Exception as error:  # the other devices, and the hall, do without it
        logger.exception("device %s: it has no driver", settings.name)
        return Unfit(settings.name, error)


def _other(
    hall: Hall,
    settings: AnyDevice,
    announce: Callable[[Announcement], None],
    folder: Path | None,
) -> Device:
    match settings:
        case VoiceSettings():
            return _voice(hall, settings, announce, folder)
        case IdReaderSettings():
            return _id_reader(hall, settings)
        case RatingPadSettings():
            return _rating_pad(hall, settings)
        case CallerPadSettings():
            return _caller_pad(hall, settings)
        case ScannerSettings():
            return _scanner(hall, settings)
        case _:
            raise TypeError(f"no driver for {settings!r}")


def _voice(
    hall: Hall,
    settings: VoiceSettings,
    announce: Callable[[Announcement], None],
    folder: Path | None,
) -> Device:
    from yichuang.hardware.voice import open_speaker
    from yichuang.hardware.voice.announcer import Announcer

    async def is_muted() -> bool:
        statuses = await hall.devices.statuses()
        return any(each.muted for each in statuses if each.name == settings.name)

    return Announcer(
        settings,
        _Calls(hall),
        open_speaker(settings, folder),
        clock=hall.clock,
        announce=announce,
        is_muted=is_muted,
    )


class _Calls:
    """The hall's calls, as the voice asks for them."""

    def __init__(self, hall: Hall) -> None:
        self.unannounced = hall.devices.unannounced
        self.conclude = hall.devices.conclude
        self.mark = hall.store.mark
        self.wait_for_change = hall.store.wait_for_change


def _id_reader(hall: Hall, settings: IdReaderSettings) -> Device:
    from yichuang.hardware.id_reader import open_id_reader

    def today() -> date:
        return hall.clock.now().astimezone(hall.settings.zone).date()

    def tell(card: IdCard) -> None:
        if not hall.arrivals.tell(settings.kiosk, card):
            logger.info("device %s: a card was laid, but no kiosk is shown", settings.name)

    def tell_unread() -> None:
        hall.arrivals.tell(settings.kiosk, Unread())

    return open_id_reader(settings, hall.identify, tell, today, on_unread=tell_unread)


def _rating_pad(hall: Hall, settings: RatingPadSettings) -> Device:
    from yichuang.hardware.pad.rating_pad import open_rating_pad

    async def rate(grade: Grade) -> None:
        try:
            await hall.rate(grade, RatingChannel.PAD, window=settings.window, actor=settings.name)
        except QueueRefusal as refusal:
            # Nobody waits to be rated, or the first press has won: nothing that a visitor did wrong.
            logger.info("device %s: %s", settings.name, refusal.code)

    return open_rating_pad(settings, rate)


def _caller_pad(hall: Hall, settings: CallerPadSettings) -> Device:
    from yichuang.hardware.pad.caller_pad import open_caller_pad
    from yichuang.queue.caller import press

    async def obey(action: CallerAction, digits: str) -> None:
        told = await press(hall, settings.window, action, digits, actor=settings.name)
        logger.info("device %s: %s", settings.name, told)

    return open_caller_pad(settings, obey)


def _scanner(hall: Hall, settings: ScannerSettings) -> Device:
    from yichuang.hardware.scanner import open_scanner

    def tell(text: str) -> None:
        if not hall.arrivals.tell(settings.kiosk, Scan(text)):
            logger.info("device %s: a code was scanned, but no kiosk is shown", settings.name)

    return open_scanner(settings, tell)
