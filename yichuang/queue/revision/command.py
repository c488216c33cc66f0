"""What is asked about a hall's settings and items."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from yichuang.queue.item import Item
from yichuang.queue.revision.version import Revision


class DraftSettings(NamedTuple):
    """Say what hall.toml is going to be, and who wants it so: should the machine fail, that is known."""

    revision: Revision


class KeepSettings(NamedTuple):
    """hall.toml is to be what was drafted."""

    revision: Revision
    write: Callable[[], None]
    """Puts the text in the file's place: the command's last step, so that it is refused before."""


class NoteSettings(NamedTuple):
    """hall.toml was found to be this."""

    revision: Revision


class SaveItem(NamedTuple):
    """Add an item, or change one by its code."""

    item: Item
    reason: str = ""


class RetireItem(NamedTuple):
    """Offer an item no more, or again: it is never deleted, for tickets name it."""

    code: str
    retired: bool
    reason: str = ""


class UndoItemChange(NamedTuple):
    """Take back the last change of an item that stands."""

    reason: str = ""


RevisionCommand = (
    DraftSettings | KeepSettings | NoteSettings | SaveItem | RetireItem | UndoItemChange
)
