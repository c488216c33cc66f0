"""Going about: Esc leads back from every screen, and the palette leads to every place that is for one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from tests.screens.frame import until_seen
from tests.screens.people import ADMIN, ALL, CHIEF, GUIDE, LI, OBSERVER, employ, in_hands
from yichuang.bootstrap.settings_file import SettingsFile
from yichuang.language import _
from yichuang.queue.service import Hall
from yichuang.tui import screens
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import PLACES, Means, screen_for
from yichuang.tui.goings import Sitting
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import GoTo
from yichuang.tui.palette import PLACE_LABELS, entries
from yichuang.tui.places import may_visit
from yichuang.tui.screens.menu import MenuScreen
from yichuang.tui.session import Session


def all_screens() -> Iterator[type[HallScreen]]:
    """Every screen of a hall, wherever it is written."""
    for found in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{found.name}")
    waiting = [HallScreen]
    while waiting:
        screen = waiting.pop()
        yield screen
        waiting += screen.__subclasses__()


def escapes(screen: type[HallScreen]) -> list[str]:
    """What Esc does on a screen: of the nearest class that says anything of it, as Textual has it."""
    for known in screen.__mro__:
        bindings = known.__dict__.get("BINDINGS", ())
        found = [
            each.action
            for each in bindings
            if isinstance(each, Binding) and "escape" in each.key.split(",")
        ]
        if found:
            return found
    return []


def test_esc_leads_back_from_every_screen_whatever_else_it_does_there() -> None:
    # Where one signs in there is nothing to go back to.
    lost = [each.__name__ for each in all_screens() if "back" not in escapes(each)]
    assert lost == ["SignInScreen"]


async def until_on_top(pilot: Pilot[Restart], is_menu: bool) -> None:
    """Wait until the menu is on top, or something else is."""
    for _each in range(250):
        screen = pilot.app.screen
        is_ready = isinstance(screen, HallScreen) and screen.is_up() and not screen.is_behind
        if is_ready and isinstance(screen, MenuScreen) is is_menu:
            return
        await pilot.pause(0.02)
    raise AssertionError(pilot.app.screen)


async def test_from_the_menu_into_each_place_and_back(hall: Hall, hall_folder: Path) -> None:
    means = Means(papers=lambda: (), settings=SettingsFile(hall, hall_folder))
    app = HallApp(hall, lambda place, window: screen_for(hall, place, window, means))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        for place in PLACES:
            if place == "menu":
                continue
            app.post_message(GoTo(place, 1 if place == "window" else None))
            await until_on_top(pilot, is_menu=False)
            await pilot.press("escape")
            await until_on_top(pilot, is_menu=True)
        app.post_message(GoTo("whereabouts"))
        await until_on_top(pilot, is_menu=False)
        await pilot.press("f5", "escape")
        assert not pilot.app.screen.has_class("-public")
        await pilot.press("escape")
        await until_on_top(pilot, is_menu=True)


@pytest.mark.parametrize("badge", ["", LI, GUIDE, CHIEF, OBSERVER, ADMIN, ALL])
async def test_the_palette_leads_to_each_place_that_is_for_one(
    hall: Hall, hall_folder: Path, badge: str
) -> None:
    await employ(hall)
    mine = in_hands(hall, badge) if badge else hall
    means = Means(settings=SettingsFile(hall, hall_folder))
    app = HallApp(
        mine,
        lambda place, window: screen_for(mine, place, window, means),
        sitting=Sitting(Session(mine)),
    )
    person = await hall.people.member(badge) if badge else None
    # A window needs its number, paper a simulated printer; data of one's own, somebody who signed in.
    least = {"window", "papers"} if person else {"window", "papers", "me", "choose_post"}
    wanted = {
        place
        for place in PLACES
        if place not in least and (person is None or may_visit(person, place))
    }
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "今天取号 0")
        texts = {each.text for each in entries(pilot.app.screen)}
        told = {
            place
            for place, label in PLACE_LABELS.items()
            if _("转到：{place}").format(place=_(label)) in texts
        }
    assert told == wanted
