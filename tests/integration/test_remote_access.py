"""Who gets in over SSH, how many, and what they do not get: anything but a screen."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.integration.ssh_terminal import (
    Client,
    Desk,
    Pad,
    connecting,
    open_window,
    server_for,
    window_on,
)
from tests.waiting import DEADLINE, until
from yichuang.tui.remote.reception import Entrant, Why
from yichuang.tui.remote.server import MOST_OFFERS, RemoteServer

CLERK = Entrant("1007", is_staff=True)
BOARD = Entrant("board2", is_staff=False)


@pytest.fixture
def desk() -> Desk:
    """Who lets in."""
    return Desk()


@pytest.fixture
async def server(desk: Desk, tmp_path: Path) -> AsyncIterator[RemoteServer]:
    """A server that shows a pad."""
    async with server_for(desk, tmp_path) as server:
        yield server


def new_key(desk: Desk, entrant: Entrant | None, algorithm: str = "ssh-ed25519") -> asyncssh.SSHKey:
    """A key, which is somebody's."""
    key = asyncssh.generate_private_key(algorithm, comment="of a client")
    if entrant is not None:
        desk.known[" ".join(key.export_public_key().decode().split()[:2])] = entrant
    return key


# --- who it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize("entrant", [CLERK, BOARD])
async def test_a_registered_key_goes_straight_to_its_screen(
    server: RemoteServer, desk: Desk, entrant: Entrant
) -> None:
    async with window_on(server, client_keys=[new_key(desk, entrant)]) as window:
        await window.until(f"{entrant.name} 第1页")
        assert server.sessions[0].entrant == entrant


async def test_an_unknown_key_and_none_lead_to_the_sign_in_screen(
    server: RemoteServer, desk: Desk
) -> None:
    for keys in ([], [new_key(desk, None)]):
        async with window_on(server, client_keys=keys) as window:
            await window.until("便笺 第1页")
            assert server.sessions[0].entrant is None
        await until(lambda: not server.sessions)
    assert len(desk.asked) == 1


class Thief(Client):
    """Offers a key that is not his, and then comes in as nobody."""

    def __init__(self, key: asyncssh.SSHKey, forged: asyncssh.SSHKey) -> None:
        self._pairs = [_Forged(key, forged)]

    def public_key_auth_requested(self) -> Any:
        """The stolen public key."""
        return self._pairs.pop() if self._pairs else None


class _Forged(asyncssh.SSHKeyPair):
    """A public key with the signatures of another."""

    def __init__(self, shown: asyncssh.SSHKey, used: asyncssh.SSHKey) -> None:
        super().__init__(
            shown.algorithm,
            b"ssh-ed25519",
            [b"ssh-ed25519"],
            [b"ssh-ed25519"],
            shown.public_data,
            None,
        )
        self._used = used

    @property
    def has_private_key(self) -> bool:
        """So it says."""
        return True

    def sign(self, data: bytes) -> bytes:
        """Signed by the wrong key."""
        return self._used.sign(data, b"ssh-ed25519")


async def test_a_key_that_was_only_shown_proves_nothing(server: RemoteServer, desk: Desk) -> None:
    stolen, own = new_key(desk, CLERK), new_key(desk, None)
    async with window_on(
        server, client_keys=(), client_factory=lambda: Thief(stolen, own)
    ) as window:
        await window.until("便笺 第1页")
        assert len(desk.asked) >= 1
        assert server.sessions[0].entrant is None


