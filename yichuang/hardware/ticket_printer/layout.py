"""A ticket as lines on paper of a given width; pure, without bytes (requirements 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from yichuang.config import PrinterSettings
from yichuang.hardware.text import clean, width_of, wrap
from yichuang.language import _
from yichuang.queue.document import TicketDocument

COLUMNS = {58: 32, 80: 48}
"""Columns of font A on paper of 58 mm (384 dots) and 80 mm (576 dots)."""

LARGEST = 8
"""`GS !` magnifies at most eight times."""

_MOST_ITEM_LINES = 3


class Align(StrEnum):
    """Where a line stands between the edges of the paper."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Line:
    """One line on paper; an empty text is a blank line."""

    text: str = ""
    align: Align = Align.LEFT
    scale: int = 1
    """How many times wider and higher than normal, 1 to 8."""
    bold: bool = False
    code: str = ""
    """What a QR code in place of the text says."""

    @property
    def width(self) -> int:
        """The columns it takes."""
        return width_of(self.text) * self.scale


def columns_of(settings: PrinterSettings) -> int:
    """How many columns a printer's lines have."""
    return settings.columns or COLUMNS[settings.width]


def lay_out(document: TicketDocument, columns: int) -> list[Line]:
    """The lines of a ticket on paper of `columns` columns, in the language of this context.

    No line is wider than the paper, and no text holds a control character.
    """
    rule = Line("-" * columns)
    return [
        *_heading(document, columns),
        rule,
        *_business(document, columns),
        *_number(document, columns),
        *_waiting(document, columns),
        rule,
        *_foot(document, columns),
        *code_lines(document.code, _("评价、查询请扫码"), columns),
    ]


def code_lines(code: str, text: str, columns: int) -> Iterator[Line]:
    """A QR code that says `code`, below a line that says what for; nothing without a code.

    A code is of plain ASCII: it goes to the printer as it is.
    """
    if code and code.isascii() and code.isprintable():
        yield Line()
        yield from centred(text, columns)
        yield Line(align=Align.CENTER, code=code)


def _heading(document: TicketDocument, columns: int) -> Iterator[Line]:
    yield from centred(document.hall, columns, scale=2, bold=True)
    if document.valid_on:
        yield from centred(_("优先凭条"), columns, scale=2, bold=True)
    if document.reprint:
        yield from centred(_("[补打]"), columns, bold=True)


def _business(document: TicketDocument, columns: int) -> Iterator[Line]:
    yield from centred(document.category, columns, scale=2)
    item = wrap(clean(document.item), columns)
    if len(item) > _MOST_ITEM_LINES:
        item = wrap(clean(document.item_alias), columns) or item
    yield from (Line(text, Align.CENTER) for text in item)
    for more in document.more_items:
        yield from centred(_("另办：{item}").format(item=more), columns)
    yield from centred(document.route, columns, bold=True)


def _number(document: TicketDocument, columns: int) -> Iterator[Line]:
    """The number as large as the paper allows, with a blank line above and below."""
    number = clean(document.number)
    scale = max(1, min(LARGEST, columns // max(1, width_of(number))))
    yield Line()
    yield from (
        Line(text, Align.CENTER, scale, bold=True) for text in wrap(number, columns // scale)
    )
    yield Line()


def _waiting(document: TicketDocument, columns: int) -> Iterator[Line]:
    if document.valid_on:
        yield from _promise(document, columns)
        return
    yield from centred(document.mark, columns, scale=2, bold=True)
    if document.need:
        need = _("已要求：{need}").format(need=document.need)
        yield from centred(need, columns, bold=True)
    ahead = _("您前面还有 {count} 人").format(count=document.ahead)
    yield from centred(ahead, columns, bold=True)
    if document.expected:
        expected = _("预计等候：{expected}").format(expected=document.expected)
        yield from centred(expected, columns)
    if document.windows:
        yield from centred(
            _("请留意 {windows}").format(windows=document.windows), columns, bold=True
        )


def _promise(document: TicketDocument, columns: int) -> Iterator[Line]:
    """What a priority slip is good for; who waits today is of no matter on it."""
    text = _("凭此条 {date} 优先办理，不用重新排队").format(date=document.valid_on)
    yield from centred(text, columns, bold=True)


def _foot(document: TicketDocument, columns: int) -> Iterator[Line]:
    # The hints are for today's wait ("good today only"): a slip for another day would deny itself.
    texts = [document.issued_at, *(() if document.valid_on else document.hints)]
    if document.complaint_phone:
        texts.append(_("投诉电话 {phone}").format(phone=document.complaint_phone))
    for text in texts:
        yield from (Line(line) for line in wrap(clean(text), columns))


def centred(text: str, columns: int, *, scale: int = 1, bold: bool = False) -> Iterator[Line]:
    """`text` in the middle; it is magnified only when it then fits on one line."""
    cleaned = clean(text)
    fitting = scale if width_of(cleaned) * scale <= columns else 1
    yield from (Line(line, Align.CENTER, fitting, bold) for line in wrap(cleaned, columns))
