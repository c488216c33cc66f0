"""The one door of the face: `show` runs the screens over an open hall. The command line calls it."""

from __future__ import annotations

from dataclasses import dataclass

from yichuang.language import use_language
from yichuang.queue.service import Hall
from yichuang.queue.teaching import Teacher
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.papers import Papers
from yichuang.tui.theme import DEFAULT

PLACES = (
    "menu",
    "kiosk",
    "guide",
    "board",
    "overview",
    "plan",
    "devices",
    "window",
    "papers",
    "whereabouts",
)
"""The screens that one can go to."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the screens of one terminal have besides the hall."""

    papers: Papers | None = None
    """What simulated printers printed; with it there is a screen for looking at them."""
    kiosk: str | None = None
    """Which kiosk it is, where a hall has several."""
    teacher: Teacher | None = None
    """Who teaches pads their keys."""


NOTHING_MORE = Means()


def screen_for(
    hall: Hall, place: str, window: int | None = None, means: Means = NOTHING_MORE
) -> HallScreen:
    """The screen of a place; its module is imported only now. Raises UnknownWindow."""
    if place == "window":
        from yichuang.tui.screens.window import WindowScreen

        return WindowScreen(hall, hall.rules.window(window).number)
    if place == "kiosk":
        from yichuang.tui.screens.kiosk import KIOSK, KioskScreen

        return KioskScreen(hall, kiosk=means.kiosk or KIOSK)
    if place == "guide":
        from yichuang.tui.screens.guide import GuideScreen

        return GuideScreen(hall)
    if place == "board":
        from yichuang.tui.screens.board import BoardScreen

        return BoardScreen(hall)
    if place == "overview":
        from yichuang.tui.screens.overview import OverviewScreen

        return OverviewScreen(hall)
    if place == "plan":
        from yichuang.tui.screens.plan import PlanScreen

        return PlanScreen(hall)
    if place == "devices":
        from yichuang.tui.screens.devices import DevicesScreen

        return DevicesScreen(hall, means.teacher)
    if place == "whereabouts":
        from yichuang.tui.screens.whereabouts import WhereaboutsScreen

        return WhereaboutsScreen(hall)
    if place == "papers" and means.papers is not None:
        from yichuang.tui.screens.papers import PapersScreen

        return PapersScreen(hall, means.papers)
    from yichuang.tui.screens.menu import MenuScreen

    return MenuScreen(hall, has_papers=means.papers is not None)


async def show(
    hall: Hall,
    place: str = "menu",
    window: int | None = None,
    *,
    language: str | None = None,
    theme: str = DEFAULT,
    means: Means = NOTHING_MORE,
) -> None:
    """Run the screens until the user leaves. Raises UnknownWindow before anything is shown.

    The environment must be prepared (`terminal.prepare_environment`) before this module is
    imported. `language` defaults to the hall's own.
    """
    language = language or hall.settings.hall.language
    use_language(language)
    if place == "window":
        hall.rules.window(window)

    def open_place(place: str, window: int | None) -> HallScreen:
        return screen_for(hall, place, window, means)

    while True:
        app = HallApp(hall, open_place, place, window, language=language, theme=theme)
        # A kiosk may have a touch panel; elsewhere each move of a mouse would cost bytes.
        result = await app.run_async(mouse=place == "kiosk")
        if app.failure is not None:
            raise app.failure
        if not isinstance(result, Restart):
            return
        language, theme = result.language, result.theme
