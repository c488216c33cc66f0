"""espeak-ng 1.52 of the wheel `espeakng-loader`, in a process of its own started when first needed."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from typing import Any

from yichuang.hardware.voice.child import Child, start_child
from yichuang.hardware.voice.engine import CannotSay, file_to_speak_into
from yichuang.hardware.voice.espeak_text import espeak_text
from yichuang.hardware.voice.phrase import Utterance
from yichuang.hardware.voice.sound import Sound, SoundUnusable, read_wav
from yichuang.hardware.voice.spelling import Language

logger = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-P", "-m", "yichuang.hardware.voice.espeak_process")
"""-P: modules are not looked for in the current folder, where anybody may have laid one."""

VOICES: dict[Language, str] = {"zh_CN": "cmn", "en": "en"}

SAMPLE = "请号"
"""What a voice must read as Chinese: that of 1.51 reads it as English words (hardware 11.1)."""


class _Ended(Exception):
    """The process ended while it was asked."""


class EspeakLibrary:
    """The engine. Its process is started again when it dies, and killed when it hangs."""

    def __init__(
        self,
        *,
        speed: int = 150,
        words: Mapping[str, str] | None = None,
        seconds: float = 10.0,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """`speed` is in words a minute, `seconds` the time limit of one utterance."""
        self._speed = speed
        self._words = dict(words or {})
        self._seconds = seconds
        self._program = tuple(program)
        self._process: Child | None = None
        self._turn = asyncio.Lock()
        self.version = ""

    @property
    def name(self) -> str:
        """espeak with its version; until that is known, with the wheel that it is of."""
        return f"espeak-ng {self.version or '(espeakng-loader)'}"

    @property
    def pid(self) -> int | None:
        """The process that holds the library now."""
        return self._process.pid if self._process else None

    async def open(self) -> None:
        """Start the process and hear whether the Chinese voice reads Chinese."""
        refuse_english(await self.phonemes("zh_CN", SAMPLE))

    def voice(self, language: Language) -> str:
        """espeak's own name of the voice."""
        return VOICES[language]

    def text(self, utterance: Utterance) -> str:
        """The text that espeak is given."""
        return espeak_text(utterance, self._words)

    async def phonemes(self, language: Language, text: str) -> str:
        """How `text` is read, in IPA; raises CannotSay."""
        told = await self._ask({"do": "phonemes", "voice": VOICES[language], "text": text})
        return str(told.get("phonemes", ""))

    async def say(self, utterance: Utterance) -> Sound:
        """The utterance as a sound; raises CannotSay."""
        with file_to_speak_into() as file:
            await self._ask(
                {
                    "do": "say",
                    "voice": VOICES[utterance.language],
                    "speed": self._speed,
                    "text": self.text(utterance),
                    "file": str(file),
                }
            )
            try:
                return await asyncio.to_thread(read_wav, file)
            except SoundUnusable as error:
                raise CannotSay(f"espeak-ng wrote no sound: {error}") from error

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            process, self._process = self._process, None
            if process is None:
                return
            if process.stdin is not None:
                process.stdin.close()
            await process.end(patience=1.0)

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the process; one that died is started anew and asked once more."""
        async with self._turn:
            for is_last in (False, True):
                try:
                    return await self._ask_once(request)
                except _Ended as error:
                    logger.warning("espeak-ng ended by itself: %s", error)
                    if is_last:
                        raise CannotSay(f"espeak-ng ends by itself: {error}") from error
        raise AssertionError(request)

    async def _ask_once(self, request: dict[str, Any]) -> dict[str, Any]:
        answered = False
        try:
            async with asyncio.timeout(self._seconds):
                process = self._process or await self._start()
                told = await _exchange(process, {**request, "seconds": int(self._seconds) + 2})
                answered = True
        except TimeoutError as error:
            raise CannotSay(f"espeak-ng took longer than {self._seconds:g} s") from error
        finally:
            # One that did not answer would answer the next request with this one's.
            if not answered and self._process is not None:
                process, self._process = self._process, None
                await process.end()
        if "error" in told:
            raise CannotSay(str(told["error"]))
        return told

    async def _start(self) -> Child:
        try:
            process = await start_child(*self._program)
        except OSError as error:
            raise CannotSay(f"espeak-ng was not started: {error}") from error
        self._process = process
        told = await _answer(process)
        if "error" in told:
            self._process = None
            await process.end(patience=1.0)
            raise CannotSay(str(told["error"]))
        self.version = str(told.get("version", ""))
        return process


def refuse_english(phonemes: str) -> None:
    """Raises CannotSay when the phonemes of SAMPLE hold English, or nothing: the voice is broken."""
    if "(en)" in phonemes or not phonemes.strip():
        raise CannotSay(f"the Chinese voice reads {SAMPLE} as {phonemes.strip()!r}")


async def _exchange(process: Process, request: dict[str, Any]) -> dict[str, Any]:
    if process.stdin is None:
        raise _Ended("no pipe")
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
    except (ConnectionError, RuntimeError) as error:
        raise _Ended(repr(error)) from error
    return await _answer(process)


async def _answer(process: Process) -> dict[str, Any]:
    if process.stdout is None:
        raise _Ended("no pipe")
    try:
        line = await process.stdout.readline()
        told = json.loads(line) if line else None
    except (ValueError, ConnectionError) as error:
        raise _Ended(repr(error)) from error
    if not isinstance(told, dict):
        raise _Ended(f"exit status {process.returncode}")
    return told
