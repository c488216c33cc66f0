"""A version of hall.toml, as it is kept so that it can be looked at and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from yichuang.config import Settings
from yichuang.language import N_, _

Change = Mapping[str, Any]
"""One thing that changed, as JSON has it: section, element, key, old, new."""


class VersionKind(StrEnum):
    """How a version came to be."""

    BEGUN = "begun"
    """It was there when versions were first kept."""
    CHANGED = "changed"
    UNDONE = "undone"
    """The one before was taken back."""
    BY_HAND = "by_hand"
    """The file was found to be another one than was kept last."""

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    VersionKind.BEGUN: N_("原来的设置"),
    VersionKind.CHANGED: N_("修改设置"),
    VersionKind.UNDONE: N_("撤销修改"),
    VersionKind.BY_HAND: N_("在文件里改的"),
}


class SettingsVersion(NamedTuple):
    """One version; its text is asked for apart."""

    id: int
    at: datetime
    actor: str
    reason: str
    hash: str
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    changes: tuple[Change, ...]
    """What it changed of the version before."""
    kind: VersionKind
    restores: int | None = None
    """The former version whose text it has again."""


class Revision(NamedTuple):
    """hall.toml as it is to be."""

    text: str
    hash: str
    was: str
    """The hash of the text that it is to replace."""
    changes: tuple[Change, ...]
    settings: Settings
    reason: str = ""
    kind: VersionKind = VersionKind.CHANGED
    restores: int | None = None
