"""ID-card readers over a pty, TCP and a simulated USB bus: cards of all kinds, and every failure."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType, FunctionType, ModuleType

import pytest

from tests.halls import MORNING, SMALL_HALL, memory_hall
from tests.waiting import as_many, until
from yichuang.bootstrap import open_hall
from yichuang.clock import FixedClock
from yichuang.config import KEY_FILE, SETTINGS_FILE, STORE_FILE, parse_settings
from yichuang.config.device import IdReaderSettings
from yichuang.hardware.device import Device
from yichuang.hardware.id_reader import open_id_reader, reader
from yichuang.hardware.id_reader.card import CardFault
from yichuang.hardware.id_reader.frame import Request, request_frame
from yichuang.hardware.id_reader.reader import SdtReader
from yichuang.hardware.id_reader.wire import UsbWire
from yichuang.hardware.link.usb_port import UsbPort
from yichuang.hardware.simulator.id_card import SAMPLES, MadeUpCard
from yichuang.hardware.simulator.id_reader import Failure, SimulatedIdReader, UsbIdReader
from yichuang.hardware.simulator.sdt import SecurityModule
from yichuang.hardware.simulator.usb import SimulatedUsb
from yichuang.hardware.supervisor import Patience, Supervisor
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.id_card import IdCard
from yichuang.queue.person import Person, identify
from yichuang.store.migrate import migrate

TODAY = date(2026, 11, 20)
BY_HALL = partial(identify, bytes(range(32)))
READY = DeviceHealth(DeviceState.READY)
QUICK = {
    "find_seconds": 0.02,
    "answer_seconds": 0.15,
    "read_seconds": 0.3,
    "debounce_seconds": 0.0,
}
"""Quicker than hall.toml allows."""
DEADLINE = 15.0
WIRES = ["pty", "tcp", "usb", "usb-whole"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_WAKING", (0.15, 0.2))
    monkeypatch.setattr(reader, "_MOST_FAULTS", 3)


def quick(**facts: object) -> IdReaderSettings:
    pace = {key: facts.pop(key, value) for key, value in QUICK.items()}
    settings = IdReaderSettings.model_validate({"name": "cards", **facts})
    return settings.model_copy(update=pace)


async def searches(module: SecurityModule, times: int) -> None:
    """Wait until the reader was asked for a card so often again."""
    seen = module.finds
    await until(lambda: module.finds >= seen + times)


class Rig:
    """A simulated reader, and the driver that works it."""

    def __init__(
        self,
        module: SecurityModule,
        device: Device,
        fail: Callable[[Failure | None], Awaitable[None]],
        cards: list[IdCard],
        unread: list[str] | None = None,
    ) -> None:
        self.module = module
        self.device = device
        self.fail = fail
        self.cards = cards
        self.unread = [] if unread is None else unread
        """One entry for each card that was told to be unreadable."""
        self.trouble: DeviceTrouble | None = None

    async def look(self, times: int = 3) -> None:
        """Wait until the reader was asked for a card so often again."""
        await searches(self.module, times)

    async def reads(self, count: int) -> None:
        """Wait until so many cards were read."""
        await until(lambda: self.module.reads >= count)

    async def card(self, count: int) -> IdCard:
        await until(lambda: len(self.cards) >= count)
        assert len(self.cards) == count
        return self.cards[-1]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        assert await self.device.open() == READY
        task = asyncio.create_task(self._work())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.device.close()

    async def _work(self) -> None:
        try:
            await self.device.work()
        except DeviceTrouble as trouble:
            self.trouble = trouble

    async def reason(self) -> DeviceReason:
        """Why the work ended."""
        await until(lambda: self.trouble)
        assert self.trouble is not None
        return self.trouble.reason


@asynccontextmanager
async def rigged(wire: str, failure: Failure | None = None, **chosen: object) -> AsyncIterator[Rig]:
    facts: dict[str, object] = dict(chosen)
    cards: list[IdCard] = []
    unread: list[str] = []

    def device(backend: object = None) -> Device:
        return open_id_reader(
            quick(**facts),
            BY_HALL,
            cards.append,
            lambda: TODAY,
            on_unread=lambda: unread.append("unread"),
            usb_backend=backend,
        )

    if wire.startswith("usb"):
        model = UsbIdReader(SecurityModule(failure), split=wire == "usb")
        facts["split_pipes"] = wire == "usb"

        async def fail(how: Failure | None) -> None:
            model.module.failure = how
            if how is Failure.UNPLUG:
                model.unplug()
            else:
                model.plugged = True

        yield Rig(model.module, device(SimulatedUsb(model)), fail, cards, unread)
        return
    simulated = SimulatedIdReader(failure=failure, port=0 if wire == "tcp" else None)
    async with simulated:
        [section] = parse_settings(SMALL_HALL + simulated.toml(), Path("hall.toml")).id_reader
        facts |= section.model_dump(include={"transport", "host", "port", "path", "baud"})
        yield Rig(simulated.module, device(), simulated.fail, cards, unread)


@pytest.fixture(params=WIRES)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with rigged(request.param) as made:
        yield made


# --- cards --------------------------------------------------------------------------------------


async def test_cards_of_every_kind_are_read_one_after_the_other(rig: Rig) -> None:
    async with rig.working():
        for count, card in enumerate(SAMPLES, 1):
            rig.module.lay(card)
            told = await rig.card(count)
            assert told.kind is card.kind
            assert told.person.key == BY_HALL(card.number).key
            rig.module.lift()
            await rig.look(2)
    assert rig.trouble is None


async def test_a_card_that_stays_is_read_once(rig: Rig) -> None:
    async with rig.working():
        rig.module.lay(SAMPLES[0])
        await rig.card(1)
        await rig.look()
    assert rig.module.reads == 1
    assert len(rig.cards) == 1


@pytest.mark.parametrize("failure", [None, Failure.LEFT_ON_READER])
async def test_the_same_card_counts_again_after_the_debounce(
    failure: Failure | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_FLICKER_SECONDS", 0.0)
    monkeypatch.setattr(reader, "_FLICKER_SEARCHES", 0.0)
    async with rigged("pty", failure) as rig, rig.working():
        rig.module.lay(SAMPLES[0])
        await rig.card(1)
        await rig.look()
        assert rig.module.reads == 1
        rig.module.lift()
        await rig.look(2)
        rig.module.lay(SAMPLES[0])
        await rig.card(2)


async def test_within_the_debounce_the_same_card_counts_once_and_another_at_once() -> None:
    async with rigged("pty", debounce_seconds=60) as rig, rig.working():
        for card, count in ((SAMPLES[0], 1), (SAMPLES[0], 1), (SAMPLES[1], 2), (SAMPLES[0], 3)):
            reads = rig.module.reads
            rig.module.lay(card)
            await rig.reads(reads + 1)
            await rig.look(2)
            assert len(rig.cards) == count
            rig.module.lift()
            await rig.look(2)


async def test_a_card_that_flickers_never_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_FLICKER_SECONDS", DEADLINE)
    async with rigged("pty") as rig, rig.working():
        for turn in range(1, 4):
            rig.module.lay(SAMPLES[0])
            await rig.reads(turn)
            await rig.look(2)
            rig.module.lift()
            await rig.look(2)
        assert len(rig.cards) == 1


async def test_no_card_is_no_trouble(rig: Rig) -> None:
    rig.module.failure = Failure.NO_CARD
    rig.module.lay(SAMPLES[0])
    async with rig.working():
        await rig.look(10)
        assert rig.trouble is None
    assert (rig.module.reads, rig.cards) == (0, [])


@pytest.mark.parametrize(
    "failure",
    [Failure.BAD_CHECKSUM, Failure.SHORT_READ, Failure.SELECT_FAILED, Failure.READ_FAILED],
)
async def test_what_fails_once_is_tried_again_from_the_search_on(
    failure: Failure, caplog: pytest.LogCaptureFixture
) -> None:
    async def on(wire: str) -> None:
        async with rigged(wire, failure) as rig, rig.working():
            rig.module.lay(SAMPLES[0])
            await rig.look()
            assert rig.cards == []
            await rig.fail(None)
            await rig.card(1)
            assert rig.trouble is None

    await asyncio.gather(*map(on, WIRES))
    said = [each for each in caplog.messages if "was not read" in each]
    assert len(WIRES) <= len(said) <= 2 * len(WIRES), "told once, and not with every search"


@pytest.mark.parametrize(
    "failure",
    [Failure.BAD_CHECKSUM, Failure.SHORT_READ, Failure.SELECT_FAILED, Failure.READ_FAILED],
)
async def test_a_card_that_cannot_be_read_is_told_of_once_for_each_time_it_is_laid(
    failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_FLICKER_SECONDS", 0.0)
    async with rigged("pty", failure) as rig, rig.working():
        for turn in range(1, 3):
            rig.module.lay(SAMPLES[0])
            await as_many(rig.unread, turn)
            await rig.look(5)
            assert len(rig.unread) == turn
            rig.module.lift()
            await rig.look(8)
        assert (rig.cards, rig.trouble) == ([], None)


async def test_a_card_that_is_read_at_the_second_try_is_not_told_of_as_unread() -> None:
    wire, cards, unread = Scripted(), list[IdCard](), list[str]()
    tell = partial(unread.append, "unread")
    device = SdtReader(quick(), wire, BY_HALL, cards.append, lambda: TODAY, tell)
    rig = Rig(wire.module, device, lambda how: asyncio.sleep(0), cards, unread)
    async with rig.working():
        wire.late.add(request_frame(Request.SELECT))
        wire.module.lay(SAMPLES[0])
        await rig.card(1)
        await rig.look()
    assert unread == []


async def test_a_card_of_an_unknown_kind_is_told_of_at_once_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "read_card", lambda *_facts: CardFault.KIND)
    async with rigged("pty") as rig, rig.working():
        rig.module.lay(SAMPLES[0])
        await until(lambda: rig.unread)
        await rig.look(6)
        assert (rig.module.reads, len(rig.unread), rig.cards) == (1, 1, [])


async def test_testing_asks_the_module_beside_the_work(rig: Rig) -> None:
    async with rig.working():
        rig.module.lay(SAMPLES[0])
        for _turn in range(5):
            await rig.device.test()
        await rig.card(1)
        await rig.fail(Failure.NOT_AUTHORISED)
        with pytest.raises(DeviceTrouble) as caught:
            await rig.device.test()
        assert caught.value.reason is DeviceReason.NOT_AUTHORISED


# --- what makes it useless ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Failure.SILENT, DeviceReason.OFFLINE),
        (Failure.NOT_AUTHORISED, DeviceReason.NOT_AUTHORISED),
        (Failure.GARBAGE, DeviceReason.BAD_ANSWER),
        (Failure.UNPLUG, DeviceReason.UNPLUGGED),
    ],
)
async def test_a_reader_that_is_of_no_use_is_told_so(
    failure: Failure, reason: DeviceReason
) -> None:
    async def on(wire: str) -> None:
        # Nobody sees from here whether a network device is plugged in.
        unseen = wire == "tcp" and failure is Failure.UNPLUG
        expected = DeviceReason.OFFLINE if unseen else reason
        async with rigged(wire) as rig:
            await rig.fail(failure)
            with pytest.raises(DeviceTrouble) as caught:
                await rig.device.open()
            assert caught.value.reason is expected
            await rig.device.close()
            await rig.fail(None)
            async with rig.working():
                assert rig.device.is_there()
                await rig.look(1)
                await rig.fail(failure)
                assert await rig.reason() is expected
            assert rig.device.is_there() == (unseen or failure is not Failure.UNPLUG)

    await asyncio.gather(*map(on, WIRES))


async def test_without_a_handshake_a_reader_need_not_know_of_modules() -> None:
    async with rigged("pty", Failure.SILENT, handshake=False) as rig, rig.working():
        await rig.fail(None)
        rig.module.lay(SAMPLES[0])
        await rig.card(1)


@pytest.mark.parametrize("wire", ["pty", "usb"])
async def test_the_supervisor_opens_it_again_when_it_is_back(wire: str) -> None:
    hall = memory_hall(FixedClock(MORNING))
    seen: list[DeviceHealth] = []

    async def note(health: DeviceHealth) -> None:
        seen.append(health)

    async with rigged(wire) as rig:
        patience = Patience(first=0.01, longest=0.05, look=0.01, renew=0.05)
        supervisor = Supervisor(rig.device, hall.store, "one", note, patience=patience)
        task = asyncio.create_task(supervisor.run())
        await until(lambda: seen[-1:] == [READY])
        await rig.fail(Failure.UNPLUG)
        missing = DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED)
        await until(lambda: seen[-1] == missing)
        await rig.fail(None)
        rig.module.lay(SAMPLES[3])
        await until(lambda: rig.cards)
        assert seen[-1] == READY
        await supervisor.stop()
        await task


class Unending(UsbIdReader):
    """Ends a transfer only by a packet that is not full, or when all that was asked for has come."""

    def bulk_read(self, endpoint: int, size: int, milliseconds: int) -> bytes:
        came = super().bulk_read(endpoint, size, milliseconds)
        if len(came) % 64 == 0 and len(came) < size:
            self.time_out()
        return came


async def test_a_body_of_whole_packets_without_an_empty_one_behind_is_read_too() -> None:
    body = (4 + 60).to_bytes(2, "big") + bytes([0, 0, 0x90]) + bytes(60)
    frame = b"\xaa\xaa\xaa\x96\x69" + body + bytes([64 ^ 0x90])

    class Module(SecurityModule):
        def feed(self, data: bytes) -> bytes:
            return super().feed(data) and frame

    model = Unending(Module())
    wire = UsbWire(quick(), UsbPort("cards", 0x0400, 0xC35A, backend=SimulatedUsb(model)))
    await wire.open()
    await wire.send(request_frame(Request.STATUS), 1)
    assert await wire.receive(1) == frame
    await wire.close()


# --- hostile surroundings -----------------------------------------------------------------------


async def test_a_line_that_never_stops_is_no_reader_and_holds_nobody_up() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                writer.write(b"\xaa" * 4096)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(flood, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = quick(transport="tcp", host="127.0.0.1", port=port)
    device = open_id_reader(settings, BY_HALL, lambda card: None, lambda: TODAY)
    counting = asyncio.create_task(count())
    async with server:
        with pytest.raises(DeviceTrouble) as caught:
            await device.open()
        assert caught.value.reason is DeviceReason.BAD_ANSWER
        await device.close()
    assert turns > 10
    counting.cancel()


async def test_a_port_that_takes_nothing_holds_nobody_up() -> None:
    far, near = os.openpty()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    try:
        tty.setraw(near)
        os.set_blocking(near, False)
        for size in (4096, 1):
            with suppress(BlockingIOError):
                while True:
                    os.write(near, bytes(size))
        settings = quick(transport="file", path=os.ttyname(near))
        device = open_id_reader(settings, BY_HALL, lambda card: None, lambda: TODAY)
        counting = asyncio.create_task(count())
        with pytest.raises(DeviceTrouble) as caught:
            await device.open()
        await device.close()
        # The kernel may have moved on, and found room for one request: then it is silence.
        assert caught.value.reason in (DeviceReason.STALLED, DeviceReason.OFFLINE)
        assert turns > 1
        counting.cancel()
    finally:
        os.close(near)
        os.close(far)


class Scripted:
    """A wire whose answers come when the test says."""

    def __init__(self) -> None:
        self.module = SecurityModule()
        self.late: set[bytes] = set()
        """Requests whose answers come only with the next request's."""
        self.held = b""
        self.coming: list[bytes] = []
        self.asked: list[bytes] = []

    def is_there(self) -> bool:
        return True

    async def open(self) -> None:
        self.coming.clear()

    async def send(self, frame: bytes, seconds: float) -> None:
        self.asked.append(frame)
        held, self.held = self.held, b""
        answer = self.module.feed(frame)
        if frame in self.late:
            self.late.discard(frame)
            self.held, answer = answer, b""
        self.coming += [part for part in (held, answer) if part]

    async def receive(self, seconds: float) -> bytes:
        if not self.coming:
            await asyncio.sleep(seconds)
            return b""
        return self.coming.pop(0)

    async def close(self) -> None:
        self.coming.clear()


