"""The table `settings_text`: the versions of hall.toml; and the journal's entries of changes of items."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from yichuang.queue.event import Entry
from yichuang.queue.revision.version import Revision, SettingsVersion, VersionKind
from yichuang.store.journal import entry_from
from yichuang.store.table import Table

_COLUMNS = "SELECT id, at, actor, reason, hash, changes, kind, restores FROM settings_text "

_VERSIONS = _COLUMNS + "WHERE is_draft = 0 ORDER BY id DESC LIMIT :limit"

_DRAFT = _COLUMNS + "WHERE is_draft = 1 AND hash = :hash ORDER BY id DESC LIMIT 1"

_TEXT = "SELECT text FROM settings_text WHERE id = :id AND is_draft = 0"

_FORGET_DRAFTS = "DELETE FROM settings_text WHERE is_draft = 1"

_ADD = """
INSERT INTO settings_text (at, actor, reason, text, hash, changes, kind, restores)
VALUES (:at, :actor, :reason, :text, :hash, :changes, :kind, :restores)
"""

_KEEP = "UPDATE settings_text SET is_draft = 0, at = :at WHERE id = :id"


# As the index `journal_item` has it.
_ITEM_ENTRIES = """
SELECT seq, at, business_date, event, ticket, window, actor, data, hash
FROM journal
WHERE event IN ('ItemChanged', 'ItemRetired', 'ItemRestored', 'ItemUndone')
ORDER BY seq DESC
LIMIT :limit
"""


class Revisions(Table):
    """Versions of hall.toml, changes of items (`yichuang.queue.revision.ports.RevisionMemory`)."""

    __slots__ = ()

    def settings_versions(self, limit: int) -> list[SettingsVersion]:
        """The versions, newest first."""
        rows = self.connection.execute(_VERSIONS, {"limit": limit})
        return [_version_from(row) for row in rows]

    def settings_text(self, version: int) -> str | None:
        """The text of a version."""
        row = self.connection.execute(_TEXT, {"id": version}).fetchone()
        return str(row[0]) if row else None

    def settings_draft(self, digest: str) -> SettingsVersion | None:
        """The newest draft whose text has that hash."""
        row = self.connection.execute(_DRAFT, {"hash": digest}).fetchone()
        return _version_from(row) if row else None

    def item_entries(self, limit: int) -> list[Entry]:
        """The latest entries of changes of items, newest first."""
        return [entry_from(row) for row in self.connection.execute(_ITEM_ENTRIES, {"limit": limit})]

    def draft_settings(self, revision: Revision, at: datetime, actor: str) -> int:
        """Keep a draft, in place of all others."""
        self.connection.execute(_FORGET_DRAFTS)
        cursor = self.connection.execute(
            _ADD,
            {
                "at": at.isoformat(),
                "actor": actor,
                "reason": revision.reason,
                "text": revision.text,
                "hash": revision.hash,
                "changes": json.dumps(list(map(dict, revision.changes)), ensure_ascii=False),
                "kind": revision.kind.value,
                "restores": revision.restores,
            },
        )
        return int(cursor.lastrowid or 0)

    def keep_settings(self, version: int, at: datetime) -> None:
        """A draft is what hall.toml is now."""
        self.connection.execute(_KEEP, {"id": version, "at": at.isoformat()})
        self.connection.execute(_FORGET_DRAFTS)


def _version_from(row: tuple[Any, ...]) -> SettingsVersion:
    return SettingsVersion(
        id=row[0],
        at=datetime.fromisoformat(row[1]),
        actor=row[2],
        reason=row[3],
        hash=row[4],
        changes=tuple(json.loads(row[5])),
        kind=VersionKind(row[6]),
        restores=row[7],
    )
