"""A press of a key, where presses come from, and when one counts twice."""

from __future__ import annotations

from typing import NamedTuple, Protocol

DEBOUNCE_SECONDS = 0.3
"""The same key again, sooner than this after it was last seen, is the same press (hardware 12)."""

_FORGET = 64
"""So many different keys are remembered at most: no pad has more, but garbage may."""


class KeyPress(NamedTuple):
    """One key, pressed."""

    key: str
    """`KEY_KP1` and the like from an input device; `0x31` for a byte, `0x0103` for what a frame tells."""
    at: float
    """When, in seconds of a clock that never goes back."""


class KeySource(Protocol):
    """Where the keys of one pad come from. One task uses it at a time."""

    def is_there(self) -> bool:
        """Whether opening is worth a try, from a glance at the machine."""
        ...

    async def open(self) -> None:
        """Open it; what was pressed before is forgotten. Raises DeviceTrouble."""
        ...

    async def presses(self) -> list[KeyPress]:
        """Wait for the next presses, one at least; raises DeviceTrouble when the pad is gone."""
        ...

    async def close(self) -> None:
        """Let it go; raises nothing."""
        ...


class Debounce:
    """Takes each press once: a contact that bounces, or a key that is held, is one press."""

    def __init__(self, seconds: float = DEBOUNCE_SECONDS) -> None:
        self._seconds = seconds
        self._seen: dict[str, float] = {}

    def takes(self, key: str, at: float, seconds: float | None = None) -> bool:
        """Whether this press counts; `seconds` other than the usual ones may be given for a key."""
        last = self._seen.pop(key, None)
        self._seen[key] = at
        if len(self._seen) > _FORGET:
            del self._seen[next(iter(self._seen))]
        return last is None or abs(at - last) >= (self._seconds if seconds is None else seconds)
