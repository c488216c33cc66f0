"""Who comes to a hall of each level, when, and with what: the profile data of the simulated day.

The shares and the times at the window are assumptions of ours: no public figures tell them item by item. A
hall that keeps a journal has its own to put in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from yichuang.config import Level

HOUR = 3600.0
MINUTE = 60.0

Spread = Literal["lognormal", "exponential"]


@dataclass(frozen=True, slots=True)
class Business:
    """One category's visitors."""

    share: float
    """Of all visitors, in proportion to the other categories."""
    mean: float
    """The mean time at the window, in seconds."""
    variation: float = 0.8
    """The standard deviation of that time as a part of its mean (for `lognormal`)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What part of the visitors does what; each of them a probability."""

    priority: float = 0.0
    appointment: float = 0.0
    no_show: float = 0.0
    """Does not come when called; half of them report back later (`returns`)."""
    returns: float = 0.5
    """Of those who missed their call: come to the desk and are reinstated."""
    late: float = 0.0
    """Comes only at the second or third call."""
    hold: float = 0.0
    """Is put aside in the middle of the handling and comes back."""
    transfer: float = 0.0
    """Is sent on to another category afterwards."""
    walk: float = 0.0
    """The mean time from the call to the window, in seconds (uniform from a third of it to five thirds)."""
    away: float = 8 * MINUTE
    """The mean time that a held visitor, or one who missed the call, is away, in seconds."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The visitors of one day."""

    visitors: int
    """How many come on an ordinary day."""
    pattern: tuple[tuple[float, float], ...]
    """(from which hour on, how many an hour in proportion), until the next; the last one is the end."""
    business: Mapping[str, Business]
    """By category code."""
    habits: Habits
    spread: Spread = "lognormal"
    """How the times at the window are distributed."""


SESSIONS = ((9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR))
"""When windows call, in seconds after midnight (L01: 9:00-12:00 and 13:00-17:00)."""

_PATTERN = (
    (8.75, 0.9),
    (9.0, 0.9),
    (9.5, 1.5),
    (11.0, 0.9),
    (11.5, 0.4),
    (11.9, 0.0),
    (12.75, 0.6),
    (13.5, 0.8),
    (14.25, 1.15),
    (15.75, 0.7),
    (16.5, 0.25),
    (16.9, 0.0),
)
"""A rush from 9:30 to 11 and a smaller one in the afternoon."""

_BUSINESS: Mapping[str, Business] = MappingProxyType(
    {
        "legal_affairs": Business(0.11, 9 * MINUTE, 0.7),
        "social_affairs": Business(0.14, 7 * MINUTE),
        "social_insurance": Business(0.29, 6.5 * MINUTE),
        "tax": Business(0.12, 7 * MINUTE),
        "police": Business(0.22, 7.5 * MINUTE),
        "public_service": Business(0.12, 7 * MINUTE, 1.0),
    }
)

_HABITS = Habits(
    priority=0.08,
    appointment=0.1,
    no_show=0.04,
    late=0.06,
    hold=0.04,
    transfer=0.03,
    walk=25.0,
)

CROWDS: Mapping[Level, Crowd] = MappingProxyType(
    {
        "village": Crowd(
            40,
            _PATTERN,
            _BUSINESS,
            Habits(priority=0.15, no_show=0.02, late=0.03, hold=0.05, walk=8.0),
        ),
        "town": Crowd(340, _PATTERN, _BUSINESS, _HABITS),
        "city": Crowd(1350, _PATTERN, _BUSINESS, _HABITS),
    }
)
"""By level. The numbers load the windows that a new hall of the level has to about eight tenths."""
