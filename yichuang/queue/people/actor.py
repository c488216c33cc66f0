"""Who asks for a command: somebody of the staff, an unattended screen, or the hall's own machine."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ActorKind(StrEnum):
    """By what right somebody acts."""

    HOST = "host"
    """A program of the hall's own machine, which has the hall's files in its hands: nothing is refused."""
    STAFF = "staff"
    """Somebody who signed in: the roles are looked up in the memory at each command."""
    POST = "post"
    """An unattended screen, such as a kiosk: it may do what visitors may."""


class Actor(NamedTuple):
    """Whoever acts."""

    kind: ActorKind
    name: str = ""
    """A badge number, a post's name; empty at the host, where each command names its user."""
    origin: str = ""
    """Where it comes from: an address, or a terminal of the host."""


HOST = Actor(ActorKind.HOST)
"""The hall's own machine."""
