"""Files that the commands on staff read and write."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from yichuang.errors import FileUnreadable, FileUnwritable
from yichuang.language import _

FROM_INPUT = Path("-")
"""Stands for standard input."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def read_bytes(path: Path) -> bytes:
    """What a file holds; raises FileUnreadable."""
    try:
        return sys.stdin.buffer.read() if path == FROM_INPUT else path.read_bytes()
    except OSError as error:
        raise FileUnreadable(path=path, detail=error.strerror or error) from error


def write_text(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a file in UTF-8; raises FileUnwritable, without `replace` also for one that is there."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileUnwritable(path=path, detail=_("文件已经有了")) from error
    except OSError as error:
        raise FileUnwritable(path=path, detail=error.strerror or error) from error


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """The rows as spreadsheets open them: with the mark of UTF-8, and no text taken for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[1:] and cell[0] in _FORMULA else cell
