"""Tickets as bytes: golden files, Chinese in every encoding, and texts that can never be commands.

`python tests/rules/test_ticket_encode.py` writes the golden files anew; read their difference before you
commit it.
"""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.config import PrinterSettings
from yichuang.errors import WrongPrinterLibrary
from yichuang.hardware.drawing import QR_DOTS, Pen
from yichuang.hardware.simulator.event import Cut
from yichuang.hardware.simulator.interpreter import Encoding, Interpreter, RealTimeScanner
from yichuang.hardware.simulator.paper import Paper, PaperCode, PaperImage, PaperLine
from yichuang.hardware.ticket_printer import escpos_bytes
from yichuang.hardware.ticket_printer.encode import TicketEncoder
from yichuang.hardware.ticket_printer.layout import COLUMNS, Align, Line, columns_of, lay_out
from yichuang.hardware.ticket_printer.raster import defuse, draw_code, draw_line
from yichuang.hardware.ticket_printer.test_page import CODE, lay_out_test, ruler
from yichuang.queue.document import TicketDocument

GOLDEN = Path(__file__).parent / "golden"

PLAIN = TicketDocument(
    hall="郑陆镇为民服务中心",
    number="A001",
    category="社会事务",
    issued_at="2026-11-20 09:31:05",
    ahead=5,
    windows="3、4 号窗口",
    item="老年人优待证办理",
    hints=("请在等候区休息，留意屏幕和语音叫号",),
    complaint_phone="12345",
)
LONG = dataclasses.replace(
    PLAIN,
    item="城乡居民基本养老保险待遇领取资格认证和丧葬补助金申领及个人账户余额继承一次办理（含异地代办和委托）",
    item_alias="养老资格认证",
)
RARE = dataclasses.replace(PLAIN, hall="㐂𠮷村便民服务点", category="€ ☎ 代缴")
CODED = dataclasses.replace(PLAIN, code="Q11234X")

CASES: dict[str, tuple[int, TicketDocument, dict[str, object]]] = {
    "plain-58": (58, PLAIN, {}),
    "plain-80": (80, PLAIN, {}),
    "priority-80": (80, dataclasses.replace(PLAIN, mark="优先"), {"buzzer": True}),
    "reprint-58": (58, dataclasses.replace(PLAIN, reprint=True), {"cutter": False}),
    "long-item-58": (58, LONG, {}),
    "long-item-80": (80, LONG, {}),
    "rare-80": (80, RARE, {}),
    "rare-gb18030-80": (80, RARE, {"encoding": "gb18030"}),
    "rare-utf8-80": (80, RARE, {"encoding": "utf-8"}),
    "runs-58": (58, PLAIN, {"chinese_mode": "runs"}),
    "code-native-80": (80, CODED, {"qr": "native"}),
    "code-raster-58": (58, CODED, {"qr": "raster"}),
    "columns-42": (80, CODED, {"model": "epson-tm-t88"}),
}


def settings(**chosen: object) -> PrinterSettings:
    return PrinterSettings.model_validate(
        {"name": "front", "transport": "tcp", "host": "127.0.0.1", **chosen}
    )


def encode(document: TicketDocument, width: object = 80, **chosen: object) -> bytes:
    printer = settings(width=width, **chosen)
    return TicketEncoder(printer).encode(lay_out(document, columns_of(printer)))


def printed(
    data: bytes, width: int = 80, encoding: Encoding = "gbk", columns: int | None = None
) -> Paper:
    interpreter = Interpreter(columns or COLUMNS[width], encoding)
    [paper] = [event.paper for event in interpreter.feed(data) if isinstance(event, Cut)]
    assert interpreter.idle
    return paper


@pytest.mark.parametrize("name", sorted(CASES))
def test_golden_tickets(name: str) -> None:
    width, document, chosen = CASES[name]
    assert encode(document, width, **chosen) == (GOLDEN / f"{name}.bin").read_bytes()


def test_every_golden_file_has_a_case() -> None:
    assert sorted(CASES) == sorted(path.stem for path in GOLDEN.glob("*.bin"))


def test_the_paper_says_what_the_document_says() -> None:
    paper = printed(encode(PLAIN))
    assert paper.lines == [line.text for line in lay_out(PLAIN, 48) if line.text]
    number = next(
        item for item in paper.items if isinstance(item, PaperLine) and item.text == "A001"
    )
    assert (number.runs[0].wider, number.runs[0].higher, number.align) == (8, 8, "center")


