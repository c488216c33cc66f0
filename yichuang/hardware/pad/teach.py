"""Teach-in: "press the key for 非常满意" learns the keys of any pad and writes them down (hardware 12)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import tomlkit
from tomlkit.items import InlineTable, Item, Key, Table

from yichuang.config import Settings
from yichuang.config.device import CallerAction, CallerPadSettings, RatingPadSettings
from yichuang.config.settings import parse_settings
from yichuang.errors import FileUnreadable, FolderUnusable, UnknownDevice
from yichuang.hardware.pad.press import DEBOUNCE_SECONDS, KeyPress
from yichuang.language import _
from yichuang.queue.caller import ACTION_LABELS
from yichuang.queue.rating import Grade

BACKUP_SUFFIX = ".bak"
"""What hall.toml was before is kept beside it under this ending."""

Section = Literal["rating_pad", "caller_pad"]


_NEXT: CallerAction = "next"
_CONFIRM: CallerAction = "enter"


class Answer(StrEnum):
    """What became of a key that arrived."""

    KEPT = "kept"
    """It is now the key of the meaning that was asked for, or was that too already."""
    SAME_PRESS = "same_press"
    """It belongs to the press before: a bounce, a repeat, or further bytes of one key."""
    GIVEN = "given"
    """It has another meaning already. A pad where this is so for every key sends frames: see `frame`."""
    OVER = "over"
    """Nothing is asked for any more."""


class TeachIn:
    """Asks for one meaning after the other, and notes the key that comes for each."""

    def __init__(self, meanings: Sequence[str]) -> None:
        """`meanings` are grades or caller actions, in the order in which they are asked for."""
        self._meanings = tuple(meanings)
        self._keys: dict[str, str] = {}
        self._place = 0
        self._last: KeyPress | None = None

    @property
    def meaning(self) -> str | None:
        """What is asked for now; None when all were."""
        return self._meanings[self._place] if self._place < len(self._meanings) else None

    @property
    def meanings(self) -> tuple[str, ...]:
        """All that is asked for, in order."""
        return self._meanings

    @property
    def keys(self) -> dict[str, str]:
        """Key → meaning, as learned so far, in the order of the meanings."""
        order = {meaning: place for place, meaning in enumerate(self._meanings)}
        return dict(sorted(self._keys.items(), key=lambda pair: order[pair[1]]))

    @property
    def question(self) -> str:
        """What to tell who presses; empty when all is asked."""
        if self.meaning is None:
            return ""
        question = _("请按「{meaning}」的键（{place}/{count}）").format(
            meaning=meaning_label(self.meaning), place=self._place + 1, count=len(self._meanings)
        )
        if self.meaning == _CONFIRM and _NEXT in self._keys.values():
            return question + _("；没有另外的键就跳过：按了数字，「叫下一个」就是确认")
        return question

    def take(self, press: KeyPress) -> Answer:
        """A key arrived."""
        last, self._last = self._last, press
        if self.meaning is None:
            return Answer.OVER
        if last is not None and abs(press.at - last.at) < DEBOUNCE_SECONDS:
            return Answer.SAME_PRESS
        if self.meaning == _CONFIRM and self._keys.get(press.key) == _NEXT:
            # One key does both: after digits it confirms them (see `CallerKeys`).
            self._place += 1
            return Answer.KEPT
        if press.key in self._keys:
            return Answer.GIVEN
        self._keys[press.key] = self.meaning
        self._place += 1
        return Answer.KEPT

    def skip(self) -> None:
        """The pad has no key for what is asked: go on."""
        self._place = min(self._place + 1, len(self._meanings))

    def back(self) -> None:
        """Ask for the meaning before once more, and forget its key."""
        self._place = max(self._place - 1, 0)
        again = self.meaning
        self._keys = {key: meaning for key, meaning in self._keys.items() if meaning != again}

    def toml(self) -> str:
        """The line for the pad's section of hall.toml."""
        pairs = ", ".join(f'{key} = "{meaning}"' for key, meaning in self.keys.items())
        return f"keys = {{ {pairs} }}" if pairs else "keys = {}"


def teach_in_for(settings: RatingPadSettings | CallerPadSettings) -> TeachIn:
    """The teach-in for that pad."""
    if isinstance(settings, RatingPadSettings):
        return TeachIn([grade.value for grade in Grade])
    return TeachIn(list(ACTION_LABELS))


def meaning_label(meaning: str) -> str:
    """What a grade or a caller action is called, in the user's language."""
    for action, label in ACTION_LABELS.items():
        if action == meaning:
            return _(label)
    return Grade(meaning).label


def write_keys(path: Path, section: Section, name: str, keys: Mapping[str, str]) -> Settings:
    """Write the keys of the pad `name` into the hall.toml at `path`; the settings as they then are.

    All else in the file stays as it is, with its comments. What it was before is kept beside it (`.bak`),
    and it is replaced whole, only by a file that the program can read. Raises FileUnreadable,
    FolderUnusable, InvalidHall or UnknownDevice; hall.toml is then unchanged.
    """
    path = path.resolve()
    try:
        before = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(path=path, detail=error) from error
    parse_settings(before, path)
    after = with_keys(before, section, name, keys)
    settings = parse_settings(after, path)
    try:
        shutil.copy2(path, path.with_name(path.name + BACKUP_SUFFIX))
        _replace(path, after)
    except OSError as error:
        raise FolderUnusable(folder=path.parent, detail=error.strerror or error) from error
    return settings


def with_keys(text: str, section: Section, name: str, keys: Mapping[str, str]) -> str:
    """The text of a hall.toml with the keys of that pad; raises UnknownDevice."""
    document = tomlkit.parse(text)
    pads: Sequence[MutableMapping[str, Any]] = document.get(section, ())
    pad = next((each for each in pads if each.get("name") == name), None)
    if pad is None:
        known = _("、").join(str(each.get("name")) for each in pads)
        raise UnknownDevice(device=name, known=known)
    present = pad.get("keys")
    if isinstance(present, MutableMapping) and not isinstance(present, InlineTable):
        _refill(present, keys)  # [rating_pad.keys], as a section of its own
    else:
        table = tomlkit.inline_table()
        table.update(dict(keys))
        tail = _cut_tail(pad) if present is None and isinstance(pad, Table) else []
        pad["keys"] = table
        if isinstance(pad, Table):
            pad.value.body.extend(tail)
    return tomlkit.dumps(document)


def _refill(table: MutableMapping[str, Any], keys: Mapping[str, str]) -> None:
    tail = _cut_tail(table) if isinstance(table, Table) else []
    for key in list(table):
        del table[key]
    table.update(keys)
    if isinstance(table, Table):
        table.value.body.extend(tail)


def _cut_tail(table: Table) -> list[tuple[Key | None, Item]]:
    """Take off the blank lines and remarks at a table's end: they belong to what comes next."""
    body = table.value.body
    end = len(body)
    while end and body[end - 1][0] is None:
        end -= 1
    tail = body[end:]
    del body[end:]
    return tail


def _replace(path: Path, text: str) -> None:
    """Put `text` in the place of the file, whole or not at all, with the same rights."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
