"""Tickets to files and character devices; a pty stands for the device."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import pty
import resource
import signal
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import yichuang.hardware.link.port
from yichuang.config import PrinterSettings
from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.port import DeviceLink, FileLink, Opened, port_link
from yichuang.hardware.simulator.event import Cut, InBandRequest
from yichuang.hardware.simulator.interpreter import Interpreter, RealTimeScanner
from yichuang.hardware.simulator.paper import Paper
from yichuang.hardware.ticket_printer import open_printer
from yichuang.hardware.ticket_printer.job import TicketJobs
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.document import TicketDocument
from yichuang.queue.printing import JobState, PrintReport

TICKET = TicketDocument(
    hall="郑陆镇为民服务中心",
    number="A001",
    category="社会事务",
    issued_at="2026-11-20 09:31:05",
    ahead=5,
)


def settings(path: Path | str, **chosen: object) -> PrinterSettings:
    facts: dict[str, object] = {
        "name": "desk",
        "transport": "file",
        "path": str(path),
        "answer_seconds": 2,
        "print_seconds": 5,
    }
    return PrinterSettings.model_validate({**facts, **chosen})


def not_sent(reason: DeviceReason) -> PrintReport:
    return PrintReport(JobState.FAILED, reason, untouched=True)


@dataclass
class Device:
    """A pty: `path` for the program, `far` for whoever plays the printer."""

    path: Path
    far: int
    near: int


@pytest.fixture
def device() -> Iterator[Device]:
    far, near = pty.openpty()
    tty.setraw(near)
    os.set_blocking(far, False)
    yield Device(Path(os.ttyname(near)), far, near)
    os.close(far)
    os.close(near)


class FarEnd:
    """Plays a printer at the far end of a pty."""

    def __init__(self, device: Device) -> None:
        self._fd = device.far
        self._scanner = RealTimeScanner()
        self._interpreter = Interpreter(48)
        self.papers: list[Paper] = []

    def __enter__(self) -> FarEnd:
        asyncio.get_running_loop().add_reader(self._fd, self._work)
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)

    def _work(self) -> None:
        data = os.read(self._fd, 4096)
        for _request in self._scanner.feed(data):
            os.write(self._fd, b"\x12")
        for event in self._interpreter.feed(data):
            if isinstance(event, Cut):
                self.papers.append(event.paper)
            elif isinstance(event, InBandRequest):
                os.write(self._fd, b"\x00")


async def test_a_plain_file_gets_each_ticket_appended(tmp_path: Path) -> None:
    path = tmp_path / "tickets.bin"
    printer = open_printer(settings(path))
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    for _ticket in range(2):
        assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
    await printer.close()
    events = Interpreter(48).feed(path.read_bytes())
    papers = [event.paper for event in events if isinstance(event, Cut)]
    assert [paper.lines.count("A001") for paper in papers] == [1, 1]


async def test_a_printer_that_needs_a_font_says_so_and_prints_all_the_same(tmp_path: Path) -> None:
    none = str(tmp_path / "none.ttf")
    printer = open_printer(settings(tmp_path / "tickets.bin", encoding="raster", font=none))
    health = DeviceHealth(DeviceState.DEGRADED, DeviceReason.NO_FONT)
    assert await printer.health() == health
    report = PrintReport(JobState.HANDED_OVER, DeviceReason.NO_FONT)
    assert await printer.print_ticket(TICKET) == report
    only_rare = open_printer(settings(tmp_path / "tickets.bin", rare="raster", font=none))
    assert await only_rare.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
    assert "fonts-wqy-microhei" in DeviceReason.NO_FONT.label
    (tmp_path / "tickets.bin").unlink()
    (tmp_path / "tickets.bin").mkdir()
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.OFFLINE)


@pytest.mark.parametrize(
    ("place", "reason"),
    [("missing/tickets.bin", DeviceReason.OFFLINE), (".", DeviceReason.NOT_A_DEVICE)],
)
async def test_a_file_that_cannot_be_written_is_told_so(
    tmp_path: Path, place: str, reason: DeviceReason
) -> None:
    printer = open_printer(settings(tmp_path / place))
    assert await printer.print_ticket(TICKET) == not_sent(reason)
    assert (await printer.health()).state is DeviceState.MISSING


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, as if its disk were full then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [1, 100, 8191, 8193])
async def test_on_a_full_disk_a_ticket_is_kept_whole_or_not_at_all(
    tmp_path: Path, room: int
) -> None:
    path = tmp_path / "tickets.bin"
    printer = TicketJobs(port_link("desk", str(path)), settings(path))
    assert await printer.print(b"former") == PrintReport(JobState.HANDED_OVER)
    full = PrintReport(JobState.FAILED, DeviceReason.DISK_FULL, untouched=True)
    for size in (room, 20_000):
        with room_for(len("former") + room - 1):
            assert await printer.print(b"A" * size) == full
        assert path.read_bytes() == b"former"
    assert await printer.print(b"next") == PrintReport(JobState.HANDED_OVER)
    assert path.read_bytes() == b"formernext"


async def test_a_device_that_is_unplugged_is_told_so_and_no_file_takes_its_place() -> None:
    printer = open_printer(settings("/dev/yichuang-none"))
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.UNPLUGGED)
    assert not os.access("/dev/yichuang-none", os.F_OK)


def test_the_link_follows_the_kind_of_the_path(tmp_path: Path) -> None:
    assert isinstance(port_link("desk", str(tmp_path / "new.bin")), FileLink)
    assert isinstance(port_link("desk", "/dev/usb/lp0"), DeviceLink)
    assert isinstance(port_link("desk", "/dev/null"), DeviceLink)


async def test_a_device_that_cannot_be_read_is_handed_the_bytes() -> None:
    printer = open_printer(settings("/dev/null"))
    assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
    assert await printer.health() == DeviceHealth(DeviceState.UNKNOWN)
    await printer.close()


async def test_a_pipe_is_written_only_while_someone_reads(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    printer = open_printer(settings(path))
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.UNPLUGGED)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
        assert os.read(reader, 4096).startswith(b"\x1b@")
    finally:
        os.close(reader)
    await printer.close()


async def test_a_device_that_answers_confirms(device: Device) -> None:
    printer = open_printer(settings(device.path))
    async with asyncio.timeout(30):
        with FarEnd(device) as far:
            assert await printer.health() == DeviceHealth(DeviceState.READY)
            for _ticket in range(2):
                assert await printer.print_ticket(TICKET) == PrintReport(JobState.PROCESSED)
            await printer.close()
    assert [paper.lines.count("A001") for paper in far.papers] == [1, 1]


async def test_a_silent_device_is_offline(device: Device) -> None:
    printer = open_printer(settings(device.path, answer_seconds=0.2))
    assert await printer.print_ticket(TICKET) == not_sent(DeviceReason.OFFLINE)
    await printer.close()


async def fill(link: DeviceLink) -> None:
    """A full pty may still find room for a few bytes; send until nothing goes out any more."""
    while True:
        await link.send(b"A", 0.1)


async def test_a_device_that_takes_no_bytes_blocks_nothing_else(device: Device) -> None:
    """The loop goes on turning while the device is full: a second task works all the time."""
    link = DeviceLink("desk", device.path)
    await link.open()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    with pytest.raises(LinkStalled) as stalled:
        await link.send(bytes(1_000_000), 0.3)
    counting.cancel()
    assert turns > 100
    assert stalled.value.touched
    async with asyncio.timeout(30):
        with pytest.raises(LinkStalled) as stuck:
            await fill(link)
    assert not stuck.value.touched
    await link.drop()


async def test_a_full_device_goes_on_when_it_drains(device: Device) -> None:
    link = DeviceLink("desk", device.path)
    await link.open()
    data = bytes(range(256)) * 1000
    sending = asyncio.create_task(link.send(data, 30))
    got = bytearray()
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    def take() -> None:
        got.extend(os.read(device.far, 4096))
        if len(got) == len(data):
            arrived.set()

    loop.add_reader(device.far, take)
    async with asyncio.timeout(30):
        await sending
        await arrived.wait()
    loop.remove_reader(device.far)
    assert bytes(got) == data
    await link.close()


async def test_a_device_that_is_pulled_out_is_lost_and_found_again() -> None:
    far, near = pty.openpty()
    link = DeviceLink("desk", Path(os.ttyname(near)))
    assert await link.open()
    assert not await link.open()
    os.close(near)
    os.close(far)
    with pytest.raises(LinkLost):
        await link.receive(1)
    await link.drop()
    with pytest.raises(LinkLost):
        await link.open()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_an_opening_that_nobody_waits_for_leaves_nothing_open(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, closed = threading.Event(), threading.Event(), threading.Event()
    real = yichuang.hardware.link.port._open_device

    def slow(path: Path) -> Opened:
        begun.set()
        go_on.wait(30)
        opened = real(path)

        def close() -> None:
            opened.close()
            closed.set()

        return dataclasses.replace(opened, close=close)

    monkeypatch.setattr("yichuang.hardware.link.port._open_device", slow)
    link, held = DeviceLink("desk", device.path), open_files()
    opening = asyncio.create_task(link.open())
    await asyncio.to_thread(begun.wait, 30)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    monkeypatch.setattr("yichuang.hardware.link.port._open_device", real)
    assert await link.open()
    go_on.set()
    assert await asyncio.to_thread(closed.wait, 30)
    assert open_files() == held + 1
    await link.send(b"A", 1)
    assert os.read(device.far, 64) == b"A"
    await link.close()
    assert open_files() == held


@pytest.mark.parametrize(
    ("number", "touched"),
    [
        (errno.EIO, True),
        (errno.ENODEV, True),
        (errno.EINTR, True),
        (errno.EPIPE, True),
        (errno.ENOSPC, False),
    ],
)
async def test_a_write_that_failed_may_have_sent_all_the_same(
    device: Device, monkeypatch: pytest.MonkeyPatch, number: int, touched: bool
) -> None:
    """usblp.c submits the bytes, then finds the printer gone; only "no paper" comes before that."""
    link = DeviceLink("desk", device.path)
    await link.open()
    real = os.write

    def write(fd: int, data: bytes) -> int:
        if touched:
            real(fd, data)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("yichuang.hardware.link.port.os.write", write)
    with pytest.raises(LinkLost) as lost:
        await link.send(b"A001", 1)
    monkeypatch.undo()
    assert lost.value.touched == touched
    await link.drop()


async def test_no_signal_cuts_a_write_short(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would write again what usblp.c has already submitted (PEP 475)."""
    link, came, seen = DeviceLink("desk", device.path), [], []
    await link.open()
    real = os.write

    def write(fd: int, data: bytes) -> int:
        if data == b"A001":
            signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
            seen.append(signal.SIGUSR1 in signal.sigpending())
        return real(fd, data)

    former = signal.signal(signal.SIGUSR1, lambda number, _frame: came.append(number))
    monkeypatch.setattr("yichuang.hardware.link.port.os.write", write)
    try:
        await link.send(b"A001", 1)
    finally:
        monkeypatch.undo()
        signal.signal(signal.SIGUSR1, former)
    assert (seen, came) == ([True], [signal.SIGUSR1])
    assert os.read(device.far, 64) == b"A001"
    await link.close()


