"""Messages between the screens and the app."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.message import Message

from yichuang.queue.arrivals import Arrival


class HallChanged(Message):
    """The hall's memory has changed, by any process: read again. Several become one."""

    bubble = False

    def __init__(self, shown: asyncio.Future[Any] | None = None) -> None:
        """`shown` is given a result when the screen has read and shown the hall."""
        super().__init__()
        self._shown = shown

    @property
    def is_turn(self) -> bool:
        """Whether others wait until it was shown."""
        return self._shown is not None

    def tell_shown(self) -> None:
        """Say that the hall was read and shown."""
        if self._shown is not None and not self._shown.done():
            self._shown.set_result(None)

    def can_replace(self, message: Message) -> bool:
        """A newer one makes an older one superfluous."""
        return isinstance(message, HallChanged)


class ScreenShown(Message):
    """A screen has come up: the app sees whether the terminal has room for it."""


class GoTo(Message):
    """Someone wants another screen: `place` is menu, kiosk, board, overview or window."""

    def __init__(self, place: str, window: int | None = None) -> None:
        super().__init__()
        self.place = place
        self.window = window


class NotUtf8(Message):
    """What is typed at this terminal does not come as UTF-8; told once."""

    bubble = False


class Speak(Message):
    """Someone wants another language: the named one, or the next."""

    def __init__(self, language: str | None = None) -> None:
        super().__init__()
        self.language = language


class Arrived(Message):
    """A card was read, or a code scanned, at the place that this screen is."""

    bubble = False

    def __init__(self, arrival: Arrival) -> None:
        super().__init__()
        self.arrival = arrival
