"""The server process of `bench.sessions` and `bench.intruders`: a hall of forty windows over SSH, and what
it tells of itself.

It serves as `yichuang serve` does, to people and posts that come with their keys. It reads one question a
line from standard input and writes one answer a line, both JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import percentile

if TYPE_CHECKING:
    from yichuang.queue.service import Hall
    from yichuang.tui.hall_screen import HallScreen
    from yichuang.tui.remote.server import RemoteServer

WINDOWS = 40
CATEGORIES = ("legal_affairs", "social_affairs", "social_insurance", "tax", "police")

_FRAME = 1 / 60
"""Seconds until what was read is painted, at most."""


async def prepare_hall(folder: Path) -> None:
    """Make a city hall of forty open windows."""
    from yichuang.bootstrap import create_hall, open_hall
    from yichuang.config import SETTINGS_FILE

    await create_hall(folder, level="city", sample=True)
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    more = "".join(
        f'[[window]]\nnumber = {number}\ncategories = ["{CATEGORIES[number % 5]}"]\n\n'
        for number in range(text.count("[[window]]") + 1, WINDOWS + 1)
    )
    at = text.index("[[window]]")
    path.write_text(text[:at] + more + text[at:], encoding="utf-8")
    async with open_hall(folder) as hall:
        for number in range(1, WINDOWS + 1):
            await hall.open_window(number)


class _Reach:
    """How long each screen took to show a change: by its readings that began after the commit.

    The painting follows with the next frame, which is counted in. A screen that finds that nothing of it
    shows there is up to date by that.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.changes = 0
        self._waiting: dict[HallScreen, list[float]] = {}

    def watch(self, hall: Hall) -> None:
        """Take note of all that is done and shown in this process."""
        from yichuang.tui.hall_screen import HallScreen

        do, reload, on_unmount = hall.do, HallScreen.reload, HallScreen.on_unmount
        is_concerned = HallScreen.is_concerned

        async def done(command: Any, actor: str = "") -> Any:
            result = await do(command, actor)
            self.changes += 1
            now = time.monotonic()
            for each in self._waiting.values():
                each.append(now)
            return result

        async def reloaded(screen: HallScreen) -> None:
            began = time.monotonic()
            self._waiting.setdefault(screen, [])
            await reload(screen)
            self._shown(screen, began)

        async def asked(screen: HallScreen) -> bool:
            began = time.monotonic()
            if await is_concerned(screen):
                return True
            self._shown(screen, began)
            return False

        def unmounted(screen: HallScreen) -> None:
            self._waiting.pop(screen, None)
            on_unmount(screen)

        for of, name, instead in (
            (hall, "do", done),
            (HallScreen, "reload", reloaded),
            (HallScreen, "is_concerned", asked),
            (HallScreen, "on_unmount", unmounted),
        ):
            setattr(of, name, instead)

    def _shown(self, screen: HallScreen, began: float) -> None:
        waiting = self._waiting.get(screen, [])
        now = time.monotonic() + _FRAME
        self.seconds += [now - each for each in waiting if each <= began]
        waiting[:] = [each for each in waiting if each > began]


