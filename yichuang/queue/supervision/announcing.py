"""Notices to the waiting crowd, and taking them back (R04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yichuang.errors import NoticeUnfit, ReasonMissing, TextMissing, UnknownNotice
from yichuang.language import N_, _
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.command import BroadcastNotice, WithdrawNotice
from yichuang.queue.oversight.notice import LONGEST_NOTICE, MOST_MINUTES, Notice
from yichuang.text import one_line

_TEXT = N_("通知内容")


def broadcast_notice(desk: Desk, command: BroadcastNotice) -> Done:
    """Tell the waiting crowd something; `Done.notice` is it.

    Raises TextMissing, NoticeUnfit or ReasonMissing.
    """
    text, reason = one_line(command.text), one_line(command.reason)
    if not text:
        raise TextMissing(what=_(_TEXT))
    is_short = len(text) <= LONGEST_NOTICE and 1 <= command.minutes <= MOST_MINUTES
    if not is_short or not (command.spoken or command.shown):
        raise NoticeUnfit(most=LONGEST_NOTICE, minutes=MOST_MINUTES)
    if not reason:
        raise ReasonMissing(move=EventKind.NOTICE_BROADCAST)
    until = desk.now + timedelta(minutes=command.minutes)
    notice = Notice(0, text, desk.now, until, desk.actor, reason, command.spoken, command.shown)
    notice = notice._replace(id=desk.memory.add_notice(notice))
    desk.record(
        EventKind.NOTICE_BROADCAST,
        notice=notice.id,
        text=text,
        minutes=command.minutes,
        spoken=command.spoken,
        shown=command.shown,
        reason=reason,
    )
    return Done(notice=notice)


def withdraw_notice(desk: Desk, command: WithdrawNotice) -> Done:
    """Take a notice back; raises UnknownNotice for one that is over."""
    notice = desk.memory.notice(command.notice)
    if notice is None or not notice.is_live(desk.now):
        raise UnknownNotice(notice=command.notice)
    desk.memory.withdraw_notice(notice.id, desk.now)
    reason = one_line(command.reason)
    facts: dict[str, Any] = {"reason": reason} if reason else {}
    desk.record(EventKind.NOTICE_WITHDRAWN, notice=notice.id, text=notice.text, **facts)
    return Done(notice=notice._replace(withdrawn_at=desk.now))
