"""The published hours at the kiosk: when it gives numbers, and when it warns that closing is near."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from yichuang.config import CategorySettings
from yichuang.errors import ItemNotToday, OutsideHours
from yichuang.language import N_, _
from yichuang.queue.hours import LOOK_AHEAD, Opening
from yichuang.queue.item import Item
from yichuang.queue.rules import HallRules

_WEEKDAYS = (
    N_("周一", "weekday"),
    N_("周二", "weekday"),
    N_("周三", "weekday"),
    N_("周四", "weekday"),
    N_("周五", "weekday"),
    N_("周六", "weekday"),
    N_("周日", "weekday"),
)


def opening_at(rules: HallRules, now: datetime, on: date) -> Opening | None:
    """How the hall stands; None where hours close no kiosk.

    That is in a hall for trying out, and while the clock shows a date before the business date: then it is
    wrong (village PCs have dead CMOS batteries), and nobody is sent away by a wrong clock.
    """
    if rules.settings.hall.sample or now.astimezone(rules.zone).date() < on:
        return None
    return rules.hours.at(now)


def refuse_outside_hours(
    rules: HallRules,
    now: datetime,
    on: date,
    category: CategorySettings,
    items: Sequence[Item],
) -> None:
    """Raises OutsideHours or ItemNotToday at a kiosk; inside published hours nobody is refused (A06).

    `on` is the hall's business date. People at the guide desk decide for themselves.
    """
    opening = opening_at(rules, now, on)
    if opening is None:
        return
    if opening.session is None:
        raise OutsideHours(opens=opening_text(rules, opening.opens_next))
    if opening.session.flagged_only:
        refused = [item for item in items if not item.saturday]
        if refused or not items:
            what = refused[0].alias if refused else category.label
            raise ItemNotToday(what=what, opens=opening_text(rules, opens_for_all(rules, now)))


def opens_for_all(rules: HallRules, now: datetime) -> datetime | None:
    """The next session after `now` in which everything is handled; None when there is none in sight."""
    today = now.astimezone(rules.zone).date()
    for ahead in range(LOOK_AHEAD + 1):
        for session in rules.hours.day(today + timedelta(days=ahead)).sessions:
            if session.start > now and not session.flagged_only:
                return session.start
    return None


def opening_text(rules: HallRules, at: datetime | None) -> str:
    """A moment of opening as people say it, such as `11月23日（周一）9:00`."""
    if at is None:
        return _("另行通知")
    local = at.astimezone(rules.zone)
    weekday = _WEEKDAYS[local.weekday()]
    return _("{month}月{day}日（{weekday}）{time}").format(
        month=local.month,
        day=local.day,
        weekday=_(weekday, "weekday"),
        time=f"{local.hour}:{local.minute:02d}",
    )


def closes_soon(rules: HallRules, now: datetime, on: date) -> datetime | None:
    """When the hall closes, if that is near enough to tell a visitor before a number is taken."""
    opening = opening_at(rules, now, on)
    return opening.closes_at if opening is not None and opening.is_closing else None
