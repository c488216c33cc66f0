"""Signing in and out, as the journal and the PINs keep it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yichuang.errors import UnknownStaff
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.people.command import NoteSignIn, NoteSignOut, NoteWrongPin
from yichuang.queue.people.staff import Pin
from yichuang.text import one_line

_LONGEST_LOCK = timedelta(days=1)


def note_sign_in(desk: Desk, command: NoteSignIn) -> Done:
    """Somebody came in: what went wrong before is forgotten."""
    pin = _pin(desk, command.badge)
    if pin.wrong or pin.locked_until:
        desk.memory.save_pin(command.badge, pin._replace(wrong=0, locked_until=None))
    desk.record(
        EventKind.SIGNED_IN,
        badge=command.badge,
        origin=one_line(command.origin),
        by_key=command.by_key,
    )
    return Done()


def note_sign_out(desk: Desk, command: NoteSignOut) -> Done:
    """Somebody left, or the line was cut."""
    desk.record(
        EventKind.SIGNED_OUT,
        badge=command.badge,
        origin=one_line(command.origin),
        why=one_line(command.why),
    )
    return Done()


def note_wrong_pin(desk: Desk, command: NoteWrongPin) -> Done:
    """Count a wrong PIN; from some number on the badge number is locked, twice as long each time."""
    pin, limits = _pin(desk, command.badge), desk.rules.settings.staff
    wrong = pin.wrong + 1
    locked_until = None
    facts: dict[str, Any] = {
        "badge": command.badge,
        "origin": one_line(command.origin),
        "wrong": wrong,
    }
    if wrong < limits.wrong_pins:
        desk.record(EventKind.SIGN_IN_REFUSED, **facts)
    else:
        doubled = min(wrong - limits.wrong_pins, 20)
        lock = min(timedelta(seconds=limits.lock_seconds * 2**doubled), _LONGEST_LOCK)
        locked_until = desk.now + lock
        desk.record(EventKind.SIGN_IN_LOCKED, **facts, seconds=round(lock.total_seconds()))
    desk.memory.save_pin(command.badge, pin._replace(wrong=wrong, locked_until=locked_until))
    return Done()


def _pin(desk: Desk, badge: str) -> Pin:
    pin = desk.memory.pin(badge)
    if pin is None:
        raise UnknownStaff(badge=one_line(badge))
    return pin
