"""How many bytes the screens write to the terminal: nothing while idle, little for a call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.place import work_folder
from bench.report import Figure, exactly, main
from bench.screen import WAITING, command, let_in, open_town
from bench.terminal import Terminal
from yichuang.bootstrap import open_hall

IDLE_SECONDS = 12.0
"""A hundred looks at `PRAGMA data_version`."""

CALLS = 4

MOST_BYTES = 2048
"""For one call, in 16 colours."""

_SHOWN = "为民服务中心"
"""A part of the hall's name in the title row."""

CALL, START, FINISH = "1", "3", "4"
"""The window screen's keys."""


def run() -> list[Figure]:
    """Idle bytes of three screens together, and the bytes of a call on each."""
    with work_folder() as work, ExitStack() as stack:
        # Nobody waits at first: a waiting time that grows by a minute is a change.
        folder = open_town(work / "hall", 0)
        window, board, overview = (
            stack.enter_context(Terminal(command(folder, *screen)))
            for screen in (("window", "1"), ("board",), ("overview",))
        )
        for terminal in (window, board, overview):
            terminal.wait_for(_SHOWN)
            terminal.settle(1.0)
        figures = [_idle((window, board, overview))]
        asyncio.run(let_in(folder, WAITING))
        for terminal in (window, board, overview):
            terminal.settle(1.0)
        figures.append(_told("window screen, bytes for a call", _pressed(window, board, overview)))
        others = _called_elsewhere(folder, board, overview)
        figures.append(_told("board, bytes for a call by another process", others[0]))
        figures.append(_told("overview, bytes for a call by another process", others[1]))
    return figures


def _idle(terminals: Sequence[Terminal]) -> Figure:
    # The time of day may change by the minute; that is no idle screen.
    left = 60 - time.time() % 60
    if left < IDLE_SECONDS + 2:
        time.sleep(left + 2)
        for terminal in terminals:
            terminal.settle()
    with ThreadPoolExecutor(len(terminals)) as pool:
        counts = pool.map(lambda terminal: terminal.watch(IDLE_SECONDS), terminals)
    return exactly(f"window, board, overview, bytes in {IDLE_SECONDS:.0f} s idle", sum(counts), 0)


def _told(name: str, counts: list[int]) -> Figure:
    """The largest count counts; a screen that showed nothing of a call has failed, too."""
    is_met = min(counts) > 0 and max(counts) <= MOST_BYTES
    return Figure(
        name, str(max(counts)), f"median {median(counts):.0f}", None, f"<= {MOST_BYTES}", is_met
    )


def _pressed(window: Terminal, *others: Terminal) -> list[int]:
    counts = []
    for _each in range(CALLS):
        window.press(CALL)
        counts.append(window.settle(0.7))
        for key in (START, FINISH):
            window.press(key)
            window.settle()
    for terminal in others:
        terminal.settle()
    return counts


def _called_elsewhere(folder: Path, *terminals: Terminal) -> list[list[int]]:
    counts: list[list[int]] = [[] for _terminal in terminals]

    async def call() -> None:
        async with open_hall(folder) as hall:
            await hall.open_window(2)
            for terminal in terminals:
                terminal.settle()
            for _each in range(CALLS):
                await hall.call_next(2)
                for terminal, kept in zip(terminals, counts, strict=True):
                    kept.append(terminal.settle(0.7))
                await hall.start(2)
                await hall.finish(2)
                for terminal in terminals:
                    terminal.settle()

    asyncio.run(call())
    return counts


if __name__ == "__main__":
    main(run)
