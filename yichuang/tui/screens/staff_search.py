"""Finding a person by badge number, pinyin initials or a part of name, department or post."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.initials import name_initials
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import TextLine

MOST_ROWS = 14
"""The tallest list of found people, in rows."""


def find_staff(people: Iterable[Staff], query: str) -> list[Staff]:
    """Those that `query` means, best first; everybody, in their order, for a blank one.

    Ranks: the badge number itself; its beginning; the beginning of the initials; a part of either; a part
    of name, department or post. Case and full-width forms do not matter.
    """
    wanted = "".join(unicodedata.normalize("NFKC", query).casefold().split())
    if not wanted:
        return list(people)
    ranked = [(_rank(person, wanted), person) for person in people]
    found = [(rank, person) for rank, person in ranked if rank is not None]
    return [person for _rank, person in sorted(found, key=lambda each: each[0])]


def _rank(person: Staff, wanted: str) -> int | None:
    badge, initials = person.badge.casefold(), name_initials(person.name)
    tests = (
        badge == wanted,
        badge.startswith(wanted),
        initials.startswith(wanted),
        wanted in badge or wanted in initials,
        any(wanted in text.casefold() for text in (person.name, person.department, person.post)),
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)


class StaffQuery(Input):
    """What is looked for; it does not blink, for a blink costs bytes."""

    DEFAULT_CSS = """
    StaffQuery, StaffQuery:focus {
        border: none;
        height: 1;
        padding: 0 1;
        background: $ground;
        color: $ink;
        text-style: bold;
    }
    """

    def __init__(self) -> None:
        placeholder = _("工号、拼音首字母（wf 找王芳）或姓名")
        super().__init__(placeholder=placeholder, max_length=20, id="query", select_on_focus=False)
        self.cursor_blink = False


class PersonSearch(Dialog[Staff]):
    """Gives the person under the cursor."""

    IS_TYPED = True
    AUTO_FOCUS = "#query"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the query, which has its own use for it.
        Binding("enter", "take", N_("选定"), priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", N_("上下移动"), key_display="Up Down", priority=True),
        Binding("pagedown", "move(9)", show=False, priority=True),
        Binding("pageup", "move(-9)", show=False, priority=True),
    ]

    def __init__(self, people: Sequence[Staff]) -> None:
        super().__init__(_("查人"))
        self._people = people
        self._found = list(people)

    def compose_body(self) -> ComposeResult:
        """The query and who is found."""
        yield StaffQuery()
        pane = ListPane([_row(each) for each in self._found], widget_id="found")
        pane.styles.height = max(1, min(len(self._found), MOST_ROWS))
        pane.can_focus = False
        yield pane
        yield TextLine(widget_id="told")

    @on(Input.Changed)
    def find(self) -> None:
        """Find again at every key."""
        query = self.query_one("#query", Input).value
        self._found = find_staff(self._people, query)
        pane = self.query_one("#found", ListPane)
        pane.show([_row(each) for each in self._found])
        pane.move_to(0)
        told = "" if self._found else _("没有这样的人：换个写法")
        self.query_one("#told", TextLine).show_line(f" {told}")

    def action_take(self) -> None:
        """Choose the person under the cursor."""
        row = self.query_one("#found", ListPane).cursor
        if row is not None and row < len(self._found):
            self.dismiss(self._found[row])

    def action_move(self, rows: int) -> None:
        """Move the cursor, while the query keeps the keyboard."""
        self.query_one("#found", ListPane).action_move(rows)


def _row(person: Staff) -> Line:
    return f"{pad(person.badge, 9)}{pad(person.name, 11)}{person.department}"
