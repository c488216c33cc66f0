"""A member of staff (areas B10, H03, H04, H07, H08, H13, H14)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from yichuang.queue.people.role import Role


class Staff(NamedTuple):
    """Somebody who works in the hall, under a badge number (工号)."""

    badge: str
    """Unique; on displays, slips and in the journal (H04, H05)."""
    name: str
    roles: tuple[Role, ...] = ()
    sex: str = ""
    department: str = ""
    """The unit that the person belongs to (H03, H04)."""
    post: str = ""
    """What the post is called, such as 综合窗口岗 (H04)."""
    duty: str = ""
    """The duties that are published (H14)."""
    phone: str = ""
    photo: str = ""
    """A picture's path, for printed sheets."""
    qualified: bool = True
    """Whether trained and passed: "考核合格方可上岗" (H07)."""
    skills: tuple[str, ...] = ()
    """Such as 手语, 方言, 英语 (H13)."""
    since: date | None = None
    """When the person came to this post: "原则上2年内不得变动" (H08)."""
    active: bool = True
    """Whether the person works here still; a badge number is never given again."""

    def may(self, *roles: Role) -> bool:
        """Whether the person has one of these roles."""
        return self.active and any(role in self.roles for role in roles)

    def as_json(self) -> dict[str, Any]:
        """The person for scripts."""
        return {
            **self._asdict(),
            "roles": [role.value for role in self.roles],
            "skills": list(self.skills),
            "since": self.since.isoformat() if self.since else None,
        }


class Pin(NamedTuple):
    """What the hall keeps of a PIN, and how it was met."""

    hash: str
    """Argon2; empty for none: then only a key lets the person in."""
    is_temporary: bool = False
    """Given by somebody else: the person must choose another one at the next sign-in."""
    wrong: int = 0
    """Wrong PINs in a row."""
    locked_until: datetime | None = None


class SshKey(NamedTuple):
    """A public key that opens a screen: a person's, or that of a post where nobody signs in."""

    key: str
    """As OpenSSH writes it, without the comment: `ssh-ed25519 AAAA…`."""
    badge: str | None = None
    post: str | None = None
    """Such as `kiosk`, `kiosk:kiosk2`, `board`, `whereabouts`."""
    comment: str = ""
    added_at: datetime | None = None
