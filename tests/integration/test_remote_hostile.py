"""Hostile clients at the SSH server: what one of them costs everybody else."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from textual.app import App

from tests.integration.ssh_terminal import (
    Desk,
    Pad,
    Tour,
    Window,
    connecting,
    open_window,
    server_for,
    window_on,
)
from tests.waiting import until
from yichuang.cli.service import LOG_FILE, log_to_file
from yichuang.tui.remote.reception import Entrant, Why
from yichuang.tui.remote.server import RemoteServer

CLERK = Entrant("1007", is_staff=True)
MUCH = 4 * 1024 * 1024
"""Bytes that a flood has, for each kind of it."""


@pytest.fixture
def desk() -> Desk:
    """Who lets in."""
    return Desk()


@pytest.fixture
async def server(desk: Desk, tmp_path: Path) -> AsyncIterator[RemoteServer]:
    """A server that shows a pad."""
    async with server_for(desk, tmp_path) as server:
        yield server


@pytest.mark.parametrize("has_window", [True, False])
async def test_a_flood_of_packets_waits_at_its_client_while_others_work(
    server: RemoteServer, has_window: bool
) -> None:
    """Before and after the log-in: empty packets, each of which the server looks at."""
    async with connecting(server) as hostile, window_on(server) as other:
        await other.until("便笺")
        if has_window:
            await (await open_window(hostile)).until("便笺")
        # What waits is to wait where it can be seen.
        line = hostile.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        sent = 0
        while sent < MUCH:
            hostile.send_packet(asyncssh.constants.MSG_IGNORE, asyncssh.packet.String(b""))
            sent += 32
        for typed in range(10):
            other.channel.write(str(typed).encode())
            await other.until("0123456789"[: typed + 1])
        assert hostile._transport is not None
        assert hostile._transport.get_write_buffer_size() > MUCH // 2
        hostile.abort()


async def test_who_begins_screen_after_screen_waits_for_them(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.attendance.APPS_AT_ONCE", 3)
    monkeypatch.setattr("yichuang.tui.remote.attendance.APPS_A_SECOND", 0.001)
    desk.turns = 100
    async with server_for(desk, tmp_path) as server:
        server.settings = server.settings.model_copy(update={"sign_in_seconds": 3.0})
        async with window_on(server) as window:
            for page in (1, 2, 3):
                await window.until(f"第{page}页")
                window.channel.write(b"\x1bOQ")
            await window.until_closed()
    (tour,) = desk.tours
    assert len(tour.apps) == 3
    assert tour.reasons == [Why.NOT_SIGNED_IN]


class Fragile(Pad):
    """Fails when it is ended, as screens do that are still being made."""

    def on_unmount(self) -> None:
        """Fail."""
        raise RuntimeError("only half made")


class FragileDesk(Desk):
    """Shows it."""

    def next_app(self, tour: Tour) -> App[Any] | None:
        """The one page."""
        return None if tour.apps else Fragile()


async def test_who_goes_before_the_screen_is_made_is_gone_and_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = FragileDesk()
    caplog.set_level(logging.INFO, "yichuang")
    async with server_for(desk, tmp_path) as server, window_on(server) as window:
        await window.until("便笺")
        window.channel.get_connection().abort()
        await until(lambda: not server.sessions)
    assert desk.tours[0].reasons == [Why.GONE]
    assert "failed while it was ended: RuntimeError" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


class Revolving(Desk):
    """Lets somebody in on the second page, in the midst of it, and out again with the third."""

    def next_app(self, tour: Tour) -> App[Any] | None:
        """A page more."""
        tour.entrant = None
        return super().next_app(tour)


async def test_who_was_signed_out_is_sent_away_as_well_when_he_does_not_sign_in(
    tmp_path: Path,
) -> None:
    desk = Revolving()
    desk.turns = 3
    loop = asyncio.get_running_loop()
    async with server_for(desk, tmp_path) as server:
        server.settings = server.settings.model_copy(update={"sign_in_seconds": 1.0})
        begun = loop.time()
        async with window_on(server) as window:
            await window.until("第1页")
            window.channel.write(b"\x1bOQ")
            await window.until("第2页")
            (tour,) = desk.tours
            tour.entrant, tour.entered = CLERK, 1
            await until(lambda: loop.time() > begun + 1.2)
            assert not window.is_closed, "who has signed in stays"
            window.channel.write(b"\x1bOQ")
            await window.until_closed()
            assert "太久没有登录" in window.picture.raw.decode()
    assert tour.reasons == [Why.NOT_SIGNED_IN]


async def test_who_holds_all_places_before_the_sign_in_screen_makes_room_for_others(
    server: RemoteServer, desk: Desk
) -> None:
    server.settings = server.settings.model_copy(update={"most_guests": 3, "most_sessions": 4})
    key = asyncssh.generate_private_key("ssh-ed25519")
    desk.known[" ".join(key.export_public_key().decode().split()[:2])] = CLERK
    async with AsyncExitStack() as stack:

        async def window(**more: Any) -> Window:
            return await stack.enter_async_context(window_on(server, **more))

        flood = [await window() for _each in range(3)]
        await flood[2].until("便笺")
        other = await window(local_addr=("127.0.0.9", 0))
        await other.until("便笺")
        await flood[0].until_closed()
        again = await window()
        await again.until_closed()
        assert "等着登录的终端太多了" in again.picture.raw.decode(), "one's own place is one's own"
        third = await window(local_addr=("127.0.0.10", 0))
        assert not third.is_closed
        await until(lambda: third.is_closed or third.picture.has("便笺"))
        clerks = [await window(client_keys=[key]) for _each in range(2)]
        for clerk in clerks:
            await clerk.until("1007")
        await until(lambda: len(server.sessions) == 4)


async def test_a_last_word_of_a_client_is_one_harmless_line_of_the_log(
    server: RemoteServer, tmp_path: Path
) -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        log_to_file(tmp_path)
        connection = await connecting(server)
        word = asyncssh.packet.String("bye\n2026 ERROR yichuang: forged\x1b[2J")
        connection.send_packet(
            asyncssh.constants.MSG_DISCONNECT,
            asyncssh.packet.UInt32(2),
            word,
            asyncssh.packet.String(""),
        )
        await until(lambda: not server.connections)
        log = (tmp_path / LOG_FILE).read_text(encoding="utf-8")
    finally:
        for handler in logging.root.handlers:
            handler.close()
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        logging.captureWarnings(capture=False)
    (line,) = [line for line in log.splitlines() if "bye" in line]
    assert "forged" in line
    assert "\x1b" not in log
