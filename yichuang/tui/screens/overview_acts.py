"""What supervisors' screens share: who acts, what each key needs, asking for a reason, surge mode."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from yichuang.errors import QueueRefusal
from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.desk import Done
from yichuang.queue.oversight import command as oversight
from yichuang.queue.people import command as people
from yichuang.queue.service import Hall
from yichuang.queue.view import Overview
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.reason import Reason
from yichuang.tui.text import Line

SURGE_REASONS = (N_("等候人多"), N_("窗口人手少"), N_("业务集中办理"), N_("设备故障"))
CALM_REASONS = (N_("等候已减少"), N_("窗口人手够了"), N_("设备修好了"))
"""What is offered for a reason; any other can be typed."""

NEEDS: Mapping[str, Any] = MappingProxyType(
    {
        "pin": commands.PinTicket,
        "unpin": commands.UnpinTicket,
        "reroute": commands.RerouteTicket,
        "cancel": commands.CancelTicket,
        "bring_back": commands.ReinstateTicket,
        "paper": commands.ReprintTicket,
        "begin_surge": commands.SetSurge,
        "end_surge": commands.SetSurge,
        "close_day": commands.CloseDay,
        "open": commands.OpenWindow,
        "pause": commands.PauseWindow,
        "resume": commands.ResumeWindow,
        "close": commands.CloseWindow,
        "assign": commands.AssignWindow,
        "ticket": (commands.CancelTicket, commands.PinTicket),
        "window": (commands.AssignWindow,),
        "acknowledge_alert": oversight.AcknowledgeAlert,
        "urge": oversight.OpenSupervision,
        "answer": oversight.AnswerSupervision,
        "close_item": oversight.CloseSupervision,
        "broadcast": oversight.BroadcastNotice,
        "withdraw": oversight.WithdrawNotice,
        "incident": oversight.RecordIncident,
        "reset_pin": people.AllowUnqualified,
        "allow": people.AllowUnqualified,
        "take_off": people.AllowUnqualified,
    }
)
"""What each acting key needs. Everybody may change a PIN of one's own and leave a post of one's own: that the
last ones of the table are about others is told by a command for supervisors alone."""


def supervisor() -> str:
    """Who acts: the user of this terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "supervisor"


class SupervisingScreen(HallScreen):
    """A screen from which a supervisor acts. A subclass keeps in `seen` what it showed."""

    NEEDS: ClassVar[Mapping[str, Any]] = NEEDS

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self.actor = supervisor()
        self.seen: Overview | None = None
        """The hall as it was last read; None before the first reading."""
        self.categories = {each.code: each for each in hall.settings.category}
        self.pages: Mapping[str, Callable[..., SupervisingScreen]] = MappingProxyType({})
        """What else the console shows, by name; each page hands it on to the next."""

    def tell(self, text: str, hint: str = "") -> None:
        """Show a notice, and what to do next."""
        self.status.say(f" {text}", f" {hint}" if hint else "")

    def page(self, name: str, *arguments: Any) -> SupervisingScreen:
        """Another page of the console."""
        made = self.pages[name](self.hall, *arguments)
        made.pages = self.pages
        return made

    def show_page(self, name: str, *arguments: Any) -> None:
        """Lay another page over this one."""
        self.app.delay_update()
        self.app.push_screen(self.page(name, *arguments))

    def ask_why(
        self, heading: str, reasons: Sequence[str], answer: Callable[[str], Awaitable[None]]
    ) -> None:
        """Ask for the reason that the journal keeps, and go on with it."""
        ask(self, Reason(heading, reasons), answer)

    async def order(self, command: commands.Command) -> Done | None:
        """Ask the hall for something; a refusal is shown."""
        return await self.act(self.hall.do(command, self.actor))

    def allowed(self, *choices: tuple[str, Line]) -> list[tuple[Line, str]]:
        """Of some (action, text) those whose actions are for whoever sits here, for a `Choice`."""
        return [(text, action) for action, text in choices if self.allows(action)]

    def window_number(self, typed: str) -> int | None:
        """The window that was typed; what the hall has not is refused."""
        try:
            return self.hall.rules.window(typed).number
        except QueueRefusal as refused:
            self.status.refuse(refused)
            return None

    # --- surge mode ---------------------------------------------------------------------------

    def action_begin_surge(self) -> None:
        """Every window helps with every category: ask why."""
        self.ask_why(_("开始高峰互助的原因"), SURGE_REASONS, self._begin_surge)

    async def _begin_surge(self, reason: str) -> None:
        if await self.order(commands.SetSurge(True, reason)) is not None:
            self.tell(_("高峰互助开始：各窗口自己的队空了就帮办所有类别"))

    def action_end_surge(self) -> None:
        """Windows help as usual again: ask why."""
        heading = _("结束高峰互助的原因（各窗口只帮办原来设的类别）")
        self.ask_why(heading, CALM_REASONS, self._end_surge)

    async def _end_surge(self, reason: str) -> None:
        if await self.order(commands.SetSurge(False, reason)) is not None:
            self.tell(_("高峰互助已结束"))
