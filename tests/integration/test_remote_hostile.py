"""Hostile clients at the SSH server: what one of them costs everybody else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from textual.app import App

from tests.integration.ssh_terminal import (
    Desk,
    Tour,
    connecting,
    open_window,
    server_for,
    until,
    window_on,
)
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
