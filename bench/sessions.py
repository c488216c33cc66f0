"""Fifty terminals over SSH in one process, on a day busier than any hall's: memory, keys, calls, bytes.

The server process opens a hall of forty windows and serves 40 window screens, 5 overviews, 3 kiosks and
2 boards to real SSH clients in this process. Visitors come at ten times the rate of a busy town day, and
clerks work as fast; then each of the forty presses a working key a second (call, recall, start, finish).
Then five clients stop reading, and in the end 200 clients come and go at random, half of them by pulling
the plug.

Bytes are counted behind the decryption and before any compression. The reference is one window's screen
alone in the same process, before the others connect.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh

from bench.measure import millis, percentile
from bench.place import work_folder
from bench.report import Figure, at_most, exactly, main, say
from bench.served import WINDOWS, prepare_hall

SECONDS = 60.0
"""How long the clerks press keys, and again while five clients do not read."""

PLACES = {"window": WINDOWS, "overview": 5, "kiosk": 3, "board": 2}
"""How many terminals show each of the hall's places."""

STALLED = 5
COMINGS = 200
CALLS = 8
"""Calls one by one in a quiet hall, for their bytes."""

KEYS = ("1", "2", "3", "4")
VISITORS_A_SECOND = 3.0
A_DAYS_PACE = 10.0
"""Seconds between two steps of one clerk at ten times a busy day's speed: a visit of some five minutes has
four, so that forty clerks make more than twice as many as that."""

MOST_MEMORY, MOST_A_SESSION = 220.0, 3.0
MOST_ANSWER, MOST_REACH = 0.060, 0.250
MOST_IDLE_CPU, MOST_CALL, MOST_SUPERVISED = 1.0, 1536, 3072
MOST_SLOWER = 1.2
MOST_GROWTH = 10.0
"""MiB that as many comings again may add (our own number): Python gives back little, but takes no more."""

_QUIET = 0.4
_ANSWER_WITHIN = 5.0


@dataclass
class Screen(asyncssh.SSHClientSession[bytes]):
    """One terminal at the client's end."""

    place: str
    number: int
    """Of the window, or among the others of its kind."""
    count: int = 0
    last: float = 0.0
    pressed: float | None = None
    answers: list[float] = field(default_factory=list)
    unanswered: int = 0
    kept: list[bytes] | None = None
    connection: asyncssh.SSHClientConnection | None = None
    channel: asyncssh.SSHClientChannel[bytes] | None = None

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Count it, and take the time of the first byte after a key."""
        self.count += len(data)
        self.last = time.monotonic()
        if self.kept is not None:
            self.kept.append(data)
        if self.pressed is not None:
            self.answers.append(self.last - self.pressed)
            self.pressed = None

    def press(self, key: str) -> None:
        """Press a key."""
        if self.pressed is not None:
            self.unanswered += 1
        self.pressed = time.monotonic()
        assert self.channel is not None
        self.channel.write(key.encode())

    async def close(self, *, rudely: bool = False) -> None:
        """Hang up, or pull the plug."""
        assert self.connection is not None
        if rudely:
            self.connection.abort()
        else:
            self.connection.close()
        await self.connection.wait_closed()


class Server:
    """The server process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self._keys: dict[tuple[str, int], asyncssh.SSHKey] = {}
        self.port = port

    async def ask(self, **what: Any) -> dict[str, Any]:
        """Ask the server process for something (`bench.served`)."""
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            return await _hear(self._process)

    async def connect(self, place: str, number: int, *, keep: bool = False) -> Screen:
        """One more terminal, once its screen is painted; all that comes is kept when `keep` is set."""
        size = (100, 30) if place == "overview" else (80, 24)
        screen = Screen(place, number, kept=[] if keep else None)
        key = self._keys.get((place, number))
        if key is None:
            key = self._keys[place, number] = asyncssh.generate_private_key("ssh-ed25519")
            line = key.export_public_key().decode()
            await self.ask(do="admit", key=line, place=place, number=number)
        screen.connection = await asyncssh.connect(
            "127.0.0.1",
            self.port,
            username=place,
            client_keys=[key],
            known_hosts=None,
            agent_path=None,
            config=None,
            compression_algs=["none"],
        )
        screen.channel, _session = await screen.connection.create_session(
            lambda: screen, term_type="xterm-256color", term_size=size, encoding=None
        )
        await _until(lambda: screen.count > 1000 and _is_quiet([screen], 0.15))
        return screen


async def _hear(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(await process.stdout.readline())
    return told


async def _until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.01)


def _is_quiet(screens: Iterable[Screen], seconds: float = _QUIET) -> bool:
    return time.monotonic() - max(each.last for each in screens) > seconds


