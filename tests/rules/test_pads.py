"""Pads on the wire: whatever bytes come, in whatever pieces, keys come out (hardware 12)."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.halls import small_settings
from yichuang.config.device import CallerAction, CallerPadSettings, RatingPadSettings
from yichuang.config.hex_pattern import HexPattern
from yichuang.config.key_names import KEY_NAMES, is_key, tidy_key
from yichuang.errors import InvalidHall
from yichuang.hardware.pad.caller_pad import CallerKeys
from yichuang.hardware.pad.evdev import (
    EventParser,
    KeyEvent,
    UsTyping,
    find_input,
)
from yichuang.hardware.pad.hidraw import ReportParser, find_hidraw
from yichuang.hardware.pad.key_codes import KEY_CODES, key_name
from yichuang.hardware.pad.press import Debounce, KeyPress
from yichuang.hardware.pad.rating_pad import grade_keys
from yichuang.hardware.pad.serial_keys import FrameParser
from yichuang.queue.rating import Grade

FORMATS = {24: "<qqHHi", 16: "<llHHi"}
SIZES = pytest.mark.parametrize("size", [24, 16])
PAD = '[[rating_pad]]\nname = "pad"\nwindow = 1\npath = "/dev/ttyNONE"\ninput = "serial"\n'

pieces = st.lists(st.binary(max_size=60), max_size=8)


def event(size: int, kind: int, code: int, value: int, at: int = 100) -> bytes:
    return struct.pack(FORMATS[size], at, 500_000, kind, code, value)


# --- input events -----------------------------------------------------------------------------


@SIZES
def test_keys_of_an_input_device(size: int) -> None:
    data = b"".join(
        event(size, kind, code, value)
        for kind, code, value in [(4, 4, 0x70059), (1, 79, 1), (0, 0, 0), (1, 79, 2), (1, 79, 0)]
    )
    assert EventParser(size).feed(data) == [KeyEvent(79, value, 100.5) for value in (1, 2, 0)]


def test_the_codes_of_the_kernels_header() -> None:
    """linux/input-event-codes.h, as hardware 12 quotes it."""
    codes = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73]
    assert [KEY_CODES[f"KEY_KP{digit}"] for digit in range(10)] == codes
    named = {96: "KPENTER", 78: "KPPLUS", 74: "KPMINUS", 55: "KPASTERISK", 98: "KPSLASH"}
    named |= {2: "1", 11: "0", 14: "BACKSPACE", 28: "ENTER", 30: "A", 44: "Z", 57: "SPACE"}
    named |= {59: "F1", 68: "F10", 83: "KPDOT", 87: "F11", 88: "F12", 111: "DELETE", 183: "F13"}
    assert {code: KEY_NAMES[code].removeprefix("KEY_") for code in named} == named
    assert key_name(0x2FF) == tidy_key("KEY_0x2ff") == "KEY_0X2FF"
    assert len(KEY_CODES) == len(KEY_NAMES)


@SIZES
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_events_in_any_pieces(size: int, data: st.DataObject) -> None:
    """However a stream is cut, its keys are the same; what is kept back is less than an event."""
    keys = data.draw(st.lists(st.tuples(st.sampled_from([2, 79, 96]), st.integers(0, 2))))
    stream = b"".join(event(size, 1, *key) + event(size, 0, 0, 0) for key in keys)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    parser = EventParser(size)
    found = []
    for first, last in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += parser.feed(stream[first:last])
    assert [(each.code, each.value) for each in found] == keys
    assert len(parser._rest) < size


@SIZES
@given(pieces=pieces)
@settings(max_examples=200, deadline=None)
def test_input_events_survive_any_bytes(size: int, pieces: list[bytes]) -> None:
    parser, typing = EventParser(size), UsTyping()
    for piece in pieces:
        for each in parser.feed(piece):
            assert each.value in (0, 1, 2)
            assert typing.feed(each).isascii()
        assert len(parser._rest) < size


@SIZES
def test_it_finds_its_way_again(size: int) -> None:
    """Behind an event that was torn for good, the next one but one is surely read."""
    stream = event(size, 1, 79, 1)[:-5] + event(size, 1, 80, 1) * 2
    assert EventParser(size).feed(stream)[-1].code == 80


def test_typing_on_a_us_keyboard() -> None:
    typing = UsTyping()
    shift, caps = KEY_CODES["KEY_RIGHTSHIFT"], KEY_CODES["KEY_CAPSLOCK"]
    keys = [("Q", 1), ("1", 1), ("1", 2), ("1", 0)]
    typed = "".join(typing.feed(KeyEvent(KEY_CODES[f"KEY_{key}"], value, 0)) for key, value in keys)
    typing.feed(KeyEvent(shift, 1, 0))
    typed += "".join(typing.feed(KeyEvent(KEY_CODES[f"KEY_{key}"], 1, 0)) for key in "Q1")
    typing.feed(KeyEvent(caps, 1, 0))
    typed += typing.feed(KeyEvent(KEY_CODES["KEY_Q"], 1, 0))
    typing.feed(KeyEvent(shift, 0, 0))
    typed += "".join(typing.feed(KeyEvent(KEY_CODES[f"KEY_{key}"], 1, 0)) for key in ("Q", "1"))
    assert typed + typing.feed(KeyEvent(KEY_CODES["KEY_KPENTER"], 1, 0)) == "q1Q!qQ1\r"


def test_an_input_device_by_its_usb_numbers(tmp_path: Path) -> None:
    """Of a keypad's two devices it is the one with the digits."""
    for number, vendor, keys in [
        (3, "1a2c", "0"),
        (11, "1a2c", "3ff 0 fffffffffffffffe"),
        (4, "04d9", "7fe"),
    ]:
        place = tmp_path / f"event{number}" / "device"
        (place / "id").mkdir(parents=True)
        (place / "capabilities").mkdir()
        (place / "id" / "vendor").write_text(f"{vendor}\n")
        (place / "id" / "product").write_text("0e24\n")
        (place / "capabilities" / "key").write_text(f"{keys}\n")
    (tmp_path / "event9").mkdir()
    assert find_input(0x1A2C, 0x0E24, tmp_path, Path("/dev/input")) == Path("/dev/input/event11")
    assert find_input(0x1A2C, 1, tmp_path) is None
    assert find_input(1, 1, tmp_path / "missing") is None


