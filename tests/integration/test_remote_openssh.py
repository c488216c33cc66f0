"""The system's own OpenSSH client at the server's door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from tests.integration.ssh_terminal import OPENSSH, Desk, openssh, server_for
from tests.screens.frame import frame
from tests.waiting import until
from yichuang.tui.remote.reception import Entrant, Why
from yichuang.tui.remote.server import RemoteServer

pytestmark = pytest.mark.skipif(OPENSSH is None, reason="no OpenSSH client on this machine")

CLERK = Entrant("1007", is_staff=True)


@pytest.fixture
def desk() -> Desk:
    """Who lets in."""
    return Desk()


@pytest.fixture
async def server(desk: Desk, tmp_path: Path) -> AsyncIterator[RemoteServer]:
    """A server that shows a pad."""
    async with server_for(desk, tmp_path) as server:
        yield server


@pytest.mark.parametrize("options", [(), ("-C",), ("-o", "SendEnv=LANG"), ("-A", "-X")])
async def test_a_guest_gets_the_sign_in_screen(
    server: RemoteServer, desk: Desk, options: tuple[str, ...]
) -> None:
    async with openssh(server, *options) as client:
        await client.until("便笺 第1页")
        await client.until("大小 80x24")
        client.press("号7".encode())
        await client.until("号7")
        client.resize(100, 30)
        await client.until("大小 100x30")
        await until(lambda: client.picture.rows == frame(desk.tours[0].pad))
        client.press(b"\x1bOQ")
        assert await client.ended() == 0
    assert desk.tours[0].reasons == [Why.FINISHED]
    assert "forwarding" not in client.picture.raw.decode().lower() or "-A" in options


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
async def test_a_registered_key_goes_straight_to_its_screen(
    server: RemoteServer, desk: Desk, tmp_path: Path, algorithm: str
) -> None:
    key = asyncssh.generate_private_key(algorithm)
    path = tmp_path / "key"
    key.write_private_key(path)
    path.chmod(0o600)
    desk.known[" ".join(key.export_public_key().decode().split()[:2])] = CLERK
    async with openssh(server, "-i", str(path), "-o", "IdentitiesOnly=yes") as client:
        await client.until("1007 第1页")


async def test_commands_and_subsystems_are_refused(server: RemoteServer, desk: Desk) -> None:
    for options, command, text in (
        ((), ("ls", "/"), "不执行命令"),
        (("-t",), ("sh",), "不执行命令"),
        (("-s",), ("sftp",), "subsystem request failed"),
        (("-T",), (), "ssh -t"),
    ):
        async with openssh(server, *options, command=command) as client:
            await client.until(text)
            assert await client.ended() != 0
    assert desk.tours == []


async def test_a_forwarded_port_leads_nowhere(server: RemoteServer, desk: Desk) -> None:
    async with openssh(
        server, "-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:0:127.0.0.1:1"
    ) as client:
        assert await client.ended() != 0
        assert "forwarding failed" in client.picture.raw.decode()
    assert desk.tours == []


async def test_a_dumb_terminal_is_told_so(server: RemoteServer) -> None:
    async with openssh(server, term="dumb") as client:
        await client.until("TERM=dumb")
        assert await client.ended() == 1


async def test_a_killed_client_ends_its_app(server: RemoteServer, desk: Desk) -> None:
    async with openssh(server) as client:
        await client.until("便笺")
        client.process.kill()
        await until(lambda: not server.sessions)
    assert desk.tours[0].reasons == [Why.GONE]
    assert desk.tours[0].pad.has_ended


async def test_a_client_without_input_keeps_its_screen(server: RemoteServer, desk: Desk) -> None:
    async with openssh(server, "-n", "-tt") as client:
        await client.until("便笺")
        desk.tours[0].pad.fill(1)
        await client.until("第 1 次")
