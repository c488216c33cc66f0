"""How ticket numbers and window numbers are said: as tokens, and in words (hardware 11.3).

A token is what one recorded clip says: a letter, a digit, 10, 100 and so on. A synthesiser would read `A1001`
as a thousand and one and `VIP` as a word: so tickets are spelt letter by letter and digit by digit, and
windows are told as ordinary numerals.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Literal

Language = Literal["zh_CN", "en"]

YAO = "yao"
"""The digit 1 as it is said in numbers over the radio and telephone: 幺."""

CHINESE = {
    **dict(zip(string.digits, "零一二三四五六七八九", strict=True)),
    "10": "十",
    "100": "百",
    YAO: "幺",
}
"""What each token of a number says in Chinese; letters say themselves."""

_ENGLISH_UNITS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_ENGLISH_TENS = (
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
)

ENGLISH = {
    **{str(value): word for value, word in enumerate(_ENGLISH_UNITS)},
    **{str(20 + 10 * place): word for place, word in enumerate(_ENGLISH_TENS)},
    "100": "hundred",
    "and": "and",
}
"""What each token of a number says in English; letters say themselves."""

WORDS: dict[Language, dict[str, str]] = {"zh_CN": CHINESE, "en": ENGLISH}

LETTERS = tuple(string.ascii_uppercase)


def number_tokens(number: str, language: Language = "zh_CN", *, yao: bool = False) -> list[str]:
    """A ticket's number, letter by letter and digit by digit: `A001` → A 0 0 1.

    Full-width forms are taken as their plain ones; hanzi stay as tokens of their own, all else is left out.
    """
    tokens = []
    for character in unicodedata.normalize("NFKC", number).upper():
        if character in LETTERS or character in string.digits:
            is_yao = yao and character == "1" and language == "zh_CN"
            tokens.append(YAO if is_yao else character)
        elif language == "zh_CN" and "\u4e00" <= character <= "\u9fff":
            tokens.append(character)
    return tokens


def window_tokens(window: int, language: Language = "zh_CN") -> list[str]:
    """A window's number as a numeral: 12 → 10 2 (十二), 101 → 1 100 0 1 (一百零一).

    Windows go to 999; a number beyond is spelt digit by digit.
    """
    if not 0 <= window <= 999:
        return [each for each in str(window) if each.isdigit()]
    return _chinese(window) if language == "zh_CN" else _english(window)


def _chinese(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    tens, units = divmod(rest, 10)
    tokens = [str(hundreds), "100"] if hundreds else []
    if tens:
        # 十二, but 一百一十二: a ten says its one only after a hundred.
        tokens += [*([str(tens)] if tens > 1 or hundreds else []), "10"]
    elif hundreds and units:
        tokens.append("0")
    if units or not value:
        tokens.append(str(units))
    return tokens


def _english(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    tokens = [str(hundreds), "100"] if hundreds else []
    if hundreds and rest:
        tokens.append("and")
    if rest >= 20:
        tens, units = divmod(rest, 10)
        tokens += [str(10 * tens), *([str(units)] if units else [])]
    elif rest or not value:
        tokens.append(str(rest))
    return tokens


def word_of(token: str, language: Language) -> str:
    """What a token says."""
    return WORDS[language].get(token, token)


def spoken_number(number: str, language: Language = "zh_CN", *, yao: bool = False) -> str:
    """A ticket's number in words, each by itself: `A001` → `A 零 零 一`."""
    return " ".join(word_of(each, language) for each in number_tokens(number, language, yao=yao))


def spoken_window(window: int, language: Language = "zh_CN") -> str:
    """A window's number in words: 12 → `十二`, in English `twelve`."""
    words = [word_of(each, language) for each in window_tokens(window, language)]
    return ("" if language == "zh_CN" and 0 <= window <= 999 else " ").join(words)