# --- reports ----------------------------------------------------------------------------------


def test_one_byte_of_each_report() -> None:
    parser = ReportParser(8, 2)
    report = bytes([1, 0, 5, 0, 0, 0, 0, 0])
    assert parser.feed(report[:3]) == []
    assert parser.feed(report[3:] + bytes(8) + report[:1]) == ["0x05"]
    assert parser.whole(report) == ["0x05"]
    assert parser.whole(report[:2]) == parser.whole(bytes(9)) == []


@given(size=st.integers(1, 64), offset=st.integers(0, 63), pieces=pieces)
@settings(max_examples=150, deadline=None)
def test_reports_survive_any_bytes(size: int, offset: int, pieces: list[bytes]) -> None:
    parser, stream = ReportParser(size, offset), b"".join(pieces)
    found = [key for piece in pieces for key in parser.feed(piece)]
    whole = [stream[place : place + size] for place in range(0, len(stream) - size + 1, size)]
    values = [report[offset] for report in whole if offset < size]
    assert found == [f"0x{value:02x}" for value in values if value]
    assert len(parser._rest) < size


def test_a_hidraw_device_by_its_usb_numbers(tmp_path: Path) -> None:
    for number, identity in [(10, "0003:0000096E:00000201"), (2, "0003:0000096E:00000201")]:
        place = tmp_path / f"hidraw{number}" / "device"
        place.mkdir(parents=True)
        (place / "uevent").write_text(f"DRIVER=hid-generic\nHID_ID={identity}\nHID_NAME=Pad\n")
    (tmp_path / "hidraw0").mkdir()
    assert find_hidraw(0x096E, 0x0201, tmp_path) == Path("/dev/hidraw2")
    assert find_hidraw(0x096E, 0x0202, tmp_path) is None


# --- serial bytes and frames ------------------------------------------------------------------


def test_bytes_are_keys_without_a_pattern() -> None:
    assert FrameParser().feed(b"\x01\x351") == ["0x01", "0x35", "0x31"]


@pytest.mark.parametrize(
    ("frame", "checksum", "stream", "keys"),
    [
        ("AA(0[1-5])..", "none", "00 AA 01 FF AA 06 00 AA 05 00", ["0x01", "0x05"]),
        ("aa (..) 55", "none", "0A A0 AA AA 55 AA 02 55", ["0xaa", "0x02"]),
        ("^FF68(..)(?:..){2}$", "none", "FF 68 05 05 31", ["0x05"]),
        ("02(....)03", "none", "02 01 03 03 02 01 02 03", ["0x0103", "0x0102"]),
        ("AA(..)..", "sum", "AA 01 AB AA 02 AB AA 03 AD", ["0x01", "0x03"]),
        ("AA(..)..", "xor", "AA 01 AB AA 02 A8 AA 03 00", ["0x01", "0x02"]),
        ("3[1-5]", "none", "31 0D 0A 39 35", ["0x31", "0x35"]),
    ],
)
@pytest.mark.parametrize("step", [1, 3, 100])
def test_frames(frame: str, checksum: str, stream: str, keys: list[str], step: int) -> None:
    found: list[str] = []
    given_ = RatingPadSettings.model_validate(
        {"name": "p", "window": 1, "path": "/x", "frame": frame, "checksum": checksum}
    )
    parser, data = FrameParser(given_.frame, given_.checksum), bytes.fromhex(stream)
    for place in range(0, len(data), step):
        found += parser.feed(data[place : place + step])
    assert found == keys


