"""Dialogs of administration: one value, some of a few, and what is going to change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.choice import DIGITS
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.guide_dialogs import Typed
from yichuang.tui.screens.reason import Reason
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.rows import Rows
from yichuang.tui.widgets.scroll_rows import ScrollRows

LONGEST_VALUE = 600
"""Characters of the longest value (`[display.template]`)."""

_CELLS = 60
_PROBLEMS = 4
_DIFFERENCES = 10
"""Rows for what is wrong, and for what is going to change."""

CHANGE_REASONS = (N_("业务调整"), N_("人员变动"), N_("换了设备"), N_("改正错误"), N_("上级通知"))
"""What is offered for a reason; any other can be typed."""


class TypedValue(Typed):
    """A value of hall.toml on one line, which may be longer than the row."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.max_length = LONGEST_VALUE
        self.value = value
        self.cursor_position = len(value)


class EditValue(Dialog[str]):
    """Gives what was typed, once `check` finds nothing wrong with it; until then it stays to be mended."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "admin_dialogs.tcss"]
    IS_TYPED = True
    AUTO_FOCUS = "#typed"

    def __init__(
        self, heading: str, allowed: str, value: str, check: Callable[[str], Sequence[str]]
    ) -> None:
        """`allowed` says what may be typed, `check` what is wrong with it, both in the user's language."""
        super().__init__(heading)
        self._allowed = allowed
        self._value = value
        self._check = check

    def compose_body(self) -> ComposeResult:
        """What may be typed, the line, and what is wrong with it."""
        yield Rows(["", *(f"  {line}" for line in wrap(self._allowed, _CELLS)), ""])
        yield TypedValue(self._value)
        yield Rows([""] * _PROBLEMS, widget_id="problems")

    @on(Input.Submitted)
    def answer(self, message: Input.Submitted) -> None:
        """Take what was typed, or say what is wrong with it."""
        problems = self._check(message.value)
        if not problems:
            self.dismiss(message.value)
            return
        lines = [line for each in problems for line in wrap(each, _CELLS - 2)]
        rows: list[Line] = [[(f" ! {line} ", "alert")] for line in lines]
        self.query_one("#problems", Rows).show([*rows, *[""] * _PROBLEMS][:_PROBLEMS])


class Toggles(Dialog[list[Any]]):
    """Some of a few, in the order in which they were switched on: a digit switches one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "switch", N_("选或不选"), key_display="1-9"),
        Binding("enter", "keep", N_("确定")),
    ]

    def __init__(
        self, heading: str, options: Sequence[tuple[Any, str]], chosen: Sequence[Any]
    ) -> None:
        """`options` are (value, label), ten at most."""
        super().__init__(heading)
        self._options = list(options)
        known = [value for value, _label in options]
        self._chosen = [each for each in chosen if each in known]

    def compose_body(self) -> ComposeResult:
        """The options, each with its place among the chosen ones."""
        yield Rows(self._rows(), widget_id="options")

    def _rows(self) -> list[Line]:
        rows: list[Line] = []
        for digit, (value, label) in zip(DIGITS, self._options, strict=False):
            place = self._chosen.index(value) + 1 if value in self._chosen else None
            mark = f"[{place}]" if place else "[ ]"
            rows.append([(f" {digit} ", "key"), f"  {mark}  ", (label, "mark" if place else "")])
        return [*rows, f" {_('按数字选或不选；先选的排在前面')}"]

    def on_key(self, event: events.Key) -> None:
        """Switch by digit, half or full width."""
        keys = {key: n for n, digit in enumerate(DIGITS) for key in digit_keys(digit).split(",")}
        place = keys.get(event.character or "", len(self._options))
        if place < len(self._options):
            event.stop()
            value = self._options[place][0]
            if value in self._chosen:
                self._chosen.remove(value)
            else:
                self._chosen.append(value)
            self.query_one("#options", Rows).show(self._rows())

    def action_switch(self) -> None:
        """Only named in the key bar: every digit is taken by `on_key`."""

    def action_keep(self) -> None:
        """Answer with what is chosen."""
        self.dismiss(self._chosen)


class Preview(Reason):
    """What is going to change, and why: gives the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "turn(-1)", show=False, priority=True),
        Binding("pagedown", "turn(1)", N_("还有"), key_display="PgDn", priority=True),
    ]

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "admin_dialogs.tcss"]

    def __init__(
        self, heading: str, changes: Sequence[str], reasons: Sequence[str] = CHANGE_REASONS
    ) -> None:
        """`changes` are sentences in the user's language."""
        super().__init__(heading, reasons)
        self._changes = list(changes)
        self._has_more = False

    def compose_body(self) -> ComposeResult:
        """The changes, which scroll where they are many, and the reasons."""
        lines: list[Line] = [
            f" {'- ' if first else '  '}{line}"
            for each in self._changes
            for first, line in zip((True, *[False] * 99), wrap(each, _CELLS - 2), strict=False)
        ]
        pane = ScrollRows(lines, widget_id="changes")
        pane.styles.height = max(1, min(len(lines), _DIFFERENCES))
        yield pane
        yield Rows(["", f" {_('为什么这样改')}{_('：')}"])
        yield from super().compose_body()
        self._has_more = len(lines) > _DIFFERENCES

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turning is offered where there is more than is seen."""
        if action == "turn":
            return self._has_more
        return super().check_action(action, parameters)

    def action_turn(self, pages: int) -> None:
        """Show other changes."""
        self.query_one("#changes", ScrollRows).turn(pages)
