"""The supervisor of a device: it opens, watches, opens again, tells how the device is, and always ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from tests.halls import MORNING, memory_hall, small_settings
from tests.waiting import until
from yichuang.clock import FixedClock
from yichuang.errors import StoreBusy
from yichuang.hardware.supervisor import Patience, Supervisor
from yichuang.queue.device import (
    DeviceHealth,
    DeviceLeases,
    DeviceReason,
    DeviceState,
    DeviceTrouble,
)
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall

READY = DeviceHealth(DeviceState.READY)
QUICK = Patience(
    lease=5.0,
    renew=0.02,
    first=0.01,
    longest=0.04,
    look=0.005,
    steady=0.0,
    opening=0.2,
    closing=0.1,
)
DISPLAY = '[[display]]\nname = "led"\ndriver = "line"\npath = "/dev/ttyNONE"\nwindows = [1]\n'


class Scripted:
    """A device that does what a test tells it."""

    name = "led"

    def __init__(self) -> None:
        self.there = True
        self.looking: OSError | None = None
        self.looks = 0
        self.opens = 0
        self.closes = 0
        self.tests = 0
        self.opening: Callable[[], Awaitable[DeviceHealth]] | None = None
        self.testing: Callable[[], Awaitable[None]] | None = None
        self.closing: Callable[[], Awaitable[None]] | None = None
        self.trouble: asyncio.Queue[BaseException | None] = asyncio.Queue()

    def is_there(self) -> bool:
        self.looks += 1
        if self.looking is not None:
            raise self.looking
        return self.there

    async def open(self) -> DeviceHealth:
        self.opens += 1
        if self.opening is not None:
            return await self.opening()
        if not self.there:
            raise DeviceTrouble(device="led", reason=DeviceReason.UNPLUGGED)
        return READY

    async def work(self) -> None:
        error = await self.trouble.get()
        if error is not None:
            raise error

    async def test(self) -> None:
        self.tests += 1
        if self.testing is not None:
            await self.testing()

    async def close(self) -> None:
        self.closes += 1
        if self.closing is not None:
            await self.closing()


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """A hall with one display."""
    async with memory_hall(FixedClock(MORNING), small_settings(DISPLAY)) as hall:
        yield hall


def supervisor_of(
    hall: Hall,
    device: Scripted,
    owner: str = "me",
    *,
    leases: DeviceLeases | None = None,
    may_work: Callable[[], bool] = lambda: True,
    patience: Patience = QUICK,
) -> Supervisor:
    """A supervisor whose words go to the hall."""

    async def note(health: DeviceHealth) -> None:
        await hall.devices.note("led", owner, health)

    return Supervisor(
        device, leases or hall.store, owner, note, may_work=may_work, patience=patience
    )


class Counted:
    """The hall's leases, each attempt at one counted."""

    def __init__(self, hall: Hall) -> None:
        self._leases: DeviceLeases = hall.store
        self._asked: Counter[str] = Counter()

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        granted = await self._leases.lease(device, owner, seconds)
        self._asked[owner] += 1
        return granted

    async def release(self, device: str, owner: str) -> None:
        await self._leases.release(device, owner)

    async def are_asked_for(self, owner: str, times: int) -> None:
        """Wait until the owner has tried so often again."""
        enough = self._asked[owner] + times
        await until(lambda: self._asked[owner] >= enough)


@asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator[None]:
    """Run it beside the block, and stop it at its end, which takes no longer than it may."""
    task = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        async with asyncio.timeout(10):
            await supervisor.stop()
            await task


async def journal(hall: Hall) -> list[tuple[str, str]]:
    """What the journal tells of the device: state and reason."""
    entries = await hall.store.read(lambda records: records.entries(0, 1000))
    return [
        (entry.event.data["state"], entry.event.data["reason"])
        for entry in entries
        if entry.event.kind is EventKind.DEVICE_CHANGED
    ]


async def test_a_device_is_opened_told_once_and_let_go(hall: Hall) -> None:
    device, leases = Scripted(), Counted(hall)
    supervisor = supervisor_of(hall, device, leases=leases)
    async with running(supervisor):
        await until(lambda: supervisor.health == READY)
        await leases.are_asked_for("me", 5)
        [status] = await hall.devices.statuses()
        assert status.health == READY
    assert await journal(hall) == [("ready", "")]
    assert (device.opens, device.closes) == (1, 1)
    assert not supervisor.holds_lease
    [status] = await hall.devices.statuses()
    assert status.health.state is DeviceState.UNKNOWN
    assert await hall.store.lease("led", "another", 1.0), "the lease was given back"


