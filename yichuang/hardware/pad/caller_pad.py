"""A caller pad (叫号器): a numeric keypad at a window that calls without a screen (hardware 12).

Without a map in hall.toml, the keys of any USB numeric keypad:

    Enter      call next; after digits: call that number; after `*` and digits: transfer to that window
    +          call again           -          pass
    *          transfer             /          pause, and go on
    . or Del   start, then finish   Backspace  forget the digits, as Esc does
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from yichuang.config.device import CallerAction, CallerPadSettings
from yichuang.config.key_names import tidy_key
from yichuang.hardware.device import Device
from yichuang.hardware.pad.keys import open_keys
from yichuang.hardware.pad.pad import Pad
from yichuang.hardware.pad.press import DEBOUNCE_SECONDS, Debounce, KeyPress, KeySource

logger = logging.getLogger(__name__)

OnPress = Callable[[CallerAction, str], Awaitable[None]]

FORGET_SECONDS = 5.0
"""Digits that nothing follows for so long were not meant."""

DIGIT_SECONDS = 0.06
"""A digit may come again this soon: 11 is typed within a quarter of a second, and a 1 that is lost calls
another visitor. A contact bounces for less."""

STALE_SECONDS = 2.0
"""A press that could not be obeyed for longer is dropped: the hall is not as it was, and the clerk has seen
that nothing happened (our own number)."""

_MOST_DIGITS = 6

NUMERIC_KEYPAD: Mapping[str, CallerAction] = {
    "KEY_KPENTER": "next", "KEY_ENTER": "next", "0x0d": "next",
    "KEY_KPPLUS": "recall", "0x2b": "recall",
    "KEY_KPMINUS": "pass", "KEY_MINUS": "pass", "0x2d": "pass",
    "KEY_KPASTERISK": "transfer", "0x2a": "transfer",
    "KEY_KPSLASH": "pause", "KEY_SLASH": "pause", "0x2f": "pause",
    "KEY_KPDOT": "start_finish", "KEY_DOT": "start_finish", "KEY_DELETE": "start_finish",
    "0x2e": "start_finish",
}  # fmt: skip
"""What the keys of a numeric keypad do where hall.toml says nothing."""

_CLEARS = frozenset({"KEY_BACKSPACE", "KEY_ESC", "0x08", "0x7f", "0x1b"})
_DIGITS = {
    key: str(digit)
    for digit in range(10)
    for key in (f"KEY_{digit}", f"KEY_KP{digit}", f"0x{0x30 + digit:02x}")
}


def open_caller_pad(
    settings: CallerPadSettings, on_press: OnPress, keys: KeySource | None = None
) -> Device:
    """The driver of a caller pad; nothing is opened yet. `on_press` is told each action with its digits."""
    return Pad(settings.name, keys or open_keys(settings), _Orders(settings, on_press).take)


class _Orders:
    """From presses to what is done: each wish once, and none of a moment that is long past."""

    def __init__(self, settings: CallerPadSettings, on_press: OnPress) -> None:
        self._name = settings.name
        self._reading = CallerKeys(settings)
        self._on_press = on_press
        self._last: tuple[CallerAction, str] | None = None
        self._done_at = 0.0

    async def take(self, press: KeyPress) -> None:
        """Every press is read, so that no digit is missing; only an order may come too late."""
        asked = self._reading.take(press)
        if asked is None:
            return
        if time.monotonic() - press.at > STALE_SECONDS:
            logger.warning("device %s: %s came too late to be obeyed", self._name, press.key)
        elif asked == self._last and press.at < self._done_at:
            # Nothing had happened yet, so it was pressed again: start_finish must not finish, then.
            logger.info("device %s: %s was pressed again meanwhile", self._name, press.key)
        else:
            await self._on_press(*asked)
            self._last, self._done_at = asked, time.monotonic()


class CallerKeys:
    """From presses to actions: digits are gathered until the key that says what they are for."""

    def __init__(self, settings: CallerPadSettings) -> None:
        own: dict[str, CallerAction] = {
            tidy_key(key): action for key, action in settings.keys.items()
        }
        self._actions = own or NUMERIC_KEYPAD
        self._debounce = Debounce()
        self._digits = ""
        self._transfers = False
        self._last = 0.0

    def take(self, press: KeyPress) -> tuple[CallerAction, str] | None:
        """The action that this press completes, with the digits for it."""
        key, at = press
        action = self._actions.get(key)
        digit = _DIGITS.get(key) if action is None else None
        if not self._debounce.takes(key, at, DIGIT_SECONDS if digit else DEBOUNCE_SECONDS):
            return None
        if abs(at - self._last) >= FORGET_SECONDS:
            self._forget()
        self._last = at
        if action is not None:
            return self._act(action)
        if digit is not None:
            # One digit too many is kept, so that it is refused rather than taken for another number.
            self._digits = (self._digits + digit)[: _MOST_DIGITS + 1]
        elif key in _CLEARS:
            self._forget()
        return None

    def _act(self, action: CallerAction) -> tuple[CallerAction, str] | None:
        digits, transfers = self._digits, self._transfers
        self._forget()
        if action == "transfer" and not transfers:
            self._transfers = True
            return None
        if action in ("next", "enter", "transfer"):
            if transfers:
                return "transfer", digits
            if digits:
                return "enter", digits
            return None if action == "enter" else (action, "")
        return action, ""

    def _forget(self) -> None:
        self._digits = ""
        self._transfers = False
