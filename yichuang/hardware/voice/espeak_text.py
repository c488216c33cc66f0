"""Utterances as espeak-ng reads them rightly (hardware 11.3; heard in the phonemes of 1.52).

Digits stand apart from letters and from each other. A lone 一 is given in pinyin: beside 号 its tone would
change (yí hào). A lone A before another Latin word would be the English article: it is written `eigh`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from yichuang.hardware.voice.phrase import Part, Utterance
from yichuang.hardware.voice.spelling import word_of

_YI, _A = "yi1", "eigh"


def espeak_text(utterance: Utterance, words: Mapping[str, str]) -> str:
    """What espeak-ng is given; `words` are read in pinyin, the longest match first."""
    chinese = utterance.language == "zh_CN"
    said = []
    for part in utterance.parts:
        if part.tokens:
            said += _chinese(part) if chinese else _english(part)
        else:
            said.append(in_pinyin(part.words, words) if chinese else part.words)
    return " ".join(said)


def in_pinyin(text: str, words: Mapping[str, str]) -> str:
    """`text` with the words of the dictionary replaced by their pinyin, set apart by spaces."""
    known = sorted(filter(None, words), key=len, reverse=True)
    if not known:
        return text
    pattern = "|".join(map(re.escape, known))
    replaced = re.sub(pattern, lambda match: f" {words[match.group()]} ", text)
    return " ".join(replaced.split())


def _chinese(part: Part) -> list[str]:
    said: list[str] = []
    for token in part.tokens:
        word = word_of(token, "zh_CN")
        if token == "100" and said:
            # Said in one, the tone of 一百 is right.
            said[-1] = {_YI: "一"}.get(said[-1], said[-1]) + word
        else:
            said.append({"1": _YI, "A": _A}.get(token, word))
    return said


def _english(part: Part) -> list[str]:
    return [_A if token == "A" else word_of(token, "en") for token in part.tokens]
