"""The section of hall.toml about alerts: from what on supervisors are warned (O01, requirements 4.9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from yichuang.config.section import Section
from yichuang.language import _


def _rising(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError(_("先写黄色、再写红色的界限，后一个不能小于前一个"))
    return pair


def _falling(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] < pair[1]:
        raise ValueError(_("先写黄色、再写红色的界限，后一个不能大于前一个"))
    return pair


_Minutes = Annotated[int, Field(ge=1, le=600)]
_Rising = Annotated[tuple[_Minutes, _Minutes], AfterValidator(_rising)]


class AlertSettings(Section):
    """`[alert]`: the bounds of yellow and of red, in this order."""

    wait_minutes: _Rising = (15, 30)
    """How long the first of a line has waited (4.9: warn at 15 min, critical at 30)."""
    line_length: _Rising = (10, 20)
    """How many wait in a category: more than this (4.9: "more than 10", "more than 20")."""
    service_minutes: _Rising = (30, 60)
    """How long one visitor is being served."""
    pause_minutes: _Rising = (15, 30)
    """How long a window pauses (H10)."""
    idle_minutes: _Rising = (5, 10)
    """How long an open window has called nobody though somebody waits whom it may call."""
    disk_mb: Annotated[
        tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], AfterValidator(_falling)
    ] = (1024, 256)
    """Free space on the disk with the hall's files: less than this."""
