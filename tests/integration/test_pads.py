"""Pads and scanners over FIFOs and ptys: read, pulled out, put back, failing in each known way."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.halls import MORNING, memory_hall, small_settings
from tests.waiting import as_many, until
from yichuang.clock import FixedClock
from yichuang.config.device import (
    CallerAction,
    CallerPadSettings,
    RatingPadSettings,
    ScannerSettings,
)
from yichuang.errors import QueueRefusal, StoreBusy
from yichuang.hardware.device import Device
from yichuang.hardware.pad import evdev
from yichuang.hardware.pad.caller_pad import DIGIT_SECONDS, open_caller_pad
from yichuang.hardware.pad.evdev import EvdevInput, EvdevKeys
from yichuang.hardware.pad.hidraw import HidrawKeys
from yichuang.hardware.pad.keys import open_keys
from yichuang.hardware.pad.press import KeyPress
from yichuang.hardware.pad.rating_pad import open_rating_pad
from yichuang.hardware.pad.teach import TeachIn
from yichuang.hardware.scanner import open_scanner
from yichuang.hardware.simulator.pads import (
    Failure,
    SimulatedCallerPad,
    SimulatedRatingPad,
    SimulatedScanner,
    key_events,
)
from yichuang.hardware.supervisor import Patience, Supervisor
from yichuang.queue.caller import press
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall

QUICK = Patience(lease=5.0, renew=0.02, first=0.01, longest=0.05, look=0.01)
READY = DeviceHealth(DeviceState.READY)
KINDS = pytest.mark.parametrize("kind", ["serial", "evdev"])
Kind = Literal["serial", "evdev"]


def silent(_text: str) -> None:
    """What a simulator shows is looked at elsewhere."""


def hall_of(*simulated: SimulatedRatingPad | SimulatedCallerPad | SimulatedScanner) -> Any:
    """The settings of a small hall with these devices, as their own lines say it."""
    return small_settings("\n".join(each.toml() for each in simulated))


@asynccontextmanager
async def working(device: Device) -> AsyncIterator[None]:
    """The device open and at work, without a supervisor."""
    assert await device.open() == READY
    task = asyncio.ensure_future(device.work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await device.close()


class Grades:
    """What a rating pad tells."""

    def __init__(self) -> None:
        self.all: list[Grade] = []

    async def __call__(self, grade: Grade) -> None:
        self.all.append(grade)

    async def latest(self, grade: Grade) -> None:
        """Wait for it."""
        await until(lambda: self.all[-1:] == [grade])


@KINDS
@pytest.mark.parametrize("failure", [None, *(each for each in Failure if each != "unplug")])
async def test_each_press_is_one_grade(kind: Kind, failure: Failure | None) -> None:
    grades = Grades()
    async with SimulatedRatingPad(failure=failure, show=silent, kind=kind) as simulated:
        settings = hall_of(simulated).rating_pad[0]
        device = open_rating_pad(settings, grades)
        if failure is not Failure.TORN:
            simulated.press("1")  # before anybody listens: it must not rate a later visitor
        async with working(device):
            await device.test()
            for key, grade in (("5", Grade.VERY_DISSATISFIED), ("2", Grade.SATISFIED)):
                simulated.press(key)
                await grades.latest(grade)
        assert grades.all == [Grade.VERY_DISSATISFIED, Grade.SATISFIED]


@KINDS
async def test_a_supervisor_opens_it_again(kind: Kind) -> None:
    grades = Grades()
    healths: list[DeviceHealth] = []

    async def note(health: DeviceHealth) -> None:
        healths.append(health)

    async with (
        SimulatedRatingPad(show=silent, kind=kind) as simulated,
        memory_hall(FixedClock(MORNING), hall_of(simulated)) as hall,
    ):
        device = open_rating_pad(hall.settings.rating_pad[0], grades)
        supervisor = Supervisor(device, hall.store, "owner", note, patience=QUICK)
        task = asyncio.ensure_future(supervisor.run())
        await until(lambda: supervisor.is_working)
        simulated.press("1")
        await until(lambda: len(grades.all) == 1)
        for _each in range(2):
            simulated.unplug()
            await until(lambda: supervisor.health.reason is DeviceReason.UNPLUGGED)
            assert not device.is_there()
            simulated.plug()
            await until(lambda: supervisor.is_working)
        simulated.press("3")
        await until(lambda: len(grades.all) == 2)
        await supervisor.stop()
        await task
    assert grades.all == [Grade.VERY_SATISFIED, Grade.BASICALLY_SATISFIED]
    assert healths[0] == healths[-1] == READY


async def test_a_pad_that_comes_back_by_itself() -> None:
    shown: list[str] = []
    async with SimulatedRatingPad(
        failure=Failure.UNPLUG, show=shown.append, away=0.01
    ) as simulated:
        device = open_rating_pad(hall_of(simulated).rating_pad[0], Grades())
        await device.open()
        simulated.press("4")
        with pytest.raises(DeviceTrouble):
            async with asyncio.timeout(10):
                await device.work()
        await device.close()
        await until(lambda: shown == ["按下 4", "拔出", "插回"])
        assert await device.open() == READY
        await device.close()
        with pytest.raises(KeyError):
            simulated.press("6")


async def test_a_whole_hall_rates_and_calls() -> None:
    """Both pads at one window, over the hall itself."""
    told: list[str] = []
    ratings: list[str] = []
    async with SimulatedRatingPad(show=silent) as rating, SimulatedCallerPad(show=silent) as caller:
        hall = memory_hall(FixedClock(MORNING), hall_of(rating, caller))
        async with hall:
            await hall.open_window(1)
            await hall.issue(category="tax")
            async with (
                working(open_rating_pad(hall.settings.rating_pad[0], rates(hall, ratings))),
                working(open_caller_pad(hall.settings.caller_pad[0], calls(hall, told))),
            ):
                for count, (keys, sentence) in enumerate(
                    [
                        (["1", "enter"], "A001 已叫号"),
                        (["."], "A001 办理中"),
                        (["+"], "A001 现在是「办理中」"),
                        (["/"], ""),
                    ]
                ):
                    for key in keys:
                        caller.press(key)
                    await as_many(told, count + 1)
                    assert sentence in told[count]
                rating.press("1")
                await as_many(ratings, 1)
                await hall.finish(1)
                rating.press("5")
                await as_many(ratings, 2)
                rating.press("2")
                await as_many(ratings, 3)
            assert ratings == ["nothing_to_rate", "", "already_rated"]
            ticket = await hall.ticket("A001")
            kept = await hall.store.read(lambda records: records.rating_of(ticket.id))
            assert kept is not None
            assert (kept.grade, kept.channel) == (Grade.VERY_DISSATISFIED, RatingChannel.PAD)


def rates(hall: Hall, outcomes: list[str]) -> Callable[[Grade], Any]:
    async def rate(grade: Grade) -> None:
        try:
            await hall.rate(grade, RatingChannel.PAD, window=1)
            outcomes.append("")
        except QueueRefusal as refusal:
            outcomes.append(refusal.code)

    return rate


def calls(hall: Hall, told: list[str]) -> Callable[[CallerAction, str], Any]:
    async def call(action: CallerAction, digits: str) -> None:
        told.append(await press(hall, 1, action, digits, "caller"))

    return call


async def test_a_store_that_fails_costs_one_press(caplog: pytest.LogCaptureFixture) -> None:
    grades = Grades()

    async def rate(grade: Grade) -> None:
        await grades(grade)
        raise StoreBusy(path="hall.sqlite3")

    async with SimulatedRatingPad(show=silent) as simulated:
        device = open_rating_pad(hall_of(simulated).rating_pad[0], rate)
        async with working(device):
            for count, key in enumerate("12", start=1):
                simulated.press(key)
                await as_many(grades.all, count)
    assert "0x31" in caplog.text


async def test_a_digit_of_a_simulated_keypad_may_come_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    async def on_press(action: CallerAction, digits: str) -> None:
        asked.append((action, digits))

    async with SimulatedCallerPad(show=silent) as simulated:
        device = open_caller_pad(hall_of(simulated).caller_pad[0], on_press)
        async with working(device):
            sent: list[float] = []
            send, now = simulated._wire.send, asyncio.get_running_loop().time

            def sends(data: bytes) -> None:
                sent.append(now())
                send(data)

            monkeypatch.setattr(simulated._wire, "send", sends)
            for key in ("1", "1", "enter"):
                simulated.press(key)
            await as_many(asked, 1)
    first, second, _enter = sent
    assert second - first >= 0.1 > DIGIT_SECONDS
    assert asked[0][0] == "enter"


# --- scanners ---------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("failure", [None, Failure.BOUNCE, Failure.STUCK, Failure.TORN])
async def test_each_code_is_told_once(kind: Kind, failure: Failure | None) -> None:
    scans: list[str] = []
    async with SimulatedScanner(failure=failure, show=silent, kind=kind) as simulated:
        device = open_scanner(hall_of(simulated).scanner[0], scans.append)
        if failure is not Failure.TORN:
            simulated.scan("BEFORE")
        async with working(device):
            await device.test()
            for count, text in enumerate(("Q11X", "q1-2_Z!", "Q11X"), start=1):
                simulated.scan(text)
                await as_many(scans, count)
    assert scans == ["Q11X", "q1-2_Z!", "Q11X"]


async def test_garbage_before_a_code_costs_no_code() -> None:
    scans: list[str] = []
    async with SimulatedScanner(failure=Failure.GARBAGE, show=silent) as simulated:
        async with working(open_scanner(hall_of(simulated).scanner[0], scans.append)):
            simulated.scan("Q11X")
            await until(lambda: scans[-1:] == ["Q11X"])
        simulated.unplug()
        with pytest.raises(DeviceTrouble):
            await open_scanner(hall_of(simulated).scanner[0], scans.append).test()


# --- what the system says ---------------------------------------------------------------------


def pad(path: Path | str, **more: object) -> RatingPadSettings:
    return RatingPadSettings.model_validate({"name": "pad", "window": 1, "path": str(path), **more})


@pytest.mark.parametrize("kind", ["evdev", "hidraw", "serial"])
@pytest.mark.parametrize("is_folder", [False, True])
async def test_what_is_no_device_is_not_opened_as_one(
    tmp_path: Path, kind: str, is_folder: bool
) -> None:
    path = tmp_path / "hostname"
    path.mkdir() if is_folder else path.write_text("hall\n")
    keys = open_keys(pad(path, input=kind))
    with pytest.raises(DeviceTrouble) as trouble:
        await keys.open()
    assert trouble.value.reason is DeviceReason.NOT_A_DEVICE
    await keys.close()


@pytest.mark.parametrize("size", [24, 16])
async def test_input_events_of_either_size_over_a_pipe(size: int) -> None:
    near, far = os.pipe()
    keys = EvdevKeys(EvdevInput(pad(f"/proc/self/fd/{near}"), event_bytes=size))
    await keys.open()
    waiting = asyncio.ensure_future(keys.presses())
    form = {24: "<qqHHi", 16: "<llHHi"}[size]
    os.write(far, struct.pack(form, 1, 2, 1, 69, 1) + struct.pack(form, 1, 2, 1, 79, 1))
    assert [each.key for each in await waiting] == ["KEY_KP1"]
    os.close(far)
    with pytest.raises(DeviceTrouble) as gone:
        await keys.presses()
    assert gone.value.reason is DeviceReason.UNPLUGGED
    await keys.close()
    os.close(near)


async def test_reports_over_a_fifo(tmp_path: Path) -> None:
    path = tmp_path / "hidraw"
    os.mkfifo(path)
    far = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    settings = pad("", input="hidraw", vendor=1, product=2, offset=1, report_bytes=3)
    keys = HidrawKeys(settings, find=lambda vendor, product: path)
    assert keys.is_there()
    await keys.open()
    os.write(far, b"\x01\x00\x00\x01\x03\x00\x01")
    assert [each.key for each in await keys.presses()] == ["0x03"]
    await keys.close()
    os.close(far)
    lost = HidrawKeys(settings, find=lambda vendor, product: None)
    assert not lost.is_there()
    with pytest.raises(DeviceTrouble) as missing:
        await lost.open()
    assert missing.value.reason is DeviceReason.UNPLUGGED


async def test_a_pad_that_answers_only_when_asked() -> None:
    """Polled with its own bytes, it sends a frame."""
    async with SimulatedRatingPad(show=silent) as simulated:
        wire = simulated._wire
        asked = bytearray()

        def answer() -> None:
            assert wire._fd is not None
            asked.extend(os.read(wire._fd, 100))
            if asked.endswith(b"\x05\x01") and len(asked) >= 6:
                wire.send(b"\xaa\x04\xae")

        assert wire._fd is not None
        asyncio.get_running_loop().add_reader(wire._fd, answer)
        settings = pad(
            simulated.path,
            input="serial",
            poll="05 01",
            poll_seconds=0.05,
            frame="AA(0[1-5])..",
            checksum="sum",
        )
        grades = Grades()
        async with working(open_rating_pad(settings, grades)):
            await until(lambda: bool(grades.all))
        asyncio.get_running_loop().remove_reader(wire._fd)
    assert grades.all[0] is Grade.DISSATISFIED


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (2, DeviceReason.UNPLUGGED),
        (19, DeviceReason.UNPLUGGED),
        (13, DeviceReason.NO_PERMISSION),
        (16, DeviceReason.BUSY),
        (24, DeviceReason.OFFLINE),
    ],
)
async def test_why_it_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, reason: DeviceReason
) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(DeviceTrouble) as trouble:
            await open_rating_pad(pad(tmp_path / "event0"), Grades()).open()
    assert trouble.value.reason is reason


def open_files() -> set[str]:
    """The numbers of the files that this process has open."""
    return {each.name for each in Path("/proc/self/fd").iterdir()}


async def test_a_device_that_another_program_has_grabbed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def grabbed(_fd: int, request: int, _argument: object) -> int:
        asked.append(request)
        if request == evdev._EVIOCGRAB:
            raise OSError(16, "Device or resource busy")
        return 0

    monkeypatch.setattr(fcntl, "ioctl", grabbed)
    async with SimulatedCallerPad(show=silent) as simulated:
        settings = hall_of(simulated).caller_pad[0]
        before = open_files()
        with pytest.raises(DeviceTrouble) as trouble:
            await EvdevInput(settings).open()
        assert trouble.value.reason is DeviceReason.BUSY
        assert open_files() == before
        assert asked == [0x400445A0, 0x40044590]
        shared = settings.model_copy(update={"grab": False})
        await EvdevInput(shared).open()


async def test_events_that_the_kernel_stamped_count_by_their_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Digits typed while the program was held up are not taken for a bounce."""
    monkeypatch.setattr(fcntl, "ioctl", lambda *_arguments: 0)
    async with SimulatedCallerPad(show=silent) as simulated:
        settings: CallerPadSettings = hall_of(simulated).caller_pad[0]
        reading = EvdevInput(settings)
        await reading.open()
        simulated._wire.send(key_events(79, 1, 0))
        first = await reading.events()
        assert first[0].at > 1e9  # the sender's own time
        await reading.close()


