"""The call feed over real sockets: what readers get, and readers that do not behave."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.waiting import until
from yichuang.clock import FixedClock
from yichuang.config import CallFeedSettings
from yichuang.hardware import call_feed
from yichuang.hardware.call_feed import CallFeed
from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.face import Face, FaceState

AT = datetime(2026, 11, 20, 1, 31, 5, tzinfo=UTC)
IDLE = {3: Face(3, FaceState.IDLE, unit="大厅")}
CALLED = {3: Face(3, FaceState.CALLING, "A001", 1, AT, "大厅", "社保卡")}
DEADLINE = 10.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def feed(clients: int = 16) -> AsyncIterator[CallFeed]:
    """A feed at a free port, open and at work."""
    settings = CallFeedSettings(name="feed", port=9108, clients=clients)
    made = CallFeed(settings.model_copy(update={"port": 0}), FixedClock(AT + timedelta(seconds=9)))
    assert (await made.open()).state is DeviceState.READY
    work = asyncio.create_task(made.work())
    try:
        yield made
    finally:
        work.cancel()
        await asyncio.wait({work})
        await made.close()


async def connect(made: CallFeed) -> Streams:
    return await asyncio.open_connection("127.0.0.1", made.port)


async def line(reader: asyncio.StreamReader) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE):
        read = json.loads(await reader.readline())
    assert isinstance(read, dict)
    return read


async def test_a_reader_is_told_how_things_stand_and_then_each_call() -> None:
    async with feed() as made:
        made.show(IDLE)
        reader, writer = await connect(made)
        first = await line(reader)
        assert (first["event"], first["window"], first["state"]) == ("window", 3, "idle")
        made.show(CALLED)
        assert await line(reader) == {
            "event": "window",
            "window": 3,
            "at": "2026-11-20T01:31:14+00:00",
            "state": "calling",
            "number": "A001",
            "unit": "大厅",
            "item": "社保卡",
            "badge": "",
            "label": "",
        }
        made.call(Announcement(6, "A001", 3, AT, False))
        call = {"event": "call", "number": "A001", "window": 3, "at": AT.isoformat()}
        assert await line(reader) == call | {"repeat": False}
        made.show({3: Face(3, FaceState.CALLING, "A001", 2, AT)})
        assert (await line(reader))["event"] == "window"
        made.call(Announcement(7, "A001", 3, AT, True))
        assert await line(reader) == call | {"repeat": True}
        await made.test()
        assert (await line(reader))["event"] == "test"
        writer.close()
        await until(lambda: made.readers == 0)


async def test_a_call_is_sent_when_it_is_made_and_not_again_when_it_is_said() -> None:
    async with feed() as made:
        made.show(IDLE)
        reader, writer = await connect(made)
        await line(reader)
        # It came and went between two looks at the windows.
        made.call(Announcement(5, "B007", 3, AT, False))
        assert (await line(reader))["number"] == "B007"
        made.show(CALLED)
        made.call(Announcement(6, "A001", 3, AT, False))
        made.announce(Announcement(6, "A001", 3, AT, False))
        assert [(await line(reader))["event"] for _each in range(2)] == ["window", "call"]
        await made.test()
        assert (await line(reader))["event"] == "test"
        writer.close()


async def test_what_was_called_before_the_start_is_no_new_call() -> None:
    async with feed() as made:
        made.show(CALLED)
        reader, writer = await connect(made)
        assert (await line(reader))["event"] == "window"
        await made.test()
        assert (await line(reader))["event"] == "test"
        writer.close()


async def test_a_name_makes_one_line_whatever_it_holds() -> None:
    async with feed() as made:
        made.show({3: Face(3, FaceState.IDLE, label='a\n{"event":"call"}\x1b\u2028\x85\ud800"}')})
        reader, writer = await connect(made)
        assert (await line(reader))["label"] == 'a {"event":"call"}"}'
        writer.close()


async def test_a_reader_that_never_reads_is_cut_off_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_feed, "MOST_WAITING", 4096)
    async with feed() as made:
        made.show(IDLE)
        deaf = socket.create_connection(("127.0.0.1", made.port))
        await until(lambda: made.readers == 1)
        count = 0

        def call_on() -> bool:
            nonlocal count
            for _each in range(1000):
                count += 1
                made.show({3: Face(3, FaceState.CALLING, f"A{count}", 1, AT)})
            return made.readers == 0

        await until(call_on)
        deaf.close()
        reader, writer = await connect(made)
        assert (await line(reader))["number"] == f"A{count}"
        writer.close()


async def test_no_more_readers_than_allowed_out_of_two_hundred() -> None:
    async with feed(clients=16) as made:
        made.show(IDLE)
        streams = await asyncio.gather(*(connect(made) for _each in range(200)))
        greeted = [bool(await reader.readline()) for reader, _writer in streams]
        assert (greeted.count(True), made.readers) == (16, 16)
        for _reader, writer in streams:
            writer.close()
        await until(lambda: made.readers == 0)
        reader, writer = await connect(made)
        assert (await line(reader))["event"] == "window"
        writer.close()


async def test_readers_that_talk_reset_or_half_close_do_no_harm() -> None:
    async with feed() as made:
        made.show(IDLE)
        _reader, talker = await connect(made)
        talker.write(b"\x00\xff" * 50_000)
        await talker.drain()
        _reader, half = await connect(made)
        half.write_eof()
        _reader, reset = await connect(made)
        reset.transport.abort()
        reader, writer = await connect(made)
        await line(reader)
        made.show(CALLED)
        assert (await line(reader))["state"] == "calling"
        for each in (talker, half, writer):
            each.close()
        await until(lambda: made.readers == 0)


async def test_a_reader_that_did_not_read_is_forgotten_when_the_feed_is_closed() -> None:
    async with feed(clients=1) as made:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.connect(("127.0.0.1", made.port))
            await until(lambda: made.readers == 1)
            (transport,) = made._readers
            count = 0
            while not transport.get_write_buffer_size():
                count += 1
                made.show({3: Face(3, FaceState.CALLING, f"A{count}", 1, AT)})
            await made.close()
            assert made.readers == 0
            await made.open()
            reader, writer = await connect(made)
            assert (await line(reader))["number"] == f"A{count}"
            writer.close()


async def test_a_taken_port_is_told() -> None:
    async with feed() as made:
        second = CallFeed(CallFeedSettings(name="second", port=made.port))
        with pytest.raises(DeviceTrouble) as trouble:
            await second.open()
        assert trouble.value.reason is DeviceReason.PORT_TAKEN
        await second.close()


async def test_a_port_for_the_administrator_alone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_socket: socket.socket, _address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    made = CallFeed(CallFeedSettings(name="low", port=80))
    with pytest.raises(DeviceTrouble) as trouble:
        await made.open()
    assert trouble.value.reason is DeviceReason.LOW_PORT
    await made.close()


async def test_closing_frees_the_port_and_its_readers() -> None:
    async with feed() as made:
        reader, writer = await connect(made)
        await until(lambda: made.readers == 1)
        port = made.port
        await made.close()
        async with asyncio.timeout(DEADLINE):
            assert await reader.read() == b""
        again = CallFeed(CallFeedSettings(name="again", port=port))
        await again.open()
        await again.close()
        writer.close()