def test_characters_outside_gbk_become_geta_and_never_question_marks() -> None:
    lines = printed(encode(RARE)).lines
    assert "〓〓村便民服务点" in lines
    assert "〓 电话 代缴" in lines
    assert b"?" not in encode(RARE)


def test_gb18030_sends_two_byte_codes_only() -> None:
    assert "€ 电话 代缴" in printed(encode(RARE, encoding="gb18030"), encoding="gb18030").lines
    assert "〓〓村便民服务点" in printed(encode(RARE, encoding="gb18030"), encoding="gb18030").lines


def test_utf8_boards_get_every_character() -> None:
    assert "㐂𠮷村便民服务点" in printed(encode(RARE, encoding="utf-8"), encoding="utf-8").lines


def test_chinese_mode_follows_the_setting() -> None:
    assert encode(PLAIN).count(b"\x1c&") == 1
    assert b"\x1c&" not in encode(PLAIN, chinese_mode="never")
    runs = encode(PLAIN, chinese_mode="runs")
    assert runs.count(b"\x1c&") == runs.count(b"\x1c.") > 5
    assert printed(runs).lines == printed(encode(PLAIN)).lines


def test_both_size_commands_are_sent() -> None:
    data = encode(PLAIN)
    assert b"\x1c!\x0c\x1d!\x77A001\n" in data
    assert b"\x1c!\x00\x1d!\x00" in data


def test_cutter_and_buzzer_follow_their_settings() -> None:
    assert encode(PLAIN).endswith(b"\x1dVB\x00")
    assert encode(PLAIN, cutter=False).endswith(b"\x1bd\x04")
    assert encode(PLAIN, buzzer=True).endswith(b"\x1dVB\x00\x1bB\x02\x02")


ENCODINGS: list[Encoding] = ["gbk", "gb18030", "utf-8"]
texts = st.text(max_size=40) | st.binary(max_size=40).map(lambda data: data.decode("latin-1"))


@given(
    st.builds(
        TicketDocument,
        hall=texts,
        number=texts,
        category=texts,
        issued_at=texts,
        ahead=st.integers(0, 999),
        windows=texts,
        item=texts,
        item_alias=texts,
        mark=texts,
        hints=st.lists(texts, max_size=2).map(tuple),
        complaint_phone=texts,
        reprint=st.booleans(),
        code=texts,
    ),
    st.sampled_from([58, 80]),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["once", "runs", "never"]),
    st.sampled_from(["native", "raster"]),
)
def test_no_text_can_be_taken_for_a_command(
    document: TicketDocument, width: int, encoding: Encoding, chinese_mode: str, qr: str
) -> None:
    data = encode(document, width, encoding=encoding, chinese_mode=chinese_mode, qr=qr)
    assert RealTimeScanner().feed(data) == []
    paper = printed(data, width, encoding)
    assert paper.cut == "partial"
    laid = [line for line in lay_out(document, COLUMNS[width]) if line.text]
    shown = [item for item in paper.items if isinstance(item, PaperLine) and item.text]
    assert [(item.columns, item.wrapped) for item in shown] == [
        (line.width, False) for line in laid
    ]


def test_a_foreign_library_called_escpos_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos_bytes, "version", lambda _name: "2.0.0")
    with pytest.raises(WrongPrinterLibrary) as refused:
        escpos_bytes.load_builder()
    assert "2.0.0" in refused.value.message


# --- drawn lines --------------------------------------------------------------------------------


def bitmap_font(path: Path, characters: str) -> Path:
    """A 24-dot BDF font: every character is a frame, an unknown one is a solid block."""
    glyphs = []
    for code in [0, *map(ord, characters)]:
        rows = ["FFFFFF", *(["800001" if code else "FFFFFF"] * 22), "FFFFFF"]
        glyphs.append(
            f"STARTCHAR U{code:04X}\nENCODING {code}\nSWIDTH 1000 0\nDWIDTH 24 0\n"
            "BBX 24 24 0 0\nBITMAP\n" + "\n".join(rows) + "\nENDCHAR"
        )
    path.write_text(
        "STARTFONT 2.1\nFONT -t-t-medium-r-normal--24-240-72-72-c-240-iso10646-1\n"
        "SIZE 24 72 72\nFONTBOUNDINGBOX 24 24 0 0\nSTARTPROPERTIES 5\nFONT_ASCENT 24\n"
        'FONT_DESCENT 0\nDEFAULT_CHAR 0\nCHARSET_REGISTRY "ISO10646"\nCHARSET_ENCODING "1"\n'
        f"ENDPROPERTIES\nCHARS {len(glyphs)}\n" + "\n".join(glyphs) + "\nENDFONT\n",
        encoding="ascii",
    )
    return path


