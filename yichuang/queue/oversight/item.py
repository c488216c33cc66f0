"""督办: what somebody has to see to until a deadline (O02: "warning, urging")."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from yichuang.language import N_, _


class SupervisionState(StrEnum):
    """How far it is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_STATES[self], "supervision")


_STATES = {
    SupervisionState.OPEN: N_("待办", "supervision"),
    SupervisionState.ANSWERED: N_("已回复", "supervision"),
    SupervisionState.CLOSED: N_("已办结", "supervision"),
}


class SupervisionItem(NamedTuple):
    """One matter that a supervisor has given to somebody."""

    id: int
    title: str
    owner: str
    """The badge number of whoever has to see to it."""
    deadline: datetime
    state: SupervisionState
    opened_at: datetime
    opened_by: str
    alert: int | None = None
    """The id of the alert that it was made from."""
    note: str = ""
    answer: str = ""
    answered_at: datetime | None = None
    feedback: str = ""
    """What the supervisor said when closing it."""
    closed_at: datetime | None = None
    closed_by: str = ""

    def is_overdue(self, now: datetime) -> bool:
        """Whether its deadline is over and it was not even answered."""
        return self.state is SupervisionState.OPEN and now > self.deadline

    def as_json(self) -> dict[str, Any]:
        """The item for scripts."""
        times = {
            name: at.isoformat() if at else None
            for name, at in (
                ("deadline", self.deadline),
                ("opened_at", self.opened_at),
                ("answered_at", self.answered_at),
                ("closed_at", self.closed_at),
            )
        }
        return {**self._asdict(), **times, "state": self.state.value}
