"""Patterns over bytes written in hexadecimal, found in a time that grows with the bytes alone.

A regular expression of Python's may take for ever on a few dozen bytes of garbage; this one walks all its
ways at once (Pike's machine). It knows hexadecimal digits, `.`, `[0-9A]`, `[^0]`, `( )`, `(?: )`, `|`, `*`,
`+`, `?`, `{n}`, `{n,}` and `{n,m}`. `^` at the front and `$` at the end are allowed and mean nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MOST_STEPS = 600
_MOST_REPEATS = 64
_ANY = 0xFFFF
_REPEAT = re.compile(r"\{(\d{1,3})(,?)(\d{0,3})\}")
_CHAR, _SPLIT, _SAVE, _MATCH = range(4)


class Found(NamedTuple):
    """A match, in whole bytes."""

    start: int
    end: int
    key: str
    """What the first group matched, else the whole match: hexadecimal digits in upper case."""


class _Step(NamedTuple):
    """One step of the program."""

    kind: int
    value: int = 0
    """The digits that fit, as bits; the first way of a split; what is saved."""
    other: int = -1
    """The second way of a split."""


class _Thread(NamedTuple):
    """One way through the program so far."""

    step: int
    start: int
    group: tuple[int, int]


class HexPattern:
    """One pattern; raises ValueError when it is not understood, is too long, or can match no bytes at all."""

    def __init__(self, pattern: str) -> None:
        text = pattern.replace(" ", "").removeprefix("^").removesuffix("$")
        program = _Compiler(text).program()
        self._program = program
        if self._matches_nothing():
            raise ValueError(pattern)

    def search(self, data: bytes) -> Found | None:
        """The first match in `data`, from whole byte to whole byte."""
        text = data.hex().upper()
        threads: list[_Thread] = []
        seen: set[int] = set()
        best: tuple[_Thread, int] | None = None
        for place in range(len(text) + 1):
            if best is None and place % 2 == 0:
                self._follow(threads, seen, _Thread(0, place, (-1, -1)), place)
            digit = 1 << int(text[place], 16) if place < len(text) else 0
            following: list[_Thread] = []
            seen = set()
            for thread in threads:
                step = self._program[thread.step]
                if step.kind == _MATCH:
                    if place % 2 == 0:
                        best = (thread, place)
                        break
                elif step.value & digit:
                    self._follow(following, seen, thread._replace(step=thread.step + 1), place + 1)
            threads = following
            if best is not None and not threads:
                break
        return self._found(text, *best) if best else None

    def _found(self, text: str, thread: _Thread, end: int) -> Found:
        first, last = thread.group
        key = text[first:last] if -1 < first < last else text[thread.start : end]
        return Found(thread.start // 2, end // 2, key)

    def _follow(self, threads: list[_Thread], seen: set[int], thread: _Thread, place: int) -> None:
        """Add the steps that wait for a digit, or the match, that the thread comes to."""
        ways = [thread]
        while ways:
            way = ways.pop()
            if way.step in seen:
                continue
            seen.add(way.step)
            step = self._program[way.step]
            if step.kind == _SPLIT:
                if step.other >= 0:
                    ways.append(way._replace(step=step.other))
                ways.append(way._replace(step=step.value))
            elif step.kind == _SAVE:
                first, last = way.group
                group = (place, last) if step.value == 0 else (first, place)
                ways.append(way._replace(step=way.step + 1, group=group))
            else:
                threads.append(way)

    def _matches_nothing(self) -> bool:
        threads: list[_Thread] = []
        self._follow(threads, set(), _Thread(0, 0, (-1, -1)), 0)
        return any(self._program[thread.step].kind == _MATCH for thread in threads)


class _Compiler:
    """From the pattern's text to the program, in one pass; a repeated part is written out again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._grouped = False

    def program(self) -> list[_Step]:
        """The whole program; raises ValueError."""
        steps = self._either()
        if self._place != len(self._text):
            raise ValueError(self._text)
        return [*steps, _Step(_MATCH)]

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _take(self, text: str) -> bool:
        found = self._text.startswith(text, self._place)
        if found:
            self._place += len(text)
        return found

    def _either(self) -> list[_Step]:
        steps = self._sequence()
        while self._take("|"):
            steps = _join(steps, self._sequence())
        return steps

    def _sequence(self) -> list[_Step]:
        steps: list[_Step] = []
        while self._peek() not in ("", "|", ")"):
            part = self._repeated(self._part())
            steps = _checked([*steps, *_moved(part, len(steps))])
        return steps

    def _part(self) -> list[_Step]:
        if self._take("("):
            counts = not self._take("?:") and not self._grouped
            if counts:
                self._grouped = True
            inner = self._either()
            if not self._take(")"):
                raise ValueError(self._text)
            if counts:
                return [_Step(_SAVE, 0), *_moved(inner, 1), _Step(_SAVE, 1)]
            return inner
        if self._take("["):
            return [_Step(_CHAR, self._digits())]
        if self._take("."):
            return [_Step(_CHAR, _ANY)]
        return [_Step(_CHAR, 1 << self._digit())]

    def _digit(self) -> int:
        digit = self._peek()
        if not digit or digit not in "0123456789abcdefABCDEF":
            raise ValueError(self._text)
        self._place += 1
        return int(digit, 16)

    def _digits(self) -> int:
        other = self._take("^")
        found = 0
        while not self._take("]"):
            first = last = self._digit()
            if self._take("-"):
                last = self._digit()
            for digit in range(first, last + 1):
                found |= 1 << digit
        if not found:
            raise ValueError(self._text)
        return _ANY & ~found if other else found

    def _repeated(self, part: list[_Step]) -> list[_Step]:
        while (least_most := self._repeats()) is not None:
            least, most = least_most
            steps: list[_Step] = []
            for _each in range(least):
                steps = _checked([*steps, *_moved(part, len(steps))])
            if most is None:
                steps = [*steps, *_moved(_for_ever(part), len(steps))]
            else:
                optional: list[_Step] = []
                for _each in range(most - least):
                    optional = _checked(_perhaps([*part, *_moved(optional, len(part))]))
                steps = [*steps, *_moved(optional, len(steps))]
            part = _checked(steps)
        return part

    def _repeats(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        found = _REPEAT.match(self._text, self._place)
        if found is None:
            return None
        self._place = found.end()
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else None
        if least > _MOST_REPEATS or (most is not None and not least <= most <= _MOST_REPEATS):
            raise ValueError(self._text)
        return least, most


def _moved(steps: list[_Step], by: int) -> list[_Step]:
    """The steps, to stand `by` places further on."""
    return [
        step._replace(value=step.value + by, other=step.other + by if step.other >= 0 else -1)
        if step.kind == _SPLIT
        else step
        for step in steps
    ]


def _join(one: list[_Step], two: list[_Step]) -> list[_Step]:
    end = len(one) + len(two) + 2
    return _checked(
        [
            _Step(_SPLIT, 1, len(one) + 2),
            *_moved(one, 1),
            _Step(_SPLIT, end),
            *_moved(two, len(one) + 2),
        ]
    )


def _perhaps(part: list[_Step]) -> list[_Step]:
    return [_Step(_SPLIT, 1, len(part) + 1), *_moved(part, 1)]


def _for_ever(part: list[_Step]) -> list[_Step]:
    return [_Step(_SPLIT, 1, len(part) + 2), *_moved(part, 1), _Step(_SPLIT, 0)]


def _checked(steps: list[_Step]) -> list[_Step]:
    if len(steps) > _MOST_STEPS:
        raise ValueError(len(steps))
    return steps