def images(paper: Paper) -> list[PaperImage]:
    return [item for item in paper.items if isinstance(item, PaperImage)]


def test_a_line_with_a_rare_character_is_drawn(tmp_path: Path) -> None:
    font = bitmap_font(tmp_path / "font.bdf", "㐂𠮷村便民服务点")
    paper = printed(encode(RARE, rare="raster", font=str(font)))
    [image] = images(paper)
    assert image.image.size == (576, 48)
    box = image.image.convert("L").point(lambda level: 255 - level).getbbox()
    assert box == (96, 0, 480, 48)
    assert "〓 电话 代缴" in paper.lines


def test_raster_encoding_draws_every_line_that_is_not_ascii(tmp_path: Path) -> None:
    everything = set("".join(line.text for line in lay_out(PLAIN, 32))) - {" "}
    font = bitmap_font(tmp_path / "font.bdf", "".join(sorted(everything)))
    paper = printed(encode(PLAIN, 58, encoding="raster", font=str(font)), 58)
    chinese = [line for line in lay_out(PLAIN, 32) if not line.text.isascii()]
    assert [item.image.height for item in images(paper)] == [24 * line.scale for line in chinese]
    assert "A001" in paper.lines


@pytest.mark.parametrize("chosen", [{"rare": "raster"}, {"encoding": "raster"}])
def test_without_a_font_it_says_so_and_prints_geta(
    chosen: dict[str, object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        paper = printed(encode(RARE, font=str(tmp_path / "none.ttf"), **chosen))
    assert not images(paper)
    assert "〓〓村便民服务点" in paper.lines
    assert [record.message for record in caplog.records] == [
        "printer front: no font can draw Chinese: install one, such as the package "
        "fonts-wqy-microhei or fonts-noto-cjk, or set `font`"
    ]


def test_a_font_without_the_character_is_no_use(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    font = bitmap_font(tmp_path / "font.bdf", "村便民服务点")
    paper = printed(encode(RARE, rare="raster", font=str(font)))
    assert "〓〓村便民服务点" in paper.lines
    assert "the font lacks" in caplog.text


def test_a_font_with_a_blank_for_a_character_does_not_know_it(tmp_path: Path) -> None:
    path = bitmap_font(tmp_path / "font.bdf", "甲℃")
    glyphs = path.read_text(encoding="ascii").split("STARTCHAR ")
    glyphs[-1] = glyphs[-1].replace("FFFFFF", "000000").replace("800001", "000000")
    path.write_text("STARTCHAR ".join(glyphs), encoding="ascii")
    pen = Pen.open(str(path))
    assert pen is not None
    assert pen.knows("甲 甲\u3000甲")
    assert not pen.knows("甲℃")


def test_a_printer_without_chinese_gets_no_chinese_bytes(tmp_path: Path) -> None:
    font = bitmap_font(tmp_path / "font.bdf", "村便民服务点代缴〓")
    data = encode(RARE, 58, encoding="raster", font=str(font))
    paper = printed(data, 58)
    assert all(line.isascii() for line in paper.lines)
    widths = [item.image.width for item in images(paper)]
    assert set(widths) == {384}


@given(st.binary(max_size=200))
def test_defused_data_holds_no_real_time_command(data: bytes) -> None:
    safe = defuse(data)
    assert RealTimeScanner().feed(safe + b"\x00\x00") == []
    flipped = [one ^ other for one, other in zip(data, safe, strict=True)]
    assert set(flipped) <= {0x00, 0x08}


def test_defusing_touches_only_what_it_must() -> None:
    assert (
        defuse(b"\x10\x04\x10\x05\x10\x14\x10\x06\x04") == b"\x10\x0c\x10\x0d\x10\x1c\x10\x06\x04"
    )


def test_drawn_lines_stand_where_they_should(tmp_path: Path) -> None:
    pen = Pen.open(str(bitmap_font(tmp_path / "font.bdf", "甲")))
    assert pen is not None
    for align, left in ((Align.LEFT, 0), (Align.CENTER, 180), (Align.RIGHT, 360)):
        paper = printed(draw_line(pen, Line("甲", align), 384) + b"\x1dVB\x00", 58)
        [image] = images(paper)
        dark = image.image.convert("L").point(lambda level: 255 - level)
        box = dark.getbbox()
        assert box is not None
        assert box[0] == left


# --- codes --------------------------------------------------------------------------------------


def test_a_native_code_is_drawn_by_the_printer() -> None:
    paper = printed(encode(CODED, qr="native"))
    assert paper.items[-1] == PaperCode(b"Q11234X", "center")
    assert paper.lines[-1] == "评价、查询请扫码"
    assert paper.lines[:-1] == printed(encode(PLAIN)).lines


@pytest.mark.parametrize("width", [58, 80])
def test_a_drawn_code_is_the_code(width: int) -> None:
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    paper = printed(encode(CODED, width, qr="raster"), width)
    [image] = images(paper)
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data("Q11234X")
    code.make(fit=True)
    modules = code.get_matrix()
    left = (image.image.width - len(modules) * QR_DOTS) // 2
    middle = QR_DOTS // 2
    seen = [
        [
            not image.image.getpixel((left + x * QR_DOTS + middle, y * QR_DOTS + middle))
            for x in range(len(modules))
        ]
        for y in range(len(modules))
    ]
    assert seen == modules


@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=40))
def test_no_drawn_code_holds_a_real_time_command(text: str) -> None:
    data = draw_code(Line(code=text), 384)
    assert RealTimeScanner().feed(data + b"\x00\x00") == []
    [image] = images(printed(data + b"\x1dVB\x00", 58))
    assert image.image.width == 384


def test_no_code_where_it_is_not_wanted_or_could_be_a_command() -> None:
    assert encode(CODED, qr="none") != encode(CODED)
    assert (
        encode(CODED, qr="none").count(b"\x1d(k") == encode(CODED, qr="none").count(b"\x1dv0") == 0
    )
    for code in ("", "\x1b@", "\x10\x05\x02", "二维码"):
        assert encode(dataclasses.replace(PLAIN, code=code)) == encode(PLAIN)


def test_columns_follow_the_setting() -> None:
    paper = printed(encode(CODED, model="epson-tm-t88"), columns=42)
    assert "-" * 42 in paper.lines
    odd = printed(encode(CODED, columns=45, qr="raster"), columns=45)
    [image] = images(odd)
    assert image.image.width == 536


# --- the test page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "columns"),
    [
        ({"model": "epson-80"}, 48),
        ({"model": "epson-tm-t88"}, 42),
        ({"model": "clone-80", "encoding": "gb18030"}, 48),
        ({"model": "clone-58"}, 32),
        ({"model": "clone-58", "encoding": "utf-8", "chinese_mode": "never"}, 32),
        ({"qr": "none", "columns": 24, "buzzer": True}, 24),
    ],
)
def test_the_test_page_shows_what_the_settings_make(
    chosen: dict[str, object], columns: int
) -> None:
    printer = settings(**chosen)
    page = TicketDocument(
        hall="郑陆镇为民服务中心",
        number="",
        category="front",
        issued_at="2026-11-20 09:31:05",
        ahead=0,
        test=True,
    )
    encoding: Encoding = "gbk" if printer.encoding == "raster" else printer.encoding
    data = TicketEncoder(printer).encode(lay_out_test(page, printer))
    paper = printed(data if printer.cutter else data + b"\x1dVB\x00", 80, encoding, columns)
    assert {"打印机测试页", "front", "A001", ruler(columns)} <= set(paper.lines)
    assert not any(item.wrapped for item in paper.items if isinstance(item, PaperLine))
    assert ("㐂𠮷" in "".join(paper.lines)) is (encoding == "utf-8")
    codes = [item for item in paper.items if isinstance(item, PaperCode | PaperImage)]
    assert len(codes) == (printer.qr != "none")
    if printer.qr == "native":
        assert codes == [PaperCode(CODE.encode(), "center")]


def test_the_ruler_counts_the_columns() -> None:
    assert ruler(24) == "....:....1....:....2...."


def write_golden_files() -> None:
    """Write what the encoder gives now into the golden files."""
    GOLDEN.mkdir(exist_ok=True)
    for name, (width, document, chosen) in CASES.items():
        (GOLDEN / f"{name}.bin").write_bytes(encode(document, width, **chosen))


if __name__ == "__main__":
    write_golden_files()
