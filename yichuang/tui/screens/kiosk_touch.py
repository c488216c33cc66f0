"""What a finger does at a kiosk with a touch panel: it presses rows and keys that are shown."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.rows import Rows

_KEY_CELLS = 6
"""A key on the panel, wide enough for a finger."""


class PressedRow(Message):
    """A row was pressed."""

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row = row


class TouchRows(Rows):
    """Rows that tell when they are pressed."""

    def on_click(self, event: events.Click) -> None:
        """Tell which row it was."""
        event.stop()
        place = event.get_content_offset(self)
        if place is not None:
            self.post_message(PressedRow(place.y))


class KeyPad(Rows):
    """Some keys in a row, three rows high, that type themselves."""

    def __init__(self, keys: Sequence[tuple[str, str]], *, widget_id: str | None = None) -> None:
        """`keys` are (the key as events name it, what is written on it)."""
        super().__init__(_drawn([label for _key, label in keys]), widget_id=widget_id)
        self._names = [key for key, _label in keys]

    def on_click(self, event: events.Click) -> None:
        """Type the key that was pressed."""
        event.stop()
        place = (event.x - 1) // _KEY_CELLS
        if 0 <= place < len(self._names):
            name = self._names[place]
            self.app.post_message(events.Key(name, name if len(name) == 1 else None))


def _drawn(labels: Sequence[str]) -> list[Line]:
    def row(texts: Sequence[str]) -> Line:
        keys: list[str | tuple[str, str]] = [" "]
        for text in texts:
            keys += [(pad(text, _KEY_CELLS - 1), "key"), " "]
        return keys

    blank = [""] * len(labels)
    return [row(blank), row([f"  {label}" for label in labels]), row(blank)]
