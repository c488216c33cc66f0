"""Announcements: calls on their way to loudspeaker and hall displays, one at a time, in order (DESIGN 7).

The journal is their queue: each first call, each recall and each notice in it is announced once, by whoever
holds the lease of the hall's voice. What became of each is kept, so that a restart neither loses one nor says
it twice.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _


class AnnouncementState(StrEnum):
    """What became of an announcement."""

    SPOKEN = "spoken"
    CHIMED = "chimed"
    """Only a chime sounded."""
    SHOWN = "shown"
    """It was shown and not spoken: the voice is muted, or there is none."""
    STALE = "stale"
    """It came too late to be of use."""
    UNDONE = "undone"
    """Its call was taken back before."""
    FAILED = "failed"
    """The player could not play it."""

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    AnnouncementState.SPOKEN: N_("已播报"),
    AnnouncementState.CHIMED: N_("只响了提示音"),
    AnnouncementState.SHOWN: N_("只显示，没有播报"),
    AnnouncementState.STALE: N_("过时，没有播报"),
    AnnouncementState.UNDONE: N_("叫号已撤销，没有播报"),
    AnnouncementState.FAILED: N_("播报失败"),
}


class Announcement(NamedTuple):
    """One call to be said, or one notice."""

    seq: int
    """Its row of the journal."""
    number: str
    """Empty for a notice."""
    window: int
    """0 for a notice."""
    at: datetime
    is_repeat: bool
    """Whether it is a recall."""
    notice: str = ""
    """The text of a notice; empty for a call."""
    good_for: float = 0.0
    """After so many seconds a notice is stale; of calls hall.toml says it."""


class AnnouncementKept(NamedTuple):
    """An announcement with what became of it."""

    seq: int
    number: str
    """Empty for a notice."""
    window: int
    """0 for a notice."""
    state: AnnouncementState
    at: datetime
