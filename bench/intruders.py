"""A thousand wrong log-ins, and a flood of half-open lines: whether clerks notice, and who gets in.

Eight clerks press a working key a second at a hall that is served as `yichuang serve` does it, with the
product's own limits: undisturbed before and after all, which is the reference; while guests type wrong PINs
at the sign-in screen, for known and unknown badge numbers, from many addresses and several at a time, and
clients come with wrong keys and passwords; and while lines are opened by the hundred and nothing is said on
them.

What came of each PIN is the server's own count, beside the journal's. A PIN that is refused unseen, as the
badge number is locked or the address has tried too many, was a wrong log-in, too; each is told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from statistics import median
from typing import Any, TypeVar

from bench.break_in import OWN_PIN, Guest
from bench.measure import millis, percentile
from bench.place import work_folder
from bench.report import Figure, at_most, exactly, main, say
from bench.served import prepare_hall
from bench.sessions import Screen, Server, let_work, serving
from yichuang.config import RemoteSettings

ATTEMPTS = 1000
CLERKS = 8
VISITORS = 800
"""Enough that no clerk's key finds an empty line."""
WARM_UP, UNDISTURBED = 8.0, 12.0
"""Seconds that do not count, and of each half of the reference."""

BADGES = [f"3{number:03}" for number in range(60)]
"""Of people whom nobody tries to be but the intruders."""
HONEST = "4000"
"""Of somebody with a PIN who signs in meanwhile."""
HOME = "127.0.0.1"
GUESSERS = [f"127.0.1.{number}" for number in range(1, 25)]
A_KEY = 25
"""Wrong PINs for each wrong key, and for each password: that many as come in the time that the PINs take."""

FLOOD = 500
WAVES = 4
"""How often a flood begins anew."""
A_WAVE = 4.0
"""Seconds between two."""
SPREAD = 10
"""Addresses of every other wave, each of which connects seldom enough: only the half-open are too many. The
waves between come from one address, which connects too often."""

MOST_SLOWER = 1.5

_ROUND = 4.0
"""Seconds in which each clerk presses every key once: a call that is begun is finished, whatever disturbs."""
_SLACK = 5.0
"""Seconds behind the server's time limit at which nothing is half open any more."""
_FLOODED = f"{WAVES} x {FLOOD} half open"
_LEFT = ("sessions", "connections", "tasks", "threads", "descriptors")

Result = TypeVar("Result")


class _Crowd:
    """The process of the intruders."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def ask(self, **what: Any) -> dict[str, Any]:
        """Ask for something (`bench.break_in`)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            told: dict[str, Any] = json.loads(await self._process.stdout.readline())
            return told


@asynccontextmanager
async def _crowd(port: int) -> AsyncIterator[_Crowd]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.break_in", str(port),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield _Crowd(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _work_while(
    clerks: list[Screen], disturbance: Awaitable[Result]
) -> tuple[Result, list[float]]:
    """Let the clerks work for as long as that takes; what it gave, and the seconds of the keys."""
    task = asyncio.ensure_future(disturbance)
    answers: list[float] = []
    while not task.done():
        answers += await let_work(clerks, _ROUND)
    return await task, answers


def _keys(name: str, ours: list[float], reference: list[float]) -> list[Figure]:
    middle, before = median(ours), median(reference)
    late, former = percentile(ours, 99), percentile(reference, 99)
    return [
        at_most(
            f"{name}: key to first byte, median",
            middle / before,
            MOST_SLOWER,
            millis(middle),
            f"{millis(before)} undisturbed",
        ),
        Figure(f"{name}: ... p99", millis(late), f"{millis(former)} undisturbed", late / former),
    ]


def _at_least(name: str, count: int, least: int, value: str = "") -> Figure:
    return Figure(name, value or str(count), target=f">= {least}", met=count >= least)


# --- wrong log-ins --------------------------------------------------------------------------------


async def _break_in(server: Server, crowd: _Crowd, attempts: int) -> dict[str, int]:
    """Guess until the server has refused so many; what the intruders saw of it."""
    seen: dict[str, int] = {}
    for _again in range(5):
        ends = (await server.ask(do="sign_ins"))["ends"]
        missing = attempts - sum(count for end, count in ends.items() if end != "in")
        if missing <= 0:
            break
        told = await crowd.ask(
            do="guess",
            guesses=missing,
            keys=missing // A_KEY,
            badges=BADGES,
            addresses=GUESSERS,
        )
        seen = {name: seen.get(name, 0) + told.get(name, 0) for name in seen | told}
    return seen


