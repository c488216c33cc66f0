"""Finding an item by pinyin initials, Chinese or code; the list follows every key."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.queue.item import Item, find_items
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.screens.kiosk_rows import NAME_CELLS
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import TextLine

MOST_FOUND = 40
"""The longest list of results."""

_DIGITS = "123456789"


class Query(Input):
    """What is looked for; keys that choose a result are left to the dialog."""

    def __init__(self, chooses: Callable[[str], bool]) -> None:
        super().__init__(
            placeholder=_("例如 sbk 找社保卡"), max_length=40, id="query", select_on_focus=False
        )
        self.cursor_blink = False
        self._chooses = chooses

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is typed: Textual keeps such keys from every binding."""
        typed = unicodedata.normalize("NFKC", character or "")
        return super().check_consume_key(key, character) and not self._chooses(typed)


class ItemSearch(Dialog[Item]):
    """Gives the item that was chosen by digit, or by arrows and Enter.

    A digit belongs to the query as long as some code holds the query with it; otherwise it chooses.
    """

    IS_TYPED = True
    AUTO_FOCUS = "#query"
    CSS_PATH = "kiosk_search.tcss"
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
        # Before the query, which has its own use for them.
        Binding("enter", "take_row", N_("选定"), priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", N_("上下移动"), key_display="Up Down", priority=True),
        Binding("pagedown", "move(9)", show=False, priority=True),
        Binding("pageup", "move(-9)", show=False, priority=True),
    ]

    def __init__(
        self, items: Sequence[Item], categories: dict[str, str], used: Callable[[], None]
    ) -> None:
        """`categories` gives the category names by code; `used` is called at every key."""
        super().__init__(_("查事项：键入拼音首字母、名称或编码"))
        self._items = items
        self._codes = [item.code.casefold() for item in items]
        self._categories = categories
        self._used = used
        self._found: list[Item] = []

    def compose_body(self) -> ComposeResult:
        """The query, a hint, the results."""
        yield Query(self._chooses)
        yield TextLine(widget_id="told")
        yield ListPane(widget_id="found")

    @property
    def _query(self) -> str:
        return self.query_one("#query", Input).value

    def on_key(self, event: events.Key) -> None:
        """Someone is there."""
        self._used()

    @on(Input.Changed)
    def find(self) -> None:
        """Find again at every key."""
        self._used()
        query = self._query
        self._found = find_items(self._items, query, MOST_FOUND)
        pane = self.query_one("#found", ListPane)
        pane.show([self._row(place, item) for place, item in enumerate(self._found, start=1)])
        pane.move_to(0)
        told = ""
        if query.strip() and not self._found:
            told = _("没有找到：换个写法，或按 Esc 返回后直接取号")
        self.query_one("#told", TextLine).show_line(f" {told}")
        self.refresh_bindings()

    def _row(self, place: int, item: Item) -> Line:
        digit = str(place)
        key = (f" {digit} ", "key") if self._chooses(digit) else "   "
        name = pad(item.alias, NAME_CELLS)
        return [key, f"  {name}{self._categories.get(item.category, '')}"]

    def _chooses(self, digit: str) -> bool:
        """Whether a key takes a result, because no code holds the query with it."""
        if len(digit) != 1 or not 0 <= _DIGITS.find(digit) < len(self._found):
            return False
        plain = unicodedata.normalize("NFKC", self._query).casefold().replace(" ", "") + digit
        return not any(plain in code for code in self._codes)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A digit that goes on with the query is left to the input."""
        if action == "take":
            return self._chooses(str(parameters[0]))
        return super().check_action(action, parameters)

    def action_take(self, place: int) -> None:
        """Choose by digit."""
        self.dismiss(self._found[place - 1])

    def action_take_row(self) -> None:
        """Choose the row under the cursor."""
        row = self.query_one("#found", ListPane).cursor
        if row is not None and row < len(self._found):
            self.dismiss(self._found[row])

    def action_move(self, rows: int) -> None:
        """Move the cursor in the results, while the query keeps the keyboard."""
        self.query_one("#found", ListPane).action_move(rows)
