"""Who is at a window, and where everybody is: posts taken, left and handed over (B10, H01, H02, H07)."""

from __future__ import annotations

from typing import Any

from yichuang.errors import (
    BusyElsewhere,
    NotOnBoard,
    NotPermitted,
    NotQualified,
    PostMissing,
    PostTaken,
    ReasonMissing,
    UnknownStaff,
    WindowBusy,
)
from yichuang.language import N_
from yichuang.queue.desk import Desk, Done, because, end_duty, minutes_on_duty
from yichuang.queue.event import EventKind
from yichuang.queue.people.command import AllowUnqualified, LeavePost, SetWhereabouts, TakePost
from yichuang.queue.people.post import OnDuty, Place, Post
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts, WhereaboutsKept
from yichuang.queue.window import WindowState
from yichuang.text import one_line

POST_LEFT = N_("离岗")
"""Why a window closes whose clerk leaves it open."""

_IN_REACH = (Whereabouts.AT_POST, Whereabouts.SHORTLY_AWAY)
"""Where somebody is who can step in."""


def take_post(desk: Desk, command: TakePost) -> Done:
    """Sign in at a window.

    Raises UnknownWindow; UnknownStaff; NotPermitted for who is no clerk; NotQualified (H07); PostTaken
    unless the post is taken over; BusyElsewhere while a visitor is at the former window.
    """
    desk.rules.window(command.window)
    person = _clerk(desk, command.badge)
    before = desk.memory.on_duty(command.window)
    if before is not None and before.badge == person.badge:
        return Done()
    if before is not None and not command.take_over:
        raise PostTaken(window=command.window, badge=before.badge, name=_name(desk, before.badge))
    _leave_elsewhere(desk, person, command.window)
    _begin(desk, command.window, person)
    facts: dict[str, Any] = {"former": before.badge} if before is not None else {}
    place = _place_of(desk, command.window, person.badge)
    desk.record(
        EventKind.POST_TAKEN,
        window=command.window,
        badge=person.badge,
        place=place.value if place else "",
        origin=desk.who.origin,
        **facts,
    )
    return Done(window=desk.memory.window(command.window))


def leave_post(desk: Desk, command: LeavePost) -> Done:
    """Sign out at a window, or hand it over to who steps in.

    Without a hand-over an open window closes; with a ticket at it, raises WindowBusy. Raises PostMissing;
    for who is to step in UnknownStaff, NotPermitted, NotQualified, NotOnBoard or BusyElsewhere.
    """
    duty = desk.memory.on_duty(command.window)
    if duty is None or duty.badge != command.badge:
        raise PostMissing(window=command.window, badge=one_line(command.badge))
    if command.to is not None and command.to != command.badge:
        return _hand_over(desk, duty, command.to, **because(command.reason))
    ticket = desk.memory.current(command.window)
    if ticket is not None:
        raise WindowBusy(window=command.window, number=ticket.number, state=ticket.state)
    end_duty(desk, duty, **because(command.reason))
    window = desk.memory.window(command.window)
    if window.state is not WindowState.CLOSED:
        released = sorted(desk.memory.release_directed(command.window))
        window = window._replace(state=WindowState.CLOSED, since=desk.now, reason=None)
        desk.memory.save_window(window)
        facts: dict[str, Any] = {"released": released} if released else {}
        desk.record(EventKind.WINDOW_CLOSED, window=command.window, reason=POST_LEFT, **facts)
    return Done(window=window)


def _hand_over(desk: Desk, duty: OnDuty, to: str, **facts: Any) -> Done:
    person = _clerk(desk, to)
    kept = next((each for each in desk.memory.whereabouts() if each.badge == to), None)
    if kept is not None and kept.state not in _IN_REACH:
        raise NotOnBoard(badge=person.badge, name=person.name, state=kept.state)
    _leave_elsewhere(desk, person, duty.window)
    _begin(desk, duty.window, person)
    desk.record(
        EventKind.POST_HANDED_OVER,
        window=duty.window,
        badge=duty.badge,
        to=person.badge,
        minutes=minutes_on_duty(desk, duty),
        **facts,
    )
    return Done(window=desk.memory.window(duty.window))


def drop_duty(desk: Desk, badge: str) -> None:
    """Sign somebody out who may serve no more."""
    for duty in desk.memory.all_on_duty():
        if duty.badge == badge:
            end_duty(desk, duty)


def _clerk(desk: Desk, badge: str) -> Staff:
    """Somebody who may serve today."""
    person = desk.memory.staff_member(badge)
    if person is None or not person.active:
        raise UnknownStaff(badge=one_line(badge))
    if not person.may(Role.CLERK):
        raise NotPermitted(roles=Role.CLERK)
    if not person.qualified and desk.memory.allowance(badge, desk.today) is None:
        raise NotQualified(badge=badge, name=person.name)
    return person


def _leave_elsewhere(desk: Desk, person: Staff, window: int) -> None:
    for duty in desk.memory.all_on_duty():
        if duty.badge == person.badge and duty.window != window:
            ticket = desk.memory.current(duty.window)
            if ticket is not None:
                raise BusyElsewhere(badge=person.badge, window=duty.window, number=ticket.number)
            leave_post(desk, LeavePost(duty.window, person.badge))


def _begin(desk: Desk, window: int, person: Staff) -> None:
    desk.memory.save_on_duty(window, OnDuty(window, person.badge, desk.now, desk.who.origin))
    _move(desk, person.badge, Whereabouts.AT_POST, "")


def _place_of(desk: Desk, window: int, badge: str) -> Place | None:
    post = next((each for each in desk.memory.posts() if each.window == window), Post(window))
    if badge == post.a:
        return Place.A
    return Place.B if badge in post.b else None


def _name(desk: Desk, badge: str) -> str:
    person = desk.memory.staff_member(badge)
    return person.name if person else ""


def allow_unqualified(desk: Desk, command: AllowUnqualified) -> Done:
    """Let somebody serve today who has not passed yet; a supervisor answers for it (H07)."""
    person = desk.memory.staff_member(command.badge)
    if person is None or not person.active:
        raise UnknownStaff(badge=one_line(command.badge))
    reason = one_line(command.reason)
    if not reason:
        raise ReasonMissing(move=EventKind.UNQUALIFIED_ALLOWED)
    desk.memory.allow(person.badge, desk.today, desk.actor, reason)
    desk.record(EventKind.UNQUALIFIED_ALLOWED, badge=person.badge, reason=reason)
    return Done()


def set_whereabouts(desk: Desk, command: SetWhereabouts) -> Done:
    """Say where somebody is; raises UnknownStaff."""
    if desk.memory.staff_member(command.badge) is None:
        raise UnknownStaff(badge=one_line(command.badge))
    _move(desk, command.badge, command.state, one_line(command.note)[:40])
    return Done()


def _move(desk: Desk, badge: str, state: Whereabouts, note: str) -> None:
    before = next((each for each in desk.memory.whereabouts() if each.badge == badge), None)
    if before is not None and (before.state, before.note) == (state, note):
        return
    desk.memory.save_whereabouts(WhereaboutsKept(badge, state, desk.now, note))
    desk.record(
        EventKind.WHEREABOUTS_CHANGED,
        badge=badge,
        state=state.value,
        former=before.state.value if before else None,
        note=note,
    )
