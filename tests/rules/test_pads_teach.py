"""Teach-in: any pad's keys, learned one by one, and written into hall.toml with all else as it was."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.halls import SMALL_HALL, small_settings
from yichuang.config import parse_settings
from yichuang.errors import FileUnreadable, FolderUnusable, InvalidHall, UnknownDevice
from yichuang.hardware.pad.caller_pad import CallerKeys
from yichuang.hardware.pad.press import KeyPress
from yichuang.hardware.pad.rating_pad import grade_keys
from yichuang.hardware.pad.teach import (
    Answer,
    TeachIn,
    meaning_label,
    teach_in_for,
    with_keys,
    write_keys,
)
from yichuang.queue.rating import Grade

PADS = """
# 一号窗口的评价器
[[rating_pad]]
name = "pad-1"   # 左边
window = 1
path = "/dev/ttyS1"
input = "serial"

# 二号窗口的
[[rating_pad]]
name = "pad-2"
window = 2
path = "/dev/ttyS2"

[rating_pad.keys]
KEY_1 = "satisfied"

# 以下不要动
[[caller_pad]]
name = "caller"
window = 1
path = "/dev/input/event3"
"""
HALL = SMALL_HALL + PADS


def rating() -> TeachIn:
    return teach_in_for(small_settings(PADS).rating_pad[0])


def presses(*keys: str) -> list[KeyPress]:
    return [KeyPress(key, place * 1.0) for place, key in enumerate(keys)]


def test_one_key_for_each_meaning() -> None:
    teaching = rating()
    asked = []
    for press in presses("0x31", "0x32", "0x33", "0x34", "0x35"):
        asked.append(teaching.question)
        assert teaching.take(press) is Answer.KEPT
    assert asked[0] == "请按「非常满意」的键（1/5）"
    assert asked[-1] == "请按「非常不满意」的键（5/5）"
    assert (teaching.meaning, teaching.question) == (None, "")
    assert teaching.take(KeyPress("0x36", 99)) is Answer.OVER
    assert list(teaching.keys.items()) == [
        (f"0x3{place}", grade.value) for place, grade in enumerate(Grade, start=1)
    ]
    assert tomllib.loads(teaching.toml()) == {"keys": teaching.keys}


def test_a_key_has_one_meaning() -> None:
    teaching = rating()
    answers = [teaching.take(press) for press in presses("KEY_A", "KEY_A", "KEY_B")]
    assert answers == [Answer.KEPT, Answer.GIVEN, Answer.KEPT]
    assert teaching.keys == {"KEY_A": "very_satisfied", "KEY_B": "satisfied"}


def test_what_one_press_sends_is_one_press() -> None:
    """A bounce, a repeat, the CR LF behind a digit."""
    teaching = rating()
    sent = [("0x31", 0.0), ("0x0d", 0.01), ("0x0a", 0.02), ("0x31", 0.2), ("0x32", 1.0)]
    answers = [teaching.take(KeyPress(*each)) for each in sent]
    assert answers == [Answer.KEPT, *[Answer.SAME_PRESS] * 3, Answer.KEPT]


def test_skip_and_back() -> None:
    teaching = rating()
    for key in presses("A", "B"):
        teaching.take(key)
    teaching.back()
    assert (teaching.meaning, teaching.keys) == ("satisfied", {"A": "very_satisfied"})
    teaching.skip()
    teaching.take(KeyPress("C", 10))
    assert teaching.keys == {"A": "very_satisfied", "C": "basically_satisfied"}
    for _each in range(9):
        teaching.skip()
    assert teaching.question == ""
    for _each in range(9):
        teaching.back()
    assert teaching.question == "请按「非常满意」的键（1/5）"
    assert teaching.toml() == "keys = {}"


def test_a_caller_pad_is_asked_for_its_actions() -> None:
    teaching = teach_in_for(small_settings(PADS).caller_pad[0])
    labels = []
    while teaching.meaning is not None:
        labels.append(meaning_label(teaching.meaning))
        teaching.skip()
    assert labels[:2] == ["叫下一个", "再叫一次"]
    assert len(set(labels)) == 9


@pytest.mark.parametrize(
    ("pressed", "keys"),
    [
        ("KEY_KPENTER", {"KEY_KPENTER": "next"}),
        ("KEY_F1", {"KEY_KPENTER": "next", "KEY_F1": "enter"}),
    ],
)
def test_the_key_of_the_next_one_also_confirms_digits(pressed: str, keys: dict[str, str]) -> None:
    pad = small_settings(PADS).caller_pad[0]
    teaching = teach_in_for(pad)
    assert teaching.take(KeyPress("KEY_KPENTER", 1)) is Answer.KEPT
    while teaching.meaning != "enter":
        assert "跳过" not in teaching.question
        teaching.skip()
    assert "没有另外的键就跳过" in teaching.question
    assert teaching.take(KeyPress(pressed, 2)) is Answer.KEPT
    assert teaching.question == ""
    assert teaching.keys == keys
    # And so the pad works: digits, then that key.
    reading = CallerKeys(pad.model_copy(update={"keys": keys}))
    assert reading.take(KeyPress("KEY_KP7", 10)) is None
    assert reading.take(KeyPress(pressed, 11)) == ("enter", "7")


def test_without_a_key_for_the_next_one_a_key_that_confirms_is_asked_for_plainly() -> None:
    teaching = teach_in_for(small_settings(PADS).caller_pad[0])
    while teaching.meaning != "enter":
        teaching.skip()
    assert "跳过" not in teaching.question


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("ABCDEFG"), st.floats(0.01, 2)), st.sampled_from(["<", ">"])
        ),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_meaning_is_given_twice(acts: list[tuple[str, float] | str]) -> None:
    teaching, now = rating(), 0.0
    for act in acts:
        if isinstance(act, str):
            teaching.back() if act == "<" else teaching.skip()
            continue
        now += act[1]
        teaching.take(KeyPress(act[0], now))
        assert len(set(teaching.keys.values())) == len(teaching.keys)
    parse_settings(with_keys(HALL, "rating_pad", "pad-1", teaching.keys), Path("hall.toml"))


KEYS = {"0x31": "very_satisfied", "KEY_KP2": "satisfied"}


def test_only_the_keys_change(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(HALL, encoding="utf-8")
    path.chmod(0o640)
    settings_ = write_keys(path, "rating_pad", "pad-1", KEYS)
    after = path.read_text(encoding="utf-8")
    line = 'keys = {0x31 = "very_satisfied", KEY_KP2 = "satisfied"}\n'
    assert after == HALL.replace('input = "serial"\n', f'input = "serial"\n{line}')
    assert settings_ == parse_settings(after, path)
    assert grade_keys(settings_.rating_pad[0]) == {
        "0x31": Grade.VERY_SATISFIED,
        "KEY_KP2": Grade.SATISFIED,
    }
    assert (tmp_path / "hall.toml.bak").read_text(encoding="utf-8") == HALL
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hall.toml", "hall.toml.bak"]
    # Taught anew: the line is replaced.
    write_keys(path, "rating_pad", "pad-1", {"0x41": "satisfied"})
    assert path.read_text(encoding="utf-8") == after.replace(line, 'keys = {0x41 = "satisfied"}\n')


def test_keys_in_a_section_of_their_own(tmp_path: Path) -> None:
    after = with_keys(HALL, "rating_pad", "pad-2", KEYS)
    assert after == HALL.replace(
        'KEY_1 = "satisfied"\n', '0x31 = "very_satisfied"\nKEY_KP2 = "satisfied"\n'
    )


def test_the_last_section_of_the_file() -> None:
    after = with_keys(HALL.rstrip("\n"), "caller_pad", "caller", {"KEY_F1": "next"})
    assert parse_settings(after, Path("hall.toml")).caller_pad[0].keys == {"KEY_F1": "next"}
    inline = 'caller_pad = [{ name = "c", window = 1, path = "/x" }]\n' + SMALL_HALL
    after = with_keys(inline, "caller_pad", "c", {"KEY_F1": "next"})
    assert parse_settings(after, Path("hall.toml")).caller_pad[0].keys == {"KEY_F1": "next"}


def test_a_hall_that_would_not_open_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(HALL, encoding="utf-8")
    with pytest.raises(InvalidHall):
        write_keys(path, "rating_pad", "pad-1", {"0x31": "next"})
    with pytest.raises(UnknownDevice) as refused:
        write_keys(path, "rating_pad", "pad-3", KEYS)
    assert "pad-1、pad-2" in refused.value.hint
    assert path.read_text(encoding="utf-8") == HALL
    assert [each.name for each in tmp_path.iterdir()] == ["hall.toml"]
    path.write_text("[hall", encoding="utf-8")
    with pytest.raises(InvalidHall):
        write_keys(path, "rating_pad", "pad-1", KEYS)
    path.write_bytes(b"\xff")
    with pytest.raises(FileUnreadable):
        write_keys(path, "rating_pad", "pad-1", KEYS)
    with pytest.raises(FileUnreadable):
        write_keys(tmp_path / "missing.toml", "rating_pad", "pad-1", KEYS)


def test_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(HALL, encoding="utf-8")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FolderUnusable):
        write_keys(path, "rating_pad", "pad-1", KEYS)
    assert path.read_text(encoding="utf-8") == HALL
    assert {each.name for each in tmp_path.iterdir()} == {"hall.toml", "hall.toml.bak"}
