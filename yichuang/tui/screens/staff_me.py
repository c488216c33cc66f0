"""A person's own page: what the hall keeps of oneself, one's keys, and another PIN."""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.command import AnswerSupervision
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.people.command import SetPin
from yichuang.queue.personnel.staff_detail import StaffDetail, view_staff_detail
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import GoTo
from yichuang.tui.screens.change_pin import ChangePin
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.own_items import OwnItemsScreen, own_items
from yichuang.tui.screens.staff_rows import fact_rows, key_row
from yichuang.tui.text import Line
from yichuang.tui.widgets.rows import TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows


class MeScreen(HallScreen):
    """Facts, posts and keys, to be read; the PIN is changed here, the rest by an administrator."""

    CSS_PATH = "staff_me.tcss"
    NAME = N_("我的信息")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("信息有误，或要登记、删除公钥，请找管理员。"),
        N_("密码只有自己知道：怀疑被人看到，就按 F2 改。"),
    )
    NEEDS = MappingProxyType({"change_pin": SetPin, "items": AnswerSupervision})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "change_pin", N_("改密码"), id="me.change_pin"),
        Binding("f3", "whereabouts", N_("去向牌"), id="me.whereabouts"),
        Binding("f4", "items", N_("督办"), id="me.items"),
        Binding("up", "scroll(-1)", N_("上移"), key_display="Up"),
        Binding("down", "scroll(1)", N_("下移"), key_display="Down"),
    ]

    def compose_body(self) -> ComposeResult:
        """Who it is, then everything else."""
        yield TextLine(widget_id="who")
        yield ScrollRows(widget_id="facts")

    async def load(self) -> None:
        """Show what the hall keeps of whoever signed in."""
        badge = self.session.badge
        if not badge:
            self.query_one("#who", TextLine).show_line(f" {_('这台终端没有人登录')}")
            return
        person = await self.hall.people.member(badge)
        detail = await self.hall.look(view_staff_detail, badge)
        heading = [(f" {person.badge} {person.name} ", "section")]
        self.query_one("#who", TextLine).show_line(heading)
        urged = _urged_rows(await own_items(self.hall, badge))
        self._pane.show_all([*urged, *fact_rows(person), *_access_rows(detail)])

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#facts", ScrollRows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who has not signed in has no PIN to change; scrolling is offered where there is more."""
        if not self.allows(action):
            return False
        if action in ("change_pin", "items"):
            return bool(self.session.badge)
        if action == "scroll":
            return self.is_up() and self._pane.total > self._pane.room
        return super().check_action(action, parameters)

    def action_scroll(self, rows: int) -> None:
        """Show other rows."""
        self._pane.scroll_by(rows)

    def action_whereabouts(self) -> None:
        """Go to the whereabouts board."""
        self.post_message(GoTo("whereabouts"))

    def action_items(self) -> None:
        """Show what one has to see to."""
        self.app.delay_update()
        self.app.push_screen(OwnItemsScreen(self.hall))

    def action_change_pin(self) -> None:
        """Choose another PIN."""
        ask(self, ChangePin(self.hall, self.session.badge, _("改密码")), self._changed)

    async def _changed(self, _sure: bool) -> None:
        await self.reload()
        self.status.say(f" {_('密码已改：下次登录用新的')}")


def _urged_rows(items: list[SupervisionItem]) -> list[Line]:
    waiting = sum(each.state is SupervisionState.OPEN for each in items)
    if not waiting:
        return []
    text = _("督办 {count} 件等您办：按 F4").format(count=waiting)
    return [[(f" ! {text} ", "alert")], ""]


def _access_rows(detail: StaffDetail) -> list[Line]:
    posts = "  ".join(
        _("{window} 号窗口 {place}").format(window=window, place=place.label)
        for window, place in detail.posts
    )
    rows: list[Line] = [
        "",
        [(f" {_('岗和登录')} ", "strong")],
        f" {posts or _('没有定岗')}",
        f" {detail.pin.label}",
    ]
    if not detail.keys:
        return [*rows, f" {_('还没有登记公钥')}"]
    return [*rows, *(f" {key_row(key)}" for key in detail.keys)]
