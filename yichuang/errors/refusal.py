"""Refusals: the rules said no, and nothing has changed."""

from __future__ import annotations

from typing import ClassVar

from yichuang.errors.root import YichuangError, fill
from yichuang.language import N_


class QueueRefusal(YichuangError):
    """The rules said no. Nothing has changed."""

    code = "refused"
    exit_status = 3


class IllegalMove(QueueRefusal):
    """The ticket's state does not allow this move."""

    code = "illegal_move"
    text = N_("{number} 现在是「{state}」，不能{move}")
    advice = N_("现在可以：{legal}")


class NothingWaiting(QueueRefusal):
    """No ticket waits that this window may call."""

    code = "nothing_waiting"
    text = N_("{window} 号窗口现在没有可叫的号")
    advice = N_("有人取号后再叫；也可以叫指定的号或恢复过号")


class WindowClosed(QueueRefusal):
    """The window is not open."""

    code = "window_closed"
    text = N_("{window} 号窗口没有开")
    advice = N_("先开窗口，再办这一步")


class WindowPaused(QueueRefusal):
    """The window has paused its service."""

    code = "window_paused"
    text = N_("{window} 号窗口暂停服务中")
    advice = N_("先恢复服务，再叫号")


class WindowNotPaused(QueueRefusal):
    """A window that is not paused cannot resume."""

    code = "window_not_paused"
    text = N_("{window} 号窗口没有暂停")
    advice = N_("窗口开着，可以直接叫号")


class WindowAlreadyOpen(QueueRefusal):
    """The window is open."""

    code = "window_already_open"
    text = N_("{window} 号窗口已经开着")
    advice = N_("可以直接叫号")


class WindowBusy(QueueRefusal):
    """The window still has a ticket."""

    code = "window_busy"
    text = N_("{window} 号窗口还有 {number}（{state}）")
    advice = N_("先把它办结、过号、挂起或转移，再办这一步")


class WindowIdle(QueueRefusal):
    """The window has no ticket to do this with."""

    code = "window_idle"
    text = N_("{window} 号窗口手上没有号")
    advice = N_("先叫号，再办这一步")


class StaleView(QueueRefusal):
    """The clerk saw another ticket than the one that the window has now.

    `shown` is the number on the clerk's screen, `number` the window's own, None when it has none.
    """

    code = "stale_view"
    text = N_("{shown} 已经不在 {window} 号窗口：别处办了下一步")
    advice = N_("{window} 号窗口现在是 {number}；看清屏幕上的号，再办这一步")
    advice_when_idle: ClassVar[str] = N_("{window} 号窗口现在没有号；看清屏幕，再办这一步")

    @property
    def hint(self) -> str:
        """What the window has now."""
        idle = self.facts.get("number") is None
        return fill(self.advice_when_idle if idle else self.advice, self.facts)


class UnknownWindow(QueueRefusal):
    """The hall has no window with that number."""

    code = "unknown_window"
    text = N_("没有 {window} 号窗口")
    advice = N_("本大厅的窗口：{known}")


class UnknownTicket(QueueRefusal):
    """No ticket has that number on this business date."""

    code = "unknown_ticket"
    text = N_("今天没有 {number} 这个号")
    advice = N_("核对票上的号和日期；用 yichuang ticket list 看今天的号")


class UnknownFormerTicket(QueueRefusal):
    """No ticket has that number on the business date that was named."""

    code = "unknown_former_ticket"
    text = N_("{date} 没有 {number} 这个号")
    advice = N_("核对票上的号和日期")


class UnknownCategory(QueueRefusal):
    """The hall has no such category."""

    code = "unknown_category"
    text = N_("没有「{category}」这个类别")
    advice = N_("本大厅的类别：{known}")


class UnknownItem(QueueRefusal):
    """The hall has no such item."""

    code = "unknown_item"
    text = N_("没有编码为 {item} 的事项")
    advice = N_("用 yichuang items find 按拼音首字母、名称或编码查找")


class ItemElsewhere(QueueRefusal):
    """The item belongs to another category."""

    code = "item_elsewhere"
    text = N_("事项 {item} 属于「{belongs}」，不属于「{category}」")
    advice = N_("改取「{belongs}」的号")


class CategoryUnserved(QueueRefusal):
    """No window of the hall serves the category, so its tickets would wait for ever."""

    code = "category_unserved"
    text = N_("没有窗口办理「{category}」")
    advice = N_("请到导引台咨询；管理员可在 hall.toml 给窗口加上这个类别")


class UnknownClass(QueueRefusal):
    """A ticket cannot be issued in that priority class."""

    code = "unknown_class"
    text = N_("取号不能用「{priority_class}」这一类")
    advice = N_("可用：ordinary（普通）、priority（优先）")


class ReasonMissing(QueueRefusal):
    """This step needs a reason."""

    code = "reason_missing"
    text = N_("{move}要写明原因")
    advice = N_("用 --reason 写明原因；界面上按数字选一个")


class TargetClosed(QueueRefusal):
    """A ticket cannot be transferred to a window that is closed."""

    code = "target_closed"
    text = N_("{window} 号窗口没有开，不能转过去")
    advice = N_("转到一个开着的窗口，或转到一个类别")


