"""The bytes to call displays: published frames, and that no text gets a command through."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yichuang.config import DisplaySettings, TemplateSettings
from yichuang.config.byte_template import parse_template
from yichuang.hardware.display.checksum import crc16_arc, crc16_modbus, xor8
from yichuang.hardware.display.content import Call, Layout, Shown
from yichuang.hardware.display.encoder import Answer
from yichuang.hardware.display.encoding import encode, encode_exactly
from yichuang.hardware.display.line_display import LineDisplayEncoder
from yichuang.hardware.display.onbon import (
    AcknowledgementReader,
    OnbonEncoder,
    clear,
    escape,
    frame,
    ping,
)
from yichuang.hardware.display.template import TemplateEncoder, render
from yichuang.hardware.simulator.led import LedCard, answer_frame
from yichuang.hardware.simulator.line_display import LineInterpreter
from yichuang.queue.face import Face, FaceState

TRICKS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x1f\x0c\r\n\x00\\{}C1誠俓乗ABＣ€·\u2028\u202e\x85\x9b〓𠀀"),
    ),
    max_size=40,
)
"""Text with what could be a command, or half a hanzi that looks like one."""


def display(**chosen: Any) -> DisplaySettings:
    return DisplaySettings.model_validate(
        {"name": "screen", "driver": "onbon", "path": "/dev/ttyS9"} | chosen
    )


def shown(*lines: str, flashing: bool = False, dark: bool = False) -> Shown:
    return Shown(FaceState.CALLING, lines, flashing=flashing, dark=dark, call=Call("A001", 3))


# --- Onbon ------------------------------------------------------------------------------------

LEAD = "A5 A5 A5 A5 A5 A5 A5 A5 01 00 00 80 00 00 00 00 00 00 FE 02 05 00"


def test_the_two_published_frames() -> None:
    assert frame(ping(reply=True)) == bytes.fromhex(LEAD + "A2 00 01 00 00 68 F8 5A")
    assert frame(clear(reply=True)) == bytes.fromhex(LEAD + "A3 10 01 00 00 51 F8 5A")


def test_checksums_have_their_check_values() -> None:
    assert crc16_arc(b"123456789") == 0xBB3D
    assert crc16_modbus(b"123456789") == 0x4B37
    assert xor8(b"\x01\x02\x04") == 7


def test_a_call_as_the_card_gets_it() -> None:
    """Worked out by hand from the table: two areas of one line each, number 0 and 1."""
    encoder = OnbonEncoder(display(layout=8))
    area = (
        "00 00 80 {y} 80 80 10 00 {n} 00 00 00 00 00 00 00 01 01 01 00 05 0A 0B 00 00 00 5C 43 31"
    )
    first = bytes.fromhex(area.format(y="00 00", n="00")) + b"A001    "
    second = bytes.fromhex(area.format(y="10 00", n="01")) + "请到3号 ".encode("gbk")
    assert len(first) == len(second) == 0x26
    data = bytes.fromhex("A3 06 01 00 00 02 00 01 02 26 00") + first + b"\x26\x00" + second
    assert encoder.frame(shown("A001", "请到3号")) == frame(data)


def test_the_dark_half_of_a_flash_is_blank() -> None:
    encoder, card = OnbonEncoder(display()), LedCard()
    card.feed(encoder.frame(shown("A001", "请到3号", flashing=True)))
    assert [area.text for area in card.areas.values()] == ["A001", "请到3号"]
    card.feed(encoder.frame(shown("A001", "请到3号", flashing=True, dark=True)))
    assert [area.text for area in card.areas.values()] == ["", ""]
    card.feed(encoder.closing)
    assert (card.areas, card.errors) == ({}, [])


@given(st.binary(max_size=60))
def test_escaped_bytes_hold_no_mark_and_come_back(data: bytes) -> None:
    escaped = escape(data)
    assert not {0xA5, 0x5A} & set(escaped)
    back = escaped.replace(b"\x5b\x02", b"\x5a").replace(b"\xa6\x02", b"\xa5")
    assert back.replace(b"\x5b\x01", b"\x5b").replace(b"\xa6\x01", b"\xa6") == data or (
        {0x5B, 0xA6} & set(data)
    )


@settings(max_examples=150, deadline=None)
@given(TRICKS, TRICKS)
def test_no_text_gets_a_command_to_an_onbon_card(first: str, second: str) -> None:
    card = LedCard()
    wanted = card.feed(OnbonEncoder(display(layout=12)).frame(shown(first, second)))
    assert (wanted, card.errors, card.frames, len(card.areas)) == ([True], [], 1, 2)


# --- acknowledgements -------------------------------------------------------------------------

TAKEN = answer_frame(b"\xa0\x00\x00\x00\x00")


def test_answers_are_read_byte_by_byte_and_between_noise() -> None:
    reader = AcknowledgementReader()
    noise = b"\x00\x5a\xff\x5b\x1b"
    stream = noise + TAKEN + answer_frame(b"\xa0\x01\x03\x00\x00") + answer_frame(b"\xa2\x5a\xa5")
    answers = [answer for byte in stream for answer in reader.feed(bytes([byte]))]
    assert answers == [Answer.TAKEN, Answer.REFUSED, Answer.OTHER]


def test_a_broken_answer_is_told_and_the_next_is_read() -> None:
    reader = AcknowledgementReader()
    assert reader.feed(answer_frame(b"\xa0\x00", spoiled=True)) == [Answer.SPOILED]
    assert reader.feed(TAKEN[:20] + TAKEN) == [Answer.SPOILED, Answer.TAKEN]
    assert reader.feed(b"\xa5" + bytes(5000) + TAKEN) == [Answer.SPOILED, Answer.TAKEN]


PIECES = st.one_of(
    st.binary(max_size=30),
    st.just(TAKEN),
    st.sampled_from([b"\xa5", b"\x5a", b"\xa6", b"\x5b", TAKEN[:15], TAKEN[-4:]]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_the_reader_survives_anything_and_then_reads_on(pieces: list[bytes]) -> None:
    whole, split = AcknowledgementReader(), AcknowledgementReader()
    together = whole.feed(b"".join(pieces))
    assert together == [answer for piece in pieces for answer in split.feed(piece)]
    assert whole.feed(TAKEN)[-1] is Answer.TAKEN


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_the_simulators_survive_anything(pieces: list[bytes]) -> None:
    card, vfd = LedCard(), LineInterpreter("cd5220", 20, "gbk")
    for piece in pieces:
        card.feed(piece)
        vfd.feed(piece)
        assert len(vfd.lines) == 2


# --- line displays ----------------------------------------------------------------------------


def test_an_epson_display_is_written_line_by_line() -> None:
    encoder = LineDisplayEncoder(display(driver="line"))
    assert encoder.opening == b"\x1b@\x1f\x01\x1fC\x00"
    assert encoder.frame(shown("A001  ->  03", "PLEASE COME", flashing=True)) == (
        b"\x1fE\x05\x1f$\x01\x01A001  ->  03        \x1f$\x01\x02PLEASE COME         "
    )


def test_a_cd5220_display_is_cleared_and_then_written() -> None:
    encoder = LineDisplayEncoder(display(driver="line", commands="cd5220", brightness=4))
    assert encoder.opening == b"\x1b@\x1b\x11\x1b_\x00\x1b*\x04"
    assert encoder.frame(shown("PAUSED", "")) == (
        b"\x0c\x1fE\x00\x1bQAPAUSED              \r\x1bQB                    \r"
    )


@settings(max_examples=150, deadline=None)
@given(TRICKS, TRICKS, st.sampled_from(["epson", "cd5220"]), st.booleans())
def test_no_text_gets_a_command_to_a_line_display(
    first: str, second: str, commands: Any, hanzi: bool
) -> None:
    made = display(driver="line", commands=commands, hanzi=hanzi)
    encoder, screen = LineDisplayEncoder(made), LineInterpreter(commands, 20, "gbk")
    screen.feed(encoder.opening + encoder.frame(shown(first, second, flashing=True)))
    assert (screen.errors, screen.blink) == ([], 5)
    assert screen.lines[0] == encode_exactly(first, "gbk" if hanzi else "ascii", 20).decode(
        "gbk"
    ).rstrip(" ")
    screen.feed(encoder.frame(shown("A001", "X")))
    assert (screen.lines, screen.blink) == (["A001", "X"], 0)


@settings(max_examples=200, deadline=None)
@given(TRICKS, TRICKS, TRICKS)
def test_no_name_breaks_a_layout(unit: str, item: str, badge: str) -> None:
    for settings_ in (display(layout=8), display(driver="line")):
        face = Face(3, FaceState.SERVING, "A001", unit=unit, item=item, badge=badge)
        for page in Layout(settings_, "zh_CN").face(face):
            assert all(len(encode(line, "gbk")) <= settings_.layout for line in page)


# --- templates --------------------------------------------------------------------------------


def test_the_published_frame_of_a_cx_h_card() -> None:
    template = parse_template("21 21 55 AA 00 01 03 08 10000000 {len16le}{[}{text:gbk}{]}")
    assert render(template, {"text": "啊阿"}) == bytes.fromhex(
        "21 21 55 AA 00 01 03 08 10 00 00 00 04 00 B0 A1 B0 A2"
    )


def test_a_modbus_register_is_written() -> None:
    """The example of the Modbus over serial line guide: 3 to register 1 of unit 17."""
    template = parse_template("{[}11 06 00 01 {number:u16be}{]}{crc16modbus}")
    assert render(template, {"number": "A003"}) == bytes.fromhex("11 06 00 01 00 03 9A 9B")


def test_lengths_and_sums_over_stretches_in_each_other() -> None:
    template = parse_template("{[}02 {len8:2} {window:u8} {[2}{number:ascii:6}{]2}{xor:2}{]}{sum8}")
    body = b"\x02\x06\x0cA001  " + bytes([xor8(b"A001  ")])
    assert render(template, {"number": "A001", "window": "12"}) == body + bytes([sum(body) % 256])


def test_braces_and_brackets_in_a_name_are_only_text() -> None:
    template = parse_template("{[}{text:utf-8}{]}{len8}")
    assert render(template, {"text": "{]}{xor}"}) == b"{]}{xor}\x08"


@settings(max_examples=150, deadline=None)
@given(TRICKS, st.sampled_from(["ascii", "gbk", "gb18030", "utf-8"]), st.integers(1, 30))
def test_no_text_breaks_a_template(text: str, encoding: str, size: int) -> None:
    whole = parse_template(f"02 {{len16be}}{{[}}{{text:{encoding}}}{{]}}{{crc16arc}} 03")
    data = render(whole, {"text": text})
    length = int.from_bytes(data[1:3], "big")
    body = data[3 : 3 + length]
    assert data == b"\x02" + data[1:3] + body + crc16_arc(body).to_bytes(2, "little") + b"\x03"
    assert not [byte for byte in body if byte < 0x20 or byte == 0x7F]
    body.decode(encoding)
    exact = render(parse_template(f"{{text:{encoding}:{size}}}"), {"text": text})
    assert len(exact) == size
    exact.decode(encoding)


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("1B4", "「1B4」"),
        ("02 XX", "「02 XX」"),
        ("{numbr:gbk}", "number:gbk"),
        ("{text:u8}", "{text:u8}"),
        ("{text:gbk:0}", "{text:gbk:0}"),
        ("{", "花括号"),
        ("02}", "花括号"),
        ("{[}02", "{[}"),
        ("{]}", "{]}"),
        ("{[}{]}{[}{]}", "{[}"),
        ("02 {xor}", "{xor}"),
        ("{[2}02{]2}{len8}", "{len8}"),
        ("{[}{sum8}{]}", "{sum8}"),
        ("{[}{xor:2}{]}{[2}{sum8}{]2}", "自己"),
    ],
)
def test_a_template_with_a_mistake_is_refused_with_its_place(template: str, names: str) -> None:
    with pytest.raises(ValueError, match="模板") as refusal:
        parse_template(template)
    assert names in str(refusal.value)
    with pytest.raises(ValueError, match="模板"):
        TemplateSettings(calling=template)


@settings(max_examples=300, deadline=None)
@given(st.text("{}[]:12 0AFxorlen8sumtextgbk", max_size=40))
def test_whatever_is_written_is_a_template_or_refused(text: str) -> None:
    try:
        template = parse_template(text)
    except ValueError:
        return
    assert isinstance(render(template, {"text": "请"}), bytes)


def test_each_state_has_its_bytes_and_a_flash_its_end() -> None:
    made = TemplateEncoder(
        TemplateSettings(calling="01 {number:ascii}", called="02", paused="03 {state:gbk}")
    )
    assert made.frame(shown("A001", flashing=True)) == b"\x01A001"
    assert made.frame(shown("A001")) == b"\x02"
    paused = Shown(FaceState.PAUSED, ("暂停服务",), label="暂停服务")
    assert made.frame(paused) == b"\x03" + "暂停服务".encode("gbk")
    assert made.frame(Shown(FaceState.IDLE, ("欢迎",))) == b""


def test_settings_that_do_not_fit_a_strip_are_refused() -> None:
    with pytest.raises(ValueError, match="放不下 20 个"):
        display(layout=20, area={"width": 128})
    with pytest.raises(ValueError, match="放不下 2 行"):
        display(lines=2, area={"height": 16})
    assert display(area={"height": 16}).lines == 1
    assert display(driver="line").layout == 20
