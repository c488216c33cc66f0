"""Notices to the waiting crowd: on boards and by loudspeaker (R04: "broadcasts a notice to displays")."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

LONGEST_NOTICE = 80
"""Characters: as many as the notice of hall.toml may have."""

MOST_MINUTES = 12 * 60


class Notice(NamedTuple):
    """One notice."""

    id: int
    text: str
    at: datetime
    until: datetime
    by: str
    reason: str
    spoken: bool = True
    shown: bool = True
    withdrawn_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it is still good at `now`."""
        return self.withdrawn_at is None and now < self.until

    def as_json(self) -> dict[str, Any]:
        """The notice for scripts."""
        return {
            **self._asdict(),
            "at": self.at.isoformat(),
            "until": self.until.isoformat(),
            "withdrawn_at": self.withdrawn_at.isoformat() if self.withdrawn_at else None,
        }
