"""Which screens are for whose roles, and where somebody lands after signing in: rules without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from yichuang.queue.people.post import OnDuty, Place
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.view import PostView

_EVERYBODY = frozenset(STAFF_ROLES)
_OVERSIGHT = frozenset({Role.SUPERVISOR, Role.OBSERVER})

ROLES_OF: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "menu": _EVERYBODY,
        "board": _EVERYBODY,
        "whereabouts": _EVERYBODY,
        "me": _EVERYBODY,
        "devices": _EVERYBODY,
        "kiosk": frozenset({Role.CLERK, Role.GUIDE, Role.SUPERVISOR}),
        "choose_post": frozenset({Role.CLERK}),
        "window": frozenset({Role.CLERK}) | _OVERSIGHT,
        "guide": frozenset({Role.GUIDE, Role.SUPERVISOR}),
        "overview": _OVERSIGHT,
        "plan": _OVERSIGHT | {Role.ADMINISTRATOR},
        "staff": _OVERSIGHT | {Role.ADMINISTRATOR},
        "admin": frozenset({Role.ADMINISTRATOR}),
    }
)
"""The roles that each screen is for. Who has not signed in at the hall's own machine sees all of them."""

_AREAS = (
    ("choose_post", frozenset({Role.CLERK})),
    ("guide", frozenset({Role.GUIDE})),
    ("overview", _OVERSIGHT),
    ("admin", frozenset({Role.ADMINISTRATOR})),
)
"""The screens where each role has its work."""


class Landing(NamedTuple):
    """Where somebody comes to after signing in."""

    place: str
    window: int | None = None
    takes_post: bool = False
    """Whether the person goes on duty there: nobody else is, and it is that one's own post."""


def may_visit(person: Staff, place: str) -> bool:
    """Whether a screen is for one of the person's roles."""
    return person.may(*ROLES_OF.get(place, ()))


def landing(person: Staff, duty: OnDuty | None, posts: Sequence[PostView]) -> Landing:
    """Where somebody comes to after signing in; `posts` are `hall.people.posts_of` that one.

    Whoever is on duty comes back to that window, as after a dropped line. Who has several kinds of work
    chooses from the menu.
    """
    if duty is not None:
        return Landing("window", duty.window)
    areas = [place for place, roles in _AREAS if person.may(*roles)]
    if len(areas) != 1:
        return Landing("menu")
    if areas != ["choose_post"]:
        return Landing(areas[0])
    own = [each for each in posts if each.place is Place.A]
    if len(own) != 1:
        return Landing("choose_post")
    (post,) = own
    if post.duty is None:
        return Landing("window", post.window, takes_post=True)
    return Landing("choose_post", post.window)
