"""What every voice offers: it says an utterance as a sound, or tells why it cannot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from yichuang.hardware.voice.phrase import Utterance
from yichuang.hardware.voice.sound import Sound
from yichuang.hardware.voice.spelling import Language


class CannotSay(Exception):
    """An engine cannot say this, or nothing at all; the text says why, in English for the log."""


@contextmanager
def file_to_speak_into() -> Iterator[Path]:
    """Where a synthesiser writes one sound, taken away afterwards; raises CannotSay where that fails."""
    try:
        with tempfile.TemporaryDirectory(prefix="yichuang-voice-") as folder:
            yield Path(folder) / "said.wav"
    except OSError as error:
        raise CannotSay(f"no room for the sound: {error}") from error


class Engine(Protocol):
    """A voice: a recorded pack or a synthesiser. Nothing of it blocks the event loop."""

    @property
    def name(self) -> str:
        """What it is, for the log and the cache."""
        ...

    async def open(self) -> None:
        """Get ready, and make sure that it speaks rightly; raises CannotSay."""
        ...

    def voice(self, language: Language) -> str:
        """Which voice says a language, so that a cached sound is of no other."""
        ...

    def text(self, utterance: Utterance) -> str:
        """What it is given to say, for the cache and for checks."""
        ...

    async def say(self, utterance: Utterance) -> Sound:
        """The utterance as a sound at full volume; raises CannotSay."""
        ...

    async def close(self) -> None:
        """Let go of what it holds. Raises nothing."""
        ...
