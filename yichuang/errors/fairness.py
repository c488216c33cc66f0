"""Refusals of the rules that keep a hall fair: classes, skills, persons, missed calls, duty."""

from __future__ import annotations

from typing import ClassVar

from yichuang.errors.refusal import QueueRefusal
from yichuang.errors.root import fill
from yichuang.language import N_


class UnknownGroup(QueueRefusal):
    """The hall knows no such priority group."""

    code = "unknown_group"
    text = N_("没有「{group}」这个优先类别")
    advice = N_("本大厅的优先类别：{known}")


class NeedUnserved(QueueRefusal):
    """No window of the category offers what the ticket asks for."""

    code = "need_unserved"
    text = N_("没有窗口能为「{category}」提供「{need}」")
    advice = N_("可以要求的：{known}；或取一个普通号，请导引台帮忙")


class TooManyItems(QueueRefusal):
    """One ticket carries five items at most (requirements 4.2)."""

    code = "too_many_items"
    text = N_("一个号最多办 {most} 个事项，写了 {count} 个")
    advice = N_("先取 {most} 个事项的号，其余另取一个号")


class NothingAsked(QueueRefusal):
    """A ticket needs a category, an item or a slip."""

    code = "nothing_asked"
    text = N_("没有写明办什么")
    advice = N_("写一个类别（--category）、一个事项（--item）或一张优先凭条（--slip）")


class RouteRepeats(QueueRefusal):
    """A joint route does not visit a category twice."""

    code = "route_repeats"
    text = N_("联办的类别「{category}」写了两次")
    advice = N_("每个类别只写一次，按先后排列")


class DuplicateTicket(QueueRefusal):
    """The person has an open ticket of that category (requirements 4.2)."""

    code = "duplicate_ticket"
    text = N_("这位办事人已经有「{category}」的号 {number}，正在{state}")
    advice = N_("不用再取；票丢了可以补打：yichuang ticket reprint {number}")


class OutsideHours(QueueRefusal):
    """The kiosk gives no number outside the published hours."""

    code = "outside_hours"
    text = N_("现在不是取号时间")
    advice = N_("下次办公：{opens}；有事请问导引台")


class ItemNotToday(QueueRefusal):
    """On a Saturday only flagged items are handled (G04)."""

    code = "item_not_today"
    text = N_("周六只办常办的个人事项，「{what}」不在其中")
    advice = N_("下次办公：{opens}；或选周六可办的事项")


class UnknownSlip(QueueRefusal):
    """There is no such priority slip for today, or it was used."""

    code = "unknown_slip"
    text = N_("今天没有 {number} 这张优先凭条，或它已经用过")
    advice = N_("核对凭条上的号和有效日期；过期或用过的请重新取号")


class NotPinned(QueueRefusal):
    """Only a pinned ticket can be taken off the top."""

    code = "not_pinned"
    text = N_("{number} 没有置顶")
    advice = N_("它按「{class_label}」排队，不用取消")


class AlreadyPinned(QueueRefusal):
    """The ticket is pinned."""

    code = "already_pinned"
    text = N_("{number} 已经置顶")
    advice = N_("窗口下一次叫号就轮到它；不要了可以取消置顶")


class SupervisorMissing(QueueRefusal):
    """A pin needs a supervisor's name."""

    code = "supervisor_missing"
    text = N_("置顶要有负责人")
    advice = N_("用 --actor 写明是哪位负责人")


class PassTooSoon(QueueRefusal):
    """The ticket was not called often enough, or the last call is too fresh (requirements 4.5)."""

    code = "pass_too_soon"
    text = N_("{number} 还不能过号：已叫 {called} 次，要叫 {needed} 次，每次隔 {gap} 秒")
    advice = N_("再过 {seconds} 秒重呼或过号；办事人走了可以先挂起，叫错了按 9 撤销")
    advice_when_due: ClassVar[str] = N_("现在就可以重呼；办事人走了可以先挂起，叫错了按 9 撤销")

    @property
    def hint(self) -> str:
        """When the next call counts."""
        due = self.facts.get("seconds") == 0
        return fill(self.advice_when_due if due else self.advice, self.facts)


class TooLate(QueueRefusal):
    """Too many others were called since the ticket was passed."""

    code = "too_late"
    text = N_("{number} 过号后已经叫了超过 {numbers} 个号，不能直接补叫")
    advice = N_("按 F4 恢复过号，它会排回队里")


class CategoryOrphaned(QueueRefusal):
    """A re-assignment would leave a category without any window."""

    code = "category_orphaned"
    text = N_("这样改以后没有窗口办理「{category}」")
    advice = N_("先让另一个窗口办这一类，再改这个窗口")


class KeptElsewhere(QueueRefusal):
    """The window holds the visitor's papers, so the ticket comes back there."""

    code = "kept_elsewhere"
    text = N_("{number} 的材料在 {owner} 号窗口（{kind}）")
    advice = N_("请 {owner} 号窗口取回；或请导引台唤回，它会回到那个窗口")


class DayIsClosed(QueueRefusal):
    """The hall was closed for the day by hand."""

    code = "day_is_closed"
    text = N_("今天已经停止取号（{reason}）")
    advice = N_("请问导引台；恢复办公时，窗口一开就又能取号")
