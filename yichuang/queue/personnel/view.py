"""What screens and sheets show of people: the whereabouts board, one's own post, who could step in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from yichuang.errors import UnknownStaff
from yichuang.queue.people.post import OnDuty, Place, Post
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts, WhereaboutsKept
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules

STABLE_YEARS = 2
"""H08: "原则上2年内不得变动"."""


class PersonView(NamedTuple):
    """One person on the whereabouts board (H02, H03)."""

    staff: Staff
    whereabouts: WhereaboutsKept | None
    """Where the person is; None when that was never said."""
    duty: OnDuty | None
    """The window where the person is signed in."""

    @property
    def state(self) -> Whereabouts | None:
        """Where the person is."""
        return self.whereabouts.state if self.whereabouts else None

    @property
    def is_in_reach(self) -> bool:
        """Whether the person could step in somewhere now."""
        return self.state in (None, Whereabouts.AT_POST, Whereabouts.SHORTLY_AWAY)


class PostView(NamedTuple):
    """A window as somebody's post."""

    window: int
    label: str
    """What the window is called besides its number."""
    place: Place | None
    """The person's place there; None where the post is not the person's."""
    duty: OnDuty | None
    """Who is signed in there."""
    holder: str
    """That one's name."""


def view_people(records: Records, rules: HallRules, now: datetime) -> tuple[PersonView, ...]:
    """Everybody who works here, by department and badge number."""
    del rules, now
    kept = {each.badge: each for each in records.whereabouts()}
    duties = {each.badge: each for each in records.all_on_duty()}
    people = [
        PersonView(each, kept.get(each.badge), duties.get(each.badge))
        for each in records.staff()
        if each.active
    ]
    return tuple(sorted(people, key=lambda each: (each.staff.department, each.staff.badge)))


def view_person(records: Records, rules: HallRules, now: datetime, badge: str) -> PersonView:
    """One person; raises UnknownStaff."""
    del rules, now
    person = records.staff_member(badge)
    if person is None:
        raise UnknownStaff(badge=badge)
    kept = {each.badge: each for each in records.whereabouts()}
    duties = {each.badge: each for each in records.all_on_duty()}
    return PersonView(person, kept.get(badge), duties.get(badge))


def view_posts_of(
    records: Records, rules: HallRules, now: datetime, badge: str
) -> tuple[PostView, ...]:
    """Every window as a clerk chooses among them: one's own posts first, then those one stands in for."""
    del now
    posts = {each.window: each for each in records.posts()}
    duties = {each.window: each for each in records.all_on_duty()}
    names = {each.badge: each.name for each in records.staff()}
    views = []
    for number, settings in sorted(rules.windows.items()):
        post, duty = posts.get(number, Post(number)), duties.get(number)
        place = Place.A if post.a == badge else Place.B if badge in post.b else None
        holder = names.get(duty.badge, "") if duty else ""
        views.append(PostView(number, settings.name, place, duty, holder))
    ranks = {Place.A: 0, Place.B: 1, None: 2}
    return tuple(sorted(views, key=lambda each: (ranks[each.place], each.window)))


def view_stand_in(
    records: Records, rules: HallRules, now: datetime, window: int
) -> PersonView | None:
    """Who is proposed to step in when the clerk of a window leaves: the first of the post who could (H01)."""
    duty = records.on_duty(window)
    post = next((each for each in records.posts() if each.window == window), Post(window))
    busy = {each.window for each in records.active()}
    for badge in (post.a, *post.b):
        if badge is None or (duty is not None and badge == duty.badge):
            continue
        person = view_person(records, rules, now, badge)
        elsewhere = person.duty is not None and person.duty.window in busy
        if person.staff.may(Role.CLERK) and person.is_in_reach and not elsewhere:
            return person
    return None
