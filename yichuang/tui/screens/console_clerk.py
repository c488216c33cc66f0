"""One person's day, from the journal alone: signing in, posts, pauses, tickets, ratings (H10, H11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.personnel.leaving import leaving_word
from yichuang.queue.service import Hall
from yichuang.queue.supervision.days import ClerkDay
from yichuang.queue.supervision.timeline import Paused, PostHeld, Visit
from yichuang.queue.supervision.view import SupervisionView
from yichuang.tui.screens.console_rows import clock_time, seconds_text
from yichuang.tui.screens.console_text import TextPage
from yichuang.tui.text import Line, pad, pad_left


class ClerkScreen(TextPage):
    """A summary, then each kind of thing under its own heading."""

    NAME = N_("人员的一天")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "day(-1)", N_("前一天")),
        Binding("f3", "day(1)", N_("后一天")),
    ]

    def __init__(self, hall: Hall, badge: str, on: date | None = None) -> None:
        """`on` is a business date, today when None."""
        super().__init__(hall)
        self._badge = badge
        self._on = on
        self._today: date | None = None

    async def read_text(self, view: SupervisionView) -> tuple[str, list[Line]]:
        """The day."""
        self._today = view.business_date
        day = await self.hall.supervision.clerk_day(self._badge, self._on or view.business_date)
        named = _("{name}（{badge}）").format(name=day.name, badge=day.badge)
        heading = f"{named}  {day.on}"
        return heading, [*self._summary(day, view.at), *self._parts(day, view.at)]

    def _summary(self, day: ClerkDay, now: datetime) -> list[Line]:
        paused = sum(_minutes(each.since, each.until or self._end(day, now)) for each in day.pauses)
        at_post = sum(_minutes(each.since, each.until or self._end(day, now)) for each in day.posts)
        text = _(
            "在岗 {post} 分，暂停 {paused} 分；叫号 {called}，办结 {served}，过号 {passed}；平均办 {average}"
        ).format(
            post=at_post,
            paused=paused,
            called=len(day.visits),
            served=day.served,
            passed=day.passed,
            average=seconds_text(day.average_service),
        )
        return [[(f" {text}", "strong")], ""]

    def _end(self, day: ClerkDay, now: datetime) -> datetime:
        """Until when that lasts which the journal does not end: now, or the last that it tells."""
        if day.on == self._today:
            return now
        told = [each.at for each in day.signs] + [each.at for each in day.moves]
        told += [each.called_at for each in day.visits]
        return max(told, default=now)

    def _parts(self, day: ClerkDay, now: datetime) -> list[Line]:
        end, zone = self._end(day, now), self.hall.settings.zone
        rows: list[Line] = []
        signs = (
            f"{clock_time(each.at, zone)} {each.kind.label}  {each.origin}  {leaving_word(each.why)}".rstrip()
            for each in day.signs
        )
        moves = (
            f"{clock_time(each.at, zone)} {each.state.label}  {each.note}".rstrip()
            for each in day.moves
        )
        ratings = (
            f"{clock_time(each.at, zone)} {pad(each.number, 8)}{each.grade.label}"
            for each in day.ratings
        )
        for heading, lines in (
            (_("登录"), signs),
            (_("在岗"), (self._post(each, end) for each in day.posts)),
            (_("暂停"), (self._pause(each, end) for each in day.pauses)),
            (_("叫过的号"), (self._visit(each) for each in day.visits)),
            (_("评价"), ratings),
            (_("去向"), moves),
        ):
            rows += _section(heading, lines)
        return rows or [[(f" {_('流水里这一天没有这个人的记录')}", "dim")]]

    def _post(self, post: PostHeld, end: datetime) -> str:
        zone = self.hall.settings.zone
        text = _("{since}-{until} {window} 号窗口，{minutes} 分").format(
            since=clock_time(post.since, zone),
            until=clock_time(post.until, zone) if post.until else "",
            window=post.window,
            minutes=_minutes(post.since, post.until or end),
        )
        if post.taken_from:
            text += "  " + _("接替 {person}").format(person=self.person(post.taken_from))
        if post.handed_to:
            text += "  " + _("交给 {person}").format(person=self.person(post.handed_to))
        return text

    def _pause(self, pause: Paused, end: datetime) -> str:
        zone = self.hall.settings.zone
        return _("{since}-{until} {window} 号窗口，{minutes} 分  {reason}").format(
            since=clock_time(pause.since, zone),
            until=clock_time(pause.until, zone) if pause.until else "",
            window=pause.window,
            minutes=_minutes(pause.since, pause.until or end),
            reason=_(pause.reason),
        )

    def _visit(self, visit: Visit) -> str:
        zone = self.hall.settings.zone
        ending = visit.ending.label if visit.ending else _("还没有完")
        took = seconds_text(visit.seconds) if visit.seconds is not None else ""
        return (
            f"{clock_time(visit.called_at, zone)} {pad(visit.number, 8)}"
            f"{pad(_('{window} 号窗口').format(window=visit.window), 12)}"
            f"{pad(ending, 14)}{pad_left(took, 8)}"
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No day is shown that is yet to come."""
        if action == "day" and parameters == (1,):
            return self._on is not None and self._on != self._today
        return super().check_action(action, parameters)

    async def action_day(self, days: int) -> None:
        """Show the day before, or after."""
        on = self._on or self._today
        if on is not None and self._today is not None:
            self._on = min(on + timedelta(days=days), self._today)
            await self.reload()


def _minutes(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() / 60))


def _section(heading: str, lines: Iterable[str]) -> list[Line]:
    found: list[Line] = [f"   {line}" for line in lines]
    return [[(f" {heading} {len(found)}", "mark")], *found] if found else []
