"""A chime of two falling tones, for halls without a voice."""

from __future__ import annotations

import math
from array import array

from yichuang.hardware.voice.sound import Sound

_RATE = 22050
_TONES = ((659.26, 0.0), (523.25, 0.45))
"""E5, then C5: each with its start in seconds."""
_SECONDS = 1.6
_FADE = 4.0
"""How fast a tone dies away, in 1/s."""
_LOUD = 11000


def chime() -> Sound:
    """叮咚: both tones, each dying away as a bell's."""
    samples = array("h", bytes(2 * int(_RATE * _SECONDS)))
    for pitch, start in _TONES:
        first = int(start * _RATE)
        for place in range(first, len(samples)):
            since = (place - first) / _RATE
            attack = min(1.0, since / 0.005)
            wave = math.sin(math.tau * pitch * since) + 0.3 * math.sin(2 * math.tau * pitch * since)
            heard = samples[place] + _LOUD * attack * math.exp(-_FADE * since) * wave
            samples[place] = int(max(-32767, min(32767, heard)))
    return Sound(_RATE, samples)
