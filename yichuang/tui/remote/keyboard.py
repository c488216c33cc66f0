"""Bytes from a terminal, made into Textual's messages. Whatever comes, it never fails.

Pastes are collected here and not by Textual's parser: there, they grow without bound, and escape
sequences within them become keys.
"""

from __future__ import annotations

import codecs
import logging
import time
from collections.abc import Callable, Iterable

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

logger = logging.getLogger(__name__)

MOST_PASTED = 4096
"""Characters that are taken of one paste (our own number: a remark, a list of badge numbers)."""
PASTE_SECONDS = 3.0
"""A paste that says nothing for so long is taken to have ended: its end was lost."""
TICK_SECONDS = constants.ESCAPE_DELAY + 0.01
"""After which a lone Esc is a key; see `Keyboard.tick`."""
_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_BAD = "\N{REPLACEMENT CHARACTER}"


def _new_parser() -> XTermParser:
    """Textual's parser without kitty's keys, whatever the environment says.

    No terminal here is asked for them, and Textual keeps each parser that has seen one, with its
    last key and the app that this went to, in a cache of the whole process.
    """
    parser = XTermParser()
    vars(parser)["_parse_extended_key"] = _no_kitty_key
    return parser


def _no_kitty_key(_sequence: str) -> None:
    return None


class Keyboard:
    """What one terminal sends."""

    def __init__(
        self, *, mouse: bool, deliver: Callable[[Message], None], not_utf8: Callable[[], None]
    ) -> None:
        self._mouse = mouse
        self._deliver = deliver
        self._not_utf8 = not_utf8
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parser = _new_parser()
        self._tail = ""
        self._paste: list[str] | None = None
        self._pasted = 0
        self._heard = 0.0

    @property
    def is_pasting(self) -> bool:
        """Whether the end of a paste is awaited."""
        return self._paste is not None

    def feed(self, data: bytes) -> None:
        """Take bytes, in pieces of any size."""
        text = self._decode(data)
        if _BAD in text:
            text = text.replace(_BAD, "")
            self._not_utf8()
        self._heard = time.monotonic()
        while text:
            text = self._typed(text) if self._paste is None else self._pasting(self._paste, text)

    def tick(self) -> None:
        """Time has passed: an Esc that nothing followed is a key, a paste that lost its end is over."""
        self._parse(lambda: self._parser.tick())
        if self._paste is not None and time.monotonic() - self._heard >= PASTE_SECONDS:
            self._end_paste(self._paste)

    def _typed(self, text: str) -> str:
        """Give the parser what precedes a paste; returns what is in it."""
        joined = self._tail + text
        at = joined.find(_BEGIN)
        if at < 0:
            self._tail = joined[1 - len(_BEGIN) :]
            self._parse(lambda: self._parser.feed(text))
            return ""
        cut = at + len(_BEGIN) - len(self._tail)
        self._tail = ""
        self._parse(lambda: self._parser.feed(text[:cut]))
        self._paste, self._pasted = [], 0
        return text[cut:]

    def _pasting(self, paste: list[str], text: str) -> str:
        """Collect a paste; returns what follows it."""
        joined = self._tail + text
        at = joined.find(_END)
        if at < 0:
            held = next(n for n in range(len(_END) - 1, -1, -1) if joined.endswith(_END[:n]))
            self._tail = joined[len(joined) - held :]
            self._collect(paste, joined[: len(joined) - held])
            return ""
        self._collect(paste, joined[:at])
        self._end_paste(paste)
        return joined[at + len(_END) :]

    def _collect(self, paste: list[str], text: str) -> None:
        taken = text[: MOST_PASTED - self._pasted]
        self._pasted += len(taken)
        paste.append(taken)

    def _end_paste(self, paste: list[str]) -> None:
        self._paste, self._tail = None, ""
        self._parse(lambda: self._parser.feed(_END))
        text = "".join(paste)
        shown = "".join(each for each in text if each in "\t\n\r" or each.isprintable())
        self._deliver(events.Paste(shown))

    def _parse(self, parse: Callable[[], Iterable[Message]]) -> None:
        try:
            found = list(parse())
        except Exception as error:  # a client may send anything
            logger.info("input was not understood, and dropped: %r", error)
            self._parser = _new_parser()
            return
        for message in found:
            if isinstance(message, events.Key) or (
                self._mouse and isinstance(message, events.MouseEvent)
            ):
                self._deliver(message)
            # All else answers questions that were never asked, or tells of a paste.