@asynccontextmanager
async def serving(folder: Path, **chosen: Any) -> AsyncIterator[Server]:
    """The server process of the hall in `folder`; `chosen` are fields of `[remote]` in place of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.served", str(folder), json.dumps(chosen),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Server(process, (await _hear(process))["port"])
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


# --- what is measured -----------------------------------------------------------------------------


async def _clerk(screen: Screen, until: float, every: float, luck: random.Random) -> None:
    await asyncio.sleep(luck.random() * every)
    for key in itertools.cycle(KEYS):
        if time.monotonic() >= until:
            break
        screen.press(key)
        await asyncio.sleep(every)
    await asyncio.sleep(1.0)
    screen.unanswered += screen.pressed is not None
    screen.pressed = None


async def let_work(clerks: list[Screen], seconds: float, every: float = 1.0) -> list[float]:
    """Let each clerk press a key `every` so many seconds; the seconds to the first byte of each."""
    for each in clerks:
        each.answers.clear()
        each.pressed, each.unanswered = None, 0
    luck, until = random.Random(4), time.monotonic() + seconds
    await asyncio.gather(*(_clerk(each, until, every, luck) for each in clerks))
    lost = sum(each.unanswered for each in clerks)
    # A key without an answer before the next one counts as one that took that long.
    return [took for each in clerks for took in each.answers] + [_ANSWER_WITHIN] * lost


async def _memory(server: Server) -> float:
    return float((await server.ask(do="state"))["memory"])


async def _call_bytes(server: Server, screens: list[Screen]) -> dict[str, int]:
    """The most bytes that one call cost on a screen of each kind."""
    most: dict[str, int] = {}
    for window in range(1, CALLS + 1):
        await _until(lambda: _is_quiet(screens))
        before = [each.count for each in screens]
        await server.ask(do="call", window=window)
        await asyncio.sleep(0.3)
        await _until(lambda: _is_quiet(screens))
        for each, former in zip(screens, before, strict=True):
            most[each.place] = max(most.get(each.place, 0), each.count - former)
    for window in range(1, CALLS + 1):
        await server.ask(do="serve", window=window)
    await _until(lambda: _is_quiet(screens))
    return most


async def _idle(server: Server, screens: list[Screen], seconds: float) -> tuple[float, int]:
    """The server's CPU in percent and the bytes, while nothing happens and no minute begins."""
    left = 60 - time.time() % 60
    if left < seconds + 3:
        await asyncio.sleep(left + 2)
    await _until(lambda: _is_quiet(screens, 1.0))
    before, began = await server.ask(do="state"), sum(each.count for each in screens)
    await asyncio.sleep(seconds)
    after = await server.ask(do="state")
    used = (after["cpu"] - before["cpu"]) / (after["at"] - before["at"]) * 100
    return used, sum(each.count for each in screens) - began


async def _come_and_go(server: Server, count: int) -> dict[str, int]:
    """Connect and hang up at random; what the server process has more than before."""
    await server.ask(do="tidy")
    before = await server.ask(do="state")
    luck, several = random.Random(9), asyncio.Semaphore(6)

    async def visit(number: int) -> None:
        async with several:
            with suppress(asyncssh.Error, OSError, TimeoutError):
                screen = await server.connect("window", number % WINDOWS + 1)
                await asyncio.sleep(luck.random() * 0.3)
                await screen.close(rudely=luck.random() < 0.5)

    await asyncio.gather(*(visit(number) for number in range(count)))
    names = ("tasks", "threads", "descriptors", "sessions")
    for _each in range(100):
        after = await server.ask(do="state")
        if all(after[name] <= before[name] for name in names):
            break
        await asyncio.sleep(0.1)
    await server.ask(do="tidy")
    after = await server.ask(do="state")
    left = {name: max(0, after[name] - before[name]) for name in names}
    return left | {"memory": int(after["memory"] - before["memory"])}


async def _wrong(server: Server, stalled: list[Screen]) -> int:
    """How many of the screens that did not read show something else than a new one of the same window."""
    wrong = 0
    for screen in stalled:
        fresh = await server.connect("window", screen.number, keep=True)
        for _again in range(5):
            # Both read again: what is foretold is otherwise as old as the reading.
            await server.ask(do="fill", visitors=1)
            await _until(partial(_is_quiet, [screen, fresh], 1.0))
            if _rows(screen) == _rows(fresh):
                break
        else:
            wrong += 1
            rows = zip(_rows(screen), _rows(fresh), strict=True)
            say("\n".join(f"{one}\n{other}" for one, other in rows if one != other))
        await fresh.close()
    return wrong


def _rows(screen: Screen) -> list[str]:
    import pyte

    display = pyte.Screen(80, 24)
    stream = pyte.ByteStream(display)
    stream.feed(b"".join(screen.kept or ()))
    # Below, the notice of the last key and the keys, which follow it, stand on one of the two only.
    return list(display.display[:20])


async def _stalled(
    server: Server, clerks: list[Screen], seconds: float, before: list[float]
) -> list[Figure]:
    """Five of the clerks' terminals stop reading while their keys go on."""
    stalled, others = clerks[:STALLED], clerks[STALLED:]
    memory = await _memory(server)
    for each in stalled:
        assert each.channel is not None
        each.channel.pause_reading()
    answers = await let_work(others, seconds)
    grown = await _memory(server) - memory
    for each in stalled:
        assert each.channel is not None
        each.channel.resume_reading()
    wrong = await _wrong(server, stalled)
    ours, reference = percentile(answers, 99), percentile(before, 99)
    return [
        at_most(
            "the others' keys while five do not read, p99",
            ours / reference,
            MOST_SLOWER,
            millis(ours),
            f"{millis(reference)} before",
        ),
        Figure("memory grown meanwhile", f"{grown:.1f} MiB"),
        exactly("of the five, screens that are wrong afterwards", wrong, 0),
    ]


