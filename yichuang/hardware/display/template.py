"""Displays by template: what is shown, put into the bytes that hall.toml gives for its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yichuang.config import TemplateSettings
from yichuang.config.byte_template import (
    NUMBER_ENCODINGS,
    SUMS,
    ByteTemplate,
    Counted,
    Fixed,
    Part,
    Value,
    parse_template,
)
from yichuang.hardware.display.checksum import crc16_arc, crc16_modbus, xor8
from yichuang.hardware.display.content import Shown
from yichuang.hardware.display.encoder import AnswerReader
from yichuang.hardware.display.encoding import encode, encode_exactly
from yichuang.queue.face import FaceState

_SUM_OF: Mapping[str, Callable[[bytes], bytes]] = {
    "sum8": lambda data: _integer(sum(data), 1, "little"),
    "sum16le": lambda data: _integer(sum(data), 2, "little"),
    "sum16be": lambda data: _integer(sum(data), 2, "big"),
    "xor": lambda data: bytes([xor8(data)]),
    "crc16arc": lambda data: crc16_arc(data).to_bytes(2, "little"),
    "crc16arcbe": lambda data: crc16_arc(data).to_bytes(2, "big"),
    "crc16modbus": lambda data: crc16_modbus(data).to_bytes(2, "little"),
    "crc16modbusbe": lambda data: crc16_modbus(data).to_bytes(2, "big"),
}


def render(template: ByteTemplate, values: Mapping[str, str]) -> bytes:
    """The bytes of a template with `values` by field.

    Texts are cleaned and encoded and never read as a template again. A number, length or sum that has no
    room in its bytes loses its high ones.
    """
    pieces = [_piece(part, values) for part in template.parts]

    def stretch(number: int) -> bytes:
        begin, end = template.stretches[number]
        return b"".join(pieces[begin:end])

    for place, part in enumerate(template.parts):
        if isinstance(part, Counted) and part.kind not in SUMS:
            order = "big" if part.kind.endswith("be") else "little"
            pieces[place] = _integer(len(stretch(part.stretch)), part.size, order)
    for place in template.sums:
        part = template.parts[place]
        if isinstance(part, Counted):
            pieces[place] = _SUM_OF[part.kind](stretch(part.stretch))
    return b"".join(pieces)


def _piece(part: Part, values: Mapping[str, str]) -> bytes:
    match part:
        case Fixed():
            return part.data
        case Value():
            return _value(values.get(part.field, ""), part.encoding, part.size)
        case Counted():
            return bytes(part.size)
        case _:
            return b""


def _value(text: str, encoding: str, size: int | None) -> bytes:
    if encoding in NUMBER_ENCODINGS:
        digits = "".join(each for each in text if each in "0123456789")
        width = 1 if encoding == "u8" else 2
        return _integer(
            int(digits[-9:] or "0"), width, "big" if encoding.endswith("be") else "little"
        )
    return encode(text, encoding) if size is None else encode_exactly(text, encoding, size)


def _integer(number: int, size: int, order: str) -> bytes:
    return (number % (1 << 8 * size)).to_bytes(size, "big" if order == "big" else "little")


class TemplateEncoder:
    """The bytes for one strip by template. It flashes if its own `calling` bytes make it."""

    blinks = False
    ping = b""
    closing = b""

    def __init__(self, settings: TemplateSettings) -> None:
        self.opening = render(parse_template(settings.opening), {})
        self._called = parse_template(settings.called)
        self._of: Mapping[FaceState, ByteTemplate] = {
            FaceState.CALLING: parse_template(settings.calling),
            FaceState.SERVING: parse_template(settings.serving),
            FaceState.PAUSED: parse_template(settings.paused),
            FaceState.IDLE: parse_template(settings.idle),
            FaceState.CLOSED: parse_template(settings.closed),
        }

    def frame(self, shown: Shown) -> bytes:
        """The state's template filled in; empty where hall.toml has none for it."""
        template = self._of[shown.state]
        if shown.state is FaceState.CALLING and not shown.flashing and self._called.parts:
            template = self._called
        page = (*shown.page, "", "")
        values = {
            "text": " ".join(line for line in shown.page if line),
            "line1": page[0],
            "line2": page[1],
            "number": shown.call.number if shown.call else "",
            "window": str(shown.call.window) if shown.call else "",
            "unit": shown.unit,
            "item": shown.item,
            "badge": shown.badge,
            "state": shown.label,
        }
        return render(template, values)

    def reader(self) -> AnswerReader | None:
        """What such a strip answers is not known."""
        return None