@pytest.mark.parametrize("late", [Request.FIND, Request.SELECT, Request.READ])
async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(late: Request) -> None:
    wire = Scripted()
    cards: list[IdCard] = []
    device = SdtReader(quick(), wire, BY_HALL, cards.append, lambda: TODAY)
    rig = Rig(wire.module, device, lambda how: asyncio.sleep(0), cards)
    async with rig.working():
        wire.late.add(request_frame(late))
        wire.module.lay(SAMPLES[0])
        await rig.card(1)
        await rig.look()
    assert not wire.late
    assert rig.trouble is None
    assert [each.person.key for each in cards] == [BY_HALL(SAMPLES[0].number).key]


# --- privacy ------------------------------------------------------------------------------------

PRIVATE = [
    part
    for card in SAMPLES
    for part in (card.number, card.number[:14], card.name, card.english_name, card.address)
    if part
]


def traces(text: bytes) -> list[str]:
    """What of the made-up cards stands in `text`, in any encoding that was at hand."""
    return [
        part
        for part in PRIVATE
        for code in ("utf-8", "utf-16-le", "gb18030")
        if part.encode(code, "replace") in text
        or repr(part.encode(code, "replace"))[2:-1].encode() in text
    ]


CODE = (ModuleType, FunctionType, FrameType, type, asyncio.AbstractEventLoop)


