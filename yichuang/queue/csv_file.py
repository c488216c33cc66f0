"""CSV files as spreadsheets write them: their records with line numbers, and what can be wrong with them."""

from __future__ import annotations

import csv
import difflib
import io
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from yichuang.language import _

Record = list[str] | csv.Error
"""A line's cells, or why it could not be read."""


def csv_records(text: str) -> Iterator[tuple[int, Record]]:
    """Each record, or what is wrong with it, with the number of its first line."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except csv.Error as error:
            yield line, error
        except StopIteration:
            return


def cells_of(record: Record) -> list[str]:
    """The record's cells; none where it could not be read."""
    return [] if isinstance(record, csv.Error) else record


def is_blank(record: Record) -> bool:
    """Whether nothing is in any of its cells."""
    return not isinstance(record, csv.Error) and not any(cell.strip() for cell in record)


def at_line(line: int, reason: str) -> str:
    """What is wrong, with the line that it is in."""
    return _("第 {line} 行：{reason}").format(line=line, reason=reason)


def quoting_problem(error: csv.Error) -> str:
    """What is wrong with a record that could not be read."""
    return _("引号不成对，或一格太长（{detail}）").format(detail=error)


def is_control(character: str) -> bool:
    """Whether it could steer a terminal, a printer or the direction of writing, or is not text."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def shown(text: str) -> str:
    """Text from outside, fit to be shown in an error."""
    kept = "".join("?" if is_control(character) else character for character in text[:41])
    return kept if len(text) <= 40 else kept[:40] + ".."


def nearest(word: str, known: Collection[str]) -> str:
    """A hint at the known word that was probably meant, else at all of them."""
    near = difflib.get_close_matches(word[:40].casefold(), known, n=1, cutoff=0.5)
    if near:
        return _("，是不是 {known}？").format(known=near[0])
    return _("，可用：{known}").format(known=_("、").join(known))


def header_problem(header: Record, columns: Sequence[str], required: Sequence[str]) -> str:
    """What is wrong with the first line, which names the columns in any order; empty when nothing is."""
    if isinstance(header, csv.Error):
        return quoting_problem(header)
    if not header:
        return _("文件是空的，第一行要写列名：{known}").format(known=",".join(columns))
    names = [cell.strip().casefold() for cell in header]
    for name in names:
        if name not in columns:
            return _("没有「{column}」这一列{near}").format(
                column=shown(name), near=nearest(name, columns)
            )
    repeated = [name for name in columns if names.count(name) > 1]
    if repeated:
        return _("「{column}」这一列出现了不止一次").format(column=repeated[0])
    missing = [name for name in required if name not in names]
    if missing:
        return _("缺少列：{columns}").format(columns=_("、").join(missing))
    return ""
