"""Text on its way to paper: cleaned of commands, measured and wrapped.

A column is the width of one ASCII character of font A (12 dots); a hanzi takes two (24 dots).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

GETA = "〓"
"""Stands on paper for a character that cannot be printed (the geta mark of printers, GBK A1FE)."""

_SUBSTITUTES = str.maketrans(
    {
        "•": "·",
        "‧": "·",
        "・": "·",
        "･": "·",
        "¥": "￥",
        "✓": "√",
        "✔": "√",
        "–": "-",
        "‑": "-",
        "☎": "电话",
    }
)
"""Characters outside GBK with a good twin inside it (hardware: Chinese text on the ticket)."""

_DROPPED = frozenset({"Cc", "Cf", "Mn", "Me"})
"""Unicode categories without a printable form: controls, format marks, stray accents."""

_SPACES = frozenset({"Zs", "Zl", "Zp"})

_OPENING = r"（〔【《〈「『“‘［｛"
_CLOSING = r"，。、；：？！）〕】》〉」』”’…—％］｝"
_UNIT = re.compile(rf"[{_OPENING}]*(?:[\x21-\x7e]+|[^\x00-\x20])[{_CLOSING}]*")


def clean(text: str) -> str:
    """`text` as one line that no printer can take for a command.

    Controls (ESC, GS, FS, DLE and all the rest of C0 and C1) and invisible format marks are
    removed, line breaks, tabs and odd spaces become a space, and characters are normalised towards
    GBK.
    """
    broken = re.sub(r"[\r\n\t\v\f\x85]+", " ", text)
    composed = unicodedata.normalize("NFC", broken).translate(_SUBSTITUTES)
    return "".join(_cleaned(composed)).strip(" ")


def _cleaned(text: str) -> Iterator[str]:
    for character in text:
        if character.isascii():
            if character.isprintable():
                yield character
            continue
        category = unicodedata.category(character)
        if category == "Cs":
            yield GETA
        elif character != "\u3000" and category in _SPACES:
            yield " "
        elif category not in _DROPPED:
            yield character


def width_of(text: str) -> int:
    """The columns that `text` takes on paper at single size.

    ASCII is one column. All else is two: wide, full-width and ambiguous characters
    (`unicodedata.east_asian_width` W, F, A) because GBK prints them full width, and the narrow ones
    left over because they are not in GBK and are printed as 〓 or drawn in a full-width cell.
    """
    return sum(1 if character.isascii() else 2 for character in text)


def wrap(text: str, columns: int) -> list[str]:
    """`text` broken into lines of at most `columns` columns (2 or more), no spaces at the edges.

    Latin words stay whole and no line begins with closing punctuation or ends with an opening
    bracket, as far as a line is wide enough for that. An empty text gives no lines.
    """
    if columns < 2:
        raise ValueError(f"a line needs at least 2 columns, not {columns}")
    lines: list[str] = []
    line = ""
    for gap, unit in _units(text):
        if width_of(line + gap + unit) <= columns:
            line = line + gap + unit if line else unit
            continue
        if line:
            lines.append(line)
        *full, line = _chopped(unit, columns)
        lines.extend(full)
    return [*lines, line] if line else lines


def _units(text: str) -> Iterator[tuple[str, str]]:
    """What must not be broken, each with the spaces before it."""
    end = 0
    for match in _UNIT.finditer(text):
        yield text[end : match.start()], match.group()
        end = match.end()


def _chopped(unit: str, columns: int) -> Iterator[str]:
    piece = ""
    for character in unit:
        if width_of(piece + character) > columns:
            yield piece
            piece = ""
        piece += character
    yield piece