class _SignIns:
    """What came of every PIN that was typed: the name of the error, or "in"."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()

    def watch(self) -> None:
        """Take note of all who sign in by PIN in this process."""
        from yichuang.queue.personnel.people import People

        sign_in = People.sign_in

        async def signed_in(people: People, badge: str, pin: str, origin: str = "") -> Any:
            try:
                result = await sign_in(people, badge, pin, origin)
            except Exception as error:
                self.ends[type(error).__name__] += 1
                raise
            self.ends["in"] += 1
            return result

        setattr(People, "sign_in", signed_in)  # noqa: B010 - mypy lets no method be assigned


class _Served:
    """What is asked of this process."""

    def __init__(self, hall: Hall, server: RemoteServer) -> None:
        self._hall = hall
        self._server = server
        self._reach = _Reach()
        self._reach.watch(hall)
        self._sign_ins = _SignIns()
        self._sign_ins.watch()
        self._visitors: asyncio.Task[None] | None = None
        self._since = (time.monotonic(), time.process_time())

    async def admit(self, key: str, place: str, number: int) -> None:
        """Let a key in: a clerk's, on duty at that window; a supervisor's; or a post's."""
        from yichuang.queue.people.role import Role
        from yichuang.queue.people.staff import Staff

        people = self._hall.people
        if place not in ("window", "overview"):
            await people.add_key(key, post=f"{place}:{number}" if place == "kiosk" else place)
            return
        role = Role.CLERK if place == "window" else Role.SUPERVISOR
        badge = f"{1 if role is Role.CLERK else 2}{number:03}"
        await people.save(Staff(badge, f"第{number}位", (role,)))
        await people.add_key(key, badge=badge)
        if role is Role.CLERK:
            await people.take_post(number, badge)

    async def employ(self, badges: list[str]) -> dict[str, str]:
        """Make clerks with PINs, which are given back by badge number."""
        from yichuang.queue.people.role import Role
        from yichuang.queue.people.staff import Staff

        people = self._hall.people
        await people.save(*(Staff(badge, f"第{badge}位", (Role.CLERK,)) for badge in badges))
        return {badge: await people.reset_pin(badge, reason="试") for badge in badges}

    async def sign_ins(self) -> dict[str, Any]:
        """What came of every PIN so far; and each sign-in of the journal: from where, and whose."""
        from yichuang.queue.event import EventKind

        signed: list[list[str]] = []
        row = 0
        while entries := await self._hall.entries(row):
            row = entries[-1].seq
            signed += [
                [str(each.event.data["origin"]), str(each.event.data["badge"])]
                for each in entries
                if each.event.kind is EventKind.SIGNED_IN
            ]
        return {"ends": self._sign_ins.ends, "in": signed}

    async def call(self, window: int) -> None:
        """Call the next one to a window."""
        await self._hall.call_next(window)

    async def serve(self, window: int) -> None:
        """Be done with whom the window called."""
        await self._hall.start(window)
        await self._hall.finish(window)

    async def fill(self, visitors: int) -> None:
        """Let so many visitors come at once."""
        luck = random.Random(1)
        for _each in range(visitors):
            await self._hall.issue(category=luck.choice(CATEGORIES), on_paper=False)

    async def tidy(self) -> None:
        """Look through everything for garbage."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    async def visitors(self, rate: float) -> None:
        """Let so many visitors a second come from now on."""
        if self._visitors is not None:
            self._visitors.cancel()
            self._visitors = None
        if rate:
            self._visitors = asyncio.create_task(self._come(rate))

    async def _come(self, rate: float) -> None:
        luck = random.Random(2)
        while True:
            await asyncio.sleep(luck.expovariate(rate))
            await self._hall.issue(category=luck.choice(CATEGORIES), on_paper=False)

    async def state(self) -> dict[str, Any]:
        """What the process holds and has used, and how changes were shown since this was asked last."""
        reach, changes = self._reach.seconds, self._reach.changes
        self._reach.seconds, self._reach.changes = [], 0
        (was, used), self._since = self._since, (time.monotonic(), time.process_time())
        passed = self._since[0] - was
        return {
            "memory": _memory(),
            "cpu": self._since[1],
            "at": self._since[0],
            "cpu_busy": (self._since[1] - used) / passed * 100,
            "changes": changes / passed,
            "reach": percentile(reach, 99) if reach else 0.0,
            "tasks": len(asyncio.all_tasks()),
            "threads": sum(not each.name.startswith("asyncio_") for each in threading.enumerate()),
            "descriptors": _descriptors(),
            "sessions": len(self._server.sessions),
            "connections": self._server.connections,
            "unproved": self._server.unproved,
        }


def _memory() -> float:
    """The resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def _serve(folder: Path, chosen: dict[str, Any]) -> None:
    from yichuang.bootstrap import open_hall, serving_hall

    async with (
        open_hall(folder) as hall,
        serving_hall(
            hall,
            folder,
            **({"listen": "127.0.0.1", "port": 0, "connections_a_minute": 10_000} | chosen),
        ) as server,
    ):
        served = _Served(hall, server)
        _tell({"port": server.port})
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            _tell(await getattr(served, asked.pop("do"))(**asked) or {})
        await served.visitors(0)


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    from yichuang.tui.terminal import prepare_environment

    prepare_environment()
    logging.disable(logging.ERROR)
    asyncio.run(_serve(Path(sys.argv[1]), json.loads(sys.argv[2])))
