"""What the keys of pads are called in hall.toml: by Linux's names, or by the bytes that a pad sends.

The names are those of linux/input-event-codes.h that pads, numeric keypads and scanners send.
"""

from __future__ import annotations

import re
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

_NUMBERED = re.compile(r"KEY_0X[1-9A-F][0-9A-F]{0,2}|0x(?:[0-9a-f]{2})+")
"""A key that has no name here, and what a pad sends, in bytes."""


def tidy_key(name: str) -> str:
    """A key's name as a person may write it in hall.toml (`kp1`, `0X31`), in its own form."""
    name = name.strip()
    if re.fullmatch(r"0[xX][0-9A-Fa-f]+", name):
        return name.lower()
    name = name.upper()
    return name if name.startswith(("KEY_", "BTN_")) else f"KEY_{name}"


def is_key(name: str) -> bool:
    """Whether a pad can send the key of that name, in whatever way it is written."""
    tidy = tidy_key(name)
    return tidy in KEY_NAMES.values() or _NUMBERED.fullmatch(tidy) is not None