async def _fifty(server: Server) -> list[Screen]:
    return [
        await server.connect(place, number, keep=place == "window" and number <= STALLED)
        for place, count in PLACES.items()
        for number in range(1, count + 1)
    ]


def _load(state: dict[str, Any]) -> str:
    return f"{state['cpu_busy']:.0f} % CPU, {state['changes']:.0f} changes/s"


def _within(name: str, value: float, most: float, unit: str, reference: str = "") -> Figure:
    return Figure(
        name, f"{value:.1f} {unit}", reference, None, f"<= {most:g} {unit}", value <= most
    )


async def _alone(folder: Path, seconds: float) -> tuple[list[float], float]:
    """One clerk alone in a process of its own: the seconds of the keys, and the memory."""
    async with serving(folder) as server:
        await server.ask(do="fill", visitors=int(seconds))
        screen = await server.connect("window", 1)
        return await let_work([screen], seconds), await _memory(server)


async def _all(work: Path, seconds: float) -> list[Figure]:
    say("one clerk alone ...")
    alone, one = await _alone(work / "alone", min(seconds, 20.0))
    async with serving(work / "hall") as server:
        bare = await _memory(server)
        screens = await _fifty(server)
        clerks = [each for each in screens if each.place == "window"]
        memory = await _memory(server)
        say(f"{len(screens)} screens, {memory:.0f} MiB; idle ...")
        # Nobody waits yet: a waiting time that grows by a minute is a change.
        cpu, idle = await _idle(server, screens, min(seconds, 20.0))
        await server.ask(do="fill", visitors=int(seconds * 25) + 300)
        calls = await _call_bytes(server, screens)
        say("a busy day ...")
        await server.ask(do="visitors", rate=VISITORS_A_SECOND)
        await server.ask(do="state")
        await let_work(clerks, seconds, A_DAYS_PACE)
        day = await server.ask(do="state")
        say(f"changes reach all in {millis(day['reach'])}; every clerk a key a second ...")
        answers = await let_work(clerks, seconds)
        state = await server.ask(do="state")
        busy = await _memory(server)
        say(f"keys p99 {millis(percentile(answers, 99))}; five clients stop reading ...")
        stalled = await _stalled(server, clerks, seconds, answers)
        await server.ask(do="visitors", rate=0)
        await asyncio.gather(*(each.close() for each in screens[10:]))
        say(f"{COMINGS} come and go ...")
        left = await _come_and_go(server, COMINGS)
        again = await _come_and_go(server, COMINGS)
    middle = [percentile(each, 50) for each in (answers, alone)]
    ours = percentile(answers, 99)
    return [
        _within("memory with 50 terminals", memory, MOST_MEMORY, "MiB", f"{bare:.0f} MiB, none"),
        _within("memory after the busy day", busy, MOST_MEMORY, "MiB"),
        _within("a further terminal", (memory - one) / (len(screens) - 1), MOST_A_SESSION, "MiB"),
        _within("CPU, idle", cpu, MOST_IDLE_CPU, "%"),
        exactly("bytes, idle", idle, 0),
        Figure(
            "key to first byte, median",
            millis(middle[0]),
            f"{millis(middle[1])} alone",
            middle[0] / middle[1],
        ),
        _within("key to first byte, p99", ours * 1e3, MOST_ANSWER * 1e3, "ms"),
        _within(
            "a change by others to all 50 screens, p99",
            day["reach"] * 1e3,
            MOST_REACH * 1e3,
            "ms",
            _load(day),
        ),
        Figure("... while all press a key a second", millis(state["reach"]), _load(state)),
        _within("bytes of a call, window", calls["window"], MOST_CALL, "B"),
        _within("bytes of a call, supervisor", calls["overview"], MOST_SUPERVISED, "B"),
        Figure("bytes of a call, kiosk and board", f"{calls['kiosk']} and {calls['board']} B"),
        *stalled,
        *(
            exactly(f"{COMINGS} come and go: {name} left over", left[name], 0)
            for name in ("sessions", "tasks", "threads", "descriptors")
        ),
        Figure(f"{COMINGS} come and go: memory grown", f"{left['memory']} MiB"),
        _within("... as many again: memory grown", again["memory"], MOST_GROWTH, "MiB"),
    ]


def run(seconds: float = SECONDS) -> list[Figure]:
    """All figures of fifty terminals."""
    with work_folder() as work:
        for name in ("alone", "hall"):
            asyncio.run(prepare_hall(work / name))
        return asyncio.run(_all(work, seconds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    chosen = parser.parse_args()
    main(lambda: run(chosen.seconds))
