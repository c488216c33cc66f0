"""People for tests of the screens, and the screens as one of them has them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot

from tests.screens.frame import until_seen
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for
from yichuang.tui.goings import Sitting
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.session import Session

PIN = "482913"
HERE, THERE = "10.0.0.5", "10.0.0.9"

LI, WANG, ZHAO = "0231", "0232", "0233"
"""Two clerks, and one who has not passed the training."""
GUIDE, CHIEF, OBSERVER, ADMIN, ALL = "0240", "0250", "0251", "0260", "0270"

PEOPLE = (
    Staff(LI, "李强", (Role.CLERK,), department="人社所"),
    Staff(WANG, "王芳", (Role.CLERK,), department="人社所"),
    Staff(ZHAO, "赵敏", (Role.CLERK,), department="人社所", qualified=False),
    Staff(GUIDE, "陈静", (Role.GUIDE,)),
    Staff(CHIEF, "周勇", (Role.SUPERVISOR,)),
    Staff(OBSERVER, "吴丹", (Role.OBSERVER,)),
    Staff(ADMIN, "郑军", (Role.ADMINISTRATOR,)),
    Staff(ALL, "孙梅", (Role.CLERK, Role.GUIDE, Role.SUPERVISOR)),
)


async def employ(hall: Hall, people: Sequence[Staff] = PEOPLE) -> None:
    """Let these people work in the hall; window 3 is Li's, and Wang stands in."""
    await hall.people.save(*people)
    await hall.people.name_post(3, LI, [WANG])


async def give_pin(hall: Hall, badge: str, pin: str = PIN) -> None:
    """Let somebody choose that PIN."""
    first = await hall.people.reset_pin(badge, reason="测试")
    await in_hands(hall, badge).people.change_pin(badge, first, pin)


def in_hands(hall: Hall, badge: str, origin: str = HERE) -> Hall:
    """The hall in somebody's hands."""
    return hall.acting(Actor(ActorKind.STAFF, badge, origin))


def type_in(pilot: Pilot[Restart], *keys: str) -> None:
    """Press keys at once, as they come over a slow line, without waiting for what each brings."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


class Open:
    """Lets everybody in."""

    def in_the_way(self) -> None:
        """Nothing is."""

    async def begin(self) -> None:
        """Come in."""


def app_of(
    hall: Hall, badge: str, place: str = "arrive", window: int | None = None, origin: str = HERE
) -> HallApp:
    """The screens of somebody who has signed in."""
    mine = in_hands(hall, badge, origin)

    def open_place(place: str, window: int | None) -> HallScreen:
        return screen_for(mine, place, window)

    sitting = Sitting(Session(mine), Open())
    return HallApp(mine, open_place, place, window, sitting=sitting)


@asynccontextmanager
async def screens_of(
    hall: Hall,
    badge: str,
    place: str = "arrive",
    window: int | None = None,
    *,
    origin: str = HERE,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Pilot[Restart]]:
    """Somebody's screens, up and loaded."""
    async with app_of(hall, badge, place, window, origin).run_test(size=size) as pilot:
        await until_seen(pilot, badge)
        yield pilot
