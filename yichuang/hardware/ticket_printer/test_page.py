"""The test page of a printer: what its settings in hall.toml make of each kind of text."""

from __future__ import annotations

from collections.abc import Iterator

from yichuang.config import PrinterSettings
from yichuang.hardware.text import clean, width_of, wrap
from yichuang.hardware.ticket_printer.layout import (
    LARGEST,
    Align,
    Line,
    centred,
    code_lines,
    columns_of,
)
from yichuang.language import _
from yichuang.queue.document import TicketDocument

CODE = "YICHUANG TEST 0123456789"
"""What the code on the page says."""

_HANZI = "一窗通办 社会事务 凭身份证取号，请在等候区休息。（《“￥①→℃”》）"
_RARE = "囍镕喆 㐂𠮷"
"""Characters in GBK, then two that are in none of the two-byte sets."""

_NUMBER = "A001"


def lay_out_test(document: TicketDocument, settings: PrinterSettings) -> list[Line]:
    """The lines of a test page, in the language of this context; `document` names the printer."""
    columns = columns_of(settings)
    rule = Line("-" * columns)
    return [
        *centred(_("打印机测试页"), columns, scale=2, bold=True),
        *centred(document.category, columns, bold=True),
        *centred(document.hall, columns),
        *centred(document.issued_at, columns),
        rule,
        *_plain(_facts(settings, columns), columns),
        Line(ruler(columns)),
        *_plain(_("上面这行应当从一边排到另一边，不换行"), columns),
        rule,
        *_plain(_HANZI, columns),
        *_plain(_("生僻字：{sample}").format(sample=_RARE), columns),
        *(Line(_NUMBER, Align.CENTER, scale, bold=True) for scale in _scales(columns)),
        rule,
        *code_lines(CODE if settings.qr != "none" else "", _("测试用的二维码"), columns),
        *_plain(_("看到这一行，纸也切断了，就都正常") if settings.cutter else "", columns),
    ]


def ruler(columns: int) -> str:
    """As many characters as a line has columns: `....:....1....:....2`."""
    return "".join(
        str(place // 10 % 10) if place % 10 == 0 else ":" if place % 5 == 0 else "."
        for place in range(1, columns + 1)
    )


def _facts(settings: PrinterSettings, columns: int) -> str:
    return _("纸宽 {width} 毫米，每行 {columns} 个半角字符，编码 {encoding}，二维码 {qr}").format(
        width=settings.width, columns=columns, encoding=settings.encoding, qr=settings.qr
    )


def _plain(text: str, columns: int) -> Iterator[Line]:
    if text:
        yield from map(Line, wrap(clean(text), columns))


def _scales(columns: int) -> Iterator[int]:
    """The sizes to show: twice, and the largest that fits."""
    yield 2
    yield min(LARGEST, columns // width_of(_NUMBER))
