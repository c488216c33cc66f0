"""Where somebody lands after signing in, which screens are for whom, and after how long one is signed out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.halls import MORNING, memory_hall
from yichuang.clock import FixedClock
from yichuang.config import StaffSettings
from yichuang.queue import command as commands
from yichuang.queue.people import command as people
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.post import OnDuty, Place
from yichuang.queue.people.role import STAFF_ROLES, Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.permission import MAY
from yichuang.queue.personnel.view import PostView
from yichuang.queue.service import Hall
from yichuang.tui import screens
from yichuang.tui.entry import PLACES
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.idle import idle_minutes
from yichuang.tui.places import ROLES_OF, Landing, landing, may_visit
from yichuang.tui.session import Dismissed, PostGained, PostLost, Rosters, Session

CLERK, GUIDE, CHIEF = Role.CLERK, Role.GUIDE, Role.SUPERVISOR
OBSERVER, ADMIN = Role.OBSERVER, Role.ADMINISTRATOR


def person(*roles: Role, active: bool = True) -> Staff:
    """Somebody with these roles."""
    return Staff("0231", "李强", roles, active=active)


def post(window: int, place: Place | None = None, holder: str = "") -> PostView:
    """A window as one chooses it."""
    duty = OnDuty(window, holder, MORNING) if holder else None
    return PostView(window, "", place, duty, holder)


@pytest.mark.parametrize(
    ("roles", "posts", "where"),
    [
        ([CLERK], [], Landing("choose_post")),
        ([CLERK], [post(1), post(2, Place.B)], Landing("choose_post")),
        ([CLERK], [post(2, Place.A), post(1)], Landing("window", 2, takes_post=True)),
        ([CLERK], [post(2, Place.A, "0232")], Landing("choose_post", 2)),
        ([CLERK], [post(1, Place.A), post(2, Place.A)], Landing("choose_post")),
        ([GUIDE], [post(1, Place.A)], Landing("guide")),
        ([CHIEF], [], Landing("overview")),
        ([OBSERVER], [], Landing("overview")),
        ([CHIEF, OBSERVER], [], Landing("overview")),
        ([ADMIN], [], Landing("admin")),
        ([CLERK, GUIDE], [post(1, Place.A)], Landing("menu")),
        ([CHIEF, ADMIN], [], Landing("menu")),
        ([], [], Landing("menu")),
    ],
)
def test_where_one_lands(roles: Sequence[Role], posts: Sequence[PostView], where: Landing) -> None:
    assert landing(person(*roles), None, posts) == where


@pytest.mark.parametrize("roles", [[CLERK], [CLERK, GUIDE, CHIEF]])
def test_who_is_on_duty_comes_back_to_that_window(roles: Sequence[Role]) -> None:
    duty = OnDuty(7, "0231", MORNING)
    assert landing(person(*roles), duty, [post(1, Place.A)]) == Landing("window", 7)


VISITED = {
    CLERK: {"menu", "board", "whereabouts", "me", "devices", "kiosk", "choose_post", "window"},
    GUIDE: {"menu", "board", "whereabouts", "me", "devices", "kiosk", "guide"},
    CHIEF: {
        *("menu", "board", "whereabouts", "me", "devices", "kiosk", "window", "guide"),
        *("overview", "plan", "staff"),
    },
    OBSERVER: {
        *("menu", "board", "whereabouts", "me", "devices", "window", "overview", "plan", "staff"),
    },
    ADMIN: {"menu", "board", "whereabouts", "me", "devices", "plan", "staff", "admin"},
}
"""Which screens each role sees, written out."""


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_which_screens_are_for_whom(role: Role) -> None:
    assert {place for place in PLACES if may_visit(person(role), place)} == VISITED[role]
    assert not any(may_visit(person(role, active=False), place) for place in PLACES)


def test_every_screen_says_whom_it_is_for() -> None:
    assert set(PLACES) - {"papers"} == set(ROLES_OF)


@pytest.mark.parametrize(
    ("roles", "minutes"),
    [
        ([CLERK], 0),
        ([GUIDE], 30),
        ([CHIEF], 240),
        ([OBSERVER], 240),
        ([ADMIN], 15),
        ([CLERK, ADMIN], 15),
        ([CHIEF, ADMIN], 15),
        ([CLERK, CHIEF], 240),
        ([], 0),
    ],
)
def test_the_strictest_limit_counts(roles: Sequence[Role], minutes: int) -> None:
    assert idle_minutes(person(*roles), StaffSettings(idle_minutes_guide=30)) == minutes


# --- a session ---------------------------------------------------------------------------------------


async def staffed() -> Hall:
    """A hall with two clerks and a supervisor."""
    hall = memory_hall(FixedClock(MORNING))
    await hall.people.save(
        Staff("0231", "李强", (CLERK,)),
        Staff("0232", "王芳", (CLERK,)),
        Staff("0250", "周勇", (CHIEF, ADMIN)),
        Staff("0251", "吴丹", (OBSERVER,)),
    )
    return hall


def session_of(hall: Hall, badge: str) -> Session:
    """A session of somebody."""
    return Session(hall.acting(Actor(ActorKind.STAFF, badge, "10.0.0.5")))


@pytest.mark.parametrize("badge", ["0231", "0250", "0251"])
async def test_what_a_session_may_is_what_the_hall_allows_its_roles(badge: str) -> None:
    hall = await staffed()
    session = session_of(hall, badge)
    assert not any(session.may(command) for command in MAY)
    await session.renew()
    staff = await hall.people.member(badge)
    for command, roles in MAY.items():
        assert session.may(command) == bool(roles & set(staff.roles)), command


async def test_what_nobody_in_particular_may() -> None:
    hall = memory_hall(FixedClock(MORNING))
    assert Session(hall).may(people.SaveStaff)
    assert Session(hall).may_visit("admin")
    kiosk = Session(hall.acting(Actor(ActorKind.POST, "kiosk")))
    assert kiosk.may(commands.IssueTicket)
    assert not kiosk.may(commands.CancelTicket)
    assert not kiosk.may(Role.ADMINISTRATOR)
    assert not kiosk.may_visit("menu")


async def test_roles_that_change_count_at_the_next_reading() -> None:
    hall = await staffed()
    session = session_of(hall, "0231")
    await session.renew()
    assert not session.may(commands.PinTicket)
    await hall.people.save(Staff("0231", "李强", (CLERK, CHIEF)))
    assert await session.renew() is None
    assert session.may(commands.PinTicket)
    await hall.people.save(Staff("0231", "李强", (CLERK,), active=False))
    assert await session.renew() == Dismissed("0231")
    assert not session.may(commands.CallNext)


async def test_news_are_what_others_did() -> None:
    hall = await staffed()
    session = session_of(hall, "0231")
    other = hall.acting(Actor(ActorKind.STAFF, "0232", "10.0.0.9"))
    async with session.own_act():
        await session.hall.people.take_post(1, "0231")
    assert await session.renew() is None
    await other.people.take_post(1, "0232", take_over=True)
    lost = await session.renew()
    assert isinstance(lost, PostLost)
    assert lost.by is not None
    assert (lost.window, lost.by.badge, lost.by.origin, lost.name) == (
        *(1, "0232", "10.0.0.9", "王芳"),
    )
    assert await session.renew() is None
    await other.people.leave_post(1, "0232", to="0231")
    assert await session.renew() == PostGained(1, None)
    chief = hall.acting(Actor(ActorKind.STAFF, "0250", ""))
    await chief.people.leave_post(1, "0231", actor="0250")
    assert await session.renew() == PostLost(1, None, "")


async def test_a_session_that_begins_on_duty_has_no_news() -> None:
    hall = await staffed()
    await session_of(hall, "0231").hall.people.take_post(1, "0231")
    session = session_of(hall, "0231")
    assert await session.renew() is None
    assert session.duty is not None
    assert session.label == "0231 李强"


async def test_a_roster_is_read_once_after_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = await staffed()
    rosters, looks = Rosters(hall), 0
    look = hall.look

    async def counted(view: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return await look(view, *arguments)

    monkeypatch.setattr(hall, "look", counted)
    sessions = [
        Session(hall.acting(Actor(ActorKind.STAFF, badge, "")), rosters)
        for badge in ("0231", "0232", "0250")
    ]
    for session in (*sessions, *sessions):
        await session.renew()
    # Each is asked about once: what is known of one's PIN and matters is read only for those who are here.
    assert looks == len(sessions)
    await sessions[0].hall.people.take_post(1, "0231")
    for session in sessions:
        await session.renew()
    assert looks == len(sessions) + 1


# --- keys --------------------------------------------------------------------------------------------

LOOKS = frozenset(
    {
        *("acknowledge", "back", "scroll", "turn", "move", "page", "find", "clear", "details"),
        *("speak", "app.leave", "enter", "step"),
        *("section", "to_values", "to_names", "day", "handle", "turn_over", "turn_back", "clerk"),
        *("by_date", "by_kind", "by_actor", "by_window", "by_number", "by_text", "older", "newer"),
        *("next_target", "next_share", "windows", "as_it_is", "edit"),
        *("say", "own", "note", "show_public", "leave_public", "whereabouts"),
    }
)
"""Actions that lead somewhere or only look; where somebody is, each may say of himself."""


def all_screens(base: type[HallScreen] = HallScreen) -> Iterator[type[HallScreen]]:
    """Every screen over the hall."""
    for each in base.__subclasses__():
        yield each
        yield from all_screens(each)


def test_every_key_that_acts_says_what_it_needs() -> None:
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    free = {
        (screen.__name__, action)
        for screen in all_screens()
        if screen.__module__.startswith(screens.__name__)
        for binding in vars(screen).get("BINDINGS", ())
        if (action := binding.action.partition("(")[0]) not in {*screen.NEEDS, *LOOKS}
    }
    assert free == set()
