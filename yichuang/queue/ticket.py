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
    VOID = "void"

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
    TicketState.VOID: N_("作废", "state"),
}


class PriorityClass(StrEnum):
    """Which of a category's lines a ticket stands in; the front classes come first here."""

    PINNED = "pinned"
    """A supervisor put it first, with a reason."""
    TRANSFERRED = "transferred"
    """It was served before and comes from another window, from a hold, or along its route."""
    PRIORITY = "priority"
    """The green channel (F01, F02)."""
    APPOINTMENT = "appointment"
    """Callable from its slot on."""
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """The class in the user's language; never the reason behind it (requirements 5)."""
        return _(_CLASS_LABELS[self])

    @property
    def rank(self) -> int:
        """0 for the class that goes first, and so on."""
        return _CLASS_RANKS[self]


_CLASS_LABELS = {
    PriorityClass.PINNED: N_("置顶"),
    PriorityClass.TRANSFERRED: N_("转来"),
    PriorityClass.PRIORITY: N_("优先"),
    PriorityClass.APPOINTMENT: N_("预约"),
    PriorityClass.ORDINARY: N_("普通"),
}
_CLASS_RANKS = {priority_class: rank for rank, priority_class in enumerate(PriorityClass)}

ISSUED_CLASSES = (PriorityClass.ORDINARY, PriorityClass.PRIORITY)
"""The classes in which an entrance issues; appointments are checked in, the others come later."""


class HoldKind(StrEnum):
    """How a held ticket comes back (the three kinds of 挂起 that Chinese halls have)."""

    FREE = "free"
    """不持件: the papers are with the visitor, and any window of the category may take it back."""
    KEPT = "kept"
    """持件: the papers are at the window, and it comes back there."""
    OUTSIDE = "outside"
    """等待: it waits for something outside and is woken by anyone; it comes back to its window."""

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_HOLD_LABELS[self])


_HOLD_LABELS = {
    HoldKind.FREE: N_("不持件挂起"),
    HoldKind.KEPT: N_("持件挂起"),
    HoldKind.OUTSIDE: N_("等待挂起"),
}


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
    FORWARD = "forward"
    VOID = "void"
    LATE_CALL = "late_call"
    CANCEL = "cancel"
    UNDO_CALL = "undo_call"
    UNDO_FINISH = "undo_finish"
    UNDO_PASS = "undo_pass"
    PIN = "pin"
    UNPIN = "unpin"
    REROUTE = "reroute"
    UNDO_FORWARD = "undo_forward"
    UNDO_LATE_CALL = "undo_late_call"
    END_DAY = "end_day"
    END_DAY_SERVED = "end_day_served"
    OUTAGE = "outage"

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
    Move.FORWARD: N_("联办转号"),
    Move.VOID: N_("作废"),
    Move.LATE_CALL: N_("迟到补叫"),
    Move.CANCEL: N_("取消"),
    Move.UNDO_CALL: N_("撤销叫号"),
    Move.UNDO_FINISH: N_("撤销办结"),
    Move.UNDO_PASS: N_("撤销过号"),
    Move.PIN: N_("置顶"),
    Move.UNPIN: N_("取消置顶"),
    Move.REROUTE: N_("改派"),
    Move.UNDO_FORWARD: N_("撤销联办转号"),
    Move.UNDO_LATE_CALL: N_("撤销迟到补叫"),
    Move.END_DAY: N_("日终过号"),
    Move.END_DAY_SERVED: N_("日终办结"),
    Move.OUTAGE: N_("停办作废"),
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
        Move.FORWARD: (frozenset({_S.SERVING}), _S.WAITING),
        Move.VOID: (frozenset({_S.CALLED}), _S.VOID),
        Move.LATE_CALL: (frozenset({_S.PASSED}), _S.CALLED),
        Move.UNDO_CALL: (frozenset({_S.CALLED}), _S.WAITING),
        Move.UNDO_FINISH: (frozenset({_S.FINISHED}), _S.SERVING),
        Move.UNDO_PASS: (frozenset({_S.PASSED, _S.VOID}), _S.CALLED),
        Move.PIN: (frozenset({_S.WAITING}), _S.WAITING),
        Move.UNPIN: (frozenset({_S.WAITING}), _S.WAITING),
        Move.REROUTE: (frozenset({_S.WAITING}), _S.WAITING),
        Move.UNDO_FORWARD: (frozenset({_S.WAITING}), _S.SERVING),
        Move.UNDO_LATE_CALL: (frozenset({_S.CALLED}), _S.PASSED),
        Move.END_DAY: (frozenset({_S.WAITING, _S.CALLED, _S.HELD}), _S.PASSED),
        Move.END_DAY_SERVED: (frozenset({_S.SERVING}), _S.FINISHED),
        Move.OUTAGE: (
            frozenset({_S.WAITING, _S.CALLED, _S.SERVING, _S.HELD}),
            _S.VOID,
        ),
    }
)
"""The legal moves: from which states, and to which. Every other move is refused."""

