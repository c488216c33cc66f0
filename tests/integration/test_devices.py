"""A process works the devices of its hall: those it should, each told what it should know."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tty
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.halls import MORNING, small_settings, sqlite_hall
from tests.waiting import until
from yichuang.bootstrap import devices, try_device, working_devices
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE, AnyDevice
from yichuang.errors import StoreBusy, UnknownDevice
from yichuang.hardware import supervisor
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.profile import printer_toml
from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.face import Face, FaceState
from yichuang.queue.printing import JobState
from yichuang.queue.service import Hall
from yichuang.store import database

READY = DeviceHealth(DeviceState.READY)

EVERYTHING = """
[voice]
enabled = true

[[display]]
name = "over1"
driver = "line"
path = "/dev/ttyNONE1"
windows = [1]

[[display]]
name = "big"
driver = "line"
path = "/dev/ttyNONE2"

[[id_reader]]
name = "reader"

[[id_reader]]
name = "reader2"
kiosk = "kiosk2"

[[scanner]]
name = "scanner"
path = "/dev/input/none"

[[rating_pad]]
name = "rating"
window = 1
path = "/dev/input/none2"
"""


class Recorder:
    """Stands in for every driver: notes what it is told."""

    def __init__(self, settings: AnyDevice) -> None:
        self.name = settings.name
        self.settings = settings
        self.faces: list[Mapping[int, Face]] = []
        self.called: list[Announcement] = []
        self.announced: list[Announcement] = []
        self.is_open = False
        self.opens = self.tests = 0
        self.trouble: DeviceTrouble | None = None
        self.announce_to: Callable[[Announcement], None] | None = None
        self.closing: Callable[[], Awaitable[None]] | None = None

    def is_there(self) -> bool:
        return True

    async def open(self) -> DeviceHealth:
        self.opens += 1
        if self.trouble is not None:
            raise self.trouble
        self.is_open = True
        return READY

    async def work(self) -> None:
        await asyncio.Event().wait()

    async def test(self) -> None:
        self.tests += 1

    async def close(self) -> None:
        self.is_open = False
        if self.closing is not None:
            await self.closing()

    def show(self, faces: Mapping[int, Face]) -> None:
        self.faces.append(faces)

    def call(self, call: Announcement) -> None:
        self.called.append(call)

    def announce(self, announcement: Announcement) -> None:
        self.announced.append(announcement)


class Workshop:
    """The drivers that were opened, by name, process by process."""

    def __init__(self) -> None:
        self.opened: list[Recorder] = []

    def display(self, hall: Hall, settings: AnyDevice) -> Recorder:
        self.opened.append(Recorder(settings))
        return self.opened[-1]

    def driver(
        self,
        hall: Hall,
        settings: AnyDevice,
        announce: Callable[[Announcement], None],
        folder: Path | None = None,
    ) -> Recorder:
        recorder = self.display(hall, settings)
        recorder.announce_to = announce
        return recorder

    def __getitem__(self, name: str) -> Recorder:
        return next(each for each in self.opened if each.name == name)

    def at_work(self) -> set[str]:
        """The names of what is open."""
        return {each.name for each in self.opened if each.is_open}


class Asked(set[str]):
    """The devices that are lent, none; it counts who asks, as every supervisor does at every turn."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()

    def __contains__(self, name: object) -> bool:
        self.names[str(name)] += 1
        return super().__contains__(name)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Every driver but the printers' replaced."""
    shop = Workshop()
    quick = partial(supervisor.Patience, renew=0.05, look=0.02, closing=0.1)
    monkeypatch.setattr(supervisor, "Patience", quick)
    monkeypatch.setattr(devices, "_SHOWING", 0.0)
    monkeypatch.setattr(devices, "open_display_driver", shop.display)
    monkeypatch.setattr(devices, "open_driver", shop.driver)
    return shop


@asynccontextmanager
async def hall_with(folder: Path, more: str) -> AsyncIterator[Hall]:
    """A hall in `folder` with these sections."""
    async with await sqlite_hall(folder, FixedClock(MORNING), small_settings(more)) as hall:
        yield hall


