"""Which steps the window's rules would refuse now: what the key bar shows dim, and why."""

from __future__ import annotations

from datetime import datetime

from yichuang.errors import (
    IllegalMove,
    NothingHeld,
    NothingPassed,
    NothingToUndo,
    NothingWaiting,
    QueueRefusal,
    WindowAlreadyOpen,
    WindowBusy,
    WindowClosed,
    WindowIdle,
    WindowPaused,
)
from yichuang.queue.clerk import ClerkView
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import Move, Ticket
from yichuang.queue.view import WindowView
from yichuang.queue.window import WindowState

MOVES = {
    "recall": Move.RECALL,
    "start": Move.START,
    "finish": Move.FINISH,
    "pass": Move.PASS,
    "hold": Move.HOLD,
    "transfer": Move.TRANSFER,
}
"""The actions that are moves of the window's present ticket."""


def refusal(clerk: ClerkView, action: str, rules: HallRules, now: datetime) -> QueueRefusal | None:
    """Why the hall would refuse an action now; None when it would not."""
    view = clerk.window
    number, ticket = view.settings.number, view.ticket
    if action == "open":
        return None if _closed(view) else WindowAlreadyOpen(window=number)
    if action in ("reinstate", "reprint", "details"):
        return _nothing_for(view, action)
    if _closed(view):
        return WindowClosed(window=number)
    if action in MOVES:
        return _move_refused(ticket, action, number, rules, now)
    if action in ("call_next", "pick", "pause", "close") and ticket is not None:
        return WindowBusy(window=number, number=ticket.number, state=ticket.state)
    if action in ("call_next", "pick"):
        if view.window.state is WindowState.PAUSED:
            return WindowPaused(window=number)
        if view.waiting or (action == "pick" and clerk.late):
            return None
        return NothingWaiting(window=number)
    return _nothing_for(view, action)


def _closed(view: WindowView) -> bool:
    return view.window.state is WindowState.CLOSED


def _move_refused(
    ticket: Ticket | None, action: str, window: int, rules: HallRules, now: datetime
) -> QueueRefusal | None:
    if ticket is None:
        return WindowIdle(window=window)
    try:
        ticket.moved(MOVES[action])
    except IllegalMove as refused:
        return refused
    return rules.pass_too_soon(ticket, now) if action == "pass" else None


def _nothing_for(view: WindowView, action: str) -> QueueRefusal | None:
    if action == "take_back" and not view.held:
        return NothingHeld()
    if action == "reinstate" and not view.passed:
        return NothingPassed()
    if action == "undo" and not view.can_undo:
        return NothingToUndo(window=view.settings.number)
    if action in ("reprint", "details") and view.ticket is None:
        return WindowIdle(window=view.settings.number)
    return None
