"""Devices that are added, moved and taken away while the hall is open, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from yichuang.bootstrap import create_hall, following_settings, open_hall, working_devices
from yichuang.bootstrap.settings_file import SettingsFile
from yichuang.clock import FixedClock
from yichuang.config.edit import Add, Edit, Put, Remove, Spot, edited
from yichuang.hardware.simulator.printer import SimulatedPrinter
from yichuang.queue.device import DeviceState
from yichuang.queue.printing import JobState
from yichuang.queue.service import Hall

DEADLINE = 10.0


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
async def folder(tmp_path: Path, clock: FixedClock) -> Path:
    """The folder of a town's hall."""
    await create_hall(tmp_path / "hall", level="town", place="郑陆镇", clock=clock)
    return tmp_path / "hall"


@pytest.fixture
async def hall(folder: Path, clock: FixedClock) -> AsyncIterator[Hall]:
    """The hall, with its devices worked, and hall.toml followed."""
    async with (
        open_hall(folder, clock=clock) as hall,
        following_settings(hall, folder),
        working_devices(hall, folder=folder),
    ):
        yield hall


async def change(hall: Hall, folder: Path, *edits: Edit) -> None:
    """Edit hall.toml as another process does."""
    file = SettingsFile(hall, folder)
    found = await file.read()
    await file.keep(hall, edited(found.text, edits), was=found.hash, reason="why")


async def until(hall: Hall, device: str, state: DeviceState | None) -> None:
    """Wait until a device is in that state, or is none of the hall's."""
    changes = hall.changes(0.2)
    async with asyncio.timeout(DEADLINE):
        while True:
            seen = {each.name: each.health.state for each in await hall.devices.statuses()}
            if seen.get(device) == state:
                return
            await anext(changes)


async def first_line(port: int) -> dict[str, Any]:
    """What a reader of the call feed is told first, once it listens there."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            line = await reader.readline()
            writer.close()
            found: dict[str, Any] = json.loads(line)
            return found


async def closed(port: int) -> None:
    """Wait until nobody listens there."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.05)


async def test_a_display_is_added_moved_and_taken_away(hall: Hall, folder: Path) -> None:
    first, second = free_port(), free_port()
    await hall.open_window(3)
    await change(hall, folder, Add("call_feed", {"name": "feed", "port": first}))
    await until(hall, "feed", DeviceState.READY)
    assert (await first_line(first))["event"] == "window"
    await change(hall, folder, Put(Spot("call_feed", "feed", ("port",)), second))
    await closed(first)
    await until(hall, "feed", DeviceState.READY)
    assert (await first_line(second))["event"] == "window"
    await change(hall, folder, Remove("call_feed", "feed"))
    await closed(second)
    assert await hall.devices.statuses() == []


async def test_a_new_printer_prints_what_is_issued(hall: Hall, folder: Path) -> None:
    port = free_port()
    async with SimulatedPrinter(port) as printer:
        values = {"name": "kiosk", "transport": "tcp", "host": "127.0.0.1", "port": port}
        await change(hall, folder, Add("printer", {**values, "process_id": True}))
        done = await hall.issue(category="tax")
        assert done.print_job is not None
        changes = hall.changes(0.2)
        async with asyncio.timeout(DEADLINE):
            while (
                job := await hall.print_job(done.print_job)
            ) and job.state is not JobState.PRINTED:
                await anext(changes)
        assert len(printer.papers) == 1


async def test_devices_that_are_not_concerned_are_left_alone(hall: Hall, folder: Path) -> None:
    port = free_port()
    await change(hall, folder, Add("call_feed", {"name": "feed", "port": port}))
    await until(hall, "feed", DeviceState.READY)
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await change(hall, folder, Put(Spot("window", 3, ("name",)), "综合"))
        await hall.open_window(3)
        # The connection that was there before still tells what happens.
        while json.loads(await reader.readline()).get("state") != "idle":
            pass
        writer.close()
