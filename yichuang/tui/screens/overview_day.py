"""The end of the day from the supervisor's screen: the usual one, and one that an outage forces."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from functools import partial

from yichuang.language import N_, _
from yichuang.queue.ports import Records
from yichuang.queue.printing import JobState
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.queue.view import today
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.reason import Reason

OUTAGE_REASONS = (N_("停电"), N_("断网"), N_("系统故障"), N_("恶劣天气"))
END_REASONS = (N_("下班时间到"), N_("今天提前下班"), N_("没有人等了"))
"""What is offered for a reason; any other can be typed."""

_LEFT = (TicketState.WAITING, TicketState.HELD, TicketState.CALLED, TicketState.SERVING)
_GOOD = frozenset({JobState.PRINTED, JobState.PROCESSED, JobState.HANDED_OVER})


def _left_today(
    records: Records, rules: HallRules, now: datetime
) -> tuple[Counter[TicketState], date]:
    """How many tickets of today have not ended, by state, and the next working day."""
    on = today(records, rules, now)
    counts = records.state_counts(on)
    left = Counter({state: counts.get(state, 0) for state in _LEFT})
    return left, rules.hours.working_days.next(on)


class ClosingScreen(SupervisingScreen):
    """A screen from which the day is closed; it follows the papers of the slips to their end."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._slips: frozenset[int] = frozenset()
        """The ids of the tickets whose slips are being printed."""
        self._slips_said = ""

    def action_close_day(self) -> None:
        """End the day: ask how."""
        choices = [
            (_("收工：没有办的号按过号处理"), False),
            (_("停办：没有办完的号都得到优先凭条，下个工作日有效"), True),
        ]
        ask(self, Choice(_("结束今天"), choices), self._ask_close)

    async def _ask_close(self, outage: bool) -> None:
        if outage:
            ask(self, Reason(_("停办的原因"), OUTAGE_REASONS), self._ask_outage)
        else:
            ask(self, Reason(_("收工的原因"), END_REASONS), self._ask_end)

    async def _ask_end(self, reason: str) -> None:
        left = await self.look(self.hall.look(_left_today))
        if left is not None:
            counts, _day = left
            count = counts[TicketState.WAITING] + counts[TicketState.HELD]
            text = _("收工？{count} 个没有办的号按过号处理，窗口都关闭。").format(count=count)
            ask(self, Question(text), partial(self._close, reason))

    async def _close(self, reason: str, _sure: bool) -> None:
        done = await self.act(self.hall.close_day(reason=reason, actor=self.actor))
        if done is not None:
            text = _("已收工，窗口都关了；{count} 个没有办的号按过号处理")
            self.tell(text.format(count=len(done.tickets)))

    async def _ask_outage(self, reason: str) -> None:
        left = await self.look(self.hall.look(_left_today))
        if left is None:
            return
        counts, day = left
        text = _(
            "停办（{reason}）？{count} 个没有办完的号都作废，换成 {day} 有效的优先凭条；窗口都关闭。"
        )
        question = text.format(reason=_(reason), count=counts.total(), day=day)
        ask(self, Question(question), partial(self._stop, reason))

    async def _stop(self, reason: str, _sure: bool) -> None:
        done = await self.act(self.hall.close_day(outage=True, reason=reason, actor=self.actor))
        if done is None:
            return
        day = next((each.valid_on for each in done.tickets if each.valid_on), None)
        if day is None:
            self.tell(_("已停办，窗口都关了；没有要发凭条的号"))
            return
        text = _("已停办，窗口都关了；{count} 个号换成优先凭条，{day} 有效")
        hint = _("没有设打印机：请把号抄给办事人")
        if self.hall.settings.printer:
            hint = ""
            self._slips = frozenset(each.id for each in done.tickets)
        self.tell(text.format(count=len(done.tickets), day=day), hint)
        await self.reload()

    async def follow_slips(self) -> None:
        """Say what became of the slips' papers so far."""
        if not self._slips:
            return
        jobs = await self.hall.print_jobs(len(self._slips) + 50)
        latest = {each.ticket: each for each in reversed(jobs) if each.ticket in self._slips}
        states = Counter(each.state for each in latest.values())
        waits = sum(count for state, count in states.items() if not state.is_final)
        text = _("优先凭条 {count} 张：已打印 {good}，没打好 {bad}，还在打 {waits}")
        good = sum(count for state, count in states.items() if state in _GOOD)
        bad = len(latest) - good - waits
        hint = _("没打好的，把号抄给办事人") if bad else ""
        said = text.format(count=len(latest), good=good, bad=bad, waits=waits)
        if said != self._slips_said:
            # Said once: other notices are not pushed away while a printer is out of order.
            self._slips_said = said
            self.tell(said, hint)
        if not waits:
            self._slips = frozenset()
