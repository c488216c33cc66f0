"""Columns of text in a terminal, where a Chinese character takes two cells."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def cells(text: str) -> int:
    """The width of a text in cells."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def right(text: str, width: int) -> str:
    """`text` at the right of a column of that width, never cut."""
    return " " * max(0, width - cells(text)) + text


def left(text: str, width: int) -> str:
    """`text` at the left of a column of that width, never cut."""
    return text + " " * max(0, width - cells(text))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows in columns that stand one below the other, two cells apart."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(left(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def in_lines(parts: Sequence[str], width: int = 80) -> list[str]:
    """The parts two cells apart, in as few lines of that width as hold them."""
    lines: list[str] = []
    for part in parts:
        if lines and cells(lines[-1]) + 2 + cells(part) <= width:
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    return lines
