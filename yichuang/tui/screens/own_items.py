"""The 督办 items of whoever signed in: what is to be seen to, until when, and the answer (O02)."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.service import Hall
from yichuang.queue.supervision.sentence import Names
from yichuang.tui.screens.console_rows import day_time, item_row
from yichuang.tui.screens.overview_urging import UrgingActs
from yichuang.tui.text import Line, wrap
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

_DETAILS = 4


async def own_items(hall: Hall, badge: str) -> list[SupervisionItem]:
    """What somebody has to see to, by deadline."""
    return [each for each in await hall.supervision.items() if each.owner == badge]


class OwnItemsScreen(UrgingActs):
    """One's own matters; the one under the cursor is answered."""

    CSS_PATH = "own_items.tcss"
    NAME = N_("我的督办")
    AUTO_FOCUS = "#list"
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("督查交给您办的事。办好了按 F2 回复一句，由督查办结。"),
        N_("到期没有回复会成为红色预警。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "answer", N_("回复"))]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._items: list[SupervisionItem] = []
        self._names: Names | None = None

    def compose_body(self) -> ComposeResult:
        """The matters, and what was said of the one under the cursor."""
        yield TextLine(widget_id="heading")
        yield ListPane(widget_id="list")
        yield Rows([""] * _DETAILS, widget_id="details")

    async def load(self) -> None:
        """Show one's matters."""
        self._items = await own_items(self.hall, self.session.badge)
        self._names = self._names or await self.hall.supervision.names()
        now, zone = self.hall.clock.now(), self.hall.settings.zone
        text = _("要我办的督办（{count} 件）").format(count=len(self._items))
        self.query_one("#heading", TextLine).show_line([(f" {text}", "section")])
        rows: list[Line] = [item_row(each, now, zone, self._person(each)) for each in self._items]
        self.query_one("#list", ListPane).show(rows or [[(_("没有督办"), "dim")]])
        self._show_details()

    def _person(self, item: SupervisionItem) -> str:
        return self._names.person(item.opened_by) if self._names else item.opened_by

    @property
    def chosen(self) -> SupervisionItem | None:
        """The matter under the cursor; None where there is none."""
        row = next((pane.cursor for pane in self.query("#list").results(ListPane)), None)
        return self._items[row] if row is not None and row < len(self._items) else None

    @on(ListPane.Moved)
    def follow_the_cursor(self) -> None:
        """Tell of the matter that the cursor came to."""
        self._show_details()
        self.refresh_bindings()

    def _show_details(self) -> None:
        item, texts = self.chosen, []
        if item is not None:
            at = day_time(item.opened_at, self.hall.settings.zone)
            said = _("{time} {person} 督办：{note}")
            note = _(item.note) or "-"
            texts = [_(item.title), said.format(time=at, person=self._person(item), note=note)]
            if item.answer:
                texts.append(_("回复：{answer}").format(answer=item.answer))
        lines = [line for text in texts for line in wrap(text, self.size.width - 2)][:_DETAILS]
        shown: list[Line] = [f" {line}" for line in lines]
        self.query_one("#details", Rows).show([*shown, *[""] * (_DETAILS - len(shown))])

    def possible(self, action: str) -> bool:
        """What is closed is answered no more."""
        item = self.chosen
        return action != "answer" or (
            item is not None and item.state is not SupervisionState.CLOSED
        )

    @on(ListPane.Chosen)
    def action_answer(self) -> None:
        """Tell what was done."""
        if self.chosen is not None:
            self.ask_answer(self.chosen)
