"""Dialogs for choosing one of a list: by digit (`Choice`) or by typing a number (`Pick`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.numbering import tidy_number
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, parts_of
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import TextLine

Value = TypeVar("Value")

DIGITS = "1234567890"
"""The keys of the first ten entries."""
MOST_ROWS = 14
"""The tallest list, in rows, that leaves an 80x24 screen its heading and keys."""


NO_WINDOW = N_("没有这样的窗口；按 Backspace 改")
"""For `Pick`: what was typed is no window's number."""


class Choice(Dialog[Value], Generic[Value]):
    """One of a few entries: a digit chooses at once, arrows and Enter choose as well."""

    AUTO_FOCUS = "#choices"
    # Bindings and no `on_key`: of keys that come at once, as over a slow line, each then reaches the screen
    # to which the one before it has led.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(digit_keys(digit), f"take_digit({place})", show=False)
        for place, digit in enumerate(DIGITS)
    ]

    def __init__(self, heading: str, choices: Sequence[tuple[Line, Value]]) -> None:
        """`choices` are (row, value); rows are in the user's language."""
        super().__init__(heading)
        self._choices = list(choices)

    def compose_body(self) -> ComposeResult:
        """The entries with their digits."""
        rows: list[Line] = []
        for place, (line, _value) in enumerate(self._choices):
            digit = DIGITS[place] if place < len(DIGITS) else " "
            rows.append([(f" {digit} ", "key"), " ", *parts_of(line)])
        pane = ListPane(rows, widget_id="choices")
        pane.styles.height = min(len(rows), MOST_ROWS)
        yield pane

    def action_take_digit(self, place: int) -> None:
        """Choose by digit."""
        if place < len(self._choices):
            self.dismiss(self._choices[place][1])

    @on(ListPane.Chosen)
    def take(self, message: ListPane.Chosen) -> None:
        """Choose the row under the cursor."""
        self.dismiss(self._choices[message.row][1])


class Pick(Dialog[str]):
    """One of many entries by typing a part of its number, by arrows, or both; Enter takes it.

    Gives the number. What was typed is taken as it is when no entry holds it: the hall says why it
    cannot be had.
    """

    IS_TYPED = True
    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "erase", N_("删一位"), key_display="Backspace"),
    ]

    def __init__(
        self,
        heading: str,
        prompt: str,
        entries: Sequence[tuple[str, Line]],
        none: str = N_("没有这样的号；按 Enter 就用键入的号"),
    ) -> None:
        """`entries` are (number, row); `none` is said where no entry holds what was typed."""
        super().__init__(heading)
        self._prompt = prompt
        self._entries = list(entries)
        self._none = none
        self._shown = self._entries
        self._typed = ""

    def compose_body(self) -> ComposeResult:
        """What was typed, and the entries that hold it."""
        yield TextLine(self._typed_row(), widget_id="typed")
        pane = ListPane([row for _number, row in self._entries], widget_id="entries")
        pane.styles.height = min(max(len(self._entries), 1), MOST_ROWS - 1)
        yield pane

    def _typed_row(self) -> Line:
        return [f" {self._prompt}{_('：')}", (f"{self._typed}_", "strong")]

    def on_key(self, event: events.Key) -> None:
        """Type a letter or digit, half or full width."""
        typed = tidy_number(event.character or "")
        if len(typed) == 1 and typed.isascii() and typed.isalnum() and len(self._typed) < 8:
            event.stop()
            self._filter(self._typed + typed)

    def action_erase(self) -> None:
        """Take the last character back."""
        self._filter(self._typed[:-1])

    def _filter(self, typed: str) -> None:
        self._typed = typed
        exact = [entry for entry in self._entries if entry[0] == typed]
        holding = [entry for entry in self._entries if typed in entry[0] and entry not in exact]
        self._shown = exact + holding
        self.query_one("#typed", TextLine).show_line(self._typed_row())
        pane = self.query_one("#entries", ListPane)
        pane.show([row for _number, row in self._shown] or [_(self._none)])
        pane.move_to(0)

    @on(ListPane.Chosen)
    def take(self, message: ListPane.Chosen) -> None:
        """Take the row under the cursor, or what was typed when no entry holds it."""
        if self._shown or self._typed:
            self.dismiss(self._shown[message.row][0] if self._shown else self._typed)
