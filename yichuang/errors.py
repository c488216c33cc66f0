"""Every error that a user can meet.

    YichuangError            code, message (what happened), hint (what to do next), exit status 1
    ├ ConfigError            hall.toml, the hall folder, item files
    ├ QueueRefusal           the rules said no (exit status 3): nothing is broken, nothing has changed
    ├ StoreError             the hall's SQLite file
    └ DeviceError            printers and their kin

Texts are Chinese and translated when they are read (`yichuang.language`); braces are filled with the facts
given to the constructor. A fact that has a `label` (a state, a move) is shown by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from yichuang.language import N_, _


class YichuangError(Exception):
    """The base of all our errors: a code for programs, a sentence and a next step for people."""

    code: ClassVar[str] = "error"
    text: ClassVar[str] = N_("出错了：{detail}")
    advice: ClassVar[str] = N_("运行 yichuang doctor 检查；仍不能解决时联系管理员")
    exit_status: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)
        self.facts = facts

    @property
    def message(self) -> str:
        """What happened, in the user's language."""
        return _fill(self.text, self.facts)

    @property
    def hint(self) -> str:
        """What to do next, in the user's language."""
        return _fill(self.advice, self.facts)

    def as_json(self) -> dict[str, Any]:
        """The error as `{"code", "message", "hint"}` for scripts."""
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return self.message


def _fill(template: str, facts: Mapping[str, Any]) -> str:
    shown = {name: getattr(fact, "label", fact) for name, fact in facts.items()}
    return _(template).format_map(_Missing(shown))


class _Missing(dict[str, Any]):
    """Leaves a brace as it is when its fact was not given: an error must never raise another."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


# --- settings and files ------------------------------------------------------------------------------


class ConfigError(YichuangError):
    """The hall's folder, its settings or an imported file are not usable."""

    code = "config"


class HallMissing(ConfigError):
    """There is no hall at that folder."""

    code = "hall_missing"
    text = N_("{folder} 里没有大厅")
    advice = N_(
        "先建立大厅：yichuang init --hall {folder} --profile town；或用 --hall 指明大厅所在的文件夹"
    )


class HallIncomplete(ConfigError):
    """One of a hall's two files is gone; neither is ever made up from nothing."""

    code = "hall_incomplete"
    text = N_("{folder} 里有 {found}，却没有 {lost}")
    advice = N_(
        "从备份把 {lost} 放回来。没有备份时：在另一个文件夹运行 yichuang init，把那里的 {lost} 复制过来"
    )


class HallExists(ConfigError):
    """A hall is there already; `init` never overwrites."""

    code = "hall_exists"
    text = N_("{folder} 里已经有一个大厅，没有改动它")
    advice = N_("换一个文件夹，或直接使用：yichuang run --hall {folder}")


class FolderUnusable(ConfigError):
    """The folder cannot be made or written."""

    code = "folder_unusable"
    text = N_("不能在 {folder} 里写文件：{detail}")
    advice = N_("检查文件夹是否存在、磁盘是否只读、当前用户有没有写权限，再试一次")


class InvalidHall(ConfigError):
    """hall.toml cannot be read or breaks a rule; `problems` lists every one."""

    code = "hall_invalid"
    text = N_("{path} 有 {count} 处错误：\n{listing}")
    advice = N_("改好上面各处再试；注释写明了每一项的取值")

    def __init__(self, *, path: Any, problems: list[str]) -> None:
        self.problems = problems
        listing = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(path=path, count=len(problems), listing=listing)


class InvalidItems(ConfigError):
    """An item file has bad lines; nothing was imported. `problems` lists every one."""

    code = "items_invalid"
    text = N_("{path} 有 {count} 行不能导入，没有导入任何事项：\n{listing}")
    advice = N_("改好上面各行，再导入一次；已有的事项没有变动")

    def __init__(self, *, path: Any, problems: list[str]) -> None:
        self.problems = problems
        listing = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(path=path, count=len(problems), listing=listing)


