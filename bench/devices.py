"""What dead devices cost: every device of a hall dead or stalled at once, and nobody at a window may notice.

Two processes serve the same hall's visitors in turn: one works devices that are all dead, in the other nobody
works them, so that tickets are queued for the printer and no more. A third has no devices at all, for
comparison: there no ticket is queued either. Each hall is on disk.

The printers accept connections and never read, or refuse them; displays take no byte; the speaker's player
never ends; the ID reader, the pads and the LED strip say nothing. A window's screen shown by such a process
must answer its keys as soon as in a hall without devices. The memory is that of a process in which 10,000
print jobs fail one after the other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import socket
import subprocess
import sys
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Pairs, millis
from bench.paper import Heart
from bench.place import work_folder
from bench.report import Figure, at_least, at_most, main, say
from yichuang.bootstrap import create_hall, open_hall, working_devices
from yichuang.profile import printer_toml
from yichuang.queue.device import DeviceState
from yichuang.queue.service import Hall
from yichuang.queue.view import WindowView

ROUNDS = 40
VISITORS = 25
"""How many take a ticket, are called, served and finished in a round."""

LEAST_RATE = 0.9

CALLS = 5
"""How many calls the screen answers in a round."""

MOST_ANSWER = 1.2

JOBS = 10_000
WARM = 1_000
"""Jobs that fail before the memory is looked at: by then all that is loaded once is there."""

MOST_MEMORY = 1.1

MOST_STALL = 0.050
"""How long the event loop may stand still: half of what a person notices."""

_WINDOW = 3

Round = Callable[[], Awaitable[float]]
"""One round; the seconds that it took."""


# --- a hall whose devices are all dead ------------------------------------------------------------


@contextmanager
def _dead_devices(folder: Path) -> Iterator[str]:
    """Devices that are there and do nothing; the sections of hall.toml that use them."""
    with ExitStack() as stack:
        half_open = stack.enter_context(socket.socket())
        half_open.bind(("127.0.0.1", 0))
        half_open.listen(64)
        parts = [
            printer_toml("kiosk", host="127.0.0.1", port=half_open.getsockname()[1], width=80),
            'backup = "second"\n\n',
            printer_toml("second", host="127.0.0.1", port=_closed_port(), width=80),
            "\n",
        ]
        for window in range(1, 9):
            place = stack.enter_context(_pty(full=True))
            parts.append(
                f'[[display]]\nname = "over{window}"\ndriver = "line"\npath = "{place}"\n'
                f"windows = [{window}]\n\n"
            )
        led, reader, rating, scanner = (stack.enter_context(_pty(full=False)) for _each in range(4))
        parts.append(f'[[display]]\nname = "big"\ndriver = "onbon"\npath = "{led}"\n\n')
        parts.append('[voice]\nenabled = true\nengine = "chime"\n')
        parts.append('command = ["sh", "-c", "sleep 600", "{file}"]\n\n')
        parts.append(f'[[id_reader]]\nname = "reader"\ntransport = "serial"\npath = "{reader}"\n\n')
        parts.append(
            f'[[rating_pad]]\nname = "rating"\nwindow = 1\ninput = "serial"\npath = "{rating}"\n\n'
        )
        parts.append('[[caller_pad]]\nname = "caller"\nwindow = 1\npath = "/dev/input/none"\n\n')
        parts.append(f'[[scanner]]\nname = "scanner"\ninput = "serial"\npath = "{scanner}"\n\n')
        parts.append(f'[[call_feed]]\nname = "feed"\nport = {_closed_port()}\n')
        yield "".join(parts)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _pty(*, full: bool) -> Iterator[str]:
    """A serial line on which nobody answers; a full one takes no byte."""
    far, near = pty.openpty()
    tty.setraw(near)
    if full:
        os.set_blocking(near, False)
        try:
            while True:
                os.write(near, bytes(256))
        except BlockingIOError:
            os.set_blocking(near, True)
    try:
        yield os.ttyname(near)
    finally:
        os.close(near)
        os.close(far)


# --- the processes that are measured --------------------------------------------------------------


async def _serve(hall: Hall) -> float:
    """One round; the seconds that it took."""
    started = time.perf_counter()
    for _each in range(VISITORS):
        await hall.issue(category="social_affairs")
        await hall.call_next(_WINDOW)
        await hall.start(_WINDOW)
        await hall.finish(_WINDOW)
    return time.perf_counter() - started


@asynccontextmanager
async def _served(hall: Hall) -> AsyncIterator[Round]:
    """Rounds of visitors, without a screen."""
    yield lambda: _serve(hall)


@asynccontextmanager
async def _called_by_key(hall: Hall) -> AsyncIterator[Round]:
    """Rounds of calls by key 1 on the window's screen, each until its number is shown."""
    from yichuang.tui.terminal import prepare_environment

    prepare_environment()
    from textual import events

    from yichuang.tui.app import HallApp
    from yichuang.tui.screens.window import WindowScreen

    screen = WindowScreen(hall, _WINDOW)
    app = HallApp(hall, lambda _place, _window: screen, "window", _WINDOW)

    async def until(number: str) -> None:
        """Until the screen shows this number, or none, and is painted."""
        while (_shown(screen.clerk.window) if screen.clerk else None) != number:  # noqa: ASYNC110 - a screen tells nobody what it shows
            await asyncio.sleep(0.0005)
        painted = asyncio.Event()
        screen.call_after_refresh(painted.set)
        await painted.wait()

    async def one_round() -> float:
        seconds = 0.0
        for _each in range(CALLS):
            done = await hall.issue(category="social_affairs", on_paper=False)
            assert done.ticket is not None
            await pilot.pause()
            started = time.perf_counter()
            app.post_message(events.Key("1", "1"))
            await until(done.ticket.number)
            seconds += time.perf_counter() - started
            await hall.start(_WINDOW)
            await hall.finish(_WINDOW)
            await until("")
        return seconds

    async with app.run_test(size=(80, 24)) as pilot:
        await until("")
        yield one_round


