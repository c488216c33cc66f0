"""The device of a call display: the newest word wins, only changes are sent, nobody waits (DESIGN 7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from yichuang.config import DisplaySettings
from yichuang.hardware.display.content import Layout
from yichuang.hardware.display.encoder import Answer, AnswerReader, DisplayEncoder
from yichuang.hardware.display.timeline import Timeline
from yichuang.hardware.link.link import Link
from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.face import Face

logger = logging.getLogger(__name__)

WRITE_SECONDS = 3.0
"""How long a display may take to accept what is sent."""

ANSWER_SECONDS = 1.0
"""How long a display may take to answer a frame."""

PING_SECONDS = 10.0
"""How often a display that answers is asked whether it is there, while nothing changes."""

LOOK_SECONDS = 1.0
"""How often to look whether the other side hung up."""

_TRIES = 2
"""A frame without answer is sent again so often in all: showing twice does no harm."""
_SHORTEST_WAIT = 0.02
_CLOSING_SECONDS = 0.5


class CallDisplay:
    """One `[[display]]`; fulfils `yichuang.hardware.device.Display`."""

    def __init__(
        self, settings: DisplaySettings, link: Link, encoder: DisplayEncoder, timeline: Timeline
    ) -> None:
        self.name: str = settings.name
        self._settings = settings
        self._link = link
        self._encoder = encoder
        self._timeline = timeline
        self._reader: AnswerReader | None = None
        self._changed = asyncio.Event()
        self._sent: bytes | None = None
        """The frame that the display shows; None when that is not known."""
        self._is_begun = False
        """Whether the display was told what it must know first."""
        self._settled = asyncio.Event()
        """Set whenever the display shows what it should."""
        self._refresh_at = self._ping_at = 0.0

    # --- what it is told ----------------------------------------------------------------------

    def show(self, faces: Mapping[int, Face]) -> None:
        """What every window's display says now."""
        self._timeline.show(faces, _now())
        self._changed.set()

    def call(self, call: Announcement) -> None:
        """This call was made."""
        self._timeline.call(call, _now())
        self._changed.set()

    def announce(self, announcement: Announcement) -> None:
        """This call is being said now."""
        self._timeline.announce(announcement, _now())
        self._changed.set()

    # --- the device ---------------------------------------------------------------------------

    def is_there(self) -> bool:
        """Whether its path exists; a host can only be tried."""
        settings = self._settings
        if settings.transport not in ("serial", "file"):
            return True
        path = Path(settings.path)
        is_plain = settings.transport == "file" and not path.is_relative_to("/dev")
        return path.exists() or (is_plain and path.parent.is_dir())

    async def open(self) -> DeviceHealth:
        """Open it and, where it answers, ask whether it is there. Raises DeviceTrouble."""
        await self._begin()
        return DeviceHealth(DeviceState.READY)

    async def work(self) -> None:
        """Show what is so until cancelled. Raises DeviceTrouble."""
        while True:
            self._changed.clear()
            await self._bring_up_to_date()
            self._settled.set()
            await self._wait()

    async def test(self) -> None:
        """Show a test for three seconds. Raises DeviceTrouble when it could not be shown."""
        self._timeline.test(_now())
        self._settled.clear()
        self._changed.set()
        try:
            async with asyncio.timeout(_TRIES * (WRITE_SECONDS + ANSWER_SECONDS)):
                await self._settled.wait()
        except TimeoutError:
            raise self._trouble(DeviceReason.STALLED, "the test was not shown") from None

    async def close(self) -> None:
        """Blank it and let it go. A display that did not take the last frame is dropped at once."""
        shows, self._sent, self._is_begun = self._sent, None, False
        with suppress(DeviceTrouble):
            if shows is None:
                await self._link.drop()
                return
            if self._encoder.closing:
                await self._link.send(self._encoder.closing, _CLOSING_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._link.close()
            return
        await self._link.drop()

    # --- sending ------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Open the link if it is not open, and tell a display that was opened anew all it must know."""
        is_opened = await self._link.open()
        # A plain file is opened anew for each frame, and has forgotten nothing.
        if self._is_begun and not (is_opened and self._link.answers):
            return
        self._is_begun, self._sent = False, None
        self._reader = self._encoder.reader()
        if self._encoder.opening:
            await self._link.send(self._encoder.opening, WRITE_SECONDS)
        if self._encoder.ping:
            await self._ask(self._encoder.ping)
        self._is_begun = True

    async def _bring_up_to_date(self) -> None:
        """Send what differs from what it shows, or what is due: a refresh, a question."""
        await self._begin()
        now = _now()
        frame = self._encoder.frame(self._timeline.at(now))
        refresh = self._settings.refresh_seconds
        is_due = bool(refresh) and now >= self._refresh_at
        if frame and (frame != self._sent or is_due):
            was_new = frame != self._sent
            self._sent = None
            if is_due and not was_new and self._encoder.opening:
                await self._link.send(self._encoder.opening, WRITE_SECONDS)
            await self._ask(frame)
            self._refresh_at = _now() + refresh
        elif self._encoder.ping and now >= self._ping_at:
            await self._ask(self._encoder.ping)
        self._sent = frame or self._sent or b""

    async def _ask(self, frame: bytes) -> None:
        """Send a frame and, where the display answers, wait until it was taken."""
        for _try in range(_TRIES):
            await self._link.send(frame, WRITE_SECONDS)
            if self._reader is None:
                return
            answer = await self._answer(self._reader)
            if answer in (Answer.TAKEN, Answer.OTHER):
                self._ping_at = _now() + PING_SECONDS
                return
            if answer is Answer.REFUSED:
                raise self._trouble(DeviceReason.BAD_ANSWER, "the card refused a frame")
        if answer is Answer.SPOILED:
            raise self._trouble(DeviceReason.BAD_ANSWER, "answers are not of this protocol")
        raise self._trouble(DeviceReason.OFFLINE, "no answer")

    async def _answer(self, reader: AnswerReader) -> Answer | None:
        """The best answer within the time; None for silence. Noise before a sound answer is passed over."""
        deadline = _now() + ANSWER_SECONDS
        worst: Answer | None = None
        while (left := deadline - _now()) > 0:
            data = await self._link.receive(left)
            for answer in reader.feed(data):
                if answer is not Answer.SPOILED:
                    return answer
                worst = answer
            worst = worst or (Answer.SPOILED if data else None)
        return worst

    async def _wait(self) -> None:
        """Wait until what is shown may change, looking meanwhile whether the other side is still there."""
        until = [LOOK_SECONDS]
        now = _now()
        if (change := self._timeline.next_change(now)) is not None:
            until.append(change)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(_SHORTEST_WAIT, min(until))):
                await self._changed.wait()
        if self._link.answers:
            # Stray bytes are thrown away; a line that was hung up raises LinkLost here.
            await self._link.receive(0)

    def _trouble(self, reason: DeviceReason, detail: str) -> DeviceTrouble:
        return DeviceTrouble(device=self.name, reason=reason, detail=detail)


def _now() -> float:
    return asyncio.get_running_loop().time()


def build(
    settings: DisplaySettings, language: str, link: Link, *, follows_voice: bool
) -> CallDisplay:
    """The device for one `[[display]]` over `link`."""
    encoder = _encoder(settings)
    layout = Layout(settings, language)
    timeline = Timeline(settings, layout, follows_voice=follows_voice, blinks=encoder.blinks)
    return CallDisplay(settings, link, encoder, timeline)


def _encoder(settings: DisplaySettings) -> DisplayEncoder:
    """The bytes of the display's kind; nothing of the other kinds is loaded."""
    if settings.driver == "onbon":
        from yichuang.hardware.display.onbon import OnbonEncoder

        return OnbonEncoder(settings)
    if settings.driver == "template" and settings.template is not None:
        from yichuang.hardware.display.template import TemplateEncoder

        return TemplateEncoder(settings.template)
    from yichuang.hardware.display.line_display import LineDisplayEncoder

    return LineDisplayEncoder(settings)
