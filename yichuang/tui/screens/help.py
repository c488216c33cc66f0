"""Help: the keys of the present screen, from its bindings, and how a hall's day goes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from yichuang.language import N_, _
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.key_bar import active_keys
from yichuang.tui.widgets.rows import Rows

HOW_TO = (
    N_("叫号：按 1，办事人来了按 3，办完按 4。"),
    N_("没有来：按 2 再呼叫，还是没有来按 5 过号；他来了再恢复。"),
    N_("缺材料：按 6 挂起，先叫别人；材料齐了再取回。"),
    N_("按错了：30 秒内按 9 撤销。离开窗口：先按 8 暂停。"),
)
"""The short how-to, to be translated."""


class HelpScreen(Dialog[None]):
    """The keys that work on the screen behind it; dim ones are not possible just now."""

    def __init__(self, behind: Screen[object]) -> None:
        super().__init__(_("帮助：这个界面的按键"))
        self._keys = active_keys(behind)

    def compose_body(self) -> ComposeResult:
        """The keys in two columns, then the how-to."""
        yield Rows([*self._key_rows(), "", *(f" {_(line)}" for line in HOW_TO), ""])

    def _key_rows(self) -> list[Line]:
        half = (len(self._keys) + 1) // 2
        rows: list[Line] = []
        for number in range(half):
            row: list[tuple[str, str]] = []
            for key, label, possible in self._keys[number::half]:
                row.append((f" {pad(key, 6)}{pad(label, 24)}", "" if possible else "dim"))
            rows.append(row)
        return rows
