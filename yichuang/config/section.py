"""What every section of hall.toml is made of."""

from __future__ import annotations

import difflib
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yichuang.language import _
from yichuang.text import is_harmless


def _one_harmless_line(text: str) -> str:
    if not is_harmless(text):
        raise ValueError(_("只能写一行文字，不能有控制字符"))
    return text


Line = Annotated[str, AfterValidator(_one_harmless_line)]
"""One line of text that no terminal and no printer would obey."""

Name = Annotated[Line, Field(min_length=1, max_length=40)]


class Section(BaseModel):
    """A part of hall.toml: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def refuse_twins(what: str, values: list[Any]) -> None:
    """Raises ValueError when a value is there twice; `what` names the values."""
    twins = sorted({str(value) for value in values if values.count(value) > 1})
    if twins:
        raise ValueError(_("{what} 重复：{twins}").format(what=what, twins=_("、").join(twins)))


def nearest(word: str, known: list[str]) -> str:
    """A hint at the known word that was probably meant, else at all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return _("，是不是 {near}？").format(near=near[0])
    return _("，可用：{known}").format(known=_("、").join(known))