_BY_SYSTEM = frozenset({Move.FORWARD, Move.VOID, Move.END_DAY, Move.END_DAY_SERVED, Move.OUTAGE})
"""Moves that follow from a rule; nobody asks for them by name."""

_OFFERED = tuple(move for move in Move if move not in _BY_SYSTEM and not move.startswith("undo"))


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
    """The class of the line that it stands in now."""
    state: TicketState
    business_date: date
    serial: int
    """The count behind the letter, from 1, per letter and business date."""
    issued_at: datetime
    line_order: int
    """The place in line: the journal row that issued it, or that of the ticket it was put behind; for an
    appointment the start of its slot in seconds since 1970."""
    line_entry: int
    """The journal row by which it last came into line; decides between equal places."""
    since: datetime
    """From when on it counts as waiting: its issue, its slot, or as the one that it was put behind."""
    issue_order: int
    """The journal row that issued it."""
    issued_class: PriorityClass
    """The class that it was issued in: what its paper says, and what a missed call leads back to."""
    items: tuple[str, ...] = ()
    """The codes of its items, five at most."""
    route: tuple[str, ...] = ()
    """The categories that follow after this one, on a joint route (联办转号)."""
    group: str | None = None
    """Why it is of the priority class; for statistics, never shown."""
    need: str = ""
    """A skill or a special kind of window that it asks for; empty for any window of its category."""
    not_before: datetime | None = None
    """The start of an appointment's slot: it is not called before."""
    person: str | None = None
    """The keyed hash of the visitor's ID number, where it is known."""
    origin: str = ""
    """The kiosk where the visitor took it; empty when a person issued it."""
    target_window: int | None = None
    """The only window that may call it: after a transfer, a hold, or as issued."""
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
    counted: int = 0
    """Calls of its present visit to a window that lay far enough apart to count towards a pass."""
    counted_at: datetime | None = None
    """When the last of these was made."""
    reinstated: int = 0
    """How often it came back after a pass."""
    hold: HoldKind | None = None
    """How it is held."""
    reason: str | None = None
    """Why it was passed, held or cancelled."""
    valid_on: date | None = None
    """The business date on which it is good as a priority slip, after an outage."""
    redeemed: int | None = None
    """The id of the ticket that was given for the slip."""
    ahead: int = 0
    """How many waiting tickets go before it, as counted when it was read; 0 unless it waits."""

    @property
    def item(self) -> str | None:
        """The code of its first item."""
        return self.items[0] if self.items else None

    @property
    def is_green(self) -> bool:
        """Whether it came by the green channel."""
        return self.issued_class is PriorityClass.PRIORITY

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
            "items": list(self.items),
            "route": list(self.route),
            "class": self.priority_class.value,
            "issued_class": self.issued_class.value,
            "need": self.need,
            "not_before": _text(self.not_before),
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
            "hold": self.hold.value if self.hold else None,
            "reason": self.reason,
            "valid_on": self.valid_on.isoformat() if self.valid_on else None,
            "is_redeemed": self.redeemed is not None,
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
