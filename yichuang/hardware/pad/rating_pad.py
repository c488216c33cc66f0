"""A rating pad (评价器): five keys on a window's counter (L01, L02, hardware 12).

No standard says what such pads send. Its numbers go either way and stop here: the hall knows grades only.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from yichuang.config.device import RatingPadSettings
from yichuang.config.key_names import tidy_key
from yichuang.hardware.device import Device
from yichuang.hardware.pad.keys import open_keys
from yichuang.hardware.pad.pad import Pad
from yichuang.hardware.pad.press import Debounce, KeyPress, KeySource
from yichuang.queue.rating import Grade

logger = logging.getLogger(__name__)

OnGrade = Callable[[Grade], Awaitable[None]]


def open_rating_pad(
    settings: RatingPadSettings, on_grade: OnGrade, keys: KeySource | None = None
) -> Device:
    """The driver of a rating pad; nothing is opened yet.

    `on_grade` is told each grade that was pressed. Whether a ticket waits for it, and that the first press
    wins, is the hall's to say.
    """
    return Pad(settings.name, keys or open_keys(settings), _Grades(settings, on_grade).take)


def grade_keys(settings: RatingPadSettings) -> Mapping[str, Grade]:
    """Key → grade: as teach-in wrote it, else the digits 1-5 in the direction of `best`.

    The digits as both rows of a keyboard, F1-F5, and the bytes 0x31-0x35 or 0x01-0x05.
    """
    if settings.keys:
        return {tidy_key(key): Grade(grade) for key, grade in settings.keys.items()}
    grades = list(Grade) if settings.best == 1 else list(reversed(Grade))
    return {
        key: grade
        for digit, grade in enumerate(grades, start=1)
        for key in (
            f"KEY_{digit}",
            f"KEY_KP{digit}",
            f"KEY_F{digit}",
            f"0x{0x30 + digit:02x}",
            f"0x{digit:02x}",
        )
    }


class _Grades:
    """From presses to grades."""

    def __init__(self, settings: RatingPadSettings, on_grade: OnGrade) -> None:
        self._name = settings.name
        self._grades = grade_keys(settings)
        self._on_grade = on_grade
        self._debounce = Debounce()

    async def take(self, press: KeyPress) -> None:
        grade = self._grades.get(press.key)
        if grade is None:
            logger.debug("device %s: %s means nothing", self._name, press.key)
        elif self._debounce.takes(press.key, press.at):
            await self._on_grade(grade)
