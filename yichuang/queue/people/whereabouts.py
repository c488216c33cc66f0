"""去向牌: where each member of staff is (H02, H03, requirements 6.3)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _


class Whereabouts(StrEnum):
    """The states of the whereabouts board, in the order of their keys."""

    AT_POST = "at_post"
    SHORTLY_AWAY = "shortly_away"
    IN_MEETING = "in_meeting"
    IN_VILLAGE = "in_village"
    ON_ERRAND = "on_errand"
    ON_TRIP = "on_trip"
    IN_TRAINING = "in_training"
    ON_LEAVE = "on_leave"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_LABELS[self], "whereabouts")


_LABELS = {
    Whereabouts.AT_POST: N_("在岗", "whereabouts"),
    Whereabouts.SHORTLY_AWAY: N_("暂离", "whereabouts"),
    Whereabouts.IN_MEETING: N_("开会", "whereabouts"),
    Whereabouts.IN_VILLAGE: N_("下村", "whereabouts"),
    Whereabouts.ON_ERRAND: N_("外出办事", "whereabouts"),
    Whereabouts.ON_TRIP: N_("出差", "whereabouts"),
    Whereabouts.IN_TRAINING: N_("培训", "whereabouts"),
    Whereabouts.ON_LEAVE: N_("请假", "whereabouts"),
    Whereabouts.ELSEWHERE: N_("其他", "whereabouts"),
}


class WhereaboutsKept(NamedTuple):
    """Where somebody is now."""

    badge: str
    state: Whereabouts
    since: datetime
    note: str = ""
