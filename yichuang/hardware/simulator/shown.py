"""What simulated displays share: how they hang on their line, and how they draw themselves as text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import Generic, Self, TypeVar

from yichuang.hardware.simulator.wire import Wire
from yichuang.hardware.text import width_of

Fails = TypeVar("Fails", bound=StrEnum)
"""The ways in which a display can fail."""


class SimulatedDisplay(ABC, Generic[Fails]):
    """A display at the end of a wire; an async context manager."""

    wire: Wire

    def __init__(self, show: Callable[[str], None], failure: Fails | None) -> None:
        """`show` is told the display as text whenever it changes."""
        self.failure = failure
        self._show = show
        self._drawn = ""

    async def __aenter__(self) -> Self:
        await self.fail(self.failure)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.wire.unplug()

    @abstractmethod
    async def fail(self, failure: Fails | None) -> None:
        """Begin to fail in that way, or be sound again (None)."""

    @abstractmethod
    def draw(self) -> str:
        """The display as text."""

    async def _hang(self, *, is_there: bool, reads: bool) -> None:
        """Be on the line or away from it, taking bytes or leaving them."""
        if is_there:
            await self.wire.plug()
            self.wire.read_on(reads)
        else:
            await self.wire.unplug()

    def _draw_change(self) -> None:
        drawn = self.draw()
        if drawn != self._drawn:
            self._drawn = drawn
            self._show(drawn)


def draw_box(lines: Sequence[str], columns: int, note: str = "") -> str:
    """`lines` in a frame of `columns` half-width characters, `note` beneath it."""
    edge = "-" * columns
    inside = (f"|{line}{' ' * (columns - width_of(line))}|" for line in lines)
    return "\n".join([f"+{edge}+", *inside, f"+{edge}+", *([note] if note else [])])
