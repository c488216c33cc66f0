"""What visitors hold to a reader or a scanner, brought to the screen that they stand at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from textual.screen import Screen

from yichuang.queue.arrivals import Arrival, Arrivals
from yichuang.tui.message import Arrived


def listen_at(screen: Screen[Any], arrivals: Arrivals, names: Iterable[str]) -> Callable[[], None]:
    """Send the screen an `Arrived` for each card and code at these places, until what this gives is called.

    A message and no call: what it leads to runs in the screen's own turn and language, one after the other.
    """

    def hear(arrival: Arrival) -> None:
        screen.post_message(Arrived(arrival))

    stops = [arrivals.listen(name, hear) for name in dict.fromkeys(names)]
    return partial(_stop_all, stops)


def _stop_all(stops: Iterable[Callable[[], None]]) -> None:
    for stop in stops:
        stop()
