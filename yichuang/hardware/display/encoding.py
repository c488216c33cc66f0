"""Text on its way to a display, as bytes that hold no command.

`clean` takes the controls away; what an encoding then has no character for stands as a full-width 〓 or,
in ASCII, as a question mark. The second byte of a GBK character is 40-7E or 80-FE, so it is never a control,
but it may be a backslash: see `without_backslashes`.
"""

from __future__ import annotations

from yichuang.hardware.text import GETA, clean

_BACKSLASH = 0x5C


def encode(text: str, encoding: str) -> bytes:
    """`text` in one of `yichuang.config.byte_template.TEXT_ENCODINGS`."""
    return b"".join(_one(character, encoding) for character in clean(text))


def encode_exactly(text: str, encoding: str, size: int) -> bytes:
    """`text` in exactly `size` bytes: whole characters, then blanks."""
    taken = b""
    for character in clean(text):
        each = _one(character, encoding)
        if len(taken) + len(each) > size:
            break
        taken += each
    return taken.ljust(size)


def without_backslashes(text: str) -> str:
    """`text` without any character that holds the byte 5C in GBK.

    An Onbon card takes `\\C1` for a colour; a firmware that looks for the backslash byte by byte would find
    it in the second half of a hanzi too (none of GB 2312, which has no such byte).
    """
    full = clean(text).replace("\\", "＼")
    return "".join(GETA if _BACKSLASH in _one(each, "gbk") else each for each in full)


def _one(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return b"?" if encoding == "ascii" else GETA.encode(encoding)