class SameWindow(QueueRefusal):
    """A ticket cannot be transferred to the window where it is."""

    code = "same_window"
    text = N_("{number} 已经在 {window} 号窗口")
    advice = N_("选另一个窗口，或转到一个类别")


class NotYours(QueueRefusal):
    """The ticket is kept by, or meant for, another window."""

    code = "not_yours"
    text = N_("{number} 是留给 {owner} 号窗口的")
    advice = N_("请 {owner} 号窗口来办；或先在那里转移到本窗口")


class NotServedHere(QueueRefusal):
    """This window does not serve the ticket's category."""

    code = "not_served_here"
    text = N_("{window} 号窗口不办「{category}」，不能叫 {number}")
    advice = N_("让办这一类的窗口叫，或先把它转移到本窗口")


class ReturnsExhausted(QueueRefusal):
    """A passed ticket was reinstated as often as the hall allows."""

    code = "returns_exhausted"
    text = N_("{number} 已经恢复过 {times} 次，不能再恢复")
    advice = N_("请办事人重新取号")


class NothingToUndo(QueueRefusal):
    """The window's last step cannot be undone."""

    code = "nothing_to_undo"
    text = N_("{window} 号窗口没有可以撤销的一步")
    advice = N_("只能撤销本窗口刚做的叫号、办结或过号")


class UndoTooLate(QueueRefusal):
    """The time for undoing is over."""

    code = "undo_too_late"
    text = N_("{window} 号窗口的上一步已过 {seconds} 秒，不能撤销")
    advice = N_("过号的可以恢复；办结的请重新取号；误叫的可以再叫")


class NothingHeld(QueueRefusal):
    """There is no held ticket to take back."""

    code = "nothing_held"
    text = N_("没有挂起的号")
    advice = N_("按 6 挂起手上的号以后，可以在这里取回")


class NothingPassed(QueueRefusal):
    """There is no passed ticket to reinstate."""

    code = "nothing_passed"
    text = N_("今天没有过号的号")
    advice = N_("过号的号会列在右边")


class NeverPrinted(QueueRefusal):
    """There is no printer to print on."""

    code = "no_printer"
    text = N_("本大厅没有设打印机")
    advice = N_("在 hall.toml 里加 [[printer]]；没有打印机时把号写给办事人")


class UnknownPrinter(QueueRefusal):
    """The hall has no printer of that name."""

    code = "unknown_printer"
    text = N_("没有名为「{printer}」的打印机")
    advice = N_("本大厅的打印机：{known}")


class UnknownDevice(QueueRefusal):
    """The hall has no device of that name."""

    code = "unknown_device"
    text = N_("没有名为「{device}」的设备")
    advice = N_("本大厅的设备：{known}")


class CannotMute(QueueRefusal):
    """Only a voice can be silenced."""

    code = "cannot_mute"
    text = N_("「{device}」是{kind}，不能静音：只有语音能静音")
    advice = N_("要让它停下，就关掉它的电源，或在 hall.toml 里删去它")


class UnknownPrintJob(QueueRefusal):
    """There is no print job of that number."""

    code = "unknown_print_job"
    text = N_("没有第 {job} 号打印任务")
    advice = N_("用 yichuang device jobs 看最近的打印任务")


class NotSurelyUnprinted(QueueRefusal):
    """A paper of that job may be out."""

    code = "not_surely_unprinted"
    text = N_("第 {job} 号打印任务（{number}）是「{state}」，不能当作没打过再打")
    advice = N_("看一眼出纸口；没有票就补打：yichuang ticket reprint，票上会有补打字样")


class RetryNeedless(QueueRefusal):
    """The job is still to be printed, or was."""

    code = "retry_needless"
    text = N_("第 {job} 号打印任务（{number}）{state}，不用再打")
    advice = N_("还没有打的会自己打出来；票丢了就补打：yichuang ticket reprint")


class PrintedSince(QueueRefusal):
    """The ticket has a later print job: two papers without 补打 could come out."""

    code = "printed_since"
    text = N_("{number} 后来又排了第 {later} 号打印任务，不能再打第 {job} 号")
    advice = N_("看第 {later} 号任务打出来没有；没有票就补打：yichuang ticket reprint")


class PaperPointless(QueueRefusal):
    """The ticket is over: a paper of it would let somebody wait in vain."""

    code = "paper_pointless"
    text = N_("{number} 已经是「{state}」，不再打它的票")
    advice = N_("办事人还要办，就重新取号")


class NothingToRate(QueueRefusal):
    """No finished ticket waits for a rating there."""

    code = "nothing_to_rate"
    text = N_("{window} 号窗口现在没有等待评价的号")
    advice = N_("办结后才能评价；用评价器要在办结后很快按")


class AlreadyRated(QueueRefusal):
    """A ticket is rated once (L05, L11)."""

    code = "already_rated"
    text = N_("{number} 已经评价过了")
    advice = N_("一个号只评价一次，第一次的算数")


class UnknownCode(QueueRefusal):
    """What was scanned is neither a ticket's code nor a booking's."""

    code = "unknown_code"
    text = N_("这个码认不出来")
    advice = N_("请扫号票上的码，或六位预约码；码破损了请到导引台报号码")
