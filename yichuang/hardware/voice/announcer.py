"""The announcer: takes the hall's calls and notices in order and says them, one at a time (DESIGN 7, C09).

A call is concluded only after it was said: one that was being said when the program ended is said again after
the start, unless it is stale by then. Nothing is lost, and nothing is concluded before what came earlier.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from yichuang.clock import Clock
from yichuang.config.device import VoiceSettings
from yichuang.errors import YichuangError
from yichuang.hardware.voice.phrase import TEST_NUMBER, TEST_WINDOW
from yichuang.hardware.voice.speaker import Prepared
from yichuang.queue.announcement import Announcement, AnnouncementState
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 30.0
"""How long it waits for a change before it looks again in any case."""


class AnnouncementSource(Protocol):
    """Where calls come from, and where it is kept what became of each."""

    async def unannounced(self) -> list[Announcement]:
        """The calls that were not announced yet, in order, without those undone."""
        ...

    async def conclude(self, seq: int, state: AnnouncementState) -> None:
        """Keep what became of a call; all before it count as concluded too."""
        ...

    def mark(self) -> int:
        """A mark to wait from: taken before looking, so that no change is missed."""
        ...

    async def wait_for_change(self, since: int, seconds: float) -> int:
        """Wait until something has changed since the mark, or until time is up; the new mark."""
        ...


class CallSpeaker(Protocol):
    """What makes calls into sound and plays them."""

    async def open(self) -> DeviceHealth:
        """Find engines and player; missing with NO_SOUND when there is no player."""
        ...

    def find_player(self) -> bool:
        """Whether there is a player now."""
        ...

    async def prepare(self, number: str, window: int, *, trial: bool = False) -> Prepared:
        """A call as sound."""
        ...

    async def prepare_notice(self, text: str) -> Prepared:
        """A notice as sound, said once."""
        ...

    async def play(self, prepared: Prepared) -> None:
        """Play it to its end; raises DeviceTrouble."""
        ...

    async def close(self) -> None:
        """Let go of all."""
        ...


class Announcer:
    """The device `[voice]`, for a supervisor."""

    def __init__(
        self,
        settings: VoiceSettings,
        source: AnnouncementSource,
        speaker: CallSpeaker,
        *,
        clock: Clock,
        announce: Callable[[Announcement], None],
        is_muted: Callable[[], Awaitable[bool]],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`announce` is told of each call when it begins to be said, or would be.

        `ticks` counts seconds on and on, whatever is done to the machine's time.
        """
        self.show_seconds = 3.0
        """How long a call that is not heard is shown before the next."""
        self.tell: Callable[[DeviceHealth], Awaitable[None]] | None = None
        """Takes how the voice is while it works; without it, trouble ends `work` once."""
        self._settings = settings
        self._source = source
        self._speaker = speaker
        self._clock = clock
        self._announce = announce
        self._is_muted = is_muted
        self._ticks = ticks
        self._turn = asyncio.Lock()
        """Held while something is played; those who wait for it are served in order."""
        self._found = DeviceHealth(DeviceState.UNKNOWN)
        self._health = self._found
        self._is_dumb = False
        """Whether the last play failed."""
        self._is_untold = False
        """Whether trouble is to be told by ending `work`."""
        self._born: dict[int, float] = {}
        """By journal row: the tick at which a call came."""
        self._looked_at: float | None = None
        self._said: dict[int, AnnouncementState] = {}
        """What is known of calls and not concluded yet: those said together with an earlier one."""

    @property
    def name(self) -> str:
        """Its name in hall.toml."""
        return self._settings.name

    @property
    def health(self) -> DeviceHealth:
        """How the voice is now."""
        return self._health

    def is_there(self) -> bool:
        """True: only opening can tell."""
        return True

    async def open(self) -> DeviceHealth:
        """Find engines and player. Without a player it still works: calls are shown then."""
        self._found = await self._speaker.open()
        self._looked_at = None
        self._health = self._state()
        return self._health

    async def work(self) -> None:
        """Say every call until cancelled."""
        while True:
            mark = self._source.mark()
            calls = await self._look()
            if calls:
                await self._take(calls)
                self._raise_trouble()
            else:
                await self._source.wait_for_change(mark, _IDLE_SECONDS)

    async def test(self) -> None:
        """Say a test call, next after the one that is being said; raises DeviceTrouble."""
        async with self._turn:
            prepared = await self._speaker.prepare(TEST_NUMBER, TEST_WINDOW, trial=True)
            await self._play(prepared)

    async def close(self) -> None:
        """End what it started."""
        await self._speaker.close()

    # --- one call -----------------------------------------------------------------------------

    async def _look(self) -> list[Announcement]:
        """The calls still to be said; notes when each came."""
        calls = await self._source.unannounced()
        now, tick = self._clock.now(), self._ticks()
        for call in calls:
            if call.seq not in self._born:
                by_clock = (now - call.at).total_seconds()
                if self._looked_at is None:
                    # It may have come while no one looked: only the clock can tell, right or not.
                    age = abs(by_clock)
                else:
                    # It came after the last look, whatever a clock that was set says.
                    age = min(max(0.0, by_clock), tick - self._looked_at)
                self._born[call.seq] = tick - age
        first = calls[0].seq if calls else None
        for seq in [each for each in self._born if first is None or each < first]:
            del self._born[seq]
            self._said.pop(seq, None)
        self._looked_at = tick
        return calls

    async def _take(self, calls: Sequence[Announcement]) -> None:
        """Bring the first call to its end."""
        call = calls[0]
        later = [] if call.notice else [each for each in calls[1:] if each.number == call.number]
        if call.seq in self._said:
            await self._conclude(call.seq, self._said[call.seq])
        elif self._is_stale(call) or any(each.window != call.window for each in later):
            # A visitor who was called elsewhere meanwhile must not be sent to the first window.
            await self._conclude(call.seq, AnnouncementState.STALE)
        else:
            state = await self._say(call)
            self._said.update({each.seq: state for each in (call, *later)})
            await self._conclude(call.seq, state)

    def _is_stale(self, call: Announcement) -> bool:
        good_for = call.good_for or self._settings.stale_seconds
        return self._ticks() - self._born[call.seq] > good_for

    async def _conclude(self, seq: int, state: AnnouncementState) -> None:
        await self._source.conclude(seq, state)
        self._said.pop(seq, None)
        self._born.pop(seq, None)
        logger.log(
            logging.INFO if state is not AnnouncementState.FAILED else logging.WARNING,
            "voice: call %d: %s",
            seq,
            state,
        )

    async def _say(self, call: Announcement) -> AnnouncementState:
        """Say the call, or show it; what became of it."""
        if await self._is_muted():
            return await self._show(call, AnnouncementState.SHOWN)
        if not self._speaker.find_player():
            await self._learn(DeviceHealth(DeviceState.MISSING, DeviceReason.NO_SOUND))
            return await self._show(call, AnnouncementState.SHOWN)
        async with self._turn:
            prepared = await self._prepare(call)
            if all(each.seq != call.seq for each in await self._look()):
                return AnnouncementState.UNDONE
            self._announce(call)
            is_heard = prepared is not None and await self._is_heard(call, prepared)
        if prepared is None or not is_heard:
            await self._rest()
            return AnnouncementState.FAILED
        return AnnouncementState.SPOKEN if prepared.is_voiced else AnnouncementState.CHIMED

    async def _prepare(self, call: Announcement) -> Prepared | None:
        """The call as sound; None whatever is wrong: a call that cannot be made into sound is shown."""
        try:
            if self._found.reason is DeviceReason.NO_SOUND:
                self._found = await self._speaker.open()
            if call.notice:
                return await self._speaker.prepare_notice(call.notice)
            return await self._speaker.prepare(call.number, call.window)
        except Exception:  # whatever is wrong, the call is shown
            logger.exception("voice: %s was not made into sound", call.number or "a notice")
            await self._fail()
            return None

    async def _is_heard(self, call: Announcement, prepared: Prepared) -> bool:
        try:
            await self._play(prepared)
        except DeviceTrouble as trouble:
            logger.warning("voice: %s was not heard: %s", call.number or "a notice", trouble)
            return False
        return True

    async def _show(self, call: Announcement, state: AnnouncementState) -> AnnouncementState:
        self._announce(call)
        await self._rest()
        return state

    async def _rest(self) -> None:
        """Leave a call that is not heard its time on the displays."""
        await asyncio.sleep(self.show_seconds)

    async def _play(self, prepared: Prepared) -> None:
        try:
            await self._speaker.play(prepared)
        except DeviceTrouble:
            await self._fail()
            raise
        self._is_dumb = False
        if prepared.is_voiced and self._found.reason is DeviceReason.CHIME_ONLY:
            self._found = DeviceHealth(DeviceState.READY)
        await self._learn(self._state(chimed=not prepared.is_voiced))

    # --- how it is ----------------------------------------------------------------------------

    async def _fail(self) -> None:
        """A call was not heard."""
        self._is_dumb = True
        await self._learn(self._state())

    def _state(self, *, chimed: bool = False) -> DeviceHealth:
        """How it is, from what opening found and from the last play."""
        if self._found.state is DeviceState.MISSING:
            return self._found
        if self._is_dumb:
            return DeviceHealth(DeviceState.DEGRADED, DeviceReason.NO_SOUND)
        if chimed and self._settings.engine != "chime":
            return DeviceHealth(DeviceState.DEGRADED, DeviceReason.CHIME_ONLY)
        return self._found

    async def _learn(self, health: DeviceHealth) -> None:
        """Tell how it is, once a change."""
        if health == self._health:
            return
        self._health = health
        if self.tell is None:
            self._is_untold = health.reason is DeviceReason.NO_SOUND
            return
        try:
            await self.tell(health)
        except YichuangError as error:
            logger.warning("voice: its state was not kept: %s", error)

    def _raise_trouble(self) -> None:
        if self._is_untold:
            self._is_untold = False
            raise DeviceTrouble(device=self.name, reason=DeviceReason.NO_SOUND)