async def test_a_process_works_what_belongs_to_it(tmp_path: Path, workshop: Workshop) -> None:
    everywhere = {"voice", "over1", "big", "rating"}
    async with hall_with(tmp_path, EVERYTHING) as hall:
        async with working_devices(hall):
            await until(lambda: workshop.at_work() == everywhere)
        assert workshop.at_work() == set(), "all were closed"
        async with working_devices(hall, kiosks={""}):
            await until(lambda: workshop.at_work() == everywhere | {"reader", "scanner"})
        async with working_devices(hall, kiosks={"kiosk2"}, only={"reader2"}):
            await until(lambda: workshop.at_work() == {"reader2"})
        states = {each.name: each.health.state for each in await hall.devices.statuses()}
        assert set(states.values()) == {DeviceState.UNKNOWN}


async def test_displays_hear_what_their_windows_say(tmp_path: Path, workshop: Workshop) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall, working_devices(hall):
        over1 = workshop["over1"]
        await until(lambda: bool(over1.faces))
        assert over1.faces[-1][1].state is FaceState.CLOSED
        await hall.open_window(1)
        done = await hall.issue(category="tax")
        assert done.ticket is not None
        await hall.call_next(1)
        await until(lambda: over1.faces[-1][1].state is FaceState.CALLING)
        assert over1.faces[-1][1].number == done.ticket.number
        told = len(over1.faces)
        await hall.issue(category="police")
        await hall.start(1)
        await until(lambda: over1.faces[-1][1].state is FaceState.SERVING)
        assert len(over1.faces) == told + 1, "what changes no face is told to no display"


async def test_every_call_is_told_once_also_one_that_came_and_went(
    tmp_path: Path, workshop: Workshop
) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall, working_devices(hall):
        over1 = workshop["over1"]
        await until(lambda: bool(over1.faces))
        await hall.open_window(1)
        for _each in range(3):
            await hall.issue(category="tax")
        for _each in range(3):
            await hall.call_next(1)
            await hall.recall(1)
            await hall.start(1)
            await hall.finish(1)
        await until(lambda: len(over1.called) == 6)
        assert [(each.number, each.is_repeat) for each in over1.called] == [
            (f"A{serial:03d}", again) for serial in (1, 2, 3) for again in (False, True)
        ]


