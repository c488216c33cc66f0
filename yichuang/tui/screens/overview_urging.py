"""What a supervisor does about alerts: take note, urge with a deadline, close what was urged (O01, O02)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from yichuang.language import N_, _
from yichuang.queue.oversight.command import (
    AcknowledgeAlert,
    AnswerSupervision,
    CloseSupervision,
    OpenSupervision,
)
from yichuang.queue.oversight.item import SupervisionItem
from yichuang.queue.people.staff import Staff
from yichuang.queue.rules import HallRules
from yichuang.queue.supervision.view import AlertView
from yichuang.tui.screens.choice import Pick
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.screens.overview_acts import SupervisingScreen
from yichuang.tui.screens.reason import Reason
from yichuang.tui.text import Line, pad

NOTES = (N_("已在处理"), N_("已安排人"), N_("情况属实，继续看"), N_("误报"))
TITLES = (N_("等候时间长，增开窗口"), N_("设备报修"), N_("回访不满意的办事人"), N_("补齐人手"))
URGED = (N_("请尽快处理并回复"), N_("请查明原因"), N_("请联系办事人"))
CLOSING = (N_("已核实，办得好"), N_("已解决"), N_("不再需要"))
"""What is offered; any other can be typed."""

LONGEST_TEXT = 80
"""Characters of a title, an answer, a note."""

HALF_HOUR, WORKING_DAYS = timedelta(minutes=30), 3
END_OF_SERVICE = time(17, 0)
"""The deadline on a day on which the hall does not serve."""

_CLOCK = re.compile(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})\s*)?(?:(\d{1,2}):(\d{2}))?")


def deadlines(rules: HallRules, now: datetime) -> list[tuple[str, datetime]]:
    """The deadlines that are offered: (in the user's language, when)."""
    today = now.astimezone(rules.zone).date()
    days = rules.hours.working_days
    tomorrow, third = today + timedelta(days=1), days.add(today, WORKING_DAYS)
    found = [
        (_("30 分钟内"), now + HALF_HOUR),
        (_("今天下班"), _end_of(rules, today)),
        (_("明天"), _end_of(rules, tomorrow)),
        (_("{days} 个工作日").format(days=WORKING_DAYS), _end_of(rules, third)),
    ]
    return [
        (f"{pad(text, 14)}{at.astimezone(rules.zone):%m-%d %H:%M}", at)
        for text, at in found
        if at > now
    ]


def _end_of(rules: HallRules, on: date) -> datetime:
    """When the hall's service of that day ends."""
    sessions = rules.hours.day(on).sessions
    if sessions:
        return sessions[-1].end
    return datetime.combine(on, END_OF_SERVICE, rules.zone)


def read_deadline(typed: str, rules: HallRules, now: datetime) -> datetime | None:
    """A deadline as typed: `16:30`, `3-05`, `03-05 16:30`, `2026-03-05 16:30`; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip().replace("/", "-")
    found = _CLOCK.fullmatch(plain)
    if not plain or found is None:
        return None
    year, month, day, hour, minute = (int(each) if each else None for each in found.groups())
    local = now.astimezone(rules.zone)
    try:
        on = date(year or local.year, month, day) if month and day else local.date()
        if hour is None or minute is None:
            return _end_of(rules, on)
        return datetime.combine(on, time(hour, minute), rules.zone)
    except ValueError:
        return None


class UrgingActs(SupervisingScreen):
    """A screen from which a supervisor sees to alerts and 督办 items."""

    # --- alerts -------------------------------------------------------------------------------

    def ask_note(self, alert: AlertView, said: str) -> None:
        """Take note of an alert: ask what is done about it."""
        dialog = Reason(said, NOTES, other=_("或键入处理情况"))
        ask(self, dialog, partial(self._note, alert.kept.id))

    async def _note(self, alert: int, note: str) -> None:
        if await self.order(AcknowledgeAlert(alert, note)) is not None:
            self.tell(_("预警已知悉：{note}").format(note=_(note)))

    # --- 督办 ---------------------------------------------------------------------------------

    def ask_title(self, alert: AlertView | None = None, said: str = "") -> None:
        """Give somebody a matter: ask which, unless it is an alert."""
        if alert is not None:
            self.call_later(self._ask_owner, alert.kept.id, said[:LONGEST_TEXT])
            return
        dialog = Reason(_("督办什么事"), TITLES, other=_("或键入事由"), longest=LONGEST_TEXT)
        ask(self, dialog, partial(self._ask_owner, None))

    async def _ask_owner(self, alert: int | None, title: str) -> None:
        staff = await self.look(self.hall.people.staff())
        working = [each for each in staff or () if each.active]
        if not working:
            self.tell(_("还没有登记人员，督办不知交给谁"), _("请管理员先登记人员"))
            return
        badges = {each.badge.upper(): each.badge for each in working}
        entries: list[tuple[str, Line]] = [
            (each.badge.upper(), person_choice(each)) for each in working
        ]
        heading = _("交给谁督办：{title}").format(title=_(title))
        pick = Pick(heading, _("工号"), entries, N_("没有这样的工号；按 Backspace 改"))
        ask(self, pick, partial(self._ask_deadline, alert, title, badges))

    async def _ask_deadline(
        self, alert: int | None, title: str, badges: dict[str, str], typed: str
    ) -> None:
        offered = deadlines(self.hall.rules, self.hall.clock.now())
        dialog = Reason(
            _("办结期限"),
            [text for text, _at in offered],
            other=_("或键入 16:30、03-05、03-05 16:30"),
        )
        command = OpenSupervision(
            title, badges.get(typed, typed), self.hall.clock.now(), alert=alert
        )
        ask(self, dialog, partial(self._ask_urging, command, offered))

    async def _ask_urging(
        self, command: OpenSupervision, offered: Sequence[tuple[str, datetime]], typed: str
    ) -> None:
        at = dict(offered).get(typed) or read_deadline(
            typed, self.hall.rules, self.hall.clock.now()
        )
        if at is None:
            self.tell(
                _("看不懂期限「{typed}」").format(typed=typed), _("写成 16:30 或 03-05 16:30")
            )
            return
        dialog = Reason(_("督办要求"), URGED, other=_("或键入要求"), longest=LONGEST_TEXT)
        ask(self, dialog, partial(self._urge, command._replace(deadline=at)))

    async def _urge(self, command: OpenSupervision, note: str) -> None:
        done = await self.order(command._replace(note=note))
        if done is not None:
            at = f"{command.deadline.astimezone(self.hall.rules.zone):%m-%d %H:%M}"
            text = _("已交 {badge} 督办，期限 {at}")
            self.tell(text.format(badge=command.owner, at=at))

    def ask_answer(self, item: SupervisionItem) -> None:
        """Tell what was done about a matter of one's own."""
        dialog = Typing(
            _("回复督办：{title}").format(title=_(item.title)),
            _("写一句办了什么、结果怎样"),
            longest=LONGEST_TEXT,
        )
        ask(self, dialog, partial(self._answer, item.id))

    async def _answer(self, item: int, text: str) -> None:
        if await self.order(AnswerSupervision(item, text)) is not None:
            self.tell(_("已回复，等督查办结"))

    def ask_feedback(self, item: SupervisionItem) -> None:
        """Close a matter: ask for the supervisor's words."""
        heading = _("办结督办：{title}").format(title=_(item.title))
        dialog = Reason(heading, CLOSING, other=_("或键入意见"), longest=LONGEST_TEXT)
        ask(self, dialog, partial(self._close_item, item.id))

    async def _close_item(self, item: int, feedback: str) -> None:
        if await self.order(CloseSupervision(item, feedback)) is not None:
            self.tell(_("督办已办结"))


def person_choice(person: Staff) -> Line:
    """Somebody of the staff to choose: badge number, name, roles, department."""
    roles = _("、").join(role.label for role in person.roles)
    return f"{pad(person.badge, 10)}{pad(person.name, 11)} {pad(roles, 20)} {person.department}"
