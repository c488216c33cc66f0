"""The console's page of people: where they are, one's whole day, and what a supervisor does about them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.console_rows import day_time, person_row
from yichuang.tui.screens.overview_people import PeopleActs
from yichuang.tui.screens.overview_windows import WindowActs
from yichuang.tui.text import Line, pad


class PeopleScreen(ListPage[PersonView], PeopleActs, WindowActs):
    """Everybody who works here; Enter shows one's day."""

    NAME = N_("人员")
    PAGE = "people"
    NOTHING = N_("还没有登记人员")
    HOW_TO = (
        N_("按 Enter 看一个人的一天：登录、上岗、暂停、办了哪些号、评价、去向。"),
        N_("重设的密码只显示一次；本人登录后要换掉。"),
        N_("特许上岗：还没有考核合格的人今天可以上岗，由督查负责。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "reset_pin", N_("重设密码")),
        Binding("f3", "allow", N_("特许上岗")),
        Binding("f4", "take_off", N_("撤岗")),
    ]

    async def read_items(self, view: SupervisionView) -> Sequence[PersonView]:
        """By department and badge number."""
        del view
        return await self.hall.people.everybody()

    def key_of(self, item: PersonView) -> Hashable:
        """Somebody is known by the badge number."""
        return item.staff.badge

    def list_heading(self) -> str:
        """The heads of the columns."""
        heads = pad(_("工号", "head"), 9) + pad(_("姓名", "head"), 11) + pad(_("角色", "head"), 19)
        return heads + pad(_("去向", "head"), 10) + _("窗口", "head")

    def row_of(self, item: PersonView) -> Line:
        """Somebody as a row."""
        return person_row(item, self.hall.settings.zone)

    def details_of(self, item: PersonView) -> list[str]:
        """Department, post, telephone; since when and why somewhere else."""
        staff = item.staff
        facts = (staff.department, staff.post, staff.phone)
        texts = ["  ".join(each for each in facts if each)]
        if item.whereabouts is not None:
            text = _("{state}：{time} 起").format(
                state=item.whereabouts.state.label,
                time=day_time(item.whereabouts.since, self.hall.settings.zone),
            )
            texts.append(f"{text}  {item.whereabouts.note}")
        return texts

    def possible(self, action: str) -> bool:
        """Whether the key can do anything about the one under the cursor."""
        item = self.chosen
        if action == "reset_pin":
            return item is not None
        if action == "allow":
            return item is not None and not item.staff.qualified
        return action != "take_off" or (item is not None and item.duty is not None)

    async def enter_item(self, item: PersonView) -> None:
        """Show the day."""
        self.show_page("clerk", item.staff.badge)

    def action_reset_pin(self) -> None:
        """Give a new PIN."""
        if self.chosen is not None:
            self.ask_reset_pin(self.chosen.staff)

    def action_allow(self) -> None:
        """Let serve today without qualification."""
        if self.chosen is not None:
            self.ask_allow(self.chosen.staff)

    async def action_take_off(self) -> None:
        """Sign out at the window."""
        item = self.chosen
        if item is None or item.duty is None:
            self.tell(_("这个人现在不在窗口值班"))
            return
        await self.ask_take_off(item.duty.window)
