"""A window's duty: open, pause, resume, close, and what it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yichuang.errors import (
    CategoryOrphaned,
    ReasonMissing,
    WindowAlreadyOpen,
    WindowNotPaused,
    WindowPaused,
)
from yichuang.queue.calling import idle_window, open_window, ready_window
from yichuang.queue.command import (
    AssignWindow,
    CloseWindow,
    OpenWindow,
    PauseWindow,
    ResumeWindow,
    SetSurge,
)
from yichuang.queue.desk import Desk, Done, because, end_surge
from yichuang.queue.event import EventKind
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import TicketState
from yichuang.queue.window import Surge, Window, WindowState
from yichuang.text import one_line


def open_for_duty(desk: Desk, command: OpenWindow) -> Done:
    """Begin duty; raises WindowAlreadyOpen or WindowPaused when it has begun."""
    desk.rules.window(command.window)
    state = desk.memory.window(command.window).state
    if state is WindowState.OPEN:
        raise WindowAlreadyOpen(window=command.window)
    if state is WindowState.PAUSED:
        raise WindowPaused(window=command.window)
    if desk.memory.closing(desk.today) is not None:
        desk.memory.save_closing(desk.today, None)
    return _set(
        desk, command.window, WindowState.OPEN, EventKind.WINDOW_OPENED, **because(command.reason)
    )


def pause(desk: Desk, command: PauseWindow) -> Done:
    """Stop calling for a while, with a reason; the window must have no ticket."""
    reason = one_line(command.reason)
    if not reason:
        raise ReasonMissing(move=WindowState.PAUSED)
    ready_window(desk, command.window)
    return _set(desk, command.window, WindowState.PAUSED, EventKind.WINDOW_PAUSED, reason=reason)


def resume_duty(desk: Desk, command: ResumeWindow) -> Done:
    """End a pause."""
    window = open_window(desk, command.window)
    if window.state is not WindowState.PAUSED:
        raise WindowNotPaused(window=command.window)
    return _set(
        desk, command.window, WindowState.OPEN, EventKind.WINDOW_RESUMED, **because(command.reason)
    )


def close(desk: Desk, command: CloseWindow) -> Done:
    """End duty; tickets that waited for this window alone become callable by others."""
    open_window(desk, command.window)
    idle_window(desk, command.window)
    released = sorted(desk.memory.release_directed(command.window))
    facts: dict[str, Any] = {"released": released} if released else {}
    return _set(
        desk,
        command.window,
        WindowState.CLOSED,
        EventKind.WINDOW_CLOSED,
        **because(command.reason),
        **facts,
    )


def assign(desk: Desk, command: AssignWindow) -> Done:
    """Give a window other categories from its next call on; a ticket at it stays.

    Raises CategoryOrphaned when a category would be left without any window: who waits there would be
    forgotten.
    """
    settings = desk.rules.window(command.window)
    before = desk.memory.window(command.window)
    for code in (*(command.categories or ()), *command.helps):
        desk.rules.category(code)
    own = command.categories
    helps = None
    if own is not None:
        own = tuple(dict.fromkeys(own))
        helps = tuple(code for code in dict.fromkeys(command.helps) if code not in own)
    window = before._replace(categories=own, helps=helps)
    _refuse_orphans(desk, before, window)
    desk.memory.save_window(window)
    unmet = _back_in_reach(desk)
    facts: dict[str, Any] = {"unmet": unmet} if unmet else {}
    facts |= because(command.reason)
    desk.record(
        EventKind.WINDOW_ASSIGNED,
        window=command.window,
        categories=list(own if own is not None else settings.categories),
        helps=list(helps if helps is not None else settings.helps),
        former=list(before.categories if before.categories is not None else settings.categories),
        former_helps=list(before.helps if before.helps is not None else settings.helps),
        **facts,
    )
    return Done(window=window)


def is_astray(
    rules: HallRules, windows: Sequence[Window], place: tuple[int | None, str, str]
) -> bool:
    """Whether who waits there waits for a window or a need that the hall has no more."""
    target, category, need = place
    if target is not None:
        return target not in rules.windows
    return not any(duty.may_call(category, need) for duty in rules.duties(windows, None))


def settle_lines(desk: Desk) -> list[str]:
    """After hall.toml was edited: let nobody wait for what the hall has no more; who did."""
    moved = _back_in_reach(desk)
    if moved:
        desk.record(EventKind.LINES_SETTLED, moved=moved)
    return moved


def _back_in_reach(desk: Desk) -> list[str]:
    """Let nobody wait for what no window offers any more; the numbers of those who did.

    Also those who wait for one window alone: others get them when it closes.
    """
    desk.forget_duties()
    moved = []
    for before in desk.memory.in_state(desk.today, TicketState.WAITING, None):
        ticket = before
        if before.target_window is not None and before.target_window not in desk.rules.windows:
            ticket = before._replace(target_window=None)
        ticket = desk.in_reach(ticket)
        if (ticket.need, ticket.target_window) != (before.need, before.target_window):
            desk.memory.save_ticket(ticket)
            moved.append(ticket.number)
    return sorted(moved)


def _refuse_orphans(desk: Desk, before: Window, after: Window) -> None:
    served, left = _offered(desk, before), _offered(desk, after)
    for code in desk.rules.categories:
        if code in served and code not in left:
            raise CategoryOrphaned(category=desk.rules.category(code))


def _offered(desk: Desk, one: Window) -> set[str]:
    """Every category that some window serves, were this one window as given; without surge."""
    windows = [each for each in desk.memory.windows() if each.number in desk.rules.windows]
    windows = [one, *(each for each in windows if each.number != one.number)]
    return {code for duty in desk.rules.duties(windows, None) for code in duty.serves}


def set_surge(desk: Desk, command: SetSurge) -> Done:
    """Begin or end surge mode (R01); both again and again do no harm."""
    reason = one_line(command.reason)
    present = desk.memory.surge()
    if command.on and present is None:
        if not reason:
            raise ReasonMissing(move=EventKind.SURGE_BEGAN)
        desk.memory.save_surge(Surge(desk.now, reason))
        desk.record(EventKind.SURGE_BEGAN, reason=reason)
    elif not command.on:
        end_surge(desk, **because(reason))
    return Done()


def _set(desk: Desk, number: int, state: WindowState, kind: EventKind, **facts: Any) -> Done:
    """Give a window another state; only of a pause the reason stays with it."""
    before = desk.memory.window(number)
    reason = facts.get("reason") if state is WindowState.PAUSED else None
    window = before._replace(state=state, since=desk.now, reason=reason)
    desk.memory.save_window(window)
    desk.record(kind, window=number, **facts)
    return Done(window=window)
