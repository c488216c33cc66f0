"""The announcer over a real hall file: order, one at a time, stale, undone, muted, failing, killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from tests.halls import small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.config.device import VoiceSettings
from yichuang.errors import StoreBusy
from yichuang.hardware.supervisor import Supervisor
from yichuang.hardware.voice.announcer import Announcer
from yichuang.hardware.voice.sound import silence
from yichuang.hardware.voice.speaker import Prepared
from yichuang.queue.announcement import Announcement, AnnouncementState
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.service import Hall

READY = DeviceHealth(DeviceState.READY)
NO_SOUND = DeviceHealth(DeviceState.DEGRADED, DeviceReason.NO_SOUND)
CHIME_ONLY = DeviceHealth(DeviceState.DEGRADED, DeviceReason.CHIME_ONLY)
SETTINGS = VoiceSettings(enabled=True, stale_seconds=60)


@dataclass
class FakeSpeaker:
    """Says nothing, and tells what it would have said; it waits to be let on when `holds`."""

    health: DeviceHealth = READY
    voiced: bool = True
    holds: bool = False
    said: list[str] = field(default_factory=list)
    failing: int = 0
    """How many of the next plays fail."""
    player: bool = True
    playing: int = 0
    before: Callable[[], Awaitable[None]] | None = None
    """What happens while a call is made into sound."""

    def __post_init__(self) -> None:
        self.began = asyncio.Semaphore(0)
        self.goes_on = asyncio.Semaphore(0)
        self._next = ""

    async def open(self) -> DeviceHealth:
        return self.health

    def find_player(self) -> bool:
        return self.player

    async def prepare(self, number: str, window: int, *, trial: bool = False) -> Prepared:
        if self.before is not None:
            await self.before()
        self._next = f"test {number}" if trial else f"{number}>{window}"
        return Prepared(silence(8000, 0.1), is_voiced=self.voiced)

    async def prepare_notice(self, text: str) -> Prepared:
        if self.before is not None:
            await self.before()
        self._next = f"notice {text}"
        return Prepared(silence(8000, 0.1), is_voiced=self.voiced)

    async def play(self, prepared: Prepared) -> None:
        assert not self.playing, "two calls at a time"
        self.playing += 1
        try:
            self.said.append(self._next)
            self.began.release()
            if self.holds:
                await self.goes_on.acquire()
            if self.failing:
                self.failing -= 1
                raise DeviceTrouble(device="voice", reason=DeviceReason.NO_SOUND)
        finally:
            self.playing -= 1

    async def close(self) -> None:
        pass


class Calls:
    """The hall's calls, as `[voice]` is given them; `broken` is how many of the next words it cannot keep."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self.broken = 0
        self.unannounced = hall.devices.unannounced
        self.mark = hall.store.mark
        self.wait_for_change = hall.store.wait_for_change

    async def conclude(self, seq: int, state: AnnouncementState) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreBusy(path="hall.db", detail="locked")
        await self._hall.devices.conclude(seq, state)


@dataclass
class Stage:
    """A hall in a file, with an announcer that a test sets to work."""

    hall: Hall
    clock: FixedClock
    speaker: FakeSpeaker
    announcer: Announcer
    calls: Calls
    shown: list[str]
    told: list[DeviceHealth]
    tick: list[float]
    muted: list[bool]

    async def call(self, window: int, *categories: str) -> None:
        """Issue a ticket and call it."""
        for category in categories or ("tax" if window != 2 else "police",):
            await self.hall.issue(category=category)
        await self.hall.call_next(window)

    async def note(self, health: DeviceHealth) -> None:
        """Be told how the voice is."""
        self.told.append(health)

    def pass_time(self, seconds: float) -> None:
        """Time goes on, by every clock."""
        self.clock.advance(timedelta(seconds=seconds))
        self.tick[0] += seconds

    async def concluded(self, count: int) -> list[str]:
        """What became of the calls, oldest first, as soon as so many are concluded."""
        async with asyncio.timeout(30):
            while True:
                mark = self.hall.store.mark()
                kept = await self.hall.devices.announcements(100)
                if len(kept) >= count:
                    return [f"{each.number}>{each.window} {each.state}" for each in kept[::-1]]
                await self.hall.store.wait_for_change(mark, 30)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[asyncio.Task[None]]:
        """The announcer opened and working, until the block ends."""
        await self.announcer.open()
        work = asyncio.create_task(self.announcer.work())
        try:
            yield work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self.announcer.close()


