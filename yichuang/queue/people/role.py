"""What people may be in a hall."""

from __future__ import annotations

from enum import StrEnum

from yichuang.language import N_, _


class Role(StrEnum):
    """What somebody may do; staff may have several (DESIGN 9)."""

    VISITOR = "visitor"
    """Whoever stands at a kiosk: it is nobody's by name."""
    CLERK = "clerk"
    GUIDE = "guide"
    """The guide desk: issues, reprints, cancels, re-routes, never calls (A08)."""
    SUPERVISOR = "supervisor"
    OBSERVER = "observer"
    """A supervisor who only looks (O03)."""
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role in the user's language."""
        return _(_LABELS[self], "role")


_LABELS = {
    Role.VISITOR: N_("群众", "role"),
    Role.CLERK: N_("窗口人员", "role"),
    Role.GUIDE: N_("导引人员", "role"),
    Role.SUPERVISOR: N_("督查", "role"),
    Role.OBSERVER: N_("只读督查", "role"),
    Role.ADMINISTRATOR: N_("管理员", "role"),
}

STAFF_ROLES = tuple(role for role in Role if role is not Role.VISITOR)
"""The roles that a member of staff can have."""
