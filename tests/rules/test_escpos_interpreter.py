"""The strict interpreter that stands for a printer: what it knows, and that it refuses the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from yichuang.hardware.simulator.event import (
    AutomaticRequest,
    Cut,
    Event,
    InBandRequest,
    Printed,
    ProcessIdRequest,
    Sounded,
)
from yichuang.hardware.simulator.interpreter import (
    Interpreter,
    RealTimeRequest,
    RealTimeScanner,
    UnknownCommand,
)
from yichuang.hardware.simulator.paper import (
    Paper,
    PaperCode,
    PaperImage,
    PaperItem,
    PaperLine,
    Run,
    as_text,
    save_png,
)

GOLDEN = sorted((Path(__file__).parent / "golden").glob("plain-*.bin"))


def events(data: bytes, columns: int = 48) -> list[Event]:
    return Interpreter(columns).feed(data)


def items(data: bytes, columns: int = 48) -> list[PaperItem]:
    return [event.item for event in events(data, columns) if isinstance(event, Printed)]


def test_text_has_the_size_weight_and_place_that_was_set() -> None:
    line = b"\x1ba\x01\x1bE\x01\x1d!\x21A\x1c!\x0c" + "政".encode("gbk") + b"\x1bE\x00B\n"
    assert items(line) == [
        PaperLine((Run("A", 3, 2, bold=True), Run("政", 2, 2, bold=True), Run("B", 3, 2)), "center")
    ]


def test_the_last_of_the_two_size_commands_wins_for_hanzi() -> None:
    hanzi = "政".encode("gbk")
    assert items(b"\x1c!\x0c\x1d!\x33" + hanzi + b"\n") == [PaperLine((Run("政", 4, 4),))]
    assert items(b"\x1d!\x33\x1c!\x00" + hanzi + b"\n") == [PaperLine((Run("政"),))]


def test_initialising_forgets_style_and_half_line() -> None:
    assert items(b"\x1ba\x02\x1d!\x11AB\x1b@C\n") == [PaperLine((Run("C"),))]


def test_a_line_that_is_too_wide_is_broken_as_printers_do() -> None:
    assert items(b"A" * 40 + b"\n", 32) == [
        PaperLine((Run("A" * 32),), wrapped=True),
        PaperLine((Run("A" * 8),)),
    ]


def test_raster_images_are_kept_dot_for_dot() -> None:
    [image] = items(b"\x1dv0\x00\x01\x00\x02\x00\x80\x01")
    assert isinstance(image, PaperImage)
    black = [(x, y) for y in range(2) for x in range(8) if image.image.getpixel((x, y)) == 0]
    assert black == [(0, 0), (7, 1)]


def test_a_native_qr_code_is_captured() -> None:
    stream = (
        b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x05\x1d(k\x03\x001E1"
        b"\x1d(k\x07\x001P0A001\x1d(k\x03\x001Q0"
    )
    assert items(stream) == [PaperCode(b"A001")]


def test_cuts_end_a_paper() -> None:
    found = [
        event.paper for event in events(b"A\n\x1dVB\x00B\n\x1dV\x00") if isinstance(event, Cut)
    ]
    assert [(paper.lines, paper.cut) for paper in found] == [(["A"], "partial"), (["B"], "full")]


def test_paper_without_a_cut_can_be_torn() -> None:
    interpreter = Interpreter(48)
    assert interpreter.tear() is None
    interpreter.feed(b"A\nB")
    assert not interpreter.idle
    torn = interpreter.tear()
    assert torn is not None
    assert (torn.lines, torn.cut, interpreter.idle) == (["A", "B"], "none", True)


def test_requests_are_told_in_order() -> None:
    stream = b"\x1da\x0e\x1d(H\x06\x0000A001\x1dr\x01\x1bB\x02\x02"
    assert events(stream) == [
        AutomaticRequest(0x0E),
        ProcessIdRequest(b"A001"),
        InBandRequest(1),
        Sounded(),
    ]


@pytest.mark.parametrize(
    "stream",
    [
        b"\x1bZ",
        b"\x1c\x00",
        b"\x1dQ\x00",
        b"\x07",
        b"\x7f",
        b"\xff",
        b"\xd5\x0a",
        "㐂".encode("gb18030"),
        b"\x1c.\xd5\xfe",
        b"A\x1ba\x01",
        b"A\x1dVB\x00",
        b"A\x1dv0\x00\x01\x00\x01\x00\x00",
        b"\x1dv0\x00\x49\x00\x01\x00" + bytes(73),
        b"\x1d!\x80",
        b"\x1dV\x63",
        b"\x1ba\x07",
        b"\x1d(H\x02\x0000",
        b"\x1d(L\x02\x0000",
        b"\x1d(k\x02\x00XX",
    ],
)
def test_what_a_printer_could_misunderstand_is_refused(stream: bytes) -> None:
    with pytest.raises(UnknownCommand):
        events(b"\x1b@" + stream + b"\x1b@")


def test_a_refusal_tells_where_and_what_and_one_can_go_on() -> None:
    interpreter = Interpreter(48)
    with pytest.raises(UnknownCommand) as refused:
        interpreter.feed(b"A\n\x1bZ\x1b@")
    assert (refused.value.offset, refused.value.found) == (2, b"\x1bZ")
    interpreter.skip()
    assert interpreter.feed(b"") == []
    assert interpreter.feed(b"B\n") == [Printed(PaperLine((Run("B"),)))]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
@given(st.lists(st.integers(0, 700), max_size=10).map(sorted))
def test_chunks_make_no_difference(path: Path, cuts: list[int]) -> None:
    data = path.read_bytes()
    columns = 32 if path.stem.endswith("58") else 48
    parted, interpreter = list[Event](), Interpreter(columns)
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        parted += interpreter.feed(data[start:end])
    assert parted == Interpreter(columns).feed(data)
    assert interpreter.idle


@given(st.binary(max_size=30), st.integers(1, 4))
def test_real_time_requests_are_seen_anywhere(before: bytes, n: int) -> None:
    raster = b"\x1dv0\x00\x01\x00\x28\x00" + before.replace(b"\x10", b"\x00")
    scanner = RealTimeScanner()
    found = [
        request for byte in raster + bytes((0x10, 4, n)) for request in scanner.feed(bytes([byte]))
    ]
    assert found == [RealTimeRequest(4, n)]


def paper(data: bytes, columns: int = 32) -> Paper:
    [cut] = [event.paper for event in events(data, columns) if isinstance(event, Cut)]
    return cut


def test_paper_is_shown_as_it_would_look() -> None:
    ticket = b"\x1ba\x01\x1d!\x11" + "社保".encode("gbk") + b"\n\x1ba\x00\x1d!\x00A001\n\x1dVB\x00"
    assert as_text(paper(ticket, 16)).splitlines() == [
        "+------------------+",
        "|     社  保       |",
        "| A001             |",
        "+- - - - - - - - - + 8<",
    ]


def test_paper_is_saved_as_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "ticket.png"
    ticket = b"\x1ba\x02\x1d!\x11\x1bE\x01A\n\x1d!\x00" + "社".encode("gbk") + b"\n\x1dVB\x00"
    save_png(paper(ticket), path, font=str(tmp_path / "none.ttf"))
    with Image.open(path) as picture:
        assert picture.size == (384, 48 + 6 + 24 + 6)
        dark = picture.point(lambda level: 255 - level).getbbox()
    assert dark is not None
    assert dark[0] >= 384 - 24