@pytest.fixture
async def stage(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Stage]:
    async with await sqlite_hall(tmp_path, clock) as hall:
        for window in (1, 2, 3):
            await hall.open_window(window)
        yield staged(hall, clock)


def staged(hall: Hall, clock: FixedClock) -> Stage:
    shown: list[str] = []
    told: list[DeviceHealth] = []
    tick, muted = [1000.0], [False]

    def announce(each: Announcement) -> None:
        shown.append(each.notice or f"{each.number}>{each.window}")

    async def is_muted() -> bool:
        return muted[0]

    async def tell(health: DeviceHealth) -> None:
        told.append(health)

    speaker, calls = FakeSpeaker(), Calls(hall)
    announcer = Announcer(
        SETTINGS,
        calls,
        speaker,
        clock=clock,
        announce=announce,
        is_muted=is_muted,
        ticks=lambda: tick[0],
    )
    announcer.show_seconds = 0.0
    announcer.tell = tell
    return Stage(hall, clock, speaker, announcer, calls, shown, told, tick, muted)


async def test_calls_are_said_in_order_one_at_a_time_and_shown_as_they_begin(stage: Stage) -> None:
    stage.speaker.holds = True
    async with stage.at_work():
        await stage.call(1)
        await stage.call(2)
        await stage.call(3)
        for place, call in enumerate(("A001>1", "B001>2", "A002>3"), 1):
            async with asyncio.timeout(30):
                await stage.speaker.began.acquire()
            assert stage.speaker.said[-1] == stage.shown[-1] == call
            assert len(stage.shown) == place
            assert len(await stage.hall.devices.announcements()) == place - 1
            stage.speaker.goes_on.release()
        assert await stage.concluded(3) == ["A001>1 spoken", "B001>2 spoken", "A002>3 spoken"]


async def test_repeats_that_still_wait_are_said_with_the_first(stage: Stage) -> None:
    await stage.call(1)
    await stage.call(2)
    await stage.hall.recall(1)
    await stage.hall.recall(1)
    async with stage.at_work():
        assert await stage.concluded(4) == [
            "A001>1 spoken",
            "B001>2 spoken",
            "A001>1 spoken",
            "A001>1 spoken",
        ]
        assert stage.speaker.said == ["A001>1", "B001>2"]
        await stage.hall.recall(1)
        await stage.concluded(5)
    assert stage.speaker.said == ["A001>1", "B001>2", "A001>1"]


async def test_a_visitor_who_was_called_elsewhere_meanwhile_hears_only_that(stage: Stage) -> None:
    await stage.call(1)
    await stage.hall.pass_(1, reason="未到")
    await stage.hall.call(3, "A001")
    async with stage.at_work():
        assert await stage.concluded(1) == ["A001>3 spoken"]
    assert stage.speaker.said == stage.shown == ["A001>3"]


async def test_a_visitor_who_leaves_while_the_call_is_made_is_not_called(stage: Stage) -> None:
    await stage.call(1)

    async def leave() -> None:
        await stage.hall.cancel("A001", reason="走了")

    stage.speaker.before = leave
    async with stage.at_work():
        assert await stage.concluded(1) == ["A001>1 undone"]
    assert stage.speaker.said == stage.shown == []


async def test_a_burst_keeps_its_order_and_what_grew_stale_is_dropped(
    tmp_path: Path, clock: FixedClock
) -> None:
    """Thirty windows call at once, each call said in five seconds: after a minute the rest comes too late."""
    windows = range(11, 41)
    more = "".join(f'[[window]]\nnumber = {each}\ncategories = ["tax"]\n' for each in windows)
    async with await sqlite_hall(tmp_path, clock, small_settings(more)) as hall:
        stage = staged(hall, clock)

        async def take_time() -> None:
            stage.pass_time(5)

        stage.speaker.before = take_time
        for window in windows:
            await hall.open_window(window)
            await stage.call(window)
        async with stage.at_work():
            done = await stage.concluded(30)
    numbers = [f"A{place:03}>{window}" for place, window in enumerate(windows, 1)]
    said = stage.speaker.said
    assert 11 <= len(said) <= 13
    assert said == numbers[: len(said)]
    assert done == [
        f"{each} {'spoken' if place < len(said) else 'stale'}" for place, each in enumerate(numbers)
    ]


