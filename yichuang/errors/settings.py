"""Errors about settings, folders and files that a user names."""

from __future__ import annotations

from typing import Any

from yichuang.errors.root import YichuangError
from yichuang.language import N_


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


class FileUnreadable(ConfigError):
    """A file that was named cannot be read."""

    code = "file_unreadable"
    text = N_("读不了 {path}：{detail}")
    advice = N_("检查文件名有没有写错、文件在不在、有没有读的权限")


class FileUnwritable(ConfigError):
    """A file that was named cannot be written."""

    code = "file_unwritable"
    text = N_("写不了 {path}：{detail}")
    advice = N_("检查文件夹在不在、磁盘是否只读、当前用户有没有写权限，或换一个文件名")


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
