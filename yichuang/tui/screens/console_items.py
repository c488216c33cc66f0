"""The console's page of 督办: what somebody has to see to until a deadline (O02)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.service import Hall
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.console_rows import day_time, item_row
from yichuang.tui.screens.overview_urging import UrgingActs
from yichuang.tui.text import Line, pad

MOST_CLOSED = 200
"""How many closed matters are listed."""


class ItemsScreen(ListPage[SupervisionItem], UrgingActs):
    """Those under way by deadline; or those closed, newest first."""

    NAME = N_("督办")
    PAGE = "items"
    NOTHING = N_("没有督办")
    DETAILS = 5
    HOW_TO = (
        N_("督办交给一个人，写明期限；本人回复，督查办结。"),
        N_("到期还没有回复的，自动成为红色预警。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "urge", N_("新督办")),
        Binding("f3", "answer", N_("回复")),
        Binding("f4", "close_item", N_("办结")),
        Binding("f5", "turn_over", N_("已办结的")),
        Binding("f5", "turn_back", N_("在办的")),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._shows_closed = False

    async def read_items(self, view: SupervisionView) -> Sequence[SupervisionItem]:
        """The matters under way, or those that are closed."""
        if self._shows_closed:
            return await self.hall.supervision.items(closed=True, limit=MOST_CLOSED)
        return view.items

    def key_of(self, item: SupervisionItem) -> Hashable:
        """A matter is known by its number."""
        return item.id

    def list_heading(self) -> str:
        """The heads of the columns."""
        heads = (
            pad(_("状态", "head"), 9) + pad(_("期限", "head"), 13) + pad(_("督办谁", "head"), 18)
        )
        kind = _("（已办结的）") if self._shows_closed else ""
        return heads + _("事由", "head") + kind

    def row_of(self, item: SupervisionItem) -> Line:
        """A matter as a row."""
        now = self.view.at if self.view else self.hall.clock.now()
        return item_row(item, now, self.hall.settings.zone, self.person(item.owner))

    def details_of(self, item: SupervisionItem) -> list[str]:
        """Everything that was said about it."""
        zone = self.hall.settings.zone
        opened = _("第 {item} 号，{time} {person} 督办：{note}").format(
            item=item.id,
            time=day_time(item.opened_at, zone),
            person=self.person(item.opened_by),
            note=_(item.note) or "-",
        )
        texts = [f"{_(item.title)}", opened]
        if item.answered_at is not None:
            text = _("{time} 回复：{answer}")
            texts.append(text.format(time=day_time(item.answered_at, zone), answer=item.answer))
        if item.closed_at is not None:
            text = _("{time} {person} 办结：{feedback}").format(
                time=day_time(item.closed_at, zone),
                person=self.person(item.closed_by),
                feedback=_(item.feedback) or "-",
            )
            texts.append(text)
        return texts

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One key turns to the closed ones and back; only the owner answers."""
        if not self.allows(action):
            return False
        if action in ("turn_over", "turn_back"):
            return (action == "turn_back") == self._shows_closed
        if action == "answer":
            return self.chosen is not None and self._is_mine(self.chosen)
        return super().check_action(action, parameters)

    def _is_mine(self, item: SupervisionItem) -> bool:
        return self.session.is_host or item.owner == self.session.badge

    def possible(self, action: str) -> bool:
        """Whether the key can do anything with the matter under the cursor."""
        if action in ("answer", "close_item"):
            return self.chosen is not None and self.chosen.state is not SupervisionState.CLOSED
        return True

    def action_urge(self) -> None:
        """Give somebody a new matter."""
        self.ask_title()

    def action_answer(self) -> None:
        """Tell what was done."""
        if self.chosen is not None:
            self.ask_answer(self.chosen)

    def action_close_item(self) -> None:
        """Close it."""
        if self.chosen is not None and self.possible("close_item"):
            self.ask_feedback(self.chosen)

    async def action_turn_over(self) -> None:
        """Show the closed ones."""
        self._shows_closed = True
        await self.reload()

    async def action_turn_back(self) -> None:
        """Show those under way."""
        self._shows_closed = False
        await self.reload()
