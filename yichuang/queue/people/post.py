"""The posts at windows: who stands in for whom (AB岗, H01), and who is there now (B10)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _


class Place(StrEnum):
    """The two places of a post."""

    A = "A"
    B = "B"

    @property
    def label(self) -> str:
        """The place in the user's language."""
        return _(_LABELS[self])


_LABELS = {Place.A: N_("A岗"), Place.B: N_("B岗")}


class Post(NamedTuple):
    """Whose post a window is."""

    window: int
    a: str | None = None
    """The badge number of its clerk."""
    b: tuple[str, ...] = ()
    """Of those who stand in for that one, in this order."""


class OnDuty(NamedTuple):
    """Who is signed in at a window."""

    window: int
    badge: str
    since: datetime
    origin: str = ""
    """Where the terminal is."""
