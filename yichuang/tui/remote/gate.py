"""Who is let as far as the handshake: what costs work is bounded before any is done."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Generic, TypeVar

from yichuang.config import RemoteSettings

logger = logging.getLogger(__name__)

MINUTE = 60.0
MOST_ADDRESSES = 4096
"""Addresses that are remembered; a flood from more is held by `most_unproved` alone."""

Caller = TypeVar("Caller")


class Gate(Generic[Caller]):
    """Counts connections: how fast an address makes them, and how many have not got to a screen."""

    def __init__(
        self, settings: RemoteSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._begun: dict[str, deque[float]] = {}
        self._unproved: dict[Caller, str] = {}
        self._refused: set[str] = set()

    @property
    def unproved(self) -> int:
        """How many connections have not got to a screen."""
        return len(self._unproved)

    def admits(self, caller: Caller, address: str) -> bool:
        """Whether the address has not made too many connections; if so, this one counts."""
        place = place_of(address)
        now = self._monotonic()
        begun = self._begun.get(place)
        if begun is None:
            if len(self._begun) >= MOST_ADDRESSES:
                self._forget(now)
            if len(self._begun) >= MOST_ADDRESSES:
                self._begun.pop(next(iter(self._begun)))
            begun = self._begun[place] = deque()
        while begun and begun[0] <= now - MINUTE:
            begun.popleft()
        if len(begun) >= self._settings.connections_a_minute:
            if place not in self._refused:
                self._refused.add(place)
                logger.warning("%s connects too often: refused for up to a minute", place)
            return False
        self._refused.discard(place)
        begun.append(now)
        self._unproved[caller] = place
        return True

    def surplus(self) -> Caller | None:
        """Whom to close, as too many are half open: the oldest of the address that has the most.

        Who floods so pushes out his own, and a terminal elsewhere gets in.
        """
        if len(self._unproved) <= self._settings.most_unproved:
            return None
        most = Counter(self._unproved.values()).most_common(1)[0][0]
        return next(caller for caller, place in self._unproved.items() if place == most)

    def leave(self, caller: Caller) -> None:
        """It has got to a screen, or is gone."""
        self._unproved.pop(caller, None)

    def _forget(self, now: float) -> None:
        for place in [
            place for place, begun in self._begun.items() if not begun or begun[-1] <= now - MINUTE
        ]:
            del self._begun[place]
        self._refused &= self._begun.keys()


def place_of(address: str) -> str:
    """What counts as one address: of IPv6, the 64 bits that a subscriber has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
