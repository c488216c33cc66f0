"""The console's page of notices to the waiting crowd, and incidents (R04)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console_list import ListPage
from yichuang.tui.screens.console_rows import day_time, notice_row
from yichuang.tui.screens.overview_notices import NoticeActs
from yichuang.tui.text import Line, pad


class NoticesScreen(ListPage[Notice], NoticeActs):
    """The notices that boards show now; an older one waits behind the newest."""

    NAME = N_("通知")
    PAGE = "notices"
    NOTHING = N_("大屏上没有发出的通知")
    DETAILS = 3
    HOW_TO = (
        N_("通知马上显示在大屏上，广播念一遍；到时间自己撤下，也可以早点撤回。"),
        N_("重大事件按「记事件」写下经过和上报给谁，流水里查得到。"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "broadcast", N_("发通知")),
        Binding("f3", "withdraw", N_("撤回")),
        Binding("f4", "incident", N_("记事件")),
    ]

    async def read_items(self, view: SupervisionView) -> Sequence[Notice]:
        """The live ones."""
        return view.notices

    def key_of(self, item: Notice) -> Hashable:
        """A notice is known by its number."""
        return item.id

    def list_heading(self) -> str:
        """The heads of the columns."""
        heads = (
            pad(_("时间", "head"), 10) + pad(_("方式", "head"), 11) + pad(_("谁发的", "head"), 18)
        )
        return heads + _("通知", "head")

    def row_of(self, item: Notice) -> Line:
        """A notice as a row."""
        return notice_row(item, self.hall.settings.zone, self.person(item.by))

    def details_of(self, item: Notice) -> list[str]:
        """The whole text, and why."""
        at = day_time(item.at, self.hall.settings.zone)
        return [
            _(item.text),
            _("{time} 发出，原因：{reason}").format(time=at, reason=_(item.reason)),
        ]

    def possible(self, action: str) -> bool:
        """Only a live notice can be taken back."""
        return action != "withdraw" or self.chosen is not None

    def action_withdraw(self) -> None:
        """Take it back."""
        if self.chosen is not None:
            self.ask_withdraw(self.chosen)