@given(frame=st.sampled_from(["AA(0[1-5])..", "(?:A|A)*B0", ".*(..)FF", ""]), pieces=pieces)
@settings(max_examples=150, deadline=None)
def test_frames_survive_any_bytes(frame: str, pieces: list[bytes]) -> None:
    parser = FrameParser(frame)
    for piece in pieces:
        assert all(key.startswith("0x") for key in parser.feed(piece))
        assert len(parser._rest) <= 64


def test_a_pattern_that_would_hold_a_regular_expression_up_for_ever() -> None:
    parser = FrameParser("(?:A|A)*(?:A+)+(?:A*A*)*B0", "none")
    assert parser.feed(b"\xaa" * 4096) == []
    assert parser.feed(b"\xb0") != []


atoms = st.sampled_from(["0", "A", ".", "[0-3]", "[^1]", "F"])
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
        st.tuples(inner, st.sampled_from(["+", "{2}", "{1,2}"])).map(lambda x: f"(?:{x[0]}){x[1]}"),
        st.tuples(inner, inner, st.sampled_from(["?", "*", "{0,2}"])).map(
            lambda x: f"(?:{x[0]}){x[2]}{x[1]}"
        ),
    ),
    max_leaves=6,
)


@given(pattern=patterns, data=st.binary(max_size=6))
@settings(max_examples=400, deadline=None)
def test_patterns_match_what_regular_expressions_match(pattern: str, data: bytes) -> None:
    text, plain = data.hex().upper(), re.compile(pattern)
    spans = [
        (start, end)
        for start in range(len(data) + 1)
        for end in range(start + 1, len(data) + 1)
        if plain.fullmatch(text, start * 2, end * 2)
    ]
    found = HexPattern(pattern).search(data)
    if not spans:
        assert found is None
    else:
        assert found is not None
        assert (found.start, found.end) in spans
        assert found.start == min(spans)[0]


@pytest.mark.parametrize(
    "frame", ["(", ")", "[", "[]", "G", ".*", "A|", "A{3,1}", "(A{64}){64}", r"\1", "(?=A)", "+"]
)
def test_patterns_that_are_not_understood_are_told_at_once(frame: str) -> None:
    with pytest.raises(InvalidHall) as refused:
        small_settings(PAD + f"frame = '{frame}'\n")
    assert frame in refused.value.message


@given(st.text(alphabet="0AF.[]()^$?*+{},|:19-", max_size=24))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        pattern = HexPattern(text)
    except ValueError:
        return
    pattern.search(b"\xaa\x01\x00\xff")


# --- meanings ---------------------------------------------------------------------------------


def test_the_same_key_counts_once() -> None:
    debounce = Debounce()
    times = [0.0, 0.1, 0.35, 0.6, 0.95, 0.9]
    assert [debounce.takes("a", at) for at in times] == [True, False, False, False, True, False]
    assert debounce.takes("b", 0.95)
    assert debounce.takes("b", 1.05, 0.06)


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(allow_nan=False)), max_size=200))
@settings(max_examples=50, deadline=None)
def test_garbage_fills_no_memory(presses: list[tuple[str, float]]) -> None:
    debounce = Debounce()
    for key, at in presses:
        debounce.takes(key, at)
    assert len(debounce._seen) <= 64


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("kp1", "KEY_KP1"),
        (" key_f1", "KEY_F1"),
        ("0X3A", "0x3a"),
        ("BTN_1", "BTN_1"),
        ("1", "KEY_1"),
    ],
)
def test_keys_as_people_write_them(written: str, tidy: str) -> None:
    assert tidy_key(written) == tidy


def pad(**more: object) -> RatingPadSettings:
    return RatingPadSettings.model_validate({"name": "p", "window": 1, "path": "/x", **more})


@pytest.mark.parametrize("form", ["KEY_{0}", "KEY_KP{0}", "KEY_F{0}", "0x3{0}", "0x0{0}"])
def test_both_directions_of_numbering(form: str) -> None:
    """L01: 1 = very satisfied … 5 = very dissatisfied; where they are stars, five are best."""
    keys = [form.format(digit) for digit in range(1, 6)]
    forth, back = grade_keys(pad()), grade_keys(pad(best=5))
    assert [forth[key] for key in keys] == list(Grade)
    assert [back[key] for key in keys] == list(Grade)[::-1]