def is_of_a_module(each: object) -> bool:
    return isinstance(each, dict) and "__builtins__" in each


def everything_behind(root: object) -> list[object]:
    """All objects that can be reached from `root` without going through code."""
    seen: dict[int, object] = {}
    todo = [root]
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, CODE) or is_of_a_module(each):
            continue
        seen[id(each)] = each
        todo.extend(gc.get_referents(each))
    return list(seen.values())


def held(objects: list[object]) -> list[str]:
    found = []
    for each in objects:
        if isinstance(each, bytes | bytearray):
            found += traces(bytes(each))
        elif isinstance(each, str):
            found += traces(each.encode("utf-8", "replace"))
    return found


@pytest.mark.parametrize("wire", WIRES)
async def test_neither_log_nor_driver_keeps_what_stood_on_a_card(
    wire: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rigged(wire) as rig, rig.working():
        for failure in (None, Failure.SHORT_READ, Failure.BAD_CHECKSUM, None):
            await rig.fail(failure)
            rig.module.lay(SAMPLES[1])
            await rig.look(4)
        assert rig.cards
        rig.module.lift()
        await rig.look(2)
        objects = everything_behind(rig.device)
        simulated = {id(each) for each in everything_behind(SAMPLES)}
        assert held([each for each in objects if id(each) not in simulated]) == []
        shown = " ".join(repr(each) for each in objects if "yichuang" in type(each).__module__)
        assert len(objects) > 20
        assert traces(shown.encode()) == []
    assert "a card was read" in caplog.text
    assert traces(caplog.text.encode()) == []
    assert traces(repr(rig.cards).encode()) == []


async def test_an_error_behind_the_reader_shows_nothing_of_the_card() -> None:
    def broken(card: IdCard) -> None:
        raise RuntimeError("the screen broke")

    async with SimulatedIdReader() as simulated:
        [section] = parse_settings(SMALL_HALL + simulated.toml(), Path("hall.toml")).id_reader
        settings = section.model_copy(update=QUICK)
        device = open_id_reader(settings, BY_HALL, broken, lambda: TODAY)
        await device.open()
        simulated.lay(SAMPLES[1])
        with pytest.raises(RuntimeError) as caught:
            async with asyncio.timeout(DEADLINE):
                await device.work()
        await device.close()
    trace = caught.tb.tb_next
    frames = 0
    while trace is not None:
        if "yichuang" in trace.tb_frame.f_code.co_filename:
            frames += 1
            assert held(everything_behind(list(trace.tb_frame.f_locals.values()))) == []
        trace = trace.tb_next
    assert frames >= 4


async def test_nothing_of_a_card_reaches_the_folder_of_a_hall(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / SETTINGS_FILE).write_text(
        SMALL_HALL + "[appointment]\ncapacity = 5\n", encoding="utf-8"
    )
    (tmp_path / STORE_FILE).touch(mode=0o600)
    migrate(tmp_path / STORE_FILE, MORNING)
    clock = FixedClock(MORNING)
    arrived: asyncio.Queue[IdCard] = asyncio.Queue()

    def hear(arrival: object) -> None:
        assert isinstance(arrival, IdCard)
        arrived.put_nowait(arrival)

    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(tmp_path, clock=clock))
        await hall.open_window(1)
        day = (await hall.appointments.days("tax"))[0]
        slot = next(each for each in day.slots if each.start > MORNING)
        for card in SAMPLES[:4]:
            who = {"id_number": card.number, "name": card.name}
            await hall.appointments.book(slot.start, category="tax", **who)
        clock.at = slot.start
        hall.arrivals.listen("east", hear)
        simulated = await stack.enter_async_context(SimulatedIdReader())
        [section] = parse_settings(SMALL_HALL + simulated.toml(), Path("hall.toml")).id_reader
        device = open_id_reader(
            section.model_copy(update=QUICK),
            hall.identify,
            partial(hall.arrivals.tell, "east"),
            lambda: slot.start.date(),
        )
        await device.open()
        working = asyncio.create_task(device.work())
        for card in SAMPLES[:4]:
            simulated.lay(card)
            async with asyncio.timeout(DEADLINE):
                told = await arrived.get()
            assert told.person.key == hall.identify(card.number).key
            came = await hall.appointments.check_in(person=told.person)
            assert came.ticket is not None
            issued = await hall.issue(category="police", person=told.person.key)
            assert issued.ticket is not None
            simulated.lift()
            await searches(simulated.module, 2)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await device.close()
        await stack.aclose()
    contents = contents_of(tmp_path)
    assert set(contents) >= {SETTINGS_FILE, STORE_FILE, KEY_FILE}
    for name, content in contents.items():
        assert traces(content) == [], name
    assert traces(caplog.text.encode()) == []


def contents_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_the_search_for_traces_finds_them() -> None:
    card: MadeUpCard = SAMPLES[1]
    assert traces(b"-" + card.text()) != []
    assert traces(repr(card.content()).encode()) != []
    assert held(everything_behind({"a": [card]})) != []
    assert traces(repr(Person("key", "****0018", 1949)).encode()) == []


# --- only what is used --------------------------------------------------------------------------


def test_a_reader_on_the_network_loads_no_usb_and_no_serial_library() -> None:
    program = (
        "import sys, datetime\n"
        "from yichuang.config.device import IdReaderSettings\n"
        "from yichuang.hardware.id_reader import open_id_reader\n"
        "settings = IdReaderSettings(name='a', transport='tcp', host='127.0.0.1')\n"
        "open_id_reader(settings, None, None, None)\n"
        "assert not {'usb', 'serial', 'libusb_package', 'escpos'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
