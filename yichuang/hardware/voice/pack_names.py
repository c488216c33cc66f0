"""How the clips of a voice pack are named: by token, or by the pinyin of what they say.

    A.wav … Z.wav     letters                       0.wav … 9.wav, 10.wav, 100.wav     numbers
    yao.wav           幺, where hall.toml asks      qing.wav, hao-dao.wav              words of the phrase

English clips stand in the folder `en`: letters, 0-20, 30, 40 … 90, 100 (hundred), `and`, and the words of the
phrase (`number.wav`, `please-go-to-window.wav`). A clip may also be named by the word itself: `请.wav`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from yichuang.config.device import VoiceSettings
from yichuang.hardware.voice.phrase import Part, Utterance, phrase_parts, trial_words
from yichuang.hardware.voice.spelling import LETTERS, WORDS, YAO, Language

ENGLISH_FOLDER = "en"

_APART = re.compile(r"[^\w']+")


class Clip(NamedTuple):
    """A clip that a pack should have."""

    name: str
    """Its file's name without `.wav`, with the folder for English."""
    says: str
    utterance: Utterance


def chunks(words: str) -> list[str]:
    """The words of a phrase as they stand apart in hall.toml, without punctuation."""
    return [each for each in _APART.split(words) if each]


def units(chunk: str, language: Language) -> list[str]:
    """The least pieces that a clip may say: a hanzi, or a word of Latin letters."""
    if language == "en":
        return [chunk]
    return re.findall(r"[A-Za-z0-9']+|.", chunk)


def ascii_name(pieces: list[str], language: Language) -> str:
    """The name of a clip that says these pieces: their pinyin without tones, or the English words."""
    text = (" " if language == "en" else "").join(pieces)
    if not text.isascii():
        from pypinyin import lazy_pinyin

        text = "-".join(lazy_pinyin(text))
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def required_clips(settings: VoiceSettings) -> Iterator[Clip]:
    """Every clip that the calls of this hall can need, each once."""
    seen = set()
    for language in settings.languages:
        folder = f"{ENGLISH_FOLDER}/" if language == "en" else ""
        for token in (*WORDS[language], *LETTERS):
            if token == YAO and not settings.yao:
                continue
            said = Utterance(language, (Part(tokens=(token,)),))
            yield Clip(f"{folder}{token}", said.text, said)
        literals = phrase_parts(settings, language)
        if language == settings.languages[0]:
            literals.append(trial_words(settings).text)
        for words in literals:
            for run in _runs(words, language):
                name = folder + ascii_name(run, language)
                if name not in seen:
                    seen.add(name)
                    text = (" " if language == "en" else "").join(run)
                    yield Clip(name, text, Utterance(language, (Part(text),)))


def _runs(words: str, language: Language) -> Iterator[list[str]]:
    """What one clip should say: as much as stands together."""
    if language == "en":
        yield chunks(words)
    else:
        yield from ([chunk] for chunk in chunks(words))
