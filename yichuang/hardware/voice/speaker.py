"""Calls made into sound and played: the first engine that can say an utterance says it."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yichuang.config.device import VoiceSettings
from yichuang.hardware.voice.cache import SoundCache, cache_key
from yichuang.hardware.voice.chime import chime
from yichuang.hardware.voice.engine import CannotSay, Engine
from yichuang.hardware.voice.espeak import EspeakLibrary
from yichuang.hardware.voice.espeak_command import EspeakCommand
from yichuang.hardware.voice.pack import VoicePack
from yichuang.hardware.voice.phrase import Utterance, notice_words, trial_words, utterances
from yichuang.hardware.voice.player import Player, find_player
from yichuang.hardware.voice.sound import Sound, joined, scaled, write_wav
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble

logger = logging.getLogger(__name__)

_PAUSE = 0.4
"""Seconds between two utterances."""

_OPENING = 4.0
"""Seconds that an engine may take to get ready: a machine that has just started is slow."""

_TRY_AGAIN = 60.0
"""Seconds after which a hall without any voice looks for one again."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call ready to be played."""

    sound: Sound
    is_voiced: bool
    """False for a chime."""


def engines_of(settings: VoiceSettings, folder: Path | None = None) -> list[Engine]:
    """The engines that hall.toml allows, in the order in which they are asked (hardware 11.4)."""
    engines: list[Engine] = []
    if settings.pack and settings.engine in ("auto", "pack"):
        engines.append(VoicePack((folder or Path()) / Path(settings.pack).expanduser()))
    if settings.engine in ("auto", "pack", "espeak"):
        # A pack that lacks a word is helped out by the synthesiser.
        engines.append(EspeakLibrary(speed=settings.speed, words=settings.words))
        engines.append(EspeakCommand(speed=settings.speed, words=settings.words))
    return engines


class Speaker:
    """The engines and the player of one hall."""

    def __init__(
        self,
        settings: VoiceSettings,
        engines: Sequence[Engine],
        cache: SoundCache,
        find: Callable[[VoiceSettings], Player | None] = find_player,
    ) -> None:
        self.refusals: dict[str, str] = {}
        """Why engines do not speak here, by name, as found at the last opening."""
        self._settings = settings
        self._all = list(engines)
        self._usable: list[Engine] = []
        self._cache = cache
        self._find = find
        self._player: Player | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._told: set[str] = set()
        self._try_again_at = 0.0

    @property
    def engines(self) -> list[Engine]:
        """The engines that speak here, the first asked first."""
        return list(self._usable)

    @property
    def player(self) -> Player | None:
        """What plays."""
        return self._player

    async def open(self) -> DeviceHealth:
        """Find the engines that speak here, and the player."""
        await self._open_engines()
        if not self.find_player():
            return DeviceHealth(DeviceState.MISSING, DeviceReason.NO_SOUND)
        if not self._usable and self._settings.engine != "chime":
            return DeviceHealth(DeviceState.DEGRADED, DeviceReason.CHIME_ONLY)
        return DeviceHealth(DeviceState.READY)

    async def _open_engines(self) -> None:
        self._usable, self.refusals = [], {}
        for engine in self._all:
            if any(isinstance(each, EspeakLibrary) for each in self._usable):
                break  # the system's is the same voice
            try:
                async with asyncio.timeout(_OPENING):
                    await engine.open()
            except (CannotSay, TimeoutError) as error:
                why = str(error) or f"it took longer than {_OPENING:g} s"
                self.refusals[engine.name] = why
                self._note(f"voice: {engine.name} is not used: {why}")
            else:
                self._usable.append(engine)
        self._try_again_at = asyncio.get_running_loop().time() + _TRY_AGAIN

    def find_player(self) -> bool:
        """Look for the player, which may have been installed meanwhile; whether there is one."""
        self._player = self._find(self._settings)
        return self._player is not None

    async def prepare(self, number: str, window: int, *, trial: bool = False) -> Prepared:
        """The call as sound, as often as hall.toml says; a chime when no engine can say it."""
        if not self._usable and asyncio.get_running_loop().time() >= self._try_again_at:
            await self._open_engines()
        once = utterances(self._settings, number, window)
        said = once * (1 if trial else self._settings.times)
        if trial:
            said = [trial_words(self._settings), *once]
        made = {each: await self._made(each) for each in dict.fromkeys(said)}
        voiced = [sound for each in said if (sound := made[each]) is not None]
        if not voiced or all(made[each] is None for each in once):
            sound = await asyncio.to_thread(lambda: scaled(chime(), self._settings.volume))
            return Prepared(sound, is_voiced=False)
        return Prepared(await asyncio.to_thread(joined, voiced, _PAUSE), is_voiced=True)

    async def prepare_notice(self, text: str) -> Prepared:
        """A notice as sound, said once; a chime when no engine can say it."""
        if not self._usable and asyncio.get_running_loop().time() >= self._try_again_at:
            await self._open_engines()
        sound = await self._made(notice_words(text))
        if sound is None:
            chimed = await asyncio.to_thread(lambda: scaled(chime(), self._settings.volume))
            return Prepared(chimed, is_voiced=False)
        return Prepared(sound, is_voiced=True)

    async def play(self, prepared: Prepared) -> None:
        """Play it to its end; raises DeviceTrouble with NO_SOUND."""
        if self._player is None:
            raise self._trouble("no player: none of aplay, paplay, pw-play is in the PATH")
        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="yichuang-voice-")
            file = Path(self._folder.name) / "call.wav"
            await asyncio.to_thread(write_wav, file, prepared.sound)
        except OSError as error:
            raise self._trouble(f"no room for the sound: {error}") from error
        await self._player.play(file, prepared.sound.seconds)

    async def close(self) -> None:
        """End the engines and take the last sound away."""
        for engine in self._all:
            await engine.close()
        if self._folder is not None:
            folder, self._folder = self._folder, None
            await asyncio.to_thread(folder.cleanup)

    async def _made(self, utterance: Utterance) -> Sound | None:
        """The utterance at the hall's volume, from the cache or by the first engine that can."""
        for engine in self._usable:
            key = cache_key(
                engine=engine.name,
                voice=engine.voice(utterance.language),
                text=engine.text(utterance),
                speed=self._settings.speed,
                volume=self._settings.volume,
            )
            found = await asyncio.to_thread(self._cache.find, key)
            if found is not None:
                return found
            try:
                sound = await engine.say(utterance)
            except CannotSay as error:
                self._note(f"voice: {engine.name}: {error}")
                continue
            sound = await asyncio.to_thread(scaled, sound, self._settings.volume)
            await asyncio.to_thread(self._cache.keep, key, sound)
            return sound
        return None

    def _note(self, text: str) -> None:
        """Log once what would else be logged with every call."""
        if text not in self._told and len(self._told) < 1000:
            self._told.add(text)
            logger.warning("%s", text)

    def _trouble(self, detail: str) -> DeviceTrouble:
        return DeviceTrouble(
            device=self._settings.name, reason=DeviceReason.NO_SOUND, detail=detail
        )
