"""How soon a screen learns of what another process did.

This process commits; another one, which shows the overview, notes when the app's `HallChanged` message is
sent to its screen. Both read the machine's one monotonic clock.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from bench.measure import millis, percentile
from bench.place import new_hall, work_folder
from bench.report import Figure, main
from yichuang.bootstrap import open_hall

COMMITS = 200

_STEP = 0.013
"""The pauses between commits grow by this much and start again, so that they meet every moment of the
turns in which the screen's process looks."""

MOST_SECONDS = 0.25
"""For 99 of 100 changes: what a person takes for at once."""


async def _watch(folder: Path) -> None:
    """Show the overview, without a terminal, and write the moment of each change."""
    from yichuang.tui.terminal import prepare_environment

    prepare_environment()
    from yichuang.tui.app import HallApp
    from yichuang.tui.message import HallChanged
    from yichuang.tui.screens.overview import OverviewScreen

    async with open_hall(folder) as hall:
        screen = OverviewScreen(hall)
        send = screen.post_message

        def noted(message: Any) -> bool:
            if isinstance(message, HallChanged):
                print(repr(time.perf_counter()), flush=True)
            return send(message)

        setattr(screen, "post_message", noted)  # noqa: B010 - a method, for this one object
        app = HallApp(hall, lambda _place, _window: screen, "overview")
        async with app.run_test(size=(80, 24)):
            print("ready", flush=True)
            await asyncio.Event().wait()


async def _commit(folder: Path) -> list[float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.change", str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        await process.stdout.readline()
        times = []
        async with open_hall(folder) as hall:
            for place in range(COMMITS):
                await hall.issue(category="tax")
                committed = time.perf_counter()
                times.append(float(await process.stdout.readline()) - committed)
                await asyncio.sleep(place % 8 * _STEP)
        return times
    finally:
        process.kill()
        await process.wait()


def run() -> list[Figure]:
    """The latency."""
    with work_folder() as work:
        times = asyncio.run(_commit(new_hall(work / "hall", level="town")))
    late = percentile(times, 99)
    return [
        Figure(
            "commit of another process to HallChanged, p99",
            millis(late),
            f"p50 {millis(percentile(times, 50))}",
            None,
            f"<= {millis(MOST_SECONDS)}",
            late <= MOST_SECONDS,
        )
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(_watch(Path(sys.argv[1])))
    else:
        main(run)
