"""The words on call displays, in the widths that displays have.

A line of 8 half-width characters has no room for a sentence, so each thing has several wordings, the widest
first, and the first that fits is shown. Both languages stand here side by side, as their widths belong to
the layouts; `ASCII` is for line displays without Chinese characters (hardware 10.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yichuang.queue.face import FaceState


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's wordings, widest first; a wording of several lines is a tuple.

    In them stand {number} and {window}.
    """

    call: tuple[tuple[str, ...], ...]
    """A call at a window: of two lines, of one line, or lines that must take turns."""
    serving: tuple[tuple[str, ...], ...]
    window: tuple[str, ...]
    """The name of a window."""
    states: Mapping[FaceState, tuple[str, ...]]
    """A free window's state; nothing for an idle one."""
    labels: Mapping[FaceState, str]
    """Every state in a word, for templates."""
    nobody: tuple[str, ...]
    """A display of the whole hall while nobody is called."""
    facts: Mapping[str, tuple[str, ...]]
    """What stands before unit, item and badge number."""
    test: tuple[str, ...]


CHINESE = Wording(
    call=(
        ("请 {number} 号", "到 {window} 号窗口办理"),
        ("{number}", "请到{window}号窗口"),
        ("{number}", "请到{window}号"),
        ("{number}", "到{window}号"),
        ("请{number}号到{window}号窗口",),
        ("{number}请到{window}号",),
        ("{number} 到{window}号",),
        ("{number} {window}号",),
    ),
    serving=(
        ("{number}", "正在办理"),
        ("{number} 正在办理",),
        ("{number} 办理中",),
        ("{number}",),
    ),
    window=("{window}号窗口", "窗口{window}"),
    states={
        FaceState.PAUSED: ("暂停服务",),
        FaceState.CLOSED: ("暂未开放",),
    },
    labels={
        FaceState.CALLING: "正在叫号",
        FaceState.SERVING: "正在办理",
        FaceState.IDLE: "空闲",
        FaceState.PAUSED: "暂停服务",
        FaceState.CLOSED: "暂未开放",
    },
    nobody=("请等候叫号", "等候叫号"),
    facts={
        "unit": ("受理单位：",),
        "item": ("办理事项：",),
        "badge": ("工号：", "工号"),
    },
    test=("测试 TEST 8888", "测试8888"),
)

ENGLISH = Wording(
    call=(
        ("Number {number}", "go to window {window}"),
        ("{number}", "to window {window}"),
        ("{number}", "window {window}"),
        ("{number}", "win {window}"),
        ("{number} to window {window}",),
        ("{number} window {window}",),
        ("{number} win {window}",),
        ("{number} > {window}",),
        ("{number}>{window}",),
    ),
    serving=(
        ("{number}", "being served"),
        ("{number}", "serving"),
        ("{number} serving",),
        ("{number}",),
    ),
    window=("Window {window}", "Win {window}"),
    states={
        FaceState.PAUSED: ("Service paused", "Paused"),
        FaceState.CLOSED: ("Window closed", "Closed"),
    },
    labels={
        FaceState.CALLING: "calling",
        FaceState.SERVING: "serving",
        FaceState.IDLE: "free",
        FaceState.PAUSED: "paused",
        FaceState.CLOSED: "closed",
    },
    nobody=("Please wait", "Wait"),
    facts={
        "unit": ("Department: ",),
        "item": ("Item: ",),
        "badge": ("Clerk No. ", "No. "),
    },
    test=("TEST 8888", "TEST 88"),
)

ASCII = Wording(
    call=(
        ("{number}  ->  {window:02d}", "PLEASE COME"),
        ("{number} -> {window:02d}", "PLEASE COME"),
        ("{number}", "-> {window:02d}"),
        ("{number}  ->  {window:02d}",),
        ("{number} -> {window:02d}",),
        ("{number}>{window:02d}",),
    ),
    serving=(
        ("{number}  ->  {window:02d}", "SERVING"),
        ("{number} -> {window:02d}", "SERVING"),
        ("{number}", "SERVING"),
        ("{number} SERVING",),
        ("{number}",),
    ),
    window=("WINDOW {window:02d}", "WIN {window:02d}"),
    states={FaceState.PAUSED: ("PAUSED",), FaceState.CLOSED: ("CLOSED",)},
    labels={
        FaceState.CALLING: "CALLING",
        FaceState.SERVING: "SERVING",
        FaceState.IDLE: "FREE",
        FaceState.PAUSED: "PAUSED",
        FaceState.CLOSED: "CLOSED",
    },
    nobody=("PLEASE WAIT", "WAIT"),
    facts={
        "unit": ("DEPT: ",),
        "item": ("ITEM: ",),
        "badge": ("CLERK NO. ", "NO. "),
    },
    test=("TEST 8888", "TEST 88"),
)


def wording(language: str, *, hanzi: bool = True) -> Wording:
    """The wording of a hall's language; without Chinese characters that of ASCII."""
    if not hanzi:
        return ASCII
    return ENGLISH if language == "en" else CHINESE
