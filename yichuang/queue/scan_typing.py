"""Telling a scanner that types like a keyboard from a hand, by the time between keys (hardware 13).

Pure: whoever reads the keys feeds them in, and does with them what the answer says. No key is ever lost:
each is given back in order, by itself or as part of a scan.
"""

from __future__ import annotations

from typing import NamedTuple

GAP_SECONDS = 0.035
"""Keys of one scan follow one another sooner than this."""

LEAST = 6
"""A scan has at least so many characters before its Enter or Tab: as many as a booking code has."""

MOST = 512
"""Longer than any code: this is a paste."""

ENDS = frozenset("\r\n\t")
"""What a scanner types behind a code."""


class Heard(NamedTuple):
    """What is to be done after a key, or when the time for one is over."""

    replay: str = ""
    """Keys that were typed by hand after all: to be handled now, in this order, as if just typed."""
    scan: str = ""
    """A whole scan, without its end; it comes behind `replay`, and its keys are swallowed."""
    end: str = ""
    """The key that ended the scan. `scan + end` is to be replayed when it is no code that anyone knows."""


class ScanTyping:
    """Holds keys back for as long as they may be the beginning of a scan, which is 35 ms a key at most."""

    def __init__(self, *, gap: float = GAP_SECONDS, least: int = LEAST, starts: str = "") -> None:
        """`starts` are the characters that a code can begin with; empty for any."""
        self._gap = gap
        self._least = least
        self._starts = starts
        self._held = ""
        self._last = float("-inf")
        self._pours = False

    @property
    def deadline(self) -> float | None:
        """When `lapse` is to be called unless a key comes before; None while nothing is held."""
        return self._last + self._gap if self._held else None

    def feed(self, character: str, at: float) -> Heard:
        """A key was typed at `at`, in seconds of a clock that never goes back; `character` is one character.

        The key itself is held back, given back, or part of the scan that the answer tells.
        """
        replay = self.lapse(at).replay
        self._last = at
        if character in ENDS:
            scan, self._held = self._held, ""
            if len(scan) >= self._least:
                return Heard(replay, scan, character)
            return Heard(replay + scan + character)
        if self._pours or (self._starts and not self._held and character not in self._starts):
            return Heard(replay + character)
        self._held += character
        if len(self._held) > MOST:
            self._pours = True
            replay, self._held = replay + self._held, ""
        return Heard(replay)

    def lapse(self, at: float) -> Heard:
        """No key came until `at`: what was held back was typed by hand, if the time for it is over."""
        if 0 <= at - self._last < self._gap:
            return Heard()
        self._pours = False
        return self.release()

    def release(self) -> Heard:
        """Give back what is held at once: before a key that is no character, or at the end."""
        replay, self._held = self._held, ""
        return Heard(replay)
