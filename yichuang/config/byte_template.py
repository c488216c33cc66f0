"""Byte templates: the frames of an LED strip that no driver knows, written by hand in hall.toml.

A template is pairs of hexadecimal digits with items in braces between them (docs/devices/template.md):

- `{number:gbk}` a text in an encoding; `{number:gbk:6}` the same in exactly 6 bytes, cut or filled with 20;
- `{window:u8}`, `{number:u16be}` the number itself, the digits of a ticket's number;
- `{[}` … `{]}` a stretch, `{[2}` … `{]2}` another, up to 9; they may lie in each other or overlap;
- `{len8}`, `{len16le:2}` the count of bytes in a stretch (1 unless told otherwise), wherever it stands;
- `{sum8}`, `{xor}`, `{crc16modbus:2}` a checksum over a stretch. Every CRC goes low byte first; `be` behind
  its name turns that round.

Reading a template checks it, so that hall.toml is refused with the place of the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from yichuang.config.section import nearest
from yichuang.language import _

TEXT_ENCODINGS = ("ascii", "gbk", "gb18030", "utf-8")
NUMBER_ENCODINGS = ("u8", "u16le", "u16be")
FIELDS = ("text", "line1", "line2", "number", "window", "unit", "item", "badge", "state")
"""What a template can show; `text` is all lines in one."""

LENGTHS = {"len8": 1, "len16le": 2, "len16be": 2}
"""Each kind of length with its own bytes."""

SUMS = {
    "sum8": 1,
    "sum16le": 2,
    "sum16be": 2,
    "xor": 1,
    "crc16arc": 2,
    "crc16arcbe": 2,
    "crc16modbus": 2,
    "crc16modbusbe": 2,
}
"""Each kind of checksum with its own bytes."""

_NUMBERED = ("number", "window")
_PIECE = re.compile(r"\{([^{}]*)\}|([^{}]+)|(.)")
_MARK = re.compile(r"([\[\]])([1-9]?)", re.ASCII)
_COUNTED = re.compile(r"([a-z0-9]+)(?::([1-9]))?", re.ASCII)
_FIELD = re.compile(r"([a-z0-9]+):([a-z0-9-]+)(?::([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bytes that are always the same."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Value:
    """Something of the call, in an encoding."""

    field: str
    encoding: str
    size: int | None = None
    """Exactly so many bytes; None for as many as there are."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A length or a checksum over a stretch."""

    kind: str
    stretch: int
    size: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a stretch begins or ends."""

    stretch: int
    side: Literal["[", "]"]


Part = Fixed | Value | Counted | Mark


@dataclass(frozen=True, slots=True)
class ByteTemplate:
    """A template that was read and is sound."""

    parts: tuple[Part, ...]
    stretches: dict[int, tuple[int, int]]
    """Each stretch: the places of its two marks among the parts."""
    sums: tuple[int, ...]
    """The places of the checksums, in the order in which they can be computed."""


def parse_template(text: str) -> ByteTemplate:
    """Read a template; raises ValueError with a sentence for whoever wrote it."""
    parts = tuple(_parts(text))
    stretches = _stretches(parts)
    for part in parts:
        if isinstance(part, Counted) and part.stretch not in stretches:
            raise ValueError(
                _("模板里的 {part} 没有可算的字节：要用 {begin} 和 {end} 括出来").format(
                    part=f"{{{part.kind}}}", begin="{[}", end="{]}"
                )
            )
    return ByteTemplate(parts, stretches, _order(parts, stretches))


def _parts(text: str) -> Iterator[Part]:
    for piece in _PIECE.finditer(text):
        inside, outside, stray = piece.groups()
        if stray is not None:
            raise ValueError(_("模板里的花括号没有配对"))
        yield _fixed(outside) if outside is not None else _item(inside)


def _fixed(text: str) -> Fixed:
    words = text.split()
    try:
        return Fixed(b"".join(bytes.fromhex(word) for word in words))
    except ValueError:
        raise ValueError(
            _("模板里的「{part}」看不懂：花括号外只写十六进制，两位一个字节").format(
                part=text.strip()
            )
        ) from None


def _item(inside: str) -> Part:
    if mark := _MARK.fullmatch(inside):
        return Mark(int(mark[2] or 1), "[" if mark[1] == "[" else "]")
    sizes = {**LENGTHS, **SUMS}
    if (counted := _COUNTED.fullmatch(inside)) and counted[1] in sizes:
        return Counted(counted[1], int(counted[2] or 1), sizes[counted[1]])
    if (value := _FIELD.fullmatch(inside)) and _is_known(value[1], value[2], value[3]):
        return Value(value[1], value[2], int(value[3]) if value[3] else None)
    known = [f"{name}:gbk" for name in FIELDS] + list(sizes)
    raise ValueError(
        _("模板里的 {part} 看不懂{near}").format(
            part=f"{{{inside}}}", near=nearest(inside or " ", known)
        )
    )


def _is_known(field: str, encoding: str, size: str | None) -> bool:
    if encoding in NUMBER_ENCODINGS:
        return field in _NUMBERED and size is None
    return field in FIELDS and encoding in TEXT_ENCODINGS


def _stretches(parts: tuple[Part, ...]) -> dict[int, tuple[int, int]]:
    begun: dict[int, int] = {}
    ended: dict[int, tuple[int, int]] = {}
    for place, part in enumerate(parts):
        if not isinstance(part, Mark):
            continue
        is_new = part.stretch not in begun
        if is_new != (part.side == "[") or part.stretch in ended:
            raise _unpaired(part)
        if is_new:
            begun[part.stretch] = place
        else:
            ended[part.stretch] = (begun[part.stretch], place)
    for stretch in begun:
        if stretch not in ended:
            raise _unpaired(Mark(stretch, "["))
    return ended


def _unpaired(mark: Mark) -> ValueError:
    shown = f"{{{mark.side}{mark.stretch if mark.stretch > 1 else ''}}}"
    return ValueError(_("模板里的 {part} 没有配对，或者写了两次").format(part=shown))


def _order(parts: tuple[Part, ...], stretches: dict[int, tuple[int, int]]) -> tuple[int, ...]:
    """The checksums, each after those that it covers; raises ValueError when one would cover itself."""
    waiting = {
        place: part
        for place, part in enumerate(parts)
        if isinstance(part, Counted) and part.kind in SUMS
    }
    order: list[int] = []
    while waiting:
        ready = [
            place
            for place, part in waiting.items()
            if not any(
                stretches[part.stretch][0] < other < stretches[part.stretch][1] for other in waiting
            )
        ]
        if not ready:
            first = next(iter(waiting.values()))
            raise ValueError(
                _("模板里的 {part} 要把它自己也算进去：移到它所算的部分外面").format(
                    part=f"{{{first.kind}}}"
                )
            )
        order.extend(ready)
        for place in ready:
            del waiting[place]
    return tuple(order)
