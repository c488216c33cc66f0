"""Sound as WAV files hold it: mono, 16 bit. Read, checked, joined, trimmed, made softer, written whole."""

from __future__ import annotations

import io
import math
import secrets
import sys
import wave
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LONGEST_SECONDS = 60.0
"""A file that is longer is no clip of a call: it is not read."""

_RATES = range(8000, 48001)


class SoundUnusable(Exception):
    """A file is no sound that can be used; the text says why, in English for the log."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of one channel, 16 bit signed."""

    rate: int
    """Samples a second."""
    samples: array[int]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def rms(self) -> float:
        """How loud it is on average: 0 for silence, 32767 at most."""
        if not self.samples:
            return 0.0
        return math.sqrt(sum(each * each for each in self.samples) / len(self.samples))


def silence(rate: int, seconds: float) -> Sound:
    """Nothing to be heard for so long."""
    return Sound(rate, array("h", bytes(2 * int(rate * seconds))))


def read_wav(path: Path) -> Sound:
    """The sound in a WAV file; raises SoundUnusable when it is not mono 16 bit PCM of 8-48 kHz."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if channels != 1 or width != 2 or rate not in _RATES:
                raise SoundUnusable(
                    f"{channels} channels, {8 * width} bit, {rate} Hz; wanted mono, 16 bit, 8000-48000 Hz"
                )
            if file.getnframes() > rate * LONGEST_SECONDS:
                raise SoundUnusable(f"longer than {LONGEST_SECONDS:.0f} s")
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise SoundUnusable(f"not a WAV file of PCM samples: {error!r}") from error
    except OSError as error:
        raise SoundUnusable(error.strerror or str(error)) from error
    samples = array("h")
    samples.frombytes(data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return Sound(rate, samples)


def write_wav(path: Path, sound: Sound) -> None:
    """Write a WAV file, whole or not at all; raises OSError."""
    samples = sound.samples
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(samples.tobytes())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        draft.write_bytes(held.getbuffer())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def joined(sounds: Sequence[Sound], gap: float) -> Sound:
    """One after the other, with `gap` seconds of silence between; at the rate of the first."""
    rate = sounds[0].rate
    between = silence(rate, gap).samples
    samples = array("h")
    for place, sound in enumerate(sounds):
        if place:
            samples.extend(between)
        samples.extend(resampled(sound, rate).samples)
    return Sound(rate, samples)


def resampled(sound: Sound, rate: int) -> Sound:
    """The same sound at another rate, by straight lines between samples: good enough for speech."""
    old = sound.samples
    if rate == sound.rate or not old:
        return sound if rate == sound.rate else Sound(rate, array("h"))
    samples = array("h")
    last = len(old) - 1
    for place in range(int(len(old) * rate / sound.rate)):
        whole, part = divmod(place * sound.rate, rate)
        first, second = old[min(whole, last)], old[min(whole + 1, last)]
        samples.append(first + (second - first) * part // rate)
    return Sound(rate, samples)


def scaled(sound: Sound, percent: int) -> Sound:
    """The same sound at so much of its loudness, 0 to 100."""
    if percent >= 100:
        return sound
    return Sound(sound.rate, array("h", [each * percent // 100 for each in sound.samples]))


def trimmed(sound: Sound, quiet: int = 250, margin: float = 0.02) -> Sound:
    """Without the silence (samples below `quiet`) at both ends, but for `margin` seconds of it."""
    samples = sound.samples
    loud = [place for place, each in enumerate(samples) if abs(each) > quiet]
    if not loud:
        return Sound(sound.rate, array("h"))
    keep = int(sound.rate * margin)
    return Sound(sound.rate, samples[max(0, loud[0] - keep) : loud[-1] + keep + 1])
