"""What a supervisor does about people: a new PIN, leave to serve today; each with a reason."""

from __future__ import annotations

from functools import partial

from yichuang.language import N_, _
from yichuang.queue.people.command import AllowUnqualified
from yichuang.queue.people.staff import Staff
from yichuang.tui.screens.overview_acts import SupervisingScreen

PIN_REASONS = (N_("忘了密码"), N_("密码被锁"), N_("密码可能泄露"), N_("新来的人员"))
ALLOW_REASONS = (N_("人手不足，由老同志带班"), N_("考核已过，证书未发"), N_("只办简单事项"))
"""What is offered for a reason; any other can be typed."""


class PeopleActs(SupervisingScreen):
    """A screen from which a supervisor sees to people."""

    def ask_reset_pin(self, person: Staff) -> None:
        """Give somebody a PIN until the next sign-in: ask why."""
        heading = _("重设 {name}（{badge}）密码的原因").format(name=person.name, badge=person.badge)
        self.ask_why(heading, PIN_REASONS, partial(self._reset_pin, person))

    async def _reset_pin(self, person: Staff, reason: str) -> None:
        pin = await self.act(
            self.hall.people.reset_pin(person.badge, reason=reason, actor=self.actor)
        )
        if pin is None:
            return
        from yichuang.tui.screens.staff_dialogs import PinShown

        self.app.push_screen(PinShown(person, pin))

    def ask_allow(self, person: Staff) -> None:
        """Let somebody serve today without qualification: ask why."""
        if person.qualified:
            self.tell(_("{name} 考核合格，不用特许").format(name=person.name))
            return
        heading = _("特许 {name}（{badge}）今天上岗的原因").format(
            name=person.name, badge=person.badge
        )
        self.ask_why(heading, ALLOW_REASONS, partial(self._allow, person))

    async def _allow(self, person: Staff, reason: str) -> None:
        if await self.order(AllowUnqualified(person.badge, reason)) is not None:
            self.tell(_("{name} 今天可以上岗").format(name=person.name))
