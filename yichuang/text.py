"""Text from outside: names, reasons, settings. It must never reach a terminal or a printer as a command."""

from __future__ import annotations

import re

_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters other than tab and newline, the marks that turn the direction of writing, and what
Python makes of bytes that are no UTF-8, which cannot be written anywhere."""


def harmless(text: str) -> str:
    """`text` without anything that a terminal would obey (DESIGN 9)."""
    return _COMMANDS.sub("", text)


def is_harmless(text: str) -> bool:
    """Whether `text` is one line without anything that a terminal would obey."""
    return not _COMMANDS.search(text) and "\n" not in text and "\t" not in text


def one_line(text: str) -> str:
    """`text` as one harmless line without blanks at its ends."""
    return " ".join(harmless(text).split())