async def test_trouble_is_told_once_and_the_device_tried_again_and_again(hall: Hall) -> None:
    device = Scripted()

    async def refuse() -> DeviceHealth:
        raise DeviceTrouble(device="led", reason=DeviceReason.BUSY)

    device.opening = refuse
    supervisor = supervisor_of(hall, device)
    async with running(supervisor):
        await until(lambda: device.opens >= 4)
        assert await journal(hall) == [("missing", "busy")]
        device.opening = None
        await until(lambda: supervisor.health == READY)
    assert await journal(hall) == [("missing", "busy"), ("ready", "")]
    assert device.closes == device.opens


async def test_each_try_waits_longer_up_to_the_longest(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device, patience=Patience(renew=0.02, steady=1e9))
    waits: list[float] = []
    done = asyncio.Event()

    async def await_it(seconds: float, *, was_away: bool) -> None:
        waits.append(seconds)
        if len(waits) == 8:
            done.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(supervisor, "_await_it", await_it)
    for _each in range(8):
        # It opens each time and fails at once: that is no reason to hurry.
        device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.STALLED))
    async with running(supervisor), asyncio.timeout(10):
        await done.wait()
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


async def test_a_device_that_worked_well_is_opened_again_soon(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device, patience=Patience(renew=0.02, steady=0.0))
    waits: list[float] = []

    async def await_it(seconds: float, *, was_away: bool) -> None:
        waits.append(seconds)

    monkeypatch.setattr(supervisor, "_await_it", await_it)
    for _each in range(3):
        device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.STALLED))
    async with running(supervisor):
        await until(lambda: device.opens == 4)
    assert waits == [1.0, 1.0, 1.0]


async def test_a_replugged_device_is_opened_at_once(hall: Hall) -> None:
    device = Scripted()
    # An hour's back-off: only looking brings the device back within the test's time.
    supervisor = supervisor_of(
        hall, device, patience=Patience(renew=0.02, look=0.005, first=3600, longest=3600)
    )
    async with running(supervisor):
        await until(lambda: supervisor.health == READY)
        device.there = False
        device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.UNPLUGGED))
        await until(lambda: supervisor.health.reason is DeviceReason.UNPLUGGED)
        device.there = True
        await until(lambda: supervisor.health == READY)
    assert await journal(hall) == [("ready", ""), ("missing", "unplugged"), ("ready", "")]


async def _replug(supervisor: Supervisor, device: Scripted) -> None:
    device.there = False
    device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.UNPLUGGED))
    await until(lambda: supervisor.health.reason is DeviceReason.UNPLUGGED)
    device.there = True


async def test_a_device_that_comes_and_goes_is_not_opened_each_time(hall: Hall) -> None:
    device = Scripted()
    supervisor = supervisor_of(
        hall, device, patience=Patience(renew=0.02, look=0.005, first=3600, longest=3600, hastes=3)
    )
    async with running(supervisor):
        for _each in range(3):
            await until(lambda: supervisor.health == READY)
            await _replug(supervisor, device)
        await until(lambda: supervisor.health == READY)
        await _replug(supervisor, device)
        seen = device.looks
        await until(lambda: device.looks > seen + 5)
        assert device.opens == 4, "it was seen to be back, and its wait is not over"
        assert supervisor.health.reason is DeviceReason.UNPLUGGED
    assert await journal(hall) == [("ready", ""), ("missing", "unplugged")] * 4


async def test_a_device_that_was_steady_may_be_plugged_in_again_at_once(hall: Hall) -> None:
    device = Scripted()
    patience = Patience(renew=0.02, look=0.005, first=3600, longest=3600, hastes=1, steady=0.0)
    supervisor = supervisor_of(hall, device, patience=patience)
    async with running(supervisor):
        for _each in range(5):
            await until(lambda: supervisor.health == READY)
            await _replug(supervisor, device)
        await until(lambda: supervisor.health == READY)


async def test_a_device_that_is_gone_is_told_so_whatever_its_driver_met(hall: Hall) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device)
    async with running(supervisor):
        await until(lambda: supervisor.health == READY)
        device.there = False
        device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.OFFLINE))
        await until(lambda: supervisor.health.state is DeviceState.MISSING)
        device.there = True
        await until(lambda: supervisor.health == READY)
    assert await journal(hall) == [("ready", ""), ("missing", "unplugged"), ("ready", "")]


