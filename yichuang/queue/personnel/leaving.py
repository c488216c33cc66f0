"""Why somebody was signed out, in words: the terminals give codes, and the journal keeps those."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yichuang.language import N_, _

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "asked": N_("自己退出"),
        "finished": N_("自己退出"),
        "idle": N_("很久没有按键"),
        "elsewhere": N_("在别处登录"),
        "dismissed": N_("已经离职"),
        "pin_reset": N_("密码被重设"),
        "pin_kept": N_("没有换密码"),
        "gone": N_("断线"),
        "refused": N_("同时登录太多"),
        "not_signed_in": N_("太久没有登录"),
        "fault": N_("程序出错"),
        "ended": N_("连接被结束"),
        "stopped": N_("服务停止"),
    }
)
"""By the text that the journal keeps; not yet translated."""


def leaving_word(why: str) -> str:
    """Why somebody was signed out, in the user's language; what no word is known for, as it is."""
    return _(WORDS.get(why, why))
