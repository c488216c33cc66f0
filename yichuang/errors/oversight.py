"""Refusals about supervision: alerts, 督办 items, notices."""

from __future__ import annotations

from yichuang.errors.refusal import QueueRefusal
from yichuang.language import N_


class UnknownAlert(QueueRefusal):
    """No alert has that number, or it is over."""

    code = "unknown_alert"
    text = N_("没有第 {alert} 号预警，或者它已经消除")
    advice = N_("看一遍现在的预警，再选一条")


class UnknownSupervision(QueueRefusal):
    """No 督办 item has that number."""

    code = "unknown_supervision"
    text = N_("没有第 {item} 号督办")
    advice = N_("看一遍督办清单，再选一条")


class SupervisionOver(QueueRefusal):
    """The 督办 item is closed."""

    code = "supervision_over"
    text = N_("第 {item} 号督办已经办结")
    advice = N_("还有事要办，另开一条督办")


class SupervisionTwice(QueueRefusal):
    """The alert has a 督办 item already."""

    code = "supervision_twice"
    text = N_("这条预警已经转成第 {item} 号督办，由 {owner} 负责")
    advice = N_("等对方回复；要换人，先把那一条办结")


class NotYourSupervision(QueueRefusal):
    """Somebody else has to see to it."""

    code = "not_your_supervision"
    text = N_("第 {item} 号督办由 {owner} 负责")
    advice = N_("请 {owner} 回复；要换人，请督查另开一条")


class DeadlinePast(QueueRefusal):
    """The deadline is over before it begins."""

    code = "deadline_past"
    text = N_("督办期限 {deadline} 已经过了")
    advice = N_("写一个将来的时间")


class TextMissing(QueueRefusal):
    """Something must be written down for it."""

    code = "text_missing"
    text = N_("{what}还没有写")
    advice = N_("写好内容再办这一步")


class NoticeUnfit(QueueRefusal):
    """The notice is too long, or for too long, or for nobody."""

    code = "notice_unfit"
    text = N_("通知要在 {most} 个字以内，时间在 1 到 {minutes} 分钟之间，显示和播报至少选一样")
    advice = N_("写短一点，或者分成两条")


class UnknownNotice(QueueRefusal):
    """No notice of that number is live."""

    code = "unknown_notice"
    text = N_("没有第 {notice} 号通知，或者它已经结束")
    advice = N_("看一遍现在的通知，再选一条")
