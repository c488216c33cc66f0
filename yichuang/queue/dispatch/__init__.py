"""Who is next: the heads of the lines, which of them a window may call, and the policy between them."""

from yichuang.queue.dispatch.eligible import Duty, contenders
from yichuang.queue.dispatch.head import CallRule, Choice, Head, Turn
from yichuang.queue.dispatch.policy import (
    Accumulating,
    Alternating,
    DispatchPolicy,
    FirstCome,
    policy_for,
)

__all__ = [
    "Accumulating",
    "Alternating",
    "CallRule",
    "Choice",
    "DispatchPolicy",
    "Duty",
    "FirstCome",
    "Head",
    "Turn",
    "contenders",
    "policy_for",
]
