"""What each kind of display must be able to say: the bytes for what is shown."""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from yichuang.hardware.display.content import Shown


class Answer(Enum):
    """What a display answered to a frame."""

    TAKEN = auto()
    REFUSED = auto()
    OTHER = auto()
    """A sound frame that says something else; the device is there and understands."""
    SPOILED = auto()
    """A frame that is cut short, or whose checksum is wrong."""


class AnswerReader(Protocol):
    """Finds the answers in what a display sends, however it comes; survives anything."""

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that are complete with `data`."""
        ...


class DisplayEncoder(Protocol):
    """The bytes of one kind of display. Pure."""

    blinks: bool
    """The display cannot flash by itself: the dark halves of a flash are sent."""
    opening: bytes
    """Sent first after it was opened."""
    closing: bytes
    """Blanks it, when nobody will tell it anything more."""
    ping: bytes
    """Asks whether it is there; empty where there is no such question."""

    def frame(self, shown: Shown) -> bytes:
        """What makes the display show that; empty to leave it as it is."""
        ...

    def reader(self) -> AnswerReader | None:
        """Reads the answers to frames; None for a display that is not asked to answer."""
        ...
