"""Help: the keys of the present screen, from its bindings, and how a hall's day goes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from yichuang.language import _
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, pad, wrap
from yichuang.tui.widgets.key_bar import active_keys
from yichuang.tui.widgets.rows import Rows

_CELLS = 61
"""How wide a line of the how-to may be."""


class HelpScreen(Dialog[None]):
    """The keys that work on the screen behind it; dim ones are not possible just now."""

    def __init__(self, behind: Screen[object]) -> None:
        super().__init__(_("帮助：这个界面的按键"))
        self._keys = active_keys(behind)
        self._how_to = behind.how_to if isinstance(behind, HallScreen) else ()

    def compose_body(self) -> ComposeResult:
        """The keys in two columns, then the how-to."""
        said = [row for line in self._how_to for row in _how_to_rows(_(line))]
        yield Rows([*self._key_rows(), "", *said, ""])

    def _key_rows(self) -> list[Line]:
        half = (len(self._keys) + 1) // 2
        rows: list[Line] = []
        for number in range(half):
            row: list[tuple[str, str]] = []
            for key in self._keys[number::half]:
                text = f" {pad(key.name, 6)}{pad(key.label, 24)}"
                row.append((text, "" if key.possible else "dim"))
            rows.append(row)
        return rows


def _how_to_rows(text: str) -> list[Line]:
    """A line of the how-to; what does not fit stands below it, set in."""
    first, *more = wrap(text, _CELLS)
    return [f" {first}", *(f"   {line}" for line in more)]
