"""Versions of hall.toml as plain Python data, beside `plain`."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from yichuang.queue.event import Entry, EventKind
from yichuang.queue.revision.version import Revision, SettingsVersion
from yichuang.store.plain_supervision import PlainSupervision

_OF_ITEMS = (
    EventKind.ITEM_CHANGED,
    EventKind.ITEM_RETIRED,
    EventKind.ITEM_RESTORED,
    EventKind.ITEM_UNDONE,
)


class PlainRevisions(PlainSupervision):
    """Versions of hall.toml (`yichuang.queue.revision.ports.RevisionMemory`)."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[int, SettingsVersion] = {}
        self._texts: dict[int, str] = {}
        self._drafts: set[int] = set()

    def settings_versions(self, limit: int) -> list[SettingsVersion]:
        """The versions, newest first."""
        kept = (each for each in sorted(self._versions, reverse=True) if each not in self._drafts)
        return [self._versions[each] for each in islice(kept, limit)]

    def settings_text(self, version: int) -> str | None:
        """The text of a version."""
        return None if version in self._drafts else self._texts.get(version)

    def settings_draft(self, digest: str) -> SettingsVersion | None:
        """The newest draft whose text has that hash."""
        drafts = (self._versions[each] for each in sorted(self._drafts, reverse=True))
        return next((each for each in drafts if each.hash == digest), None)

    def draft_settings(self, revision: Revision, at: datetime, actor: str) -> int:
        """Keep a draft, in place of all others."""
        self._forget_drafts()
        version = max(self._versions, default=0) + 1
        kept = SettingsVersion(
            version,
            at,
            actor,
            revision.reason,
            revision.hash,
            revision.changes,
            revision.kind,
            revision.restores,
        )
        self._set(self._versions, version, kept)
        self._set(self._texts, version, revision.text)
        self._drafts.add(version)
        self._later(self._drafts.discard, version)
        return version

    def keep_settings(self, version: int, at: datetime) -> None:
        """A draft is what hall.toml is now."""
        self._drafts.discard(version)
        self._later(self._drafts.add, version)
        self._set(self._versions, version, self._versions[version]._replace(at=at))
        self._forget_drafts()

    def _forget_drafts(self) -> None:
        for version in list(self._drafts):
            self._drafts.discard(version)
            self._later(self._drafts.add, version)
            self._drop(self._versions, version)
            self._drop(self._texts, version)

    def item_entries(self, limit: int) -> list[Entry]:
        """The latest entries of changes of items, newest first."""
        found = (each for each in reversed(self.entries(0, 2**62)) if each.event.kind in _OF_ITEMS)
        return list(islice(found, limit))
