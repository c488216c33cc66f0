"""A window and its duty: closed, open or paused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from yichuang.language import N_, _


class WindowState(StrEnum):
    """Whether a window works."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    WindowState.CLOSED: N_("未开"),
    WindowState.OPEN: N_("开放"),
    WindowState.PAUSED: N_("暂停服务"),
}


class Window(NamedTuple):
    """A window's present duty. What it serves stands in hall.toml, unless it was re-assigned."""

    number: int
    state: WindowState
    since: datetime | None = None
    """When it came into this state; None when it was never opened."""
    reason: str | None = None
    """Why it paused."""
    categories: tuple[str, ...] | None = None
    """Its own categories since it was re-assigned; None for those of hall.toml."""
    helps: tuple[str, ...] | None = None
    """Its help categories since then."""

    def as_json(self) -> dict[str, Any]:
        """The window for scripts."""
        return {
            "number": self.number,
            "state": self.state.value,
            "since": self.since.isoformat() if self.since else None,
            "reason": self.reason,
            "categories": list(self.categories) if self.categories is not None else None,
            "helps": list(self.helps) if self.helps is not None else None,
        }


class Surge(NamedTuple):
    """Surge mode: every window helps with every category (R01, requirements 4.9)."""

    since: datetime
    reason: str


class Closing(NamedTuple):
    """A business date that was closed by hand; a window that opens again takes it back."""

    at: datetime
    reason: str
    """Why, when it was an outage; else empty."""
