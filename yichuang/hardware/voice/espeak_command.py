"""The system's own `espeak-ng`: 1.52 and newer as it is, 1.51 only with the voice that reads right."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Mapping

from yichuang.hardware.voice.child import start_child
from yichuang.hardware.voice.engine import CannotSay, file_to_speak_into
from yichuang.hardware.voice.espeak import SAMPLE, refuse_english
from yichuang.hardware.voice.espeak_text import espeak_text
from yichuang.hardware.voice.phrase import Utterance
from yichuang.hardware.voice.sound import Sound, SoundUnusable, read_wav
from yichuang.hardware.voice.spelling import Language

_GOOD_SINCE = (1, 52)
_PINYIN = "cmn-latn-pinyin"
"""The voice that reads Chinese also in 1.51, where `cmn` is broken (espeak-ng issues 1236, 1163)."""


class EspeakCommand:
    """The engine, one short process an utterance."""

    def __init__(
        self,
        *,
        speed: int = 150,
        words: Mapping[str, str] | None = None,
        seconds: float = 10.0,
        program: str = "espeak-ng",
    ) -> None:
        """As for EspeakLibrary; `program` is looked for in the PATH."""
        self._speed = speed
        self._words = dict(words or {})
        self._seconds = seconds
        self._program = program
        self._chinese = _PINYIN
        self.version = ""

    @property
    def name(self) -> str:
        """The program with its version."""
        return f"{self._program} {self.version}".strip()

    async def open(self) -> None:
        """Find the program and a voice that reads Chinese as Chinese; raises CannotSay."""
        if shutil.which(self._program) is None:
            raise CannotSay(f"no program {self._program} in the PATH")
        told = await self._run("--version")
        found = re.search(r"(\d+)\.(\d+)(?:\.\d+)?", told)
        if found is None:
            raise CannotSay(f"{self._program} --version says {told[:80]!r}")
        self.version = found.group()
        is_good = (int(found[1]), int(found[2])) >= _GOOD_SINCE
        self._chinese = "cmn" if is_good else _PINYIN
        refuse_english(await self.phonemes("zh_CN", SAMPLE))

    def voice(self, language: Language) -> str:
        """espeak's own name of the voice."""
        return self._chinese if language == "zh_CN" else "en"

    def text(self, utterance: Utterance) -> str:
        """The text that espeak is given."""
        return espeak_text(utterance, self._words)

    async def phonemes(self, language: Language, text: str) -> str:
        """How `text` is read, in IPA; raises CannotSay."""
        return await self._run("-v", self.voice(language), "-q", "--ipa", "--stdin", text=text)

    async def say(self, utterance: Utterance) -> Sound:
        """The utterance as a sound; raises CannotSay."""
        with file_to_speak_into() as file:
            voice = self.voice(utterance.language)
            words = ("-v", voice, "-s", str(self._speed), "-w", str(file), "--stdin")
            await self._run(*words, text=self.text(utterance))
            try:
                return await asyncio.to_thread(read_wav, file)
            except SoundUnusable as error:
                raise CannotSay(f"{self._program} wrote no sound: {error}") from error

    async def close(self) -> None:
        """Nothing is held."""

    async def _run(self, *words: str, text: str = "") -> str:
        """Run the program with `text` on its stdin; what it printed."""
        try:
            process = await start_child(self._program, *words)
        except OSError as error:
            raise CannotSay(f"{self._program} was not started: {error}") from error
        try:
            async with asyncio.timeout(self._seconds):
                printed, _none = await process.communicate(text.encode())
        except TimeoutError as error:
            raise CannotSay(f"{self._program} took longer than {self._seconds:g} s") from error
        finally:
            await process.end()
        if process.returncode:
            raise CannotSay(f"{self._program} ended with status {process.returncode}")
        return printed.decode("utf-8", "replace")
