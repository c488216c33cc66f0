"""Text measured in terminal cells: a Chinese character is two, and `len()` is never the width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

CUT = ".."
"""Ends a text that was cut."""

FILLING = ("section", "alert", "error")
"""Styles that run on to the end of the row when they stand last."""

Part = str | tuple[str, str]
"""A text, or a text with the name of a style (a component class without its prefix)."""
Line = str | Sequence[Part]
"""One row of a widget."""

_TIDY = {
    "“": "「", "”": "」", "‘": "「", "’": "'", "…": "..", "·": ".", "—": "-", "–": "-",
    "→": "->", "←": "<-", "×": "x", "÷": "/", "°": "度", "±": "+-", "●": "*", "○": "o", "■": "#",
    "□": "#", "◆": "*", "★": "*", "☆": "*", "△": "*", "▲": "*", "※": "*", "§": "#", "√": "v",
    "│": "|", "─": "-",
}  # fmt: skip


class _Tidy(dict[int, str]):
    """What each character becomes, by its code; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = kept = _tidy_character(chr(code))
        return kept


_CHARACTERS = _Tidy()


def tidy(text: str) -> str:
    """`text` on one line without control characters and without glyphs of ambiguous width.

    Terminals disagree whether an East-Asian-ambiguous glyph (UAX #11) is one cell or two, and a
    row with one of them may shift. Text from outside never reaches the terminal as a command.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_CHARACTERS)


def _tidy_character(character: str) -> str:
    if character in _TIDY:
        return _TIDY[character]
    if character.isspace():
        return "  " if character == "　" else " "
    if not character.isprintable():
        return ""
    if unicodedata.east_asian_width(character) != "A":
        return character
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(each for each in plain if unicodedata.east_asian_width(each) != "A")
    return kept if kept and kept != character else "?"


def width(text: str) -> int:
    """The width of `text` in cells."""
    return cell_len(text)


def cut(text: str, cells: int) -> str:
    """`text` in at most `cells` cells; `..` marks what was cut, unless it was only blanks."""
    if cell_len(text) <= cells:
        return text
    if cell_len(text.rstrip()) <= cells:
        return set_cell_size(text, cells)
    if cells <= len(CUT):
        return CUT[: max(cells, 0)]
    return set_cell_size(text, cells - len(CUT)).rstrip() + CUT


def pad(text: str, cells: int) -> str:
    """`text` in exactly `cells` cells, cut or filled up on the right."""
    short = cut(text, cells)
    return short + " " * (cells - cell_len(short))


def pad_left(text: str, cells: int) -> str:
    """`text` in exactly `cells` cells, cut or filled up on the left: for figures."""
    short = cut(text, cells)
    return " " * (cells - cell_len(short)) + short


def parts_of(line: Line) -> list[tuple[str, str]]:
    """`line` as tidy (text, style name) pairs; the name is empty for the widget's own style."""
    parts: Iterable[Part] = [line] if isinstance(line, str) else line
    return [
        (tidy(part), "") if isinstance(part, str) else (tidy(part[0]), part[1]) for part in parts
    ]


def fit(line: Line, cells: int) -> list[tuple[str, str]]:
    """`line` in exactly `cells` cells: the part that does not fit is cut, the rest dropped."""
    return fit_parts(parts_of(line), cells)


def fit_parts(parts: Iterable[tuple[str, str]], cells: int) -> list[tuple[str, str]]:
    """The same of a line whose parts are tidy already."""
    fitted: list[tuple[str, str]] = []
    left = cells
    for text, style in parts:
        size = cell_len(text)
        if size > left:
            text = cut(text, left)
            size = cell_len(text)
            fitted.append((text, style))
            left -= size
            break
        fitted.append((text, style))
        left -= size
    if left > 0:
        last = fitted[-1][1] if fitted else ""
        fitted.append((" " * left, last if last in FILLING else ""))
    return fitted


def changed_cells(before: Line, after: Line, cells: int) -> tuple[int, int]:
    """The span of cells, [start, end), in which two lines of that width differ."""
    if before == after:
        return 0, 0
    old, new = _characters(before, cells), _characters(after, cells)
    start = _same(old, new)
    if start == len(old) == len(new):
        return 0, 0
    left = _cells(new[:start])
    shorter = min(len(old), len(new)) - start
    same_end = min(_same(old[::-1], new[::-1]), shorter)
    right = _cells(new[len(new) - same_end :])
    return left, cells - right


def _characters(line: Line, cells: int) -> list[tuple[str, str]]:
    return [(character, style) for text, style in fit(line, cells) for character in text]


def _cells(characters: Sequence[tuple[str, str]]) -> int:
    return cell_len("".join(character for character, _style in characters))


def _same(old: Sequence[object], new: Sequence[object]) -> int:
    for place, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return place
    return min(len(old), len(new))


def wrap(text: str, cells: int) -> list[str]:
    """`text` broken into lines of at most `cells` cells, between words where there are any."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(tidy(text)):
        if line and cell_len(line + piece.rstrip()) > cells:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


_NEVER_FIRST = "，。、；：？！）」』》"


def _pieces(text: str) -> Iterable[str]:
    """What may not be broken: a Latin word with its spaces, or a Chinese character with its stop."""
    piece = ""
    for character in text:
        narrow = character.isascii() and not character.isspace()
        continues = piece and (
            (narrow and piece[-1].isascii() and not piece[-1].isspace())
            or character.isspace()
            or character in _NEVER_FIRST
        )
        if piece and not continues:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece
