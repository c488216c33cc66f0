"""What all our errors have: a code for programs, a sentence and a next step for people."""

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
        return fill(self.text, self.facts)

    @property
    def hint(self) -> str:
        """What to do next, in the user's language."""
        return fill(self.advice, self.facts)

    def as_json(self) -> dict[str, Any]:
        """The error as `{"code", "message", "hint"}` for scripts."""
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return self.message


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """`template` in the user's language, its braces filled."""
    shown = {name: getattr(fact, "label", fact) for name, fact in facts.items()}
    return _(template).format_map(_Missing(shown))


class _Missing(dict[str, Any]):
    """Leaves a brace as it is when its fact was not given: an error must never raise another."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
