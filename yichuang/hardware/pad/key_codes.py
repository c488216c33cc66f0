"""Linux key codes by name, and what a US keyboard types with them (linux/input-event-codes.h).

Scanners that type assume the US layout (hardware 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yichuang.config.key_names import KEY_NAMES

KEY_CODES: Mapping[str, int] = MappingProxyType({name: code for code, name in KEY_NAMES.items()})
"""Name → code."""

SHIFTS = frozenset({KEY_CODES["KEY_LEFTSHIFT"], KEY_CODES["KEY_RIGHTSHIFT"]})
CAPS_LOCK = KEY_CODES["KEY_CAPSLOCK"]

SILENT = SHIFTS | {
    KEY_CODES[f"KEY_{name}"]
    for name in (
        "CAPSLOCK", "NUMLOCK", "SCROLLLOCK", "LEFTCTRL", "RIGHTCTRL", "LEFTALT", "RIGHTALT",
        "LEFTMETA", "RIGHTMETA",
    )
}  # fmt: skip
"""Keys that mean nothing by themselves; many keypads send NumLock of their own accord."""

_PLAIN = {
    "MINUS": "-_", "EQUAL": "=+", "LEFTBRACE": "[{", "RIGHTBRACE": "]}", "SEMICOLON": ";:",
    "APOSTROPHE": "'\"", "GRAVE": "`~", "BACKSLASH": "\\|", "COMMA": ",<", "DOT": ".>",
    "SLASH": "/?", "SPACE": "  ", "102ND": "<>", "ENTER": "\r\r", "TAB": "\t\t", "KPENTER": "\r\r",
    "KPASTERISK": "**", "KPMINUS": "--", "KPPLUS": "++", "KPDOT": "..", "KPSLASH": "//",
    "KPEQUAL": "==", "KPCOMMA": ",,", "KPLEFTPAREN": "((", "KPRIGHTPAREN": "))",
}  # fmt: skip
_DIGITS = dict(zip("1234567890", "!@#$%^&*()", strict=True))

US_LAYOUT: Mapping[int, tuple[str, str]] = MappingProxyType(
    {KEY_CODES[f"KEY_{name}"]: (pair[0], pair[1]) for name, pair in _PLAIN.items()}
    | {KEY_CODES[f"KEY_{digit}"]: (digit, shifted) for digit, shifted in _DIGITS.items()}
    | {KEY_CODES[f"KEY_KP{digit}"]: (digit, digit) for digit in _DIGITS}
    | {
        KEY_CODES[f"KEY_{letter}"]: (letter.lower(), letter)
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    }
)
"""Code → the character without and with shift; Enter is a carriage return."""


def key_name(code: int) -> str:
    """The name of a key code; one that is not in the table is named by its number."""
    return KEY_NAMES.get(code) or f"KEY_{code:#X}"
