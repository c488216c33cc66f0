"""Giving a window other categories: each is its own, helped, or not served, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.config import CategorySettings
from yichuang.language import N_, _
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.choice import DIGITS
from yichuang.tui.screens.dialog import Dialog
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.rows import Rows


class Assignment(NamedTuple):
    """What a window shall serve."""

    own: tuple[str, ...] | None
    """None for what hall.toml says."""
    helps: tuple[str, ...] = ()


_OWN, _HELP, _NONE = "own", "help", "none"
_WORDS = {_OWN: N_("本窗口", "duty"), _HELP: N_("帮办", "duty"), _NONE: N_("不办", "duty")}
_NEXT = {_OWN: _HELP, _HELP: _NONE, _NONE: _OWN}
_DUTY = 10
"""The width of a column that tells how a category is served, in cells."""


class Assign(Dialog[Assignment]):
    """A category's digit turns it from own to help to neither; Enter keeps what stands there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "turn", N_("换"), key_display="1-6"),
        Binding("enter", "keep", N_("保存")),
        Binding(digit_keys(0), "reset", N_("恢复原设置"), key_display="0"),
    ]

    def __init__(
        self,
        window: int,
        categories: Sequence[CategorySettings],
        own: Sequence[str],
        helps: Sequence[str],
    ) -> None:
        """`own` and `helps` are what the window serves until now."""
        super().__init__(_("{window} 号窗口办哪些类别").format(window=window))
        self._categories = list(categories)
        self._former = Assignment(tuple(own), tuple(helps))
        duties = dict.fromkeys(helps, _HELP) | dict.fromkeys(own, _OWN)
        self._before = {each.code: duties.get(each.code, _NONE) for each in categories}
        self._after = dict(self._before)

    def compose_body(self) -> ComposeResult:
        """A row a category, and what is to be done."""
        yield Rows(self._rows(), widget_id="duties")

    def _rows(self) -> list[Line]:
        heading = f"     {pad(_('类别'), 20)}{pad(_('现在'), _DUTY)}{pad(_('改成'), _DUTY)}"
        rows: list[Line] = [[(heading, "strong")]]
        for digit, category in zip(DIGITS, self._categories, strict=False):
            before, after = self._before[category.code], self._after[category.code]
            text = f"{pad(category.label, 20)}{pad(_(_WORDS[before], 'duty'), _DUTY)}"
            changed = (_(_WORDS[after], "duty"), "mark" if after != before else "dim")
            rows.append([(f" {digit} ", "key"), f"  {text}", changed])
        return [*rows, self._told()]

    def _told(self) -> Line:
        if not any(duty == _OWN for duty in self._after.values()):
            return [(f" {_('至少有一类是本窗口的')} ", "alert")]
        return f" {_('按数字换：本窗口、帮办、不办。下一次叫号起生效。')}"

    def on_key(self, event: events.Key) -> None:
        """Turn a category by its digit, half or full width."""
        keys = {key: n for n, digit in enumerate(DIGITS) for key in digit_keys(digit).split(",")}
        place = keys.get(event.character or "", len(self._categories))
        if place < len(self._categories):
            event.stop()
            code = self._categories[place].code
            self._after[code] = _NEXT[self._after[code]]
            self.query_one("#duties", Rows).show(self._rows())

    def action_turn(self) -> None:
        """Only named in the key bar: every digit is taken by `on_key`."""

    def action_keep(self) -> None:
        """Answer with what stands there; unchanged is no answer."""
        own = self._in_order(_OWN, self._former.own or ())
        if not own:
            return
        changed = self._after != self._before
        helps = self._in_order(_HELP, self._former.helps)
        self.dismiss(Assignment(own, helps) if changed else None)

    def _in_order(self, duty: str, former: Sequence[str]) -> tuple[str, ...]:
        """The categories of one kind: those that were of it stay in their order, others follow."""
        codes = dict.fromkeys((*former, *self._after))
        return tuple(code for code in codes if self._after.get(code) == duty)

    def action_reset(self) -> None:
        """Answer with what hall.toml says."""
        self.dismiss(Assignment(None))
