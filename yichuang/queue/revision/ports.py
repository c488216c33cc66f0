"""What changing a hall needs of its memory: a part of `yichuang.queue.ports`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from yichuang.queue.event import Entry
from yichuang.queue.revision.version import Revision, SettingsVersion


class RevisionRecords(Protocol):
    """Reading about changes."""

    def settings_versions(self, limit: int) -> list[SettingsVersion]:
        """The versions of hall.toml, newest first, drafts left out."""
        ...

    def settings_text(self, version: int) -> str | None:
        """The text of a version."""
        ...

    def settings_draft(self, digest: str) -> SettingsVersion | None:
        """The newest draft whose text has that hash."""
        ...

    def item_entries(self, limit: int) -> list[Entry]:
        """The latest journal entries of changes of items, newest first; imports left out."""
        ...


class RevisionMemory(RevisionRecords, Protocol):
    """Keeping changes."""

    def draft_settings(self, revision: Revision, at: datetime, actor: str) -> int:
        """Keep a draft, in place of all others; returns its id."""
        ...

    def keep_settings(self, version: int, at: datetime) -> None:
        """A draft is what hall.toml is now; other drafts are forgotten."""
        ...