def _shown(view: WindowView) -> str:
    return view.ticket.number if view.ticket else ""


_WAYS = {"serve": _served, "key": _called_by_key}


async def _rounds(folder: Path, mode: str, way: str) -> None:
    """Do a round whenever a line comes in; write how long it took."""
    logging.disable(logging.CRITICAL)
    stdin = sys.stdin  # a screen puts its own in place
    with ExitStack() as stack:
        sections = stack.enter_context(_dead_devices(folder)) if mode != "none" else ""
        await create_hall(folder, level="city", printers=sections, sample=True)
        only = None if mode == "dead" else ()
        async with (
            open_hall(folder) as hall,
            working_devices(hall, kiosks={""}, folder=folder, only=only),
        ):
            await hall.open_window(_WINDOW)
            await _serve(hall)
            if mode == "dead":
                await _until_all_are_worked(hall)
            async with _WAYS[way](hall) as one_round:
                heart = Heart()
                beating = asyncio.create_task(heart.beat())
                _tell({"ready": True})
                while await asyncio.to_thread(stdin.readline):
                    heart.longest = 0.0
                    _tell({"seconds": await one_round(), "stall": heart.longest})
                beating.cancel()


async def _until_all_are_worked(hall: Hall) -> None:
    """Wait until every device was tried."""
    async for _change in hall.changes(0.1):
        statuses = await hall.devices.statuses()
        if all(each.health.state is not DeviceState.UNKNOWN for each in statuses):
            say("dead devices: " + ", ".join(f"{s.name} {s.health.reason}" for s in statuses))
            return


async def _memory(folder: Path) -> None:
    """Let print jobs fail; write the resident memory before and after."""
    logging.disable(logging.CRITICAL)
    printer = printer_toml("kiosk", host="127.0.0.1", port=_closed_port(), width=80)
    await create_hall(folder, level="town", printers=printer, sample=True)
    async with open_hall(folder) as hall, working_devices(hall):
        await _fail(hall, WARM)
        before = _resident()
        await _fail(hall, JOBS)
        _tell({"before": before, "after": _resident()})


