"""Help and refused command lines are in one language, click's own words included."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.command import yichuang

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
COMMAND = re.compile(r"(yichuang|--lang)( [a-z]+)+")
ENGLISH_SENTENCE = re.compile(r"\b[A-Za-z][a-z]+ [a-z]+\b")
CLICK_WORDS = (
    "Usage",
    "Options",
    "Commands",
    "Show",
    "Missing",
    "such",
    "Got",
    "valid",
    "required",
)

WRONG: list[tuple[str, ...]] = [
    ("ticket", "reprint"),
    ("ticket", "list", "--nosuch"),
    ("ticket", "list", "--limit", "x"),
    ("ticket", "list", "--state", "lost"),
    ("ticket", "list", "--limit"),
    ("ticket", "list", "one", "2"),
    ("ticket", "show"),
    ("ticket", "shw"),
    ("window", "next", "1000"),
    ("status", "--json=3"),
    ("stats",),
]
HELP: list[tuple[str, ...]] = [
    ("--help",),
    ("ticket", "--help"),
    ("ticket", "issue", "--help"),
    ("ticket", "list", "--help"),
    ("window", "transfer", "--help"),
    ("simulate", "printer", "--help"),
]


@pytest.mark.parametrize("words", HELP, ids=" ".join)
def test_help_is_wholly_in_one_language(words: tuple[str, ...]) -> None:
    chinese = yichuang(*words)
    assert chinese.status == 0
    assert "用法" in chinese.out
    assert_without_english(chinese.out)
    english = yichuang("--lang", "en", *words)
    assert english.status == 0
    assert "Usage: yichuang" in english.out
    assert not CHINESE.search(english.out), english.out


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_refused_in_one_language(words: tuple[str, ...]) -> None:
    chinese = yichuang(*words)
    assert (chinese.status, chinese.out) == (2, "") or "--json=3" in words
    said = chinese.err + chinese.out
    assert "命令写得不对" in said
    assert_without_english(said)
    english = yichuang("--lang", "en", *words)
    assert english.status == 2
    assert not CHINESE.search(english.err + english.out), english.err


def assert_without_english(text: str) -> None:
    """No words of click and, but for commands, no two English words in a row."""
    text = COMMAND.sub("", text)
    assert not ENGLISH_SENTENCE.search(text), text
    for word in CLICK_WORDS:
        assert not re.search(rf"\b{word}\b", text), text


def test_the_language_may_stand_before_or_after_the_command(tmp_path: Path) -> None:
    before = yichuang("--lang", "en", "status", hall=tmp_path)
    after = yichuang("status", "--lang=en", hall=tmp_path)
    environment = yichuang("status", hall=tmp_path, YICHUANG_LANG="en")
    assert before.status == 1
    assert "There is no hall" in before.err
    assert before.err == after.err == environment.err


def test_the_language_before_the_command_beats_the_halls(tmp_path: Path) -> None:
    hall = tmp_path / "hall"
    assert yichuang("init", "--profile", "village", hall=hall).status == 0
    assert "Window 1  Closed" in yichuang("--lang", "en", "status", hall=hall).out
    assert "1 号窗口  未开" in yichuang("status", hall=hall).out


def test_an_environment_in_another_language_changes_nothing() -> None:
    ran = yichuang("--help", LANGUAGE="de", LANG="de_DE.UTF-8", LC_ALL="C")
    assert "用法" in ran.out
    assert "Usage" in yichuang("--lang", "en", "--help", LANGUAGE="zh_CN").out
