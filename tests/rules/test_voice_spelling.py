"""How calls are spelt: tokens and words of numbers, phrases, and what espeak-ng is given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from yichuang.config.device import VoiceSettings
from yichuang.hardware.voice.espeak_text import espeak_text, in_pinyin
from yichuang.hardware.voice.phrase import Part, Utterance, utterances
from yichuang.hardware.voice.spelling import (
    CHINESE,
    ENGLISH,
    LETTERS,
    Language,
    number_tokens,
    spoken_number,
    spoken_window,
    window_tokens,
    word_of,
)


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("A001", "A 零 零 一"),
        ("A1001", "A 一 零 零 一"),
        ("YA012", "Y A 零 一 二"),
        ("Ａ００１", "A 零 零 一"),
        ("vip7", "V I P 七"),
        ("A-0 1\x1b[2J", "A 零 一 二 J"),
        ("急3", "急 三"),
        ("", ""),
    ],
)
def test_a_ticket_is_spelt_letter_by_letter_and_digit_by_digit(number: str, spoken: str) -> None:
    assert spoken_number(number) == spoken


def test_the_one_of_a_ticket_can_be_said_as_yao_and_that_of_a_window_is_not() -> None:
    assert spoken_number("A1101", yao=True) == "A 幺 幺 零 幺"
    assert spoken_number("A1101", "en", yao=True) == "A one one zero one"
    said = utterances(VoiceSettings(yao=True), "A001", 11)[0]
    assert said.text == "请 A 零 零 幺 号到 十 一 号窗口办理"


@pytest.mark.parametrize(
    ("window", "chinese", "english"),
    [
        (0, "零", "zero"),
        (3, "三", "three"),
        (10, "十", "ten"),
        (12, "十二", "twelve"),
        (20, "二十", "twenty"),
        (99, "九十九", "ninety nine"),
        (100, "一百", "one hundred"),
        (101, "一百零一", "one hundred and one"),
        (110, "一百一十", "one hundred and ten"),
        (112, "一百一十二", "one hundred and twelve"),
        (999, "九百九十九", "nine hundred and ninety nine"),
    ],
)
def test_a_window_is_told_as_a_numeral(window: int, chinese: str, english: str) -> None:
    assert spoken_window(window) == chinese
    assert spoken_window(window, "en") == english


def value_of(chinese: str) -> int:
    """A Chinese numeral below 1000 read back, apart from the code under test."""
    digits = {each: value for value, each in enumerate("零一二三四五六七八九")}
    total = unit = 0
    for each in chinese:
        if each in "十百":
            total += (unit or 1) * (10 if each == "十" else 100)
            unit = 0
        else:
            unit = digits[each]
    return total + unit


def test_every_window_is_told_by_known_tokens_and_read_back_as_itself() -> None:
    said = set()
    for window in range(1000):
        tokens = window_tokens(window)
        assert set(tokens) <= set(CHINESE), window
        assert value_of("".join(word_of(each, "zh_CN") for each in tokens)) == window
        assert set(window_tokens(window, "en")) <= set(ENGLISH), window
        said.add(spoken_window(window, "en"))
    assert len(said) == 1000


@settings(max_examples=200, deadline=None)
@given(
    prefix=st.sampled_from(["", "V", "Y"]),
    letter=st.sampled_from(LETTERS),
    serial=st.integers(0, 9999),
    digits=st.integers(1, 4),
    language=st.sampled_from(["zh_CN", "en"]),
    yao=st.booleans(),
)
def test_every_ticket_is_spelt_by_known_tokens(
    prefix: str, letter: str, serial: int, digits: int, language: Language, yao: bool
) -> None:
    number = f"{prefix}{letter}{serial:0{digits}d}"
    tokens = number_tokens(number, language, yao=yao)
    known = {*LETTERS, *(CHINESE if language == "zh_CN" else ENGLISH)}
    assert set(tokens) <= known
    assert "".join(tokens).replace("yao", "1") == number


@settings(max_examples=200, deadline=None)
@given(number=st.text(max_size=30), language=st.sampled_from(["zh_CN", "en"]))
def test_no_number_whatever_it_holds_brings_more_than_letters_digits_and_hanzi(
    number: str, language: Language
) -> None:
    for token in number_tokens(number, language):
        assert token in LETTERS or token in "0123456789" or "\u4e00" <= token <= "\u9fff"


def test_a_call_is_said_in_each_language_in_order() -> None:
    chosen = VoiceSettings(languages=("en", "zh_CN"))
    assert [each.text for each in utterances(chosen, "B012", 3)] == [
        "Number B zero one two , please go to window three",
        "请 B 零 一 二 号到 三 号窗口办理",
    ]


def test_a_phrase_may_name_the_window_first_and_begin_with_a_number() -> None:
    chosen = VoiceSettings(chinese="{window} 号窗口请 {number}")
    assert utterances(chosen, "A1", 12)[0].text == "十 二 号窗口请 A 一"


def test_words_of_the_dictionary_are_read_in_pinyin_the_longest_first() -> None:
    words = {"重": "zhong4", "重庆": "chong2qing4", "银行": "yin2hang2"}
    assert in_pinyin("请到重庆银行重审", words) == "请到 chong2qing4 yin2hang2 zhong4 审"
    assert in_pinyin("请到重庆", {}) == "请到重庆"


def test_espeak_is_given_a_one_that_keeps_its_tone_and_an_a_that_is_no_article() -> None:
    said = utterances(VoiceSettings(), "YA011", 101)[0]
    assert espeak_text(said, {}) == "请 Y eigh 零 yi1 yi1 号到 一百 零 yi1 号窗口办理"
    english = Utterance("en", (Part("Number"), Part(tokens=("A", "0"))))
    assert espeak_text(english, {"Number": "x"}) == "Number eigh zero"


@pytest.mark.parametrize(
    "read", ["chong2qing4", "luo4 she4", "lv4", "Yu2", "er2", "zhuang1", "nve4"]
)
def test_how_words_are_read_is_pinyin_with_tones(read: str) -> None:
    assert VoiceSettings(words={"词": read}).words == {"词": read}


@pytest.mark.parametrize(
    "read", ["chongqing", "chóngqìng", "lü4", "chong2qing", "", "重庆", "lu6", "4"]
)
def test_a_reading_without_tones_would_be_english_and_is_refused(read: str) -> None:
    with pytest.raises(ValidationError, match="声调"):
        VoiceSettings(words={"词": read})
