"""The guide desk's own dialogs: a line to be typed, a list to be read, one ticket with what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from yichuang.language import N_
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.rows import Rows
from yichuang.tui.widgets.scroll_rows import ScrollRows

LONGEST = 40
"""Characters that can be typed."""

_CELLS = 60
_MOST_ROWS = 16


class Typed(Input):
    """The line that is typed; it does not blink, for a blink costs bytes.

    Enter is its own key: a reader that types a number and Enter at once has them taken in that order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("确定"))]

    DEFAULT_CSS = """
    Typed, Typed:focus {
        border: none;
        height: 1;
        padding: 0 1;
        background: $ground;
        color: $ink;
        text-style: bold;
    }
    """

    def __init__(self, longest: int = LONGEST) -> None:
        super().__init__(max_length=longest, id="typed", select_on_focus=False)
        self.cursor_blink = False


class Typing(Dialog[str]):
    """Gives what was typed, without blanks around it; an empty line only where one may leave it empty."""

    IS_TYPED = True
    AUTO_FOCUS = "#typed"

    def __init__(
        self, heading: str, hint: str, *, may_be_empty: bool = False, longest: int = LONGEST
    ) -> None:
        """Both texts are in the user's language."""
        super().__init__(heading)
        self._hint = hint
        self._longest = longest
        self._may_be_empty = may_be_empty

    def compose_body(self) -> ComposeResult:
        """The hint and the line."""
        yield Rows(["", *(f"  {line}" for line in wrap(self._hint, _CELLS)), ""])
        yield Typed(self._longest)
        yield Rows([""])

    @on(Input.Submitted)
    def answer(self, message: Input.Submitted) -> None:
        """Take what was typed."""
        typed = message.value.strip()
        if typed or self._may_be_empty:
            self.dismiss(typed)


class Listing(Dialog[bool]):
    """Rows to be read, which scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", N_("上下移动"), key_display="Up Down"),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", N_("下一页"), key_display="PgDn"),
    ]

    def __init__(self, heading: str, lines: Sequence[Line]) -> None:
        super().__init__(heading)
        self._rows = list(lines)

    def compose_body(self) -> ComposeResult:
        """The rows."""
        pane = ScrollRows(self._rows, widget_id="rows")
        pane.styles.height = max(1, min(len(self._rows), _MOST_ROWS))
        yield pane

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered when there is something to scroll to."""
        if action in ("scroll", "turn"):
            return len(self._rows) > _MOST_ROWS
        return super().check_action(action, parameters)

    def action_scroll(self, rows: int) -> None:
        """Show rows further down or up."""
        self.query_one("#rows", ScrollRows).scroll_by(rows)

    def action_turn(self, pages: int) -> None:
        """Show another page."""
        self.query_one("#rows", ScrollRows).turn(pages)


class TicketCard(Choice[str]):
    """One ticket: what is known of it, and by digit what can be done with it now."""

    def __init__(
        self, heading: str, facts: Sequence[Line], choices: Sequence[tuple[Line, str]]
    ) -> None:
        super().__init__(heading, choices)
        self._facts = list(facts)

    def compose_body(self) -> ComposeResult:
        """The facts, then the choices."""
        yield Rows(self._facts)
        yield from super().compose_body()
