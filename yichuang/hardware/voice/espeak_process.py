"""The program that holds espeak-ng: `python -m yichuang.hardware.voice.espeak_process` (DESIGN 7).

espeak-ng is another's program under the GPL and may crash: it runs in a process of its own. It reads a
request a line from stdin and answers a line on stdout, both JSON:

    {"do": "version"}                                          → {"version": "1.52.0"}
    {"do": "phonemes", "voice": "cmn", "text": "请"}           → {"phonemes": "…"}    IPA
    {"do": "say", "voice": "cmn", "speed": 150, "text": "请", "file": "/tmp/a.wav"} → {"seconds": 0.61}
    anything that fails                                        → {"error": "…"}

`seconds` in a request is its time limit: what takes longer ends the process. It ends with its stdin.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from array import array
from pathlib import Path
from typing import Any, BinaryIO

from yichuang.hardware.voice.sound import Sound, write_wav

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_END_PAUSE = 0x1000
_IPA = 0x02
_RATE, _CHARACTER = 1, 1
"""Numbers of speak_lib.h (espeak-ng 1.52): AUDIO_OUTPUT_SYNCHRONOUS, espeakINITIALIZE_DONT_EXIT,
espeakCHARS_UTF8, espeakENDPAUSE, the IPA bit of espeak_TextToPhonemes, espeakRATE, POS_CHARACTER."""

_LONGEST_SAMPLES = 22050 * 60
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class TooLong(Exception):
    """A text makes more than a minute of sound; the library, stopped half way, is not to be used again."""


class Espeak:
    """The library, loaded and asked by ctypes."""

    def __init__(self, library: str, data: str) -> None:
        """Raises OSError when there is no such library or its data are unusable."""
        held = ctypes.CDLL(library)
        held.espeak_Info.restype = ctypes.c_char_p
        held.espeak_TextToPhonemes.restype = ctypes.c_char_p
        held.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.c_int,
            ctypes.c_int,
        ]
        held.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        self._library = held
        self._rate: int = held.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
        if self._rate <= 0:
            raise OSError(f"espeak_Initialize: {self._rate}")
        self._samples = array("h")
        # ctypes does not keep it: it would be gone when the library calls it.
        self._callback = _CALLBACK(self._take)
        held.espeak_SetSynthCallback(self._callback)

    def version(self) -> str:
        """Such as 1.52.0."""
        told = self._library.espeak_Info(None)
        return str(told.decode("ascii", "replace"))

    def phonemes(self, voice: str, text: str) -> str:
        """How `text` is read, in IPA; `(en)` begins a word that is read as English."""
        self._take_voice(voice)
        held = ctypes.create_string_buffer(text.encode())
        place = ctypes.c_void_p(ctypes.addressof(held))
        clauses = []
        while place.value:
            read = self._library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, _IPA)
            clauses.append((read or b"").decode("utf-8", "replace"))
        return " ".join(clauses)

    def say(self, voice: str, speed: int, text: str) -> Sound:
        """`text` as a sound; raises ValueError when there is no such voice or nothing came, or TooLong."""
        self._take_voice(voice)
        self._library.espeak_SetParameter(_RATE, speed, 0)
        self._samples = array("h")
        data = text.encode()
        failed = self._library.espeak_Synth(
            data, len(data) + 1, 0, _CHARACTER, 0, _UTF8 | _END_PAUSE, None, None
        )
        if len(self._samples) > _LONGEST_SAMPLES:
            raise TooLong(f"more than {_LONGEST_SAMPLES} samples")
        if failed or not self._samples:
            raise ValueError(f"espeak_Synth: {failed}, {len(self._samples)} samples")
        return Sound(self._rate, self._samples)

    def _take_voice(self, voice: str) -> None:
        if failed := self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"no voice {voice}: {failed}")

    def _take(self, samples: Any, count: int, _events: object) -> int:
        """The library's callback: keep the samples; 1 stops it."""
        if samples and count > 0:
            self._samples.frombytes(ctypes.string_at(samples, 2 * count))
        return int(len(self._samples) > _LONGEST_SAMPLES)


def load() -> Espeak:
    """espeak-ng of the wheel `espeakng-loader`; raises ImportError or OSError when it is not here."""
    import espeakng_loader

    try:
        data = espeakng_loader.get_data_path()
    except RuntimeError as error:
        raise OSError(str(error)) from error
    return Espeak(espeakng_loader.get_library_path(), data)


def answer(espeak: Espeak, request: dict[str, Any]) -> dict[str, Any]:
    """What one request is answered; raises ValueError, KeyError, OSError or TooLong."""
    match request["do"]:
        case "version":
            return {"version": espeak.version()}
        case "phonemes":
            return {"phonemes": espeak.phonemes(str(request["voice"]), str(request["text"]))}
        case "say":
            sound = espeak.say(str(request["voice"]), int(request["speed"]), str(request["text"]))
            write_wav(Path(str(request["file"])), sound)
            return {"seconds": round(sound.seconds, 3)}
    raise ValueError(f"unknown request {request['do']!r}")


def main() -> int:
    """Answer until stdin ends."""
    # What the library prints itself must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answers:
        try:
            espeak = load()
        except (ImportError, OSError) as error:
            _tell(answers, {"error": f"no espeak-ng library: {error}"})
            return 1
        _tell(answers, {"version": espeak.version()})
        for line in sys.stdin.buffer:
            try:
                request = json.loads(line)
                # A request that hangs in the library must not outlive its program: SIGALRM ends it.
                signal.alarm(int(request.get("seconds", 30)))
                told = answer(espeak, request)
            except TooLong as error:
                # What was left of the text would go before the next one.
                _tell(answers, {"error": f"too long: {error}"})
                return 1
            except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
                told = {"error": f"{type(error).__name__}: {error}"}
            finally:
                signal.alarm(0)
            _tell(answers, told)
    return 0


def _tell(answers: BinaryIO, told: dict[str, Any]) -> None:
    answers.write(json.dumps(told).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
