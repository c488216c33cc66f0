"""Run every benchmark, one after the other, and print one table."""

from __future__ import annotations

import time

from bench import (
    change,
    choosing,
    concurrency,
    devices,
    forecast,
    history,
    intruders,
    paper,
    parsers,
    screen,
    sessions,
    simulation,
    store,
    theory,
    wire,
)
from bench.report import Figure, main, say

_ALL = (
    ("store", store.run),
    ("history", history.run),
    ("paper", paper.run),
    ("devices", devices.run),
    ("screen", screen.run),
    ("wire", wire.run),
    ("sessions", sessions.run),
    ("intruders", intruders.run),
    ("concurrency", concurrency.run),
    ("change", change.run),
    ("choosing", choosing.run),
    ("simulation", simulation.run),
    ("theory", theory.run),
    ("forecast", forecast.run),
    ("parsers", parsers.run),
)


def run() -> list[Figure]:
    """Everything; tells what is being run and how long it took."""
    figures = []
    for place, (name, part) in enumerate(_ALL, start=1):
        say(f"[{place}/{len(_ALL)}] {name} ...")
        started = time.monotonic()
        figures += part()
        say(f"[{place}/{len(_ALL)}] {name}: {time.monotonic() - started:.0f} s")
    return figures


if __name__ == "__main__":
    main(run)
