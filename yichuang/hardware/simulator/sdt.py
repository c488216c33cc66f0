"""The security module of a simulated ID-card reader: requests in, answers out (hardware 9.1)."""

from __future__ import annotations

import random
from enum import StrEnum

from yichuang.hardware.simulator.id_card import MadeUpCard

_START = b"\xaa\xaa\xaa\x96\x69"
_OLD_ANSWER = bytes(4)
_SERIAL = bytes(8)
_LONGEST_REQUEST = 64


class Failure(StrEnum):
    """How the simulated ID-card reader fails."""

    NO_CARD = "no-card"
    """It finds no card, whatever lies on it."""
    LEFT_ON_READER = "left-on-reader"
    """A card that was read is not found again until it is lifted, as with many readers."""
    BAD_CHECKSUM = "bad-checksum"
    """What it reads from a card comes with a wrong checksum."""
    SHORT_READ = "short-read"
    """Only half of what it reads from a card comes."""
    SILENT = "silent"
    """It answers nothing."""
    NOT_AUTHORISED = "not-authorised"
    """Its security module is not authorised, and does nothing."""
    SELECT_FAILED = "select-failed"
    """A card is found, but cannot be selected."""
    READ_FAILED = "read-failed"
    """A card is found and selected, but cannot be read."""
    GARBAGE = "garbage"
    """It answers with noise, as at a wrong baud rate."""
    UNPLUG = "unplug"
    """It is pulled out."""


class SecurityModule:
    """What answers inside a reader. `lay` and `lift` are what a visitor does."""

    def __init__(self, failure: Failure | None = None) -> None:
        self.failure = failure
        self.reads = 0
        """How often a card's content was asked for."""
        self.finds = 0
        """How often a card was looked for."""
        self._card: MadeUpCard | None = None
        self._selected = False
        self._was_read = False
        self._buffer = bytearray()
        self._noise = random.Random(9)

    def lay(self, card: MadeUpCard) -> None:
        """Lay a card on the reader, instead of the one that is there."""
        self._card, self._selected, self._was_read = card, False, False

    def lift(self) -> None:
        """Take the card away."""
        self._card, self._selected, self._was_read = None, False, False

    def feed(self, data: bytes) -> bytes:
        """What it answers to these bytes, which may be parts of requests."""
        self._buffer += data
        answers = b""
        while (place := self._buffer.find(_START)) >= 0:
            del self._buffer[:place]
            if len(self._buffer) < 7:
                return answers
            end = 7 + min(int.from_bytes(self._buffer[5:7], "big"), _LONGEST_REQUEST)
            if len(self._buffer) < end:
                return answers
            request = bytes(self._buffer[:end])
            del self._buffer[:end]
            answers += self._answered(request)
        del self._buffer[:-4]
        return answers

    def _answered(self, request: bytes) -> bytes:
        if self.failure is Failure.SILENT or self.failure is Failure.UNPLUG:
            return b""
        if self.failure is Failure.GARBAGE:
            return self._noise.randbytes(40)
        if _sum(request[5:]):
            return _frame(0x10)
        if self.failure is Failure.NOT_AUTHORISED:
            return _frame(0x66)
        match request[7:-1]:
            case b"\x10\xff" | b"\x11\xff":
                return _frame(0x90)
            case b"\x12\xff":
                return _frame(0x90, bytes(16))
            case b"\x20\x01":
                return self._find()
            case b"\x20\x02":
                return self._select()
            case b"\x30\x01":
                return self._read()
            case _:
                return _frame(0x21)

    def _find(self) -> bytes:
        self.finds += 1
        hidden = self.failure is Failure.NO_CARD or (
            self.failure is Failure.LEFT_ON_READER and self._was_read
        )
        if self._card is None or hidden:
            return _frame(0x80)
        return _frame(0x9F, _OLD_ANSWER)

    def _select(self) -> bytes:
        if self._card is None or self.failure is Failure.SELECT_FAILED:
            return _frame(0x81)
        self._selected = True
        return _frame(0x90, _SERIAL)

    def _read(self) -> bytes:
        self.reads += 1
        if self._card is None or not self._selected or self.failure is Failure.READ_FAILED:
            return _frame(0x41)
        answer = _frame(0x90, self._card.content())
        if self.failure is Failure.BAD_CHECKSUM:
            return answer[:-1] + bytes([answer[-1] ^ 0x55])
        if self.failure is Failure.SHORT_READ:
            return answer[: len(answer) // 2]
        self._was_read = True
        return answer


def _frame(word: int, data: bytes = b"") -> bytes:
    body = (4 + len(data)).to_bytes(2, "big") + bytes([0, 0, word]) + data
    return _START + body + bytes([_sum(body)])


def _sum(data: bytes) -> int:
    total = 0
    for value in data:
        total ^= value
    return total
