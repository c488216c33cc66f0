"""Terminals over SSH: their kinds and charsets, their keys, and who gets as far as the handshake."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tests.waiting import until
from yichuang.config import RemoteSettings
from yichuang.tui.remote import keyboard as keyboard_module
from yichuang.tui.remote.allowance import Allowance, Turns
from yichuang.tui.remote.gate import MOST_ADDRESSES, Gate
from yichuang.tui.remote.keyboard import MOST_PASTED, Keyboard
from yichuang.tui.remote.kind import (
    encoded_for,
    foreign_charset,
    kind_of,
    language_of,
    sound_size,
)


@pytest.mark.parametrize(
    ("term", "has_alternate", "has_colour"),
    [
        ("xterm", True, True),
        ("xterm-256color", True, True),
        ("xterm-mono", False, False),
        ("screen.xterm-256color", True, True),
        ("tmux-256color", True, True),
        ("putty", True, True),
        ("rxvt-unicode", True, True),
        ("linux", False, True),
        ("linux-16color", False, True),
        ("vt100", False, False),
        ("vt102", False, False),
        ("vt220", False, False),
        ("a-terminal-of-2031", False, False),
    ],
)
def test_a_terminal_is_used_as_it_is(term: str, has_alternate: bool, has_colour: bool) -> None:
    kind = kind_of(term)
    assert kind is not None
    assert ("1049" in kind.start, "1049" in kind.stop) == (has_alternate, has_alternate)
    assert ("2004" in kind.start) is has_alternate
    assert kind.has_colour is has_colour
    assert kind.stop.endswith("\x1b[?25h")


@pytest.mark.parametrize(
    "term", ["", "dumb", "unknown", "emacs", "wy60", "x" * 41, "a b", "é", "-x"]
)
def test_no_screen_is_drawn_where_none_can_be(term: str) -> None:
    assert kind_of(term) is None


def test_a_size_is_believed_within_reason() -> None:
    assert sound_size(0, 0) == (80, 24)
    assert sound_size(132, 43) == (132, 43)
    assert sound_size(2**32 - 1, 2**32 - 1) == (500, 200)


@pytest.mark.parametrize(
    ("environment", "language", "charset"),
    [
        ({}, None, None),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN", None),
        ({"LANG": "zh_CN.utf8"}, "zh_CN", None),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_CN", None),
        ({"LANG": "zh_CN.GB18030"}, "zh_CN", "GB18030"),
        ({"LANG": "zh_CN.UTF-8", "LC_CTYPE": "zh_CN.GBK"}, "zh_CN", "GBK"),
        ({"LC_ALL": "en_US.UTF-8", "LC_CTYPE": "zh_CN.GBK"}, "en", None),
        ({"LANG": "de_DE.ISO-8859-1@euro"}, None, "ISO-8859-1"),
        ({"LANG": "C"}, None, None),
        ({"LANG": "zh_CN"}, "zh_CN", None),
        ({"LANG": "x.rot13"}, None, "rot13"),
        ({"LANG": "x.\x1b[2J"}, None, None),
    ],
)
def test_the_environment_tells_language_and_charset(
    environment: dict[str, str], language: str | None, charset: str | None
) -> None:
    assert language_of(environment) == language
    assert foreign_charset(environment) == charset
    assert encoded_for(charset, "ok") == b"ok"


# --- keys -----------------------------------------------------------------------------------------


class Typist:
    """A keyboard, and what it made of its bytes."""

    def __init__(self, *, mouse: bool = False) -> None:
        self.messages: list[Message] = []
        self.hints = 0
        self.keyboard = Keyboard(mouse=mouse, deliver=self.messages.append, not_utf8=self._hint)

    def _hint(self) -> None:
        self.hints += 1

    @property
    def told(self) -> list[str]:
        """Keys by name, pastes by their text."""
        return [_told(message) for message in self.messages]


def _told(message: Message) -> str:
    if isinstance(message, events.Key):
        return message.key
    return f"paste:{message.text}" if isinstance(message, events.Paste) else type(message).__name__


INPUT = "a中\x1b[A\x1b[200~粘贴\x1b[31m\x00好\r\n\x1b[201~b\x1bOP".encode()
MEANING = ["a", "中", "up", "paste:粘贴[31m好\r\n", "b", "f1"]


@given(st.lists(st.integers(0, len(INPUT))))
def test_input_means_the_same_however_it_is_cut(cuts: list[int]) -> None:
    typist = Typist()
    places = [0, *sorted(cuts), len(INPUT)]
    for begin, end in pairwise(places):
        typist.keyboard.feed(INPUT[begin:end])
    assert typist.told == MEANING
    assert typist.hints == 0


def test_bytes_that_are_not_utf8_are_dropped_and_told() -> None:
    typist = Typist()
    typist.keyboard.feed("王".encode("gbk") + b"7\xff\x1b[B")
    assert typist.told == ["7", "down"]
    assert typist.hints > 0


def test_a_paste_is_bounded_and_one_that_never_ends_does(monkeypatch: pytest.MonkeyPatch) -> None:
    typist = Typist()
    typist.keyboard.feed(b"\x1b[200~")
    for _each in range(100):
        typist.keyboard.feed(b"x" * 1000)
    typist.keyboard.feed(b"\x1b[20")
    assert typist.keyboard.is_pasting
    typist.keyboard.tick()
    assert typist.keyboard.is_pasting
    monkeypatch.setattr(keyboard_module, "PASTE_SECONDS", -1.0)
    typist.keyboard.tick()
    assert typist.told == [f"paste:{'x' * MOST_PASTED}"]
    typist.keyboard.feed(b"y")
    assert typist.told[1:] == ["y"]


def test_a_lone_escape_is_a_key_once_time_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    typist = Typist()
    typist.keyboard.feed(b"\x1b")
    typist.keyboard.tick()
    assert typist.told == []
    monkeypatch.setattr("textual._parser.get_time", lambda: float("inf"))
    typist.keyboard.tick()
    assert typist.told == ["escape"]


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?2026;2$y",
        b"\x1b[?2048;1$y",
        b"\x1b[48;99999;99999;1;1t",
        b"\x1b[5;5R",
        b"\x1b[I\x1b[O",
        b"\x1b[<0;5;5M",
        b"\x1b[<0;99999999999999999999;5M",
    ],
)
def test_answers_to_what_nobody_asked_mean_nothing(answer: bytes) -> None:
    typist = Typist()
    typist.keyboard.feed(answer + b"7")
    assert typist.told[-1] == "7"
    assert all(isinstance(each, events.Key) for each in typist.messages)


def test_clicks_are_taken_only_where_they_were_asked_for() -> None:
    typist = Typist(mouse=True)
    typist.keyboard.feed(b"\x1b[<0;5;5M")
    assert typist.told == ["MouseDown"]


def test_whatever_comes_the_next_key_is_a_key() -> None:
    pieces = [b"\x1b", b"\x1b[", b"200~", b"\x1b[201~", b"\x1b[99999999999;5u", b"\x9b", b"\x00"]
    chance = random.Random(7)
    typist = Typist()
    for _each in range(3000):
        typist.keyboard.feed(chance.choice([*pieces, chance.randbytes(3)]))
    # Whatever was begun: an end of a paste, and enough for any sequence to be given up.
    typist.keyboard.feed(b"\x1b[201~" + b"z" * 40)
    assert typist.told[-1] == "z"


# --- the gate -------------------------------------------------------------------------------------


class Hand:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def a_gate(**settings: Any) -> tuple[Gate[str], Hand]:
    """A gate and its clock."""
    hand = Hand()
    return Gate(RemoteSettings(**settings), hand), hand


def test_an_address_gets_so_many_connections_a_minute() -> None:
    gate, hand = a_gate(connections_a_minute=2)
    assert [gate.admits(str(n), "10.0.0.1") for n in range(3)] == [True, True, False]
    assert gate.admits("other", "10.0.0.2")
    hand.now = 60.0
    assert gate.admits("later", "10.0.0.1")
    assert gate.unproved == 4


def test_a_subscriber_of_ipv6_is_one_address() -> None:
    gate, _hand = a_gate(connections_a_minute=1)
    assert gate.admits("a", "2001:db8::1")
    assert not gate.admits("b", "2001:db8::ffff:2")
    assert gate.admits("c", "2001:db8:0:1::1")
    assert gate.admits("d", "fe80::1%eth0")
    assert gate.admits("e", "not an address")


def test_who_floods_pushes_out_his_own() -> None:
    gate, _hand = a_gate(most_unproved=3)
    assert gate.admits("clerk", "10.0.0.1")
    assert gate.surplus() is None
    for number in range(3):
        gate.admits(f"flood {number}", "10.6.6.6")
    assert gate.surplus() == "flood 0"
    gate.leave("flood 0")
    assert gate.surplus() is None
    gate.leave("clerk")
    gate.leave("clerk")
    assert gate.unproved == 2


def test_addresses_are_not_remembered_without_bound() -> None:
    gate, hand = a_gate(connections_a_minute=1)
    for number in range(MOST_ADDRESSES + 10):
        assert gate.admits("x", f"10.1.{number // 250}.{number % 250}")
    assert len(gate._begun) == MOST_ADDRESSES
    hand.now = 61.0
    gate.admits("x", "10.2.0.1")
    assert len(gate._begun) == 1


def test_what_is_taken_beyond_an_allowance_is_paid_by_waiting() -> None:
    clock = [100.0]
    allowance = Allowance(10, 40, lambda: clock[0])
    assert allowance.take(40) == 0
    assert allowance.take(5) == 0.5
    assert allowance.take(5) == 1
    clock[0] += 1.5
    assert allowance.take(5) == 0
    clock[0] += 1000
    assert allowance.take(50) == 1, "what was not used does not add up"


def test_who_only_waits_for_an_allowance_owes_nothing() -> None:
    clock = [100.0]
    allowance = Allowance(2, 2, lambda: clock[0])
    assert allowance.wait_for(1) == 0
    assert allowance.wait_for(1) == 0
    allowance.take(2)
    assert allowance.wait_for(1) == allowance.wait_for(1) == 0.5
    clock[0] += 0.5
    assert allowance.wait_for(1) == 0


async def test_whoever_comes_again_and_again_stands_last_each_time() -> None:
    """Fifteen who come back at once keep nobody waiting for more than fifteen turns."""
    turns = Turns(Allowance(1000, 1))
    given: list[str] = []

    async def come_back(name: str) -> None:
        while True:
            await turns.join()
            given.append(name)

    others = [asyncio.create_task(come_back(f"other {each}")) for each in range(15)]
    try:
        for each in range(5):
            await until(lambda: len(given) > 30)
            given.clear()
            await turns.join()
            assert len(given) <= 15, each
    finally:
        for task in others:
            task.cancel()
        await asyncio.wait(others)


async def test_who_leaves_the_line_takes_no_turn() -> None:
    clock = [100.0]
    turns = Turns(Allowance(1024, 1, lambda: clock[0]))
    assert turns.join().done()
    leaves, stays, last = turns.join(), turns.join(), turns.join()
    leaves.cancel()
    clock[0] += 1 / 1024
    await stays
    assert not last.done()
    clock[0] += 1 / 1024
    await last
