"""Status bytes: answers told apart in any chunks, and their bits read as the vendors' tables say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.hardware.ticket_printer.status import (
    Answer,
    AutomaticStatus,
    Fault,
    FlowControl,
    InBandStatus,
    ProcessId,
    RealTimeStatus,
    StatusParser,
    automatic_faults,
    obstacle,
    real_time_faults,
)
from yichuang.queue.device import DeviceReason

MARK = b"\x37\x22A001\x00"

real_time = st.integers(0, 255).filter(lambda byte: byte & 0x93 == 0x12).map(lambda b: bytes([b]))
in_band = st.integers(0, 255).filter(lambda byte: byte & 0x90 == 0).map(lambda b: bytes([b]))
automatic = st.tuples(
    st.integers(0, 255).filter(lambda byte: byte & 0x93 == 0x10),
    *[st.integers(0, 255).filter(lambda byte: byte & 0x90 == 0)] * 3,
).map(bytes)
marks = st.lists(st.integers(0x20, 0x7E), min_size=4, max_size=4).map(
    lambda mark: b"\x37\x22" + bytes(mark) + b"\x00"
)
answers = st.one_of(real_time, in_band, automatic, marks, st.sampled_from([b"\x11", b"\x13"]))


def parse(data: bytes) -> list[Answer]:
    return StatusParser().feed(data)


def test_each_kind_of_answer_is_told() -> None:
    stream = b"\x12" + b"\x10\x00\x0c\x0f" + MARK + b"\x03" + b"\x13\x11"
    assert parse(stream) == [
        RealTimeStatus(0x12),
        AutomaticStatus(Fault.PAPER_OUT),
        ProcessId(b"A001"),
        InBandStatus(Fault.NEAR_END),
        FlowControl(ready=False),
        FlowControl(ready=True),
    ]


def test_an_xoff_inside_a_block_is_skipped() -> None:
    assert parse(b"\x38\x00\x13\x00\x00") == [AutomaticStatus(Fault.OFFLINE | Fault.COVER_OPEN)]


@given(st.lists(answers, max_size=12), st.data())
def test_chunks_make_no_difference(stream: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    parser, parted = StatusParser(), list[Answer]()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        parted += parser.feed(whole[start:end])
    assert parted == parse(whole)
    assert len(parted) == len(stream)


@given(st.binary(max_size=40), st.data())
def test_a_confirmation_is_found_after_any_garbage(garbage: bytes, data: st.DataObject) -> None:
    stream = garbage + MARK
    cut = data.draw(st.integers(0, len(stream)))
    parser = StatusParser()
    found = parser.feed(stream[:cut]) + parser.feed(stream[cut:])
    assert found[-1] == ProcessId(b"A001")


def test_a_half_received_answer_can_be_forgotten() -> None:
    parser = StatusParser()
    assert parser.feed(MARK[:4]) == []
    parser.reset()
    assert parser.feed(b"\x12") == [RealTimeStatus(0x12)]


@pytest.mark.parametrize(
    ("n", "byte", "faults"),
    [
        (1, 0x12, Fault(0)),
        (1, 0x16, Fault(0)),
        (1, 0x1A, Fault.OFFLINE),
        (2, 0x16, Fault.COVER_OPEN),
        (2, 0x32, Fault.PAPER_OUT),
        (2, 0x52, Fault.ERROR),
        (3, 0x16, Fault.MECHANICAL),
        (3, 0x1A, Fault.CUTTER),
        (3, 0x32, Fault.UNRECOVERABLE),
        (3, 0x52, Fault.RECOVERABLE),
        (4, 0x1E, Fault.NEAR_END),
        (4, 0x72, Fault.PAPER_OUT),
        (4, 0x7E, Fault.PAPER_OUT | Fault.NEAR_END),
    ],
)
def test_real_time_answers(n: int, byte: int, faults: Fault) -> None:
    assert real_time_faults(n, byte) == faults


@pytest.mark.parametrize(
    ("block", "faults"),
    [
        (b"\x10\x00\x00\x0f", Fault(0)),
        (b"\x14\x00\x00\x00", Fault(0)),
        (b"\x38\x00\x00\x00", Fault.OFFLINE | Fault.COVER_OPEN),
        (b"\x18\x08\x00\x00", Fault.OFFLINE | Fault.CUTTER),
        (
            b"\x10\x64\x0f\x00",
            Fault.MECHANICAL
            | Fault.UNRECOVERABLE
            | Fault.RECOVERABLE
            | Fault.NEAR_END
            | Fault.PAPER_OUT,
        ),
    ],
)
def test_automatic_blocks(block: bytes, faults: Fault) -> None:
    assert automatic_faults(block) == faults


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Fault(0), DeviceReason.NONE),
        (Fault.NEAR_END, DeviceReason.NONE),
        (Fault.UNTOLD, DeviceReason.NONE),
        (Fault.OFFLINE, DeviceReason.OFFLINE),
        (Fault.OFFLINE | Fault.PAPER_OUT | Fault.COVER_OPEN, DeviceReason.COVER_OPEN),
        (Fault.OFFLINE | Fault.PAPER_OUT, DeviceReason.PAPER_OUT),
        (Fault.CUTTER | Fault.ERROR, DeviceReason.CUTTER),
        (Fault.RECOVERABLE, DeviceReason.NONE),
        (Fault.RECOVERABLE | Fault.ERROR | Fault.OFFLINE, DeviceReason.NONE),
        (Fault.RECOVERABLE | Fault.ERROR | Fault.COVER_OPEN, DeviceReason.COVER_OPEN),
        (Fault.MECHANICAL, DeviceReason.PRINTER_ERROR),
        (Fault.ERROR | Fault.OFFLINE, DeviceReason.PRINTER_ERROR),
    ],
)
def test_the_first_thing_to_mend_is_the_reason(faults: Fault, reason: DeviceReason) -> None:
    assert obstacle(faults) is reason
