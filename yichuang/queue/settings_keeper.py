"""Changing hall.toml from a screen: what a screen needs of whoever reads and writes the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from yichuang.config import Settings
from yichuang.queue.revision.version import SettingsVersion
from yichuang.queue.service import Hall


class Written(NamedTuple):
    """hall.toml as it stands now."""

    text: str
    hash: str
    problems: tuple[str, ...] = ()
    """What is wrong with it, in the user's language: then the hall goes by what it was before."""


class SettingsKeeper(Protocol):
    """Reads and writes one hall's hall.toml. `hall` is always in the hands of whoever asks."""

    async def read(self) -> Written:
        """What stands in the file. Raises a ConfigError when it cannot be read."""
        ...

    def check(self, text: str) -> Settings:
        """The settings that a text makes; raises InvalidHall."""
        ...

    async def keep(
        self, hall: Hall, text: str, *, was: str, reason: str, actor: str = ""
    ) -> Settings:
        """Write another text, and go by it from now on. `was` is the hash of the text that was changed.

        Raises InvalidHall, SettingsUnchanged, SettingsChangedMeanwhile, WindowInUse, CategoryInUse,
        NotPermitted, or FolderUnusable; then nothing has changed.
        """
        ...

    async def former(self) -> SettingsVersion:
        """The version before the last change that stands; raises NoFormerSettings."""
        ...

    async def undo(self, hall: Hall, *, reason: str = "", actor: str = "") -> Settings:
        """Take the last change that stands back. Raises as `keep`, or NoFormerSettings."""
        ...

    async def restore(
        self, hall: Hall, version: int, *, reason: str = "", actor: str = ""
    ) -> Settings:
        """Write the text of a former version. Raises as `keep`, or UnknownSettingsVersion."""
        ...

    async def history(self, limit: int = 50) -> Sequence[SettingsVersion]:
        """The versions that were kept, newest first."""
        ...

    async def text_of(self, version: int) -> str:
        """The text of a version; raises UnknownSettingsVersion."""
        ...