async def test_a_reception_that_fails_lets_nobody_in_as_somebody(
    server: RemoteServer,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(key: str, origin: str) -> Entrant | None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(desk, "recognise", fail)
    async with window_on(server, client_keys=[new_key(desk, CLERK)]) as window:
        await window.until("便笺 第1页")
    assert "could not be looked up" in caplog.text


async def test_a_thousand_keys_are_not_all_looked_up(server: RemoteServer, desk: Desk) -> None:
    keys = [new_key(desk, None) for _each in range(MOST_OFFERS + 5)]
    with pytest.raises((asyncssh.Error, OSError)):
        await connecting(server, client_keys=keys)
    assert len(desk.asked) == MOST_OFFERS
    await until(lambda: server.connections == 0)


async def test_no_password_is_asked_and_none_gets_in(server: RemoteServer) -> None:
    class Passwords(asyncssh.SSHClient):
        asked = 0

        def password_auth_requested(self) -> str:
            Passwords.asked += 1
            return "123456"

        def kbdint_auth_requested(self) -> None:
            return None

    with pytest.raises(asyncssh.PermissionDenied):
        await connecting(server, client_factory=Passwords)
    assert Passwords.asked == 0


# --- a screen and nothing else --------------------------------------------------------------------


async def test_commands_and_file_transfer_are_refused_with_a_word(
    server: RemoteServer, desk: Desk
) -> None:
    async with connecting(server) as connection:
        window = await open_window(connection, term=None, command="ls /")
        await window.until_closed()
        assert "不执行命令" in window.errors.decode()
        assert window.status == 1
        assert window.picture.raw == b""
    async with connecting(server) as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.start_sftp_client()
    async with connecting(server) as connection:
        window = await open_window(connection, term=None)
        await window.until_closed()
        assert "ssh -t" in window.errors.decode()
    assert desk.tours == []


async def test_there_is_one_screen_and_no_forwarding(server: RemoteServer, tmp_path: Path) -> None:
    async with connecting(server) as connection:
        window = await open_window(connection)
        await window.until("便笺")
        for refused in (
            open_window(connection),
            connection.open_connection("127.0.0.1", server.port),
            connection.open_unix_connection(str(tmp_path / "socket")),
            connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", server.port),
            connection.forward_remote_path(str(tmp_path / "there"), str(tmp_path / "here")),
        ):
            with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ChannelListenError)):
                await refused
        window.channel.write(b"still here")
        await window.until("still here")


async def test_an_environment_of_any_size_is_not_kept(server: RemoteServer, desk: Desk) -> None:
    variables = {f"LC_{number}": "x" * 60 for number in range(500)} | {"LD_PRELOAD": "/tmp/x"}
    async with window_on(server, env={"LANG": "en_US.UTF-8"} | variables) as window:
        await window.until("语言")
        assert server.sessions[0].terminal.language == "en"
        kept = server.sessions[0].link._channel.get_environment()
        assert len(kept) == 16
        assert "LD_PRELOAD" not in kept


async def test_agent_and_displays_are_not_forwarded(server: RemoteServer) -> None:
    async with window_on(server) as window:
        await window.until("便笺")
        ask = window.channel._make_request
        display = asyncssh.packet.String(b"MIT-MAGIC-COOKIE-1") + asyncssh.packet.String(b"00" * 16)
        assert not await ask(b"auth-agent-req@openssh.com")
        assert not await ask(
            b"x11-req", asyncssh.packet.Boolean(False), display, asyncssh.packet.UInt32(0)
        )
        for kind in (b"shell", b"exec", b"subsystem"):
            assert not await ask(
                kind, *([asyncssh.packet.String(b"x")] if kind != b"shell" else [])
            )
        window.channel.write(b"still here")
        await window.until("still here")


@pytest.mark.parametrize("term", ["dumb", "emacs", "wyse50", "x;y\x1b[2J"])
async def test_a_terminal_without_screens_is_told_so(
    server: RemoteServer, desk: Desk, term: str
) -> None:
    async with window_on(server, term=term) as window:
        await window.until_closed()
        assert "TERM=" in window.picture.raw.decode()
        assert b"\x1b" not in window.picture.raw
        assert window.status == 1
    assert desk.tours == []


async def test_a_charset_that_is_not_utf8_is_refused_in_its_own_characters(
    server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server, env={"LANG": "zh_CN.GBK"}) as window:
        await window.until_closed()
    told = window.picture.raw.decode("gbk")
    assert "set to GBK" in told
    assert "字符集是 GBK" in told
    async with window_on(server, env={"LANG": "C"}) as window:
        await window.until("便笺")


# --- limits ---------------------------------------------------------------------------------------


async def test_screens_are_limited_for_each_person_and_in_all(desk: Desk, tmp_path: Path) -> None:
    clerk, other = new_key(desk, CLERK), new_key(desk, Entrant("1008", is_staff=True))
    async with (
        server_for(desk, tmp_path, most_per_person=1, most_sessions=3, most_guests=1) as server,
        window_on(server, client_keys=[clerk]) as first,
        window_on(server) as guest,
    ):
        await first.until("1007")
        await guest.until("便笺")
        for keys, text in (([clerk], "1007 已经开着 1 个屏幕"), ([], "等着登录的终端太多了")):
            async with window_on(server, client_keys=keys) as refused:
                await refused.until_closed()
            assert text in refused.picture.raw.decode()
            assert refused.status == 1
        async with window_on(server, client_keys=[other]) as last:
            await last.until("1008")
            boards = [new_key(desk, BOARD), new_key(desk, Entrant("board:2", is_staff=False))]
            async with window_on(server, client_keys=[boards[0]]) as board:
                await board.until(BOARD.name)
                await guest.until_closed()
                async with window_on(server, client_keys=[boards[1]]) as refused:
                    await refused.until_closed()
            assert "已有 3 个" in refused.picture.raw.decode()


