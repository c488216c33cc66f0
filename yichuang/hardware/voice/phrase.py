"""What is said of a call: the phrases of hall.toml with the numbers put in, one utterance a language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yichuang.config.device import VoiceSettings
from yichuang.hardware.voice.spelling import (
    Language,
    number_tokens,
    window_tokens,
    word_of,
)
from yichuang.text import one_line

TEST_NUMBER = "A001"
TEST_WINDOW = 1
"""What a test call says."""

_TEST_WORD: dict[Language, str] = {"zh_CN": "测试", "en": "Test"}

_NOTICE = "通知"
"""What goes before a notice: `通知 下午三点停电`."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a phrase: words as they stand in hall.toml, or the tokens of a number."""

    words: str = ""
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    """One phrase in one language, to be said in one breath."""

    language: Language
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The whole of it in words, for people: `请 A 零 零 一 号到 三 号窗口办理`."""
        return " ".join(
            part.words or " ".join(word_of(each, self.language) for each in part.tokens)
            for part in self.parts
        )


def phrase_parts(settings: VoiceSettings, language: Language) -> list[str]:
    """The words of a language's phrase without the numbers, in order."""
    pieces = _PLACE.split(_phrase(settings, language))[::2]
    return [words for words in map(one_line, pieces) if words]


def utterances(settings: VoiceSettings, number: str, window: int) -> list[Utterance]:
    """What is said of a call once, in the order of the languages."""
    return [_utterance(settings, each, number, window) for each in settings.languages]


def trial_words(settings: VoiceSettings) -> Utterance:
    """What goes before a test call, so that nobody gets up for it."""
    language = settings.languages[0]
    return Utterance(language, (Part(_TEST_WORD[language]),))


def notice_words(text: str) -> Utterance:
    """A notice, with a word before it so that nobody takes it for a call; staff write them in Chinese."""
    return Utterance("zh_CN", (Part(_NOTICE), Part(one_line(text))))


def _utterance(settings: VoiceSettings, language: Language, number: str, window: int) -> Utterance:
    numbers = {
        "number": tuple(number_tokens(number, language, yao=settings.yao)),
        "window": tuple(window_tokens(window, language)),
    }
    parts = []
    for place, piece in enumerate(_PLACE.split(_phrase(settings, language))):
        if place % 2 == 0:
            if words := one_line(piece):
                parts.append(Part(words))
        elif tokens := numbers.get(piece):
            parts.append(Part(tokens=tokens))
    return Utterance(language, tuple(parts))


def _phrase(settings: VoiceSettings, language: Language) -> str:
    return settings.chinese if language == "zh_CN" else settings.english