async def test_what_waited_while_nobody_spoke_is_stale(stage: Stage) -> None:
    await stage.call(1)
    stage.pass_time(61)
    await stage.call(2)
    async with stage.at_work():
        assert await stage.concluded(2) == ["A001>1 stale", "B001>2 spoken"]


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_set_silences_no_fresh_call(stage: Stage, hours: int) -> None:
    stage.speaker.holds = True
    async with stage.at_work():
        await stage.call(1)
        async with asyncio.timeout(30):
            await stage.speaker.began.acquire()
        await stage.call(2)
        stage.clock.advance(timedelta(hours=hours))
        stage.tick[0] += 5
        await stage.call(3)
        stage.speaker.holds = False
        stage.speaker.goes_on.release()
        await stage.concluded(3)
    assert stage.speaker.said == ["A001>1", "B001>2", "A002>3"]


async def test_a_call_that_is_taken_back_is_not_said(stage: Stage) -> None:
    await stage.call(1)
    await stage.hall.undo(1)
    await stage.call(2)
    async with stage.at_work():
        await stage.concluded(1)
    assert stage.speaker.said == ["B001>2"]


async def test_a_call_that_is_taken_back_while_it_is_made_is_not_said(stage: Stage) -> None:
    await stage.call(1)

    async def take_back() -> None:
        await stage.hall.undo(1)

    stage.speaker.before = take_back
    async with stage.at_work():
        assert await stage.concluded(1) == ["A001>1 undone"]
    assert stage.speaker.said == stage.shown == []


async def test_muted_calls_are_shown_and_not_said(stage: Stage) -> None:
    stage.muted[0] = True
    async with stage.at_work():
        await stage.call(1)
        assert await stage.concluded(1) == ["A001>1 shown"]
        stage.muted[0] = False
        await stage.call(2)
        assert await stage.concluded(2) == ["A001>1 shown", "B001>2 spoken"]
    assert stage.shown == ["A001>1", "B001>2"]
    assert stage.speaker.said == ["B001>2"]


async def test_a_chime_is_kept_as_a_chime(stage: Stage) -> None:
    stage.speaker.voiced = False
    async with stage.at_work():
        await stage.call(1)
        assert await stage.concluded(1) == ["A001>1 chimed"]
    assert stage.told == [CHIME_ONLY]


async def test_a_voice_that_is_found_later_is_told(stage: Stage) -> None:
    stage.speaker.health, stage.speaker.voiced = CHIME_ONLY, False
    async with stage.at_work():
        await stage.call(1)
        await stage.concluded(1)
        assert stage.told == []
        stage.speaker.voiced = True
        await stage.call(2)
        assert await stage.concluded(2) == ["A001>1 chimed", "B001>2 spoken"]
    assert stage.told == [READY]


async def test_a_player_that_fails_loses_no_call_and_is_told_once(stage: Stage) -> None:
    stage.speaker.failing = 2
    async with stage.at_work():
        await stage.call(1)
        await stage.call(2)
        await stage.call(3)
        assert await stage.concluded(3) == ["A001>1 failed", "B001>2 failed", "A002>3 spoken"]
    assert stage.shown == ["A001>1", "B001>2", "A002>3"]
    assert stage.told == [NO_SOUND, READY]


async def test_a_call_that_cannot_be_made_into_sound_is_shown(stage: Stage) -> None:
    await stage.call(1)
    await stage.call(2)

    async def fail() -> None:
        stage.speaker.before = None
        raise OSError(28, "No space left on device")

    stage.speaker.before = fail
    async with stage.at_work():
        assert await stage.concluded(2) == ["A001>1 failed", "B001>2 spoken"]
    assert stage.shown == ["A001>1", "B001>2"]
    assert stage.told == [NO_SOUND, READY]


async def test_without_a_player_calls_are_shown_until_there_is_one(stage: Stage) -> None:
    missing = DeviceHealth(DeviceState.MISSING, DeviceReason.NO_SOUND)
    stage.speaker.player, stage.speaker.health = False, missing
    async with stage.at_work():
        assert stage.announcer.health == missing
        await stage.call(1)
        await stage.concluded(1)
        stage.speaker.player, stage.speaker.health = True, READY
        await stage.call(2)
        assert await stage.concluded(2) == ["A001>1 shown", "B001>2 spoken"]
    assert stage.told == [READY]


