"""How soon a window's screen is painted and how much memory it takes, against a bare Textual app.

Both are started as whole processes under an 80x24 terminal with 16 colours, in turn. The time runs from
exec to the first waiting ticket's number on the screen; memory is taken once the screen is quiet.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from statistics import median

from bench.bare import MARKER
from bench.measure import Pairs, millis
from bench.place import new_hall, work_folder
from bench.report import Figure, at_most, main
from bench.terminal import Terminal
from yichuang.bootstrap import open_hall
from yichuang.queue.window import WindowState

PAIRS = 9
MOST_TIME, MOST_MEMORY = 1.5, 1.6

WAITING = 12
"""People in line; the screen lists some of them."""


async def let_in(folder: Path, people: int) -> None:
    """Open window 1 unless it is, and let people take a number there."""
    async with open_hall(folder) as hall:
        if (await hall.window_view(1)).window.state is WindowState.CLOSED:
            await hall.open_window(1)
        for _each in range(people):
            await hall.issue(category="legal_affairs", on_paper=False)


def open_town(folder: Path, people: int) -> Path:
    """A town hall whose window 1 is open and has so many people waiting."""
    new_hall(folder, level="town")
    asyncio.run(let_in(folder, people))
    return folder


def command(folder: Path, *screen: str) -> list[str]:
    """The command line that shows a screen of the hall in `folder`."""
    return [sys.executable, "-m", "yichuang", "screen", *screen, "--hall", str(folder)]


def _start(words: list[str]) -> tuple[float, int]:
    with Terminal(words) as terminal:
        seconds = terminal.wait_for(MARKER)
        terminal.settle()
        return seconds, terminal.memory()


async def _compare(folder: Path) -> tuple[Pairs, Pairs]:
    times, memory = Pairs(), Pairs()

    async def ours() -> float:
        seconds, size = _start(command(folder, "window", "1"))
        memory.ours.append(size)
        return seconds

    async def reference() -> float:
        seconds, size = _start([sys.executable, "-m", "bench.bare"])
        memory.reference.append(size)
        return seconds

    for _each in range(PAIRS):
        await times.add(ours, reference)
    return times, memory


def run() -> list[Figure]:
    """First paint and memory."""
    with work_folder() as work:
        times, memory = asyncio.run(_compare(open_town(work / "hall", WAITING)))
    return [
        at_most(
            "window screen, exec to first paint",
            times.ratio,
            MOST_TIME,
            millis(median(times.ours)),
            f"bare app {millis(median(times.reference))}",
        ),
        at_most(
            "window screen, resident memory",
            memory.ratio,
            MOST_MEMORY,
            f"{median(memory.ours) / 2**20:.1f} MiB",
            f"bare app {median(memory.reference) / 2**20:.1f} MiB",
        ),
    ]


if __name__ == "__main__":
    main(run)
