"""What administrators see of one person besides the person's facts: PIN, keys, posts, today's permission."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from yichuang.language import N_, _
from yichuang.queue.people.post import Place
from yichuang.queue.people.staff import SshKey
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.view import today


class PinState(StrEnum):
    """How it stands with a PIN."""

    NONE = "none"
    TEMPORARY = "temporary"
    SET = "set"
    LOCKED = "locked"

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_LABELS[self])


_LABELS = {
    PinState.NONE: N_("没有密码"),
    PinState.TEMPORARY: N_("临时密码"),
    PinState.SET: N_("已设密码"),
    PinState.LOCKED: N_("密码锁定"),
}


class StaffDetail(NamedTuple):
    """One person's PIN, keys and posts."""

    pin: PinState
    keys: tuple[SshKey, ...]
    posts: tuple[tuple[int, Place], ...]
    """The windows where the person has a place, with it."""
    allowed: str | None
    """Why the person may serve today without qualification."""


def view_staff_detail(records: Records, rules: HallRules, now: datetime, badge: str) -> StaffDetail:
    """The detail of one person; of nobody, as if nothing was known."""
    pin = records.pin(badge)
    state = PinState.NONE
    if pin is not None and pin.locked_until is not None and now < pin.locked_until:
        state = PinState.LOCKED
    elif pin is not None and pin.hash:
        state = PinState.TEMPORARY if pin.is_temporary else PinState.SET
    posts = tuple(
        (post.window, Place.A if post.a == badge else Place.B)
        for post in records.posts()
        if badge == post.a or badge in post.b
    )
    keys = tuple(key for key in records.ssh_keys() if key.badge == badge)
    allowed = records.allowance(badge, today(records, rules, now))
    return StaffDetail(state, keys, posts, allowed)