class BackupRefused(ConfigError):
    """A backup would overwrite something that is not a backup."""

    code = "backup_refused"
    text = N_("没有备份：{target} 是{what}")
    advice = N_("换一个文件名，例如 hall-{date}.sqlite3；大厅的文件和别的文件都没有动")


class UnusableTerminal(ConfigError):
    """The terminal cannot show the screens."""

    code = "terminal_unusable"
    text = N_("这个终端不能显示界面：{detail}")
    advice = N_("把窗口放大到至少 80 列 24 行，字符集设为 UTF-8（export LANG=C.UTF-8），再试一次")


# --- the rules said no -------------------------------------------------------------------------------


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
        return _fill(self.advice_when_idle if idle else self.advice, self.facts)


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


# --- the memory --------------------------------------------------------------------------------------


class StoreError(YichuangError):
    """The hall's SQLite file cannot do what was asked. Nothing was half done."""

    code = "store"
    text = N_("数据库出错：{detail}")
    advice = N_("运行 yichuang doctor 查看原因；这一步没有生效，可以再试")


class StoreBusy(StoreError):
    """Another process held the file too long."""

    code = "store_busy"
    text = N_("数据库正忙，等了 {seconds} 秒没有轮到")
    advice = N_("这一步没有生效，再试一次；总是这样时运行 yichuang doctor")
    retryable = True


class StoreCorrupt(StoreError):
    """The file is not a sound SQLite database."""

    code = "store_corrupt"
    text = N_("数据库文件 {path} 已损坏：{detail}")
    advice = N_("停用本大厅，先把文件复制一份留存，再用最近的备份换回；备份用 yichuang backup 做")


class DiskFull(StoreError):
    """No room is left on the disk."""

    code = "disk_full"
    text = N_("磁盘满了，这一步没有生效")
    advice = N_("清理磁盘后再试；已经取的号、叫的号都在")


class StoreReadOnly(StoreError):
    """The file or its folder cannot be written."""

    code = "store_read_only"
    text = N_("不能写数据库 {path}：{detail}")
    advice = N_("检查文件夹和文件的写权限、磁盘是否只读，再试一次")


class NewerSchema(StoreError):
    """The file was made by a newer program."""

    code = "schema_newer"
    text = N_("数据库是更新版本的程序建的（第 {found} 版，本程序只到第 {known} 版）")
    advice = N_("升级本程序后再打开；文件没有改动")


class MigrationEdited(StoreError):
    """A schema step that the file went through differs from the one in this program."""

    code = "migration_edited"
    text = N_("数据库的第 {number} 步升级与本程序不一致")
    advice = N_("重新安装原版程序；文件没有改动")


class JournalBroken(StoreError):
    """The journal's hash chain does not hold."""

    code = "journal_broken"
    text = N_("流水第 {seq} 行对不上：{detail}")
    advice = N_("有人改过数据库。保留原文件，与最近的备份比较，并报告主管")


# --- the hands ---------------------------------------------------------------------------------------


class DeviceError(YichuangError):
    """A device does not do what was asked."""

    code = "device"
    text = N_("设备「{device}」出错：{detail}")
    advice = N_("检查电源和连线；运行 yichuang doctor 看各设备的状态")


class DeviceMissing(DeviceError):
    """The device cannot be reached."""

    code = "device_missing"
    text = N_("连不上设备「{device}」：{detail}")
    advice = N_("检查设备是否开机、网线或数据线是否插好、hall.toml 里的地址是否正确")
    retryable = True


class WrongPrinterLibrary(DeviceError):
    """The import name `escpos` is not that of python-escpos 3."""

    code = "wrong_printer_library"
    text = N_("打印库不对：需要 python-escpos 3，找到的是 {found}")
    advice = N_("卸载同名的 escpos 等包，再装一次：pip install python-escpos==3.1")
