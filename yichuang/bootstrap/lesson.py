"""One pad that is being taught its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from yichuang.config import CallerPadSettings, RatingPadSettings
from yichuang.hardware.pad.keys import open_keys
from yichuang.hardware.pad.press import KeySource
from yichuang.hardware.pad.teach import (
    Answer,
    Section,
    TeachIn,
    meaning_label,
    teach_in_for,
    write_keys,
)
from yichuang.language import _

PadWithKeys = RatingPadSettings | CallerPadSettings
"""A pad that can be taught."""


@asynccontextmanager
async def open_lesson(settings: PadWithKeys, path: Path) -> AsyncIterator[PadLesson]:
    """Open the pad until the block ends; `path` is the hall.toml. Raises DeviceTrouble."""
    keys = open_keys(settings)
    try:
        await keys.open()
        yield PadLesson(keys, teach_in_for(settings), settings, path)
    finally:
        await keys.close()


class PadLesson:
    """One pad that is being taught."""

    def __init__(
        self,
        keys: KeySource,
        teaching: TeachIn,
        settings: PadWithKeys,
        path: Path,
    ) -> None:
        self._keys = keys
        self._teaching = teaching
        self._settings = settings
        self._path = path

    @property
    def question(self) -> str:
        """Which key is asked for now; empty when all were."""
        return self._teaching.question

    @property
    def learned(self) -> Sequence[tuple[str, str]]:
        """Meaning and key, of every meaning in order; a key that is not known yet is empty."""
        known = {meaning: key for key, meaning in self._teaching.keys.items()}
        return [(meaning_label(each), known.get(each, "")) for each in self._teaching.meanings]

    @property
    def line(self) -> str:
        """The line that will stand in hall.toml."""
        return self._teaching.toml()

    async def listen(self) -> Sequence[str]:
        """Wait for keys; what became of each. Raises DeviceTrouble when the pad is gone."""
        told = []
        for press in await self._keys.presses():
            answer = self._teaching.take(press)
            if answer is Answer.KEPT:
                told.append(_("记下了：{key}").format(key=press.key))
            elif answer is Answer.GIVEN:
                meaning = meaning_label(self._teaching.keys[press.key])
                text = _("{key} 已经是「{meaning}」了，请按另一个键")
                told.append(text.format(key=press.key, meaning=meaning))
        return told

    def skip(self) -> None:
        """The pad has no such key."""
        self._teaching.skip()

    def back(self) -> None:
        """Ask for the key before once more."""
        self._teaching.back()

    def save(self) -> int:
        """Write the keys into hall.toml; how many they are. Raises a ConfigError."""
        is_rating = isinstance(self._settings, RatingPadSettings)
        section: Section = "rating_pad" if is_rating else "caller_pad"
        write_keys(self._path, section, self._settings.name, self._teaching.keys)
        return len(self._teaching.keys)