def test_what_was_taught_wins() -> None:
    keys = grade_keys(pad(best=5, keys={"f5": "very_satisfied", "0x0A": "dissatisfied"}))
    assert keys == {"KEY_F5": Grade.VERY_SATISFIED, "0x0a": Grade.DISSATISFIED}


def caller(keys: dict[str, str] | None = None) -> CallerKeys:
    return CallerKeys(
        CallerPadSettings.model_validate(
            {"name": "c", "window": 1, "path": "/x", "keys": keys or {}}
        )
    )


def acts(reading: CallerKeys, *keys: str, gap: float = 0.4) -> list[tuple[CallerAction, str]]:
    found = [reading.take(KeyPress(f"KEY_{key}", 10 + at * gap)) for at, key in enumerate(keys)]
    return [each for each in found if each is not None]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("KPENTER", [("next", "")]),
        ("ENTER", [("next", "")]),
        ("KPPLUS KPMINUS KPSLASH", [("recall", ""), ("pass", ""), ("pause", "")]),
        ("KPDOT DELETE", [("start_finish", ""), ("start_finish", "")]),
        ("KP1 KP2 KPENTER KPENTER", [("enter", "12"), ("next", "")]),
        ("KPASTERISK KP1 KP0 KPENTER", [("transfer", "10")]),
        ("KP5 KPASTERISK 3 KPASTERISK", [("transfer", "3")]),
        ("KPASTERISK KPENTER", [("transfer", "")]),
        ("KP1 BACKSPACE KP2 KPENTER", [("enter", "2")]),
        ("KPASTERISK ESC KPENTER", [("next", "")]),
        ("KP1 KPPLUS KPENTER", [("recall", ""), ("next", "")]),
        ("NUMLOCK A KP1 NUMLOCK KP2 KPENTER", [("enter", "12")]),
        ("1 2 3 4 5 6 7 8 9 ENTER", [("enter", "1234567")]),
    ],
)
def test_a_numeric_keypad(keys: str, expected: list[tuple[str, str]]) -> None:
    assert acts(caller(), *keys.split()) == expected


def test_digits_are_forgotten_after_five_seconds() -> None:
    assert acts(caller(), "KP1", "KPENTER", gap=5.0) == [("next", "")]
    assert acts(caller(), "KP1", "KPENTER", gap=4.9) == [("enter", "1")]
    assert acts(caller(), "KPASTERISK", "KP2", "KPENTER", gap=5.0) == [("next", "")]


def test_a_digit_typed_twice_at_speed_is_two() -> None:
    """A digit that is lost would call another visitor; an action twice is one."""
    assert acts(caller(), "KP1", "KP1", "KPENTER", gap=0.1) == [("enter", "11")]
    assert acts(caller(), "KP1", "KP1", "KPENTER", gap=0.01) == [("enter", "1")]
    assert acts(caller(), "KPENTER", "KPENTER", gap=0.1) == [("next", "")]


def test_a_pad_that_was_taught() -> None:
    reading = caller({"F1": "next", "KP0": "pass", "KPENTER": "enter"})
    assert acts(reading, "F1", "KP0", "KPENTER", "KP1", "KPENTER", "KPPLUS") == [
        ("next", ""), ("pass", ""), ("enter", "1"),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KEY_NAMES.values(), "0x31", "0x0d", "0xffff", ""]),
            st.floats(0, 1e6),
        ),
        max_size=60,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_presses_make_sound_actions(presses: list[tuple[str, float]]) -> None:
    reading = caller()
    for key, at in presses:
        asked = reading.take(KeyPress(key, at))
        if asked is not None:
            action, digits = asked
            assert digits == "" or action in ("enter", "transfer")
            assert len(digits) <= 7


@pytest.mark.parametrize(
    "key", ["KEY_F1", "kp1", "KEY_0X2FF", "KEY_0x2ff", "0x31", "0X0103", "BTN_1", "f13"]
)
def test_keys_that_a_pad_can_send(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("key", ["KEY_NOPE", "", "0x", "0x1", "0xzz", "一", "KEY_", "49"])
def test_keys_that_no_pad_can_send_are_refused(key: str) -> None:
    settings = {"name": "pad", "window": 1, "path": "/dev/input/pad"}
    with pytest.raises(ValidationError, match="不是键名"):
        RatingPadSettings.model_validate({**settings, "keys": {key: "satisfied"}})
    with pytest.raises(ValidationError, match="不是键名"):
        CallerPadSettings.model_validate({**settings, "keys": {"KEY_F1": "next", key: "recall"}})
