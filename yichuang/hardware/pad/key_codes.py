"""Linux key codes by name, and what a US keyboard types with them (linux/input-event-codes.h).

Those that pads, numeric keypads and scanners send. Scanners that type assume the US layout (hardware 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ROWS = (
    # first code, names in the order of their codes
    (1, "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P"),
    (26, "LEFTBRACE RIGHTBRACE ENTER LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE"),
    (42, "LEFTSHIFT BACKSLASH Z X C V B N M COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE"),
    (58, "CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS"),
    (75, "KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT"),
    (86, "102ND F11 F12"),
    (96, "KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT"),
    (102, "HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT DELETE"),
    (113, "MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS PAUSE"),
    (121, "KPCOMMA"),
    (125, "LEFTMETA RIGHTMETA COMPOSE"),
    (139, "MENU CALC"),
    (158, "BACK"),
    (172, "HOMEPAGE"),
    (179, "KPLEFTPAREN KPRIGHTPAREN"),
    (183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"),
)

KEY_NAMES: Mapping[int, str] = MappingProxyType(
    {first + place: f"KEY_{name}" for first, row in _ROWS for place, name in enumerate(row.split())}
    | {0x100 + number: f"BTN_{number}" for number in range(10)}
)
"""Code → name."""

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
    return KEY_NAMES.get(code) or f"KEY_{code:#x}"
