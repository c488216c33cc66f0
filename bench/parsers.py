"""Whether the parsers of what devices send survive a million generated inputs each.

An input is random bytes, or a sound message of the device with bytes changed, cut out or doubled; it is fed
in pieces to a parser that keeps its state from the inputs before. No exception may leave a parser, what it
holds must stay small, and no input may keep it busy. The inputs come from seeds: every run has the same.
"""

from __future__ import annotations

import logging
import random
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bench.report import Figure, exactly, main, say
from yichuang.config.byte_template import parse_template
from yichuang.hardware.display.onbon import AcknowledgementReader, frame
from yichuang.hardware.display.template import render
from yichuang.hardware.id_reader.card import TEXT_BYTES, read_text
from yichuang.hardware.id_reader.frame import AnswerDecoder, Request, request_frame
from yichuang.hardware.pad.evdev import EventParser, UsTyping
from yichuang.hardware.pad.hidraw import ReportParser
from yichuang.hardware.pad.serial_keys import FrameParser
from yichuang.hardware.scanner import ScanLines
from yichuang.hardware.simulator.id_card import SAMPLES
from yichuang.hardware.ticket_printer.status import StatusParser
from yichuang.queue.person import identify
from yichuang.queue.scan_typing import ScanTyping
from yichuang.queue.ticket_code import check_character, read_ticket_code

INPUTS = 1_000_000
MOST_HELD = 4_096
"""Bytes that a parser may hold between two inputs: more than any message, far less than a flood."""

MOST_SECONDS = 0.5
"""For one input, on a machine that does other things, too: what hangs takes for ever."""

_ALPHABET = (
    "{}[]{}[]:0123456789ABCDEFabcdef number:gbk text:utf-8 window:u8 sum8 xor len16le 窗口\x1b"
)


class Parser:
    """One parser under test: `take` is given an input; `held` says how many bytes it keeps."""

    def __init__(self, take: Callable[[bytes], object], held: Callable[[], int]) -> None:
        self.take = take
        self.held = held


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried, and what sound messages of its device look like."""

    name: str
    make: Callable[[], Parser]
    sound: Sequence[bytes]


@dataclass(slots=True)
class Outcome:
    """What a million inputs came to."""

    broken: int = 0
    held: int = 0
    slowest: float = 0.0


def _inputs(subject: Subject, count: int) -> Iterator[bytes]:
    chance = random.Random(subject.name)
    for _each in range(count):
        if chance.random() < 0.4:
            yield chance.randbytes(chance.randrange(48))
        else:
            yield _spoiled(chance, chance.choice(subject.sound))


def _spoiled(chance: random.Random, sound: bytes) -> bytes:
    data = bytearray(sound)
    for _each in range(chance.randrange(3)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[place:place] = chance.randbytes(chance.randrange(4))
            case 1:
                del data[place : place + chance.randrange(1, 9)]
            case 2:
                data[place : place + 1] = chance.randbytes(1)
            case _:
                data[place:place] = data[: chance.randrange(64)]
    return bytes(data)


def _held_by(parser: object) -> Callable[[], int]:
    """How many bytes stand in a parser's attributes."""
    names = list(vars(parser))

    def held() -> int:
        kept = (getattr(parser, name) for name in names)
        return sum(len(each) for each in kept if isinstance(each, bytes | bytearray | str | list))

    return held


def _feeding(parser: StatusParser | AnswerDecoder | EventParser | ScanLines) -> Parser:
    chance = random.Random(1)

    def take(data: bytes) -> None:
        cut = chance.randrange(len(data) + 1)
        parser.feed(data[:cut])
        parser.feed(data[cut:])

    return Parser(take, _held_by(parser))


def _typing() -> Parser:
    events, typing = EventParser(), UsTyping()

    def take(data: bytes) -> None:
        for event in events.feed(data):
            typing.feed(event)

    return Parser(take, _held_by(events))


def _burst() -> Parser:
    typing = ScanTyping()
    at = 0.0

    def take(data: bytes) -> None:
        nonlocal at
        for character in data.decode("latin-1"):
            at += 0.01 if character != "\x7f" else 1.0
            typing.feed(character, at)

    return Parser(take, _held_by(typing))


