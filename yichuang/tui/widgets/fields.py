"""Lines to be typed into, one above the other: badge numbers and PINs. Nothing blinks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.rows import Rows

LABEL_CELLS = 12
_MASK = "*"


class Field(NamedTuple):
    """One line."""

    name: str
    label: str
    """In the user's language."""
    most: int
    """Characters that it takes."""
    is_secret: bool = False
    """Whether a star is shown for each character; then it takes digits only."""

    def takes(self, character: str) -> bool:
        """Whether the character can be typed: digits, and letters and - for what is no secret."""
        if not character.isascii():
            return False
        return character.isdecimal() if self.is_secret else character.isalnum() or character == "-"


class Fields(Rows, can_focus=True):
    """Takes every key itself, in the order in which they come, however fast: also what is typed ahead.

    Full-width characters, as an input method sends them, count as the plain ones.
    """

    class Filled(Message):
        """Enter was pressed on the last line."""

    class Refused(Message):
        """What was typed cannot be part of a line."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    DEFAULT_CSS = """
    Fields { height: auto; }
    """

    def __init__(self, fields: Sequence[Field], *, widget_id: str | None = None) -> None:
        self._fields = list(fields)
        self._typed = ["" for _each in fields]
        self._at = 0
        self.is_held = False
        """While what was typed is being looked at, keys do nothing."""
        super().__init__(self._rows(), widget_id=widget_id)

    @property
    def values(self) -> dict[str, str]:
        """What stands in each line, by name."""
        return {field.name: typed for field, typed in zip(self._fields, self._typed, strict=True)}

    def fill(self, name: str, text: str) -> None:
        """Put something into a line."""
        self._typed[self._place(name)] = text
        self.show(self._rows())

    def clear(self, *names: str) -> None:
        """Empty these lines, all where none is named, and go to the first of them."""
        places = [self._place(name) for name in names] or range(len(self._fields))
        for place in places:
            self._typed[place] = ""
        self.move_to(places[0])

    def move_to(self, place: int) -> None:
        """Type into another line."""
        self._at = place % len(self._fields)
        self.show(self._rows())

    def step(self, by: int) -> None:
        """Type into the next line, or the one before."""
        self.move_to(self._at + by)

    def enter(self) -> None:
        """Go on: to the next line, or with all of them."""
        if self._at + 1 < len(self._fields):
            self.step(1)
        else:
            self.post_message(self.Filled())

    def clear_line(self) -> None:
        """Empty the line that is being typed."""
        self._put("")

    def on_key(self, event: events.Key) -> None:
        """Type, or go about between the lines."""
        act = {
            "enter": self.enter,
            "tab": lambda: self.step(1),
            "down": lambda: self.step(1),
            "up": lambda: self.step(-1),
            "shift+tab": lambda: self.step(-1),
            "backspace": lambda: self._put(self._typed[self._at][:-1]),
            "ctrl+h": lambda: self._put(self._typed[self._at][:-1]),
            "ctrl+u": self.clear_line,
        }.get(event.key)
        if act is None and not (event.character and event.character.isprintable()):
            return
        event.stop()
        event.prevent_default()
        if self.is_held:
            return
        if act is not None:
            act()
        else:
            self._type(event.character or "")

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        if not self.is_held:
            self._type((event.text.strip().splitlines() or [""])[0])

    def _type(self, text: str) -> None:
        field = self._fields[self._at]
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        if not plain:
            return
        if all(field.takes(character) for character in plain):
            self._put((self._typed[self._at] + plain)[: field.most])
        else:
            self.post_message(self.Refused(field))

    def _put(self, text: str) -> None:
        self._typed[self._at] = text
        self.show(self._rows())

    def _place(self, name: str) -> int:
        return next(place for place, field in enumerate(self._fields) if field.name == name)

    def _rows(self) -> list[Line]:
        rows: list[Line] = []
        for place, (field, typed) in enumerate(zip(self._fields, self._typed, strict=True)):
            shown = _MASK * len(typed) if field.is_secret else typed
            label = f"  {pad(field.label, LABEL_CELLS)}"
            here = [("> ", "strong"), (shown, "strong"), (" ", "cursor")]
            rows.append([label, *(here if place == self._at else ["  ", shown])])
        return rows
