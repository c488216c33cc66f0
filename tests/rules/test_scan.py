"""Scans: lines of bytes, and keys that come too fast for a hand (hardware 13)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yichuang.hardware.scanner import LONGEST, Repeats, ScanLines
from yichuang.queue.scan_typing import GAP_SECONDS, MOST, Heard, ScanTyping
from yichuang.text import is_harmless

SLOW = 0.2
FAST = 0.01


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
@pytest.mark.parametrize("step", [1, 4, 100])
def test_lines_end_as_scanners_end_them(end: bytes, step: int) -> None:
    lines, data = ScanLines(), b"Q117X" + end + b"Q118Y" + end
    found = [
        text
        for place in range(0, len(data), step)
        for text in lines.feed(data[place : place + step])
    ]
    assert found == ["Q117X", "Q118Y"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_in_either_encoding(encoding: str) -> None:
    assert ScanLines().feed("预约码：张三\r".encode(encoding)) == ["预约码：张三"]


def test_no_code_reaches_a_terminal_as_a_command() -> None:
    assert ScanLines().feed(b"\x1b[2JQ1\x00\x07 7\r \r\n\xff\xff\xff\r") == [
        "[2JQ1 7",
        "\ufffd" * 3,
    ]


def test_what_is_too_long_is_no_code() -> None:
    lines = ScanLines()
    longest = "7" * LONGEST
    for piece in (b"1" * 300, b"2" * 300, b"3" * 10_000, b"4\r"):
        assert lines.feed(piece) == []
        assert len(lines._rest) <= LONGEST
    assert lines.feed(longest.encode() + b"\rQ1\r") == [longest, "Q1"]
    assert lines.feed(b"x" * (LONGEST + 1) + b"\rQ2\r") == ["Q2"]


@given(st.lists(st.binary(max_size=700), max_size=6))
@settings(max_examples=200, deadline=None)
def test_lines_survive_any_bytes(pieces: list[bytes]) -> None:
    lines, whole = ScanLines(), ScanLines()
    found = []
    for piece in pieces:
        found += lines.feed(piece)
        assert len(lines._rest) <= LONGEST
    assert all(text and is_harmless(text) for text in found)
    assert found == whole.feed(b"".join(pieces))


def test_the_same_code_counts_once_in_three_seconds() -> None:
    repeats = Repeats(3.0)
    scans = [("A", 0.0), ("A", 1.0), ("B", 1.5), ("A", 2.0), ("A", 4.9), ("A", 5.0)]
    assert [repeats.takes(*each) for each in scans] == [True, False, True, True, False, True]


# --- keys in the terminal ---------------------------------------------------------------------


def typed(typing: ScanTyping, text: str, gap: float, at: float = 100.0) -> list[Heard]:
    heard = []
    for character in text:
        heard.append(typing.feed(character, at))
        at += gap
    heard.append(typing.lapse(at + SLOW))
    return heard


def test_a_scan_is_swallowed() -> None:
    for end in "\r\n\t":
        heard = typed(ScanTyping(), f"Q1170{end}", FAST)
        assert "".join(each.replay for each in heard) == f"Q1170{end}"
        heard = typed(ScanTyping(), f"Q1171X{end}", FAST)
        assert [each for each in heard if each != Heard()] == [Heard("", "Q1171X", end)]


def test_a_hand_types_as_ever() -> None:
    heard = typed(ScanTyping(), "zhangsan\r", SLOW)
    assert not any(each.scan for each in heard)
    assert "".join(each.replay for each in heard) == "zhangsan\r"
    # One key late at most.
    assert [each.replay for each in heard][:3] == ["", "z", "h"]


def test_a_scan_behind_a_hand() -> None:
    typing = ScanTyping()
    assert typing.feed("z", 10.0) == Heard()
    assert typing.deadline == 10.0 + GAP_SECONDS
    assert typing.lapse(10.02) == Heard()
    assert typing.lapse(10.035) == Heard("z")
    assert typing.release() == Heard()
    heard = [typing.feed(each, 11.0 + place * FAST) for place, each in enumerate("Q1171X\r")]
    assert heard[-1] == Heard("", "Q1171X", "\r")
    # Or without anybody having looked at the clock meanwhile.
    typing.feed("z", 12.0)
    heard = [typing.feed(each, 13.0 + place * FAST) for place, each in enumerate("Q1171X\r")]
    assert heard[0] == Heard("z")
    assert heard[-1].scan == "Q1171X"


def test_a_key_that_is_no_character_gives_back_what_is_held() -> None:
    typing = ScanTyping()
    typing.feed("a", 1.0)
    typing.feed("b", 1.01)
    assert typing.release() == Heard("ab")
    assert typing.deadline is None
    assert typing.release() == Heard()


def test_a_paste_is_no_scan() -> None:
    text = "x" * (MOST + 50)
    typing = ScanTyping()
    heard = typed(typing, text + "\r", 0.001)
    assert not any(each.scan for each in heard)
    assert "".join(each.replay for each in heard) == text + "\r"
    assert [each.scan for each in typed(typing, "Q1171X\r", FAST, 500.0) if each.scan] == ["Q1171X"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("aZ09中\r\n\t"), st.sampled_from([0.0, FAST, 0.034, 0.035, SLOW, -1.0])
        ),
        max_size=80,
    ),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_no_key_is_lost_or_turned_round(keys: list[tuple[str, float]], watched: bool) -> None:
    """What is given back and what was scanned, one behind the other, is what was typed."""
    typing, now, out = ScanTyping(), 1000.0, ""
    for character, gap in keys:
        now += gap
        if watched:
            out += typing.lapse(now).replay
        heard = typing.feed(character, now)
        assert len(heard.scan) >= 6 or not heard.scan
        assert bool(heard.scan) is bool(heard.end)
        out += heard.replay + heard.scan + heard.end
    assert out + typing.release().replay == "".join(character for character, _gap in keys)


@given(st.lists(st.tuples(st.sampled_from("aZ09\r"), st.floats(GAP_SECONDS, 2)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_nothing_slower_than_a_scanner_is_taken_for_one(keys: list[tuple[str, float]]) -> None:
    typing, now = ScanTyping(), 0.0
    for character, gap in keys:
        now += gap + 1e-6
        assert not typing.feed(character, now).scan


def test_only_what_a_code_begins_with_is_held() -> None:
    typing = ScanTyping(starts="Qq")
    assert typing.feed("5", 1.0) == Heard(replay="5")
    assert typing.deadline is None
    heard = [typing.feed(each, 2.0 + FAST * place) for place, each in enumerate("Q1171X\r")]
    assert heard[-1] == Heard(scan="Q1171X", end="\r")
    assert not any(each.replay for each in heard)