async def test_who_signs_in_on_the_screen_counts_as_well(desk: Desk, tmp_path: Path) -> None:
    desk.turns, desk.signs_in_as = 2, CLERK
    async with (
        server_for(desk, tmp_path, most_per_person=1) as server,
        window_on(server) as first,
        window_on(server) as second,
    ):
        for window in (first, second):
            await window.until("便笺 第1页")
            window.channel.write(b"\x1bOQ")
        await until(lambda: first.is_closed or second.is_closed)
        stays, goes = (second, first) if first.is_closed else (first, second)
        await stays.until("1007 第2页")
        assert "1007 已经开着" in goes.picture.raw.decode()
        await until(lambda: any(tour.reasons == [Why.REFUSED] for tour in desk.tours))


async def test_who_does_not_sign_in_is_sent_away_and_who_does_stays(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.turns, desk.signs_in_as = 2, CLERK
    async with server_for(desk, tmp_path) as server:
        server.settings = server.settings.model_copy(update={"sign_in_seconds": 1.5})
        async with window_on(server) as one, window_on(server) as other:
            await one.until("便笺")
            await other.until("便笺")
            one.channel.write(b"\x1bOQ")
            await one.until("1007 第2页")
            await other.until_closed()
            assert "太久没有登录" in other.picture.raw.decode()
            await until(lambda: len(server.sessions) == 1)
            assert server.sessions[0].name == "1007"
            assert not one.is_closed
    assert [Why.NOT_SIGNED_IN] in [tour.reasons for tour in desk.tours]


async def test_an_address_may_begin_so_many_connections_a_minute(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        server_for(desk, tmp_path, connections_a_minute=2) as server,
        connecting(server),
        connecting(server),
    ):
        for _each in range(3):
            with pytest.raises((asyncssh.Error, OSError)):
                await connecting(server)
        assert server.connections == 2
    assert caplog.text.count("connects too often") == 1


async def test_half_open_connections_are_shed_and_a_true_client_still_gets_in(
    desk: Desk, tmp_path: Path
) -> None:
    async with server_for(desk, tmp_path, most_unproved=5, handshake_seconds=20) as server:
        calls = (asyncio.open_connection("127.0.0.1", server.port) for _each in range(60))
        lines = await asyncio.gather(*calls)
        await until(lambda: server.connections == 5)
        assert server.unproved == 5
        async with window_on(server) as window:
            await window.until("便笺")
            for _each in range(20):
                lines.append(await asyncio.open_connection("127.0.0.1", server.port))
            window.channel.write(b"still here")
            await window.until("still here")
        for _reader, writer in lines:
            writer.close()
        await until(lambda: server.connections == 0)


async def test_who_shows_no_screen_in_time_is_cut_off(desk: Desk, tmp_path: Path) -> None:
    async with server_for(desk, tmp_path, handshake_seconds=1.5) as server:
        silent, writer = await asyncio.open_connection("127.0.0.1", server.port)
        connection = await connecting(server)
        assert await asyncio.wait_for(silent.read(), 10) == b"SSH-2.0-Yichuang\r\n"
        await asyncio.wait_for(connection.wait_closed(), 10)
        writer.close()
        assert server.connections == 0


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: hall\r\n\r\n",
        os.urandom(5000),
        b"SSH-2.0-x\r\n" + os.urandom(5000),
        b"SSH-2.0-x\r\n\x00\x00\x00\x0c\x04" + b"\x14" * 11 + bytes(400),
        b"SSH-2.0-\xff\xfe\r\n" + bytes(100),
        b"x" * 20_000,
    ],
)
async def test_garbage_ends_its_own_connection_without_a_traceback(
    server: RemoteServer, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    caplog.set_level(logging.INFO)
    async with window_on(server) as window:
        await window.until("便笺")
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(garbage)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await until(lambda: server.connections == 1)
        window.channel.write(b"still here")
        await window.until("still here")
    assert all(record.exc_info is None for record in caplog.records)
    told = [record for record in caplog.records if "no screen for" in record.message]
    assert len(told) == 1


async def test_requests_whose_answers_are_not_read_cut_the_line(
    server: RemoteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.link.RUNAWAY", 64 * 1024)
    # What it sends is not what this is about: as much as it likes, at once.
    monkeypatch.setattr("yichuang.tui.remote.link.BYTES_A_SECOND", 10 * 1024 * 1024)
    async with connecting(server) as connection:
        window = await open_window(connection)
        await window.until("便笺")
        connection._transport.pause_reading()
        async with asyncio.timeout(DEADLINE):
            while server.connections:
                for _each in range(1000):
                    connection.send_packet(
                        80, asyncssh.packet.String("x"), asyncssh.packet.Boolean(True)
                    )
                await asyncio.sleep(0.01)
    await until(lambda: not server.sessions)


async def test_a_packet_that_swells_ends_its_own_connection(server: RemoteServer) -> None:
    async with window_on(server, compression_algs=["zlib@openssh.com"]) as window:
        await window.until("便笺")
        connection = window.channel.get_connection()
        connection.send_packet(2, asyncssh.packet.String(bytes(200_000)))
        window.channel.write(b"still here")
        await window.until("still here")
        connection.send_packet(2, asyncssh.packet.String(bytes(20_000_000)))
        await window.until_closed()
    await until(lambda: not server.sessions)


async def test_a_client_that_falls_silent_is_found_out(desk: Desk, tmp_path: Path) -> None:
    async with (
        server_for(desk, tmp_path, keepalive_seconds=0.2) as server,
        window_on(server) as silent,
        window_on(server) as other,
    ):
        await silent.until("便笺")
        await other.until("便笺")
        transport = silent.channel.get_connection()._transport
        assert transport is not None
        transport.pause_reading()
        await until(lambda: desk.tours[0].reasons == [Why.GONE])
        assert desk.tours[1].reasons == []
        assert len(server.sessions) == 1


@pytest.fixture
def strictness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two guests at once, and hardly any after them."""
    monkeypatch.setattr("yichuang.tui.remote.server.GUESTS_AT_ONCE", 2)
    monkeypatch.setattr("yichuang.tui.remote.server.GUESTS_A_SECOND", 0.001)


async def test_guests_wait_for_one_another_and_nobody_with_a_key_does(
    strictness: None, server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server) as one, window_on(server) as other:
        await one.until("便笺")
        await other.until("便笺")
        async with connecting(server) as third:
            await (await open_window(third)).until("来登录的人多，请稍候")
            async with window_on(server, client_keys=[new_key(desk, CLERK)]) as window:
                await window.until(f"{CLERK.name} 第1页")
            assert desk.tours[2].apps == []
            third.abort()
        await until(lambda: desk.tours[2].reasons == [Why.GONE])


async def test_who_waits_among_guests_is_told_when_the_server_stops(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.server.GUESTS_AT_ONCE", 1)
    monkeypatch.setattr("yichuang.tui.remote.server.GUESTS_A_SECOND", 0.0001)
    async with contextlib.AsyncExitStack() as windows:
        async with server_for(desk, tmp_path) as server:
            one = await windows.enter_async_context(window_on(server))
            await one.until("便笺")
            other = await windows.enter_async_context(window_on(server))
            await until(lambda: len(server.sessions) == 2)
        await other.until_closed()
    assert "服务正在停止" in other.picture.raw.decode()
    assert [tour.reasons for tour in desk.tours] == [[Why.STOPPED], [Why.STOPPED]]
    assert desk.tours[1].apps == []


@pytest.fixture
def rush(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many guests as there like to come at once."""
    monkeypatch.setattr("yichuang.tui.remote.server.GUESTS_AT_ONCE", 1000)


async def test_sixty_connections_leave_nothing_behind(
    rush: None, server: RemoteServer, desk: Desk
) -> None:
    async def visit(number: int) -> None:
        async with connecting(server) as connection:
            if number % 3 == 0:
                return
            window = await open_window(connection)
            if number % 3 == 1:
                await window.until("便笺")
                window.channel.write(b"\x1bOQ")
                await window.until_closed()
            else:
                connection.abort()

    # asyncssh works its keys out in the loop's pool, which grows to what the machine has.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    await visit(1)
    await until(lambda: not server.connections and not server.sessions)
    desk.tours.clear()
    before = _left()
    for first in range(0, 60, 6):
        await asyncio.gather(*(visit(number) for number in range(first, first + 6)))
    await until(lambda: not server.connections and not server.sessions)
    assert all(len(tour.reasons) == 1 for tour in desk.tours)
    desk.tours.clear()
    await until(lambda: _left() == before, f"{before} again")


def _left() -> tuple[int, int, int, int]:
    """Tasks, descriptors, threads and apps."""
    gc.collect()
    pads = sum(isinstance(each, Pad) for each in gc.get_objects())
    tasks = len(asyncio.all_tasks())
    descriptors, threads = (len([*Path("/proc/self", each).iterdir()]) for each in ("fd", "task"))
    return tasks, descriptors, threads, pads
