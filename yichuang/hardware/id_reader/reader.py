"""A reader of ID cards at work: asked again and again for a card, which is read once (hardware 9.1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import date

from yichuang.config.device import IdReaderSettings
from yichuang.hardware.id_reader.card import CardFault, read_card
from yichuang.hardware.id_reader.frame import (
    Answer,
    AnswerDecoder,
    Request,
    Word,
    meaning,
    request_frame,
)
from yichuang.hardware.id_reader.wire import Wire
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.id_card import IdCard
from yichuang.queue.person import Person

logger = logging.getLogger(__name__)

_MOST_NOISE = 16 * 1024
"""How many bytes may come for one request; more is the noise of a wrong baud rate, or no reader at all."""
_MOST_SILENT = 3
"""After so many searches in a row without a byte for an answer the reader counts as gone."""
_MOST_FAULTS = 8
"""After so many searches in a row without a clear answer the reader is opened anew."""
_WAKING = (2.0, 3.0)
"""How many seconds a module may take at least, and at most, to answer while it wakes or is reset."""
_FLICKER_SECONDS = 1.0
_FLICKER_SEARCHES = 2.5
"""Some readers answer "no card" now and then while one lies there: a card that is seen again so soon, in
seconds or in searches, never left."""
_MOST_TRIES = 3
_UNREAD_SECONDS = 2.0
"""After so many tries, or so long, a card counts as one that cannot be read: its holder is told so. Most are
read at the first try; the others are tried on all the same (our own numbers)."""
_USELESS: Mapping[int, DeviceReason] = {
    Word.NOT_AUTHORISED: DeviceReason.NOT_AUTHORISED,
    Word.SELF_TEST_FAILED: DeviceReason.BAD_ANSWER,
}
"""What a reader says that can read no card at all, and the reason that it gives."""


class _Mute(Exception):
    """No whole answer came in time."""

    def __init__(self, came: int, broken: int) -> None:
        super().__init__(f"{came} bytes came, {broken} frames with a wrong checksum")
        self.came = came


class SdtReader:
    """The Device of one `[[id_reader]]`."""

    def __init__(
        self,
        settings: IdReaderSettings,
        wire: Wire,
        identify: Callable[[str], Person],
        on_card: Callable[[IdCard], object],
        today: Callable[[], date],
        on_unread: Callable[[], object] = lambda: None,
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._identify = identify
        self._on_card = on_card
        self._today = today
        self._on_unread = on_unread
        self._decoder = AnswerDecoder()
        self._turn = asyncio.Lock()
        self._lies = False
        """Whether the card that lies there was read."""
        self._complained = ""
        """What was logged of the card that lies there."""
        self._tries = 0
        """How often it was tried to read the card that lies there."""
        self._tried_since = 0.0
        self._is_settled = False
        """Whether it was told of the card that lies there: that it was read, or cannot be."""
        self._faults = 0
        self._silences = 0
        self._told = ("", 0.0)
        """The last card that was told of, by its keyed hash, and when."""
        self._seen_at = 0.0
        """When a card was last seen."""

    @property
    def name(self) -> str:
        """The reader's name in hall.toml."""
        return self._settings.name

    def is_there(self) -> bool:
        """Whether its path or USB device is there; True for a host."""
        return self._wire.is_there()

    async def open(self) -> DeviceHealth:
        """Open it and ask its security module how it is; raises DeviceTrouble.

        A module that is not ready is reset once.
        """
        self._lies, self._complained = False, ""
        self._forget_tries()
        self._count_clear()
        try:
            await self._wire.open()
            if self._settings.handshake:
                await self._greet()
        except DeviceTrouble as trouble:
            self._notice_absence(trouble)
            raise
        return DeviceHealth(DeviceState.READY)

    async def work(self) -> None:
        """Look for cards until cancelled; raises DeviceTrouble."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._settings.find_seconds)
        except DeviceTrouble as trouble:
            self._notice_absence(trouble)
            raise

    async def test(self) -> None:
        """Ask the security module how it is; raises DeviceTrouble."""
        try:
            await self._greet()
        except DeviceTrouble as trouble:
            self._notice_absence(trouble)
            raise

    async def close(self) -> None:
        """Let the reader go."""
        self._decoder.clear()
        await self._wire.close()

    # --- what is asked ------------------------------------------------------------------------

    async def _greet(self) -> None:
        """Make sure that a module answers and is fit; raises DeviceTrouble."""
        least, most = _WAKING
        seconds = min(max(self._settings.answer_seconds, least), most)
        came, word = 0, None
        for request in (Request.STATUS, Request.RESET, Request.STATUS):
            try:
                answer = await self._ask(request, seconds)
            except _Mute as mute:
                came += mute.came
                continue
            word = answer.word
            if request is Request.STATUS and word == Word.OK:
                return
        if word is not None:
            reason = _USELESS.get(word, DeviceReason.BAD_ANSWER)
            raise self._trouble(reason, meaning(word))
        if came:
            raise self._trouble(DeviceReason.BAD_ANSWER, f"{came} bytes without an answer in them")
        raise self._trouble(DeviceReason.OFFLINE, "no answer")

    async def _look(self) -> None:
        """Ask once for a card, and read it if it is new."""
        try:
            word = (await self._ask(Request.FIND, self._settings.answer_seconds)).word
        except _Mute as mute:
            self._count_fault(str(mute), silent=not mute.came)
            return
        if word in _USELESS:
            raise self._trouble(_USELESS[word], meaning(word))
        if word == Word.FOUND:
            self._count_clear()
            stayed = self._now() - self._seen_at < self._flicker
            if not stayed:
                self._forget_tries()
            if not self._lies:
                await self._read(stayed=stayed)
            self._seen_at = self._now()
        elif word == Word.NO_CARD:
            self._count_clear()
            self._lies, self._complained = False, ""
        else:
            self._count_fault(meaning(word), silent=False)

    async def _read(self, *, stayed: bool) -> None:
        """Select the card and read it; whatever fails is tried again from the next search on.

        `stayed` tells that a card was there until a moment ago.
        """
        if not self._tries:
            self._tried_since = self._now()
        self._tries += 1
        try:
            for request, seconds in (
                (Request.SELECT, self._settings.answer_seconds),
                (Request.READ, self._settings.read_seconds),
            ):
                answer = await self._ask(request, seconds)
                if answer.word != Word.OK:
                    self._fail(f"{request.name}: {meaning(answer.word)}")
                    return
        except _Mute as mute:
            self._fail(f"{request.name}: {mute}")
            return
        card = read_card(answer.data, self._identify, self._today)
        # Content of a wrong length is that of a late answer to something else.
        self._lies = card is not CardFault.LENGTH
        if isinstance(card, IdCard):
            self._is_settled = True
            self._tell(card, stayed=stayed)
        else:
            self._fail(card.value)

    def _tell(self, card: IdCard, *, stayed: bool) -> None:
        now = self._now()
        key, told_at = self._told
        is_soon = now - told_at < self._settings.debounce_seconds
        if key == card.person.key and (stayed or is_soon):
            return
        self._told = (card.person.key, now)
        logger.debug("ID reader %s: a card was read", self.name)
        self._on_card(card)

    # --- one question -------------------------------------------------------------------------

    async def _ask(self, request: Request, seconds: float) -> Answer:
        """The answer to a request; raises _Mute or DeviceTrouble."""
        async with self._turn:
            await self._flush()
            broken, came = self._decoder.broken, 0
            deadline = self._now() + seconds
            await self._wire.send(request_frame(request), seconds)
            try:
                while (left := deadline - self._now()) > 0 and came < _MOST_NOISE:
                    data = await self._wire.receive(left)
                    came += len(data)
                    answers = self._decoder.feed(data)
                    data = b""
                    if answers:
                        for each in answers if request is not Request.READ else answers[:-1]:
                            each.wipe()
                        return answers[-1]
                    if self._decoder.broken > broken:
                        break
                    # A link that always has bytes never waits: others must have their turn.
                    await asyncio.sleep(0)
                raise _Mute(came, self._decoder.broken - broken)
            finally:
                self._decoder.clear()

    async def _flush(self) -> None:
        """Throw away what came too late for an earlier request."""
        came = 0
        while came < _MOST_NOISE and (data := await self._wire.receive(0)):
            came += len(data)
            await asyncio.sleep(0)

    # --- what goes wrong ----------------------------------------------------------------------

    @property
    def _flicker(self) -> float:
        return max(_FLICKER_SECONDS, _FLICKER_SEARCHES * self._settings.find_seconds)

    def _count_clear(self) -> None:
        self._faults = self._silences = 0

    def _count_fault(self, detail: str, *, silent: bool) -> None:
        self._faults += 1
        self._silences = self._silences + 1 if silent else 0
        if self._silences >= _MOST_SILENT:
            raise self._trouble(DeviceReason.OFFLINE, f"{self._silences} searches, no answer")
        if self._faults >= _MOST_FAULTS:
            detail = f"{self._faults} searches failed, the last: {detail}"
            raise self._trouble(DeviceReason.BAD_ANSWER, detail)

    def _forget_tries(self) -> None:
        self._tries, self._is_settled = 0, False

    def _fail(self, why: str) -> None:
        """A try to read the card failed: tell its holder, once, when the next will hardly do better."""
        self._complain(why)
        is_enough = (
            # It was read, and is of no use.
            self._lies
            or self._tries >= _MOST_TRIES
            or self._now() - self._tried_since >= _UNREAD_SECONDS
        )
        if is_enough and not self._is_settled:
            self._is_settled = True
            self._on_unread()

    def _complain(self, why: str) -> None:
        """Log why the card that lies there cannot be read, once."""
        if why != self._complained:
            self._complained = why
            logger.warning("ID reader %s: a card was not read: %s", self.name, why)

    def _notice_absence(self, trouble: DeviceTrouble) -> None:
        """Raise anew when the reason is that the reader is not plugged in any more."""
        if trouble.reason in (DeviceReason.OFFLINE, DeviceReason.STALLED) and not self.is_there():
            detail = str(trouble.facts["detail"])
            raise self._trouble(DeviceReason.UNPLUGGED, detail) from trouble

    def _trouble(self, reason: DeviceReason, detail: str) -> DeviceTrouble:
        return DeviceTrouble(device=self.name, reason=reason, detail=detail)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