async def test_no_such_device_by_its_usb_numbers() -> None:
    settings = ScannerSettings.model_validate({"name": "s", "vendor": 0xDEAD, "product": 0xBEEF})
    device = open_scanner(settings, silent)
    assert not device.is_there()
    with pytest.raises(DeviceTrouble) as trouble:
        await device.open()
    assert trouble.value.reason is DeviceReason.UNPLUGGED
    await device.close()


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
async def test_a_file_that_is_no_pad_holds_nothing_up(path: str) -> None:
    device = open_rating_pad(pad(path), Grades())
    await device.open()
    with suppress(DeviceTrouble, TimeoutError):
        async with asyncio.timeout(0.1):
            await device.work()
    await device.close()


async def test_teach_in_over_a_real_pad() -> None:
    async with SimulatedRatingPad(show=silent, failure=Failure.BOUNCE) as simulated:
        settings = hall_of(simulated).rating_pad[0]
        source, teaching = open_keys(settings), TeachIn(["satisfied", "dissatisfied"])
        await source.open()
        now = 0.0
        for key in "25":
            simulated.press(key)
            async with asyncio.timeout(10):
                seen: list[KeyPress] = []
                while len(seen) < 3:
                    seen += await source.presses()
            now += 1.0
            for each in seen:
                teaching.take(each._replace(at=now))
        await source.close()
    assert teaching.keys == {"0x32": "satisfied", "0x35": "dissatisfied"}
