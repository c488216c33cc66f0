"""A ticket, its states, and the one table of legal moves (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from yichuang.errors import IllegalMove
from yichuang.language import N_, _


class TicketState(StrEnum):
    """Where a ticket stands in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PASSED = "passed"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_STATE_LABELS[self], "state")


_STATE_LABELS = {
    TicketState.WAITING: N_("等候", "state"),
    TicketState.CALLED: N_("已叫号", "state"),
    TicketState.SERVING: N_("办理中", "state"),
    TicketState.HELD: N_("挂起", "state"),
    TicketState.PASSED: N_("过号", "state"),
    TicketState.FINISHED: N_("办结", "state"),
    TicketState.CANCELLED: N_("已取消", "state"),
}


class PriorityClass(StrEnum):
    """Which of a category's lines a ticket stands in; the front classes come first here."""

    PRIORITY = "priority"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """The class in the user's language; never the reason behind it (requirements 5)."""
        return _(_CLASS_LABELS[self])

    @property
    def rank(self) -> int:
        """0 for the class that goes first, and so on."""
        return _CLASS_RANKS[self]


_CLASS_LABELS = {PriorityClass.PRIORITY: N_("优先"), PriorityClass.ORDINARY: N_("普通")}
_CLASS_RANKS = {priority_class: rank for rank, priority_class in enumerate(PriorityClass)}


class Move(StrEnum):
    """Everything that can happen to a ticket after it was issued."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    PASS = "pass"
    REINSTATE = "reinstate"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    CANCEL = "cancel"
    UNDO_CALL = "undo_call"
    UNDO_FINISH = "undo_finish"
    UNDO_PASS = "undo_pass"
    END_DAY = "end_day"
    END_DAY_SERVED = "end_day_served"

    @property
    def label(self) -> str:
        """The move in the user's language."""
        return _(_MOVE_LABELS[self])


_MOVE_LABELS = {
    Move.CALL: N_("叫号"),
    Move.RECALL: N_("重呼"),
    Move.START: N_("开始办理"),
    Move.FINISH: N_("办结"),
    Move.PASS: N_("过号"),
    Move.REINSTATE: N_("恢复过号"),
    Move.HOLD: N_("挂起"),
    Move.RESUME: N_("取回挂起"),
    Move.TRANSFER: N_("转移"),
    Move.CANCEL: N_("取消"),
    Move.UNDO_CALL: N_("撤销叫号"),
    Move.UNDO_FINISH: N_("撤销办结"),
    Move.UNDO_PASS: N_("撤销过号"),
    Move.END_DAY: N_("日终过号"),
    Move.END_DAY_SERVED: N_("日终办结"),
}

_S = TicketState
MOVES: Mapping[Move, tuple[frozenset[TicketState], TicketState]] = MappingProxyType(
    {
        Move.CALL: (frozenset({_S.WAITING}), _S.CALLED),
        Move.RECALL: (frozenset({_S.CALLED}), _S.CALLED),
        Move.START: (frozenset({_S.CALLED}), _S.SERVING),
        Move.FINISH: (frozenset({_S.SERVING}), _S.FINISHED),
        Move.PASS: (frozenset({_S.CALLED}), _S.PASSED),
        Move.REINSTATE: (frozenset({_S.PASSED}), _S.WAITING),
        Move.HOLD: (frozenset({_S.CALLED, _S.SERVING}), _S.HELD),
        Move.RESUME: (frozenset({_S.HELD}), _S.WAITING),
        Move.TRANSFER: (frozenset({_S.CALLED, _S.SERVING}), _S.WAITING),
        Move.CANCEL: (frozenset({_S.WAITING, _S.CALLED, _S.HELD, _S.PASSED}), _S.CANCELLED),
        Move.UNDO_CALL: (frozenset({_S.CALLED}), _S.WAITING),
        Move.UNDO_FINISH: (frozenset({_S.FINISHED}), _S.SERVING),
        Move.UNDO_PASS: (frozenset({_S.PASSED}), _S.CALLED),
        Move.END_DAY: (frozenset({_S.WAITING, _S.CALLED, _S.HELD}), _S.PASSED),
        Move.END_DAY_SERVED: (frozenset({_S.SERVING}), _S.FINISHED),
    }
)
"""The legal moves: from which states, and to which. Every other move is refused."""

_OFFERED = tuple(move for move in Move if not move.startswith(("undo", "end_day")))


class Ticket(NamedTuple):
    """One visitor's number on one business date.

    A named tuple: each command makes some, and it is made in a fifth of a frozen dataclass's time.
    """

    id: int
    number: str
    """What is printed, shown and spoken, such as `A012`; unique on its business date."""
    category: str
    """A category's code."""
    priority_class: PriorityClass
    state: TicketState
    business_date: date
    serial: int
    """The count behind the letter, from 1, per letter and business date."""
    issued_at: datetime
    line_order: int
    """The place in line: the journal row that issued it, or that of the ticket it was put behind."""
    line_entry: int
    """The journal row by which it last came into line; decides between equal places."""
    item: str | None = None
    """The item's code, when one was chosen."""
    target_window: int | None = None
    """The only window that may call it, after a transfer or a resume."""
    call: int | None = None
    """Its last call's id."""
    window: int | None = None
    """The window of its last call; None while it waits."""
    first_called_at: datetime | None = None
    called_at: datetime | None = None
    """When its last call was made; a recall does not change it."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    calls: int = 0
    """How often it was called, recalls included."""
    reinstated: int = 0
    """How often it came back after a pass."""
    reason: str | None = None
    """Why it was passed, held or cancelled."""
    ahead: int = 0
    """How many waiting tickets go before it, as counted when it was read; 0 unless it waits."""

    def moved(self, move: Move) -> TicketState:
        """The state that `move` leads to; raises IllegalMove with what can be done instead."""
        sources, target = MOVES[move]
        if self.state not in sources:
            raise IllegalMove(
                number=self.number, state=self.state, move=move, legal=legal_labels(self.state)
            )
        return target

    def as_json(self) -> dict[str, Any]:
        """The ticket for scripts."""
        return {
            "id": self.id,
            "number": self.number,
            "category": self.category,
            "item": self.item,
            "class": self.priority_class.value,
            "state": self.state.value,
            "window": self.window,
            "target_window": self.target_window,
            "ahead": self.ahead,
            "calls": self.calls,
            "reinstated": self.reinstated,
            "business_date": self.business_date.isoformat(),
            "issued_at": self.issued_at.isoformat(),
            "called_at": _text(self.called_at),
            "started_at": _text(self.started_at),
            "ended_at": _text(self.ended_at),
            "reason": self.reason,
        }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def legal_moves(state: TicketState) -> list[Move]:
    """The moves that people can make from `state`, in the order of a ticket's life."""
    return [move for move in _OFFERED if state in MOVES[move][0]]


def legal_labels(state: TicketState) -> str:
    """`legal_moves` as one phrase in the user's language."""
    moves = legal_moves(state)
    return (
        _("、").join(move.label for move in moves)
        if moves
        else _("没有（这个号已经结束，请重新取号）")
    )