async def test_trouble_that_nobody_is_told_of_ends_the_work_once(stage: Stage) -> None:
    stage.announcer.tell = None
    stage.speaker.failing = 2
    await stage.call(1)
    await stage.call(2)
    async with stage.at_work() as work:
        with pytest.raises(DeviceTrouble):
            await work
    assert await stage.concluded(1) == ["A001>1 failed"]
    assert await stage.announcer.open() == NO_SOUND
    async with stage.at_work():
        assert await stage.concluded(2) == ["A001>1 failed", "B001>2 failed"]


async def test_what_the_store_could_not_keep_is_not_said_again(stage: Stage) -> None:
    stage.calls.broken = 1
    await stage.call(1)
    async with stage.at_work() as work:
        with pytest.raises(StoreBusy):
            await work
    async with stage.at_work():
        assert await stage.concluded(1) == ["A001>1 spoken"]
    assert stage.speaker.said == ["A001>1"]


async def test_a_test_call_comes_next_after_the_present_one(stage: Stage) -> None:
    stage.speaker.holds = True
    async with stage.at_work():
        await stage.call(1)
        await stage.call(2)
        async with asyncio.timeout(30):
            await stage.speaker.began.acquire()
            test = asyncio.create_task(stage.announcer.test())
            await asyncio.sleep(0)
            stage.speaker.holds = False
            stage.speaker.goes_on.release()
            await test
        await stage.concluded(2)
    assert stage.speaker.said == ["A001>1", "test A001", "B001>2"]
    stage.speaker.failing = 1
    with pytest.raises(DeviceTrouble):
        await stage.announcer.test()


async def test_a_supervisor_works_it_and_stops_it_in_the_middle_of_a_call(stage: Stage) -> None:
    stage.speaker.holds = True
    supervisor = Supervisor(stage.announcer, stage.hall.store, "here", stage.note)
    running = asyncio.create_task(supervisor.run())
    await stage.call(1)
    async with asyncio.timeout(30):
        await stage.speaker.began.acquire()
        await supervisor.stop()
        await running
    assert await stage.hall.devices.announcements() == []
    again = staged(stage.hall, stage.clock)
    async with again.at_work():
        assert await again.concluded(1) == ["A001>1 spoken"]
    assert again.speaker.said == ["A001>1"]


async def test_a_notice_is_said_once_in_its_turn_and_outlives_a_calls_patience(
    stage: Stage,
) -> None:
    await stage.hall.supervision.broadcast("三点停电", minutes=5, reason="供电局", actor="9001")
    stage.pass_time(200)
    await stage.call(1)
    async with stage.at_work():
        assert await stage.concluded(2) == [">0 spoken", "A001>1 spoken"]
        await stage.hall.supervision.broadcast("请走东门", minutes=1, reason="施工", actor="9001")
        await stage.hall.supervision.broadcast("请走西门", minutes=1, reason="施工", actor="9001")
        await stage.concluded(4)
    assert stage.speaker.said == [
        "notice 三点停电",
        "A001>1",
        "notice 请走东门",
        "notice 请走西门",
    ]
    again = staged(stage.hall, stage.clock)
    async with again.at_work():
        await again.call(2)
        await again.concluded(5)
    assert again.speaker.said == ["B001>2"], "no notice is said twice"


async def test_a_notice_that_is_over_is_not_said(stage: Stage) -> None:
    await stage.hall.supervision.broadcast("三点停电", minutes=1, reason="供电局", actor="9001")
    stage.pass_time(61)
    async with stage.at_work():
        assert await stage.concluded(1) == [">0 stale"]
    assert stage.speaker.said == []


async def test_a_notice_taken_back_while_it_is_made_into_sound_is_not_said(stage: Stage) -> None:
    done = await stage.hall.supervision.broadcast(
        "三点停电", minutes=5, reason="供电局", actor="9001"
    )
    notice = done.notice
    assert notice is not None

    async def take_back() -> None:
        stage.speaker.before = None
        await stage.hall.supervision.withdraw(notice.id)

    stage.speaker.before = take_back
    async with stage.at_work():
        assert await stage.concluded(1) == [">0 undone"]
    assert stage.speaker.said == []
