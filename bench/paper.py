"""From the accepted key to the last byte of the ticket at a printer on the loopback.

The printer is a process of its own that notes when the cut came in. One ticket at a time, as at a kiosk:
once from the call of `Hall.issue`, and once from a key pressed on the kiosk's screen. Each runs in a fresh
process, so that its first ticket meets a cold program.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.measure import millis, percentile
from bench.place import work_folder
from bench.report import Figure, main
from yichuang.bootstrap import create_hall, open_hall, working_devices
from yichuang.profile import printer_toml
from yichuang.queue.service import Hall

TICKETS = 300

MOST_SECONDS = 0.030
"""For 99 of 100 tickets."""

MOST_STALL = 0.050
"""How long printing may keep the event loop from turning: half of what a person notices."""

_HEARTBEAT = 0.001


class Heart:
    """Knows the longest time in which the event loop did not turn, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Beat until cancelled."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_HEARTBEAT)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last - _HEARTBEAT)
            last = now


@asynccontextmanager
async def _sink() -> AsyncIterator[tuple[int, asyncio.StreamReader]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.paper_sink", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline()), process.stdout
    finally:
        process.kill()
        await process.wait()


async def _from_issue(hall: Hall, papers: asyncio.StreamReader, tickets: int) -> list[float]:
    times = []
    for _each in range(tickets):
        started = time.perf_counter()
        await hall.issue(category="social_affairs")
        times.append(float(await papers.readline()) - started)
    return times


async def _from_key(hall: Hall, papers: asyncio.StreamReader, tickets: int) -> list[float]:
    from yichuang.tui.terminal import prepare_environment

    prepare_environment()
    from textual import events

    from yichuang.tui.app import HallApp
    from yichuang.tui.screens.kiosk import KioskScreen

    kiosk = KioskScreen(hall)
    app = HallApp(hall, lambda _place, _window: kiosk, "kiosk")
    times = []
    async with app.run_test(size=(80, 24)) as pilot:
        for each in range(tickets):
            # Another kiosk each time: the same choice at the same one within two seconds is a repeat.
            kiosk.kiosk = f"kiosk{each}"
            await pilot.press("2")
            started = time.perf_counter()
            app.post_message(events.Key("0", "0"))
            times.append(float(await papers.readline()) - started)
            await pilot.pause()
            await kiosk.go_home()
    return times


_WAYS = {"issue": _from_issue, "key": _from_key}


async def _child(folder: Path, way: str, tickets: int) -> None:
    """Measure one way in this process, and write what came out as JSON."""
    async with _sink() as (port, papers):
        printer = printer_toml("kiosk", host="127.0.0.1", port=port, width=80)
        # A hall for trying out is open at any hour.
        await create_hall(folder, level="town", printers=printer, sample=True)
        async with open_hall(folder) as hall, working_devices(hall):
            heart = Heart()
            beating = asyncio.create_task(heart.beat())
            first = await _WAYS["issue"](hall, papers, 1) if way == "issue" else []
            cold = heart.longest
            times = await _WAYS[way](hall, papers, tickets)
            beating.cancel()
    print(json.dumps({"first": first, "cold": cold, "times": times}))


def _run_child(folder: Path, way: str, tickets: int) -> dict[str, list[float]]:
    words = [sys.executable, "-m", "bench.paper", str(folder), way, str(tickets)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
    told: dict[str, list[float]] = json.loads(done.stdout)
    return told


def run() -> list[Figure]:
    """Both ways, and the first ticket of a cold program."""
    figures = []
    with work_folder() as work:
        for way, name in (("issue", "Hall.issue"), ("key", "key at the kiosk")):
            told = _run_child(work / way, way, TICKETS)
            times = told["times"]
            late = percentile(times, 99)
            figures.append(
                Figure(
                    f"{name} to last byte at the printer, p99",
                    millis(late),
                    f"p50 {millis(percentile(times, 50))}",
                    None,
                    f"<= {millis(MOST_SECONDS)}",
                    late <= MOST_SECONDS,
                )
            )
            if told["first"]:
                figures += _cold(told["first"][0], told["cold"])
    return figures


def _cold(first: float, stall: object) -> list[Figure]:
    assert isinstance(stall, float)
    return [
        Figure("first ticket after start, Hall.issue to last byte", millis(first)),
        Figure(
            "longest stall of the event loop until then",
            millis(stall),
            target=f"<= {millis(MOST_STALL)}",
            met=stall <= MOST_STALL,
        ),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(_child(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
    else:
        main(run)
