"""The status demultiplexer against arbitrary bytes: no exception, no hang, no growth, and it finds back."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from yichuang.hardware.ticket_printer.status import (
    Answer,
    AutomaticStatus,
    FlowControl,
    InBandStatus,
    ProcessId,
    RealTimeStatus,
    StatusParser,
    obstacle,
    warning,
)

MARK = b"\x37\x22A001\x00"
MOST_HELD = 12
"""A block with the most XOFFs that may stand in one."""


def check(data: bytes, cuts: list[int]) -> list[Answer]:
    """Feed `data` in chunks; what holds for any bytes holds for these."""
    parser = StatusParser()
    answers: list[Answer] = []
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        answers += parser.feed(data[start:end])
    assert answers == StatusParser().feed(data), "chunks make a difference"
    assert len(answers) <= len(data)
    for answer in answers:
        match answer:
            case AutomaticStatus(faults) | InBandStatus(faults):
                obstacle(faults)
                warning(faults)
            case ProcessId(mark):
                assert len(mark) == 4
                assert mark.isascii()
                assert mark.decode("ascii").isprintable()
            case RealTimeStatus(byte):
                assert byte & 0x93 == 0x12
            case FlowControl():
                pass
    assert parser.feed(MARK)[-1] == ProcessId(b"A001"), "it does not find its way again"
    return answers


alphabet = st.sampled_from([0x00, 0x03, 0x0C, 0x10, 0x11, 0x12, 0x13, 0x18, 0x22, 0x37, 0x41, 0xFF])
"""Bytes that begin, continue or break answers: more telling than any bytes."""


@settings(max_examples=300)
@given(
    st.one_of(st.binary(max_size=64), st.lists(alphabet, max_size=64).map(bytes)),
    st.lists(st.integers(0, 64), max_size=6),
)
def test_any_bytes_are_survived_and_a_confirmation_is_found_behind_them(
    data: bytes, cuts: list[int]
) -> None:
    check(data, cuts)


def test_a_long_noise_leaves_nothing_behind() -> None:
    random = Random(4)
    parser = StatusParser()
    for _chunk in range(200):
        parser.feed(random.randbytes(random.randrange(1, 100)))
        assert len(parser._pending) <= MOST_HELD
    assert parser.feed(MARK)[-1] == ProcessId(b"A001")


def test_a_flood_of_xoff_inside_a_block_does_not_pile_up() -> None:
    parser = StatusParser()
    parser.feed(b"\x10")
    for _chunk in range(100):
        parser.feed(b"\x13" * 1000)
        assert len(parser._pending) <= MOST_HELD
    assert parser.feed(MARK)[-1] == ProcessId(b"A001")