async def _sign_in(server: Server, pin: str) -> float:
    """The seconds that somebody with the right PIN waits; infinitely long for who is not let in."""
    guest = await Guest.come(server.port, HOME)
    began = time.monotonic()
    await guest.sign_in(HONEST, pin)
    took = time.monotonic() - began
    is_in = guest.shows(OWN_PIN)
    await guest.leave()
    return took if is_in else math.inf


async def _wrong_log_ins(
    server: Server, crowd: _Crowd, clerks: list[Screen], attempts: int
) -> tuple[list[float], list[Figure]]:
    """The seconds of the keys meanwhile, and the other figures."""
    pins = await server.ask(do="employ", badges=[*BADGES, HONEST])
    began = time.monotonic()

    async def disturb() -> tuple[dict[str, int], float]:
        guessing = asyncio.ensure_future(_break_in(server, crowd, attempts))
        # By then the guests stand in line for the one look at a PIN at a time.
        await asyncio.wait({guessing}, timeout=5.0)
        patience = await _sign_in(server, pins[HONEST])
        return await guessing, patience

    (seen, patience), answers = await _work_while(clerks, disturb())
    say(f"{time.monotonic() - began:.0f} s; the intruders saw {seen}")
    told = await server.ask(do="sign_ins")
    ends = dict(told["ends"])
    ends.pop("in", 0)
    given = ", ".join(
        f"{ends.pop(end, 0)} {what}"
        for end, what in (
            ("SignInRefused", "looked at"),
            ("SignInLocked", "locked"),
            ("TooManySignIns", "too many of an address"),
        )
    )
    say(f"{given}; {ends or 'nothing else'}")
    refused = sum(told["ends"].values()) - told["ends"].get("in", 0)
    journaled = [origin for origin, _badge in told["in"] if origin in GUESSERS]
    return answers, [
        _at_least("wrong log-ins: PINs refused", refused, attempts, f"{refused}: {given}"),
        _at_least("wrong log-ins: keys refused by SSH", seen["keys"], attempts // A_KEY),
        _at_least("wrong log-ins: passwords refused by SSH", seen["passwords"], attempts // A_KEY),
        exactly("wrong log-ins: got in, by the journal", len(journaled), 0),
        exactly("wrong log-ins: got in, as the intruders saw it", seen["inside"], 0),
        Figure(
            "the right PIN meanwhile",
            millis(patience),
            target="gets in",
            met=math.isfinite(patience) and [HOME, HONEST] in told["in"],
        ),
    ]


# --- half-open lines ------------------------------------------------------------------------------


async def _visit(server: Server, window: int) -> float:
    """The seconds until an honest clerk's screen is painted; infinitely long for who is cut off."""
    began = time.monotonic()
    try:
        screen = await server.connect("window", window)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        say(f"an honest clerk was cut off: {error!r}")
        return math.inf
    took = screen.last - began
    await screen.close()
    return took


def _addresses(wave: int) -> list[str]:
    count = SPREAD if wave % 2 == 0 else 1
    return [f"127.0.{2 + wave}.{number}" for number in range(1, count + 1)]


async def _rush(server: Server, crowd: _Crowd) -> tuple[int, list[float]]:
    """The waves: how many were half open at once, and how soon honest clerks had their screens."""
    most, came = 0, []
    for wave in range(WAVES):
        until = time.monotonic() + A_WAVE
        await crowd.ask(do="flood", count=FLOOD, addresses=_addresses(wave))
        honest = asyncio.ensure_future(_visit(server, CLERKS + 1 + wave))
        while time.monotonic() < until or not honest.done():
            most = max(most, (await server.ask(do="state"))["unproved"])
            await asyncio.sleep(0.1)
        came.append(await honest)
    return most, came


async def _half_open(
    server: Server, crowd: _Crowd, clerks: list[Screen]
) -> tuple[list[float], list[Figure]]:
    """The seconds of the keys meanwhile, and the other figures."""
    limits = RemoteSettings()
    windows = range(CLERKS + 1, CLERKS + 1 + WAVES)
    for window in windows:
        await _visit(server, window)
    quiet = [await _visit(server, window) for window in windows]
    (most, came), answers = await _work_while(clerks, _rush(server, crowd))
    state = await _settled(server, {"unproved": 0}, limits.handshake_seconds + _SLACK)
    opened = (await crowd.ask(do="lines"))["opened"]
    got_in = sum(map(math.isfinite, came))
    return answers, [
        _at_least(f"{_FLOODED}: lines opened", opened, WAVES * FLOOD),
        Figure(
            f"{_FLOODED}: most at once at the server",
            str(most),
            target=f"<= {limits.most_unproved}",
            met=most <= limits.most_unproved,
        ),
        exactly(f"{_FLOODED}: left at the server", state["unproved"], 0),
        exactly(f"{_FLOODED}: honest clerks in meanwhile", got_in, WAVES),
        Figure(
            f"{_FLOODED}: ... until the screen, longest",
            millis(max(came)),
            f"{millis(max(quiet))} before",
            max(came) / max(quiet),
        ),
    ]


# --- all of it ------------------------------------------------------------------------------------


async def _settled(server: Server, most: dict[str, Any], seconds: float) -> dict[str, Any]:
    """What the server process has when it has no more than that, or when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        state = await server.ask(do="state")
        if all(state[name] <= count for name, count in most.items()) or time.monotonic() > deadline:
            return state
        await asyncio.sleep(0.2)


async def _left(server: Server, before: dict[str, Any]) -> list[Figure]:
    """What the server process has more than before."""
    await _settled(server, {name: before[name] for name in _LEFT}, _SLACK)
    await server.ask(do="tidy")
    after = await server.ask(do="state")
    return [
        exactly(f"left over: {name}", max(0, after[name] - before[name]), 0) for name in _LEFT
    ] + [Figure("left over: memory", f"{after['memory'] - before['memory']:.0f} MiB")]


async def _clerks(server: Server) -> list[Screen]:
    return [await server.connect("window", number) for number in range(1, CLERKS + 1)]


async def _undisturbed(clerks: list[Screen]) -> list[float]:
    _nothing, answers = await _work_while(clerks, asyncio.sleep(UNDISTURBED))
    return answers


async def _warm_up(server: Server) -> None:
    """All that is made when it is needed first is there afterwards."""
    await server.ask(do="fill", visitors=VISITORS)
    clerks = await _clerks(server)
    await _work_while(clerks, asyncio.sleep(WARM_UP))
    await asyncio.gather(*(each.close() for each in clerks))
    await _settled(server, {"connections": 0}, _SLACK)
    await server.ask(do="tidy")


async def _all(server: Server, attempts: int) -> list[Figure]:
    await _warm_up(server)
    before = await server.ask(do="state")
    clerks = await _clerks(server)
    say("undisturbed ...")
    reference = await _undisturbed(clerks)
    async with _crowd(server.port) as crowd:
        say(f"keys {millis(median(reference))}; {attempts} wrong log-ins ...")
        guessed, wrong = await _wrong_log_ins(server, crowd, clerks, attempts)
        say("half-open lines ...")
        flooded, half_open = await _half_open(server, crowd, clerks)
        say("undisturbed once more ...")
        reference += await _undisturbed(clerks)
        await asyncio.gather(*(each.close() for each in clerks))
        # The intruders have not hung up: what they hold open still counts.
        left = await _left(server, before)
    return [
        *_keys("wrong log-ins", guessed, reference),
        *wrong,
        *_keys(_FLOODED, flooded, reference),
        *half_open,
        *left,
    ]


async def _run(attempts: int) -> list[Figure]:
    with work_folder() as work:
        await prepare_hall(work / "hall")
        limit = RemoteSettings().connections_a_minute
        async with serving(work / "hall", connections_a_minute=limit) as server:
            return await _all(server, attempts)


def run(attempts: int = ATTEMPTS) -> list[Figure]:
    """All figures of a hall that somebody wants to break into."""
    return asyncio.run(_run(attempts))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=ATTEMPTS)
    chosen = parser.parse_args()
    main(lambda: run(chosen.attempts))
