"""What somebody who signed in does about the post: taking, leaving, handing over, and where one is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from yichuang.language import _
from yichuang.queue.people.post import Place
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.personnel.view import PersonView, PostView
from yichuang.tui.goings import GoHome, StandAt
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.staff_search import PersonSearch
from yichuang.tui.text import Line

Then = Callable[[], Awaitable[None]]
"""What follows once the post is left."""

_SOMEBODY, _NOBODY, _PROPOSED = "somebody", "nobody", "proposed"
NEAR = (Whereabouts.AT_POST, Whereabouts.SHORTLY_AWAY)
"""Where somebody is who does not leave the post by being there."""


# --- taking ------------------------------------------------------------------------------------------


async def take_post(screen: HallScreen, window: int, *, take_over: bool = False) -> None:
    """Go on duty at a window; a refusal is shown, with who can help."""
    badge = screen.session.badge

    async def take() -> bool:
        async with screen.session.own_act():
            await screen.hall.people.take_post(window, badge, take_over=take_over)
        return True

    if await screen.act(take()):
        screen.post_message(StandAt(window))


def ask_to_take(screen: HallScreen, post: PostView) -> None:
    """Ask before somebody else is signed out at a window."""
    if post.duty is None:
        return
    since = f"{post.duty.since.astimezone(screen.hall.settings.zone):%H:%M}"
    text = _(
        "由您接手 {window} 号窗口？现在由 {badge} {name} 在岗（{since} 起{origin}），"
        "对方会被请出这个窗口，马上知道。"
    )
    origin = f" {post.duty.origin}" if post.duty.origin else ""
    question = text.format(
        window=post.window,
        badge=post.duty.badge,
        name=post.holder,
        since=since,
        origin=origin,
    )

    async def take(_sure: bool) -> None:
        await take_post(screen, post.window, take_over=True)

    ask(screen, Question(question), take)


# --- leaving -----------------------------------------------------------------------------------------


async def ask_to_leave(screen: HallScreen, window: int, then: Then | None = None) -> None:
    """Propose who steps in (H01); another one can be chosen, or nobody."""
    proposed = await screen.look(screen.hall.people.stand_in(window))
    posts = {each.window: each for each in await screen.look(screen.hall.people.posts()) or ()}
    choices: list[tuple[Line, str]] = []
    if proposed is not None:
        is_a = window in posts and posts[window].a == proposed.staff.badge
        choices.append((_proposal(proposed, Place.A if is_a else Place.B), _PROPOSED))
    choices.append((_("换一个人顶岗"), _SOMEBODY))
    choices.append((_("不交接，关窗离岗"), _NOBODY))

    async def answer(choice: str) -> None:
        if choice == _SOMEBODY:
            await _ask_who(screen, window, then)
            return
        to = proposed.staff.badge if proposed and choice == _PROPOSED else None
        await _leave(screen, window, then, to)

    heading = _("离开 {window} 号窗口：由谁顶岗").format(window=window)
    ask(screen, Choice(heading, choices), answer)


def _proposal(view: PersonView, place: Place) -> str:
    there = view.state.label if view.state else ""
    text = _("{place} {name} ({badge}) 顶岗").format(
        place=place.label, name=view.staff.name, badge=view.staff.badge
    )
    where = _("现在在 {window} 号窗口").format(window=view.duty.window) if view.duty else there
    return f"{text}  {where}".rstrip()


async def _ask_who(screen: HallScreen, window: int, then: Then | None) -> None:
    people = await screen.look(screen.hall.people.everybody())
    if people is None:
        return
    clerks = [
        view.staff
        for view in people
        if view.staff.may(Role.CLERK)
        and view.is_in_reach
        and view.staff.badge != screen.session.badge
    ]

    async def answer(person: Staff) -> None:
        await _leave(screen, window, then, person.badge)

    ask(screen, PersonSearch(clerks), answer)


async def _leave(screen: HallScreen, window: int, then: Then | None, to: str | None) -> None:
    badge = screen.session.badge

    async def leave() -> bool:
        async with screen.session.own_act():
            await screen.hall.people.leave_post(window, badge, to=to)
        return True

    if not await screen.act(leave()):
        return
    if then is not None:
        await then()
    else:
        screen.post_message(GoHome())


# --- where one is ------------------------------------------------------------------------------------


def ask_whereabouts(screen: HallScreen) -> None:
    """Ask where one is: a digit. Who goes away from a window is asked who steps in."""
    states: list[tuple[Line, Whereabouts]] = [(state.label, state) for state in Whereabouts]
    ask(screen, Choice(_("我的去向"), states), partial(_say_where, screen))


async def _say_where(screen: HallScreen, state: Whereabouts) -> None:
    badge = screen.session.badge
    done = await screen.act(screen.hall.people.set_whereabouts(badge, state))
    if done is None:
        return
    screen.status.say(f" {_('去向：{state}').format(state=state.label)}")
    duty = screen.session.duty
    if duty is not None and state not in NEAR:
        await ask_to_leave(screen, duty.window)


def ask_to_sign_out(screen: HallScreen, sign_out: Callable[[], Any]) -> None:
    """Ask whether the post is kept, where there is one; then sign out."""
    duty = screen.session.duty

    async def go() -> None:
        sign_out()

    if duty is None:

        async def sure(_sure: bool) -> None:
            await go()

        ask(screen, Question(_("退出登录？")), sure)
        return
    keep = _("只退出，岗位留着：再登录就回到 {window} 号窗口").format(window=duty.window)
    choices: list[tuple[Line, bool]] = [(keep, True), (_("离岗，再退出"), False)]

    async def answer(keeps: bool) -> None:
        if keeps:
            await go()
        else:
            await ask_to_leave(screen, duty.window, go)

    ask(screen, Choice(_("退出登录"), choices), answer)
