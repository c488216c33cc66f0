"""What an ESC/POS stream brings about, in the order of the stream."""

from __future__ import annotations

from dataclasses import dataclass

from yichuang.hardware.simulator.paper import Paper, PaperItem


@dataclass(frozen=True, slots=True)
class Printed:
    """A line, image or code came out."""

    item: PaperItem


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of paper is finished."""

    paper: Paper


@dataclass(frozen=True, slots=True)
class InBandRequest:
    """`GS r n`."""

    n: int


@dataclass(frozen=True, slots=True)
class ProcessIdRequest:
    """`GS ( H` function 48."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class AutomaticRequest:
    """`GS a n`: Automatic Status Back for these causes; 0 turns it off."""

    n: int


@dataclass(frozen=True, slots=True)
class Sounded:
    """The buzzer or the drawer pulse."""


Event = Printed | Cut | InBandRequest | ProcessIdRequest | AutomaticRequest | Sounded
