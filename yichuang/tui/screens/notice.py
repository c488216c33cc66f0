"""Something that one has to know before one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import wrap
from yichuang.tui.widgets.rows import Rows

_CELLS = 60


class Notice(Dialog[bool]):
    """Some lines to be read; True for Enter. A digit does nothing: it was meant for what is behind."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "agree", N_("好"))]

    def __init__(self, heading: str, lines: Sequence[str]) -> None:
        """All texts are in the user's language."""
        super().__init__(heading)
        self._lines = lines

    def compose_body(self) -> ComposeResult:
        """The lines."""
        rows = [f"  {row}" for line in self._lines for row in wrap(line, _CELLS)]
        yield Rows(["", *rows, ""])

    def action_agree(self) -> None:
        """It was read, and what it offers is wanted."""
        self.dismiss(True)


class IdleWarning(Notice):
    """Any key goes on."""

    def on_key(self, event: events.Key) -> None:
        """Somebody is there."""
        event.stop()
        event.prevent_default()
        self.dismiss(True)
