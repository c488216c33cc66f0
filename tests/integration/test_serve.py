"""`yichuang serve` as a process of its own: its beginning, its end, and what a pulled plug leaves."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import asyncssh
import pytest

from tests.integration.command import environment
from tests.integration.ssh_terminal import Client, Window, open_window
from tests.waiting import until
from yichuang.bootstrap import create_hall, open_hall
from yichuang.bootstrap.first_pin import FIRST_PIN_FILE, first_pin_kept
from yichuang.clock import SystemClock
from yichuang.config import SETTINGS_FILE, STORE_FILE
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState

STARTING = 60.0
"""Seconds that a start, or fifty terminals on a busy machine, may take."""


class Served(NamedTuple):
    """A running server."""

    process: asyncio.subprocess.Process
    port: int
    said: list[str]
    """Its lines on standard error so far."""


@asynccontextmanager
async def served(folder: Path, **more: str) -> AsyncIterator[Served]:
    """Serve a hall on a free port until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "yichuang", "serve", "--ssh-port", "0", "--listen", "127.0.0.1"),
        env=environment(YICHUANG_HALL=str(folder), **more),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said: list[str] = []
    port = 0
    async with asyncio.timeout(STARTING):
        while "SHA256:" not in "".join(said[-1:]) or not port:
            line = (await process.stderr.readline()).decode()
            assert line, said
            said.append(line.rstrip())
            if found := re.search(r"ssh -p (\d+)", line):
                port = int(found[1])

    async def go_on() -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            said.append(line.decode().rstrip())

    reading = asyncio.create_task(go_on())
    try:
        yield Served(process, port, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading
    assert not any("Traceback" in line for line in said), "\n".join(said)


@asynccontextmanager
async def connected(port: int, key: asyncssh.SSHKey | None) -> AsyncIterator[Window]:
    """A terminal of 80 by 24 at the server."""
    async with asyncssh.connect(
        "127.0.0.1",
        port,
        known_hosts=None,
        username="hall",
        client_keys=[key] if key is not None else None,
        agent_path=None,
        config=None,
        client_factory=Client,
    ) as connection:
        yield await open_window(connection)


def noon_zone() -> str:
    """A time zone in which it is about noon: no day may turn while the test runs."""
    hours = 12 - SystemClock().now().hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


async def town(folder: Path, windows: int = 8) -> None:
    """A hall with that many windows, in which everything is served everywhere."""
    await create_hall(folder, level="town")
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^\[\[window\]\].*?(?=^\[(?!\[window\]\])|\Z)", "", text)
    text = re.sub(r"(?m)^timezone = .*$", f'timezone = "{noon_zone()}"', text)
    for number in range(1, windows + 1):
        text += f'\n[[window]]\nnumber = {number}\nkind = "all_subject"\n'
    path.write_text(text, encoding="utf-8")


async def person(hall: Hall, badge: str, role: Role) -> asyncssh.SSHKey:
    """Somebody new, with a key."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    await hall.people.save(Staff(badge, f"人{badge}", (role,)))
    await hall.people.add_key(key.export_public_key().decode(), badge=badge)
    return key


async def unattended(hall: Hall, post: str) -> asyncssh.SSHKey:
    """A key for a screen where nobody signs in."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    await hall.people.add_key(key.export_public_key().decode(), post=post)
    return key


async def test_systemd_is_told_of_readiness_life_and_end_and_the_first_pin_is_in_no_log(
    tmp_path: Path,
) -> None:
    await town(tmp_path / "hall")
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        place = tmp_path / "notify"
        manager.bind(str(place))
        manager.setblocking(False)
        more = {"NOTIFY_SOCKET": str(place), "WATCHDOG_USEC": "3000000"}
        async with served(tmp_path / "hall", **more) as server, asyncio.timeout(STARTING):
            assert (await loop.sock_recv(manager, 500)).startswith(b"READY=1\n")
            assert (await loop.sock_recv(manager, 500)).startswith(b"WATCHDOG=1\n")
            file = tmp_path / "hall" / FIRST_PIN_FILE
            assert file.stat().st_mode & 0o777 == 0o600
            badge, pin = file.read_text(encoding="utf-8").split()
            async with connected(server.port, None) as window:
                await window.until("工号")
                server.process.send_signal(signal.SIGTERM)
                await window.until_closed()
                await window.until("服务正在停止")
            assert await server.process.wait() == 0
            while (told := await loop.sock_recv(manager, 500)) != b"STOPPING=1":
                assert told.startswith(b"WATCHDOG=1\n")
            said = "\n".join(server.said)
    assert badge == "admin"
    assert re.fullmatch(r"\d{6}", pin)
    assert f"第一个管理员的密码写在 {file}" in said
    assert pin not in said
    log = (tmp_path / "hall" / "yichuang.log").read_text(encoding="utf-8")
    assert "SHA256:" in log
    assert pin not in log


async def test_the_first_administrator_signs_in_and_must_choose_another_pin(
    tmp_path: Path,
) -> None:
    await town(tmp_path / "hall")
    async with served(tmp_path / "hall") as server:
        file = tmp_path / "hall" / FIRST_PIN_FILE
        pin = file.read_text(encoding="utf-8").split()[1]
        async with connected(server.port, None) as window:
            await window.until("工号")
            window.channel.write(f"admin\t{pin}\r".encode())
            await window.until("换一个自己的密码")
            window.channel.write(b"827364\t827364\r")
            await window.until("管理")
            await until(lambda: not file.exists(), "the end of the file")
        server.process.send_signal(signal.SIGTERM)
        assert await server.process.wait() == 0
    async with served(tmp_path / "hall") as again:
        assert not any("密码" in line for line in again.said)
        assert not file.exists()


async def test_the_file_of_the_first_pin_goes_with_another_pin_or_at_the_next_start(
    tmp_path: Path,
) -> None:
    await create_hall(tmp_path / "hall", level="village")
    file = tmp_path / "hall" / FIRST_PIN_FILE
    async with open_hall(tmp_path / "hall") as hall:
        first = await hall.people.first_administrator()
        assert first is not None
        badge, pin = first
        async with first_pin_kept(hall, tmp_path / "hall", badge, pin) as path:
            assert path == file
            # Others' acts are none of its business.
            await person(hall, "0001", Role.CLERK)
            await hall.people.reset_pin("0001", reason="新来的人")
            assert file.exists()
            await hall.people.reset_pin(badge, reason="没记下")
            await until(lambda: not file.exists(), "the end of the file")
        pin = await hall.people.reset_pin(badge, reason="没记下")
        async with first_pin_kept(hall, tmp_path / "hall", badge, pin):
            pass
        assert file.read_text(encoding="utf-8") == f"{badge} {pin}\n"
    async with served(tmp_path / "hall"):
        assert not file.exists()


async def test_what_steers_terminals_never_reaches_one_however_it_came_into_the_store(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "hall"
    await town(folder)
    async with open_hall(folder) as hall:
        keys = [await person(hall, "0001", Role.CLERK), await person(hall, "0900", Role.SUPERVISOR)]
        keys.append(await unattended(hall, "whereabouts"))
        await hall.open_window(1)
        await hall.issue(category="tax", on_paper=False)
    evil = "王\x1b]0;evil\x07\x1b[2J\x9b31m\u202e\x00"
    with sqlite3.connect(folder / STORE_FILE) as store:
        store.execute("UPDATE staff SET name = ?, phone = ?, department = ?", (evil,) * 3)
        store.execute("UPDATE window SET state = 'paused', reason = ?", (evil,))
        store.execute("UPDATE item SET alias = ?, name = ?", (evil, evil))
    store.close()
    async with served(folder) as server:
        for key in keys:
            async with connected(server.port, key) as window:
                await window.until("王")
                raw = bytes(window.picture.raw)
                assert b"\x1b]0;" not in raw
                assert b"\x07" not in raw
                assert "\x9b".encode() not in raw
                assert "\u202e".encode() not in raw
                assert b"\x00" not in raw


class Clerk:
    """Somebody who works on and remembers what the screen acknowledged last."""

    STEPS = ("open", "called", "serving", "finished")

    def __init__(self, number: int, key: asyncssh.SSHKey) -> None:
        self.number = number
        self.key = key
        self.window: Window
        self.seen = "closed"
        self.number_seen: tuple[str, ...] = ()

    @property
    def _is_called(self) -> bool:
        return self.window.picture.has("叫号理由")

    @property
    def _is_served(self) -> bool:
        return self.window.picture.has("办理中")

    def _big_number(self) -> tuple[str, ...]:
        return tuple(row[:44] for row in self.window.picture.rows[2:9])

    async def _press(self, key: bytes, shown: Callable[[], object], seen: str) -> None:
        self.window.channel.write(key)
        await until(shown, f"{seen} at {self.number}")
        self.seen, self.number_seen = seen, self._big_number()

    async def open(self) -> None:
        """Open the window."""
        await until(lambda: self.window.picture.has(f"{self.number} 号窗口"), "the window")
        await self._press(b"\x1bOQ", lambda: self.window.picture.has("开放"), "open")

    async def work(self) -> None:
        """Call, serve, finish, for ever."""
        for _each in itertools.count():
            await self._press(b"1", lambda: self._is_called and not self._is_served, "called")
            await self._press(b"3", lambda: self._is_served, "serving")
            await self._press(b"4", lambda: not self._is_called, "finished")

    def may_be(self) -> set[TicketState | None]:
        """What the hall may remember: what was acknowledged, or the step that was under way."""
        called, serving = TicketState.CALLED, TicketState.SERVING
        after: dict[str, set[TicketState | None]] = {
            "open": {None, called},
            "called": {called, serving},
            "serving": {serving, None},
            "finished": {None, called},
        }
        return after[self.seen]


async def fifty(hall: Hall) -> tuple[list[Clerk], list[asyncssh.SSHKey]]:
    """Forty clerks at their windows; five supervisors, three kiosks and two boards."""
    clerks = []
    for number in range(1, 41):
        badge = f"{number:04}"
        clerks.append(Clerk(number, await person(hall, badge, Role.CLERK)))
        await hall.people.name_post(number, badge)
    others = [await person(hall, f"09{each:02}", Role.SUPERVISOR) for each in range(5)]
    others += [await unattended(hall, f"kiosk:kiosk{each}") for each in range(3)]
    others += [await unattended(hall, "board")] * 2
    codes = [category.code for category in hall.settings.category]
    for number in range(400):
        await hall.issue(category=codes[number % len(codes)], on_paper=False)
    return clerks, others


@pytest.mark.timeout(240)
async def test_a_pulled_plug_with_fifty_terminals_loses_nothing_that_a_clerk_saw(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "hall"
    await town(folder, windows=40)
    async with open_hall(folder) as hall:
        clerks, others = await fifty(hall)
    chance = random.Random(2222)
    async with served(folder) as server, AsyncExitStack() as lines:
        for key in others:
            await lines.enter_async_context(connected(server.port, key))
        for clerk in clerks:
            clerk.window = await lines.enter_async_context(connected(server.port, clerk.key))
        await asyncio.gather(*(clerk.open() for clerk in clerks))
        work = [asyncio.create_task(clerk.work()) for clerk in clerks]
        steps = chance.randint(100, 160)
        await until(lambda: finished_steps(folder) >= steps, "the moment")
        os.kill(server.process.pid, signal.SIGKILL)
        await server.process.wait()
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    async with open_hall(folder) as hall:
        overview = await hall.overview()
        at_windows = {line.settings.number: line.ticket for line in overview.windows}
        for clerk in clerks:
            ticket = at_windows[clerk.number]
            state = ticket.state if ticket is not None else None
            assert state in clerk.may_be(), (clerk.number, clerk.seen, state)
            duty = await hall.people.on_duty(clerk.number)
            assert duty is not None
            assert duty.badge == f"{clerk.number:04}"
        tickets = await hall.tickets(limit=1000)
        assert len(tickets) == 400
        assert len({ticket.number for ticket in tickets}) == 400
    async with served(folder) as server:
        for clerk in clerks[:5]:
            ticket = at_windows[clerk.number]
            async with connected(server.port, clerk.key) as window:
                clerk.window = window
                shown = "叫号理由" if ticket is not None else "开放"
                await window.until(shown)
                if ticket is not None and ticket.state.value == clerk.seen:
                    assert clerk._big_number() == clerk.number_seen


def finished_steps(folder: Path) -> int:
    """How many steps the journal has of windows."""
    store = sqlite3.connect(f"file:{folder / STORE_FILE}?mode=ro", uri=True)
    try:
        row = store.execute(
            "SELECT COUNT(*) FROM journal WHERE event IN ('TicketCalled', 'TicketStarted', 'TicketFinished')"
        ).fetchone()
        return int(row[0])
    finally:
        store.close()
