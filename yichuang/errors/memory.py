"""Errors of the hall's SQLite file."""

from __future__ import annotations

from yichuang.errors.root import YichuangError
from yichuang.language import N_


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


class StoreForeign(StoreError):
    """The file is empty, or a database of something else; only `init` begins a new one."""

    code = "store_foreign"
    text = N_("{path} 不是大厅的数据库（空文件，或是别的程序的）")
    advice = N_(
        "从备份把它放回来；文件没有改动。确实要从空的大厅开始，在另一个文件夹运行 yichuang init"
    )


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
