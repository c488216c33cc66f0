"""What each section of the administration screen gives: names on the left, values on the right, and acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from textual.screen import Screen

from yichuang.queue.service import Hall
from yichuang.tui.text import Line


class Desk(Protocol):
    """The screen, as its sections see it."""

    @property
    def hall(self) -> Hall:
        """In the hands of whoever sits here."""
        ...

    @property
    def screen_itself(self) -> Screen[Any]:
        """Where dialogs are asked over."""
        ...

    @property
    def actor(self) -> str:
        """Who sits here, at the hall's own machine."""
        ...

    def tell(self, text: str, hint: str = "") -> None:
        """Show a notice."""
        ...

    async def run(self, act: Callable[[], Awaitable[Any]]) -> bool:
        """Do something to the hall, and read again; whether it was done. A refusal is shown."""
        ...

    async def show_again(self) -> None:
        """Something has changed on the screen alone."""
        ...

    def go_to_row(self, row: int) -> None:
        """Put the cursor of the names on a row."""
        ...


class Tab:
    """One section of the administration screen. A row counts from 0; there may be none."""

    ACTIONS: frozenset[str] = frozenset()
    """Which of add, remove, retire, reset, search, save, forget, profile, undo there are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def load(self) -> None:
        """Read what is shown. It may raise a YichuangError."""

    def heading(self) -> Line:
        """A row above both lists."""
        return ""

    def names(self) -> Sequence[Line]:
        """The rows on the left."""
        return ()

    def values(self, row: int) -> Sequence[Line]:
        """The rows on the right, of a row on the left."""
        return ()

    def about(self, row: int, value: int) -> str:
        """More on a row on the right, as it stands under the cursor."""
        return ""

    def possible(self, action: str) -> bool:
        """Whether an action makes sense now."""
        return True

    async def edit(self, row: int, value: int) -> None:
        """Enter on a row on the right."""

    async def choose(self, row: int) -> bool:
        """Enter on a row on the left; whether that was all, and the cursor stays there."""
        return False

    async def act(self, action: str, row: int, value: int) -> None:
        """One of `ACTIONS`."""
