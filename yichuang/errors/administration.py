"""Refusals and errors when the hall's settings and its catalogue are changed while it is open."""

from __future__ import annotations

from yichuang.errors.refusal import QueueRefusal
from yichuang.errors.settings import ConfigError
from yichuang.language import N_


class SettingsUneditable(ConfigError):
    """What was asked for is not in hall.toml, or is written there in a way that no program edits."""

    code = "settings_uneditable"
    text = N_("hall.toml 里的 {place} 改不了：没有这一处，或者写法特别")
    advice = N_("核对名称；确实有这一处，就用文本编辑器改 hall.toml")


class SettingsChangedMeanwhile(ConfigError):
    """hall.toml is not what it was when it was read."""

    code = "settings_changed_meanwhile"
    text = N_("hall.toml 刚被别人改过，没有存您的修改")
    advice = N_("已读进新的内容；看一遍，再存一次")


class WindowInUse(QueueRefusal):
    """A window that is open or has a ticket cannot go away, nor get another number."""

    code = "window_in_use"
    text = N_("{window} 号窗口{state}，不能删除或换号码")
    advice = N_("先办完手上的号，关掉这个窗口，再改")


class CategoryInUse(QueueRefusal):
    """A category with people in line cannot go away, nor get another code."""

    code = "category_in_use"
    text = N_("「{category}」还有 {count} 人没有办完，不能删除、换编码或没有窗口办")
    advice = N_("等这些号办完，或者先改派到别的类别（{numbers}），再改")


class OnlyAtTheHost(QueueRefusal):
    """That value of hall.toml would give whoever sits at a terminal the machine that serves it."""

    code = "only_at_the_host"
    text = N_("{what} 只能在大厅主机上改")
    advice = N_("请在主机上用编辑器改 hall.toml，保存后马上生效；终端上只能指定 /dev/ 里的设备")


class NoFormerSettings(QueueRefusal):
    """There is nothing before the present settings that is known."""

    code = "no_former_settings"
    text = N_("没有更早的设置可以退回")
    advice = N_("历史里只有现在这一版")


class UnknownSettingsVersion(QueueRefusal):
    """No such version of hall.toml was kept."""

    code = "unknown_settings_version"
    text = N_("历史里没有第 {version} 版设置")
    advice = N_("用 yichuang settings history 看有哪些版本")


class SettingsUnchanged(QueueRefusal):
    """The new text is the present one."""

    code = "settings_unchanged"
    text = N_("没有要存的修改")
    advice = N_("先改一处，再存")


class InvalidItem(QueueRefusal):
    """An item's facts cannot be kept as they are."""

    code = "invalid_item"
    text = N_("事项有 {count} 处要改：{problems}")
    advice = N_("改好后再存；没有改动任何事项")


class NoItemChange(QueueRefusal):
    """No change of an item is left to be taken back."""

    code = "no_item_change"
    text = N_("没有可以撤销的事项修改")
    advice = N_("导入的事项不在这里撤销：改好文件再导入一次")
