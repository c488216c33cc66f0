"""What administrators do about people: staff, PINs, keys, and whose post a window is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from yichuang.errors import (
    BadgeTaken,
    InvalidStaff,
    KeyTaken,
    LastAdministrator,
    ReasonMissing,
    StaffChangedSince,
    UnknownKey,
    UnknownPost,
    UnknownStaff,
)
from yichuang.language import _
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.people.command import AddKey, NamePost, RemoveKey, SaveStaff, SetPin
from yichuang.queue.people.post import Post
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.personnel.posts import drop_duty
from yichuang.text import is_harmless, one_line

BADGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,11}")
"""A badge number: letters, digits and -, twelve at most; leading zeros count."""

LONGEST = {
    "name": 20,
    "sex": 4,
    "department": 40,
    "post": 20,
    "duty": 80,
    "phone": 20,
    "photo": 200,
}
"""Characters that a text about a person may have."""

SHOWABLE_POSTS = ("kiosk", "board", "whereabouts")
"""The screens that a key may open where nobody signs in; a kiosk's name follows a colon."""

_KIOSK = re.compile(r"kiosk:[A-Za-z0-9_-]{1,20}")


def staff_problems(person: Staff) -> Iterator[str]:
    """What is wrong with a person's facts, each as a sentence."""
    yield from (problem for _field, problem in problems_by_field(person))


def problems_by_field(
    person: Staff, labels: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, str]]:
    """The same with the field that each is about; `labels` are what a form calls the fields."""
    if BADGE.fullmatch(person.badge) is None:
        yield "badge", _("工号只能有字母、数字和 -，最多 12 个")
    if not person.name.strip():
        yield "name", _("缺少姓名")
    for field, longest in LONGEST.items():
        text, label = getattr(person, field), labels.get(field, field)
        if len(text) > longest:
            yield field, _("{field} 不能多于 {longest} 个字").format(field=label, longest=longest)
        if not is_harmless(text):
            yield field, _("{field} 只能写一行文字，不能有控制字符").format(field=label)
    for skill in person.skills:
        if not 0 < len(skill) <= LONGEST["post"] or not is_harmless(skill):
            yield (
                "skills",
                _("技能「{skill}」要写成一到二十个字").format(skill=one_line(skill)[:20]),
            )
    if any(role not in STAFF_ROLES for role in person.roles):
        yield "roles", _("群众不是人员的角色")


def save_staff(desk: Desk, command: SaveStaff) -> Done:
    """Add or change people, all or none.

    Raises InvalidStaff, LastAdministrator, StaffChangedSince for who is not as the asker saw, or
    BadgeTaken for who is there where all were to be new.
    """
    problems = [
        f"{one_line(person.badge)[:12] or '-'}：{problem}"
        for person in command.staff
        for problem in staff_problems(person)
    ]
    if problems:
        raise InvalidStaff(count=len(problems), problems=_("；").join(problems[:5]))
    had_one = _administrators(desk)
    new, changed = 0, 0
    for person in command.staff:
        before = desk.memory.staff_member(person.badge)
        _expect_as_seen(command, person.badge, before)
        if before == person:
            continue
        desk.memory.save_staff(person)
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
        desk.record(EventKind.STAFF_SAVED, badge=person.badge, **_difference(before, person))
        if not person.may(Role.CLERK):
            drop_duty(desk, person.badge)
    if had_one and not _administrators(desk):
        raise LastAdministrator(badge=had_one[0])
    if command.source:
        desk.record(
            EventKind.STAFF_IMPORTED, source=one_line(command.source), new=new, changed=changed
        )
    return Done(counts=(new, changed))


def _expect_as_seen(command: SaveStaff, badge: str, now: Staff | None) -> None:
    if command.over is None or now == command.over.get(badge):
        return
    # An import saw everybody: whom it did not see was added meanwhile.
    if now is not None and not command.over and not command.source:
        raise BadgeTaken(badge=badge, name=now.name)
    raise StaffChangedSince(badge=badge, name=now.name if now else "")


def _administrators(desk: Desk) -> Sequence[str]:
    return [each.badge for each in desk.memory.staff() if each.may(Role.ADMINISTRATOR)]


def _difference(before: Staff | None, after: Staff) -> dict[str, Any]:
    """What was changed, for the journal."""
    facts, former = after.as_json(), (before or Staff(after.badge, "")).as_json()
    return {
        "changed": {
            name: {"from": former.get(name), "to": fact}
            for name, fact in facts.items()
            if former.get(name) != fact
        }
    }


def set_pin(desk: Desk, command: SetPin) -> Done:
    """Give somebody a PIN: one's own at once, somebody else's until the next sign-in, with a reason."""
    if desk.memory.staff_member(command.badge) is None:
        raise UnknownStaff(badge=one_line(command.badge))
    is_own = desk.who.name == command.badge
    reason = one_line(command.reason)
    if not is_own and not reason:
        raise ReasonMissing(move=EventKind.PIN_RESET)
    desk.memory.save_pin(command.badge, Pin(command.hash, is_temporary=not is_own))
    if is_own:
        desk.record(EventKind.PIN_SET, badge=command.badge)
    else:
        desk.record(EventKind.PIN_RESET, badge=command.badge, reason=reason)
    return Done()


def add_key(desk: Desk, command: AddKey) -> Done:
    """Let public keys in, all or none; raises UnknownStaff, UnknownPost or KeyTaken."""
    for key in command.keys:
        _add_key(desk, key)
    return Done()


def _add_key(desk: Desk, key: SshKey) -> None:
    if key.badge is not None and desk.memory.staff_member(key.badge) is None:
        raise UnknownStaff(badge=one_line(key.badge))
    if key.post is not None and key.post not in SHOWABLE_POSTS and not _KIOSK.fullmatch(key.post):
        raise UnknownPost(
            post=one_line(key.post), known=_("、").join((*SHOWABLE_POSTS, "kiosk:NAME"))
        )
    known = desk.memory.ssh_key(key.key)
    if known is not None and (known.badge, known.post) != (key.badge, key.post):
        raise KeyTaken(who=_whose(desk, known))
    kept = key._replace(comment=one_line(key.comment)[:80])
    if known is not None and known.comment == kept.comment:
        return
    desk.memory.add_ssh_key(kept, desk.now)
    desk.record(
        EventKind.KEY_ADDED, key=kept.key, badge=kept.badge, post=kept.post, comment=kept.comment
    )


def _whose(desk: Desk, key: SshKey) -> str:
    owner = desk.memory.staff_member(key.badge) if key.badge is not None else None
    return f"{owner.badge} {owner.name}" if owner else key.post or ""


def remove_key(desk: Desk, command: RemoveKey) -> Done:
    """Let a public key in no more; raises UnknownKey."""
    kept = desk.memory.ssh_key(command.key)
    if kept is None:
        raise UnknownKey
    desk.memory.remove_ssh_key(command.key)
    desk.record(EventKind.KEY_REMOVED, key=kept.key, badge=kept.badge, post=kept.post)
    return Done()


def name_post(desk: Desk, command: NamePost) -> Done:
    """Say whose post a window is, and who stands in; raises UnknownWindow or UnknownStaff."""
    desk.rules.window(command.window)
    b = tuple(badge for badge in dict.fromkeys(command.b) if badge != command.a)
    for badge in (command.a, *b):
        if badge is not None and desk.memory.staff_member(badge) is None:
            raise UnknownStaff(badge=one_line(badge))
    desk.memory.save_post(Post(command.window, command.a, b))
    desk.record(EventKind.POST_NAMED, window=command.window, a=command.a, b=list(b))
    return Done()