async def test_a_one_way_device_that_was_plugged_in_anew_is_opened_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its port tells before the first byte that it went; after that nobody could tell."""
    gone = [False, True, False, False]

    def ioctl(_fd: int, _request: int, answer: bytearray) -> int:
        if gone.pop(0):
            raise OSError(errno.ENODEV, "gone")
        answer[0] = 0x18
        return 0

    monkeypatch.setattr("fcntl.ioctl", ioctl)
    printer = open_printer(settings("/dev/null"))
    assert await printer.health() == DeviceHealth(DeviceState.READY)
    assert await printer.print_ticket(TICKET) == PrintReport(JobState.HANDED_OVER)
    assert gone == []
    monkeypatch.undo()
    await printer.close()


async def test_a_device_belongs_to_the_program_only_while_it_is_open(device: Device) -> None:
    link = DeviceLink("desk", device.path)
    held = open_files()
    await link.open()
    assert open_files() == held + 1
    await link.close()
    await link.close()
    assert open_files() == held


@pytest.mark.parametrize(
    ("status", "health"),
    [
        (0x18, DeviceHealth(DeviceState.READY)),
        (0x38, DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)),
        (0x10, DeviceHealth(DeviceState.MISSING, DeviceReason.PRINTER_ERROR)),
        (0x08, DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)),
    ],
)
async def test_the_usb_port_status_stands_in_where_the_printer_cannot_answer(
    monkeypatch: pytest.MonkeyPatch, status: int, health: DeviceHealth
) -> None:
    def ioctl(_fd: int, request: int, answer: bytearray) -> int:
        assert request == 0x060B
        answer[0] = status
        return 0

    monkeypatch.setattr("fcntl.ioctl", ioctl)
    printer = open_printer(settings("/dev/null"))
    assert await printer.health() == health
    await printer.close()
