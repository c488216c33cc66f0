"""What a supervisor tells the waiting crowd, and incidents that are written down (R04)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from yichuang.language import N_, _
from yichuang.queue.oversight.command import BroadcastNotice, RecordIncident, WithdrawNotice
from yichuang.queue.oversight.notice import LONGEST_NOTICE, Notice
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.screens.reason import Reason
from yichuang.tui.text import Line

NOTICES = (
    N_("办事人多，请耐心等候"),
    N_("叫号系统正在恢复，请留在等候区"),
    N_("设备故障，请到导引台人工取号"),
    N_("请大家按工作人员引导有序撤离"),
    N_("请看好随身物品和小孩"),
)
"""Notices that need no Chinese input; any other can be typed."""

NOTICE_REASONS = (N_("等候人多"), N_("设备故障"), N_("突发事件"), N_("业务调整"))
WITHDRAW_REASONS = (N_("事情已过"), N_("内容有误"))
INCIDENTS = (N_("停电断网"), N_("办事人争执"), N_("有人突发疾病"), N_("设备故障"), N_("火警疏散"))
LEADERS = (N_("分管领导"), N_("值班室"), N_("派出所"), N_("急救 120"), N_("消防 119"))
"""What is offered; any other can be typed."""

MINUTES = (10, 30, 60, 240)
"""How long a notice may stand."""

LONGEST_TOLD = 80
"""Characters of what happened."""


class _Ways(NamedTuple):
    spoken: bool
    shown: bool


class NoticeActs(SupervisingScreen):
    """A screen from which a supervisor tells the crowd something."""

    def action_broadcast(self) -> None:
        """Tell the waiting crowd something: ask what."""
        dialog = Reason(
            _("发给大屏和广播的通知"), NOTICES, other=_("或键入通知"), longest=LONGEST_NOTICE
        )
        ask(self, dialog, self._ask_minutes)

    async def _ask_minutes(self, text: str) -> None:
        choices: list[tuple[Line, int]] = [
            (_("{minutes} 分钟").format(minutes=each), each) for each in MINUTES
        ]
        ask(self, Choice(_("通知留多久"), choices), partial(self._ask_ways, text))

    async def _ask_ways(self, text: str, minutes: int) -> None:
        choices: list[tuple[Line, _Ways]] = [
            (_("大屏显示，也播报"), _Ways(spoken=True, shown=True)),
            (_("只在大屏显示"), _Ways(spoken=False, shown=True)),
            (_("只播报"), _Ways(spoken=True, shown=False)),
        ]
        ask(self, Choice(_("怎样告诉"), choices), partial(self._ask_why_told, text, minutes))

    async def _ask_why_told(self, text: str, minutes: int, ways: _Ways) -> None:
        command = BroadcastNotice(text, minutes, "", ways.spoken, ways.shown)
        self.ask_why(_("发通知的原因"), NOTICE_REASONS, partial(self._broadcast, command))

    async def _broadcast(self, command: BroadcastNotice, reason: str) -> None:
        if await self.order(command._replace(reason=reason)) is not None:
            self.tell(_("通知已发：{text}").format(text=_(command.text)))

    def ask_withdraw(self, notice: Notice) -> None:
        """Take a notice back: ask why."""
        self.ask_why(_("撤回通知的原因"), WITHDRAW_REASONS, partial(self._withdraw, notice.id))

    async def _withdraw(self, notice: int, reason: str) -> None:
        if await self.order(WithdrawNotice(notice, reason)) is not None:
            self.tell(_("通知已撤回"))

    # --- incidents ----------------------------------------------------------------------------

    def action_incident(self) -> None:
        """Write down that something happened: ask what kind."""
        ask(self, Reason(_("记什么事件"), INCIDENTS, other=_("或键入别的事件")), self._ask_what)

    async def _ask_what(self, kind: str) -> None:
        hint = _("写一句经过：在哪里、什么时候、怎么处理的")
        dialog = Typing(_("事件：{kind}").format(kind=_(kind)), hint, longest=LONGEST_TOLD)
        ask(self, dialog, partial(self._ask_leader, kind))

    async def _ask_leader(self, kind: str, what: str) -> None:
        dialog = Reason(_("上报给谁"), LEADERS, other=_("或键入别的人"))
        ask(self, dialog, partial(self._record, kind, what))

    async def _record(self, kind: str, what: str, leader: str) -> None:
        if await self.order(RecordIncident(kind, what, leader)) is not None:
            text = _("事件已记入流水，上报给{leader}")
            self.tell(text.format(leader=_(leader)), _("要告诉等候的人，再发一条通知"))
