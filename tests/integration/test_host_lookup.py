"""Devices whose host has a name: a dead name server holds up nothing but what needs the name."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from yichuang.hardware.link import tcp
from yichuang.hardware.link.link import LinkLost
from yichuang.hardware.link.lookup import HostLookup
from yichuang.hardware.link.tcp import TcpLink
from yichuang.queue.device import DeviceReason

DEADLINE = 20.0


class NameServer:
    """Stands in for the system's look-up."""

    def __init__(self) -> None:
        self.addresses = ["127.0.0.1"]
        self.error: Exception | None = None
        self.answers = threading.Event()
        self.answers.set()
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, **_asked: Any) -> list[tuple[Any, ...]]:
        """As socket.getaddrinfo; blocks while nothing answers."""
        self.asked.append(host)
        assert self.answers.wait(60)
        if self.error is not None:
            raise self.error
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (each, port)) for each in self.addresses]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The machine's only name server; nothing waits for it after the test."""
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    yield server
    server.answers.set()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Somebody listens there."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_dead_names_take_no_thread_from_others(
    names: NameServer, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "CONNECT_SECONDS", 0.05)
    names.answers.clear()
    links = [TcpLink(f"led{each}", f"led{each}.lan", port) for each in range(40)]
    for _again in range(3):
        for link in links:
            with pytest.raises(LinkLost):
                await link.open()
    assert sorted(names.asked) == sorted(f"led{each}.lan" for each in range(40)), (
        "one at a time each"
    )
    async with asyncio.timeout(DEADLINE):
        assert await asyncio.to_thread(lambda: "free") == "free"
        printer = TcpLink("printer", "127.0.0.1", port)
        monkeypatch.setattr(tcp, "CONNECT_SECONDS", DEADLINE)
        assert await printer.open()
        await printer.close()
        names.answers.set()
        assert await links[0].open(), "the answer to the look-up that was begun long ago is used"
        await links[0].close()
    assert names.asked.count("led0.lan") == 1


async def test_a_known_address_is_used_while_nobody_answers(names: NameServer, port: int) -> None:
    link = TcpLink("front", "printer.lan", port)
    async with asyncio.timeout(DEADLINE):
        assert await link.open()
        names.answers.clear()
        for _again in range(3):
            await link.drop()
            assert await link.open()
        await link.drop()
    assert len(names.asked) == 2, "the look-up that hangs is not begun again"


async def test_a_host_that_moved_is_found_and_an_error_forgets_nothing(names: NameServer) -> None:
    lookup = HostLookup("printer.lan", 9100)
    async with asyncio.timeout(DEADLINE):
        assert await lookup.addresses() == ["127.0.0.1"]
        names.error = socket.gaierror(-3, "Temporary failure in name resolution")
        assert await lookup.addresses() == ["127.0.0.1"]
        names.error, names.addresses = None, ["127.0.0.2", "127.0.0.3", "127.0.0.2"]
        found: list[str] = []
        while found != ["127.0.0.2", "127.0.0.3"]:
            await asyncio.sleep(0.01)
            found = await lookup.addresses()


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
async def test_a_name_that_nobody_knows_is_a_lost_link(
    names: NameServer, error: Exception, port: int
) -> None:
    names.error = error
    link = TcpLink("front", "nobody.lan", port)
    with pytest.raises(LinkLost, match=str(error.args[-1])) as lost:
        await link.open()
    assert lost.value.reason is DeviceReason.HOST_UNKNOWN
    names.error, names.addresses = None, ["127.0.0.9", "127.0.0.1"]
    async with asyncio.timeout(DEADLINE):
        assert await link.open(), "where the first address refuses, the next is tried"
        await link.close()
