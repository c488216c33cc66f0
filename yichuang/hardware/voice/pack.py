"""A voice pack: a folder of recorded clips, joined into calls (hardware 11.4)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from yichuang.config.device import VoiceSettings
from yichuang.errors import VoicePackUnusable
from yichuang.hardware.voice.engine import CannotSay, Engine
from yichuang.hardware.voice.pack_names import (
    ENGLISH_FOLDER,
    Clip,
    ascii_name,
    chunks,
    required_clips,
    units,
)
from yichuang.hardware.voice.phrase import Utterance
from yichuang.hardware.voice.sound import (
    Sound,
    SoundUnusable,
    joined,
    read_wav,
    trimmed,
    write_wav,
)
from yichuang.hardware.voice.spelling import Language
from yichuang.language import _

_GAP = 0.06
"""Seconds between two clips."""

_LONGEST_RUN = 12
"""Hanzi or English words that one clip may say."""


class VoicePack:
    """The engine. Its clips are read when it is opened; a folder that changes is read at the next opening."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips: dict[str, Sound] = {}
        self._mark = ""

    @property
    def name(self) -> str:
        """The folder, with a mark that changes with its files."""
        return f"pack {self._folder} {self._mark}".strip()

    async def open(self) -> None:
        """Read every clip; raises CannotSay, which names the file that is wrong."""
        try:
            await asyncio.to_thread(self.read)
        except VoicePackUnusable as error:
            raise CannotSay(f"voice pack: {error}") from error

    def read(self) -> None:
        """Read every clip; raises VoicePackUnusable, naming the file."""
        if not self._folder.is_dir():
            raise VoicePackUnusable(file=self._folder, detail=_("没有这个文件夹"))
        clips, rate, mark = {}, 0, []
        for path in sorted(self._files()):
            try:
                sound = read_wav(path)
                facts = path.stat()
            except (SoundUnusable, OSError) as error:
                raise VoicePackUnusable(file=path, detail=error) from error
            if rate not in (0, sound.rate):
                detail = _("采样率 {found}，别的是 {rate}").format(found=sound.rate, rate=rate)
                raise VoicePackUnusable(file=path, detail=detail)
            rate = sound.rate
            clips[path.relative_to(self._folder).with_suffix("").as_posix()] = sound
            mark.append((path.name, facts.st_size, facts.st_mtime_ns))
        if not clips:
            raise VoicePackUnusable(file=self._folder, detail=_("里面没有 WAV 文件"))
        self._clips = clips
        self._mark = hashlib.sha256(repr(mark).encode()).hexdigest()[:12]

    def voice(self, language: Language) -> str:
        """The language: a pack has one voice for each."""
        return language

    def text(self, utterance: Utterance) -> str:
        """The names of the clips, then those that are missing."""
        found, missing = self._find(utterance)
        return " ".join([*found, *(f"?{each}" for each in missing)])

    def missing(self, utterance: Utterance) -> list[str]:
        """The names of the clips that the utterance lacks, in order."""
        return self._find(utterance)[1]

    async def say(self, utterance: Utterance) -> Sound:
        """The clips joined; raises CannotSay with the names of those that are missing."""
        found, missing = self._find(utterance)
        if missing or not found:
            raise CannotSay(f"voice pack: no clip {', '.join(missing)}")
        return await asyncio.to_thread(joined, [self._clips[each] for each in found], _GAP)

    async def close(self) -> None:
        """Forget the clips."""
        self._clips = {}

    def _files(self) -> Iterator[Path]:
        for folder in (self._folder, self._folder / ENGLISH_FOLDER):
            yield from folder.glob("[!.]*.wav")

    def _find(self, utterance: Utterance) -> tuple[list[str], list[str]]:
        """The clips of an utterance, and the names of those that are missing."""
        folder = f"{ENGLISH_FOLDER}/" if utterance.language == "en" else ""
        found: list[str] = []
        missing: list[str] = []
        for part in utterance.parts:
            for token in part.tokens:
                name = f"{folder}{token}"
                (found if name in self._clips else missing).append(name)
            for run in _literals(part.words, utterance.language):
                self._find_words(run, utterance.language, folder, (found, missing))
        return found, list(dict.fromkeys(missing))

    def _find_words(
        self, run: list[str], language: Language, folder: str, into: tuple[list[str], list[str]]
    ) -> None:
        """Clips that say the pieces of `run` one after the other, the longest first."""
        found, missing = into
        place = 0
        while place < len(run):
            for length in range(min(_LONGEST_RUN, len(run) - place), 0, -1):
                name = self._named(run[place : place + length], language, folder)
                if name:
                    found.append(name)
                    break
            else:
                length = 1
                missing.append(folder + ascii_name([run[place]], language))
            place += length

    def _named(self, pieces: list[str], language: Language, folder: str) -> str:
        itself = folder + ("-".join(pieces).lower() if language == "en" else "".join(pieces))
        if itself in self._clips:
            return itself
        spelt = folder + ascii_name(pieces, language)
        return spelt if spelt in self._clips else ""


def _literals(words: str, language: Language) -> Iterator[list[str]]:
    if language == "en":
        yield chunks(words)
        return
    for chunk in chunks(words):
        yield units(chunk, language)


async def build_pack(
    folder: Path,
    engine: Engine,
    settings: VoiceSettings,
    *,
    anew: bool = False,
    tell: Callable[[Clip], None] = lambda clip: None,
) -> int:
    """Make the clips that are missing in `folder` by a synthesiser; how many were made.

    What is there may be somebody's recording: it is kept unless `anew`. Raises CannotSay or
    VoicePackUnusable.
    """
    made = 0
    for clip in required_clips(settings):
        path = folder / f"{clip.name}.wav"
        if path.exists() and not anew:
            continue
        sound = await engine.say(clip.utterance)
        try:
            await asyncio.to_thread(_write, path, sound)
        except OSError as error:
            raise VoicePackUnusable(file=path, detail=error.strerror or error) from error
        tell(clip)
        made += 1
    return made


def _write(path: Path, sound: Sound) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, trimmed(sound))
