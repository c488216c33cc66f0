"""The frames of the SDT protocol, which the security modules (SAM_V) of ID-card readers speak (hardware 9.1).

Request: preamble, length, command, parameter, data, checksum. Answer: preamble, length, three status bytes,
data, checksum. The length counts all behind it; the checksum is the XOR of all behind the preamble.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
HEAD_BYTES = len(PREAMBLE) + 2
"""Preamble and length: what readers with split USB pipes send over a pipe of its own."""

LONGEST_BODY = 2400
"""The longest known answer, text with photo and two fingerprints, has 2,314 bytes behind its length."""

_SHORTEST_BODY = 4
_PIECE = 4096


class Request(IntEnum):
    """What a reader is asked: command and parameter, two bytes."""

    RESET = 0x10FF
    STATUS = 0x11FF
    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001
    """Text and photo: there is no command for the text alone."""


class Word(IntEnum):
    """The third status byte; the first two are 0 as a rule."""

    OK = 0x90
    FOUND = 0x9F
    BAD_CHECKSUM = 0x10
    BAD_LENGTH = 0x11
    BAD_COMMAND = 0x21
    DENIED = 0x23
    UNRECOGNISED = 0x24
    CARD_NOT_PROVEN = 0x31
    SAM_NOT_PROVEN = 0x32
    NOT_VERIFIED = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    ABSENT = 0x91


_MEANINGS = {
    Word.OK: "done",
    Word.FOUND: "a card is there",
    Word.BAD_CHECKSUM: "the request came with a wrong checksum",
    Word.BAD_LENGTH: "the request came with a wrong length",
    Word.BAD_COMMAND: "the command is wrong",
    Word.DENIED: "the command is not allowed",
    Word.UNRECOGNISED: "the command is not known",
    Word.CARD_NOT_PROVEN: "the module did not accept the card",
    Word.SAM_NOT_PROVEN: "the card did not accept the module",
    Word.NOT_VERIFIED: "the information could not be verified",
    Word.WRONG_CARD: "a card of another kind",
    Word.READ_FAILED: "the card could not be read",
    Word.RANDOM_FAILED: "no random number",
    Word.SELF_TEST_FAILED: "the module's own test failed",
    Word.NOT_AUTHORISED: "the module is not authorised",
    Word.NO_CARD: "no card",
    Word.SELECT_FAILED: "the card could not be selected",
    Word.ABSENT: "the card has no such item",
}


def meaning(word: int) -> str:
    """What a status byte says, for the log."""
    return f"{word:02X}, {_MEANINGS.get(Word(word), '')}" if word in _KNOWN else f"{word:02X}"


_KNOWN = frozenset(Word)


def request_frame(request: Request) -> bytes:
    """The bytes of a request without data."""
    body = (3).to_bytes(2, "big") + request.to_bytes(2, "big")
    return PREAMBLE + body + bytes([checksum(body)])


def checksum(data: bytes | bytearray) -> int:
    """The XOR of all bytes."""
    return reduce(xor, data, 0)


class Answer:
    """One whole answer. Its data may be a person's: it can be wiped, and no representation shows it."""

    __slots__ = ("data", "word")

    def __init__(self, word: int, data: bytearray) -> None:
        self.word = word
        """The third status byte."""
        self.data = data

    def wipe(self) -> None:
        """Overwrite the data."""
        self.data[:] = bytes(len(self.data))

    def __repr__(self) -> str:
        return f"Answer({meaning(self.word)}; {len(self.data)} bytes)"


class AnswerDecoder:
    """Takes bytes as they come, in pieces of any size, and gives whole answers with right checksums.

    What is no answer is skipped byte by byte, so that a frame behind noise or behind half a frame is still
    found. It holds at most one frame, and overwrites what it has given out or skipped.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.broken = 0
        """How many frames came so far with a wrong checksum."""
        self.skipped = 0
        """How many bytes so far belonged to no answer."""

    @property
    def pending(self) -> int:
        """How many bytes of an answer that is not whole are held."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray) -> list[Answer]:
        """The answers that are whole with `data`."""
        answers: list[Answer] = []
        for start in range(0, len(data), _PIECE):
            self._buffer += data[start : start + _PIECE]
            answers.extend(self._take())
        return answers

    def clear(self) -> None:
        """Forget and overwrite what is held."""
        self._forget(len(self._buffer))

    def __repr__(self) -> str:
        return f"AnswerDecoder({self.pending} bytes pending)"

    def _take(self) -> Iterator[Answer]:
        while self._find_preamble():
            length = int.from_bytes(self._buffer[len(PREAMBLE) : HEAD_BYTES], "big")
            if not _SHORTEST_BODY <= length <= LONGEST_BODY:
                self._skip(1)
                continue
            end = HEAD_BYTES + length
            if len(self._buffer) < end:
                return
            if checksum(self._buffer[len(PREAMBLE) : end]):
                self.broken += 1
                self._skip(1)
                continue
            yield Answer(self._buffer[HEAD_BYTES + 2], self._buffer[HEAD_BYTES + 3 : end - 1])
            self._forget(end)

    def _find_preamble(self) -> bool:
        """Skip to the next preamble; whether one with a length is there."""
        place = self._buffer.find(PREAMBLE)
        if place < 0:
            # A preamble may have begun at the very end.
            keep = next(
                size
                for size in range(len(PREAMBLE) - 1, -1, -1)
                if self._buffer.endswith(PREAMBLE[:size])
            )
            place = len(self._buffer) - keep
        self._skip(place)
        return len(self._buffer) >= HEAD_BYTES

    def _skip(self, count: int) -> None:
        self.skipped += count
        self._forget(count)

    def _forget(self, count: int) -> None:
        self._buffer[:count] = bytes(count)
        del self._buffer[:count]
