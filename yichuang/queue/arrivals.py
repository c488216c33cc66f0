"""What visitors hold to a kiosk, on its way from the readers of this process to the kiosk's screen.

Cards and codes reach no store and no other process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from yichuang.queue.id_card import IdCard


class Scan(NamedTuple):
    """A code that was scanned."""

    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A card lies on the reader that could not be read; nothing more is known of it."""


Arrival = IdCard | Scan | Unread
"""A card on the reader, read or not, or a code under the scanner."""

Hear = Callable[[Arrival], None]


class Arrivals:
    """Who listens at which kiosk; one without a name is ``""``. Belongs to one event loop."""

    def __init__(self) -> None:
        self._ears: dict[str, list[Hear]] = {}

    def listen(self, kiosk: str, hear: Hear) -> Callable[[], None]:
        """Call `hear` for each arrival at the kiosk, until what this gives is called."""
        ears = self._ears.setdefault(kiosk, [])
        ears.append(hear)

        def stop() -> None:
            if hear in ears:
                ears.remove(hear)

        return stop

    def tell(self, kiosk: str, arrival: Arrival) -> bool:
        """Tell the latest listener of the kiosk; whether there was one."""
        ears = self._ears.get(kiosk)
        if not ears:
            return False
        ears[-1](arrival)
        return True