async def test_a_plug_pulled_while_waiting_is_told_and_noticed_when_back(hall: Hall) -> None:
    device = Scripted()

    async def refuse() -> DeviceHealth:
        raise DeviceTrouble(device="led", reason=DeviceReason.BUSY)

    device.opening = refuse
    supervisor = supervisor_of(
        hall, device, patience=Patience(renew=0.02, look=0.005, first=3600, longest=3600)
    )
    async with running(supervisor):
        await until(lambda: supervisor.health.reason is DeviceReason.BUSY)
        device.there = False
        await until(lambda: supervisor.health.reason is DeviceReason.UNPLUGGED)
        device.opening, device.there = None, True
        await until(lambda: supervisor.health == READY)
    assert device.opens == 2


@pytest.mark.parametrize("error", [ValueError("driver"), None, StoreBusy(path="hall.sqlite")])
async def test_an_error_of_the_driver_ends_nothing(
    hall: Hall, error: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device)
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        device.trouble.put_nowait(error)
        await until(lambda: device.opens == 2 and supervisor.is_working)
    assert ("missing", "broken") in await journal(hall)
    assert "led" in caplog.text


async def test_looking_for_a_device_may_break_off_too(hall: Hall) -> None:
    device = Scripted()
    device.looking = OSError(5, "no sysfs")
    supervisor = supervisor_of(hall, device)
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        device.trouble.put_nowait(DeviceTrouble(device="led", reason=DeviceReason.STALLED))
        await until(lambda: device.opens == 2 and supervisor.is_working)


async def test_hanging_open_and_close_are_given_up(hall: Hall) -> None:
    device = Scripted()

    async def hang() -> DeviceHealth:
        await asyncio.Event().wait()
        return READY

    async def hang_closing() -> None:
        await asyncio.Event().wait()

    device.opening, device.closing = hang, hang_closing
    supervisor = supervisor_of(hall, device)
    async with running(supervisor):
        await until(lambda: device.opens == 2)
    assert await journal(hall) == [("missing", "offline")]
    assert device.closes == 2


async def test_stop_ends_while_a_driver_heeds_nothing(hall: Hall) -> None:
    device = Scripted()
    let_go, ended = asyncio.Event(), asyncio.Event()

    async def hang() -> DeviceHealth:
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()
        ended.set()
        return READY

    device.opening = hang
    supervisor = supervisor_of(hall, device, patience=Patience(opening=60, closing=0.1))
    try:
        # `running` would not wait for ever: the stop ends, and the driver is left to itself.
        async with running(supervisor):
            await until(lambda: device.opens == 1)
        assert not ended.is_set()
        assert await hall.store.lease("led", "another", 600.0)
    finally:
        let_go.set()
        await until(ended.is_set)


async def test_stop_before_run_and_stop_while_opening(hall: Hall) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device)
    await supervisor.stop()
    await supervisor.run()
    assert device.opens == 0

    async def slow() -> DeviceHealth:
        await asyncio.Event().wait()
        return READY

    device.opening = slow
    other = supervisor_of(hall, device, patience=Patience(opening=60))
    async with running(other):
        await until(lambda: device.opens == 1)
    assert device.closes == 1
    assert await journal(hall) == []


async def test_one_of_two_processes_works_the_device(hall: Hall) -> None:
    first, second, leases = Scripted(), Scripted(), Counted(hall)
    one = supervisor_of(hall, first, "one", leases=leases)
    two = supervisor_of(hall, second, "two", leases=leases)
    async with running(two):
        async with running(one):
            await until(lambda: one.is_working or two.is_working)
            await leases.are_asked_for("one", 5)
            await leases.are_asked_for("two", 5)
            assert one.is_working != two.is_working
            assert first.opens + second.opens == 1
        await until(lambda: two.is_working)


class Borrowed:
    """Leases that a test grants and takes away, or that fail."""

    def __init__(self) -> None:
        self.granted = True
        self.broken = False
        self.failures = 0

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        if self.broken:
            self.failures += 1
            raise StoreBusy(path="hall.sqlite")
        return self.granted

    async def release(self, device: str, owner: str) -> None:
        pass


class Stuck:
    """A store that, once stuck, answers no more; what it was asked it may have done."""

    def __init__(self) -> None:
        self.sticks = False
        self.asked: list[str] = []

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        await self._ask("lease")
        return True

    async def release(self, device: str, owner: str) -> None:
        await self._ask("release")

    async def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.sticks:
            await asyncio.Event().wait()


