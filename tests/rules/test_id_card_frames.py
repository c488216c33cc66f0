"""The frames between a program and an ID-card reader: known bytes, and whatever else comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.hardware.id_reader.frame import (
    HEAD_BYTES,
    LONGEST_BODY,
    PREAMBLE,
    Answer,
    AnswerDecoder,
    Request,
    Word,
    checksum,
    meaning,
    request_frame,
)
from yichuang.hardware.simulator.id_card import SAMPLES
from yichuang.hardware.simulator.sdt import SecurityModule

FOUND = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
SELECTED = bytes.fromhex("AAAAAA9669 000C 000090 0000000000000000 9C")
NO_CARD = bytes.fromhex("AAAAAA9669 0004 000080 84")


def composed(word: int, data: bytes) -> bytes:
    body = (len(data) + 4).to_bytes(2, "big") + b"\0\0" + bytes([word]) + data
    total = 0
    for value in body:
        total ^= value
    return bytes.fromhex("AAAAAA9669") + body + bytes([total])


def plain(answers: list[Answer]) -> list[tuple[int, bytes]]:
    return [(each.word, bytes(each.data)) for each in answers]


@pytest.mark.parametrize(
    ("request_", "tail"),
    [
        (Request.RESET, "0003 10FF EC"),
        (Request.STATUS, "0003 11FF ED"),
        (Request.FIND, "0003 2001 22"),
        (Request.SELECT, "0003 2002 21"),
        (Request.READ, "0003 3001 32"),
    ],
)
def test_requests_are_those_of_the_protocol(request_: Request, tail: str) -> None:
    assert request_frame(request_) == bytes.fromhex("AAAAAA9669" + tail)
    assert checksum(request_frame(request_)[len(PREAMBLE) :]) == 0


def test_known_answers() -> None:
    decoder = AnswerDecoder()
    assert plain(decoder.feed(FOUND + SELECTED + NO_CARD)) == [
        (Word.FOUND, bytes(4)),
        (Word.OK, bytes(8)),
        (Word.NO_CARD, b""),
    ]
    assert (decoder.pending, decoder.broken, decoder.skipped) == (0, 0, 0)


def test_the_whole_answer_to_a_read_has_1295_bytes() -> None:
    module = SecurityModule()
    module.lay(SAMPLES[0])
    module.feed(request_frame(Request.FIND))
    module.feed(request_frame(Request.SELECT))
    frame = module.feed(request_frame(Request.READ))
    assert len(frame) == 1295
    head, rest = frame[:HEAD_BYTES], frame[HEAD_BYTES:]
    decoder = AnswerDecoder()
    assert decoder.feed(head) == []
    [answer] = decoder.feed(rest)
    assert len(answer.data) == 1284
    assert decoder.pending == 0


@pytest.mark.parametrize(
    "noise",
    [
        b"\x00\xff",
        b"\xaa",
        b"\xaa\xaa",
        PREAMBLE,
        PREAMBLE + b"\x00\x03",
        PREAMBLE + b"\xff\xff",
        FOUND[:-1] + b"\x00",
        FOUND[:9],
    ],
)
def test_a_frame_behind_noise_or_half_a_frame_is_found(noise: bytes) -> None:
    decoder = AnswerDecoder()
    # Half a frame swallows what follows until its length is full: then its checksum tells.
    answers = plain(decoder.feed(noise + SELECTED + SELECTED))
    assert answers
    assert set(answers) == {(Word.OK, bytes(8))}
    assert decoder.skipped >= len(noise)


def test_a_wrong_checksum_is_counted() -> None:
    decoder = AnswerDecoder()
    assert decoder.feed(FOUND[:-1] + b"\x98") == []
    assert decoder.broken == 1
    assert decoder.pending == 0


def test_a_length_that_cannot_be_keeps_nothing_waiting() -> None:
    decoder = AnswerDecoder()
    for length in (0, 3, LONGEST_BODY + 1, 0xFFFF):
        assert decoder.feed(PREAMBLE + length.to_bytes(2, "big")) == []
        assert decoder.pending == 0
        assert len(decoder.feed(NO_CARD)) == 1


def test_representations_show_no_data() -> None:
    decoder = AnswerDecoder()
    [answer] = decoder.feed(composed(Word.OK, b"secret"))
    decoder.feed(composed(Word.OK, b"secret")[:-2])
    assert "secret" not in repr(answer) + repr(decoder)
    assert "6 bytes" in repr(answer)
    answer.wipe()
    assert answer.data == bytearray(6)
    decoder.clear()
    assert decoder.pending == 0


def test_every_status_word_has_a_meaning() -> None:
    assert all(len(meaning(word)) > len("90, ") for word in Word)
    assert meaning(0x77) == "77"


PART = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([PREAMBLE, PREAMBLE[:3], b"\xaa", FOUND, NO_CARD, SELECTED[:-3]]),
    st.integers(0, 0xFFFF).map(lambda length: PREAMBLE + length.to_bytes(2, "big")),
    st.builds(composed, st.integers(0, 255), st.binary(max_size=40)),
)


@given(st.lists(PART, max_size=12).map(b"".join))
def test_any_bytes_mean_the_same_in_any_pieces(data: bytes) -> None:
    whole, single = AnswerDecoder(), AnswerDecoder()
    at_once = whole.feed(data)
    one_by_one = [each for value in data for each in single.feed(bytes([value]))]
    assert [(each.word, each.data) for each in at_once] == [
        (each.word, each.data) for each in one_by_one
    ]
    assert whole.pending == single.pending <= LONGEST_BODY + HEAD_BYTES


@given(
    frames=st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=5),
    cuts=st.lists(st.integers(1, 90), min_size=1, max_size=8),
)
def test_every_frame_comes_through_in_order(
    frames: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(composed(word, data) for word, data in frames)
    decoder, answers, turn = AnswerDecoder(), [], 0
    while stream:
        size = cuts[turn % len(cuts)]
        answers += plain(decoder.feed(stream[:size]))
        stream, turn = stream[size:], turn + 1
    assert answers == frames
    assert decoder.skipped == 0


def test_memory_stays_bounded() -> None:
    decoder = AnswerDecoder()
    endless = PREAMBLE + LONGEST_BODY.to_bytes(2, "big")
    for _turn in range(200):
        decoder.feed(endless + bytes(1000))
        assert decoder.pending <= LONGEST_BODY + HEAD_BYTES
