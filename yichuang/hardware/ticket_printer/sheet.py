"""A sheet about people as lines on ticket paper: headings, rules, and texts that fit its width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yichuang.hardware.text import clean, width_of, wrap
from yichuang.hardware.ticket_printer.layout import LARGEST, Align, Line, centred
from yichuang.queue.document import SheetLine, SheetStyle


def lay_out_sheet(lines: Iterable[SheetLine], columns: int) -> list[Line]:
    """The lines of a sheet on paper of `columns` columns; none is wider, none holds a command."""
    return [line for each in lines for line in _laid_out(each, columns)]


def _laid_out(line: SheetLine, columns: int) -> Iterator[Line]:
    match line.style:
        case SheetStyle.RULE:
            yield Line("-" * columns)
        case SheetStyle.NUMBER:
            text = clean(line.text)
            scale = max(1, min(LARGEST, columns // max(1, width_of(text))))
            yield Line(text, Align.CENTER, scale, bold=True)
        case SheetStyle.TITLE:
            yield from centred(line.text, columns, scale=2, bold=True)
        case SheetStyle.HEADING:
            yield from centred(line.text, columns, bold=True)
        case SheetStyle.STRONG | SheetStyle.PLAIN:
            bold = line.style is SheetStyle.STRONG
            yield from (Line(text, bold=bold) for text in wrap(clean(line.text), columns))
