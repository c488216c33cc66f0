"""A question that is answered by yes or by leaving it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import wrap
from yichuang.tui.widgets.rows import Rows

TEXT_CELLS = 60
"""How wide the question may be."""


class Question(Dialog[bool]):
    """Yes (1 or Enter), or no (Esc)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(f"{digit_keys(1)},enter", "agree", N_("确定"))]

    def __init__(self, question: str) -> None:
        """`question` is in the user's language already."""
        super().__init__(_("请确认"))
        self._question = question

    def compose_body(self) -> ComposeResult:
        """The question."""
        yield Rows(["", *(f"  {line}" for line in wrap(self._question, TEXT_CELLS)), ""])

    def action_agree(self) -> None:
        """Answer yes."""
        self.dismiss(True)