async def test_a_call_made_before_the_first_look_is_told(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall:
        await hall.open_window(1)
        await hall.issue(category="tax")
        look, tried, is_busy = hall.look, asyncio.Event(), False

        async def look_unless_busy(*asked: Any) -> Any:
            if is_busy:
                tried.set()
                raise StoreBusy(seconds=10)
            return await look(*asked)

        async with working_devices(hall):
            monkeypatch.setattr(hall, "look", look_unless_busy)
            is_busy = True
            await tried.wait()
            await hall.call_next(1)
            is_busy = False
            await hall.issue(category="tax")
            await until(lambda: len(workshop["over1"].called) == 1)
            assert workshop["over1"].called[0].number == "A001"


async def test_a_display_that_cannot_be_told_keeps_nothing_from_the_others(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(told: object) -> None:
        raise ValueError

    async with hall_with(tmp_path, EVERYTHING) as hall, working_devices(hall):
        for told in ("show", "call", "announce"):
            monkeypatch.setattr(workshop["over1"], told, fail)
        big = workshop["big"]
        await hall.open_window(1)
        for _each in range(2):
            await hall.issue(category="tax")
            await hall.call_next(1)
            await hall.pass_(1, reason=hall.settings.missed.reasons[0])
        await until(lambda: len(big.called) == 2)
        assert big.faces
        announce = workshop["voice"].announce_to
        assert announce is not None
        announce(big.called[0])
        assert big.announced == big.called[:1]


async def test_what_is_being_said_is_shown(tmp_path: Path, workshop: Workshop) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall, working_devices(hall):
        call = Announcement(7, "A001", 1, MORNING, False)
        announce = workshop["voice"].announce_to
        assert announce is not None
        announce(call)
        assert workshop["big"].announced == [call]


async def test_displays_of_the_hall_go_with_the_voice(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        hall_with(tmp_path, EVERYTHING) as hall,
        working_devices(hall, only={"voice"}),
    ):
        await until(lambda: workshop.at_work() == {"voice"})
        lent = Asked()
        monkeypatch.setattr(hall.devices, "lent", lent)
        # This one does not get the voice, so the big display is not its either.
        async with working_devices(hall, only={"voice", "big", "over1"}):
            await until(lambda: "over1" in workshop.at_work())
            await until(lambda: lent.names["big"] >= 5)
            assert "big" not in workshop.at_work()


async def test_a_test_reaches_whoever_works_the_device(tmp_path: Path, workshop: Workshop) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall:
        await hall.devices.test("over1")
        async with working_devices(hall):
            await until(lambda: "over1" in workshop.at_work())
            await hall.devices.test("over1")
            await until(lambda: workshop["over1"].tests == 1)
            for _each in range(3):
                await hall.issue(category="tax")
            await hall.devices.test("rating")
            await until(lambda: workshop["rating"].tests == 1)
            assert workshop["over1"].tests == 1, "what was asked before the start is past"


async def test_a_device_is_tried_only_where_nobody_works_it(
    tmp_path: Path, workshop: Workshop
) -> None:
    async with hall_with(tmp_path, EVERYTHING) as hall:
        assert await try_device(hall, "over1") == READY
        assert (workshop["over1"].tests, workshop["over1"].is_open) == (1, False)
        async with working_devices(hall, only={"over1"}):
            await until(lambda: "over1" in workshop.at_work())
            assert await try_device(hall, "over1") is None
        with pytest.raises(UnknownDevice):
            await try_device(hall, "nothing")


async def test_stopping_ends_even_if_every_device_hangs(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are closed side by side: each has begun before the first is given up."""
    monkeypatch.setattr(supervisor, "Patience", partial(supervisor.Patience, closing=0.5))
    seen: list[str] = []

    async def hang() -> None:
        seen.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("given up")

    async with hall_with(tmp_path, EVERYTHING) as hall:
        async with working_devices(hall, kiosks={"", "kiosk2"}):
            for each in workshop.opened:
                each.closing = hang
            await until(lambda: len(workshop.at_work()) == len(workshop.opened) == 7)
        assert seen == ["begun"] * 7 + ["given up"] * 7


async def test_a_job_under_way_is_ended_before_the_process_goes(tmp_path: Path) -> None:
    async with SimulatedPrinter() as printer:
        toml = printer_toml("kiosk", host="127.0.0.1", port=printer.port, width=80)
        async with hall_with(tmp_path, toml) as hall:
            async with working_devices(hall):
                done = await hall.issue(category="tax")
                await printer.wait_for_papers(1)
            assert done.print_job is not None
            job = await hall.print_job(done.print_job)
            assert job is not None
            assert job.state.is_final


async def test_a_job_that_takes_too_long_is_broken_off_and_told_as_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_STOPPING", 0.05)
    async with SimulatedPrinter(fail=Failure.SILENT_MID) as printer:
        toml = printer_toml("kiosk", host="127.0.0.1", port=printer.port, width=80)
        async with hall_with(tmp_path, f"{toml}print_seconds = 60\n") as hall:
            async with working_devices(hall):
                done = await hall.issue(category="tax")
                assert done.print_job is not None
                async for _change in hall.changes(0.05):
                    job = await hall.print_job(done.print_job)
                    if job is not None and job.state is JobState.SENDING:
                        break
            job = await hall.print_job(done.print_job)
            assert job is not None
            assert (job.state, job.reason) == (JobState.UNKNOWN, DeviceReason.INTERRUPTED)


async def test_stopping_ends_while_another_program_holds_the_store_up(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write would wait a minute; all devices are let go, and their leases run out by themselves."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 60.0)
    async with hall_with(tmp_path, EVERYTHING) as hall:
        with closing(sqlite3.connect(tmp_path / STORE_FILE, isolation_level=None)) as other:
            async with asyncio.timeout(50):
                async with working_devices(hall):
                    await until(lambda: len(workshop.at_work()) == 4)
                    other.execute("BEGIN IMMEDIATE")
                assert workshop.at_work() == set()
            other.execute("ROLLBACK")


async def test_dead_devices_hold_up_no_ticket_and_no_call(tmp_path: Path) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    pty = f"""
[[display]]
name = "stalled"
driver = "line"
path = "{os.ttyname(near)}"
windows = [1]

[[rating_pad]]
name = "gone"
window = 1
path = "/dev/input/by-id/none"
"""
    async with SimulatedPrinter(0, 80, Failure.HALF_OPEN) as printer:
        toml = printer_toml("kiosk", host="127.0.0.1", port=printer.port, width=80) + pty
        async with hall_with(tmp_path, toml) as hall, working_devices(hall):
            await hall.open_window(1)
            for _each in range(30):
                await hall.issue(category="tax")
                await hall.call_next(1)
                await hall.start(1)
                await hall.finish(1)
            view = await hall.overview()
            assert view.finished == 30

            async def missing() -> bool:
                statuses = {each.name: each for each in await hall.devices.statuses()}
                return statuses["gone"].health == DeviceHealth(
                    DeviceState.MISSING, DeviceReason.UNPLUGGED
                )

            async with asyncio.timeout(20):
                async for _change in hall.changes(0.05):
                    if await missing():
                        break
    os.close(far)
    os.close(near)


async def test_a_device_without_a_driver_keeps_no_hall_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "yichuang.hardware.scanner", None)
    monkeypatch.setitem(sys.modules, "yichuang.hardware.display", None)
    sections = SECTIONS["scanner"][0] + SECTIONS["display"][0].replace('"a"', '"b"')
    async with hall_with(tmp_path, sections) as hall:
        for name in ("a", "b"):
            assert await try_device(hall, name) == DeviceHealth(
                DeviceState.MISSING, DeviceReason.NO_LIBRARY
            )
        async with working_devices(hall, kiosks={""}):
            await hall.issue(category="tax")
    assert "no driver" in caplog.text


# --- what is loaded -------------------------------------------------------------------------------

WORK = """
import asyncio, sys
from pathlib import Path
from yichuang.bootstrap import create_hall, open_hall, working_devices

async def main(folder, more):
    await create_hall(folder, level="village")
    with (folder / "hall.toml").open("a") as file:
        file.write(more)
    async with open_hall(folder) as hall, working_devices(hall, kiosks={""}, folder=folder):
        async for _change in hall.changes(0.2):
            break

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
print(" ".join(sorted(sys.modules)))
"""

LIBRARIES = {"usb", "serial", "escpos", "PIL", "espeakng_loader", "libusb_package"}

DRIVERS: dict[str, str] = {
    "display": "yichuang.hardware.display",
    "call_feed": "yichuang.hardware.call_feed",
    "voice": "yichuang.hardware.voice",
    "id_reader": "yichuang.hardware.id_reader",
    "rating_pad": "yichuang.hardware.pad",
    "caller_pad": "yichuang.hardware.pad",
    "scanner": "yichuang.hardware.scanner",
    "printer": "yichuang.hardware.ticket_printer",
}

SECTIONS: dict[str, tuple[str, set[str]]] = {
    "": ("", set()),
    "display": ('[[display]]\nname = "a"\ndriver = "line"\npath = "/dev/ttyNONE"\n', {"serial"}),
    "call_feed": ('[[call_feed]]\nname = "a"\nport = 19108\n', set()),
    "id_reader": (
        '[[id_reader]]\nname = "a"\ntransport = "serial"\npath = "/dev/ttyNONE"\n',
        {"serial"},
    ),
    "rating_pad": ('[[rating_pad]]\nname = "a"\nwindow = 1\npath = "/dev/input/none"\n', set()),
    "scanner": ('[[scanner]]\nname = "a"\npath = "/dev/input/none"\n', set()),
    "printer": (
        '[[printer]]\nname = "a"\ntransport = "tcp"\nhost = "127.0.0.1"\nport = 9\n',
        {"escpos", "PIL", "usb", "serial"},
    ),
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_nothing_is_loaded_that_hall_toml_does_not_name(tmp_path: Path, kind: str) -> None:
    more, may_load = SECTIONS[kind]
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(tmp_path / "hall"), more],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert LIBRARIES & loaded <= may_load
    found = {package for package in DRIVERS.values() if package in loaded}
    # Scanners read input devices as pads do.
    found -= {DRIVERS["rating_pad"]} if kind == "scanner" else set()
    assert found == ({DRIVERS[kind]} if kind else set())
