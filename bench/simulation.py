"""How much faster than real time a whole city day runs through the real engine, in memory.

Thirty windows, six thousand visitors, and everything that visitors do: appointments, the green channel,
missed calls and returns, holds, transfers, the noon break, a paper for each ticket.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median

from bench.report import Figure, at_least, main, say
from yichuang.bootstrap import rehearsal_hall
from yichuang.config import parse_settings
from yichuang.foresight.crowd import CROWDS
from yichuang.foresight.rehearsal import Plan, Rehearsed, rehearse
from yichuang.profile import hall_toml, printer_toml

VISITORS = 6_000
PACE = 0.17
"""A part of the usual time at the window, about 72 seconds: thirty windows can serve that many only so."""

TIMES = 1_000
"""Faster than real time, at least."""

REPEATS = 3

POLICIES = ("fifo", "alternating", "accumulating")


def city_day() -> Plan:
    """The day that is measured."""
    printer = printer_toml("kiosk", host="127.0.0.1", port=9100, width=80)
    settings = parse_settings(hall_toml("bench", "city", printer), Path("hall.toml"))
    return Plan(settings, CROWDS["city"], VISITORS, pace=PACE)


def _timed(plan: Plan, policy: str) -> tuple[Rehearsed, float]:
    started = time.perf_counter()
    rehearsed = asyncio.run(rehearse(plan, policy, rehearsal_hall))
    return rehearsed, time.perf_counter() - started


def run() -> list[Figure]:
    """The figure of each policy; nobody may be left behind."""
    plan = city_day()
    figures = []
    for policy in POLICIES:
        say(f"  {policy}")
        times = []
        for _each in range(REPEATS):
            rehearsed, took = _timed(plan, policy)
            times.append(took)
        seconds, took = float(rehearsed.total("seconds")), median(times)
        commands = rehearsed.total("commands")
        figures.append(
            at_least(
                f"a city day, {policy}: times real time",
                seconds / took,
                TIMES,
                f"{took:.2f} s, {commands / took:,.0f} commands/s",
                f"{seconds / 3600:.1f} h, {commands:,} commands",
            )
        )
        figures.append(
            Figure(
                f"a city day, {policy}: left unserved",
                str(rehearsed.total("left")),
                target="0",
                met=rehearsed.total("left") == 0,
            )
        )
    return figures


if __name__ == "__main__":
    main(run)
