"""Asking for a reason: one of a few by its digit, or any other by typing it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import TextLine

LONGEST = 40
"""The longest reason, in characters."""

_DIGITS = "123456789"


class TypedReason(Input):
    """A reason in one's own words; a digit at its beginning is left to the dialog, which chooses by it."""

    DEFAULT_CSS = """
    TypedReason, TypedReason:focus {
        border: none;
        height: 1;
        padding: 0 1;
        background: $ground;
        color: $ink;
        text-style: bold;
    }
    """

    def __init__(self, chooses: Callable[[str], bool], longest: int) -> None:
        super().__init__(max_length=longest, id="typed", select_on_focus=False)
        self.cursor_blink = False
        self._chooses = chooses

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is typed: Textual keeps such keys from every binding."""
        typed = unicodedata.normalize("NFKC", character or "")
        return super().check_consume_key(key, character) and not self._chooses(typed)


class Reason(Dialog[str]):
    """Gives the reason: as the hall wrote it when it was chosen, else as it was typed."""

    IS_TYPED = True
    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                digit_keys(digit),
                f"take({digit})",
                N_("选择"),
                key_display="1-9",
                show=digit == "1",
                priority=True,
            )
            for digit in _DIGITS
        ),
        # Before the input, which has its own use for them.
        Binding("enter", "answer", N_("选定"), priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", N_("上下移动"), key_display="Up Down", priority=True),
    ]

    def __init__(
        self,
        heading: str,
        reasons: Sequence[str],
        *,
        other: str = N_("或键入别的原因"),
        longest: int = LONGEST,
    ) -> None:
        """`reasons` are shown in the user's language, at most nine of them.

        `other` is said before what may be typed instead, at most `longest` characters.
        """
        super().__init__(heading)
        self._reasons = list(reasons)
        self._other = other
        self._longest = longest
        digits = f"1-{len(self._reasons)}"
        for key, bindings in self._bindings.key_to_bindings.items():
            self._bindings.key_to_bindings[key] = [
                replace(each, key_display=digits) if each.action.startswith("take(") else each
                for each in bindings
            ]

    def compose_body(self) -> ComposeResult:
        """The reasons with their digits, and a row for another one."""
        rows: list[Line] = [
            [(f" {digit} ", "key"), f" {_(reason)}"]
            for digit, reason in zip(_DIGITS, self._reasons, strict=False)
        ]
        pane = ListPane(rows, widget_id="reasons")
        pane.styles.height = len(rows)
        pane.can_focus = False
        yield pane
        yield TextLine(f" {_(self._other)}{_('：')}")
        yield TypedReason(self._chooses, self._longest)

    @property
    def _typed(self) -> str:
        # The bindings are asked for before the input is there.
        return "".join(each.value for each in self.query(TypedReason)).strip()

    def _chooses(self, digit: str) -> bool:
        """Whether a key takes a reason, because nothing was typed yet."""
        place = _DIGITS.find(digit) if len(digit) == 1 else -1
        return 0 <= place < len(self._reasons) and not self._typed

    @on(Input.Changed)
    def follow(self) -> None:
        """The digits choose only while nothing is typed."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A digit that goes on with what was typed is left to the input."""
        if action == "take":
            return self.is_attached and self._chooses(str(parameters[0]))
        return super().check_action(action, parameters)

    def action_take(self, place: int) -> None:
        """Choose by digit."""
        self.dismiss(self._reasons[place - 1])

    def action_answer(self) -> None:
        """Take what was typed, else the row under the cursor."""
        row = self.query_one("#reasons", ListPane).cursor
        if self._typed:
            self.dismiss(self._typed)
        elif row is not None:
            self.dismiss(self._reasons[row])

    def action_move(self, rows: int) -> None:
        """Move the cursor in the reasons, while the input keeps the keyboard."""
        self.query_one("#reasons", ListPane).action_move(rows)
