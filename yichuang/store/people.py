"""The tables of staff, their PINs, keys, posts and whereabouts."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from yichuang.queue.people.post import OnDuty, Post
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Pin, SshKey, Staff
from yichuang.queue.people.whereabouts import Whereabouts, WhereaboutsKept
from yichuang.store.table import Table, text_or_none, time_or_none

_STAFF = """
SELECT badge, name, roles, sex, department, post, duty, phone, photo, qualified, skills, since, active
FROM staff
"""

_STAFF_MEMBER = _STAFF + "WHERE badge = :badge"

_ALL_STAFF = _STAFF + "ORDER BY badge"

_SAVE_STAFF = """
INSERT INTO staff (
    badge, name, roles, sex, department, post, duty, phone, photo, qualified, skills, since, active
)
VALUES (
    :badge, :name, :roles, :sex, :department, :post, :duty, :phone, :photo, :qualified, :skills,
    :since, :active
)
ON CONFLICT (badge) DO UPDATE SET
    name = excluded.name, roles = excluded.roles, sex = excluded.sex,
    department = excluded.department, post = excluded.post, duty = excluded.duty,
    phone = excluded.phone, photo = excluded.photo, qualified = excluded.qualified,
    skills = excluded.skills, since = excluded.since, active = excluded.active
"""

_PIN = """
SELECT p.hash, p.temporary, p.wrong, p.locked_until
FROM staff AS s LEFT JOIN pin AS p ON p.badge = s.badge
WHERE s.badge = :badge
"""

_SAVE_PIN = """
INSERT INTO pin (badge, hash, temporary, wrong, locked_until)
VALUES (:badge, :hash, :temporary, :wrong, :locked_until)
ON CONFLICT (badge) DO UPDATE SET
    hash = excluded.hash, temporary = excluded.temporary, wrong = excluded.wrong,
    locked_until = excluded.locked_until
"""

_KEYS = "SELECT key, badge, post, comment, added_at FROM ssh_key "

_ALL_KEYS = _KEYS + "ORDER BY id"

_KEY = _KEYS + "WHERE key = :key"

_ADD_KEY = """
INSERT INTO ssh_key (key, badge, post, comment, added_at)
VALUES (:key, :badge, :post, :comment, :added_at)
ON CONFLICT (key) DO UPDATE SET
    badge = excluded.badge, post = excluded.post, comment = excluded.comment,
    added_at = excluded.added_at
"""

_REMOVE_KEY = "DELETE FROM ssh_key WHERE key = :key"

_POSTS = "SELECT window, rank, badge FROM post ORDER BY window, rank"

_DROP_POST = "DELETE FROM post WHERE window = :window"

_ADD_POST = "INSERT INTO post (window, rank, badge) VALUES (:window, :rank, :badge)"

_DUTY = "SELECT window, badge, since, origin FROM on_duty "

_ON_DUTY = _DUTY + "WHERE window = :window"

_ALL_ON_DUTY = _DUTY + "ORDER BY window"

_END_DUTY = "DELETE FROM on_duty WHERE window = :window"

_BEGIN_DUTY = """
INSERT INTO on_duty (window, badge, since, origin) VALUES (:window, :badge, :since, :origin)
ON CONFLICT (window) DO UPDATE SET
    badge = excluded.badge, since = excluded.since, origin = excluded.origin
"""

_WHEREABOUTS = "SELECT badge, state, since, note FROM whereabouts ORDER BY badge"

_SAVE_WHEREABOUTS = """
INSERT INTO whereabouts (badge, state, since, note) VALUES (:badge, :state, :since, :note)
ON CONFLICT (badge) DO UPDATE SET
    state = excluded.state, since = excluded.since, note = excluded.note
"""

_ALLOWANCE = "SELECT reason FROM allowance WHERE badge = :badge AND business_date = :date"

_ALLOW = """
INSERT INTO allowance (badge, business_date, allowed_by, reason)
VALUES (:badge, :date, :by, :reason)
ON CONFLICT (badge, business_date) DO UPDATE SET
    allowed_by = excluded.allowed_by, reason = excluded.reason