@pytest.mark.parametrize("sticks_before", [False, True])
async def test_stop_waits_for_no_store(hall: Hall, *, sticks_before: bool) -> None:
    device, leases = Scripted(), Stuck()
    leases.sticks = sticks_before
    supervisor = supervisor_of(
        hall, device, leases=leases, patience=Patience(renew=0.02, releasing=0.02)
    )
    async with running(supervisor):
        if not sticks_before:
            await until(lambda: supervisor.is_working)
            leases.sticks = True
            asked = len(leases.asked)
            await until(lambda: len(leases.asked) > asked)
        else:
            await until(lambda: bool(leases.asked))
    assert device.closes == device.opens
    assert leases.asked[-2:] == ["lease", "release"], "a lease may have been given all the same"


async def test_a_lost_lease_closes_the_device(hall: Hall) -> None:
    device, leases = Scripted(), Borrowed()
    supervisor = supervisor_of(hall, device, leases=leases)
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        leases.granted = False
        await until(lambda: device.closes == 1)
        assert not supervisor.holds_lease
        leases.granted = True
        await until(lambda: supervisor.is_working)
    assert device.opens == 2


async def test_a_store_that_fails_for_a_moment_takes_no_device_away(hall: Hall) -> None:
    device, leases = Scripted(), Borrowed()
    supervisor = supervisor_of(
        hall, device, leases=leases, patience=Patience(lease=600.0, renew=0.02)
    )
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        leases.broken = True
        await until(lambda: leases.failures >= 5)
        assert supervisor.is_working
        leases.broken = False
    assert device.opens == 1


async def test_a_lease_that_cannot_be_renewed_runs_out(hall: Hall) -> None:
    device, leases = Scripted(), Borrowed()
    supervisor = supervisor_of(
        hall, device, leases=leases, patience=Patience(lease=0.1, renew=0.02)
    )
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        leases.broken = True
        await until(lambda: device.closes == 1)


async def test_a_device_that_goes_with_another_waits_for_it(hall: Hall) -> None:
    device = Scripted()
    allowed = False
    asked = 0

    def may_work() -> bool:
        nonlocal asked
        asked += 1
        return allowed

    supervisor = supervisor_of(hall, device, may_work=may_work)
    async with running(supervisor):
        await until(lambda: asked >= 5)
        assert device.opens == 0
        allowed = True
        await until(lambda: supervisor.is_working)
        allowed = False
        await until(lambda: device.closes == 1)
        assert await hall.store.lease("led", "another", 1.0)


async def test_a_test_is_done_only_while_open_and_its_trouble_reopens(hall: Hall) -> None:
    device = Scripted()
    supervisor = supervisor_of(hall, device)
    assert not supervisor.test()
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        assert supervisor.test()
        await until(lambda: device.tests == 1)

        async def fail() -> None:
            device.testing = None
            raise DeviceTrouble(device="led", reason=DeviceReason.STALLED)

        device.testing = fail
        assert supervisor.test()
        await until(lambda: device.opens == 2 and supervisor.is_working)
    assert await journal(hall) == [("ready", ""), ("missing", "stalled"), ("ready", "")]


async def test_a_test_that_hangs_is_given_up(hall: Hall) -> None:
    device = Scripted()

    async def hang() -> None:
        device.testing = None
        await asyncio.Event().wait()

    device.testing = hang
    supervisor = supervisor_of(
        hall, device, patience=Patience(renew=0.02, first=0.01, look=0.005, testing=0.05)
    )
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        supervisor.test()
        await until(lambda: device.opens == 2 and supervisor.is_working)
    assert ("missing", "stalled") in await journal(hall)


async def test_a_state_that_could_not_be_kept_is_told_again(hall: Hall) -> None:
    device = Scripted()
    failing = True
    told: list[DeviceHealth] = []

    async def note(health: DeviceHealth) -> None:
        if failing:
            raise StoreBusy(path="hall.sqlite")
        await hall.devices.note("led", "me", health)
        told.append(health)

    supervisor = Supervisor(device, hall.store, "me", note, patience=QUICK)
    async with running(supervisor):
        await until(lambda: supervisor.is_working)
        failing = False
        await until(lambda: told == [READY])
    assert await journal(hall) == [("ready", "")]


class Candid(Scripted):
    """A device that says how it is while it works."""

    tell: Callable[[DeviceHealth], Awaitable[None]] | None = None


async def test_a_device_may_tell_how_it_is_while_it_works(hall: Hall) -> None:
    device = Candid()
    supervisor = supervisor_of(hall, device)
    assert device.tell is not None
    muted = DeviceHealth(DeviceState.DEGRADED, DeviceReason.MUTED)
    await device.tell(muted)
    async with running(supervisor):
        await until(lambda: supervisor.health == READY)
        await device.tell(muted)
        assert supervisor.health == muted
    assert await journal(hall) == [("ready", ""), ("degraded", "muted")]
    assert device.opens == 1