def _card() -> Parser:
    secret = bytes(32)

    def take(data: bytes) -> None:
        block = (data + b" \0" * TEXT_BYTES)[:TEXT_BYTES]
        read_text(block, lambda number: identify(secret, number), date(2026, 11, 22))

    return Parser(take, lambda: 0)


def _template() -> Parser:
    chance = random.Random(2)

    def take(data: bytes) -> None:
        text = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in data)
        try:
            template = parse_template(text)
        except ValueError:
            template = parse_template("1B 40 {[}{text:gbk}{number:u16be}{]}{len8}{xor}")
        shown = data.decode("utf-8", "replace") + chr(chance.randrange(0xD800))
        render(template, dict.fromkeys(("text", "number", "window", "line1"), shown))

    return Parser(take, lambda: 0)


def _code() -> Parser:
    return Parser(lambda data: read_ticket_code(data.decode("latin-1")), lambda: 0)


def _subjects() -> list[Subject]:
    event = struct.Struct("llHHi")
    keys = [event.pack(1, 5, 1, code, value) for code in (2, 28, 42, 79) for value in (0, 1, 2)]
    answers = [b"\x12", b"\x10\0\0\0", b"\x37\x22A001\0", b"\x11\x13", b"\x0c"]
    answer = bytes.fromhex("AAAAAA96690008 00009F 00000000 97".replace(" ", ""))
    requests = [request_frame(each) for each in Request]
    code = "Q112345A7K2"
    coded = f"{code}{check_character(code)}\r\n".encode()
    scans = [coded, "预约123456\t".encode(), b"\xd4\xa4\xd4\xbc\r"]
    taken = [frame(b"\xa0\x00\x01\x00\x00"), frame(b"\xa0\x01\xa5\x5a")]
    return [
        Subject("printer status", lambda: _feeding(StatusParser()), answers),
        Subject("SDT frames", lambda: _feeding(AnswerDecoder()), [answer, *requests]),
        Subject("ID card text", _card, [card.text() for card in SAMPLES]),
        Subject("BX acknowledgements", lambda: _feeding(AcknowledgementReader()), taken),
        Subject("evdev", _typing, keys),
        Subject("hidraw", lambda: _feeding(ReportParser(8, 2)), [bytes((0, 0, 30, 0, 0, 0, 0, 0))]),
        Subject(
            "serial pad",
            lambda: _feeding(FrameParser("AA55(..)..FF", "none")),
            [b"\xaa\x55\x01\x00\xff"],
        ),
        Subject("scanner", lambda: _feeding(ScanLines()), scans),
        Subject("typed scans", _burst, scans),
        Subject("ticket codes", _code, scans),
        Subject("byte templates", _template, [b"{[}{text:gbk}{]}", b"{number:u16be}"]),
    ]


def _try(subject: Subject, count: int) -> Outcome:
    parser, outcome = subject.make(), Outcome()
    clock = time.perf_counter
    for data in _inputs(subject, count):
        began = clock()
        try:
            parser.take(data)
        except Exception as error:
            outcome.broken += 1
            if outcome.broken <= 3:
                say(f"{subject.name}: {error!r} for {data.hex()}")
            parser = subject.make()
        outcome.slowest = max(outcome.slowest, clock() - began)
        outcome.held = max(outcome.held, parser.held())
    return outcome


def run() -> list[Figure]:
    """Every parser, a million inputs each."""
    logging.disable(logging.ERROR)
    figures = []
    for subject in _subjects():
        began = time.monotonic()
        outcome = _try(subject, INPUTS)
        seconds = time.monotonic() - began
        say(f"{subject.name}: {INPUTS:,} inputs in {seconds:.0f} s")
        is_met = outcome.held <= MOST_HELD and outcome.slowest <= MOST_SECONDS
        figures.append(exactly(f"{subject.name}: inputs that broke it", outcome.broken, 0))
        figures.append(
            Figure(
                f"{subject.name}: most held, slowest input",
                f"{outcome.held} B, {outcome.slowest * 1000:.1f} ms",
                target=f"<= {MOST_HELD} B, {MOST_SECONDS * 1000:.0f} ms",
                met=is_met,
            )
        )
    return figures


if __name__ == "__main__":
    main(run)
