"""What happens to the devices of a simulated hall, a line or a drawing each, with the hall's own time."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from yichuang.cli.outcome import say
from yichuang.clock import SystemClock
from yichuang.language import _

DARK_SECONDS = 1.0
"""A display that is blank for so long is no longer in the dark half of a flash."""

_BLINK_GAP = 3.0
"""Seconds after which a display that blinks again is told of again."""


class Log:
    """Tells what devices saw."""

    def __init__(self) -> None:
        self.zone: tzinfo | None = None
        """The hall's time zone; the machine's until the hall is known."""

    def tell(self, what: str, text: str) -> None:
        """What a device saw, with the time."""
        at = f"{SystemClock().now().astimezone(self.zone):%H:%M:%S}"
        lines = text.splitlines()
        drawn = lines if len(lines) > 1 else []
        told = _("{what}：{text}").format(what=what, text="" if drawn else text)
        say(f"{at} {told}".rstrip())
        for line in drawn:
            say(f"    {line}")


class ShownDisplay:
    """A display in the log: drawn when its text has changed; that it blinks is one word."""

    def __init__(self, log: Log, name: str) -> None:
        self._log = log
        self._name = name
        self._rows: list[str] = []
        self._dark: asyncio.TimerHandle | None = None
        self._blinked_at = float("-inf")

    def show(self, drawn: str) -> None:
        """The display as it is now, in its frame."""
        loop = asyncio.get_running_loop()
        was_dark = self._dark is not None
        self.close()
        rows = [line for line in drawn.splitlines() if line.startswith("|")]
        if not any(row.strip("| ") for row in rows):
            self._dark = loop.call_later(DARK_SECONDS, self._draw, rows, drawn)
            return
        blinks = was_dark or drawn.endswith(_("闪烁"))
        if rows != self._rows:
            self._draw(rows, drawn)
        elif blinks and loop.time() - self._blinked_at > _BLINK_GAP:
            self._log.tell(self._name, _("闪烁"))
        if blinks:
            self._blinked_at = loop.time()

    def close(self) -> None:
        """Wait no more for a dark display to stay so."""
        if self._dark is not None:
            self._dark.cancel()
            self._dark = None

    def _draw(self, rows: list[str], drawn: str) -> None:
        self._dark = None
        if rows != self._rows:
            self._rows = rows
            self._log.tell(self._name, drawn)