"""


class People(Table):
    """Staff and what belongs to them (`yichuang.queue.people.ports.PeopleMemory`)."""

    __slots__ = ()

    def staff(self) -> list[Staff]:
        """Everybody who works or worked here, by badge number."""
        return [_staff_from(row) for row in self.connection.execute(_ALL_STAFF)]

    def staff_member(self, badge: str) -> Staff | None:
        """Whoever has that badge number."""
        row = self.connection.execute(_STAFF_MEMBER, {"badge": badge}).fetchone()
        return _staff_from(row) if row else None

    def save_staff(self, person: Staff) -> None:
        """Keep a new or changed person; the PIN stays."""
        facts = {
            **person._asdict(),
            "roles": json.dumps([role.value for role in person.roles]),
            "skills": json.dumps(person.skills, ensure_ascii=False),
            "qualified": int(person.qualified),
            "active": int(person.active),
            "since": person.since.isoformat() if person.since else None,
        }
        self.connection.execute(_SAVE_STAFF, facts)

    def pin(self, badge: str) -> Pin | None:
        """What is kept of that one's PIN; None for an unknown badge number."""
        row = self.connection.execute(_PIN, {"badge": badge}).fetchone()
        if row is None:
            return None
        if row[0] is None:
            return Pin("")
        return Pin(row[0], bool(row[1]), row[2], time_or_none(row[3]))

    def save_pin(self, badge: str, pin: Pin) -> None:
        """Keep a PIN's hash and how it was met; an unknown badge number is an IntegrityError."""
        facts = {
            "badge": badge,
            "hash": pin.hash,
            "temporary": int(pin.is_temporary),
            "wrong": pin.wrong,
            "locked_until": text_or_none(pin.locked_until),
        }
        self.connection.execute(_SAVE_PIN, facts)

    def ssh_keys(self) -> list[SshKey]:
        """Every key that is let in, in the order in which they were added."""
        return [_key_from(row) for row in self.connection.execute(_ALL_KEYS)]

    def ssh_key(self, key: str) -> SshKey | None:
        """Whose that key is."""
        row = self.connection.execute(_KEY, {"key": key}).fetchone()
        return _key_from(row) if row else None

    def add_ssh_key(self, key: SshKey, at: datetime) -> None:
        """Let a key in, in place of what it was before."""
        self.connection.execute(_ADD_KEY, {**key._asdict(), "added_at": at.isoformat()})

    def remove_ssh_key(self, key: str) -> bool:
        """Let a key in no more; whether it was."""
        return self.connection.execute(_REMOVE_KEY, {"key": key}).rowcount > 0

    def posts(self) -> list[Post]:
        """The posts that were named, by window."""
        found: dict[int, Post] = {}
        for window, rank, badge in self.connection.execute(_POSTS):
            post = found.get(window, Post(window))
            found[window] = (
                post._replace(a=badge) if rank == 0 else post._replace(b=(*post.b, badge))
            )
        return list(found.values())

    def save_post(self, post: Post) -> None:
        """Keep whose post a window is."""
        self.connection.execute(_DROP_POST, {"window": post.window})
        for rank, badge in enumerate((post.a, *post.b)):
            if badge is not None:
                facts = {"window": post.window, "rank": rank, "badge": badge}
                self.connection.execute(_ADD_POST, facts)

    def on_duty(self, window: int) -> OnDuty | None:
        """Who is signed in at the window."""
        row = self.connection.execute(_ON_DUTY, {"window": window}).fetchone()
        return _duty_from(row) if row else None

    def all_on_duty(self) -> list[OnDuty]:
        """Everybody who is signed in at a window, by window."""
        return [_duty_from(row) for row in self.connection.execute(_ALL_ON_DUTY)]

    def save_on_duty(self, window: int, duty: OnDuty | None) -> None:
        """Somebody is signed in at a window, or nobody is; one person at two is an IntegrityError."""
        if duty is None:
            self.connection.execute(_END_DUTY, {"window": window})
        else:
            facts = {**duty._asdict(), "since": duty.since.isoformat()}
            self.connection.execute(_BEGIN_DUTY, facts)

    def whereabouts(self) -> list[WhereaboutsKept]:
        """Where those are who ever said so, by badge number."""
        return [
            WhereaboutsKept(row[0], Whereabouts(row[1]), datetime.fromisoformat(row[2]), row[3])
            for row in self.connection.execute(_WHEREABOUTS)
        ]

    def save_whereabouts(self, kept: WhereaboutsKept) -> None:
        """Keep where somebody is."""
        facts = {**kept._asdict(), "state": kept.state.value, "since": kept.since.isoformat()}
        self.connection.execute(_SAVE_WHEREABOUTS, facts)

    def allowance(self, badge: str, on: date) -> str | None:
        """Why somebody may serve that day without qualification; None when nobody allowed it."""
        facts = {"badge": badge, "date": on.isoformat()}
        row = self.connection.execute(_ALLOWANCE, facts).fetchone()
        return row[0] if row else None

    def allow(self, badge: str, on: date, by: str, reason: str) -> None:
        """Keep that somebody may serve that day without qualification."""
        facts = {"badge": badge, "date": on.isoformat(), "by": by, "reason": reason}
        self.connection.execute(_ALLOW, facts)


@lru_cache(256)
def _staff_from(row: tuple[Any, ...]) -> Staff:
    badge, name, roles, sex, department, post, duty, phone, photo, qualified, skills, since, on = (
        row
    )
    return Staff(
        badge=badge,
        name=name,
        roles=tuple(Role(role) for role in json.loads(roles)),
        sex=sex,
        department=department,
        post=post,
        duty=duty,
        phone=phone,
        photo=photo,
        qualified=bool(qualified),
        skills=tuple(json.loads(skills)),
        since=date.fromisoformat(since) if since else None,
        active=bool(on),
    )


def _key_from(row: tuple[Any, ...]) -> SshKey:
    return SshKey(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4]))


def _duty_from(row: tuple[Any, ...]) -> OnDuty:
    return OnDuty(row[0], row[1], datetime.fromisoformat(row[2]), row[3])
