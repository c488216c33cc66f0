"""What the terminals of this world can do, by their TERM, and what their environment says of text.

The sequences are those of xterm's "XTerm Control Sequences" (alternate screen 1049, bracketed paste
2004, mouse 1000 and 1006), of DEC's VT100 user guide (autowrap DECAWM, ED, CUP) and of
console_codes(4) for the Linux console. Nothing is asked of a terminal: some echo their answers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

MOST_COLUMNS, MOST_ROWS = 500, 200
"""A terminal is never taken to be larger (our own number): its cells are memory here."""
USUAL_COLUMNS, USUAL_ROWS = 80, 24
"""What a terminal has that does not say."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}")
_SPEECHLESS = re.compile(
    r"dumb|unknown|network|emacs|adm|wy(se)?[0-9]|tvi|televideo|hp[0-9-]|ibm3|hazeltine|h19|qume",
    re.IGNORECASE,
)
"""Names in whose place ANSI sequences would be rubbish, by terminfo."""
_XTERM_LIKE = re.compile(
    r"xterm|screen|tmux|putty|rxvt|kitty|alacritty|foot|wezterm|st-|vte|gnome|konsole|iterm|mintty"
    r"|ms-terminal|contour|ghostty"
)
_CHARSETS_OF_UTF8 = frozenset({"utf-8"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of terminals."""

    start: str
    """What is sent before the first screen."""
    stop: str
    """What is sent after the last."""
    has_colour: bool
    is_ascii: bool
    has_mouse: bool
    """Whether it can report clicks."""
    takes_osc: bool
    """Whether it swallows what it does not know of OSC; others print it."""


_XTERM = Kind(
    start="\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h",
    stop="\x1b[?2004l\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h",
    has_colour=True,
    is_ascii=False,
    has_mouse=True,
    takes_osc=True,
)
_LINUX = Kind(
    start="\x1b[0m\x1b[2J\x1b[?25l\x1b[?7l",
    stop="\x1b[?7h\x1b[0m\x1b[2J\x1b[H\x1b[?25h",
    has_colour=True,
    is_ascii=True,
    has_mouse=False,
    takes_osc=False,
)
_VT = replace(_LINUX, has_colour=False)

MOUSE_ON, MOUSE_OFF = "\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"
"""Clicks alone: each move of a mouse would cost bytes both ways."""


def kind_of(term: str) -> Kind | None:
    """The family that a TERM names; None for one on which no screen can be drawn.

    A name that nobody here has heard of is taken for a VT100: what came after 1990 understands that.
    """
    if not _NAME.fullmatch(term) or _SPEECHLESS.match(term):
        return None
    if term.endswith(("-m", "-mono")):
        return _VT
    if _XTERM_LIKE.match(term):
        return _XTERM
    return _LINUX if term.startswith("linux") else _VT


def sound_size(columns: int, rows: int) -> tuple[int, int]:
    """A size in cells as it is believed: 0 is what a line says that does not know."""
    return min(columns, MOST_COLUMNS) or USUAL_COLUMNS, min(rows, MOST_ROWS) or USUAL_ROWS


def language_of(environment: Mapping[str, str]) -> str | None:
    """The language that LC_ALL, LC_MESSAGES or LANG asks for: zh_CN, en, or None."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return {"zh": "zh_CN", "en": "en"}.get(value[:2].lower())
    return None


def foreign_charset(environment: Mapping[str, str]) -> str | None:
    """The charset that LC_ALL, LC_CTYPE or LANG names, if it is not UTF-8; nothing named is UTF-8."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if value:
            charset = value.partition(".")[2].partition("@")[0]
            if not _NAME.fullmatch(charset):
                return None
            return None if _codec(charset) in _CHARSETS_OF_UTF8 else charset
    return None


def encoded_for(charset: str | None, text: str) -> bytes:
    """`text` in a client's charset, as far as that has the characters; UTF-8 if it is not known."""
    return text.encode(_codec(charset) or "utf-8" if charset else "utf-8", errors="replace")


def _codec(charset: str) -> str | None:
    try:
        found = codecs.lookup(charset)
        "".encode(charset)  # a codec such as rot13 is none of text
    except (LookupError, ValueError):
        return None
    return found.name