async def _fail(hall: Hall, jobs: int) -> None:
    last = 0
    for _each in range(jobs):
        last = (await hall.issue(category="social_affairs")).print_job or 0
    async for _change in hall.changes(0.5):
        job = await hall.print_job(last)
        if job is not None and job.state.is_final:
            return


def _resident() -> int:
    """The resident memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


# --- measuring ------------------------------------------------------------------------------------


class _Child:
    """One of the processes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.stalls: list[float] = []

    async def hear(self) -> dict[str, Any]:
        """What it tells next."""
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return told

    async def round(self) -> float:
        """Let it do a round; the seconds that it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        told = await self.hear()
        self.stalls.append(told["stall"])
        return float(told["seconds"])


@asynccontextmanager
async def _child(folder: Path, mode: str, way: str = "serve") -> AsyncIterator[_Child]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.devices",
        mode,
        str(folder),
        way,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        child = _Child(process)
        yield child
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(60):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _compare(work: Path) -> list[Figure]:
    pairs, bare = Pairs(), Pairs()
    async with (
        _child(work / "dead", "dead") as dead,
        _child(work / "idle", "idle") as idle,
        _child(work / "none", "none") as none,
    ):
        for child in (dead, idle, none):
            await child.hear()
        for _each in range(ROUNDS):
            await pairs.add(dead.round, idle.round)
            await bare.add(dead.round, none.round)
    rate, plain, without = (
        4 * VISITORS / median(x) for x in (pairs.ours, pairs.reference, bare.reference)
    )
    stall = max(dead.stalls)
    return [
        at_least(
            "issue, call, start, finish with every device dead",
            pairs.speed,
            LEAST_RATE,
            f"{rate:.0f}/s",
            f"{plain:.0f}/s with nobody working them",
        ),
        Figure(
            "the same, in a hall without any device",
            f"{rate:.0f}/s",
            f"{without:.0f}/s, no ticket on paper",
            bare.speed,
        ),
        Figure(
            "longest stall of the event loop meanwhile",
            millis(stall),
            millis(max(idle.stalls)),
            None,
            f"<= {millis(MOST_STALL)}",
            stall <= MOST_STALL,
        ),
    ]


async def _answer(work: Path) -> Figure:
    pairs = Pairs()
    async with (
        _child(work / "dead-screen", "dead", "key") as dead,
        _child(work / "plain-screen", "none", "key") as none,
    ):
        for child in (dead, none):
            await child.hear()
        for _each in range(ROUNDS):
            await pairs.add(dead.round, none.round)
    ours, reference = (median(x) / CALLS for x in (pairs.ours, pairs.reference))
    return at_most(
        "window screen, key 1 to the called number, every device dead",
        pairs.ratio,
        MOST_ANSWER,
        millis(ours),
        f"{millis(reference)} without any device",
    )


async def _weigh(work: Path) -> Figure:
    async with _child(work / "memory", "memory") as child:
        told = await child.hear()
    before, after = told["before"], told["after"]
    return at_most(
        f"resident memory after {JOBS} failed print jobs",
        after / before,
        MOST_MEMORY,
        f"{after / 2**20:.1f} MiB",
        f"{before / 2**20:.1f} MiB before",
    )


async def _all(work: Path) -> list[Figure]:
    return [*await _compare(work), await _answer(work), await _weigh(work)]


def run() -> list[Figure]:
    """The rate with dead devices, the stalls, how soon a screen answers, and the memory."""
    with work_folder() as work:
        return asyncio.run(_all(work))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        mode, place = sys.argv[1], Path(sys.argv[2])
        asyncio.run(_memory(place) if mode == "memory" else _rounds(place, mode, sys.argv[3]))
    else:
        main(run)
