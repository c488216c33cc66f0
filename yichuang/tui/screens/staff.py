"""The staff of the hall: found by badge number or initials, looked at, changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from yichuang.language import N_, _
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.staff_detail import view_staff_detail
from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import ESCAPE
from yichuang.tui.screens.staff_changes import StaffActing
from yichuang.tui.screens.staff_rows import count_row, detail_rows, staff_heading, staff_row
from yichuang.tui.screens.staff_search import StaffQuery, find_staff
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine


class StaffScreen(StaffActing):
    """Everybody, those who work here no more last; the list follows what is typed."""

    CSS_PATH = "staff.tcss"
    NAME = N_("人员")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("键入工号、拼音首字母或姓名就只剩下这些人；Esc 清掉。"),
        N_("新来的人：F2 登记，F4 给临时密码（只显示一次），F6 定岗。"),
        N_("没有考核合格的人，督查按 F7 特许今天上岗，要写原因。"),
        N_("改动都记入流水；F12 撤销在这个界面上的最后一次改动。"),
    )
    AUTO_FOCUS = "#query"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the query, which has its own use for them.
        Binding("enter", "edit", N_("看和改"), priority=True, id="staff.edit"),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("f2", "new", N_("新增"), id="staff.new"),
        Binding("f3", "import", N_("导入"), id="staff.import"),
        Binding("f4", "reset_pin", N_("重设密码"), id="staff.reset_pin"),
        Binding("f5", "keys", N_("公钥"), id="staff.keys"),
        Binding("f6", "posts", N_("定岗"), id="staff.posts"),
        Binding("f7", "allow", N_("特许上岗"), id="staff.allow"),
        Binding("f8", "stop", N_("停用"), id="staff.stop"),
        Binding("f8", "restore", N_("恢复"), id="staff.restore"),
        Binding("f12", "undo", N_("撤销"), id="staff.undo"),
        Binding("escape", "clear", N_("清掉", "key")),
        *ESCAPE,
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._shown: list[Staff] = []
        self._wanted = ""

    def compose_body(self) -> ComposeResult:
        """The query, the people, and more about one of them."""
        yield TextLine(widget_id="count")
        with Horizontal(id="asked"):
            yield TextLine(f" {_('查')}{_('：')}")
            yield StaffQuery()
        yield TextLine(widget_id="heading")
        pane = ListPane(widget_id="people")
        pane.can_focus = False
        yield pane
        yield Rows(["", "", ""], widget_id="detail")

    def commands(self) -> Sequence[tuple[str, str]]:
        """Rare acts."""
        if not self.allows("unattended"):
            return ()
        return ((_("无人值守界面的公钥"), "unattended"),)

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Show the staff as they are now; the cursor stays with its person."""
        self.people = sorted(
            await self.hall.people.staff(), key=lambda each: (not each.active, each.badge)
        )
        self._show()
        await self._show_detail()

    def _show(self) -> None:
        query = self.query_one("#query", Input).value
        self._shown = find_staff(self.people, query)
        cells = self.size.width
        count = count_row(self.people, len(self._shown), is_filtered=bool(query.strip()))
        self.query_one("#count", TextLine).show_line(count)
        self.query_one("#heading", TextLine).show_line(staff_heading(cells))
        pane, wanted = self._pane, self._wanted
        pane.show([staff_row(each, cells) for each in self._shown])
        badges = [each.badge for each in self._shown]
        if wanted in badges:
            pane.move_to(badges.index(wanted))

    async def _show_detail(self) -> None:
        person = self.chosen
        detail = None
        if person is not None:
            detail = await self.hall.look(view_staff_detail, person.badge)
        today = self.hall.clock.now().astimezone(self.hall.settings.zone).date()
        if person is self.chosen:
            self.query_one("#detail", Rows).show(detail_rows(person, detail, today))

    @property
    def _pane(self) -> ListPane:
        return self.query_one("#people", ListPane)

    @property
    def chosen(self) -> Staff | None:
        """The person under the cursor."""
        row = self._pane.cursor if self.is_up() else None
        return self._shown[row] if row is not None and row < len(self._shown) else None

    def come_to(self, badge: str) -> None:
        """Put the cursor on a person, whoever was looked for."""
        self._wanted = badge
        self.query_one("#query", Input).value = ""

    @on(Input.Changed, "#query")
    async def find(self) -> None:
        """Show those whom the query means, the best of them under the cursor."""
        if self.query_one("#query", Input).value.strip():
            self._wanted = ""
            self._pane.move_to(0)
        self._show()
        await self.look(self._show_detail())
        self.refresh_bindings()

    @on(ListPane.Moved)
    async def follow_the_cursor(self) -> None:
        """Tell of the person that the cursor came to."""
        if self.chosen is not None:
            self._wanted = self.chosen.badge
        await self.look(self._show_detail())
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.call_after_refresh(self.reload)

    # --- keys ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc clears the query first; one key stops and restores."""
        if not self.allows(action):
            return False
        if action in ("stop", "restore"):
            person = self.chosen
            return (action == "restore") == (person is not None and not person.active)
        if action in ("clear", "back") and self.is_up() and not self.status.is_refusing:
            asked = bool(self.query_one("#query", Input).value)
            if action == "clear" or asked:
                return asked and action == "clear"
        elif action == "clear":
            return False
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if action in ("edit", "reset_pin", "keys", "stop", "restore"):
            return self.chosen is not None
        if action == "allow":
            return self.chosen is not None and not self.chosen.qualified
        return action != "undo" or self.last is not None

    def action_edit(self) -> None:
        """Look at the person under the cursor, and change that one."""
        if self.chosen is not None:
            self.edit(self.chosen)

    def action_move(self, rows: int) -> None:
        """Move the cursor, while the query keeps the keyboard."""
        self._pane.action_move(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a page."""
        self._pane.action_page(pages)

    def action_clear(self) -> None:
        """Show everybody again."""
        self.query_one("#query", Input).value = ""
