"""Why a ticket was called, in one sentence: what a complaint is answered with (A05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yichuang.language import N_, _
from yichuang.queue.dispatch.eligible import HelpCause
from yichuang.queue.dispatch.head import CallRule
from yichuang.queue.ticket import PriorityClass

_PLAIN = {
    CallRule.CHOSEN: N_("{number} 由 {actor} 指定叫号，没有按顺序"),
    CallRule.LATE: N_("{number} 过号后迟到，由 {actor} 直接补叫"),
}
_CHOSEN_FOR = N_("{number} 由 {actor} 指定叫号（{reason}），没有按顺序")
_BY_POLICY = {
    "pinned": N_("{number} 已置顶，先叫"),
    "returned": N_("{number} 是转来或取回到这个窗口的，先叫"),
    "green_window": N_("{window} 号是军人优先窗口，{number}（优先）先叫"),
    "fifo": N_("{number}（{class_label}）等了 {minutes} 分钟，在 {lines} 个队首中来得最早"),
    "alternating": N_(
        "{number}（{class_label}）等了 {minutes} 分钟，本窗口连叫前列的号还没到 {front_calls} 个，先叫它"
    ),
    "accumulating": N_("{number}（{class_label}）等了 {minutes} 分钟，{lines} 个队首中优先度最高"),
}
_ALTERNATING = {
    "ordinary_turn": N_(
        "{window} 号窗口已连叫 {in_a_row} 个前列的号，轮到一个普通号：{number} 等了 {minutes} 分钟"
    ),
    "ordinary": _BY_POLICY["fifo"],
    "front": _BY_POLICY["fifo"],
}
"""Between which heads `alternating` chose, where its own sentence would not be true."""

_ONLY = N_("{number}（{class_label}）等了 {minutes} 分钟，是唯一可叫的队首")
_UNTOLD = N_("{number} 按当时的规则叫号，没有记下原因")
"""For calls from before reasons were kept."""
_OVER_RIVAL = N_(
    "{number}（{class_label}）等 {minutes} 分钟得 {score} 分，高于 {rival}"
    "（{rival_label} {rival_minutes} 分钟 {rival_score} 分）"
)
_LEVEL_WITH_RIVAL = N_(
    "{number}（{class_label}）与 {rival}（{rival_label}）都得 {score} 分，类别靠前或来得早的先叫"
)
_HELP = {
    HelpCause.OWN_EMPTY: N_("；本窗口自己的队空着，帮办「{category}」"),
    HelpCause.LONG: N_("；「{category}」等候的人多，帮办"),
    HelpCause.WAITED: N_("；「{category}」的队首等得久，帮办"),
}


def call_sentence(data: Mapping[str, Any], *, window: int, actor: str, category: str) -> str:
    """The sentence for the facts of a `TicketCalled` event; `category` is its category's name."""
    facts = dict(data.get("why", {}))
    said = {
        "number": data["number"],
        "window": window,
        "actor": actor or _("系统"),
        "category": category,
        "class_label": PriorityClass(data.get("class", "ordinary")).label,
        "minutes": _minutes(data.get("waited", 0)),
        "lines": facts.get("lines", 1),
        "front_calls": facts.get("front_calls"),
        "in_a_row": facts.get("in_a_row"),
    }
    rule = CallRule(data["rule"])
    if rule is CallRule.CHOSEN and data.get("reason"):
        # The hall's own reasons are translated; what somebody typed is as it is.
        return _(_CHOSEN_FOR).format(**said, reason=_(data["reason"]))
    if rule in _PLAIN:
        return _(_PLAIN[rule]).format(**said)
    if not facts:
        return _(_UNTOLD).format(**said)
    sentence = _over_rival(facts, said) if facts.get("rival") else _sentence(facts).format(**said)
    if "help" in facts:
        sentence += _(_HELP[HelpCause(facts["help"])]).format(**said)
    return sentence


def _over_rival(facts: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    rival = facts["rival"]
    score, rival_score = _points(facts), _points(rival)
    return _(_LEVEL_WITH_RIVAL if score == rival_score else _OVER_RIVAL).format(
        **said,
        rival=rival["number"],
        rival_label=PriorityClass(rival["class"]).label,
        score=score,
        rival_score=rival_score,
        rival_minutes=_minutes(rival["seconds"]),
    )


def _sentence(facts: Mapping[str, Any]) -> str:
    policy = str(facts.get("policy", ""))
    if policy in ("pinned", "returned", "green_window"):
        return _(_BY_POLICY[policy])
    if facts.get("lines", 1) == 1 or policy not in _BY_POLICY:
        return _(_ONLY)
    if policy == "alternating" and facts.get("among") in _ALTERNATING:
        return _(_ALTERNATING[facts["among"]])
    return _(_BY_POLICY[policy])


def _points(facts: Mapping[str, Any]) -> str:
    """The priority that was gathered: a rate a minute, times the minutes."""
    return _short(facts["rate"] * facts["seconds"] / 60)


def _minutes(seconds: float) -> str:
    return _short(seconds / 60)


def _short(value: float) -> str:
    """A figure in at most three characters up to 999: a sentence must fit a row of 80 columns."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
