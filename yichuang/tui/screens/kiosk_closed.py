"""The kiosk outside the published hours, and shortly before they end. Pure."""

from __future__ import annotations

from datetime import date, datetime

from yichuang.language import _
from yichuang.queue.hours import Opening
from yichuang.queue.opening import closes_soon, opening_at, opening_text, opens_for_all
from yichuang.queue.rules import HallRules
from yichuang.queue.wait import Wait
from yichuang.tui.screens.waits import full_wait
from yichuang.tui.text import Line


def closed_now(rules: HallRules, now: datetime, on: date) -> Opening | None:
    """How the hall stands while its kiosks give no numbers; None while they do."""
    opening = opening_at(rules, now, on)
    return opening if opening is not None and opening.session is None else None


def flagged_only(rules: HallRules, now: datetime, on: date) -> bool:
    """Whether only flagged items are handled now (G04)."""
    opening = opening_at(rules, now, on)
    session = opening.session if opening is not None else None
    return session is not None and session.flagged_only


def flagged_notice(rules: HallRules, now: datetime) -> str:
    """What is said while only flagged items are handled, and when everything is again."""
    opens = opening_text(rules, opens_for_all(rules, now))
    return _("周六只办标记的事项；别的业务请在 {opens} 来").format(opens=opens)


def may_check_in(rules: HallRules, opening: Opening, now: datetime) -> bool:
    """Whether holders of appointments are served: in elastic time (E03), and before a later opening."""
    if opening.is_elastic:
        return True
    opens = opening.opens_next
    return opens is not None and opens.astimezone(rules.zone).date() == _today(rules, now)


def _today(rules: HallRules, now: datetime) -> date:
    return now.astimezone(rules.zone).date()


def closed_rows(rules: HallRules, opening: Opening, *, check_in: bool) -> list[Line]:
    """What is said above the large time of the next opening."""
    opens = _("下次办公：{opens}").format(opens=opening_text(rules, opening.opens_next))
    rows: list[Line] = [
        "",
        ["  ", (f" {_('现在不是取号时间')} ", "alert")],
        "",
        ["  ", (opens, "strong")],
        f"  {_('有事请问导引台')}",
    ]
    if check_in:
        rows.append(["  ", (" 7 ", "key"), f" {_('约好的请按 7 签到')}"])
    return rows


def opening_time(rules: HallRules, opening: Opening) -> str:
    """The clock time of the next opening, to be drawn large; empty when there is none in sight."""
    if opening.opens_next is None:
        return ""
    return f"{opening.opens_next.astimezone(rules.zone):%H:%M}"


def closing_doubt(rules: HallRules, now: datetime, on: date, wait: Wait | None) -> str:
    """What a visitor is told before a number is taken shortly before closing (A06); else empty.

    The number is given all the same when the visitor wants it, and will be served.
    """
    closes_at = closes_soon(rules, now, on)
    if closes_at is None:
        return ""
    time = f"{closes_at.astimezone(rules.zone):%H:%M}"
    text = _("大厅办公到 {time}，取了号都会办完。").format(time=time)
    if wait is not None:
        text += _("现在等候{wait}。").format(wait=full_wait(wait))
    return text
