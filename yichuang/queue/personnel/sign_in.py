"""Signing in and out, as the journal and the PINs keep it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yichuang.config import StaffSettings
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
    pin = after_wrong_pin(_pin(desk, command.badge), desk.rules.settings.staff, desk.now)
    facts: dict[str, Any] = {
        "badge": command.badge,
        "origin": one_line(command.origin),
        "wrong": pin.wrong,
    }
    if pin.locked_until is None:
        desk.record(EventKind.SIGN_IN_REFUSED, **facts)
    else:
        seconds = round((pin.locked_until - desk.now).total_seconds())
        desk.record(EventKind.SIGN_IN_LOCKED, **facts, seconds=seconds)
    desk.memory.save_pin(command.badge, pin)
    return Done()


def after_wrong_pin(pin: Pin, limits: StaffSettings, now: datetime) -> Pin:
    """What is kept of a PIN after one more wrong one."""
    wrong = pin.wrong + 1
    if wrong < limits.wrong_pins:
        return pin._replace(wrong=wrong, locked_until=None)
    doubled = min(wrong - limits.wrong_pins, 20)
    lock = min(timedelta(seconds=limits.lock_seconds * 2**doubled), _LONGEST_LOCK)
    return pin._replace(wrong=wrong, locked_until=now + lock)


def _pin(desk: Desk, badge: str) -> Pin:
    pin = desk.memory.pin(badge)
    if pin is None:
        raise UnknownStaff(badge=one_line(badge))
    return pin
