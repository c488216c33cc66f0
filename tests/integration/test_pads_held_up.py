"""Pads while the store is held up by another process: no key is obeyed that nobody means any more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.halls import plain_connection, sqlite_hall
from tests.integration.test_pads import calls
from tests.waiting import as_many, until
from yichuang.clock import FixedClock
from yichuang.config import STORE_FILE
from yichuang.config.device import CallerAction, CallerPadSettings
from yichuang.hardware.pad import caller_pad
from yichuang.hardware.pad.caller_pad import STALE_SECONDS, open_caller_pad
from yichuang.hardware.pad.pad import MOST_WAITING, Pad
from yichuang.hardware.pad.press import KeyPress
from yichuang.queue.device import DeviceReason, DeviceTrouble
from yichuang.queue.ticket import TicketState

PAD = CallerPadSettings(name="pad", window=1, path="/dev/null")


class Time:
    """What the pad takes for the time; it stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Keys:
    """A pad's keys, pressed by the test."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._pressed: asyncio.Queue[KeyPress | None] = asyncio.Queue()
        self.read = 0
        """How many presses the driver has fetched."""

    def press(self, *keys: str, after: float = 0.5) -> None:
        for key in keys:
            self._time.now += after
            self._pressed.put_nowait(KeyPress(key, self._time.now))

    def unplug(self) -> None:
        self._pressed.put_nowait(None)

    def is_there(self) -> bool:
        return True

    async def open(self) -> None:
        """Nothing is opened."""

    async def presses(self) -> list[KeyPress]:
        pressed = await self._pressed.get()
        if pressed is None:
            raise DeviceTrouble(device="pad", reason=DeviceReason.UNPLUGGED)
        self.read += 1
        return [pressed]

    async def close(self) -> None:
        """Nothing is closed."""


class Slow:
    """The hall, which does one thing after another when it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[CallerAction, str]] = []
        self.free = asyncio.Event()

    async def __call__(self, action: CallerAction, digits: str) -> None:
        self.asked.append((action, digits))
        await self.free.wait()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time that a caller pad goes by."""
    time = Time()
    monkeypatch.setattr(caller_pad, "time", time)
    return time


async def _worked_off(keys: Keys, hall: Slow, pad: asyncio.Task[None]) -> None:
    """Everything that was pressed has come to its end: the pad is gone, and its driver says so."""
    keys.unplug()
    hall.free.set()
    with pytest.raises(DeviceTrouble):
        async with asyncio.timeout(20):
            await pad


async def test_what_was_pressed_long_ago_is_dropped_with_a_word(
    time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    keys, hall = Keys(time), Slow()
    pad = asyncio.create_task(open_caller_pad(PAD, hall, keys).work())
    keys.press("KEY_KPENTER")
    await as_many(hall.asked, 1)
    keys.press("KEY_KPMINUS")
    time.now += STALE_SECONDS
    keys.press("KEY_KPPLUS")
    await _worked_off(keys, hall, pad)
    assert hall.asked == [("next", ""), ("recall", "")]
    assert "KEY_KPMINUS came too late" in caplog.text


async def test_no_digit_of_a_number_is_dropped(time: Time) -> None:
    """Else what is left would call another visitor."""
    keys, hall = Keys(time), Slow()
    pad = asyncio.create_task(open_caller_pad(PAD, hall, keys).work())
    keys.press("KEY_KPPLUS")
    await as_many(hall.asked, 1)
    keys.press("KEY_KP1", "KEY_KP2")
    time.now += STALE_SECONDS
    keys.press("KEY_KPENTER")
    await _worked_off(keys, hall, pad)
    assert hall.asked == [("recall", ""), ("enter", "12")]


async def test_a_key_that_is_pressed_again_as_nothing_happens_is_one_wish(time: Time) -> None:
    """A second `start_finish` would end at once whom the first one begins to serve."""
    keys, hall = Keys(time), Slow()
    pad = asyncio.create_task(open_caller_pad(PAD, hall, keys).work())
    keys.press("KEY_KPDOT")
    await as_many(hall.asked, 1)
    keys.press("KEY_KPDOT", "KEY_KPPLUS")
    await until(lambda: keys.read == 3)
    hall.free.set()
    await as_many(hall.asked, 2)
    keys.press("KEY_KPPLUS", "KEY_KPDOT")
    await _worked_off(keys, hall, pad)
    assert [action for action, _digits in hall.asked] == [
        "start_finish",
        "recall",
        "recall",
        "start_finish",
    ]


async def test_keys_are_read_while_one_is_obeyed_and_none_is_lost(time: Time) -> None:
    """A pad on a serial port does not say when a key was pressed: only reading it at once tells."""
    keys = Keys(time)
    taken: list[str] = []
    free = asyncio.Event()

    async def take(press: KeyPress) -> None:
        await free.wait()
        taken.append(press.key)

    pad = asyncio.create_task(Pad("pad", keys, take).work())
    keys.press("a", "b", "c")
    keys.unplug()
    await until(lambda: keys.read == 3)
    assert taken == []
    free.set()
    with pytest.raises(DeviceTrouble):
        async with asyncio.timeout(20):
            await pad
    assert taken == ["a", "b", "c"]


async def test_a_pad_that_floods_is_held_back_and_can_be_stopped(time: Time) -> None:
    keys = Keys(time)

    async def take(_press: KeyPress) -> None:
        await asyncio.Event().wait()

    pad = asyncio.create_task(Pad("pad", keys, take).work())
    keys.press(*(f"0x{key:02x}" for key in range(2 * MOST_WAITING)))
    # One is being taken, and one has been read for which there is no room.
    await until(lambda: keys.read == MOST_WAITING + 2)
    pad.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(20):
            await pad
    assert keys.read == MOST_WAITING + 2


async def test_a_clerk_who_presses_on_while_the_store_is_locked_ends_no_visit(
    tmp_path: Path, clock: FixedClock, time: Time
) -> None:
    keys = Keys(time)
    told: list[str] = []
    async with await sqlite_hall(tmp_path, clock) as hall:
        await hall.open_window(1)
        for _each in range(2):
            await hall.issue(category="tax")
        await hall.call_next(1)
        other = plain_connection(tmp_path / STORE_FILE)
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        pad = asyncio.create_task(open_caller_pad(PAD, calls(hall, told), keys).work())
        keys.press("KEY_KPDOT")
        await until(lambda: keys.read == 1)
        keys.press("KEY_KPDOT", "KEY_KPENTER")
        await until(lambda: keys.read == 3)
        assert told == []
        time.now += STALE_SECONDS
        other.rollback()
        other.close()
        await as_many(told, 1)
        keys.press("KEY_KPPLUS")
        await as_many(told, 2)
        keys.unplug()
        with pytest.raises(DeviceTrouble):
            await pad
        assert told[0] == "A001 办理中"
        assert "A001" in told[1]
        assert (await hall.ticket("A001")).state is TicketState.SERVING
        assert (await hall.ticket("A002")).state is TicketState.WAITING
