"""Codes of a scanner that types like a keyboard, told from a hand by their speed (hardware 13).

They are taken before any key of them reaches a screen: else a booking code would choose from the menu.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from yichuang.queue.arrivals import Scan
from yichuang.queue.scan_typing import Heard, ScanTyping
from yichuang.queue.ticket_code import read_ticket_code
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import Arrived
from yichuang.tui.screens.dialog import Dialog

_ENDS = {"enter": "\r", "tab": "\t"}
"""The keys that end a scan, as events name them."""

CODE_STARTS = "Qq"
"""What the codes on tickets begin with. No menu has such a key, so that no visitor waits for the 35 ms."""

Pass = Callable[[events.Key], Awaitable[None]]


class TypedScans:
    """Holds the keys of one terminal back while they may be a scan, where a screen takes scans at all."""

    def __init__(self, app: App[Any], hand_on: Pass, gap: float, starts: str) -> None:
        """`hand_on` handles a key as if it had just been pressed; with `gap` 0 every key is.

        Only a key among `starts` is held back as the first of a code; any, where that is empty.
        """
        self._app = app
        self._hand_on = hand_on
        self._gap = gap
        self._typing = ScanTyping(gap=gap, starts=starts)
        self._held: deque[events.Key] = deque()
        self._timer: Timer | None = None

    async def take(self, event: events.Key) -> None:
        """A key was pressed."""
        if not self._held and (not self._gap or self._listener() is None):
            await self._hand_on(event)
            return
        character = _character_of(event)
        if character is None:
            await self._do(self._typing.release())
            await self._hand_on(event)
            return
        self._held.append(event)
        await self._do(self._typing.feed(character, event.time))
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        deadline = self._typing.deadline
        if deadline is not None:
            wait = max(0.001, deadline - time.monotonic())
            self._timer = self._app.set_timer(wait, self._lapse, name="typed-scan")

    async def _lapse(self) -> None:
        await self._do(self._typing.lapse(time.monotonic()))
        self._wait()

    async def _do(self, heard: Heard) -> None:
        await self._replay(len(heard.replay))
        if not heard.scan:
            return
        screen = self._listener()
        if screen is None or self._is_for_a_field(screen, heard.scan):
            await self._replay(len(heard.scan) + len(heard.end))
            return
        for _each in heard.scan + heard.end:
            self._held.popleft()
        screen.post_message(Arrived(Scan(heard.scan)))

    async def _replay(self, keys: int) -> None:
        for _each in range(keys):
            await self._hand_on(self._held.popleft())

    def _listener(self) -> HallScreen | None:
        """The screen that takes scans: the topmost one that is at some place, dialogs over it or not."""
        stack = self._app.screen_stack
        halls = (each for each in reversed(stack) if isinstance(each, HallScreen))
        top = next(halls, None)
        return top if top is not None and top.places else None

    def _is_for_a_field(self, listener: Screen[Any], scan: str) -> bool:
        """Whether a dialog over the screen asks for what may be typed so fast, such as an ID number.

        A ticket's code is nowhere asked for.
        """
        top = self._app.screen
        asks = top is not listener and isinstance(top, Dialog) and top.IS_TYPED
        return asks and read_ticket_code(scan) is None


def _character_of(event: events.Key) -> str | None:
    """What a scanner would have typed; None for keys that none has."""
    if event.key in _ENDS:
        return _ENDS[event.key]
    character = event.character
    return character if character is not None and character.isprintable() else None
