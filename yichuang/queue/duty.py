"""A window's duty: open, pause, resume, close."""

from __future__ import annotations

from typing import Any

from yichuang.errors import (
    ReasonMissing,
    WindowAlreadyOpen,
    WindowNotPaused,
    WindowPaused,
)
from yichuang.queue.calling import idle_window, open_window, ready_window
from yichuang.queue.command import CloseWindow, OpenWindow, PauseWindow, ResumeWindow
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.window import Window, WindowState
from yichuang.text import one_line


def open_for_duty(desk: Desk, command: OpenWindow) -> Done:
    """Begin duty; raises WindowAlreadyOpen or WindowPaused when it has begun."""
    desk.rules.window(command.window)
    state = desk.memory.window(command.window).state
    if state is WindowState.OPEN:
        raise WindowAlreadyOpen(window=command.window)
    if state is WindowState.PAUSED:
        raise WindowPaused(window=command.window)
    return _set(desk, command.window, WindowState.OPEN, EventKind.WINDOW_OPENED)


def pause(desk: Desk, command: PauseWindow) -> Done:
    """Stop calling for a while, with a reason; the window must have no ticket."""
    reason = one_line(command.reason)
    if not reason:
        raise ReasonMissing(move=WindowState.PAUSED)
    ready_window(desk, command.window)
    return _set(desk, command.window, WindowState.PAUSED, EventKind.WINDOW_PAUSED, reason)


def resume_duty(desk: Desk, command: ResumeWindow) -> Done:
    """End a pause."""
    window = open_window(desk, command.window)
    if window.state is not WindowState.PAUSED:
        raise WindowNotPaused(window=command.window)
    return _set(desk, command.window, WindowState.OPEN, EventKind.WINDOW_RESUMED)


def close(desk: Desk, command: CloseWindow) -> Done:
    """End duty; tickets that waited for this window alone become callable by others."""
    open_window(desk, command.window)
    idle_window(desk, command.window)
    released = desk.memory.release_directed(command.window)
    return _set(
        desk, command.window, WindowState.CLOSED, EventKind.WINDOW_CLOSED, released=released
    )


def _set(
    desk: Desk,
    number: int,
    state: WindowState,
    kind: EventKind,
    reason: str | None = None,
    released: list[str] | None = None,
) -> Done:
    window = Window(number, state, desk.now, reason)
    desk.memory.save_window(window)
    facts: dict[str, Any] = {"reason": reason, "released": released}
    desk.record(kind, window=number, **{name: fact for name, fact in facts.items() if fact})
    return Done(window=window)
